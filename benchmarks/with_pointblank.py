# SPDX-License-Identifier: Apache-2.0
"""The checks of the order kind by Pointblank on Polars.

python -m benchmarks.with_pointblank FILE
"""

import json
import sys
import time

import pointblank as pb
import polars as pl

from benchmarks import orders_rules as rules
from benchmarks import polars_frame


def plan(frame: pl.DataFrame) -> pb.Validate:
    """Return all checks of the order kind over the frame."""
    c = pl.col
    steps = pb.Validate(frame)
    for condition in (*polars_frame.readable(), *polars_frame.rows_hold(), polars_frame.unique()):
        steps = steps.col_vals_expr(condition)
    steps = steps.col_vals_not_null(list(rules.REQUIRED))
    steps = steps.col_vals_ge(list(rules.NUMBERS), 0, na_pass=True)
    steps = steps.col_vals_between(list(rules.TIMES), rules.EARLIEST, rules.latest(), na_pass=True)
    for name, codes in rules.CODES.items():
        steps = steps.col_vals_in_set(name, [*codes, None])
    divisions = rules.divisions()
    for name in rules.REGIONS:
        steps = steps.col_vals_in_set(name, [*divisions, None])
    for name, text in rules.TEXTS.items():
        fits = (c(name).str.len_chars() <= text.max) & ~c(name).str.contains(rules.UNFIT)
        if text.pattern:
            fits &= c(name).str.contains(f"^(?:{text.pattern})$")
        steps = steps.col_vals_expr(fits.fill_null(value=True))
    return steps


def main() -> None:
    """Read, check and find the rows that fail; print how long that was."""
    begun = time.perf_counter()
    frame = polars_frame.typed(sys.argv[1])
    done = plan(frame).interrogate(get_first_n=None, collect_extracts=False)
    bad = done.get_sundered_data(type="fail")
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "rows": frame.height, "bad": bad.height}))


if __name__ == "__main__":
    main()
