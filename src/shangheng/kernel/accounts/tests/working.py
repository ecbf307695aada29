# SPDX-License-Identifier: Apache-2.0
"""Workers that post at random and are killed, as programs of their own on a database on disk.

``herd FOLDER KILLS SECONDS LARGEST`` imports everything, opens nothing, and forks workers that
post random batches; each writes what was acknowledged when a call has returned, and is killed at a
random moment, until there were so many kills and so many seconds. ``quota NUMBER`` takes single
places of a quota until it is refused. ``together`` posts from many threads of one process at the
same time. ``count`` says what the books hold.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 5, 1, tzinfo=UTC)
LAG = timedelta(days=1)
NAMES = tuple(f"a{number}" for number in range(12))
PLACES = 40
WORKERS = 3
ENOUGH = 1_500
THREADS, TURNS = 12, 10


def prepare() -> None:
    """Set Django up on the database of the environment, and open nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangheng.site.settings")  # noqa: TID251
    import django  # noqa: PLC0415 - after its settings

    django.setup()


def migrate() -> None:
    """Make the tables."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def setup() -> None:
    """Make the tables and open the accounts that workers post to."""
    from shangheng.kernel.accounts.tests import builders  # noqa: PLC0415

    migrate()
    owner = builders.opened("world", *NAMES, at=START)
    builders.opened("pool", owner=owner, unit="seat", floor=-PLACES, at=START)
    builders.opened("taken", owner=owner, unit="seat", at=START)


def operations(chance: random.Random, tag: str, count: int) -> list[Any]:
    """Return a batch of random transfers: moves, holds, ends of holds, links, keys seen before."""
    from shangheng.kernel.accounts.concept.transfers import Transfer  # noqa: PLC0415

    made: list[Any] = []
    for number in range(count):
        key, draw = f"{tag}-{number}", chance.random()
        if draw < 0.15 and made:
            held = chance.choice(made).key
            phase = chance.choice(["post", "void"])
            made.append(Transfer(key=key, phase=phase, pending=held))
            continue
        source, target = chance.sample(("world", *NAMES), 2)
        is_held = draw < 0.35
        lasts = timedelta(milliseconds=chance.randrange(1, 400)) if chance.random() < 0.5 else None
        made.append(
            Transfer(
                key=key, source=source, target=target, amount=chance.randrange(1, 90),
                phase="pending" if is_held else "posted", timeout=lasts if is_held else None,
                linked=draw > 0.85 and number + 1 < count,
            )
        )  # fmt: skip
    return made


def work(folder: Path, number: int, largest: int) -> None:
    """Post until killed; a line for each call that returned."""
    from shangheng.kernel.accounts import actions  # noqa: PLC0415

    chance = random.Random(f"{number}-{os.getpid()}")  # noqa: S311 - a plan, no secret
    call = 0
    with (folder / f"told-{number}-{os.getpid()}").open("w", buffering=1) as told:
        while True:
            call += 1
            tag = f"{number}-{os.getpid()}-{call}"
            batch = operations(chance, tag, chance.randrange(1, largest))
            now = datetime.now(UTC)  # noqa: TID251 - this program has its own clock
            outcomes = actions.post(batch, at=now, lag=LAG)
            booked = [
                [each.key, one.amount] for each, one in zip(outcomes, batch, strict=True)
                if each.state == "booked"
            ]  # fmt: skip
            told.write(json.dumps({"asked": len(batch), "booked": booked}) + "\n")


def asked(folder: Path) -> int:
    """Return of how many transfers the workers were told what became of them."""
    lines = [line for path in folder.glob("told-*") for line in path.read_text().splitlines()]
    return sum(json.loads(line)["asked"] for line in lines if line.endswith("}"))


def herd(folder: Path, kills: int, seconds: float, largest: int) -> int:
    """Fork workers and kill them at random moments; return how many were killed.

    On a slow machine it goes on, less and less often, until something was posted meanwhile.
    """
    chance = random.Random(5)  # noqa: S311 - moments, no secret
    ends, killed, started = time.monotonic() + seconds, 0, 0
    alive: list[int] = []
    while killed < kills or time.monotonic() < ends or asked(folder) < ENOUGH + largest:
        while len(alive) < WORKERS:
            started += 1
            child = os.fork()
            if child == 0:
                try:
                    work(folder, started, largest)
                finally:
                    os._exit(1)
            alive.append(child)
        time.sleep(chance.uniform(0, 2 * seconds / kills * max(1, killed / kills) ** 3))
        victim = alive.pop(chance.randrange(len(alive)))
        os.kill(victim, signal.SIGKILL)
        _, status = os.waitpid(victim, 0)
        assert os.WIFSIGNALED(status), "a worker ended by itself"
        killed += 1
    for child in alive:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return killed


def quota(number: int) -> int:
    """Take places one by one until there are none; return how many were got."""
    from shangheng.kernel.accounts import actions  # noqa: PLC0415
    from shangheng.kernel.accounts.concept.transfers import Transfer  # noqa: PLC0415

    got = 0
    while True:
        place = Transfer(key=f"q{number}-{got}", source="pool", target="taken", amount=1)
        outcome = actions.post([place], at=START, lag=LAG)[0]
        if outcome.refusal is not None:
            assert outcome.refusal.code == "transfer.below_floor"
            return got
        got += 1


def together() -> dict[str, Any]:
    """Post from many threads at once, one of which asks for nonsense; return what each heard."""
    from django.db import connection  # noqa: PLC0415

    from shangheng.kernel.accounts import actions  # noqa: PLC0415
    from shangheng.kernel.accounts.concept.transfers import Transfer  # noqa: PLC0415

    told: dict[str, list[str]] = {}
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> None:
        said = told[str(number)] = []
        for turn in range(TURNS):
            barrier.wait(60)
            wrong = number == 0 and turn % 2
            amount: Any = 7 if number else 10**15
            made: Any = Transfer(
                key=f"t{number}-{turn}", source="world" if number else "a1", target="a2",
                amount=amount, facts=None if wrong else {},  # type: ignore[arg-type]
            )  # fmt: skip
            lag = LAG + timedelta(seconds=number % 2)
            try:
                said.append(actions.post([made], at=START, lag=lag)[0].state)
            except AttributeError:
                said.append("nonsense")
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def count() -> dict[str, Any]:
    """Recount the books from their rows, by sums of this program's own."""
    from shangheng.kernel.accounts import actions, queries  # noqa: PLC0415
    from shangheng.kernel.accounts.models import AccountRow, TransferRow  # noqa: PLC0415

    while actions.expire(at=datetime.now(UTC) + timedelta(days=1)):  # noqa: TID251
        pass
    balance = dict.fromkeys(AccountRow.objects.values_list("pk", flat=True), 0)
    rows = TransferRow.objects.order_by("id")
    for source, target, amount, phase in rows.values_list(
        "source_id", "target_id", "amount", "phase"
    ):
        if phase in ("posted", "post"):
            balance[source] -= amount
            balance[target] += amount
    accounts = AccountRow.objects.values_list("pk", "posted", "held_out", "held_in", "floor")
    timed_holds = rows.filter(phase="pending", expires_at__isnull=False).values("key")
    ended = rows.filter(pending__isnull=False).values("pending")
    return {
        "is_clean": queries.audit().is_clean,
        "alike": all(balance[pk] == posted for pk, posted, *_ in accounts),
        "sum": sum(balance.values()),
        "floors": all(f is None or posted - out >= f for _, posted, out, _, f in accounts),
        "unreleased": timed_holds.exclude(key__in=ended).count(),
        "keys": list(rows.values_list("key", flat=True)),
        "chains": _torn(list(rows.exclude(chain="").values_list("chain", "key"))),
        "taken": queries.balance("taken").posted,
    }


def _torn(members: list[tuple[str, str]]) -> list[str]:
    """Return chains of which the first is missing or stands alone."""
    keys: dict[str, list[str]] = {}
    for chain, key in members:
        keys.setdefault(chain, []).append(key)
    return [chain for chain, found in keys.items() if chain not in found or len(found) == 1]


def main() -> None:
    what, *given = sys.argv[1:]
    prepare()
    if what == "setup":
        setup()
    elif what == "herd":
        folder, kills, seconds, largest = given
        killed = herd(Path(folder), int(kills), float(seconds), int(largest))
        sys.stdout.write(json.dumps(killed))
    elif what == "quota":
        sys.stdout.write(json.dumps(quota(int(given[0]))))
    elif what == "together":
        sys.stdout.write(json.dumps(together()))
    else:
        sys.stdout.write(json.dumps(count()))


if __name__ == "__main__":
    main()
