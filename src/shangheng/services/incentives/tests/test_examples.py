# SPDX-License-Identifier: Apache-2.0
"""The worked examples of the jurisdictions, computed by hand, give what they say."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.policies.queries import load
from shangheng.kernel.policies.reading import Table, read_yaml
from shangheng.services.incentives.jobs.examples import answered, flaws, unlike
from shangheng.services.incentives.tests.places import FOLDER, jurisdiction

GANZHOU_COUNT_MIN = 150


def examples() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*/examples/*.yaml")):
        place = path.parent.parent.name
        for number, each in enumerate(read_yaml(path), start=1):
            name = f"{place}.{path.stem}"
            yield pytest.param(place, name, each, id=f"{name}-{number}-{each['zh']}")


@pytest.mark.parametrize(("place", "name", "example"), list(examples()))
def test_an_example_gives_what_was_computed_by_hand(place: str, name: str, example: Table) -> None:
    answer = answered(jurisdiction(place), example)
    assert unlike(name, example, answer) == {}
    paying = [each["amount"] or 0 for each in answer["provisions"] if each["kind"] == "money"]
    assert answer["total"] == pytest.approx(sum(paying), abs=0.001)


@pytest.mark.parametrize(
    ("old", "new", "code", "facts"),
    [
        ("amount: 100000}", "amount: 90000}", "example.unlike",
         {"what": "amount", "wanted": 90000, "found": 100000}),
        ('verdict: "yes"', 'verdict: "no"', "example.unlike",
         {"what": "verdict", "wanted": "no", "found": "yes"}),
        ("kind: demonstration-base", "kind: demonstration", "example.refused",
         {"why": "facts.not_one_of"}),
    ],
)  # fmt: skip
def test_an_example_that_does_not_hold_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, facts: dict[str, Any]
) -> None:
    shutil.copytree(FOLDER / "ganzhou", tmp_path / "ganzhou")
    path = tmp_path / "ganzhou/examples/demonstration-award.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    (flaw,) = flaws(load(tmp_path, ("ganzhou",)), tmp_path)
    assert (flaw.code, flaw.place.file) == (code, "ganzhou/examples/demonstration-award.yaml")
    assert flaw.place.line == 2
    assert facts.items() <= flaw.facts.items()


def test_an_example_shows_its_working() -> None:
    for param in examples():
        _, name, example = param.values
        assert example["working"], name
        assert example["en"], name


def test_every_branch_of_ganzhou_has_its_examples() -> None:
    of_ganzhou = [param for param in examples() if param.values[0] == "ganzhou"]
    assert len(of_ganzhou) >= GANZHOU_COUNT_MIN
