# SPDX-License-Identifier: Apache-2.0
"""What the server does unasked: gather small files, and ask the overview before a reader does.

Batches that come one after another leave many small files. While they come, only days with very
many are gathered; once the ledger has been quiet for a moment, all are.

Figures are kept by the version of the ledger. The first reader after a change would wait for all
of them, so the server asks itself, as anybody would, once the ledger has been quiet for a moment:
the province first, then a city at a time. While it moves without a pause, the province alone is
asked now and then. Policies are read as soon as it starts.
"""

import threading
import time
import urllib.error
import urllib.request

import structlog

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.store.tables import FILES_PER_DAY_MAX
from shangheng.kernel.regions import queries as regions
from shangheng.site import reception, sealing, wiring
from shangheng.site.registry import REGISTRY

LOOK_EVERY_S = 5.0
FILES_WHILE_MOVING = 64
WAIT_S = 120.0
WHILE_MOVING_S, WHILE_MOVING_SHARE = 60.0, 0.1
"""How long the province is not asked again while the ledger moves: so long, or until asking it has
taken no more than this share of the time."""

Versions = tuple[int, ...]

_log = structlog.get_logger("shangheng.site")


def versions() -> Versions:
    """Return the version of every kind's table."""
    home = wiring.ledger()
    return tuple(records.ledger_files(home, kind).version for kind in sorted(REGISTRY.kinds))


def start(address: str) -> threading.Thread:
    """Keep the pages of the server at this address warm, for as long as it lives."""
    thread = threading.Thread(target=watch, args=(address,), daemon=True, name="warming")
    thread.start()
    return thread


def pages() -> tuple[str, ...]:
    """Return the pages worth it: the overview first, then those that its map leads to."""
    home = wiring.place().region
    below = regions.children(home) if home.endswith("0000") else ()
    return ("/", *(f"/?region={each.code}" for each in below))


def read_policies() -> None:
    """Read the policies before anybody asks; it takes a second. What is wrong, pages tell."""
    try:
        wiring.library()
    except ShanghengError as error:
        _log.warning("policies_not_read", code=error.code, why=str(error))


def watch(address: str) -> None:
    """Look again and again whether the ledger moved, and do what is due."""
    seen: Versions = ()
    read_policies()
    waiting: list[str] = list(pages())
    due = time.monotonic() + WHILE_MOVING_S
    while True:
        time.sleep(LOOK_EVERY_S)
        try:
            now = versions()
        except ShanghengError:
            continue
        _publish()
        if now != seen:  # still moving: look again before anything is computed
            seen, waiting = now, list(pages())
            _settle(FILES_WHILE_MOVING)
            if time.monotonic() >= due:
                due = _ask_while_moving(address, waiting[0])
            continue
        due = time.monotonic() + WHILE_MOVING_S
        if _settle(FILES_PER_DAY_MAX):
            seen = versions()
        elif waiting:
            ask(address, waiting.pop(0))


def _ask_while_moving(address: str, page: str) -> float:
    """Ask for a page, and return when it is due again if the ledger still moves then."""
    begun = time.monotonic()
    ask(address, page)
    took = time.monotonic() - begun
    return time.monotonic() + max(WHILE_MOVING_S, took / WHILE_MOVING_SHARE)


def _publish() -> None:
    """Publish what other processes sequenced; a log that contradicts itself is an alarm."""
    try:
        sealing.publish()
    except ShanghengError as error:
        _log.error("log_not_published", code=error.code, why=str(error))


def _settle(limit: int) -> int:
    try:
        return reception.settle(limit)
    except ShanghengError as error:
        _log.warning("not_settled", why=str(error))
        return 0


def ask(address: str, page: str) -> None:
    """Ask for a page of now, once; what goes wrong is the reader's to see, not ours."""
    asked = urllib.request.Request(address + page, headers={"Cache-Control": "no-cache"})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=WAIT_S) as answer:  # noqa: S310
            answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        _log.warning("not_warm", page=page, why=str(error))
