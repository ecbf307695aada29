# SPDX-License-Identifier: Apache-2.0
"""The same month reported as CSV, NDJSON and Parquet: every figure has to be the same.

    python -m benchmarks.formats ROWS HOMES

Each format is simulated anew from one seed and reported file by file into a home of its own, as
its reporters would; then each figure is asked for by day, region and platform, and compared to
the cent with that of the first format, and the sums with the simulator's truth.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.measuring import report, shangheng, told_by

FORMATS = ("csv", "ndjson", "parquet")
FIGURES = (
    "order-count", "order-amount", "paid-amount", "refund-amount", "online-retail-sales",
    "transaction-volume",
)  # fmt: skip


def reported(form: str, orders: int, homes: Path) -> tuple[Path, float]:
    """Simulate and report a month in one format; return its home and the seconds of reporting."""
    home = data.fresh_home(f"formats-{form}", homes)
    box = home / "box"
    shangheng(
        "simulate", box, "--orders", orders, "--days", data.DAYS, "--seed", data.SEED,
        "--format", form, home=home,
    )  # fmt: skip
    told = told_by("benchmarks.once", "box", box, home=home)
    return home, float(told.answer["seconds"])


def figures(home: Path) -> dict[str, str]:
    """Return every figure of a home as it is printed, all its cells."""
    wish = ("--by", "day,region,platform", "--level", "city", "--format", "csv")
    return {name: shangheng("indicator", name, *wish, home=home) for name in FIGURES}


def paid(home: Path) -> tuple[str, str]:
    """Return what was paid in all: by the truth, and by the ledger."""
    truth: dict[str, Any] = json.loads(
        (home / "box" / "truth" / "totals.json").read_text(encoding="utf-8")
    )
    told = json.loads(shangheng("indicator", "paid-amount", "--format", "json", home=home))
    row = next(row for row in told["rows"] if row.get("currency") == "CNY")
    return truth["order"]["paid"]["CNY"], str(row["value"])


def main() -> None:
    """Report the month in every format and compare the figures."""
    orders, homes = int(sys.argv[1]), Path(sys.argv[2])
    first: dict[str, str] = {}
    for form in FORMATS:
        home, seconds = reported(form, orders, homes)
        found = figures(home)
        first = first or found
        differ = sorted(name for name in FIGURES if found[name] != first[name])
        cells = sum(text.count("\n") for text in found.values())
        report(f"formats/{form}/reported", seconds, "s", against=f"{orders} orders, all kinds")
        report(
            f"formats/{form}/figures-differ", len(differ), "figures",
            against=differ or f"{cells} cells of {len(FIGURES)} figures", at_most=0,
        )  # fmt: skip
        truth, ledger = paid(home)
        report(
            f"formats/{form}/truth-differs", int(truth != ledger), "sums",
            against=f"paid {ledger} yuan, planted {truth}", at_most=0,
        )  # fmt: skip
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
