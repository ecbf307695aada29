# SPDX-License-Identifier: Apache-2.0
"""What is kept beside entries: the order in which versions came to hold, values of code lists.

The order is for whoever follows a register. The values follow from what is searched of an entry
(``typed``), which has a mark for each, so that what many entries have in common is found in order;
those that it had before stay as past ones, so that lists as at a day are found in order, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q

from shangheng.kernel.registers.models import PAST, EntryRow, FacetRow, VersionRow
from shangheng.kernel.search.concept import mark_of, marks_in

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
    """Keep the values that an entry has now and has had, in the transaction that writes it."""
    facets = FacetRow.objects.filter(entry=row)
    had = list(facets.values_list("mark", flat=True))
    facets.delete()
    FacetRow.objects.bulk_create(_of(row, had, FacetRow))


def _of(row: Any, had: Iterable[str], facet: Any) -> list[Any]:  # noqa: ANN401 - or a migration's
    copied = {name: getattr(row, name) for name in COPIED}
    states = {**dict.fromkeys(had, PAST), **dict.fromkeys(marks_in(row.typed), row.state)}
    return [
        facet(**{**copied, "entry_id": row.pk, "mark": mark, "state": state})
        for mark, state in states.items()
    ]


def recount_facets(entry: Any = EntryRow, facet: Any = FacetRow) -> int:  # noqa: ANN401
    """Keep the values of every entry anew and return how many there are."""
    facet.objects.all().delete()
    told, waiting = 0, []
    coded = _coded(entry)
    for row in entry.objects.only(*COPIED, "typed", "version").iterator(ROUND):
        had = _had(row, coded.get(row.kind, ())) if row.version > 1 else ()
        waiting += _of(row, had, facet)
        if len(waiting) >= ROUND:
            told += len(facet.objects.bulk_create(waiting))
            waiting = []
    return told + len(facet.objects.bulk_create(waiting))


def _coded(entry: Any) -> dict[str, set[str]]:  # noqa: ANN401
    """Return which fields of each register have marks, as the entries with a past show it."""
    found: dict[str, set[str]] = {}
    for row in entry.objects.filter(version__gt=1).iterator(ROUND):
        marks = marks_in(row.typed)
        told = row.versions.values_list("values", flat=True)
        pairs = {(name, str(value)) for values in told for name, value in values.items()}
        found.setdefault(row.kind, set()).update(
            name for name, value in pairs if mark_of(name, value) in marks
        )
    return found


def _had(row: Any, coded: Iterable[str]) -> list[str]:  # noqa: ANN401
    """Return the marks of what an entry said in any version that came to hold."""
    told = row.versions.exclude(confirmed_at=None).values_list("values", flat=True)
    return [mark_of(name, str(values[name])) for values in told for name in coded
            if values.get(name)]  # fmt: skip
