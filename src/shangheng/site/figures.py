# SPDX-License-Identifier: Apache-2.0
"""How a figure is read: labels of its dimensions, its order, its finding in one sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from shangheng.kernel.formulas.concept import Dimension, Figure, Unit
from shangheng.kernel.periods import period_start
from shangheng.site import words
from shangheng.site.charts import Point
from shangheng.site.places import region_name

HOME_CURRENCY = "CNY"
MOST_SERIES = 6
MOST_BARS = 15
PERCENT = Decimal(100)
PLACES = {"money": 2, "percent": 2, "count": 0}


def value_label(dimension: Dimension, value: str | None) -> str:
    """Return what a value of a dimension is called."""
    if value is None:
        return words.either("未填报", "not reported")
    if dimension.form == "region":
        return region_name(value)
    if dimension.form == "time":
        return period_label(dimension.name, value)
    if value in ("true", "false") and not dimension.labels:
        return words.either("是", "yes") if value == "true" else words.either("否", "no")
    return words.coded(value, dimension.labels)


def period_label(period: str, text: str) -> str:
    """Return a period as the reader's language writes it: 2026年11月 for 2026-11."""
    start = period_start(period, text)
    if period == "day":
        return words.day_text(start)
    if words.language() == "en":
        return f"{start:%b %Y}" if period == "month" else text
    match period:
        case "month":
            return f"{start.year}年{start.month}月"
        case "quarter":
            return f"{start.year}年第{(start.month + 2) // 3}季度"
        case "year":
            return f"{start.year}年"
        case _:
            return text.replace("-W", "年第") + "周"


def span_label(since: date | None, until: date | None) -> str:
    """Return a span of days, whole months and years by their name."""
    if since is None or until is None:
        return words.either("全部时间", "all time")
    after = until + timedelta(days=1)
    if since.day == 1 and after.day == 1:
        if (since.year, since.month) == (until.year, until.month):
            return period_label("month", f"{since:%Y-%m}")
        if since.month == 1 and after.month == 1 and since.year == until.year:
            return period_label("year", f"{since.year}")
    dash = words.either("至", " to ")
    return f"{words.day_text(since)}{dash}{words.day_text(until)}"


def unit_text(unit: Unit, currency: str | None = None) -> str:
    """Return the unit beside a number; another currency by its code."""
    if unit.form == "money" and currency not in (None, "", HOME_CURRENCY):
        return str(currency)
    return words.either(unit.zh, unit.en) if unit.name != "count" or unit.zh else ""


def value_text(value: Decimal | None, unit: Unit, currency: str | None = None) -> str:
    """Return a value with its unit in one string, for sentences."""
    if value is None:
        return "—"
    if unit.form == "percent":
        return f"{value:,.1f} %"
    number, size = words.compact(value)
    joined = f"{number} {size}" if size else number
    named = unit_text(unit, currency)
    if words.language() == "en" or not size:
        return f"{joined} {named}".strip()
    return f"{joined}{named}"


@dataclass(frozen=True)
class Line:
    """A row of a figure, ready for a table: labels, the exact value, its share of the largest."""

    labels: tuple[str, ...]
    codes: tuple[str | None, ...]
    currency: str | None
    value: Decimal | None
    text: str
    records: int
    suppressed: bool
    share: Decimal | None = None


class Reading:
    """A figure as a reader of one language sees it."""

    def __init__(self, figure: Figure) -> None:
        """Keep the figure and its dimensions, times first."""
        self.figure = figure
        self.indicator = figure.indicator
        self.dimensions = tuple(figure.indicator.dimension(n) for n in figure.question.by)

    @cached_property
    def currency(self) -> str | None:
        """Return the currency that most records have; yuan where there is any."""
        found: dict[str, int] = {}
        for row in self.figure.rows:
            if row.get("currency"):
                found[row["currency"]] = found.get(row["currency"], 0) + row["records"]
        if HOME_CURRENCY in found:
            return HOME_CURRENCY
        return max(found, key=lambda name: found[name]) if found else None

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Return all currencies in the figure."""
        return tuple(sorted({row["currency"] for row in self.figure.rows if row.get("currency")}))

    @cached_property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """Return the rows of the main currency, those of other currencies left to the table."""
        if self.currency is None:
            return self.figure.rows
        return tuple(row for row in self.figure.rows if row.get("currency") == self.currency)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return every row for a table: times in their order, other things largest first."""
        known = [abs(row["value"]) for row in self.rows if row["value"] is not None]
        total = sum(known, Decimal(0)) if self._adds_up else Decimal(0)
        lines = [self._line(row, total) for row in self.figure.rows]
        return tuple(sorted(lines, key=self._order))

    def _line(self, row: dict[str, Any], total: Decimal) -> Line:
        value, mine = row["value"], row.get("currency") == self.currency
        return Line(
            labels=tuple(value_label(d, row[d.name]) for d in self.dimensions),
            codes=tuple(row[d.name] for d in self.dimensions),
            currency=row.get("currency"),
            value=value,
            text=words.exact(value, places=PLACES.get(self.indicator.unit.form)),
            records=row["records"],
            suppressed=bool(row.get("suppressed")),
            share=value / total * PERCENT if value is not None and total and mine else None,
        )

    def _order(self, line: Line) -> tuple[Any, ...]:
        times = tuple(
            code or ""
            for code, d in zip(line.codes, self.dimensions, strict=True)
            if d.form == "time"
        )
        value = line.value if line.value is not None else Decimal("-Infinity")
        return (*times, line.currency != self.currency, -value)

    @property
    def total(self) -> Decimal | None:
        """Return the sum over the rows of the main currency, where adding up means something."""
        values = [row["value"] for row in self.rows if row["value"] is not None]
        if len(self.rows) == 1:
            only: Decimal | None = self.rows[0]["value"]
            return only
        return sum(values, Decimal(0)) if self._adds_up and values else None

    @property
    def _adds_up(self) -> bool:
        """Return whether the rows make a whole: they may be added, and none is withheld."""
        return self.indicator.additive and not any(row.get("suppressed") for row in self.rows)

    @property
    def time(self) -> Dimension | None:
        """Return the dimension of time by which the figure is split, if any."""
        return next((d for d in self.dimensions if d.form == "time"), None)

    @property
    def others(self) -> tuple[Dimension, ...]:
        """Return the dimensions that are not time."""
        return tuple(d for d in self.dimensions if d.form != "time")

    def by_code(self, dimension: str) -> dict[str, Decimal | None]:
        """Return the value of each code of one dimension; for maps."""
        return {row[dimension]: row["value"] for row in self.rows if row[dimension] is not None}

    def finding(self) -> str:
        """Return in one sentence what the figure says."""
        lines = [line for line in self.lines if line.currency == self.currency]
        known = [line for line in lines if line.value is not None]
        name = words.label(self.indicator)
        if not known:
            return words.either(f"{name}：该时段没有可公布的数据", f"{name}: nothing to publish")
        if self.time and not self.others:
            return self._peak(name, known)
        if self.others and not self.time:
            return self._leader(name, known)
        if self._adds_up and len(self.others) == 1 and self.time:
            return self._first_series(name)
        if not self.dimensions:
            span = span_label(self.figure.question.since, self.figure.question.until)
            amount = self._written(known[0])
            return words.either(f"{span}{name} {amount}", f"{name} in {span}: {amount}")
        return name

    def _written(self, line: Line) -> str:
        return value_text(line.value, self.indicator.unit, line.currency)

    def _peak(self, name: str, lines: Sequence[Line]) -> str:
        best = max(lines, key=lambda line: line.value or 0)
        if len(lines) == 1:
            return words.either(
                f"{best.labels[0]}{name} {self._written(best)}",
                f"{name} in {best.labels[0]}: {self._written(best)}",
            )
        return words.either(
            f"{name}在{best.labels[0]}最高，为 {self._written(best)}",
            f"{name} peaked at {self._written(best)} on {best.labels[0]}",
        )

    def _first_series(self, name: str) -> str:
        sums = _sums(self, self.others[0])
        total = sum(sums.values(), Decimal(0))
        if not total:
            return name
        first, most = next(iter(sums.items()))
        share = most / total * PERCENT
        return words.either(
            f"{first}{name}最多，占 {share:.1f} %", f"{first} leads in {name} with {share:.1f} %"
        )

    def _leader(self, name: str, lines: Sequence[Line]) -> str:
        named = [line for line in lines if line.codes[0] is not None] or list(lines)
        first = named[0]
        label = " · ".join(first.labels)
        if first.share is not None and len(named) > 1:
            return words.either(
                f"{label}{name}最多，占 {first.share:.1f} %",
                f"{label} leads in {name} with {first.share:.1f} %",
            )
        return words.either(
            f"{label}{name}最高，为 {self._written(first)}",
            f"{label} has the highest {name}: {self._written(first)}",
        )


def _sums(reading: Reading, split: Dimension) -> dict[str, Decimal]:
    """Return the sum over time of each value of a dimension, largest first."""
    sums: dict[str, Decimal] = {}
    for row in reading.rows:
        label = value_label(split, row[split.name])
        sums[label] = sums.get(label, Decimal(0)) + (row["value"] or 0)
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def points_in_time(reading: Reading) -> tuple[Point, ...]:
    """Return the points of a line or of columns; days without data are there as missing."""
    time = reading.time
    if time is None:
        return ()
    split = reading.others[0] if reading.others else None
    chosen = _largest(reading, split) if split else ()
    points: dict[tuple[str, str], float | None] = {}
    for row in reading.rows:
        series = value_label(split, row[split.name]) if split else ""
        if split and series not in chosen:
            continue
        points[row[time.name], series] = None if row["value"] is None else float(row["value"])
    periods = _all_days(row[time.name] for row in reading.rows) if time.name == "day" else ()
    periods = periods or tuple(sorted({at for at, _ in points}))
    return tuple(
        Point(at, points.get((at, series)), series) for series in chosen or ("",) for at in periods
    )


def _largest(reading: Reading, split: Dimension) -> tuple[str, ...]:
    """Return the labels of the series worth a colour, largest first."""
    return tuple(list(_sums(reading, split))[:MOST_SERIES])


def _all_days(texts: Iterable[str]) -> tuple[str, ...]:
    known = sorted(set(texts))
    if not known:
        return ()
    first, last = date.fromisoformat(known[0]), date.fromisoformat(known[-1])
    return tuple((first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1))


def points_by_size(reading: Reading) -> tuple[Point, ...]:
    """Return the points of bars, largest first; the smallest are added up as *other*."""
    lines = [line for line in reading.lines if line.value is not None]
    lines = [line for line in lines if line.currency == reading.currency]
    points = [Point(" · ".join(line.labels), float(line.value or 0)) for line in lines]
    if len(points) <= MOST_BARS or not reading.indicator.additive:
        return tuple(points[:MOST_BARS])
    rest = sum(point.value or 0 for point in points[MOST_BARS - 1 :])
    return (*points[: MOST_BARS - 1], Point(words.either("其余", "other"), rest))
