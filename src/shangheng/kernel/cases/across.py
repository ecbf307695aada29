# SPDX-License-Identifier: Apache-2.0
"""What a service asks across cases, whoever holds them: sums over steps, cases that depend on one.

Nothing here is for pages that show whole cases: those ask ``queries`` with an actor.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import CaseView
from shangheng.kernel.cases.models import CaseRow, StepRow, TraitRow
from shangheng.kernel.cases.queries import view


@dataclass(frozen=True)
class Taken:
    """A step that was taken in some case, with what was said and written down with it."""

    number: str
    state: str
    step: str
    at: datetime
    values: Mapping[str, Any]
    form: Mapping[str, Any]


def taken(kind: CaseKind, steps: Collection[str]) -> list[Taken]:
    """Return every time that one of these steps was taken; for sums over cases, not for pages."""
    rows = StepRow.objects.filter(act="step", name__in=list(steps), case__kind=kind.name)
    return [
        Taken(row.case.number, row.case.state, row.name, row.at, row.values, row.case.values)
        for row in rows.select_related("case").order_by("at", "pk")
    ]


def having(kind: CaseKind, trait: str, value: str) -> list[CaseView]:
    """Return the cases of a kind with a value of ``alike``; for other cases that depend on it."""
    found = TraitRow.objects.filter(kind=kind.name, name=trait, value=value).values("case")
    rows = CaseRow.objects.filter(pk__in=found).order_by("number")
    return [view(row, row.changed_at) for row in rows]


def in_states(kind: CaseKind, states: Collection[str]) -> list[CaseView]:
    """Return the cases of a kind in some states, oldest first; for lists that anybody may see."""
    rows = CaseRow.objects.filter(kind=kind.name, state__in=list(states))
    return [view(row, row.changed_at) for row in rows.order_by("opened_at", "number")]
