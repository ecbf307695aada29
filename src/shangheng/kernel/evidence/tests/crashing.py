# SPDX-License-Identifier: Apache-2.0
"""Appending that is killed: four processes seal and integrate, one of them is killed at a time.

The parent opens nothing and forks. A child seals a leaf and, once its transaction is committed,
acknowledges index and object in one short write to a pipe; now and then it integrates and says so.
Once somebody has got on since the last kill (every fourth time: has published), the parent waits
for a random moment, kills a child and forks another. At the end a fresh process integrates what is
left and compares everything with what was acknowledged.
"""

import json
import os
import random
import re
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

WRITERS = 4
PUBLISHED = re.compile(rb"^published (\d+)$", re.MULTILINE)
PUBLISHED_EVERY = 4
PIECE = 1 << 20
ENDED = "a process ended before it was killed"
PAUSE_S = (0.02, 0.16)


def prepare(home: Path) -> None:
    """Set Django up on a database file of its own, and make the log, all in a child."""
    os.environ["SHANGHENG_HOME"] = str(home)  # noqa: TID251 - this program has its own settings
    os.environ["DJANGO_SETTINGS_MODULE"] = "shangheng.site.settings"  # noqa: TID251
    import django  # noqa: PLC0415 - after its settings

    django.setup()
    for module in ("actions", "auditing", "integrating", "queries"):  # once, before any fork
        import_module(f"shangheng.kernel.evidence.{module}")
    child(lambda: _make(home))


def child(work: Callable[[], Any]) -> None:
    """Do something in a process of its own and wait for it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the parent
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise SystemExit("a child failed")


def _make(home: Path) -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from shangheng.kernel.evidence import log  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    log.make(home, name="crash", at=datetime.now(UTC))  # noqa: TID251


def append(home: Path, pipe: int) -> None:
    """Seal for ever, acknowledge each leaf, integrate now and then."""
    from django.db import transaction  # noqa: PLC0415

    from shangheng.kernel.evidence import actions, log  # noqa: PLC0415
    from shangheng.kernel.evidence.integrating import integrate  # noqa: PLC0415

    opened = log.opened(home)
    while True:
        name = f"{os.getpid()}-{time.monotonic_ns()}"
        with transaction.atomic():
            index = actions.seal("thing.done", name, {"name": name}, at=datetime.now(UTC))  # noqa: TID251
        os.write(pipe, f"{index} {name}\n".encode())
        if index % 3 == 0:
            tree = integrate(opened, now=lambda: datetime.now(UTC))  # noqa: TID251
            os.write(pipe, f"published {tree.size if tree else 0}\n".encode())


def killing(home: Path, kills: int, seed: int) -> list[tuple[int, str]]:
    """Let processes append and kill them; return what they had acknowledged."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    read, write = os.pipe()
    alive: list[int] = []
    told = b""
    for turn in range(kills + WRITERS):
        while len(alive) < WRITERS and turn < kills + 1:
            alive.append(_forked(home, write))
        publishes = turn < kills and turn % PUBLISHED_EVERY == 0
        told += _more(read, alive, after=_published(told) if publishes else -1)
        time.sleep(chance.uniform(*PAUSE_S))
        pid = alive.pop(chance.randrange(len(alive)))
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise SystemExit(ENDED)
    os.close(write)
    while piece := os.read(read, PIECE):
        told += piece
    lines = [line.split(" ") for line in told.decode().split("\n") if line]
    return [(int(index), name) for index, name in lines if index != "published"]


def _forked(home: Path, write: int) -> int:
    """Fork a process that appends for ever, and return its id."""
    if pid := os.fork():
        return pid
    try:
        append(home, write)
    finally:
        traceback.print_exc()
        os._exit(1)


def _more(read: int, alive: list[int], *, after: int) -> bytes:
    """Wait until a process has acknowledged something, and somebody published beyond a size."""
    told = b""
    while not told or _published(told) <= after:
        if select.select([read], [], [], 1)[0]:
            told += os.read(read, PIECE)
        elif any(os.waitpid(pid, os.WNOHANG)[0] for pid in alive):
            raise SystemExit(ENDED)
    return told


def _published(told: bytes) -> int:
    """Return the greatest size that was told to be published."""
    return max((int(size) for size in PUBLISHED.findall(told)), default=0)


def compare(home: Path, acknowledged: list[tuple[int, str]]) -> None:
    """Integrate what is left, then print what was lost, doubled, forked or found by the audit."""
    from shangheng.kernel.evidence import log, queries  # noqa: PLC0415
    from shangheng.kernel.evidence.auditing import Objects, audit  # noqa: PLC0415
    from shangheng.kernel.evidence.integrating import integrate  # noqa: PLC0415

    opened = log.opened(home)
    tree = integrate(opened, now=lambda: datetime.now(UTC))  # noqa: TID251
    names = {leaf.index: leaf.object_id for leaf in queries.leaves()}
    lost = [name for index, name in acknowledged if names.get(index) != name]
    told = {
        "acknowledged": len(acknowledged),
        "leaves": len(names),
        "published": tree.size if tree else 0,
        "gaps": sorted(set(range(len(names))) - set(names)),
        "lost": lost,
        "checkpoints": sum(1 for _ in queries.signed()),
        "findings": [str(each) for each in audit(opened, Objects())],
        "growing": _growing(opened),
    }
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()


def _growing(opened: Any) -> bool:
    """Return whether the log shows growth from every checkpoint that was ever signed."""
    from shangheng.kernel.evidence import queries  # noqa: PLC0415

    return all(queries.growth_since(opened, each.note) for each in queries.signed())


def main() -> None:
    """Do as the command line says: home, kills, seed."""
    home, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    prepare(home)
    acknowledged = killing(home, kills, seed)
    child(lambda: compare(home, acknowledged))


if __name__ == "__main__":
    main()
