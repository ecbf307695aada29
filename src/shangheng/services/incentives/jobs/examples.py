# SPDX-License-Identifier: Apache-2.0
"""Do the worked examples of a folder give what their writers computed by hand?"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from shangheng.kernel.errors import Refusal
from shangheng.kernel.policies.concept import Flaw, Jurisdiction, Library, Provision
from shangheng.kernel.policies.concept import Place as Line
from shangheng.kernel.policies.reading import Table, read_yaml
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms.places import Place
from shangheng.services.incentives.jobs.asking import entitlements

COMPARED = ("verdict", "amount", "state", "missing")


def flaws(library: Library, folder: Path) -> tuple[Flaw, ...]:
    """Return what is wrong with provisions: what their formulas lack, else with their examples."""
    return queries.flaws(library) or tuple(
        flaw
        for place in library.jurisdictions.values()
        for provision in place.provisions
        if "examples" in provision.data
        for flaw in _of_provision(place, provision, folder)
    )


def _of_provision(place: Jurisdiction, provision: Provision, folder: Path) -> Iterator[Flaw]:
    file = f"{place.id}/{provision.data['examples']}"
    examples = read_yaml(folder / file, file)
    for number, example in enumerate(examples):
        at = Line(file=file, line=examples.lines[number])
        told = {"example": example["zh"], "provision": provision.id}
        try:
            answer = answered(place, example)
        except Refusal as refusal:
            yield Flaw(place=at, code="example.refused", facts={**told, "why": refusal.code})
            continue
        for key, (wanted, got) in unlike(provision.id, example, answer).items():
            facts = {**told, "what": key, "wanted": wanted, "found": got}
            yield Flaw(place=at, code="example.unlike", facts=facts)


def answered(place: Jurisdiction, example: Table) -> dict[str, Any]:
    """Return what the facts of an example bring under every provision."""
    return entitlements(
        place,
        Place(example["facts"], "", example.lines["facts"]),
        on=date.fromisoformat(example["on"]),
        readings={reading: str(value) for reading, value in example.get("readings", {}).items()},
        confirm_small=True,
    )


def unlike(name: str, example: Table, answer: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what is otherwise than an example expects of its provision, beside what was found."""
    found = next(one for one in answer["provisions"] if one["id"] == name)
    wanted = {key: _plain(each) for key, each in example["expect"].items()}
    got = {
        **{key: found[key] for key in COMPARED},
        "value": {key: (found["value"] or {}).get(key) for key in wanted.get("value", ())},
        "choices": [each["amount"] for asked in found["questions"]
                    for each in asked["alternatives"]],
    }  # fmt: skip
    return {key: (each, got[key]) for key, each in wanted.items() if got[key] != each}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of YAML
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case _:
            return value
