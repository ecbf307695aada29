# SPDX-License-Identifier: Apache-2.0
"""Which entries may be the same as one that is to be made: names alike, places within metres."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shangheng.kernel.registers.concept.kinds import RegisterKind, alike, metres_between
from shangheng.kernel.registers.conditions import COUNTY_DIGITS, placed
from shangheng.kernel.registers.models import EntryRow, VersionRow

COMPARED_MAX = 5_000


@dataclass(frozen=True)
class Candidate:
    """An entry that may be the same as another, and why."""

    number: str
    title: str
    why: str
    metres: int | None = None


def similar(
    kind: RegisterKind, values: Mapping[str, Any], region: str, *, but: str = ""
) -> tuple[Candidate, ...]:
    """Return entries that may be the same: names alike in the county, places within metres."""
    title = str(values.get(kind.title, ""))
    rows = EntryRow.objects.filter(placed(region[:COUNTY_DIGITS]), kind=kind.name)
    rows = rows.exclude(state="ended").exclude(number=but).order_by("title")
    found = [
        Candidate(number, name, "name")
        for number, name in rows.values_list("number", "title")[:COMPARED_MAX]
        if alike(title, name)
    ]
    here = kind.point_of(values)
    if here is None or not kind.near_m:
        return tuple(found)
    versions = VersionRow.objects.filter(entry__in=rows[:COMPARED_MAX], superseded_at=None)
    for version in versions.select_related("entry").order_by("number"):
        there = kind.point_of(version.values)
        if there is None:
            continue
        metres = metres_between(here, there)
        if metres <= kind.near_m:
            near = version.entry
            found.append(Candidate(near.number, near.title, "distance", round(metres)))
    return tuple({each.number: each for each in found}.values())
