# SPDX-License-Identifier: Apache-2.0
"""Shared records on their way: to one subscriber, to fifty at once, to one that was away.

    python -m benchmarks.exchange

The provider works on a home of its own in one process; the subscribers are one other process with
a thread for each connection, which verifies every slip and counts records. With fifty, batches are
reported every second, and the delay of a delivery is from the moment at which its batch came in to
the moment at which its acknowledgement was written and sealed. One of the fifty is away at first:
what it missed is delivered to it while the others go on.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.measuring import environment, report, told_by

MODULE = "benchmarks.exchange"
RECORDS, BATCH = 200_000, 100_000
RECEIVERS, LIVE_BATCH, LIVE_S, AWAY_RECORDS = 50, 200, 20, 100_000
ONE_MIN, P95_MAX_S = 10_000, 5.0
ROUND_S = 1.0
"""How long a round waits for the slow, as `shangheng exchange deliver --watch 1` does."""


def main() -> None:
    """Measure one subscriber, then fifty with a late one among them."""
    with tempfile.TemporaryDirectory() as home, _Subscribers() as port:
        told = told_by(MODULE, "one", port, home=Path(home)).answer
        report(
            "exchange/one", told["records"] / told["seconds"], "records/s", at_least=ONE_MIN,
            against=f"{told['records']} records in {told['parcels']} parcels, cut and delivered",
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as home, _Subscribers() as port:
        told = told_by(MODULE, "fifty", port, home=Path(home)).answer
    report(
        "exchange/fifty/p95", told["p95_s"], "s", at_most=P95_MAX_S,
        against=f"{RECEIVERS} receivers, {told['deliveries']} deliveries, {told['records']} "
        f"records shared, {LIVE_BATCH} reported a second",
    )  # fmt: skip
    report("exchange/fifty/missing", told["missing"], "records", at_most=0)
    report("exchange/late/caught-up", told["late_s"], "s", against=f"{told['late']} records")
    report(
        "exchange/late/others-p95", told["others_p95_s"], "s", at_most=P95_MAX_S,
        against="what the others waited while one caught up",
    )  # fmt: skip


class _Subscribers:
    """The other process: an address behind which every path is a receiver of its own."""

    def __enter__(self) -> int:
        command = [sys.executable, "-m", MODULE, "listen"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=environment(), text=True
        )
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        return int(self._process.stdout.readline())

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()


def listen() -> None:
    """Take parcels, verify their slips, and tell how many records each receiver has."""
    import django  # noqa: PLC0415 - its settings come with the environment

    django.setup()
    from shangheng.kernel.evidence.notes import open_note  # noqa: PLC0415
    from shangheng.kernel.exchange.concept.parcels import parse_slip  # noqa: PLC0415
    from shangheng.kernel.exchange.store.channels import (  # noqa: PLC0415
        SLIP_HEADER,
        decode_slip,
    )
    from shangheng.kernel.exchange.tests.builders import SIGNER  # noqa: PLC0415

    counts: dict[str, int] = {}
    away: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path in away:
                self._answer(503, {})
                return
            note = open_note(decode_slip(self.headers[SLIP_HEADER]), [SIGNER.verifier])
            slip = parse_slip(note.text)
            counts[self.path] = counts.get(self.path, 0) + body.count(b"\n")
            self._answer(200, {"acknowledged": slip.number})

        def do_PUT(self) -> None:
            away.symmetric_difference_update({self.path})
            self._answer(200, {})

        def do_GET(self) -> None:
            self._answer(200, counts)

        def _answer(self, status: int, told: object) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_told: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


def asked(port: int, path: str, method: str = "GET") -> Any:  # noqa: ANN401 - JSON
    """Ask the subscribers something."""
    import urllib.request  # noqa: PLC0415

    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())


class House:
    """A providing side with some receivers who are pushed to."""

    def __init__(self, port: int, receivers: int) -> None:
        """Set the house up in this process's home, and agree with everybody."""
        import django  # noqa: PLC0415 - the parent needs none of it

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        from shangheng.kernel.exchange import actions, delivering  # noqa: PLC0415
        from shangheng.kernel.exchange.tests import builders  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        names = [f"r{number}" for number in range(receivers)]
        partners = [
            builders.partner(
                name, way="push", address=f"http://127.0.0.1:{port}/{name}", form="lines"
            )
            for name in names
        ]
        self.actions, self.delivering, self.builders = actions, delivering, builders
        self.house = builders.provider(Path(os.environ["SHANGHENG_HOME"]), *partners)  # noqa: TID251
        actions.adopt(builders.agreed(to=names), at=self.now())
        self.reported = 0

    def now(self) -> datetime:
        """Return what the clock says."""
        return datetime.now(UTC)  # noqa: TID251 - a benchmark has a clock

    def report(self, count: int) -> None:
        """Take in new orders."""
        from shangheng.kernel.records.tests.builders import orders  # noqa: PLC0415

        rows = orders(count, start=self.reported + 1)
        self.house.door.send(rows, at=self.now())
        self.reported += count

    def turn(self) -> int:
        """Cut and deliver once; return how many records were acknowledged."""
        self.actions.cut(self.house.office, "orders", at=self.now())
        return self.delivering.deliver(self.house.office, now=self.now, patience_s=ROUND_S).records


def one(port: int) -> dict[str, float]:
    """Share what is in the ledger with one subscriber."""
    house = House(port, 1)
    for _ in range(RECORDS // BATCH):
        house.report(BATCH)
    begun, delivered = time.perf_counter(), 0
    while delivered < RECORDS:
        delivered += house.turn()
    seconds = time.perf_counter() - begun
    received = sum(asked(port, "/").values())
    if received != RECORDS:
        raise SystemExit(f"{received} received, {RECORDS} shared")
    from shangheng.kernel.exchange.models import ParcelRow  # noqa: PLC0415

    return {"records": delivered, "seconds": seconds, "parcels": ParcelRow.objects.count()}


def fifty(port: int) -> dict[str, float]:
    """Report every second and deliver to fifty; let one of them be away and come back."""
    house = House(port, RECEIVERS)
    asked(port, "/r0", "PUT")
    house.report(AWAY_RECORDS)
    _all_but_one(house)
    missed = house.now()
    stopped = threading.Event()
    reporter = threading.Thread(target=_reporting, args=(house, stopped))
    reporter.start()
    begun = time.perf_counter()
    late: list[float] = []
    came_back = 0.0
    while time.perf_counter() - begun < LIVE_S:
        house.turn()
        if not came_back and time.perf_counter() - begun > LIVE_S / 4:
            came_back = time.perf_counter()
            returned = house.now()
            asked(port, "/r0", "PUT")
            _forget_trouble()
        if came_back and not late and _waiting("r0") <= 1:
            late.append(time.perf_counter() - came_back)
    stopped.set()
    reporter.join()
    while house.turn() or _waiting("r0"):
        pass
    late = late or [time.perf_counter() - came_back]
    counts = asked(port, "/")
    return {
        **_delays(missed, returned),
        "records": sum(counts.values()),
        "missing": sum(abs(house.reported - each) for each in counts.values()),
        "late_s": late[0],
        "late": AWAY_RECORDS,
    }


def _all_but_one(house: House) -> None:
    from shangheng.kernel.exchange.models import SubscriptionRow  # noqa: PLC0415

    while SubscriptionRow.objects.filter(acknowledged=0).count() > 1 or house.turn():
        house.turn()


def _reporting(house: House, stopped: threading.Event) -> None:
    from django.db import connections  # noqa: PLC0415

    while not stopped.is_set():
        begun = time.perf_counter()
        house.report(LIVE_BATCH)
        stopped.wait(max(0.0, 1 - (time.perf_counter() - begun)))
    connections.close_all()


def _forget_trouble() -> None:
    from shangheng.kernel.exchange.models import SubscriptionRow  # noqa: PLC0415

    SubscriptionRow.objects.update(attempts=0)


def _waiting(receiver: str) -> int:
    from shangheng.kernel.exchange.models import SubscriptionRow  # noqa: PLC0415

    row = SubscriptionRow.objects.select_related("agreement").get(receiver=receiver)
    return row.agreement.last - row.acknowledged


def _delays(since: datetime, returned: datetime) -> dict[str, float]:
    from shangheng.kernel.exchange.models import DeliveryRow  # noqa: PLC0415

    rows = DeliveryRow.objects.filter(outcome="delivered").exclude(partner="r0")
    live = rows.filter(at__gt=since)

    def p95(delays: list[int]) -> float:
        return sorted(delays)[len(delays) * 95 // 100] / 1000

    every = list(live.values_list("delay_ms", flat=True))
    while_late = list(live.filter(at__gt=returned).values_list("delay_ms", flat=True))
    return {"p95_s": p95(every), "others_p95_s": p95(while_late), "deliveries": len(every)}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "listen":
        listen()
    else:
        answer = (one if sys.argv[1] == "one" else fifty)(int(sys.argv[2]))
        sys.stdout.write(json.dumps(answer) + "\n")
