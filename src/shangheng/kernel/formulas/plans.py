# SPDX-License-Identifier: Apache-2.0
"""From questions to queries: Ibis expressions, those on the same rows sharing one query."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import ibis
from ibis.config import Config

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.cells import Cell, Cells, Job, code_prefix, rounded
from shangheng.kernel.formulas.concept import CURRENCY, DIGITS, Count, Dimension, Total, columns_of
from shangheng.kernel.periods import period_text
from shangheng.kernel.records.concept.fields import Lines
from shangheng.kernel.records.concept.kinds import RecordKind

Table = Any
"""An Ibis table; Ibis publishes no types."""
Borders = Mapping[str, str]
"""County codes as records carry them to codes as the question wants them."""

TRUNCATED = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
TYPES = {
    "VARCHAR": "string",
    "DECIMAL(18,4)": "decimal(18,4)",
    "BIGINT": "int64",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "BOOLEAN": "boolean",
}


class SparkOptions(Config):  # type: ignore[misc] # Ibis publishes no types
    """What the Spark compiler asks for where Spark itself is not loaded."""

    treat_nan_as_null: bool = False


def sql_text(expression: Table, dialect: str) -> str:
    """Return the expression in the words of one engine, which need not be installed."""
    if dialect == "pyspark" and ibis.options.pyspark is None:
        ibis.options.pyspark = SparkOptions()
    return str(ibis.to_sql(expression, dialect=dialect))


def table_of(kind: RecordKind, name: str = "") -> Table:
    """Return the table of a kind, bound to no engine."""
    schema = {column: _type(kind, column, sql) for column, sql in columns_of(kind).items()}
    return ibis.table(schema, name=name or kind.name)


def _type(kind: RecordKind, name: str, sql: str) -> str:
    if sql in TYPES:
        return TYPES[sql]
    lines = next(each for each in kind.of_type(Lines) if each.name == name)
    inner = ", ".join(f"{each.name}: {TYPES[each.sql_type]}" for each in lines.fields)
    return f"array<struct<{inner}>>"


@dataclass(frozen=True, eq=False)
class Query:
    """A compiled query; columns ``v`` and ``n`` with a job's place are its value and records."""

    sql: str
    jobs: tuple[Job, ...]

    def cells(self, rows: Iterable[Mapping[str, Any]]) -> dict[Job, Cells]:
        """Return the cells of each job from the rows that an engine returned."""
        dimensions, level = widest(self.jobs), self.jobs[0].question.level
        found: dict[Job, Cells] = {job: {} for job in self.jobs}
        for row in rows:
            key = tuple(_text(row[f"k{i}"], each, level) for i, each in enumerate(dimensions))
            for place, (job, cells) in enumerate(found.items()):
                if records := row[f"n{place}"]:
                    cell = Cell(_decimal(row[f"v{place}"]), int(records))
                    own = key[: len(job.dimensions)]
                    cells[own] = cell if len(own) == len(key) else _sum(cells.get(own), cell)
        return found


def widest(jobs: Sequence[Job]) -> tuple[Dimension, ...]:
    """Return by what a query of these jobs splits: with the currency if any of them does."""
    return max((job.dimensions for job in jobs), key=len)


def _sum(one: Cell | None, other: Cell) -> Cell:
    """Add what was split by currency only for the sake of others in the query."""
    if one is None or one.value is None:
        return other
    return Cell(one.value + (other.value or 0), one.records + other.records)


def _text(value: Any, dimension: Dimension, level: str) -> str | None:  # noqa: ANN401
    if value is None:
        return None
    if dimension.form == "time":
        return period_text(dimension.name, value.date() if isinstance(value, datetime) else value)
    if dimension.form == "region" and level in ("province", "city"):
        return str(value).ljust(DIGITS["county"], "0")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401
    if isinstance(value, float):
        return rounded(Decimal(repr(value)))
    return None if value is None else Decimal(value)


def queries_for(jobs: Iterable[Job], dialect: str, borders: Borders) -> list[Query]:
    """Return the queries that compute the jobs, as few as their rows allow."""
    groups: dict[Hashable, list[Job]] = defaultdict(list)
    for job in dict.fromkeys(jobs):
        groups[_kinship(job)].append(job)
    return [
        Query(sql_text(expression(group, borders), dialect), tuple(group))
        for group in groups.values()
    ]


def _kinship(job: Job) -> Hashable:
    """Return what two jobs must have in common to share a query."""
    measure = job.measure
    rows = measure.rows.op()
    if measure.per and measure.where:
        rows = measure.rows.filter(measure.where(measure.rows)).op()
    names = tuple(each.name for each in job.dimensions)
    sums = not measure.per and isinstance(measure.value, Count | Total)
    if sums and "currency" in measure.rows.columns:
        # What adds up may be split by currency and added up again.
        names = (*(name for name in names if name != CURRENCY.name), CURRENCY.name)
    asked = replace(job.question, by=())
    return rows, measure.kind, measure.at, measure.per, names, asked


def expression(jobs: Sequence[Job], borders: Borders) -> Table:
    """Return the query of jobs on the same rows: a column for each key, value and count."""
    first = jobs[0]
    rows = asked_rows(first, borders)
    agreed = _agree(jobs, rows)
    if agreed and first.measure.where:
        rows = rows.filter(first.measure.where(rows))
    if per := first.measure.per:
        # What belongs to nobody known is not one more buyer or shop.
        rows = rows.filter(*(rows[name].notnull() for name in per))
    keys = {f"k{i}": key_column(rows, first, each, borders) for i, each in enumerate(widest(jobs))}
    if per:
        holders = {f"p{i}": rows[name] for i, name in enumerate(per)}
        rows = rows.group_by(**keys, **holders).aggregate(rows=rows.count())
        keys = {name: rows[name] for name in keys}
    rows, flags = _flagged(rows, jobs, keys, taken=agreed)
    columns = {}
    for place, job in enumerate(jobs):
        when = rows[flags[place]] if place in flags else None
        counted = Total("rows") if per else Count()
        columns[f"v{place}"] = job.measure.value.over(rows, when)
        columns[f"n{place}"] = counted.over(rows, when)
    return rows.group_by(*keys).aggregate(**columns) if keys else rows.aggregate(**columns)


def _agree(jobs: Sequence[Job], rows: Table) -> bool:
    """Return whether all jobs take the same rows: then the others need not even be read."""
    taken = {job.measure.where(rows).op() if job.measure.where else None for job in jobs}
    return len(taken) == 1


def _flagged(
    rows: Table, jobs: Sequence[Job], keys: Mapping[str, Any], *, taken: bool
) -> tuple[Table, dict[int, str]]:
    """Return the rows with their keys and each different condition, and which one a job has.

    A condition is then looked at once for each row, however many sums and counts it is for.
    """
    columns: dict[Any, str] = {}
    flags: dict[int, str] = {}
    for place, job in enumerate(jobs):
        where = None if taken else job.measure.where
        condition = job.measure.having if job.measure.per else where
        if condition is not None:
            flags[place] = columns.setdefault(condition(rows).op(), f"w{len(columns)}")
    return rows.mutate(**keys, **{name: op.to_expr() for op, name in columns.items()}), flags


def asked_rows(job: Job, borders: Borders) -> Table:
    """Return the measure's rows within the question's span and conditions."""
    rows, question = job.measure.rows, job.question
    day = rows[job.measure.at]
    conditions = [] if job.measure.at == "day" else [day.notnull()]
    if question.since:
        conditions.append(day >= ibis.literal(question.since))
    if question.until:
        conditions.append(day <= ibis.literal(question.until))
    for name in dict.fromkeys(name for name, _ in question.where):
        values = [value for each, value in question.where if each == name]
        conditions.append(_matches(rows, job, name, values, borders))
    return rows.filter(*conditions) if conditions else rows


def _matches(rows: Table, job: Job, name: str, values: Sequence[str], borders: Borders) -> Table:
    dimension = job.indicator.dimension(name)
    target = rows[column_name(job, dimension)]
    if dimension.form == "region":
        code = _region(target, borders)
        prefixes = [code_prefix(value) for value in values]
        return ibis.or_(*(code.left(len(prefix)) == prefix for prefix in prefixes))
    if target.type().is_boolean():
        return target.isin([value == "true" for value in values])
    return target.isin(values)


def key_column(rows: Table, job: Job, dimension: Dimension, borders: Borders) -> Any:  # noqa: ANN401
    """Return the column by which a dimension splits the rows."""
    if dimension.form == "time":
        day, truncated = rows[job.measure.at], TRUNCATED.get(dimension.name)
        return day.truncate(truncated) if truncated else day
    target = rows[column_name(job, dimension)]
    if dimension.form == "region":
        return _region(target, borders).left(DIGITS[job.question.level])
    return target


def column_name(job: Job, dimension: Dimension) -> str:
    """Return the column of the measure's kind that carries a dimension."""
    name = dimension.columns.get(job.measure.kind, dimension.columns.get("*"))
    if name is None:
        raise Invalid(
            "indicator.kind_lacks_dimension",
            indicator=job.indicator.name,
            kind=job.measure.kind,
            dimension=dimension.name,
        )
    return name


def _region(code: Any, borders: Borders) -> Any:  # noqa: ANN401
    if not borders:
        return code
    county = code.left(DIGITS["county"])
    return ibis.cases(*((county == old, new) for old, new in sorted(borders.items())), else_=code)
