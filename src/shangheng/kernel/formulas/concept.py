# SPDX-License-Identifier: Apache-2.0
"""What an indicator is: its declaration, the values it is made of, questions and figures; pure."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Literal, Protocol

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Field, Lines
from shangheng.kernel.records.concept.kinds import RecordKind

Level = Literal["province", "city", "county", "township"]
DIGITS: dict[str, int] = {"province": 2, "city": 4, "county": 6, "township": 9}
"""How many digits of a GB/T 2260 code name a division of that level."""


@dataclass(frozen=True)
class Unit:
    """What a number counts; ``form`` says how it is written and whether it has a currency."""

    name: str
    zh: str
    en: str
    form: Literal["money", "count", "percent", "number"]


CNY = Unit("CNY", "元", "yuan", "money")
COUNT = Unit("count", "个", "", "count")
PERCENT = Unit("percent", "%", "%", "percent")
HOURS = Unit("hours", "小时", "hours", "number")
INDEX = Unit("index", "点", "points", "number")


@dataclass(frozen=True)
class Dimension:
    """Something a figure can be split by; ``columns`` says which kind carries it, and where.

    A time dimension is on every kind. ``labels`` are the code list's texts, Chinese and English.
    """

    name: str
    zh: str
    en: str
    form: Literal["time", "region", "code"] = "code"
    columns: Mapping[str, str] = field(default_factory=dict, compare=False)
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False)


DAY = Dimension("day", "日", "day", "time")
WEEK = Dimension("week", "周", "week", "time")
MONTH = Dimension("month", "月", "month", "time")
QUARTER = Dimension("quarter", "季", "quarter", "time")
YEAR = Dimension("year", "年", "year", "time")
TIMES = (DAY, WEEK, MONTH, QUARTER, YEAR)
CURRENCY = Dimension("currency", "币种", "currency", columns={"*": "currency"})


@dataclass(frozen=True)
class Total:
    """The sum of a column, or of an expression over the rows."""

    of: str | Callable[[Any], Any]

    def over(self, rows: Any, when: Any) -> Any:  # noqa: ANN401 - tables of any engine
        """Return the aggregate over the rows for which ``when`` holds."""
        return column(rows, self.of).sum(where=when)


@dataclass(frozen=True)
class Count:
    """The number of rows."""

    def over(self, rows: Any, when: Any) -> Any:  # noqa: ANN401
        """Return the aggregate over the rows for which ``when`` holds."""
        return rows.count(where=when)


@dataclass(frozen=True)
class Quantile:
    """The value below which a share ``at`` of the rows lies, interpolated between neighbours."""

    of: str | Callable[[Any], Any]
    at: float = 0.5

    def over(self, rows: Any, when: Any) -> Any:  # noqa: ANN401
        """Return the aggregate over the rows for which ``when`` holds."""
        return column(rows, self.of).quantile(self.at, where=when)


Reduction = Total | Count | Quantile


def column(rows: Any, of: str | Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """Return the column of that name, or what the function makes of the rows."""
    return rows[of] if isinstance(of, str) else of(rows)


@dataclass(frozen=True, eq=False)
class Measure:
    """One number from rows: a reduction over those for which ``where`` holds.

    ``kind`` names the record kind that a row stands for: dimensions are looked up in it; ``at``
    is the column of its date. With ``per`` the rows are first gathered by those columns (each
    buyer, each shop), ``having`` chooses among the gathered (``rows`` counts what each has), and
    the reduction runs over them.
    """

    rows: Any
    value: Reduction = field(default_factory=Count)
    where: Callable[[Any], Any] | None = None
    kind: str = "order"
    at: str = "day"
    per: tuple[str, ...] = ()
    having: Callable[[Any], Any] | None = None


@dataclass(frozen=True, eq=False)
class Ratio:
    """One value divided by another, cell by cell; nothing where the divisor is nought."""

    numer: "Value"
    denom: "Value"
    times: int = 1


@dataclass(frozen=True, eq=False)
class Growth:
    """How much a value rose in per cent: against the year before, or the period just before."""

    of: "Value"
    against: Literal["year", "previous"]


@dataclass(frozen=True, eq=False)
class Compound:
    """The average yearly growth in per cent between the first and the last calendar year asked."""

    of: "Value"


@dataclass(frozen=True, eq=False)
class Concentration:
    """How much of a value the largest ``top`` holders have in per cent; all of them: the HHI.

    The Herfindahl-Hirschman index is the sum of squared percentage shares, at most 10,000 points.
    """

    of: Measure
    over: Dimension
    top: int | None = None


@dataclass(frozen=True, eq=False)
class Population:
    """How many members a list has, by their region; for divisors that no record gives."""

    regions: tuple[str, ...]


Value = Measure | Ratio | Growth | Compound | Concentration | Population
Formula = Callable[..., Value]


OWNERS = {
    "commerce": ("商务主管部门", "the commerce authority"),
    "statistics": ("统计部门", "the statistics authority"),
}
"""Who answers for the definition of an indicator."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Indicator:
    """A number by dimensions: what it means, where that is written, and how it comes about.

    ``party`` names the columns of the first kind read that tell one reporting party from another:
    a published cell needs enough of them. ``needs`` are dimensions without which the number would
    mean nothing. ``per_currency`` keeps currencies apart; money always does.
    """

    name: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    unit: Unit
    reads: tuple[str, ...]
    by: tuple[Dimension, ...]
    basis: tuple[str, ...]
    formula: Formula
    source: str
    owner: str = "commerce"
    parameters: tuple[Parameter, ...] = ()
    version: int = 1
    additive: bool = False
    per_currency: bool = False
    party: tuple[str, ...] = ("platform", "shop")
    needs: tuple[str, ...] = ()
    level: Level = "city"

    @property
    def owned_by(self) -> tuple[str, str]:
        """Return who answers for the definition, in Chinese and English."""
        return OWNERS[self.owner]

    def dimension(self, name: str) -> Dimension:
        """Return the dimension of that name, or say which this indicator has."""
        wanted = "seller_region" if name == "region" else name
        for dimension in (*self.by, CURRENCY):
            if dimension.name == wanted and (dimension is not CURRENCY or self.per_currency):
                return dimension
        known = [dimension.name for dimension in self.by]
        raise Invalid(
            "indicator.no_such_dimension",
            indicator=self.name,
            dimension=name,
            known=known,
            suggestions=get_close_matches(name, known),
        )


def indicator(name: str, /, **declared: Any) -> Callable[[Formula], Indicator]:  # noqa: ANN401
    """Declare the function below as the formula of an indicator."""

    def declare(formula: Formula) -> Indicator:
        unit: Unit = declared["unit"]
        declared.setdefault("per_currency", unit.form == "money")
        declared.setdefault("source", inspect.getsource(formula))
        return Indicator(name=name, formula=formula, **declared)

    return declare


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of an indicator: split by what, where, from which day to which (inclusive).

    ``where`` pairs a dimension with a value; pairs on one dimension are alternatives. Regions
    stand at ``level``; ``borders_year`` asks for the divisions as they were at the end of a year.
    """

    by: tuple[str, ...] = ()
    level: Level = "city"
    where: tuple[tuple[str, str], ...] = ()
    since: date | None = None
    until: date | None = None
    borders_year: int | None = None

    def settled(self, indicator: Indicator) -> "Question":
        """Return the question in the indicator's own words, or refuse what it cannot answer."""
        if self.level not in DIGITS:
            raise Invalid("question.unknown_level", level=self.level, known=list(DIGITS))
        if self.since and self.until and self.since > self.until:
            raise Invalid("question.ends_before_it_starts", since=self.since, until=self.until)
        by = tuple(indicator.dimension(name).name for name in self.by if name != "currency")
        if len([name for name in by if indicator.dimension(name).form == "time"]) > 1:
            raise Invalid("question.two_periods", by=list(by))
        where = tuple(sorted((indicator.dimension(n).name, value) for n, value in self.where))
        for name, value in where:
            labels = indicator.dimension(name).labels
            if labels and value not in labels:
                near = get_close_matches(value, list(labels))
                raise Invalid(
                    "question.unknown_value", dimension=name, value=value,
                    known=list(labels), suggestions=near,
                )  # fmt: skip
        if periods := [n for n, _ in where if indicator.dimension(n).form == "time"]:
            raise Invalid("question.period_in_where", dimensions=periods)
        missing = set(indicator.needs) - set(by) - {name for name, _ in where}
        if missing:
            raise Invalid("question.needs", indicator=indicator.name, dimensions=sorted(missing))
        return replace(self, by=tuple(dict.fromkeys(by)), where=where)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, the same for the same question."""
        return {
            "by": list(self.by),
            "level": self.level,
            "where": [list(pair) for pair in self.where],
            "from": self.since.isoformat() if self.since else None,
            "to": self.until.isoformat() if self.until else None,
            "borders_year": self.borders_year,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """An answer that can say where it comes from.

    Each row has a text for each dimension (``None`` is *unknown*), the currency where there is
    one, the exact ``value``, the ``records`` behind it and, where asked, the ``parties``. A value
    of ``None`` is *not computable*, or withheld (``suppressed`` is then true).
    """

    indicator: Indicator
    question: Question
    rows: tuple[dict[str, Any], ...]
    ledger: Mapping[str, int]
    parameters: Mapping[str, str]
    sql: tuple[str, ...] = ()
    computed_at: datetime | None = None

    @property
    def records(self) -> int:
        """Return how many records stand behind the figure."""
        return sum(row["records"] for row in self.rows)

    @property
    def value(self) -> Decimal | None:
        """Return the one number of a figure that has one row; none without records."""
        if len(self.rows) > 1:
            raise Invalid("figure.more_than_one_row", indicator=self.indicator.name)
        return self.rows[0]["value"] if self.rows else None

    def without_parties(self) -> "Figure":
        """Return the same figure without how many parties stand behind each row."""
        rows = ({k: v for k, v in row.items() if k != "parties"} for row in self.rows)
        return replace(self, rows=tuple(rows))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Go through the rows."""
        return iter(self.rows)


class Files(Protocol):
    """The files of one kind at one version of the ledger."""

    @property
    def version(self) -> int:
        """Return the version; 0 when nothing was reported yet."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the Parquet files."""
        ...


@dataclass(frozen=True, eq=False)
class Given:
    """Rows that are not in the ledger, as an Arrow table, at some version of their own."""

    version: int
    table: Any


Sources = Mapping[str, tuple[RecordKind, Files | Given]]
"""The kinds that an expression reads, by name, each with where its rows are."""


class Engine(Protocol):
    """Where expressions run; tables in them carry the names of their kinds."""

    dialect: str

    def run(self, sql: str, sources: Sources) -> Any:  # noqa: ANN401 - an Arrow table
        """Return the rows of a compiled expression over those sources, as an Arrow table."""
        ...


STANDING = {"reporter": "VARCHAR", "batch": "VARCHAR", "line": "BIGINT", "day": "DATE"}
"""Columns that every kind's table has beside its fields: who sent it, where, and its day."""


def columns_of(kind: RecordKind) -> dict[str, str]:
    """Return the columns of a kind's table with their SQL types."""
    return {each.name: _sql_type(each) for each in kind.fields} | STANDING


def _sql_type(each: Field) -> str:
    if isinstance(each, Lines):
        inner = ", ".join(f"{inner.name} {inner.sql_type}" for inner in each.fields)
        return f"STRUCT({inner})[]"
    return each.sql_type
