# SPDX-License-Identifier: Apache-2.0
"""The checks of the order kind by others, beside our own check stage and our whole intake.

    python -m benchmarks.checks ROWS HOMES

The others read the CSV and find the rows that fail. Our check stage reads it, finds them, and also
pseudonymises, hashes and stages every row; the whole intake ends with the receipt. A trial, of
which nothing is taken, ends with the rows that would go back, each with its reasons. Frictionless
is given fewer rows, for it would take too long; rows a second are compared.
"""

import shutil
import sys
from pathlib import Path

from benchmarks import data
from benchmarks.intake import ONCE, best, take
from benchmarks.measuring import Told, report, told_by

RUNS = 2
FEW_ROWS = 200_000
COMMON_MAX = 2_000_000
"""Above this many orders the others get every tenth of them."""
OTHERS = {"frictionless": 20.0, "pandera": 2.0, "pointblank": 2.0}
"""How many times faster our check stage has to be."""


def rate(told: Told, seconds: str = "seconds") -> float:
    """Return the rows that one run took in a second."""
    return float(told.answer["rows"]) / float(told.answer[seconds])


def main() -> None:
    """Measure ourselves, then each of the others on the same rows."""
    count, homes = int(sys.argv[1]), Path(sys.argv[2])
    path = data.orders(count, tenth=count > COMMON_MAX).file("csv")
    ours = best([take(path, homes) for _ in range(RUNS)])
    tried = best([told_by(ONCE, "check", path, home=homes / "intake-csv") for _ in range(RUNS)])
    shutil.rmtree(homes / "intake-csv")
    copied = best([told_by(ONCE, "copy", path) for _ in range(RUNS)])
    report(
        "checks/ours", rate(ours, "check_seconds"), "rows/s", against=f"{path.name}, check stage"
    )
    report("checks/ours-whole", rate(ours), "rows/s", against="until the receipt")
    report("checks/ours-trial", rate(tried), "rows/s", against="before reporting, rejects written")
    report(
        "checks/copy", float(copied.answer["seconds"]), "s", against="DuckDB's COPY of the file"
    )
    for other, limit in OTHERS.items():
        few = other == "frictionless"
        given = data.first_rows(path, FEW_ROWS) if few else path
        told = best(
            [told_by(f"benchmarks.with_{other}", given) for _ in range(1 if few else RUNS)]
        )
        speed, held = f"{rate(told):.0f} rows/s", f"{told.peak_mb:.0f} MB"
        theirs = f"{other}: {speed} of {told.answer['rows']}, {held}, work {told.cpu_s:.1f} s"
        against = f"{theirs}, {told.answer['bad']} rows fail"
        report(
            f"checks/times-{other}", rate(ours, "check_seconds") / rate(told), "times",
            against=against, at_least=limit,
        )  # fmt: skip
        report(f"checks/times-{other}-whole", rate(ours) / rate(told), "times", against=theirs)


if __name__ == "__main__":
    main()
