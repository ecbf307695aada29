# SPDX-License-Identifier: Apache-2.0
"""How many were told of an entry (传播): by which way, for which region and category, never who.

A register that declares ``reach`` counts for each version of an entry how many were sent it and
how often it was opened. What is kept is a number for a day; nothing of it belongs to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Min, Sum

from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.registers.models import ReachRow
from shangheng.kernel.registers.queries import EntryView

WAYS: dict[str, tuple[str, str]] = {
    "email": ("发给订阅人的邮件", "e-mails to subscribers"),
    "withdrawn": ("撤回通知", "e-mails that it was withdrawn"),
    "from_email": ("从邮件打开", "opened from the e-mail"),
    "page": ("网页打开", "page opened"),
    "api": ("程序读取", "read by programs"),
}
ONCE = ("kind", "number", "version", "way", "day", "region", "topic")
Cell = tuple[str, str]
"""The region and the category for which somebody was told; empty where they asked for all."""


@dataclass(frozen=True)
class Reached:
    """How many were told of an entry by one way, for one region and category, on which days."""

    number: str
    way: str
    region: str
    topic: str
    times: int
    first_day: date
    last_day: date


def link_of(kind: str, number: str, way: str) -> str:
    """Return the address in e-mails sent by some way, by which they are found again."""
    return f"/registers/{kind}/{number}/?from={way}"


def cell_of(kind: RegisterKind, entry: EntryView) -> Cell:
    """Return region and category of an entry itself."""
    return entry.region, str(entry.values.get(kind.reach) or "")


def _rows(entry: EntryView, way: str, on: date, times: Mapping[Cell, int]) -> list[ReachRow]:
    return [
        ReachRow(
            kind=entry.kind, number=entry.number, version=entry.holds, way=way, day=on,
            region=region, topic=topic, times=n,
        )
        for (region, topic), n in times.items()
    ]  # fmt: skip


def opened(kind: RegisterKind, entry: EntryView, way: str, on: date) -> None:
    """Count that an entry was opened once more."""
    (row,) = _rows(entry, way, on, {cell_of(kind, entry): 0})
    same = ReachRow.objects.filter(**{name: getattr(row, name) for name in ONCE})
    more = F("times") + 1
    if not same.update(times=more):
        ReachRow.objects.bulk_create([row], ignore_conflicts=True)
        same.update(times=more)


def sent(entry: EntryView, way: str, on: date, times: Mapping[Cell, int]) -> None:
    """Keep to how many an entry was sent; none is kept too, and kept again it stays the same."""
    ReachRow.objects.bulk_create(
        _rows(entry, way, on, times or {("", ""): 0}),
        update_conflicts=True, unique_fields=ONCE, update_fields=("times",),
    )  # fmt: skip


def versions_sent(kind: RegisterKind, way: str) -> set[tuple[str, int]]:
    """Return the versions of entries that have been sent by some way."""
    rows = ReachRow.objects.filter(kind=kind.name, way=way)
    return set(rows.values_list("number", "version").distinct())


def reached(kind: RegisterKind, number: str = "") -> list[Reached]:
    """Return how many were told, of one entry or of all, by way, region and category."""
    rows = ReachRow.objects.filter(kind=kind.name, times__gt=0)
    if number:
        rows = rows.filter(number=number)
    by = ("number", "way", "region", "topic")
    counted = rows.values_list(*by).annotate(n=Sum("times"), since=Min("day"), until=Max("day"))
    return [Reached(*each) for each in counted.order_by("-number", *by[1:])]
