# SPDX-License-Identifier: Apache-2.0
"""From file to ledger, beside DuckDB merely copying the same file to Parquet.

    python -m benchmarks.intake ROWS HOMES
    python -m benchmarks.intake ROWS HOMES sizes [full]

Each run is a process of its own; copy and take alternate, and the best of each counts. With
`sizes` CSV files of a tenth as many rows and of as many are taken in turn, in a `full` run also
one of five times as many: what a row takes is compared.
"""

import shutil
import sys
from itertools import combinations
from pathlib import Path

from benchmarks import data
from benchmarks.measuring import KIB, Told, report, told_by

RUNS = 2
TIMES_MAX = 4.0
ROWS_PER_S_MIN = 250_000
PEAK_MB_MAX = 3000
PER_ROW_MAX = 1.25
ROWS_COMPARED_MIN = 900_000
"""Below this size the fixed cost of a batch is felt, and no limit is meant."""
FULL_TIMES = 5
ONCE = "benchmarks.once"


def best(told: list[Told]) -> Told:
    """Return the quickest run."""
    return min(told, key=lambda each: float(each.answer["seconds"]))


def folder_mb(folder: Path) -> float:
    """Return how much a folder holds."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / KIB / KIB


def take(path: Path, homes: Path) -> Told:
    """Take a file into the empty ledger of a fresh home, named after the format."""
    home = data.fresh_home(f"intake-{path.suffix[1:]}", homes)
    return told_by(ONCE, "take", path, home=home)


def compare(orders: data.Orders, form: str, homes: Path, *, limited: bool) -> Told:
    """Measure one format and print it; return the last take, whose home is kept."""
    path = orders.file(form)
    copies, takes = [], []
    for _ in range(RUNS):
        copies.append(told_by(ONCE, "copy", path))
        takes.append(take(path, homes))
    copied, taken = float(best(copies).answer["seconds"]), best(takes)
    seconds, rows = float(taken.answer["seconds"]), int(taken.answer["rows"])
    name = f"intake/{form}"
    told = f"{rows} rows of {len(data.COLUMNS)} columns, {path.stat().st_size / KIB / KIB:.0f} MB"
    report(f"{name}/seconds", seconds, "s", against=told)
    report(f"{name}/check-seconds", taken.answer["check_seconds"], "s", against=told)
    report(
        f"{name}/times-copy", seconds / copied, "times",
        against=f"DuckDB's COPY to Parquet, {copied:.2f} s",
        at_most=TIMES_MAX if limited else None,
    )  # fmt: skip
    cpu = min(each.cpu_s for each in takes), min(each.cpu_s for each in copies)
    report(
        f"{name}/times-copy-cpu", cpu[0] / cpu[1], "times",
        against=f"work of all cores, starts included: {cpu[0]:.1f} and {cpu[1]:.1f} s",
    )  # fmt: skip
    report(
        f"{name}/rows-per-second", rows / seconds, "rows/s", against=told,
        at_least=ROWS_PER_S_MIN if limited else None,
    )  # fmt: skip
    peak = max(each.peak_mb for each in takes)
    report(f"{name}/peak", peak, "MB", against="resident, whole process", at_most=PEAK_MB_MAX)
    held = folder_mb(homes / f"intake-{form}" / "ledger")
    report(f"{name}/kept", held, "MB", against="ledger with keys, receipts and archive")
    return takes[-1]


def again(orders: data.Orders, form: str, homes: Path, first: Told) -> None:
    """Send the same file to the same ledger once more."""
    home = homes / f"intake-{form}"
    before = folder_mb(home / "ledger" / "tables")
    told = told_by(ONCE, "take", orders.file(form), home=home)
    report(f"intake/{form}/again", told.answer["seconds"], "s", against="the same file again")
    other = first.answer["receipt"] != told.answer["receipt"]
    report(f"intake/{form}/again-other-receipt", int(other), "receipts", at_most=0)
    added = folder_mb(home / "ledger" / "tables") - before
    report(f"intake/{form}/again-added", added, "MB", against="the ledger's tables", at_most=0)


def sizes(counts: list[int], homes: Path) -> None:
    """Take files of different size, and compare the time that a row takes in each."""
    took: list[tuple[int, float]] = []
    for count in counts:
        path = data.orders(count).file("csv")
        taken = best([take(path, homes) for _ in range(RUNS)])
        shutil.rmtree(homes / "intake-csv")
        rows, seconds = int(taken.answer["rows"]), float(taken.answer["seconds"])
        took.append((rows, seconds / rows))
        against = f"{rows} rows in {seconds:.2f} s, {path.stat().st_size / KIB / KIB:.0f} MB"
        report(f"intake/of-{rows}/peak", taken.peak_mb, "MB", against=against, at_most=PEAK_MB_MAX)
    for (few, one), (many, other) in combinations(took, 2):
        report(
            f"intake/per-row-{few}-{many}", max(one, other) / min(one, other), "times",
            against=f"{one * 1e6:.3f} and {other * 1e6:.3f} µs a row",
            at_most=PER_ROW_MAX if few >= ROWS_COMPARED_MIN else None,
        )  # fmt: skip


def formats(count: int, homes: Path) -> None:
    """Take the same orders in each format; CSV a second time."""
    orders = data.orders(count)
    for form in ("csv", "ndjson", "parquet"):
        last = compare(orders, form, homes, limited=form == "csv")
        if form == "csv":
            again(orders, form, homes, last)
        shutil.rmtree(homes / f"intake-{form}")


def main() -> None:
    """Measure all formats at one size, or CSV at several."""
    count, homes, asked = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    if "sizes" in asked:
        sizes([count // 10, count, *([count * FULL_TIMES] if "full" in asked else [])], homes)
    else:
        formats(count, homes)


if __name__ == "__main__":
    main()
