# SPDX-License-Identifier: Apache-2.0
"""The worked examples of the jurisdictions, computed by hand, give what they say."""

from collections.abc import Iterator
from typing import Any

import pytest

from shangheng.kernel.policies.reading import Table, read_yaml
from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.tests.places import FOLDER, ask_place, provision

GANZHOU_COUNT_MIN = 150
ANSWERED = {"verdict", "amount", "state"}


def examples() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*/examples/*.yaml")):
        place = path.parent.parent.name
        for number, each in enumerate(read_yaml(path), start=1):
            name = f"{place}.{path.stem}"
            yield pytest.param(place, name, each, id=f"{name}-{number}-{each['zh']}")


@pytest.mark.parametrize(("place", "name", "example"), list(examples()))
def test_an_example_gives_what_was_computed_by_hand(place: str, name: str, example: Table) -> None:
    facts = Place(example["facts"], "", example.lines["facts"])
    answer = ask_place(facts, example["on"], example.get("readings", {}), place=place, small=True)
    found, expected = provision(answer, name), example["expect"]
    for key in ANSWERED & expected.keys():
        wanted = expected[key]
        assert found[key] == (wanted if isinstance(wanted, str) else plain(wanted)), key
    if "missing" in expected:
        assert found["missing"] == list(expected["missing"])
    for key, value in expected.get("value", {}).items():
        assert found["value"][key] == plain(value)
    if "choices" in expected:
        told = [each["amount"] for asked in found["questions"] for each in asked["alternatives"]]
        assert told == list(expected["choices"])
    paying = [each["amount"] or 0 for each in answer["provisions"] if each["kind"] == "money"]
    assert answer["total"] == pytest.approx(sum(paying), abs=0.001)


def plain(value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return value
    return int(value) if value == int(value) else float(value)


def test_an_example_shows_its_working() -> None:
    for param in examples():
        _, name, example = param.values
        assert example["working"], name
        assert example["en"], name


def test_every_branch_of_ganzhou_has_its_examples() -> None:
    of_ganzhou = [param for param in examples() if param.values[0] == "ganzhou"]
    assert len(of_ganzhou) >= GANZHOU_COUNT_MIN
