# SPDX-License-Identifier: Apache-2.0
"""How many orders a second the simulator writes, with all that goes with them.

    python -m benchmarks.simulating ROWS HOMES

The orders' payments, shipments, refunds, listings and the truth about them are written beside
them; a second is one of the whole command, its start included.
"""

import shutil
import sys
import time
from pathlib import Path

from benchmarks import data
from benchmarks.measuring import KIB, report, shangheng

ORDERS_PER_S_MIN = 200_000


def main() -> None:
    """Simulate a month of so many orders and throw it away."""
    count, homes = int(sys.argv[1]), Path(sys.argv[2])
    folder = homes / "simulated"
    shutil.rmtree(folder, ignore_errors=True)
    begun = time.perf_counter()
    shangheng(
        "simulate", folder, "--orders", count, "--days", data.DAYS, "--seed", data.SEED, "--json",
        home=homes / "nowhere",
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    written = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    shutil.rmtree(folder)
    against = f"{count} orders, {written / KIB / KIB:.0f} MB of all kinds in {seconds:.1f} s"
    report(
        "simulate/orders", count / seconds, "orders/s", against=against, at_least=ORDERS_PER_S_MIN
    )


if __name__ == "__main__":
    main()
