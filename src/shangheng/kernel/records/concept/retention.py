# SPDX-License-Identifier: Apache-2.0
"""How long what is reported is kept at least, what a case holds longer, and what is due to go.

A *class* has a period; a kind of record belongs to one, and so may each of its fields. A record is
kept until the longest period of its kind and fields has passed: its hash covers all its fields, so
one of them cannot go alone. Periods run from the last moment that the record itself tells of:
qinghai-2016 (二十三) leaves open whether they begin with the record or with the end of the
transaction, and the later is never too short.

What is disposed of is a whole *batch*, once the last of its records is due. Its original is one
sealed document; while a single record of it must be kept, so must the key under which the original
and the salts of that record lie, and then an earlier record of the batch is not unreadable,
whatever is taken out of the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.periods import end_kept
from shangheng.kernel.records.concept.fields import Person
from shangheng.kernel.records.concept.kinds import RecordKind

CLASSES: Mapping[str, tuple[str, str]] = {
    "transaction": ("交易记录", "transaction records"),
    "log": ("交易日志", "transaction logs"),
    "payment": ("资金支付记录", "payment records"),
    "address": ("IP 地址及源端口号", "IP address and source port"),
    "terminal": ("终端信息", "terminal information"),
    "statistic": ("统计数据", "statistics"),
}
"""The five classes of qinghai-2016 (二十三), and the figures that authorities report."""


@dataclass(frozen=True)
class Floor:
    """Months below which no period may lie from a day on, and who says so."""

    since: date
    months: int
    source: str


FLOORS = (Floor(date(2016, 1, 1), 6, "qinghai-2016 (二十三)"),)
"""Six months for whatever is kept. What national law asks beyond that is not printed in any of the
documents: the authority states it, with its source (``NATIONAL``)."""
NATIONAL = frozenset({"transaction", "payment"})
"""Classes of which national law on electronic commerce speaks: how long they are kept is decided,
with the article that says so, wherever they are kept, before any of them is disposed of."""


@dataclass(frozen=True)
class Period:
    """How many months a class is kept, and by which rules; the longest of them counts."""

    months: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """By whom something about retention is done, why, and when."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which records are meant; whatever is left empty covers everything.

    ``where`` maps fields of the kind to values, a person's as the person calls itself.
    """

    kind: str = ""
    reporter: str = ""
    batch: str = ""
    since: date | None = None
    until: date | None = None
    where: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as it is sealed."""
        days = {"since": self.since, "until": self.until}
        return {
            "kind": self.kind, "reporter": self.reporter, "batch": self.batch,
            "where": dict(self.where),
            **{name: day.isoformat() if day else "" for name, day in days.items()},
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hold(Selection):
    """What must not go while a case needs it; persons stand in ``where`` as pseudonyms."""

    number: str
    case: str
    reason: str
    by: str
    at: datetime

    def covers(self, kind: RecordKind) -> bool:
        """Tell whether records of a kind can be held by it."""
        return self.kind in ("", kind.name) and set(self.where) <= {f.name for f in kind.fields}

    def plain(self) -> dict[str, Any]:
        """Return it as it is sealed."""
        own = {"number": self.number, "case": self.case, "reason": self.reason, "by": self.by}
        return {**super().plain(), **own, "at": self.at.isoformat()}


@dataclass(frozen=True)
class Holding:
    """A hold as it stands, with who released it and why."""

    hold: Hold
    leaf: int
    released_at: datetime | None = None
    released_by: str = ""
    release_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is still there of a batch: its records, wherever they lie, and what holds it."""

    folder: str
    reporter: str
    batch: str
    records: int
    first: date
    last: date
    due_on: date
    holds: tuple[str, ...] = ()

    def is_due(self, on: date) -> bool:
        """Tell whether its period is over."""
        return self.due_on <= on


@dataclass(frozen=True)
class Plan:
    """What a disposal on a day would do with a kind: what goes, what a case holds, what waits.

    ``holds`` are the numbers of all holds that were in force when it was made.
    """

    kind: str
    on: date
    period: Period
    goes: tuple[Content, ...]
    held: tuple[Content, ...]
    waits: tuple[Content, ...]
    holds: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """Return how many records would go."""
        return sum(each.records for each in self.goes)

    @property
    def next_due(self) -> date | None:
        """Return when the next batch is due."""
        return min((each.due_on for each in self.waits), default=None)


@dataclass(frozen=True, kw_only=True)
class Disposal:
    """A disposal that was ordered; ``is_finished`` once nothing of its batches can be read."""

    number: str
    kind: str
    on: date
    months: int
    sources: tuple[str, ...]
    reason: str
    by: str
    at: datetime
    batches: int
    records: int
    first: date | None
    last: date | None
    leaf: int
    is_finished: bool


def classes_of(kind: RecordKind) -> tuple[str, ...]:
    """Return the classes to which a kind and its fields belong, the kind's own first."""
    return tuple(dict.fromkeys((kind.retain, *filter(None, (f.retain for f in kind.fields)))))


def floor_on(on: date) -> Period:
    """Return the period below which no jurisdiction may go on a day, whatever the class."""
    holding = [each for each in FLOORS if each.since <= on]
    months = max((each.months for each in holding), default=0)
    return Period(months, tuple(each.source for each in holding if each.months == months))


def longest(periods: Mapping[str, Period]) -> Period:
    """Return the longest of the periods of a record's classes."""
    return max(periods.values(), key=lambda period: period.months)


def due_on(last: date, months: int) -> date:
    """Return the first day on which something may go: the day after its period's last.

    A period that begins on the last day of a month ends on the last day of one.
    """
    return end_kept(last, months) + timedelta(days=1)


def check(asked: Selection, kind: RecordKind | None) -> None:
    """Refuse values without a kind, in a field that is not one text, and days that run back."""
    if asked.since and asked.until and asked.until < asked.since:
        raise Invalid("retention.days_reversed", since=asked.since, until=asked.until)
    where = asked.where
    if kind is None:
        if where:
            raise Invalid("retention.values_without_kind", fields=sorted(where))
        return
    plain = {f.name for f in kind.fields if f.sql_type == "VARCHAR" and f.json_type == "string"}
    if unknown := sorted(set(where) - plain):
        raise Invalid(
            "retention.no_such_field", kind=kind.name, fields=unknown, known=sorted(plain)
        )


def persons_of(kind: RecordKind) -> frozenset[str]:
    """Return the fields of a kind that name natural persons, kept as pseudonyms."""
    return frozenset(f.name for f in kind.of_type(Person))
