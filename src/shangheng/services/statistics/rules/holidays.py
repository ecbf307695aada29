# SPDX-License-Identifier: Apache-2.0
"""Public holidays and shopping festivals, by which a bend in a series is explained.

Public holidays as the General Office of the State Council announced them each year
(国务院办公厅关于各年部分节假日安排的通知), days off joined with the weekends that the notices
name; 2020 with the prolonged Spring Festival of the notice of 26 January 2020. The first day of
the lunar year is by the Purple Mountain Observatory's calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta

NEW_YEAR = ("元旦", "New Year")
SPRING = ("春节", "Spring Festival")
QINGMING = ("清明节", "Qingming")
LABOUR = ("劳动节", "Labour Day")
DRAGON_BOAT = ("端午节", "Dragon Boat")
MID_AUTUMN = ("中秋节", "Mid-Autumn")
NATIONAL = ("国庆节", "National Day")
BOTH = ("国庆节、中秋节", "National Day and Mid-Autumn")
VICTORY = ("抗战胜利70周年纪念日", "70th anniversary of victory")

_OFF: dict[int, tuple[tuple[str, str, tuple[str, str]], ...]] = {
    2015: (
        ("01-01", "01-03", NEW_YEAR), ("02-18", "02-24", SPRING), ("04-04", "04-06", QINGMING),
        ("05-01", "05-03", LABOUR), ("06-20", "06-22", DRAGON_BOAT), ("09-03", "09-05", VICTORY),
        ("09-26", "09-27", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
    ),
    2016: (
        ("01-01", "01-03", NEW_YEAR), ("02-07", "02-13", SPRING), ("04-02", "04-04", QINGMING),
        ("04-30", "05-02", LABOUR), ("06-09", "06-11", DRAGON_BOAT),
        ("09-15", "09-17", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
        ("12-31", "12-31", NEW_YEAR),
    ),
    2017: (
        ("01-01", "01-02", NEW_YEAR), ("01-27", "02-02", SPRING), ("04-02", "04-04", QINGMING),
        ("04-29", "05-01", LABOUR), ("05-28", "05-30", DRAGON_BOAT), ("10-01", "10-08", BOTH),
        ("12-30", "12-31", NEW_YEAR),
    ),
    2018: (
        ("01-01", "01-01", NEW_YEAR), ("02-15", "02-21", SPRING), ("04-05", "04-07", QINGMING),
        ("04-29", "05-01", LABOUR), ("06-16", "06-18", DRAGON_BOAT),
        ("09-22", "09-24", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
        ("12-30", "12-31", NEW_YEAR),
    ),
    2019: (
        ("01-01", "01-01", NEW_YEAR), ("02-04", "02-10", SPRING), ("04-05", "04-07", QINGMING),
        ("05-01", "05-04", LABOUR), ("06-07", "06-09", DRAGON_BOAT),
        ("09-13", "09-15", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
    ),
    2020: (
        ("01-01", "01-01", NEW_YEAR), ("01-24", "02-02", SPRING), ("04-04", "04-06", QINGMING),
        ("05-01", "05-05", LABOUR), ("06-25", "06-27", DRAGON_BOAT), ("10-01", "10-08", BOTH),
    ),
    2021: (
        ("01-01", "01-03", NEW_YEAR), ("02-11", "02-17", SPRING), ("04-03", "04-05", QINGMING),
        ("05-01", "05-05", LABOUR), ("06-12", "06-14", DRAGON_BOAT),
        ("09-19", "09-21", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
    ),
    2022: (
        ("01-01", "01-03", NEW_YEAR), ("01-31", "02-06", SPRING), ("04-03", "04-05", QINGMING),
        ("04-30", "05-04", LABOUR), ("06-03", "06-05", DRAGON_BOAT),
        ("09-10", "09-12", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
        ("12-31", "12-31", NEW_YEAR),
    ),
    2023: (
        ("01-01", "01-02", NEW_YEAR), ("01-21", "01-27", SPRING), ("04-05", "04-05", QINGMING),
        ("04-29", "05-03", LABOUR), ("06-22", "06-24", DRAGON_BOAT), ("09-29", "10-06", BOTH),
        ("12-30", "12-31", NEW_YEAR),
    ),
    2024: (
        ("01-01", "01-01", NEW_YEAR), ("02-10", "02-17", SPRING), ("04-04", "04-06", QINGMING),
        ("05-01", "05-05", LABOUR), ("06-10", "06-10", DRAGON_BOAT),
        ("09-15", "09-17", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
    ),
    2025: (
        ("01-01", "01-01", NEW_YEAR), ("01-28", "02-04", SPRING), ("04-04", "04-06", QINGMING),
        ("05-01", "05-05", LABOUR), ("05-31", "06-02", DRAGON_BOAT), ("10-01", "10-08", BOTH),
    ),
    2026: (
        ("01-01", "01-03", NEW_YEAR), ("02-15", "02-23", SPRING), ("04-04", "04-06", QINGMING),
        ("05-01", "05-05", LABOUR), ("06-19", "06-21", DRAGON_BOAT),
        ("09-25", "09-27", MID_AUTUMN), ("10-01", "10-07", NATIONAL),
    ),
}  # fmt: skip

LUNAR_NEW_YEAR = {
    day.year: day
    for day in map(
        date.fromisoformat,
        (
            "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
            "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
        ),
    )
}  # fmt: skip
SHOPPING = {
    (6, 18): ("618", "618"),
    (11, 11): ("双十一", "Singles' Day"),
    (12, 12): ("双十二", "12.12"),
}


@dataclass(frozen=True)
class Holiday:
    """Days off, first and last, and what they are for."""

    since: date
    until: date
    zh: str
    en: str


HOLIDAYS = tuple(
    Holiday(date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"), *name)
    for year, spans in _OFF.items()
    for first, last, name in spans
)
FIRST_YEAR, LAST_YEAR = min(_OFF), max(_OFF)


def holidays_between(since: date, until: date) -> tuple[Holiday, ...]:
    """Return the public holidays that touch a span of days."""
    return tuple(each for each in HOLIDAYS if each.since <= until and each.until >= since)


def is_holiday(day: date) -> bool | None:
    """Return whether a day was a public holiday; ``None`` for years that the table lacks."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return any(each.since <= day <= each.until for each in HOLIDAYS)


def notes_between(since: date, until: date) -> tuple[Holiday, ...]:
    """Return holidays and shopping festivals in a span, in their order, for a chart."""
    festivals = []
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        if name := SHOPPING.get((day.month, day.day)):
            festivals.append(Holiday(day, day, *name))
    both = [*holidays_between(since, until), *festivals]
    return tuple(sorted(both, key=lambda each: (each.since, each.until)))


def spring_festival_differs(one: int, other: int) -> bool:
    """Return whether the lunar year began in different months: February then cannot be compared.

    Statisticians compare January and February together for this reason.
    """
    first, second = LUNAR_NEW_YEAR.get(one), LUNAR_NEW_YEAR.get(other)
    return bool(first and second and first.month != second.month)
