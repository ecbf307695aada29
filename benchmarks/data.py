# SPDX-License-Identifier: Apache-2.0
"""The data that everything is measured on, made once and kept in ``bench-data/``.

A month of Jiangsu is simulated (1.5 % of the rows carry mistakes; some are sent twice), and the
order files of all platforms become one file of 24 columns: all that every export has, without
product texts, codes, lines and flags. The same rows are written as CSV, NDJSON and Parquet. Every
value is text, as mistakes require; a reader has to find the types itself. The files of a smaller
size hold every tenth order, so that a day is a tenth as full and the month as long.
"""

import json
import os
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb

from benchmarks.measuring import REPOSITORY, THREADS, shangheng, told_by
from shangheng.simulate.province import simulate

DATA = REPOSITORY / "bench-data"
HOMES = DATA / "homes"
COLUMNS = (
    "platform", "order_no", "shop", "buyer", "mode", "nature", "channel", "category",
    "quantity", "unit_price", "currency", "gross", "discount", "freight", "tax", "paid",
    "ordered_at", "paid_at", "shipped_at", "received_at",
    "seller_region", "seller_area", "buyer_region", "buyer_area",
)  # fmt: skip
PLATFORMS = tuple(f"P{number:02}" for number in range(1, 9))
SEED = 20261111
DAYS = 30
TENTH = 10
CLIENT_ORDERS = 1_200_000
CLIENT_DAYS = 3
CLIENT_START = date(2026, 10, 14)
"""Before the month of the ledger, so that none of these orders is in it."""
WRITTEN = {
    "csv": "FORMAT csv, HEADER",
    "ndjson": "FORMAT json",
    "parquet": "FORMAT parquet, ROW_GROUP_SIZE 122880",
}


@dataclass(frozen=True)
class Orders:
    """The same orders in three formats, each made when it is first asked for; and how many."""

    folder: Path
    rows: int

    def file(self, form: str) -> Path:
        """Return the file of a format: csv, ndjson or parquet."""
        path = self.folder / f"orders.{form}"
        if not path.exists():
            told_by("benchmarks.data", self.folder / "orders.parquet", path, form)
        return path


def connect() -> duckdb.DuckDBPyConnection:
    """Open DuckDB as everything here uses it: two threads, and no more memory than it needs."""
    DATA.mkdir(exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": "3GB",
        "temp_directory": str(DATA / "spill"),
    }
    connection = duckdb.connect(config=config)
    connection.execute("SET enable_progress_bar = false")
    return connection


def simulated(orders: int) -> Path:
    """Return the folder of a simulated month, made if it is not there."""
    folder = DATA / f"simulated-{orders}"
    if not (folder / "manifest.json").exists():
        begun = time.perf_counter()
        shangheng(
            "simulate", folder, "--orders", orders, "--days", DAYS, "--seed", SEED, "--json",
            home=DATA / "nowhere",
        )  # fmt: skip
        (folder / "seconds").write_text(f"{time.perf_counter() - begun:.1f}")
    return folder


def orders(count: int, *, tenth: bool = False) -> Orders:
    """Return the orders of a simulated month as one file per format, or every tenth of them."""
    folder = DATA / f"orders-{count}{'-tenth' if tenth else ''}"
    if not (folder / "rows").exists():
        told_by("benchmarks.data", simulated(count), folder, "tenth" if tenth else "all")
    return Orders(folder, int((folder / "rows").read_text()))


def _written(source: Path, folder: Path, *, tenth: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        # Alone, one thread writes in order what it reads: two keep what is ahead in memory.
        connection.execute("SET threads = 1")
        connection.execute("SET preserve_insertion_order = true")
        # One pass over the reports; rows whose columns do not fit the header stay behind.
        told = ", ".join(COLUMNS)
        some = f"WHERE hash(order_no) % {TENTH} = 0" if tenth else ""
        read = (
            f"SELECT {told} FROM read_csv('{source}/order-P??.csv', all_varchar=true, header=true,"
            f" ignore_errors=true, strict_mode=false, auto_detect=true) {some}"
        )
        first = folder / "orders.parquet"
        connection.execute(f"COPY ({read}) TO '{first}' ({WRITTEN['parquet']})")
        found = connection.execute(f"SELECT count(*) FROM '{first}'").fetchall()
    (folder / "rows").write_text(str(found[0][0]))


def _written_as(form: str, source: Path, path: Path) -> None:
    """Write a file once more in another format; it has its name only when it is whole."""
    begun = path.with_name(f".{path.name}")
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"COPY (FROM '{source}') TO '{begun}' ({WRITTEN[form]})")
    begun.rename(path)


def first_rows(path: Path, rows: int) -> Path:
    """Return a file with the header and the first rows of a CSV file, made beside it."""
    out = path.with_name(f"{path.stem}-first-{rows}{path.suffix}")
    if not out.exists():
        with path.open("rb") as source, out.open("wb") as target:
            target.writelines(islice(source, rows + 1))
    return out


def clients_orders() -> Path:
    """Return a folder of orders without mistakes, for the clients that send small batches."""
    folder = DATA / "clients"
    if not (folder / "manifest.json").exists():
        told_by("benchmarks.data", "clients", folder)
    return folder


def _clients(folder: Path) -> None:
    simulate(
        folder,
        orders=CLIENT_ORDERS,
        days=CLIENT_DAYS,
        seed=SEED + 1,
        start=CLIENT_START,
        mistakes=0,
    )


def fresh_home(name: str, homes: Path) -> Path:
    """Return an empty home with keys and rows, made as an operator makes it."""
    home = homes / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    shangheng("init", "--jurisdiction", "jiangsu", home=home)
    return home


def ledger_home(count: int, homes: Path) -> Path:
    """Return a home whose ledger holds the simulated month, made if it is not there."""
    home = homes / f"ledger-{count}"
    if (home / "complete").exists():
        shangheng("init", "--jurisdiction", "jiangsu", home=home)  # it may be of an older version
        return home
    fresh_home(home.name, homes)
    told_by("benchmarks.once", "month", simulated(count), home=home)
    (home / "complete").touch()
    return home


def copied_home(home: Path, name: str) -> Path:
    """Return a copy of a home that may be changed."""
    copy = home.with_name(name)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    os.sync()
    return copy


def main() -> None:
    """Write what the command line names; in a process of its own, so that its memory is its own.

    A child's peak is never told below what its parent held when it was started.
    """
    what, made = sys.argv[1], Path(sys.argv[2])
    if what == "clients":
        _clients(made)
    elif sys.argv[3] in WRITTEN:
        _written_as(sys.argv[3], Path(what), made)
    else:
        _written(Path(what), made, tenth=sys.argv[3] == "tenth")
    print(json.dumps({"made": str(made)}))


if __name__ == "__main__":
    main()
