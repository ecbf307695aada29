# SPDX-License-Identifier: Apache-2.0
"""The official calendar: which days are worked, with the days that notices move.

From the notices of the General Office of the State Council on holiday arrangements for 2015 to
2026 (国务院办公厅关于各年部分节假日安排的通知); for 2020 with the prolonged Spring Festival of
the notice of 26 January 2020, for 2015 with the holiday of 3 September. Spans are days off, single
days are weekend days on which work is done instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

DayKind = Literal["workday", "moved_workday", "weekend", "holiday"]
SATURDAY = 5

_OFF = {
    2015: "0101-0103 0218-0224 0404-0406 0501-0503 0620-0622 0903-0905 0926-0927 1001-1007",
    2016: "0101-0103 0207-0213 0402-0404 0430-0502 0609-0611 0915-0917 1001-1007 1231-1231",
    2017: "0101-0102 0127-0202 0402-0404 0429-0501 0528-0530 1001-1008 1230-1231",
    2018: "0101-0101 0215-0221 0405-0407 0429-0501 0616-0618 0922-0924 1001-1007 1230-1231",
    2019: "0101-0101 0204-0210 0405-0407 0501-0504 0607-0609 0913-0915 1001-1007",
    2020: "0101-0101 0124-0202 0404-0406 0501-0505 0625-0627 1001-1008",
    2021: "0101-0103 0211-0217 0403-0405 0501-0505 0612-0614 0919-0921 1001-1007",
    2022: "0101-0103 0131-0206 0403-0405 0430-0504 0603-0605 0910-0912 1001-1007 1231-1231",
    2023: "0101-0102 0121-0127 0405-0405 0429-0503 0622-0624 0929-1006 1230-1231",
    2024: "0101-0101 0210-0217 0404-0406 0501-0505 0608-0610 0915-0917 1001-1007",
    2025: "0101-0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008",
    2026: "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
}
_ON = {
    2015: "0104 0215 0228 0906 1010",
    2016: "0206 0214 0612 0918 1008 1009",
    2017: "0122 0204 0401 0527 0930",
    2018: "0211 0224 0408 0428 0929 0930 1229",
    2019: "0202 0203 0428 0505 0929 1012",
    2020: "0119 0426 0509 0628 0927 1010",
    2021: "0207 0220 0425 0508 0918 0926 1009",
    2022: "0129 0130 0402 0424 0507 1008 1009",
    2023: "0128 0129 0423 0506 0625 1007 1008",
    2024: "0204 0218 0407 0428 0511 0914 0929 1012",
    2025: "0126 0208 0427 0928 1011",
    2026: "0104 0214 0228 0509 0920 1010",
}


@dataclass(frozen=True)
class Calendar:
    """Days off and days moved, of the years whose notice is known."""

    off: frozenset[date]
    on: frozenset[date]
    years: frozenset[int]

    def kind(self, day: date) -> DayKind:
        """Tell what kind of day it is; in years without a notice only weekends are known."""
        if day in self.on:
            return "moved_workday"
        if day in self.off:
            return "holiday"
        return "weekend" if day.weekday() >= SATURDAY else "workday"

    def is_worked(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        return self.kind(day) in ("workday", "moved_workday")

    def is_announced(self, day: date) -> bool:
        """Tell whether the notice for the day's year is known."""
        return day.year in self.years

    def with_years(self, off: Mapping[int, str], on: Mapping[int, str]) -> "Calendar":
        """Add a later notice, written as ``0101-0103 …`` and ``0104 …``."""
        added = _read(off, on)
        return Calendar(self.off | added.off, self.on | added.on, self.years | added.years)


def _day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def _read(off: Mapping[int, str], on: Mapping[int, str]) -> Calendar:
    free: set[date] = set()
    for year, spans in off.items():
        for span in spans.split():
            first, last = (_day(year, part) for part in span.split("-"))
            free |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    worked = {_day(year, text) for year, days in on.items() for text in days.split()}
    return Calendar(frozenset(free), frozenset(worked), frozenset(off))


@cache
def official() -> Calendar:
    """Return the calendar of the notices that ship with the program."""
    return _read(_OFF, _ON)
