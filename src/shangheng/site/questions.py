# SPDX-License-Identifier: Apache-2.0
"""From the query of an address to a question; the same words for pages and API."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import cast

from django.http import QueryDict

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import DIGITS, Indicator, Level, Question

_DAY_OF_PATH = re.compile(r"day=(\d{4}-\d{2}-\d{2})")
PAGE_DIGITS = 7
_MONTH = re.compile(r"\d{4}-\d{2}")


def read(query: QueryDict, indicator: Indicator) -> Question:
    """Return the question that an address asks.

    ``by=day,region`` and ``by=day&by=region`` are the same; ``where=platform=taobao`` may come
    several times; ``month=2026-11`` stands for its first and last day.
    """
    since, until = _span(query)
    asked = Question(
        by=tuple(name for text in query.getlist("by") for name in _listed(text)),
        level=_level(query.get("level", ""), indicator),
        where=tuple(_pair(text) for text in query.getlist("where") if text),
        since=since,
        until=until,
        borders_year=_year(query.get("borders", "")),
    )
    return asked.settled(indicator)


def page_number(query: QueryDict) -> int:
    """Return which page of a list is asked for, from 1 on; the first where that is unreadable."""
    text = query.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < PAGE_DIGITS else 1


def _listed(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Invalid("question.where_unreadable", text=text)
    return name.strip(), value.strip()


def _level(text: str, indicator: Indicator) -> Level:
    if text and text not in DIGITS:
        raise Invalid("question.unknown_level", level=text, known=list(DIGITS))
    return cast("Level", text) if text else indicator.level


def _year(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise Invalid("question.year_unreadable", text=text)
    return int(text)


def _span(query: QueryDict) -> tuple[date | None, date | None]:
    if month := query.get("month", ""):
        return month_span(month)
    return _day(query.get("from", "")), _day(query.get("to", ""))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error


def month_span(text: str) -> tuple[date, date]:
    """Return the first and the last day of a month written 2026-11."""
    try:
        first = date.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text[:0])
    except ValueError as error:
        raise Invalid("question.month_unreadable", text=text) from error
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def days_of(paths: Iterable[str]) -> tuple[date, ...]:
    """Return the days for which a ledger has files, told from their names alone."""
    found = {match[1] for path in paths if (match := _DAY_OF_PATH.search(path))}
    return tuple(date.fromisoformat(text) for text in sorted(found))


def months_of(days: Iterable[date]) -> tuple[str, ...]:
    """Return the months of these days, latest first."""
    return tuple(sorted({f"{day:%Y-%m}" for day in days}, reverse=True))
