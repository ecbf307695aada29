# SPDX-License-Identifier: Apache-2.0
"""Periods and what they are compared with."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel import periods

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
PERIODS = st.sampled_from(["day", "week", "month", "quarter", "year"])


@given(DAYS, PERIODS)
def test_a_periods_name_leads_back_to_its_days(day: date, period: str) -> None:
    starts = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": date(day.year, day.month - (day.month - 1) % 3, 1),
        "year": date(day.year, 1, 1),
    }
    text = periods.period_text(period, starts[period])
    assert periods.period_start(period, text) == starts[period]
    first, last = periods.days_in(period, text)
    assert first <= day <= last


@given(DAYS, PERIODS)
def test_the_period_before_ends_on_the_eve(day: date, period: str) -> None:
    first, _ = periods.days_in(period, periods.period_text(period, _start(day, period)))
    before = periods.period_before(period, periods.period_text(period, first), "previous")
    assert before is not None
    assert periods.days_in(period, before)[1] == first - timedelta(days=1)


def _start(day: date, period: str) -> date:
    return {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": date(day.year, day.month - (day.month - 1) % 3, 1),
        "year": date(day.year, 1, 1),
    }[period]


@pytest.mark.parametrize(
    ("period", "text", "before"),
    [
        ("day", "2026-02-28", "2025-02-28"),
        ("day", "2024-02-29", None),
        ("week", "2026-W07", "2025-W07"),
        ("week", "2026-W53", None),
        ("month", "2026-01", "2025-01"),
        ("quarter", "2026-Q3", "2025-Q3"),
        ("year", "2026", "2025"),
    ],
)
def test_the_same_period_a_year_before(period: str, text: str, before: str | None) -> None:
    assert periods.period_before(period, text, "year") == before


@pytest.mark.parametrize(
    ("since", "until", "against", "before"),
    [
        ("2026-02-01", "2026-02-28", "previous", ("2026-01-01", "2026-01-31")),
        ("2026-01-01", "2026-03-31", "previous", ("2025-10-01", "2025-12-31")),
        ("2026-02-10", "2026-02-16", "previous", ("2026-02-03", "2026-02-09")),
        ("2024-02-01", "2024-02-29", "year", ("2023-02-01", "2023-02-28")),
        ("2025-02-01", "2025-02-28", "year", ("2024-02-01", "2024-02-29")),
    ],
)
def test_spans_are_compared_with_spans_as_long(
    since: str, until: str, against: periods.Against, before: tuple[str, str]
) -> None:
    found = periods.span_before(date.fromisoformat(since), date.fromisoformat(until), against)
    assert tuple(day.isoformat() for day in found) == before


def test_days_of_a_question_move_as_its_periods_do() -> None:
    assert periods.shifted(date(2026, 3, 31), "month", "previous") == date(2026, 2, 28)
    assert periods.shifted(date(2026, 3, 31), "day", "previous") == date(2026, 3, 30)
    assert periods.shifted(date(2026, 3, 31), "week", "previous") == date(2026, 3, 24)
    assert periods.shifted(date(2024, 2, 29), "month", "year") == date(2023, 2, 28)
    assert periods.shifted(date(2026, 3, 31), "week", "year") == date(2025, 4, 1)
