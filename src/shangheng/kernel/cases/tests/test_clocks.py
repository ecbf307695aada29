# SPDX-License-Identifier: Apache-2.0
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.cases.concept.calendar import ADDED, known, official
from shangheng.kernel.cases.concept.clocks import (
    CHINA,
    Clock,
    Event,
    Unit,
    reckon,
    settled,
    with_event,
)
from shangheng.kernel.cases.tests.builders import DAYS
from shangheng.kernel.errors import Conflict, Invalid

CALENDAR = official()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due(unit: Unit, length: int, *events: Event) -> date | None:
    return reckon(unit, length, events, CALENDAR).due_on


@pytest.mark.parametrize(
    ("year", "days"),
    [(2015, 249), (2018, 250), (2020, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_as_many_working_days_as_the_notices_leave(year: int, days: int) -> None:
    first = date(year, 1, 1)
    every = (first + timedelta(days=n) for n in range(366))
    assert sum(CALENDAR.is_worked(day) for day in every if day.year == year) == days


def test_only_weekend_days_are_moved_to_be_worked() -> None:
    assert all(day.weekday() >= 5 for day in CALENDAR.on)
    assert not CALENDAR.on & CALENDAR.off


def test_the_day_of_the_event_is_not_counted() -> None:
    started = Event("started", moment("2026-03-02 09:00"))  # a Monday
    assert due("working_days", 1, started) == date(2026, 3, 3)
    assert due("working_days", 5, started) == date(2026, 3, 9)


def test_spring_festival_is_jumped_over_and_moved_working_days_count() -> None:
    started = Event("started", moment("2026-02-13 18:00"))  # Friday; Saturday 14 is worked
    found = reckon("working_days", 2, (started,), CALENDAR)
    assert found.due_on == date(2026, 2, 24)
    whys = {day.day: day.why for day in found.days}
    assert whys[date(2026, 2, 14)] == "moved_workday"
    assert whys[date(2026, 2, 16)] == "holiday"


def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day() -> None:
    started = Event("started", moment("2026-09-25 09:00"))
    found = reckon("calendar_days", 7, (started,), CALENDAR)  # the seventh is 2 October
    assert found.due_on == date(2026, 10, 8)
    assert found.days[-1].why == "rolled"


def test_days_of_a_standstill_are_not_counted_and_say_why() -> None:
    events = (
        Event("started", moment("2026-03-02 09:00")),
        Event("stopped", moment("2026-03-03 10:00"), "鉴定"),
        Event("resumed", moment("2026-03-05 16:00")),
    )
    found = reckon("working_days", 2, events, CALENDAR)
    assert found.due_on == date(2026, 3, 9)
    assert [day.reason for day in found.days if day.why == "stopped"] == ["鉴定"] * 3


def test_a_clock_that_stands_still_is_never_over() -> None:
    events = (
        Event("started", moment("2026-03-02 09:00")),
        Event("stopped", moment("2026-03-03 10:00")),
    )
    found = reckon("working_days", 2, events, CALENDAR)
    assert found.due_on is None
    assert not found.is_over(moment("2036-01-01 00:00"))


def test_an_extension_adds_to_the_period() -> None:
    events = (
        Event("started", moment("2026-03-02 09:00")),
        Event("extended", moment("2026-03-03 10:00"), amount=3),
    )
    assert due("working_days", 2, *events) == date(2026, 3, 9)


def test_hours_run_on_through_weekends_and_stand_still_when_stopped() -> None:
    events = (
        Event("started", moment("2026-03-06 20:00")),
        Event("stopped", moment("2026-03-07 20:00")),
        Event("resumed", moment("2026-03-08 08:00")),
    )
    found = reckon("hours", 48, events, CALENDAR)
    assert found.due_at == moment("2026-03-09 08:00")


def test_a_year_without_a_notice_is_counted_by_weekends_and_called_provisional() -> None:
    started = Event("started", moment("2026-12-30 09:00"))
    assert reckon("working_days", 5, (started,), CALENDAR).provisional
    told = {ADDED: {2027: {"off": "0101-0103元旦", "on": "0109", "source": "a notice"}}}
    found = reckon("working_days", 5, (started,), known(told))
    assert not found.provisional
    assert found.due_on == date(2027, 1, 7)
    assert known(told).kind(date(2027, 1, 9)) == "moved_workday"
    assert known({ADDED: {2026: "0101-0101元旦"}}).is_worked(date(2026, 10, 1))
    assert known({}) is CALENDAR


@pytest.mark.parametrize("off", ["0101", "0132-0133元旦", "0103-0101元旦", "元旦", None, 101])
def test_a_notice_that_cannot_be_read_is_refused_with_its_year(off: object) -> None:
    with pytest.raises(Invalid, match=r"calendar\.unreadable") as refusal:
        known({ADDED: {2027: {"off": off} if off else {"on": "0104"}}})
    assert refusal.value.facts["year"] == 2027


def test_it_is_over_only_when_the_last_day_is() -> None:
    found = reckon("working_days", 1, (Event("started", moment("2026-03-02 09:00")),), CALENDAR)
    assert not found.is_over(moment("2026-03-03 23:59"))
    assert found.is_over(moment("2026-03-04 00:00"))


def test_a_clock_cannot_stop_twice_nor_go_back() -> None:
    started = Event("started", moment("2026-03-02 09:00"))
    stopped = with_event((started,), Event("stopped", moment("2026-03-03 09:00")))
    with pytest.raises(Conflict, match=r"clock\.already"):
        with_event(stopped, Event("stopped", moment("2026-03-04 09:00")))
    with pytest.raises(Conflict, match=r"clock\.backwards"):
        with_event(stopped, Event("resumed", moment("2026-03-01 09:00")))


def test_a_period_that_nobody_decided_is_refused_with_the_question() -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        settled(DAYS, {}, date(2026, 3, 2))
    assert refusal.value.facts["question_zh"] == "多少个工作日内决定？"
    told = {"value": 7, "source": "湘市监〔2026〕1号"}
    assert settled(DAYS, {DAYS.name: told}, date(2026, 3, 2)) == (7, "湘市监〔2026〕1号")
    with pytest.raises(Invalid, match=r"clock\.length_unreadable"):
        settled(DAYS, {DAYS.name: "soon"}, date(2026, 3, 2))


def test_a_clock_has_exactly_one_period() -> None:
    with pytest.raises(Invalid, match=r"clock\.one_period"):
        _ = Clock("a", "甲", "a", runs=("x",), working_days=1, hours=2).period


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    at = datetime.combine(
        draw(st.dates(date(2015, 1, 1), date(2026, 6, 1))), draw(st.times()), CHINA
    )
    events = [Event("started", at)]
    for _ in range(draw(st.integers(0, 3))):
        at += timedelta(minutes=draw(st.integers(1, 20_000)))
        events.append(Event("stopped", at, "r"))
        at += timedelta(minutes=draw(st.integers(1, 20_000)))
        events.append(Event("resumed", at))
    return tuple(events)


def naive(unit: Unit, length: int, events: tuple[Event, ...]) -> datetime:
    """Count minute by minute of meaning: walk from day to day, asking of each whether it stood."""
    day = events[0].at.date()
    counted = 0
    while counted < length:
        day += timedelta(days=1)
        begins = datetime.combine(day, datetime.min.time(), CHINA)
        ends = begins + timedelta(days=1)
        stood = any(
            stop.at < ends and resume.at >= begins
            for stop, resume in zip(events[1::2], events[2::2], strict=True)
        )
        counted += not stood and (unit == "calendar_days" or CALENDAR.is_worked(day))
    while unit == "calendar_days" and not CALENDAR.is_worked(day):
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA)


@given(st.sampled_from(["working_days", "calendar_days"]), st.integers(1, 90), histories())
def test_clocks_agree_with_a_count_day_by_day(
    unit: Unit, length: int, events: tuple[Event, ...]
) -> None:
    found = reckon(unit, length, events, CALENDAR)
    assert found.due_at == naive(unit, length, events)
    assert sum(day.counted for day in found.days) == length
    days = [day.day for day in found.days]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@given(st.integers(1, 500), histories())
def test_hours_are_elapsed_time_less_standstills(hours: int, events: tuple[Event, ...]) -> None:
    found = reckon("hours", hours, events, CALENDAR).due_at
    assert found is not None
    stood = timedelta()
    for stop, resume in zip(events[1::2], events[2::2], strict=True):
        if stop.at < events[0].at + timedelta(hours=hours) + stood:
            stood += resume.at - stop.at
    assert found == events[0].at + timedelta(hours=hours) + stood
