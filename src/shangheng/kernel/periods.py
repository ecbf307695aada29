# SPDX-License-Identifier: Apache-2.0
"""Time as it is told in China, and periods as a figure names them; pure.

Periods: 2026-02-14, 2026-W07, 2026-02, 2026-Q1, 2026.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
Against = Literal["year", "previous"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def day_of(at: datetime) -> date:
    """Return the day of a moment in China."""
    return at.astimezone(CHINA).date()


def period_text(period: str, starts_on: date) -> str:
    """Return the name of the period that begins on that day."""
    match period:
        case "week":
            year, week, _ = starts_on.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{starts_on:%Y-%m}"
        case "quarter":
            return f"{starts_on.year}-Q{(starts_on.month + 2) // 3}"
        case "year":
            return f"{starts_on.year}"
        case _:
            return starts_on.isoformat()


def period_start(period: str, text: str) -> date:
    """Return the first day of the period of that name."""
    match period:
        case "week":
            year, week = text.split("-W")
            return date.fromisocalendar(int(year), int(week), 1)
        case "quarter":
            year, quarter = text.split("-Q")
            return date(int(year), 3 * int(quarter) - 2, 1)
        case "month":
            return date.fromisoformat(f"{text}-01")
        case "year":
            return date(int(text), 1, 1)
        case _:
            return date.fromisoformat(text)


def months_later(day: date, months: int) -> date:
    """Return the same day so many months on, or the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def period_before(period: str, text: str, against: Against) -> str | None:
    """Return the period to compare with; none where there is none (29 February, week 53)."""
    start = period_start(period, text)
    if against == "previous":
        return period_text(period, shifted(start, period, against))
    if period == "week":
        year, week, _ = start.isocalendar()
        earlier = date(year - 1, 12, 28).isocalendar().week  # always in the last week
        return f"{year - 1}-W{week:02}" if week <= earlier else None
    if period == "day" and (start.month, start.day) == (2, 29):
        return None
    return period_text(period, months_later(start, -12))


def shifted(day: date, period: str, against: Against) -> date:
    """Return the day as far back as the period to compare with lies (52 weeks, not a year)."""
    if against == "year":
        return day - timedelta(weeks=52) if period == "week" else end_kept(day, -12)
    if period in MONTHS:
        return end_kept(day, -MONTHS[period])
    return day - timedelta(days=7 if period == "week" else 1)


def end_kept(day: date, months: int) -> date:
    """Return the day so many months on; the end of a month stays the end of one."""
    moved = months_later(day, months)
    if day.day == monthrange(day.year, day.month)[1]:
        return moved.replace(day=monthrange(moved.year, moved.month)[1])
    return moved


def span_before(since: date, until: date, against: Against) -> tuple[date, date]:
    """Return the span to compare a span with: a year earlier, or as long and just before.

    Whole months are compared with as many whole months.
    """
    if against == "year":
        return months_later(since, -12), end_kept(until, -12)
    following = until + timedelta(days=1)
    if since.day == 1 and following.day == 1:
        months = (following.year - since.year) * 12 + following.month - since.month
        return months_later(since, -months), since - timedelta(days=1)
    return since - (following - since), since - timedelta(days=1)


def days_in(period: str, text: str) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    start = period_start(period, text)
    if period in MONTHS:
        return start, months_later(start, MONTHS[period]) - timedelta(days=1)
    return start, start + timedelta(days=6 if period == "week" else 0)
