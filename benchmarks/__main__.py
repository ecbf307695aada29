# SPDX-License-Identifier: Apache-2.0
"""Runs the parts, each in a process of its own, and passes on what they print."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import data
from benchmarks.measuring import REPOSITORY, environment

ROWS = 10_000_000
SIMULATED = 2_000_000
"""Enough for the simulator's start not to count; it works a day at a time."""
FORMATS_ROWS = 1_000_000
SENDING_S = 30


def _ledger(given: argparse.Namespace) -> Path:
    """Return the home over which pages, figures and small batches are measured."""
    return Path(given.home).resolve() if given.home else data.ledger_home(given.rows, data.HOMES)


PARTS: dict[str, Callable[[argparse.Namespace], list[object]]] = {
    "simulate": lambda given: ["benchmarks.simulating", min(given.rows, SIMULATED), data.HOMES],
    "intake": lambda given: ["benchmarks.intake", given.rows, data.HOMES],
    "sizes": lambda given: [
        "benchmarks.intake", given.rows, data.HOMES, "sizes", *(["full"] if given.full else [])
    ],
    "formats": lambda given: ["benchmarks.formats", min(given.rows, FORMATS_ROWS), data.HOMES],
    "checks": lambda given: ["benchmarks.checks", given.rows, data.HOMES],
    "api": lambda given: ["benchmarks.api", _ledger(given), SENDING_S],
    "pages": lambda given: ["benchmarks.pages", _ledger(given)],
    "searching": lambda _: ["benchmarks.searching"],
    "accounts": lambda _: ["benchmarks.accounts"],
    "exchange": lambda _: ["benchmarks.exchange"],
    "incentives": lambda _: ["benchmarks.incentives"],
    "cases": lambda _: ["benchmarks.cases"],
    "cases-postgresql": lambda _: ["benchmarks.cases", "--postgresql"],
    "evidence": lambda given: ["benchmarks.evidence", data.HOMES, _ledger(given)],
    "indicators": lambda given: ["benchmarks.indicators", _ledger(given) / "ledger"],
}  # fmt: skip


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), help="these parts only")
    parser.add_argument("--rows", type=int, default=ROWS, help="orders (%(default)s)")
    parser.add_argument("--home", help="a home whose ledger is used for api, pages, indicators")
    parser.add_argument("--full", action="store_true", help="`sizes` of five times as many, too")
    return parser.parse_args()


def main() -> None:
    """Run what was asked for; end with 1 if a part could not be run, whatever it measured."""
    given = _asked()
    data.HOMES.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, part in PARTS.items():
        if given.only and name not in given.only:
            continue
        command = [sys.executable, "-m", *map(str, part(given))]
        failed |= bool(
            subprocess.run(command, env=environment(), cwd=REPOSITORY, check=False).returncode
        )
    sys.exit(failed)


if __name__ == "__main__":
    main()
