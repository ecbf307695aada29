# SPDX-License-Identifier: Apache-2.0
"""Counts of cases that are kept with each act, so that nobody has to count a million of them.

A case counts in the month in which it was opened, at the place where it is. ``counted`` says in
which counts it stands; an act takes it out of those before and puts it into those after.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from shangheng.kernel.cases.models import CaseRow, ClockRow, TallyRow
from shangheng.kernel.periods import CHINA

ROUND = 2_000
DAY_S = 86_400
PLACE = ("kind", "region", "department")
STANDS = ("state", "outcome", "opened_at", "closed_at")
CLOCK = ("name", "due_at", "ended_at")


class Count(NamedTuple):
    """One count in which a case stands."""

    region: str
    department: str
    what: str
    name: str


def month_of(at: datetime) -> str:
    """Return the month of a moment in Beijing, such as 2026-11."""
    return f"{at.astimezone(CHINA):%Y-%m}"


def counted(row: CaseRow) -> Counter[Count]:
    """Return the counts in which a case stands now; one that is not opened yet, in none."""
    if row.version == 0:
        return Counter()
    told = [*_stands(row.state, row.outcome, row.opened_at, row.closed_at)]
    told += [_kept(*each) for each in row.clocks.exclude(ended_at=None).values_list(*CLOCK)]
    return Counter(Count(row.region, row.department, *each) for each in told)


def _stands(
    state: str, outcome: str, opened_at: datetime, closed_at: datetime | None
) -> Iterator[tuple[str, str]]:
    yield "state", state
    if outcome:
        yield "outcome", outcome
    if closed_at is not None:
        yield "days", str(round((closed_at - opened_at).total_seconds() / DAY_S))


def _kept(name: str, due_at: datetime | None, ended_at: datetime) -> tuple[str, str]:
    return "late" if due_at is not None and due_at <= ended_at else "kept", name


def turn(kind: str, opened_at: datetime, before: Counter[Count], after: Counter[Count]) -> None:
    """Take a case out of some counts and put it into others."""
    month = month_of(opened_at)
    for count in sorted(before | after):
        if added := after[count] - before[count]:
            _add(kind, month, count, added)


def _add(kind: str, month: str, count: Count, added: int) -> None:
    kept = TallyRow.objects.filter(kind=kind, month=month, **count._asdict())
    if not kept.update(cases=F("cases") + added):
        TallyRow.objects.create(kind=kind, month=month, **count._asdict(), cases=added)


def recount() -> int:
    """Count everything anew and return how many cases there are; what was kept goes."""
    found: Counter[tuple[str, str, Count]] = Counter()
    cases = 0
    for kind, region, department, *stands in CaseRow.objects.values_list(
        *PLACE, *STANDS
    ).iterator():
        cases += 1
        for each in _stands(*stands):
            found[kind, month_of(stands[2]), Count(region, department, *each)] += 1
    ended = ClockRow.objects.exclude(ended_at=None)
    of_case = [f"case__{name}" for name in (*PLACE, "opened_at")]
    for kind, region, department, opened_at, *each in ended.values_list(
        *of_case, *CLOCK
    ).iterator():
        found[kind, month_of(opened_at), Count(region, department, *_kept(*each))] += 1
    TallyRow.objects.all().delete()
    TallyRow.objects.bulk_create(
        [
            TallyRow(kind=kind, month=month, **count._asdict(), cases=n)
            for (kind, month, count), n in found.items()
        ],
        batch_size=ROUND,
    )
    return cases
