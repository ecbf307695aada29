# SPDX-License-Identifier: Apache-2.0
"""The official calendar: which days are worked, with the days that notices move.

From the notices of the General Office of the State Council on holiday arrangements for 2015 to
2026 (国务院办公厅关于各年部分节假日安排的通知); for 2020 with the prolonged Spring Festival of
the notice of 26 January 2020, for 2015 with the holiday of 3 September. Spans are days off, single
days are weekend days on which work is done instead. Notices of later years are added by whoever
runs the platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, Literal

from shangheng.kernel.errors import Invalid

DayKind = Literal["workday", "moved_workday", "weekend", "holiday"]
SATURDAY = 5

_OFF = {
    2015: "0101-0103元旦 0218-0224春节 0404-0406清明节 0501-0503劳动节 0620-0622端午节 "
    "0903-0905抗战胜利70周年纪念日 0926-0927中秋节 1001-1007国庆节",
    2016: "0101-0103元旦 0207-0213春节 0402-0404清明节 0430-0502劳动节 0609-0611端午节 "
    "0915-0917中秋节 1001-1007国庆节 1231-1231元旦",
    2017: "0101-0102元旦 0127-0202春节 0402-0404清明节 0429-0501劳动节 "
    "0528-0530端午节 1001-1008国庆节、中秋节 1230-1231元旦",
    2018: "0101-0101元旦 0215-0221春节 0405-0407清明节 0429-0501劳动节 0616-0618端午节 "
    "0922-0924中秋节 1001-1007国庆节 1230-1231元旦",
    2019: "0101-0101元旦 0204-0210春节 0405-0407清明节 0501-0504劳动节 "
    "0607-0609端午节 0913-0915中秋节 1001-1007国庆节",
    2020: "0101-0101元旦 0124-0202春节 0404-0406清明节 0501-0505劳动节 "
    "0625-0627端午节 1001-1008国庆节、中秋节",
    2021: "0101-0103元旦 0211-0217春节 0403-0405清明节 0501-0505劳动节 "
    "0612-0614端午节 0919-0921中秋节 1001-1007国庆节",
    2022: "0101-0103元旦 0131-0206春节 0403-0405清明节 0430-0504劳动节 0603-0605端午节 "
    "0910-0912中秋节 1001-1007国庆节 1231-1231元旦",
    2023: "0101-0102元旦 0121-0127春节 0405-0405清明节 0429-0503劳动节 "
    "0622-0624端午节 0929-1006国庆节、中秋节 1230-1231元旦",
    2024: "0101-0101元旦 0210-0217春节 0404-0406清明节 0501-0505劳动节 "
    "0608-0610端午节 0915-0917中秋节 1001-1007国庆节",
    2025: "0101-0101元旦 0128-0204春节 0404-0406清明节 0501-0505劳动节 "
    "0531-0602端午节 1001-1008国庆节、中秋节",
    2026: "0101-0103元旦 0215-0223春节 0404-0406清明节 0501-0505劳动节 "
    "0619-0621端午节 0925-0927中秋节 1001-1007国庆节",
}  # fmt: skip
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


ENGLISH = {
    "元旦": "New Year", "春节": "Spring Festival", "清明节": "Qingming", "劳动节": "Labour Day",
    "端午节": "Dragon Boat", "中秋节": "Mid-Autumn", "国庆节": "National Day",
    "抗战胜利70周年纪念日": "70th anniversary of victory",
}  # fmt: skip
ADDED = "public-holidays"
"""Under which name an authority adds the notices of later years to what it has decided."""


@dataclass(frozen=True, order=True)
class Holiday:
    """Days off, first and last, and what they are for."""

    since: date
    until: date
    zh: str
    en: str = ""


@dataclass(frozen=True)
class Calendar:
    """Days off and days moved, of the years whose notice is known."""

    holidays: tuple[Holiday, ...]
    on: frozenset[date]
    years: frozenset[int]

    @cached_property
    def off(self) -> frozenset[date]:
        """Return every day off."""
        return frozenset(
            each.since + timedelta(days=offset)
            for each in self.holidays
            for offset in range((each.until - each.since).days + 1)
        )

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

    def between(self, since: date, until: date) -> tuple[Holiday, ...]:
        """Return the public holidays that touch a span of days."""
        return tuple(each for each in self.holidays if each.since <= until and each.until >= since)

    def with_years(self, off: Mapping[int, Any], on: Mapping[int, Any]) -> "Calendar":
        """Put notices in the place of what was known of their years.

        They are written as ``0101-0103元旦 …`` and ``0104 …``.

        Raises:
            Invalid: a notice is written otherwise (``calendar.unreadable``).
        """
        added = _read(off, on)
        kept = tuple(each for each in self.holidays if each.since.year not in added.years)
        worked = frozenset(day for day in self.on if day.year not in added.years)
        holidays = tuple(sorted(kept + added.holidays))
        return Calendar(holidays, worked | added.on, self.years | added.years)


def _day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def _read(off: Mapping[int, Any], on: Mapping[int, Any]) -> Calendar:
    found: list[Holiday] = []
    worked: set[date] = set()
    for year in off:
        try:
            found += (_holiday(year, span) for span in off[year].split())
            worked |= {_day(year, text) for text in on.get(year, "").split()}
        except (ValueError, TypeError, AttributeError) as error:
            facts = {"year": year, "off": off[year], "on": on.get(year)}
            raise Invalid("calendar.unreadable", **facts) from error
    return Calendar(tuple(found), frozenset(worked), frozenset(off))


def _holiday(year: int, span: str) -> Holiday:
    first, _, rest = span.partition("-")
    since, until, zh = _day(year, first), _day(year, rest[:4]), rest[4:]
    if until < since:
        raise ValueError(span)
    return Holiday(since, until, zh, " and ".join(ENGLISH.get(one, one) for one in zh.split("、")))


@cache
def official() -> Calendar:
    """Return the calendar of the notices that ship with the program."""
    return _read(_OFF, _ON)


def known(configuration: Mapping[str, Any]) -> Calendar:
    """Return the official calendar with the notices that the authority has added since.

    They stand by year under ``public-holidays``: ``{off: 0101-0103元旦 …, on: 0104 …}``.

    Raises:
        Invalid: one of them cannot be read (``calendar.unreadable``).
    """
    off, on = {}, {}
    for year, told in configuration.get(ADDED, {}).items():
        notice = told if isinstance(told, Mapping) else {"off": told}
        off[year], on[year] = notice.get("off"), notice.get("on", "")
    return official().with_years(off, on) if off else official()
