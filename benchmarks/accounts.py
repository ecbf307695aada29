# SPDX-License-Identifier: Apache-2.0
"""Transfers posted one by one and in batches, in PostgreSQL and in SQLite.

    python -m benchmarks.accounts

The server is started here, with commits forced to disk as it comes; in SQLite they are as the
settings of the house have it. One by one: clients of one process that each post a transfer and
wait for its answer, as the threads of a web server do. In batches: one client. All transfers go
between a thousand accounts with floors. Afterwards the books are recounted: what was acknowledged
is there once, and every balance is what its entries say.
"""

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measuring import report, told_by
from shangheng.kernel.accounts.tests import postgres

ACCOUNTS = 1_000
SECONDS = 5.0
CLIENTS = 32
BATCH = 8_000
ONE_BY_ONE_MIN, IN_BATCHES_MIN = 2_000, 20_000
LAG = timedelta(seconds=30)
MODULE = "benchmarks.accounts"


def main() -> None:
    """Measure both databases, or say why one cannot be measured."""
    with tempfile.TemporaryDirectory() as home:
        measured("sqlite", Path(home))
    if reason := postgres.lacking():
        report("accounts/postgresql", reason, "not measured")
        return
    with postgres.served(durable=True) as settings, tempfile.TemporaryDirectory() as home:
        os.environ.update(settings)  # noqa: TID251 - for the children
        measured("postgresql", Path(home))


def measured(database: str, home: Path) -> None:
    """Run each way of posting in a process of its own and print what it reached."""
    is_limited = database == "postgresql"
    ways = (
        ("one-client", 1, None),
        ("one-by-one", CLIENTS, ONE_BY_ONE_MIN),
        ("in-batches", 0, IN_BATCHES_MIN),
    )
    for way, clients, limit in ways:
        told = told_by(MODULE, "post", clients, home=home)
        found = told.answer
        report(
            f"accounts/{database}/{way}",
            found["posted"] / found["seconds"],
            "transfers/s",
            against=f"{clients or 1} clients, {found['posted']} transfers, "
            f"{told.cpu_s / found['posted'] * 1e6:.0f} µs of the client's cores each",
            at_least=limit if is_limited else None,
        )
    told = told_by(MODULE, "count", home=home)
    report(f"accounts/{database}/wrong", told.answer["wrong"], "accounts", at_most=0)
    report(f"accounts/{database}/lost-or-doubled", told.answer["missing"], "transfers", at_most=0)


def prepare() -> Callable[[str], object]:
    """Set the house up with accounts that have plenty; return the maker of random transfers."""
    import django  # noqa: PLC0415 - the parent needs none of it

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from shangheng.kernel.accounts import actions  # noqa: PLC0415
    from shangheng.kernel.accounts.concept.transfers import Transfer  # noqa: PLC0415
    from shangheng.kernel.accounts.models import AccountRow  # noqa: PLC0415
    from shangheng.kernel.accounts.tests import builders  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    names = [f"a{number}" for number in range(ACCOUNTS)]
    if not AccountRow.objects.exists():
        builders.opened("world", *names)
        seeds = [builders.transfer(f"seed-{name}", target=name, amount=10**9) for name in names]
        actions.post(seeds, at=builders.AT)
    chance = random.Random(1)  # noqa: S311 - a plan, no secret

    def made(key: str) -> Transfer:
        at, amount = int(chance.random() * ACCOUNTS), 1 + int(chance.random() * 99)
        target = names[at - 1 - int(chance.random() * (ACCOUNTS - 1))]
        return Transfer(key=key, source=names[at], target=target, amount=amount, kind="bench")

    return made


def post(clients: int) -> dict[str, float]:
    """Post for some seconds; with no clients, in batches. What was acknowledged counts."""
    made = prepare()
    from shangheng.kernel.accounts import actions  # noqa: PLC0415 - after ``prepare``

    tag, posted = time.time_ns(), [0] * max(clients, 1)
    size = 1 if clients else BATCH
    begun = time.perf_counter()

    def run(client: int) -> None:
        while time.perf_counter() - begun < SECONDS:
            first = posted[client]
            batch = [made(f"{tag}-{client}-{first + number}") for number in range(size)]
            now = datetime.now(UTC)  # noqa: TID251 - a client has a clock
            outcomes = actions.post(batch, at=now, lag=LAG)  # type: ignore[arg-type]
            posted[client] += sum(each.state == "booked" for each in outcomes)

    threads = [threading.Thread(target=run, args=(client,)) for client in range(len(posted))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    with Path(os.environ["SHANGHENG_HOME"], "acknowledged").open("a") as out:  # noqa: TID251
        out.write(f"{sum(posted)}\n")
    return {"posted": sum(posted), "seconds": seconds}


def count() -> dict[str, int]:
    """Return how many accounts are wrong, and how many transfers are missing or too many."""
    prepare()
    from shangheng.kernel.accounts import queries  # noqa: PLC0415
    from shangheng.kernel.accounts.models import TransferRow  # noqa: PLC0415

    told = Path(os.environ["SHANGHENG_HOME"], "acknowledged").read_text()  # noqa: TID251
    acknowledged = sum(map(int, told.split()))
    found = queries.audit()
    wrong = (*found.unbalanced_units, *found.differing_accounts, *found.broken_limits)
    there = TransferRow.objects.filter(kind="bench").count()
    return {"wrong": len(wrong), "missing": abs(there - acknowledged)}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        answer = post(int(sys.argv[2])) if sys.argv[1] == "post" else count()
        sys.stdout.write(json.dumps(answer) + "\n")
