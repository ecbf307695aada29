# SPDX-License-Identifier: Apache-2.0
"""Asking the overview before a reader does: after a start, and when the ledger has settled.

Figures are kept by the version of the ledger. The first reader after a change would wait for all
of them, so the server asks itself, as anybody would, once the ledger has been quiet for a moment.
"""

import threading
import time
import urllib.error
import urllib.request

import structlog

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.records import queries as records
from shangheng.site import wiring
from shangheng.site.registry import REGISTRY

LOOK_EVERY_S = 5.0
WAIT_S = 120.0
PAGES = ("/",)

Versions = tuple[int, ...]

_log = structlog.get_logger("shangheng.site")


def versions() -> Versions:
    """Return the version of every kind's table."""
    home = wiring.ledger()
    return tuple(records.ledger_files(home, kind).version for kind in sorted(REGISTRY.kinds))


def start(address: str) -> threading.Thread:
    """Keep the pages of the server at this address warm, for as long as it lives."""
    thread = threading.Thread(target=_watch, args=(address,), daemon=True, name="warming")
    thread.start()
    return thread


def _watch(address: str) -> None:
    warm: Versions = ()
    seen: Versions = ()
    while True:
        time.sleep(LOOK_EVERY_S)
        try:
            now = versions()
        except ShanghengError:
            continue
        if now != warm and now == seen:
            ask(address)
            warm = now
        seen = now


def ask(address: str) -> None:
    """Ask each page once; what goes wrong is the reader's to see, not ours."""
    for page in PAGES:
        try:
            with urllib.request.urlopen(address + page, timeout=WAIT_S) as answer:  # noqa: S310
                answer.read()
        except (urllib.error.URLError, TimeoutError) as error:
            _log.warning("not_warm", page=page, why=str(error))
