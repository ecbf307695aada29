# SPDX-License-Identifier: Apache-2.0
"""A disposal that is killed before each of its steps, as a program of its own.

A ledger is made once and copied for each trial. The child disposes of what is due and kills itself
before the n-th step; another child then reports a batch, as whoever comes next, and disposes of
what is still due. What is there in the end must be what an undisturbed disposal leaves.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from shangheng.kernel.records.tests import crashing

OLD, LATER = "2023-01-10 08:00:00", "2026-11-11 20:05:00"


class Trial(crashing.Trial):
    """A ledger of which two batches are due, a third holds both old and new records."""

    def prepare(self) -> None:
        """Report what there is before the disposal."""
        order, orders = self.builders.order, self.builders.orders
        door = self.builders.Door(self.home, self.sent)
        door.send([*orders(30, ordered_at=OLD), order(99, paid="x")], batch="old")
        door.send(orders(6, ordered_at=OLD, paid="7"), reporter="shop-1", batch="second")
        door.send([order(3, ordered_at=OLD, paid="3")], batch="again")
        door.send([order(50, ordered_at=OLD), order(51, ordered_at=LATER)], batch="mixed")
        door.send(orders(5, start=200, ordered_at=LATER), batch="new")

    def dispose(self) -> None:
        """Dispose of what is due."""
        from shangheng.kernel.records import disposing  # noqa: PLC0415
        from shangheng.kernel.records.concept.retention import Period, Said  # noqa: PLC0415

        disposing.dispose(
            self.home,
            self.builders.ORDER,
            Period(36, ("x",)),
            Said("chen", "期满", self.builders.AT),
        )

    def go_on(self) -> dict[str, Any]:
        """Report the next batch, dispose of what is still due, and say what there is."""
        from shangheng.kernel.evidence import queries as evidence  # noqa: PLC0415
        from shangheng.kernel.records.models import BatchRow, DisposalRow  # noqa: PLC0415
        from shangheng.kernel.records.store.keys import KeyIndex  # noqa: PLC0415

        door = self.builders.Door(self.home, self.sent)
        at = self.builders.AT + timedelta(minutes=1)
        door.send([self.builders.order(900, ordered_at=LATER)], batch="next", at=at)
        self.dispose()
        files = [path for path in self.home.root.rglob("*.parquet") if "_log" not in str(path)]
        rows = self.builders.read(tuple(map(str, files)), self.builders.ORDER, "*")
        disposed = BatchRow.objects.exclude(disposal=None).values_list("number", flat=True)
        return {
            "rows": sorted((row["order_no"], row["batch"]) for row in rows),
            "true": sorted(row["order_no"] for row in door.rows()),
            "index": [len(KeyIndex.reader(self.home.keys(n))) for n in ("order", "order.claims")],
            "archived": len(list((self.home.root / "archive").rglob("*.sealed"))),
            "kept": sorted(path.name for path in (self.home.root / "batches").glob("*/*")),
            "disposed": sorted(disposed),
            "disposals": list(DisposalRow.objects.values_list("batches", "is_finished")),
            "leaves": [
                len(evidence.leaves_saying(what))
                for what in ("records.disposed", "batch.disposed")
            ],
            "left": len(list((self.home.root / "work").glob("*[!spill]"))),
        }


def forked(work: Callable[[], Any]) -> tuple[int, Any]:
    """Do work in a child; return how it ended and what it said."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        try:
            told = json.dumps(work()).encode()
        except BaseException as error:  # noqa: BLE001 - told to the parent, then the end
            told = json.dumps({"error": repr(error)}).encode()
        with os.fdopen(writing, "wb") as out:
            out.write(told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as source:
        content = source.read()
    _, status = os.wait()
    return status, json.loads(content) if content else None


def killing(nth: int, work: Callable[[], None]) -> Callable[[], str]:
    """Return work that kills its process before the n-th step."""

    def whole() -> str:
        from django.db import transaction  # noqa: PLC0415

        left = [nth]

        def count() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for apply in crashing.steps():
            apply(count)
        real = transaction.Atomic.__exit__

        def leaving(*given: Any) -> Any:
            count()
            return real(*given)

        transaction.Atomic.__exit__ = leaving  # type: ignore[method-assign]
        work()
        return "done"

    return whole


def main(folder: Path) -> dict[str, Any]:
    """Kill before every step; return what an undisturbed run leaves, and what each trial left."""
    home, kept = folder / "home", folder / "kept"
    home.mkdir(parents=True)
    crashing.prepare(home)
    trial = Trial(home / "t")
    forked(trial.prepare)
    shutil.copytree(home, kept)

    def anew() -> None:
        shutil.rmtree(home)
        shutil.copytree(kept, home)

    forked(trial.dispose)
    wanted = forked(trial.go_on)[1]
    found, nth = [], 0
    while True:
        nth += 1
        anew()
        status, _ = forked(killing(nth, trial.dispose))
        if not os.WIFSIGNALED(status):
            return {"wanted": wanted, "found": found}
        found.append(forked(trial.go_on)[1])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
