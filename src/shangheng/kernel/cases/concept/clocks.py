# SPDX-License-Identifier: Apache-2.0
"""Clocks: how long something may take, counted day by day, with the reason for each day.

How it is counted (民法典 第二百条 to 第二百零四条): the day on which the event falls is not
counted, the count begins on the next; a period of calendar days that ends on a day off ends on the
next working day; a period of days ends at midnight. Hours run from the moment itself and without
regard to days off. A day of which any part was stopped is not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from shangheng.kernel.cases.concept.calendar import Calendar
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.periods import CHINA, day_of

Unit = Literal["working_days", "calendar_days", "hours"]
UNITS: dict[Unit, tuple[str, str]] = {
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("日", "days"),
    "hours": ("小时", "hours"),
}
WHY: dict[str, tuple[str, str]] = {
    "start": ("起算当日，不计入", "day of the event: not counted"),
    "workday": ("工作日", "working day"),
    "moved_workday": ("调休上班日", "working day moved to a weekend"),
    "weekend": ("周末", "weekend"),
    "holiday": ("法定节假日放假", "public holiday"),
    "calendar": ("自然日", "calendar day"),
    "stopped": ("停钟", "clock stopped"),
    "rolled": ("末日逢休息日，顺延", "last day was a day off: moved on"),
    "hours": ("按小时连续计算", "hours run on"),
}
DAYS_MAX = 3_660
PERIOD_MAX = 2_000


@dataclass(frozen=True)
class Clock:
    """How long the case may stay in some states.

    Exactly one of ``working_days``, ``calendar_days`` and ``hours`` is given: a number that the
    document named in ``basis`` prints, or a ``Parameter`` that the authority has to decide. The
    clock starts when the case enters one of the states ``runs``, stands still in ``pauses`` and
    ends when the case reaches any other state, or for good with one of the steps ``until``, such
    as the answer that was waited for. ``may_stop`` names who may stop it for another
    reason, ``may_extend`` who may prolong it by at most ``extension`` of the same unit;
    ``warns_before`` calendar days before the end whoever holds the case is reminded, and once it
    is over the role ``escalates_to`` is told.
    """

    name: str
    zh: str
    en: str
    _: KW_ONLY
    runs: tuple[str, ...]
    working_days: int | Parameter | None = None
    calendar_days: int | Parameter | None = None
    hours: int | Parameter | None = None
    pauses: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    may_stop: tuple[str, ...] = ()
    may_extend: tuple[str, ...] = ()
    extension: int | Parameter | None = None
    warns_before: int | Parameter | None = None
    escalates_to: str = ""
    basis: tuple[str, ...] = ()

    @property
    def period(self) -> tuple[Unit, int | Parameter]:
        """Return unit and length; the length may still have to be decided."""
        given: list[tuple[Unit, int | Parameter]] = []
        if self.working_days is not None:
            given.append(("working_days", self.working_days))
        if self.calendar_days is not None:
            given.append(("calendar_days", self.calendar_days))
        if self.hours is not None:
            given.append(("hours", self.hours))
        if len(given) != 1:
            raise Invalid("clock.one_period", clock=self.name)
        return given[0]

    def problems(self, states: Sequence[str]) -> Iterator[str]:
        """Yield what is wrong with the declaration."""
        named = {*self.runs, *self.pauses}
        if unknown := sorted(named - set(states)):
            yield f"clock {self.name} names unknown states {unknown}"
        if not self.runs or set(self.runs) & set(self.pauses):
            yield f"clock {self.name} must run in states in which it does not pause"
        if self.may_extend and self.extension is None:
            yield f"clock {self.name} may be extended but does not say by how much"
        for length in (self.period[1], self.extension, self.warns_before):
            if isinstance(length, int) and not 0 < length <= PERIOD_MAX:
                yield f"clock {self.name} has a length of {length}"


def settled(length: int | Parameter, configuration: Configuration, on: date) -> tuple[int, str]:
    """Return a length and where it is written; refuse with the question what is not decided."""
    if isinstance(length, int):
        return length, ""
    amount, source = length.sourced(on, configuration)
    is_whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not is_whole or not 0 < amount <= PERIOD_MAX:
        raise Invalid("clock.length_unreadable", name=length.name, value=str(amount))
    return amount, source


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a running clock: ``started``, ``stopped``, ``resumed`` or ``extended``."""

    what: Literal["started", "stopped", "resumed", "extended"]
    at: datetime
    reason: str = ""
    by: str = ""
    amount: int = 0

    def plain(self) -> dict[str, Any]:
        """Return the event as JSON keeps it."""
        return {
            "what": self.what, "at": self.at.isoformat(), "reason": self.reason, "by": self.by,
            "amount": self.amount,
        }  # fmt: skip

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Event":
        """Return the event that was kept."""
        return cls(
            plain["what"], datetime.fromisoformat(plain["at"]), plain["reason"], plain["by"],
            plain["amount"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One line of the derivation: a day, whether it counted and as which, and why."""

    day: date
    number: int
    why: str
    reason: str = ""
    counted: bool = False
    announced: bool = True


@dataclass(frozen=True, slots=True)
class Reckoning:
    """When a clock runs out and how that was found.

    ``due_at`` is the first moment at which it is over (midnight after ``due_on``), unknown while
    the clock stands still. ``provisional`` tells that it rests on a year whose official calendar
    is not announced yet.
    """

    unit: Unit
    length: int
    due_at: datetime | None
    days: tuple[Day, ...]
    provisional: bool

    @property
    def due_on(self) -> date | None:
        """Return the last day of the period."""
        if self.due_at is None:
            return None
        return (self.due_at.astimezone(CHINA) - timedelta(microseconds=1)).date()

    def is_over(self, at: datetime) -> bool:
        """Tell whether the period is over at a moment."""
        return self.due_at is not None and at >= self.due_at


Span = tuple[datetime, datetime | None, str]


def _stops(events: Sequence[Event]) -> list[Span]:
    """Return each standstill with its reason; the last one may still be open."""
    spans: list[Span] = []
    for event in events:
        if event.what == "stopped":
            spans.append((event.at, None, event.reason))
        elif event.what == "resumed":
            since, _, reason = spans.pop()
            spans.append((since, event.at, reason))
    return spans


def with_event(events: Sequence[Event], event: Event) -> tuple[Event, ...]:
    """Add an event; refuse one that cannot follow: a second stop, a time before the last."""
    last = [each.what for each in events if each.what in ("stopped", "resumed")]
    stands = bool(last) and last[-1] == "stopped"
    if (event.what == "stopped" and stands) or (event.what == "resumed" and not stands):
        raise Conflict("clock.already", what=event.what)
    if events and event.at < events[-1].at:
        raise Conflict("clock.backwards", at=event.at.isoformat(), last=events[-1].at.isoformat())
    return (*events, event)


def reckon(unit: Unit, length: int, events: Sequence[Event], calendar: Calendar) -> Reckoning:
    """Count a period from its events; every day is listed with the reason."""
    whole = length + sum(event.amount for event in events if event.what == "extended")
    if unit == "hours":
        return _hours(whole, events)
    days = list(_counted(unit, whole, events, calendar))
    ended = bool(days) and days[-1].number == whole and days[-1].counted
    if ended and unit == "calendar_days":
        days += _rolled(days[-1].day, whole, calendar)
    due = _midnight(days[-1].day + timedelta(days=1)) if ended else None
    return Reckoning(unit, whole, due, tuple(days), any(not each.announced for each in days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _counted(unit: Unit, whole: int, events: Sequence[Event], calendar: Calendar) -> Iterator[Day]:
    start = day_of(events[0].at)
    spans = [(day_of(a), day_of(b) if b else None, why) for a, b, why in _stops(events)]
    yield Day(start, 0, "start")
    number = 0
    for offset in range(1, DAYS_MAX):
        day = start + timedelta(days=offset)
        stop = next((s for s in spans if s[0] <= day and (s[1] is None or day <= s[1])), None)
        known = unit == "calendar_days" or calendar.is_announced(day)
        if stop is not None:
            yield Day(day, number, "stopped", stop[2])
            if stop[1] is None:
                return
            continue
        worked = calendar.is_worked(day)
        counts = unit == "calendar_days" or worked
        number += counts
        why = "calendar" if unit == "calendar_days" else calendar.kind(day)
        yield Day(day, number, why, counted=counts, announced=known)
        if number == whole:
            return


def _rolled(last: date, number: int, calendar: Calendar) -> Iterator[Day]:
    """Move the end of a period of calendar days to the next working day (民法典 第二百零三条)."""
    day = last
    while not calendar.is_worked(day):
        day += timedelta(days=1)
        yield Day(day, number, "rolled", announced=calendar.is_announced(day))


def _hours(whole: int, events: Sequence[Event]) -> Reckoning:
    start, left = events[0].at, timedelta(hours=whole)
    days = [Day(day_of(start), 0, "hours", counted=True)]
    for since, until, reason in _stops(events):
        ran = since - start
        if ran >= left:
            break
        left -= ran
        days.append(Day(day_of(since), 0, "stopped", reason))
        if until is None:
            return Reckoning("hours", whole, None, tuple(days), provisional=False)
        start = until
        days.append(Day(day_of(until), 0, "hours", counted=True))
    return Reckoning("hours", whole, start + left, tuple(days), provisional=False)
