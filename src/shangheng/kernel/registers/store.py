# SPDX-License-Identifier: Apache-2.0
"""What is kept beside entries: the order in which versions came to hold, values of code lists.

The order is for whoever follows a register. The values follow from what is searched of an entry
(``typed``), which has a mark for each, so that what many entries have in common is found in order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q

from shangheng.kernel.registers.models import EntryRow, FacetRow, VersionRow
from shangheng.kernel.search.concept import marks_in

NUMBERS_A_QUERY = 5_000
ROUND = 2_000
COPIED = ("kind", "title", "number", "state", "region")


@dataclass(frozen=True)
class Held:
    """A version that has come to hold: by the leaf of which act, and what it says from when."""

    leaf: int
    entry: str
    version: int
    act: str
    since: date
    values: Mapping[str, Any]
    at: datetime


def held(
    kind: str, first: int = 0, end: int | None = None, *, limit: int | None = None
) -> list[Held]:
    """Return the versions that came to hold by the leaves from one to before another, in order."""
    rows = VersionRow.objects.filter(entry__kind=kind, held__gte=first)
    if end is not None:
        rows = rows.filter(held__lt=end)
    return [_held(row) for row in rows.select_related("entry").order_by("held")[:limit]]


def held_of(kind: str, end: int | None, entries: Iterable[str] | None = None) -> list[Held]:
    """Return all that entries had said by the time of a leaf, or up to now, in order.

    Without ``entries`` it is what the whole register has said.
    """
    if entries is None:
        return held(kind, end=end)
    rows = VersionRow.objects.filter(entry__kind=kind).exclude(held=None).select_related("entry")
    if end is not None:
        rows = rows.filter(held__lt=end)
    numbers = sorted(entries)
    parts = (numbers[at : at + NUMBERS_A_QUERY] for at in range(0, len(numbers), NUMBERS_A_QUERY))
    found = [_held(row) for part in parts for row in rows.filter(entry__number__in=part)]
    return sorted(found, key=lambda each: each.leaf)


def kept(kind: str, since: datetime) -> dict[str, Any]:
    """Return how many acts there were since a moment, how many put right, when the newest was."""
    rows = VersionRow.objects.filter(entry__kind=kind).exclude(held=None)
    told = rows.filter(recorded_at__gt=since).aggregate(
        batches=Count("pk"), corrected=Count("pk", filter=Q(act="correct"))
    )
    newest = rows.aggregate(newest=Max("recorded_at"))
    return {**told, "read": told["batches"], "rejected": 0, **newest}


def _held(row: VersionRow) -> Held:
    assert row.held is not None  # noqa: S101 - asked for
    return Held(
        row.held, row.entry.number, row.number, row.act, row.effective_from, row.values,
        row.confirmed_at or row.recorded_at,
    )  # fmt: skip


def keep_facets(row: EntryRow) -> None:
    """Keep the values that an entry has now, in the transaction that writes the entry."""
    FacetRow.objects.filter(entry=row).delete()
    FacetRow.objects.bulk_create(_of(row, FacetRow))


def _of(row: Any, facet: Any) -> list[Any]:  # noqa: ANN401 - of today's models or a migration's
    copied = {name: getattr(row, name) for name in COPIED}
    return [facet(entry_id=row.pk, mark=mark, **copied) for mark in marks_in(row.typed)]


def recount_facets(entry: Any = EntryRow, facet: Any = FacetRow) -> int:  # noqa: ANN401
    """Keep the values of every entry anew and return how many there are."""
    facet.objects.all().delete()
    told, waiting = 0, []
    for row in entry.objects.only(*COPIED, "typed").iterator(ROUND):
        waiting += _of(row, facet)
        if len(waiting) >= ROUND:
            told += len(facet.objects.bulk_create(waiting))
            waiting = []
    return told + len(facet.objects.bulk_create(waiting))
