# SPDX-License-Identifier: Apache-2.0
"""What bends a series: public holidays, shopping festivals, and a moving Spring Festival.

The first day of the lunar year is by the Purple Mountain Observatory's calendar.
"""

from datetime import date, timedelta

from shangheng.kernel.cases.concept.calendar import Calendar, Holiday

LUNAR_NEW_YEAR = {
    day.year: day
    for day in map(
        date.fromisoformat,
        (
            "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
            "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
            "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        ),
    )
}  # fmt: skip
SHOPPING = {
    (6, 18): ("618", "618"),
    (11, 11): ("双十一", "Singles' Day"),
    (12, 12): ("双十二", "12.12"),
}


def notes_between(calendar: Calendar, since: date, until: date) -> tuple[Holiday, ...]:
    """Return holidays and shopping festivals in a span, in their order, for a chart."""
    days = (since + timedelta(days=offset) for offset in range((until - since).days + 1))
    festivals = [
        Holiday(day, day, *SHOPPING[day.month, day.day])
        for day in days
        if (day.month, day.day) in SHOPPING
    ]
    return tuple(sorted([*calendar.between(since, until), *festivals]))


def spring_festival_differs(one: int, other: int) -> bool:
    """Return whether the lunar year began in different months: February then cannot be compared.

    Statisticians compare January and February together for this reason.
    """
    first, second = LUNAR_NEW_YEAR.get(one), LUNAR_NEW_YEAR.get(other)
    return bool(first and second and first.month != second.month)
