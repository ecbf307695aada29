# SPDX-License-Identifier: Apache-2.0
"""Day counts and interest, exact until the one rounding at the end.

The day counts are those of the 2006 ISDA Definitions, section 4.16, by paragraph. A period holds
its first day and not its last. Which of them an agreement uses, its rate and how it rounds are the
agreement's to say; nothing here has a default.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from shangheng.kernel.accounts.concept.rounding import Rounding, rounded
from shangheng.kernel.errors import Invalid

_MONTH = 30
"""Days of every month in the day counts that make a year 360 days long."""


def _actual_over(days_a_year: int) -> Callable[[date, date], Fraction]:
    return lambda start, end: Fraction((end - start).days, days_a_year)


def _actual_actual(start: date, end: date) -> Fraction:
    """Divide the days of leap years by 366, all others by 365."""
    borders = [start, *(date(year, 1, 1) for year in range(start.year + 1, end.year + 1)), end]
    return sum(
        (
            Fraction((to - at).days, 366 if _is_leap(at.year) else 365)
            for at, to in pairwise(borders)
        ),
        Fraction(0),
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _thirty(start: date, end: date) -> Fraction:
    """Count thirty days a month; a 31st counts as the 30th, at the end only after such a start."""
    first = min(start.day, _MONTH)
    last = min(end.day, _MONTH) if first == _MONTH else end.day
    return _thirties(start, end, last - first)


def _thirty_european(start: date, end: date) -> Fraction:
    """Count thirty days a month; a 31st counts as the 30th at both ends."""
    return _thirties(start, end, min(end.day, _MONTH) - min(start.day, _MONTH))


def _thirties(start: date, end: date, days: int) -> Fraction:
    return Fraction(360 * (end.year - start.year) + 30 * (end.month - start.month) + days, 360)


DAY_COUNTS: dict[str, Callable[[date, date], Fraction]] = {
    "ACT/ACT": _actual_actual,  # (b), also named ACT/ACT ISDA
    "ACT/365F": _actual_over(365),  # (d)
    "ACT/360": _actual_over(360),  # (e)
    "30/360": _thirty,  # (f), bond basis
    "30E/360": _thirty_european,  # (g), Eurobond basis
}


def years(day_count: str, start: date, end: date) -> Fraction:
    """Return how many years a day count makes of the days from `start` until before `end`."""
    if day_count not in DAY_COUNTS:
        raise Invalid("interest.day_count_unknown", day_count=day_count, known=[*DAY_COUNTS])
    if end < start:
        raise Invalid("interest.period_backwards", start=start, end=end)
    return DAY_COUNTS[day_count](start, end)


def interest(
    principal: int, yearly_rate: Decimal, period: tuple[date, date], *, day_count: str,
    rounding: Rounding,
) -> int:  # fmt: skip
    """Return simple interest in smallest pieces; a rate of 0.035 is three and a half per cent."""
    return rounded(principal * Fraction(yearly_rate) * years(day_count, *period), rounding)


def interest_on_balances(
    balances: Sequence[tuple[date, int]], until: date, yearly_rate: Decimal, *, day_count: str,
    rounding: Rounding,
) -> int:  # fmt: skip
    """Return interest on a balance that changed (积数计息): each holds until the next day named.

    Rounded once, so that it does not depend on how often the account moved.
    """
    days = [*(day for day, _ in balances), until]
    parts = zip(balances, pairwise(days), strict=True)
    total = sum((held * years(day_count, *span) for (_, held), span in parts), Fraction(0))
    return rounded(total * Fraction(yearly_rate), rounding)
