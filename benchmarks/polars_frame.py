# SPDX-License-Identifier: Apache-2.0
"""A file of orders as a Polars frame, for the tools that check frames.

Numbers become floats, which is quicker than decimals. Polars reads times by a format; a value that
cannot be read becomes empty, and its text stays beside it, so that this can be told.
"""

import polars as pl

from benchmarks import orders_rules as rules

RAW = "raw_"
UNREADABLE_BEFORE = (*rules.NUMBERS, *rules.TIMES)


def typed(path: str) -> pl.DataFrame:
    """Read a file and turn texts into numbers and times."""
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(
        *(pl.col(name).alias(RAW + name) for name in UNREADABLE_BEFORE),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in rules.NUMBERS),
        *(pl.col(name).str.to_datetime(rules.TIME_FORM, strict=False) for name in rules.TIMES),
    )


def readable() -> list[pl.Expr]:
    """Return for each number and time the condition that it could be read."""
    return [
        pl.col(name).is_not_null() | pl.col(RAW + name).is_null() for name in UNREADABLE_BEFORE
    ]


def rows_hold() -> list[pl.Expr]:
    """Return the rules across the fields of a row; where a value is empty they hold."""
    c = pl.col
    charged = c("gross") + c("freight").fill_null(0) + c("tax").fill_null(0)
    conditions = (
        c("paid") <= charged + 1e-9,
        c("paid_at") >= c("ordered_at"),
        c("received_at") >= c("shipped_at"),
        (c("paid") == 0) | c("paid_at").is_not_null(),
    )
    return [condition.fill_null(value=True) for condition in conditions]


def unique() -> pl.Expr:
    """Return the condition that no other row has the key of this one."""
    return ~pl.struct(rules.KEY).is_duplicated()
