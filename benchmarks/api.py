# SPDX-License-Identifier: Apache-2.0
"""Eight clients that each send batches of a hundred orders, one after the other, to one server.

    python -m benchmarks.api HOME SECONDS

The clients' orders are consecutive in time, as when each order is reported soon after it was
placed. Every 25th batch is sent twice, as when an answer was lost. Afterwards the ledger is
counted by a query of our own: what was sent and acknowledged is there once.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deltalake import DeltaTable

from benchmarks import data
from benchmarks.measuring import report, shangheng
from benchmarks.serving import Server, served

BATCH_ROWS = 100
TWICE_EVERY = 25
CREATED, OK = 201, 200
BATCHES_PER_S_MIN = 50
FILES_PER_DAY_MAX = 9
SETTLING_S_MAX = 60
PERCENTILES = (50, 95, 99)


@dataclass
class Client:
    """One reporter's program: what it sends, and what it was answered."""

    reporter: str
    token: str
    lines: list[bytes]
    seconds: list[float] = field(default_factory=list)
    acknowledged: int = 0
    rejected: int = 0
    refused: int = 0
    told_differently: int = 0
    ended_at: float = 0.0

    def bodies(self) -> Iterator[bytes]:
        """Give the batches, each with the header."""
        header = self.lines[0]
        for first in range(1, len(self.lines) - BATCH_ROWS, BATCH_ROWS):
            yield header + b"".join(self.lines[first : first + BATCH_ROWS])

    def run(self, server: Server, until: float) -> None:
        """Send batch after batch over one connection until it is time."""
        connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
        for number, body in enumerate(self.bodies()):
            if time.perf_counter() >= until:
                break
            batch = f"bench-{self.reporter}-{number}"
            begun = time.perf_counter()
            status, receipt = self._send(connection, batch, body)
            self.seconds.append(time.perf_counter() - begun)
            self.ended_at = time.perf_counter()
            if status == CREATED:
                self.acknowledged += receipt["accepted"]
                self.rejected += receipt["rejected"]
            else:
                self.refused += 1
            if number % TWICE_EVERY == 0:
                status, again = self._send(connection, batch, body)
                self.told_differently += status != OK or again != receipt

    def send(self, server: Server, batch: str, body: bytes) -> None:
        """Send one batch over a connection of its own."""
        connection = http.client.HTTPConnection(server.host, server.port, timeout=120)
        status, _ = self._send(connection, batch, body)
        connection.close()
        if status != CREATED:
            raise SystemExit(f"{batch} was answered {status}")

    def _send(
        self, connection: http.client.HTTPConnection, batch: str, body: bytes
    ) -> tuple[int, dict[str, int]]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": batch,
            "Content-Type": "text/csv",
        }
        connection.request("POST", "/api/v1/batches?kind=order", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def clients(home: Path) -> list[Client]:
    """Return a client for each platform, with a token that the authority gave it."""
    folder = data.clients_orders()
    made = []
    for reporter in data.PLATFORMS:
        told = json.loads(shangheng("token", reporter, "--json", home=home))
        lines = (folder / f"order-{reporter}.csv").read_bytes().splitlines(keepends=True)
        made.append(Client(reporter, told["token"], lines))
    return made


def sending(server: Server, senders: list[Client], seconds: float) -> float:
    """Let all clients send at once; return how long it took until the last answer."""
    begun = time.perf_counter()
    threads = [
        threading.Thread(target=each.run, args=(server, begun + seconds)) for each in senders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(each.ended_at for each in senders) - begun


def percentile(values: list[float], at: int) -> float:
    """Return the value that this share of the values, in percent, does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * at // 100)]


def tell_rates(senders: list[Client], seconds: float) -> None:
    """Print how many batches went in, and how long one waited for its receipt."""
    waits = [wait for each in senders for wait in each.seconds]
    told = (
        f"{len(senders)} clients, {BATCH_ROWS} rows a batch, {seconds:.0f} s, {len(waits)} batches"
    )
    report(
        "api/batches", len(waits) / seconds, "batches/s", against=told, at_least=BATCHES_PER_S_MIN
    )
    for at in PERCENTILES:
        report(f"api/receipt-after-p{at}", percentile(waits, at) * 1000, "ms", against=told)
    refused = sum(each.refused for each in senders)
    report("api/refused", refused, "batches", against="nothing refused", at_most=0)
    differently = sum(each.told_differently for each in senders)
    report("api/other-receipt-when-sent-again", differently, "batches", at_most=0)


def tell_work(senders: list[Client], worked_s: float, commits: int) -> None:
    """Print what a batch costs the server; unlike the rate, a busy machine hardly changes it."""
    batches = sum(len(each.seconds) for each in senders)
    report("api/work-per-batch", worked_s * 1000 / batches, "ms", against="server, all cores")
    report("api/batches-per-commit", batches / max(commits, 1), "batches", against=f"{commits}")


def version_of(home: Path) -> int:
    """Return the version of the orders' table."""
    return int(DeltaTable(str(home / "ledger/tables/order")).version())


def paths_of(home: Path) -> list[str]:
    """Return the files of the orders that are true, as Delta Lake tells them."""
    return [str(path) for path in DeltaTable(str(home / "ledger/tables/order")).file_uris()]


def tell_counts(home: Path, senders: list[Client]) -> None:
    """Print what of the acknowledged records the ledger lacks, and what it has twice."""
    with data.connect() as connection:
        found, distinct = connection.execute(
            "SELECT count(*), count(DISTINCT (platform, order_no)) FROM read_parquet(?, "
            "hive_partitioning = true) WHERE starts_with(batch, 'bench-')",
            [paths_of(home)],
        ).fetchall()[0]
    acknowledged = sum(each.acknowledged for each in senders)
    against = f"{acknowledged} acknowledged, {sum(each.rejected for each in senders)} rejected"
    report("api/lost", acknowledged - distinct, "records", against=against, at_most=0)
    report("api/doubled", found - distinct, "records", against=against, at_most=0)


def fullest_day(home: Path) -> int:
    """Return the number of files of the day that has most."""
    days: dict[str, int] = {}
    for path in paths_of(home):
        day = Path(path).parent.name
        days[day] = days.get(day, 0) + 1
    return max(days.values(), default=0)


def tell_files(home: Path) -> None:
    """Print how many files a day has once the ledger has been quiet for a while."""
    report(
        "api/files-per-day-at-once", fullest_day(home), "files", against="as the last batch ended"
    )
    begun = time.perf_counter()
    while fullest_day(home) > FILES_PER_DAY_MAX and time.perf_counter() - begun < SETTLING_S_MAX:
        time.sleep(1)
    waited = f"after {time.perf_counter() - begun:.0f} s, settled by the server itself"
    if fullest_day(home) > FILES_PER_DAY_MAX:
        begun = time.perf_counter()
        shangheng("settle", home=home)
        waited = f"after `shangheng settle` ({time.perf_counter() - begun:.1f} s)"
    report(
        "api/files-per-day", fullest_day(home), "files", against=waited, at_most=FILES_PER_DAY_MAX
    )


def main() -> None:
    """Measure a server over a copy of the home named on the command line."""
    home = data.copied_home(Path(sys.argv[1]), "api")
    senders = clients(home)
    with served(home) as server:
        worked, version = server.cpu_s(), version_of(home)
        seconds = sending(server, senders, float(sys.argv[2]))
        worked = server.cpu_s() - worked
        tell_rates(senders, seconds)
        tell_work(senders, worked, version_of(home) - version)
        tell_counts(home, senders)
        tell_files(home)
        tell_counts(home, senders)
    report("api/server-peak", server.peak_mb, "MB", against="resident, whole run")


if __name__ == "__main__":
    main()
