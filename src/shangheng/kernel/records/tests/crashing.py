# SPDX-License-Identifier: Apache-2.0
"""Intake that is killed: run as a program of its own, with a database and a ledger on disk.

The parent imports everything and opens nothing. For each trial it forks; the child takes the next
batch and, when ``take`` has returned, writes one byte, its acknowledgement; the parent kills it at
a random moment, or the child kills itself before the n-th step. What a killed child leaves is met
by the next child, as by the next process after a crash.
"""

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROWS = 2_000
CORRECTED = 40
STEP_ROWS, STEP_BATCHES = 40, 5
KILLS = 200
REPORTERS = ("P01", "shop-1")


def prepare(home: Path) -> None:
    """Set Django up on a database file of its own, without opening it in this process."""
    os.environ["SHANGHENG_HOME"] = str(home)  # noqa: TID251 - this program has its own settings
    os.environ["DJANGO_SETTINGS_MODULE"] = "shangheng.site.settings"  # noqa: TID251
    import django  # noqa: PLC0415 - after its settings

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    if os.fork() == 0:
        try:
            call_command("migrate", verbosity=0)
        finally:
            os._exit(0)
    os.wait()


def rows_of(batch: int, rows: int = ROWS) -> list[tuple[int, int]]:
    """Return a batch as orders and what was paid for each.

    Even ones are the platform's: new orders, corrections, orders sent again, and its word on
    orders that the shop had told of first. Odd ones are the shop's: its word on the platform's
    orders, on some of them once more and otherwise, and orders that the platform has not told of.
    """
    start, some = batch // 2 * rows, max(rows // CORRECTED, 2)
    own = 1_000_000 + start
    if batch % 2:
        told = dict.fromkeys(range(start, start + rows // 4), 90)
        told |= dict.fromkeys(range(start - rows, start - rows + some), 80) if start else {}
        told |= dict.fromkeys(range(own, own + 20), 70)
        return list(told.items())
    told = dict.fromkeys(range(start, start + rows), 100)
    if start:
        chance = random.Random(batch)  # noqa: S311 - a plan, not a secret
        told |= dict.fromkeys(chance.sample(range(start), some), 100 - batch)
        told |= dict.fromkeys(range(own - rows, own - rows + some), 60)
        told |= {number: 100 for number in range(some) if number not in told}
    return list(told.items())


def expected(batches: int, rows: int = ROWS) -> dict[str, Any]:
    """Return what the ledger must hold and what receipts must add up to, by plain dictionaries."""
    ledger: dict[int, tuple[int, str]] = {}
    claims: dict[int, int] = {}
    paid_taken = history = 0
    for batch in range(batches):
        reporter = REPORTERS[batch % 2]
        for number, paid in rows_of(batch, rows):
            before, holder = ledger.get(number, (0, ""))
            if holder in ("", reporter) or reporter == REPORTERS[0]:
                if (before, holder) == (paid, reporter):
                    continue
                if holder not in ("", reporter):
                    claims[number] = before
                ledger[number] = (paid, reporter)
                paid_taken += paid
                history += bool(holder)
            else:
                history += claims.get(number, paid) != paid
                claims[number] = paid
    return {
        "ledger": sorted([number, paid] for number, (paid, _) in ledger.items()),
        "claims": sorted([number, paid] for number, paid in claims.items()),
        "paid": paid_taken,
        "history": history,
    }


class Trial:
    """A ledger on disk and the batches that are sent to it."""

    def __init__(self, folder: Path, *, rows: int = ROWS) -> None:
        """Begin with nothing."""
        from shangheng.kernel.records import actions, reports  # noqa: PLC0415 - after ``prepare``
        from shangheng.kernel.records.store import conditions, receiving  # noqa: PLC0415
        from shangheng.kernel.records.store.home import Ledger  # noqa: PLC0415
        from shangheng.kernel.records.tests import builders  # noqa: PLC0415

        # What every child would otherwise do again, as slowly: compile the checks, import pandas.
        importlib.import_module("pandas")
        conditions.all_faults(builders.ORDER)
        receiving.region_bits()
        self.actions, self.reports, self.builders = actions, reports, builders
        self.rows = rows
        self.sent = folder / "sent"
        self.sent.mkdir(parents=True)
        self.home = Ledger(folder / "ledger", builders.MASTER_KEY, memory_mb=400)

    def file(self, batch: int) -> Path:
        """Return the file of a batch."""
        path = self.sent / f"{batch}.csv"
        if not path.exists():
            orders = [
                self.builders.order(number, gross="100", paid=str(paid))
                for number, paid in rows_of(batch, self.rows)
            ]
            path.write_bytes(self.builders.csv_of(orders))
        return path

    def take(self, batch: int) -> Any:
        """Take a batch in, in this process."""
        report = self.reports.Report(
            source=self.file(batch), kind=self.builders.ORDER, reporter=REPORTERS[batch % 2],
            batch=f"B{batch}",
        )  # fmt: skip
        return self.actions.take(report, home=self.home, at=self.builders.AT)

    def child(self, batch: int, *, before: Callable[[], None] | None = None) -> tuple[int, int]:
        """Fork a child that takes a batch; return its number and where it acknowledges."""
        reading, writing = os.pipe()
        number = os.fork()
        if number == 0:
            os.close(reading)
            try:
                if before:
                    before()
                receipt = self.take(batch)
                os.write(writing, b"A" if receipt.batch == f"B{batch}" else b"?")
            except BaseException as error:  # noqa: BLE001 - told to the parent, then the end
                os.write(writing, b"E" + repr(error).encode())
            os._exit(0)
        os.close(writing)
        return number, reading

    def outcome(self, number: int, reading: int) -> bytes:
        """Wait for the child's end and return what it had written."""
        os.waitpid(number, 0)
        told = b""
        while piece := os.read(reading, 65_536):
            told += piece
        os.close(reading)
        if told.startswith(b"E"):
            raise RuntimeError(told.decode())
        return told

    def killed_at(self, batch: int, delay: float) -> bool:
        """Take a batch in a child that is killed after a delay; return whether it acknowledged."""
        self.file(batch)
        number, reading = self.child(batch)
        time.sleep(delay)
        os.kill(number, signal.SIGKILL)
        return self.outcome(number, reading) == b"A"

    def state(self, batches: int) -> dict[str, Any]:
        """Return, from a child, all that can be read of the ledger, with every batch's receipt."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            try:
                content = json.dumps(self._state(batches)).encode()
                with os.fdopen(writing, "wb") as out:
                    out.write(content)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as source:
            content = source.read()
        os.wait()
        told: dict[str, Any] = json.loads(content)
        return told

    def _state(self, batches: int) -> dict[str, Any]:
        from shangheng.kernel.records import queries  # noqa: PLC0415

        again = [self.take(batch) for batch in range(batches)]
        receipts = {each.batch: each for each in queries.receipts(limit=10_000)}
        door = self.builders.Door(self.home, self.sent)
        return {
            "ledger": sorted((int(row["order_no"][1:]), int(row["paid"])) for row in door.rows()),
            "claims": sorted(
                (int(row["order_no"][1:]), int(row["paid"])) for row in door.claims()
            ),
            "history": len(door.history()),
            "receipts": len(receipts),
            "same": all(receipts[each.batch] == each for each in again),
            "balanced": all(map(self.builders.balanced, again)),
            "paid": int(sum(each.totals.get("CNY", {}).get("paid", 0) for each in again)),
            "archived": sum(len(door.unsealed(each)) for each in again),
            "sent": sum(self.file(batch).stat().st_size for batch in range(batches)),
            "unfinished": len(list((self.home.root / "work").glob("*/intent.json"))),
        }


def random_kills(folder: Path, seed: int) -> dict[str, Any]:
    """Kill intake at 200 random moments; a batch is sent until it is acknowledged."""
    trial, chance = Trial(folder), random.Random(seed)  # noqa: S311 - moments, no secret
    seconds = 10.0
    for batch in range(3):
        trial.file(batch)
        begun = time.monotonic()
        trial.outcome(*trial.child(batch))
        seconds = min(seconds, time.monotonic() - begun)
    batch, kills, in_vain = 3, 0, 0
    while kills < KILLS:
        # A batch that was hit ten times gets through, so that the ledger grows all the while.
        delay = chance.uniform(0, seconds * 1.2) if in_vain < 10 else 60.0
        if in_vain >= 10:
            assert trial.outcome(*trial.child(batch)) == b"A"
        elif not trial.killed_at(batch, delay):
            kills, in_vain = kills + 1, in_vain + 1
            continue
        batch, in_vain = batch + 1, 0
    # The batch that was hit last has to be sent again too.
    return {"batches": batch + 1, "kills": kills, **trial.state(batch + 1)}


def steps() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Give the places at which a child can be killed: each, patched, counts before it acts."""
    import pathlib  # noqa: PLC0415
    import shutil  # noqa: PLC0415

    from deltalake import DeltaTable  # noqa: PLC0415

    def patch(owner: Any, name: str) -> Callable[[Callable[[], None]], None]:
        def apply(count: Callable[[], None]) -> None:
            real = getattr(owner, name)

            def counted(*given: Any, **named: Any) -> Any:
                count()
                return real(*given, **named)

            setattr(owner, name, counted)

        return apply

    yield patch(os, "fsync")
    yield patch(pathlib.Path, "replace")
    yield patch(pathlib.Path, "unlink")
    yield patch(DeltaTable, "create_write_transaction")
    yield patch(shutil, "rmtree")
    # What a tree is removed by: the folder that is half gone when the end comes.
    yield patch(os, "unlink")
    yield patch(os, "rmdir")


def step_by_step(folder: Path) -> dict[str, Any]:
    """Kill intake before its n-th step, for n = 1, 2, … until it gets through; four batches."""
    trial = Trial(folder, rows=STEP_ROWS)
    batch, nth, kills = 0, 1, 0
    steps_of: list[int] = []
    while batch < STEP_BATCHES:

        def before(nth: int = nth) -> None:
            left = [nth]

            def count() -> None:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            for apply in steps():
                apply(count)

        trial.file(batch)
        if trial.outcome(*trial.child(batch, before=before)) == b"A":
            steps_of.append(nth - 1)
            batch, nth = batch + 1, 1
            continue
        nth, kills = nth + 1, kills + 1
    return {"batches": batch, "kills": kills, "steps": steps_of, **trial.state(batch)}


if __name__ == "__main__":
    where = Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    prepare(where)
    told = random_kills(where / "t", 7) if sys.argv[1] == "random" else step_by_step(where / "t")
    sys.stdout.write(json.dumps(told))
