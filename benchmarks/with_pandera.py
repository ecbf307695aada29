# SPDX-License-Identifier: Apache-2.0
"""The checks of the order kind by Pandera on Polars.

python -m benchmarks.with_pandera FILE
"""

import json
import sys
import time

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from benchmarks import orders_rules as rules
from benchmarks import polars_frame


def column(name: str, divisions: list[str]) -> pa.Column:
    """Return what a column has to be."""
    nullable = name not in rules.REQUIRED
    if name in rules.NUMBERS:
        return pa.Column(pl.Float64, pa.Check.ge(0), nullable=nullable)
    if name in rules.TIMES:
        checks = [pa.Check.ge(rules.EARLIEST), pa.Check.le(rules.latest())]
        return pa.Column(pl.Datetime("us"), checks, nullable=nullable)
    if name in rules.CODES:
        return pa.Column(pl.String, pa.Check.isin(rules.CODES[name]), nullable=nullable)
    if name in rules.REGIONS:
        return pa.Column(pl.String, pa.Check.isin(divisions), nullable=nullable)
    if name not in rules.TEXTS:
        return pa.Column(pl.String, nullable=nullable)
    text = rules.TEXTS[name]
    checks = [pa.Check.str_length(max_value=text.max), pa.Check(fit_text)]
    if text.pattern:
        checks.append(pa.Check.str_matches(f"^(?:{text.pattern})$"))
    return pa.Column(pl.String, checks, nullable=nullable)


def fit_text(data: PolarsData) -> pl.LazyFrame:
    """Tell for each text whether it is free of control characters and formulas."""
    return data.lazyframe.select(~pl.col(data.key).str.contains(rules.UNFIT))


def holds(condition: pl.Expr) -> pa.Check:
    """Return a check of a whole row."""
    return pa.Check(lambda data: data.lazyframe.select(condition))


def schema() -> pa.DataFrameSchema:
    """Return the order kind as Pandera knows it."""
    divisions = rules.divisions()
    return pa.DataFrameSchema(
        {field.name: column(field.name, divisions) for field in rules.FIELDS},
        checks=[holds(each) for each in (*polars_frame.readable(), *polars_frame.rows_hold())],
        unique=rules.KEY,
    )


def main() -> None:
    """Read, check and find the rows that fail; print how long that was."""
    begun = time.perf_counter()
    frame = polars_frame.typed(sys.argv[1])
    bad: set[int] = set()
    try:
        schema().validate(frame, lazy=True)
    except SchemaErrors as error:
        found = error.failure_cases["index"].drop_nulls().unique()
        bad.update(found.to_list())
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "rows": frame.height, "bad": len(bad)}))


if __name__ == "__main__":
    main()
