# SPDX-License-Identifier: Apache-2.0
"""Which entries may be the same as one that is to be made: names alike, places within metres."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shangheng.kernel.registers.concept.kinds import RegisterKind, alike_among, metres_between
from shangheng.kernel.registers.conditions import COUNTY_DIGITS, placed
from shangheng.kernel.registers.models import EntryRow, VersionRow


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
    rows = EntryRow.objects.filter(placed(region[:COUNTY_DIGITS]), kind=kind.name)
    rows = rows.exclude(state="ended").exclude(number=but).order_by("title")
    named = list(rows.values_list("number", "title"))
    may_be = alike_among(str(values.get(kind.title, "")), (title for _, title in named))
    found = [
        Candidate(number, title, "name")
        for (number, title), is_alike in zip(named, may_be, strict=True)
        if is_alike
    ]
    here = kind.point_of(values)
    if here is None or not kind.near_m:
        return tuple(found)
    versions = VersionRow.objects.filter(entry__in=rows.order_by(), superseded_at=None)
    said = versions.order_by("number").values_list("entry__number", "entry__title", "values")
    for number, title, its in said.iterator():
        there = kind.point_of(its)
        metres = math.inf if there is None else metres_between(here, there)
        if metres <= kind.near_m:
            found.append(Candidate(number, title, "distance", round(metres)))
    return tuple({each.number: each for each in found}.values())
