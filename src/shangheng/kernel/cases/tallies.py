# SPDX-License-Identifier: Apache-2.0
"""Counts of cases that are kept with each act, so that nobody has to count a million of them.

A case counts in the month in which it was opened, at the place where it is. ``counted`` says in
which counts it stands; an act takes it out of those before and puts it into those after.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from shangheng.kernel.cases.models import CaseRow, ClockRow, TallyRow
from shangheng.kernel.periods import CHINA

ROUND = 2_000
DAY_S = 86_400


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
    ended = row.clocks.exclude(ended_at=None).values_list("name", "due_at", "ended_at")
    return _counted(row, ended)


def _counted(
    row: CaseRow, ended: Iterable[tuple[str, datetime | None, datetime | None]]
) -> Counter[Count]:
    told = [("state", row.state)]
    if row.outcome:
        told.append(("outcome", row.outcome))
    if row.closed_at is not None:
        took = (row.closed_at - row.opened_at).total_seconds()
        told.append(("days", str(round(took / DAY_S))))
    for name, due, end in ended:
        late = due is not None and end is not None and due <= end
        told.append(("late" if late else "kept", name))
    return Counter(Count(row.region, row.department, *each) for each in told)


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
    for row in CaseRow.objects.iterator(ROUND):
        cases += 1
        ended = ClockRow.objects.filter(case=row.pk).exclude(ended_at=None)
        told = _counted(row, ended.values_list("name", "due_at", "ended_at"))
        for count, n in told.items():
            found[row.kind, month_of(row.opened_at), count] += n
    TallyRow.objects.all().delete()
    TallyRow.objects.bulk_create(
        [
            TallyRow(kind=kind, month=month, **count._asdict(), cases=n)
            for (kind, month, count), n in found.items()
        ],
        batch_size=ROUND,
    )
    return cases
