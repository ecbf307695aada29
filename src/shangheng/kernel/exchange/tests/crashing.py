# SPDX-License-Identifier: Apache-2.0
"""Delivery that is killed: run as a program of its own, with a database and a ledger on disk.

Three processes: a subscriber that listens all the while and is a dictionary, this one, which opens
nothing, and for each trial a child that reports, cuts and pushes without end until it is killed at
a random moment. What a killed child leaves is met by the next.
"""

import importlib
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from shangheng.kernel.records.tests.crashing import prepare

KILLS = 200
BATCHES, ORDERS_A_BATCH, CHANGED_A_BATCH, RECORDS_A_PARCEL = 16, 30, 6, 5
TAKEN_BACK_EVERY, LOOK_EVERY = 4, 10
AGAIN = 3
NAME = "orders"


def subscriber(ready: Any) -> None:
    """Listen for parcels; tell everything that was received to whoever asks."""
    from shangheng.kernel.evidence.notes import open_note  # noqa: PLC0415 - after ``prepare``
    from shangheng.kernel.exchange.concept.parcels import parse_slip  # noqa: PLC0415
    from shangheng.kernel.exchange.store.channels import (  # noqa: PLC0415
        SLIP_HEADER,
        decode_slip,
    )
    from shangheng.kernel.exchange.tests.builders import SIGNER, Consumer  # noqa: PLC0415
    from shangheng.kernel.exchange.tests.subscriber import answered  # noqa: PLC0415

    consumer = Consumer()
    problems: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            note = open_note(decode_slip(self.headers[SLIP_HEADER]), [SIGNER.verifier])
            slip = parse_slip(note.text)
            if sha256(body).hexdigest() != slip.body:
                answered(self, 400, {"code": "parcel.altered"})  # killed in the middle of it
                return
            try:
                consumer.take(slip.number, body)
            except (AssertionError, KeyError) as error:
                problems.append(f"{slip.number}: {error!r}")
            answered(self, 200, {"acknowledged": slip.number})

        def do_GET(self) -> None:
            told = {"orders": consumer.orders(), "last": consumer.last,
                    "again": consumer.again, "arrived": consumer.last + consumer.again,
                    "problems": problems}  # fmt: skip
            answered(self, 200, told)

        def log_message(self, *_told: Any) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, TypeError):
                self.close_connection = True  # the child was killed while it spoke

    server = HTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_address[1])
    server.serve_forever()


class Trial:
    """A ledger on disk, and what is reported to it."""

    def __init__(self, folder: Path, port: int) -> None:
        """Begin with nothing but an address."""
        from shangheng.kernel.exchange.tests import builders  # noqa: PLC0415 - after ``prepare``
        from shangheng.kernel.records.store import conditions, receiving  # noqa: PLC0415
        from shangheng.kernel.records.tests.builders import ORDER  # noqa: PLC0415

        # What every child would otherwise do again, as slowly: compile the checks, import pandas.
        importlib.import_module("pandas")
        conditions.all_faults(ORDER)
        receiving.region_bits()
        self.builders = builders
        address = f"http://127.0.0.1:{port}/"
        partner = builders.partner(way="push", address=address, form="lines", timeout_s=60)
        self.house = builders.provider(folder, partner)

    def begin(self) -> None:
        """Agree, and report everything that is going to be shared, in parcels of a few records."""
        from shangheng.kernel.exchange import actions  # noqa: PLC0415

        actions.adopt(self.builders.agreed(), at=self.builders.AT)
        for number in range(BATCHES):
            self.report(number)

    def work(self, *, cutting: bool) -> None:
        """Cut and push without end; where all has been pushed, push some of it again."""
        from shangheng.kernel.exchange import delivering  # noqa: PLC0415
        from shangheng.kernel.exchange.models import SubscriptionRow  # noqa: PLC0415

        while True:
            if cutting:
                self.house.cut(NAME)
            SubscriptionRow.objects.update(attempts=0)
            self.house.deliver()
            row = SubscriptionRow.objects.get()
            if row.acknowledged > AGAIN:
                since = row.acknowledged - AGAIN
                delivering.replay(NAME, row.receiver, since=since, at=self.builders.AT)

    def push_nothing(self) -> None:
        """Do what every child does before its first parcel."""
        self.house.deliver()

    def push(self) -> None:
        """Cut and push all there is, at once after trouble too."""
        from shangheng.kernel.exchange.models import SubscriptionRow  # noqa: PLC0415

        self.house.cut(NAME)
        SubscriptionRow.objects.update(attempts=0)
        while self.house.deliver().delivered:
            pass

    def report(self, number: int) -> None:
        """Report the n-th batch: new orders, a correction, one that moves; take one back."""
        start = number * ORDERS_A_BATCH + 1
        told = dict.fromkeys(range(start, start + ORDERS_A_BATCH), ("100", "320583"))
        chance = random.Random(number)  # noqa: S311 - a plan, no secret
        for _ in range(CHANGED_A_BATCH if number else 0):
            told[chance.randrange(1, start)] = (str(number + 1), "320583")
            told[chance.randrange(1, start)] = ("100", chance.choice(("320583", "320506")))
        if number % TAKEN_BACK_EVERY == 3:
            self.house.withdrawn = number
            self.house.take_back(start - 1)
        self.house.door.send(
            [self.builders.order(each, paid=paid, region=region)
             for each, (paid, region) in told.items()],
            batch=f"B{number}", name=f"B{number}.csv",
        )  # fmt: skip

    def end(self) -> dict[str, Any]:
        """Push what is left, and return what the ledger and the rows say."""
        from shangheng.kernel.evidence.models import LeafRow  # noqa: PLC0415
        from shangheng.kernel.exchange.models import (  # noqa: PLC0415
            DeliveryRow,
            ParcelRow,
            SubscriptionRow,
        )

        self.push()
        delivered = DeliveryRow.objects.filter(outcome="delivered")
        return {
            "orders": {row["order_no"]: str(row["paid"]) for row in self.house.door.rows()
                       if row["region"] == "320583"},
            "parcels": list(ParcelRow.objects.order_by("number").values_list("number", flat=True)),
            "delivered": sorted(delivered.values_list("number", flat=True)),
            "sealed_cut": LeafRow.objects.filter(what="exchange.cut").count(),
            "sealed_delivered": LeafRow.objects.filter(what="exchange.delivered").count(),
            "acknowledged": SubscriptionRow.objects.get().acknowledged,
        }  # fmt: skip


def child(act: Callable[[], object], *, killed_after_s: float | None = None) -> bool:
    """Fork a child that does something until it is killed, or to its end; return if it was."""
    number = os.fork()
    if number == 0:
        try:
            act()
        finally:
            os._exit(1)
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    return os.WIFSIGNALED(status)


def seconds_of(act: Callable[[], object]) -> float:
    """Return how long a child takes for something, at best."""
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        child(act)
        taken.append(time.monotonic() - begun)
    return min(taken)


def at_the_end(trial: Trial) -> dict[str, Any]:
    """Return from a child what is there when all has been pushed."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            content = json.dumps(trial.end()).encode()
            with os.fdopen(writing, "wb") as out:
                out.write(content)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as source:
        told: dict[str, Any] = json.loads(source.read())
    os.wait()
    return told


def asked(port: int) -> dict[str, Any]:
    """Ask the subscriber what it has received."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def main(folder: Path) -> dict[str, Any]:
    """Kill delivery at 200 random moments, and return both sides' books."""
    from shangheng.kernel.exchange import actions  # noqa: PLC0415 - after ``prepare``

    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=subscriber, args=(theirs,))
    process.start()
    port = ours.recv()
    trial, chance = Trial(folder, port), random.Random(5)  # noqa: S311 - moments, no secret
    actions.RECORDS_MAX = RECORDS_A_PARCEL
    child(trial.begin)
    # In that time a child gets to work: more of it where little arrives, less where much does.
    longest_s, kills, arrived = 3 * seconds_of(trial.push_nothing), 0, 0
    for trying in range(KILLS):
        work = partial(trial.work, cutting=bool(trying % 2))
        kills += child(work, killed_after_s=chance.uniform(0, longest_s))
        if trying % LOOK_EVERY == LOOK_EVERY - 1:
            before, arrived = arrived, asked(port)["arrived"]
            longest_s *= 1.5 if arrived - before < LOOK_EVERY // 4 else 1
            longest_s /= 1.5 if arrived - before > LOOK_EVERY else 1
    told = at_the_end(trial)
    received = asked(port)
    process.kill()
    process.join()
    return {"kills": kills, "amid": arrived, "provider": told, "receiver": received}


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    prepare(where)
    sys.stdout.write(json.dumps(main(where / "t")))
