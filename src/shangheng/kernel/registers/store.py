# SPDX-License-Identifier: Apache-2.0
"""Versions in the order in which they came to hold, for whoever follows a register."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q

from shangheng.kernel.registers.models import VersionRow

NUMBERS_A_QUERY = 5_000


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
