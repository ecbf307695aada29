# SPDX-License-Identifier: Apache-2.0
"""Tags that show a figure: its finding, chart, map, table, key figure, origin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from shangheng.kernel.cases.concept.calendar import known
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.periods import days_in
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers.concept.actors import covers
from shangheng.site import charts, wiring, words
from shangheng.site.figures import (
    HOME_CURRENCY,
    Line,
    Reading,
    period_label,
    span_label,
    unit_text,
    value_label,
)
from shangheng.site.maps import drawing
from shangheng.site.people import is_officer
from shangheng.site.places import region_name, short_name
from shangheng.site.publication import EMBARGO
from shangheng.site.registry import REGISTRY

register = template.Library()
register.filter("region_name", region_name)


@register.filter
def month_name(text: str) -> str:
    """Write a month such as 2026-11 in words."""
    return period_label("month", text)


HUNDRED = Decimal(100)
FLAT = Decimal("0.05")
CITY_DIGITS = 4
WIDE = 720
NOTES, BENDS_DAYS_MAX = "notes-between", 100
"""The job that knows what bends a series, and of how many days at most it is told."""


def question_query(asked: Question, **more: str) -> str:
    """Return the query of an address that asks the same question again."""
    pairs = [("by", ",".join(asked.by)), ("level", asked.level)]
    pairs += [("where", f"{name}={value}") for name, value in asked.where]
    pairs += [("from", str(asked.since or "")), ("to", str(asked.until or ""))]
    pairs += [("borders", str(asked.borders_year or "")), *more.items()]
    return "?" + urlencode([(name, value) for name, value in pairs if value])


@register.simple_tag
def finding(figure: Figure) -> str:
    """Write what the figure says in one sentence."""
    return Reading(figure).finding()


@register.simple_tag
def measured(figure: Figure) -> str:
    """Write what is measured: name, unit, place and period."""
    indicator, question = figure.indicator, figure.question
    unit = unit_text(indicator.unit, Reading(figure).currency)
    parts = [words.label(indicator), unit, span_label(question.since, question.until)]
    return words.either("，", ", ").join(part for part in parts if part)


@register.simple_tag
def figure_address(figure: Figure) -> str:
    """Return the address of the page that asks the same question."""
    return reverse("indicator", args=[figure.indicator.name]) + question_query(figure.question)


@register.inclusion_tag("site/chart.html", takes_context=True)
def chart(context: template.Context, figure: Figure, width: int = WIDE) -> dict[str, Any]:
    """Show a chart: an image that is there at once, for phone, page or wall."""
    reading = Reading(figure)
    address = reverse("chart", args=[figure.indicator.name, "svg"])
    language = {"lang": "en"} if words.language() == "en" else {}
    theme = {"theme": "dark"} if context.get("wall") else {}
    return {
        "drawable": bool(figure.rows) and bool(reading.dimensions),
        "wide": address + question_query(figure.question, width=str(width), **theme, **language),
        "width": width,
        "height": round(width * 0.4) + 30,
        "small": address + question_query(figure.question, width="380", **theme, **language),
        "says": reading.finding(),
        "bars": reading.time is None,
    }


@dataclass(frozen=True)
class Place:
    """A division on the map and in the list beside it."""

    code: str
    name: str
    short: str
    value: Decimal | None
    says: str
    shade: str
    shape: drawing.Shape | None
    drills: bool
    share: float


@register.inclusion_tag("site/map.html", takes_context=True)
def province_map(
    context: template.Context, figure: Figure, region: str, dimension: str = "seller_region"
) -> dict[str, Any]:
    """Show where: the divisions below a region shaded by value, and a list of all of them."""
    reading = Reading(figure)
    sheet = drawing.sheet(region)
    codes = _below(region, reading, dimension)
    known = reading.by_code(dimension)
    values = {
        code: float(value) if (value := known.get(code)) is not None else None for code in codes
    }
    shapes = {shape.code: shape for shape in sheet.shapes} if sheet else {}
    largest = max((value for value in values.values() if value is not None), default=0.0) or 1.0
    places = [_place(code, known.get(code), reading, shapes, values, largest) for code in codes]
    places.sort(key=lambda place: (place.value is None, -(place.value or 0)))
    return {
        "sheet": sheet,
        "drawn": [place for place in places if place.shape],
        "places": places,
        "legend": _legend(values),
        "unit": unit_text(figure.indicator.unit, reading.currency),
        "indicator": figure.indicator,
        "region": region,
        "says": reading.finding(),
        "wall": context.get("wall"),
        "request": context["request"],
    }


def _below(region: str, reading: Reading, dimension: str) -> tuple[str, ...]:
    """Return the divisions below a region today, and those that figures name besides."""
    today = [each.code for each in regions.children(region)]
    prefix = region.rstrip("0") if region.endswith("00") else region
    prefix = prefix.ljust(2, "0") if len(prefix) < CITY_DIGITS else prefix.ljust(CITY_DIGITS, "0")
    named = [code for code in reading.by_code(dimension) if code.startswith(prefix)]
    return tuple(dict.fromkeys([*today, *(code for code in named if code != region)]))


def _place(
    code: str,
    value: Decimal | None,
    reading: Reading,
    shapes: dict[str, drawing.Shape],
    values: dict[str, float | None],
    largest: float,
) -> Place:
    name = region_name(code)
    unit = unit_text(reading.indicator.unit, reading.currency)
    text = words.either("未公布或无数据", "withheld or no data")
    if value is not None:
        text = f"{words.exact(value)} {unit}"
    return Place(
        code=code,
        name=name,
        short=short_name(name),
        value=value,
        says=f"{name} {text}",
        shade=drawing.shades(values)[code],
        shape=shapes.get(code),
        drills=code.endswith("00"),
        share=round(100 * float(value or 0) / largest, 1),
    )


def _legend(values: dict[str, float | None]) -> list[tuple[str, str]]:
    lines = []
    for band in drawing.legend(values):
        low, high = (" ".join(words.compact(each)).strip() for each in (band.low, band.high))
        lines.append((band.shade, low if band.low == band.high else f"{low} – {high}"))
    if any(value is None for value in values.values()):
        lines.append(("none", words.either("未公布或无数据", "withheld or no data")))
    return lines


@register.inclusion_tag("site/figure_table.html", takes_context=True)
def figure_table(
    context: template.Context, figure: Figure, most: int = 200, sealed: str = ""
) -> dict[str, Any]:
    """Show the figure as a table that can be sorted; officers go from each value to its records.

    ``sealed`` is the number of a published figure: then to those that it was computed of.
    """
    reading, officer = Reading(figure), is_officer(context["request"])
    lines = reading.lines[:most]
    return {
        "reading": reading,
        "lines": [(each, _behind(reading, each, sealed) if officer else "") for each in lines],
        "behind": officer,
        "more": max(0, len(reading.lines) - most),
        "unit": unit_text(figure.indicator.unit, reading.currency),
        "many_currencies": len(reading.currencies) > 1,
        "shares": figure.indicator.additive and len(reading.rows) > 1,
        "withheld": any(line.suppressed for line in reading.lines),
        "embargo": any(row.get("why") == EMBARGO for row in figure.rows),
        "figure": figure,
        "request": context["request"],
    }


def _behind(reading: Reading, line: Line, sealed: str) -> str:
    """Return the address of the records behind one value; none of what was not reported."""
    if None in line.codes:
        return ""
    asked = reading.figure.question
    where = [pair for pair in asked.where if pair[0] not in asked.by]
    if line.currency:
        where.append(("currency", line.currency))
    for dimension, code in zip(reading.dimensions, map(str, line.codes), strict=True):
        if dimension.form == "time":
            first, last = days_in(dimension.name, code)
            since, until = max(first, asked.since or first), min(last, asked.until or last)
            asked = replace(asked, since=since, until=until)
        else:  # pairs on one dimension are alternatives: of those asked for, what this line holds
            held = [pair for pair in asked.where if pair[0] == dimension.name]
            where += [pair for pair in held if covers(code, pair[1])] or [(dimension.name, code)]
    told = {"figure": sealed} if sealed else {}
    query = question_query(replace(asked, where=tuple(where)), **told)
    return reverse("behind", args=[reading.indicator.name]) + query


@register.simple_tag
def cell(figure: Figure, codes: Sequence[str | None]) -> str:
    """Write which cell of a figure is meant: a code for each dimension, then the currency."""
    named = [figure.indicator.dimension(name) for name in figure.question.by]
    labels = [value_label(each, code) for each, code in zip(named, codes, strict=False)]
    return " · ".join(labels) or words.label(figure.indicator)


@register.inclusion_tag("site/downloads.html")
def downloads(figure: Figure) -> dict[str, Any]:
    """Offer the figure as files, and its chart for print."""
    name, query = figure.indicator.name, question_query(figure.question)
    language = "&lang=en" if words.language() == "en" else ""
    files = [("CSV", "csv"), ("XLSX", "xlsx"), ("JSON-stat", "jsonstat")]
    links = [(text, reverse("figures", args=[name, form]) + query) for text, form in files]
    if figure.question.by and figure.rows:
        links += [
            (form.upper(), reverse("chart", args=[name, form]) + query + "&titled=1" + language)
            for form in ("svg", "png")
        ]
    return {"links": links}


@register.inclusion_tag("site/source_line.html")
def source_line(figure: Figure) -> dict[str, Any]:
    """Say under a chart from which version of the ledger it comes, with a way to all of it."""
    return {"figure": figure, "address": figure_address(figure) + "#origin"}


@register.inclusion_tag("site/bends.html")
def bends(figure: Figure) -> dict[str, Any]:
    """Say under a chart by day which holidays and shopping festivals bend it."""
    asked = figure.question
    since, until = asked.since, asked.until
    if "day" not in asked.by or not since or not until or (until - since).days > BENDS_DAYS_MAX:
        return {}
    notes = next(each.jobs[NOTES] for each in REGISTRY.services if NOTES in each.jobs)
    return {"bends": notes(known(wiring.decisions()), since, until)}


@dataclass(frozen=True)
class Change:
    """How much a value moved against an earlier one."""

    word: str
    arrow: str
    text: str
    says: str


def change_of(
    now: Decimal | None, before: Decimal | None, *, points: bool = False
) -> Change | None:
    """Return the change in per cent (for percentages: in points), none without both."""
    if now is None or before is None or (before == 0 and not points):
        return None
    moved = now - before if points else (now - before) / abs(before) * HUNDRED
    unit = words.either("个百分点", "points") if points else "%"
    text = f"{abs(moved):,.1f} {unit}"
    if abs(moved) < FLAT:
        return Change("flat", "＝", text, words.either("持平", "unchanged"))
    if moved > 0:
        return Change("up", "▲", f"+{text}", words.either("增长", "up"))
    return Change("down", "▼", f"−{text}", words.either("下降", "down"))


@register.inclusion_tag("site/key_figure.html")
def key_figure(
    figure: Figure, month: Figure | None, year: Figure | None, trend: Figure | None
) -> dict[str, Any]:
    """Show one number: its name, value, growth on a month and a year ago, and a line of days."""
    reading = Reading(figure)
    unit = figure.indicator.unit
    against = (
        (words.either("较上月", "on the month before"), month),
        (words.either("较上年同期", "on the year before"), year),
    )
    changes = [
        (label, change_of(reading.total, Reading(before).total, points=unit.form == "percent"))
        for label, before in against
        if before is not None
    ]
    return {
        "name": words.label(figure.indicator),
        "value": reading.total,
        "percent": unit.form == "percent",
        "unit": unit_text(unit, reading.currency),
        "sign": "¥" if unit.form == "money" and reading.currency == HOME_CURRENCY else "",
        "changes": [(label, change) for label, change in changes if change],
        "line": charts.sparkline(_days(trend)) if trend else "",
        "address": reverse("indicator", args=[figure.indicator.name]) + _span_query(figure),
    }


def _span_query(figure: Figure) -> str:
    asked = figure.question
    if not (asked.since and asked.until):
        return ""
    return "?" + urlencode({"from": asked.since, "to": asked.until})


def _days(figure: Figure) -> Sequence[float | None]:
    reading = Reading(figure)
    rows = sorted(reading.rows, key=lambda row: str(row.get("day") or ""))
    return [None if row["value"] is None else float(row["value"]) for row in rows]


@register.simple_tag
def spark(values: Sequence[float | None]) -> str:
    """Return the points of a small line."""
    return charts.sparkline(values)
