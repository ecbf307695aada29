# SPDX-License-Identifier: Apache-2.0
"""What has to be done without anybody asking: remind, escalate, deliver; as often as one likes.

Every part may be interrupted at any moment and run by several processes at once: a clock is told
of once because its row says so, a delivery is leased, whatever it causes has a key.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import structlog
from django.db import close_old_connections

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts import proving
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.notices import actions as notices
from shangheng.site import acting, carriers, clock, sealing, wiring
from shangheng.site.registry import REGISTRY

EVERY_S, WATCHED_EVERY_S = 5.0, 300.0

_log = structlog.get_logger("shangheng.site")


def _remind() -> dict[str, int]:
    return cases.remind(REGISTRY.cases, at=clock.now(), house=acting.house())


def _take_overdue() -> dict[str, int]:
    return cases.take_overdue(REGISTRY.cases, at=clock.now(), house=acting.house())


def _deliver() -> dict[str, int]:
    return asdict(notices.deliver(carriers.carriers(), now=clock.now))


def _expire() -> dict[str, int]:
    return {"expired": accounts.expire(at=clock.now())}


def _prove() -> dict[str, int]:
    proved = proving.prove_night(key=wiring.ledger().master_key, at=clock.now())
    if proved:
        sealing.publish()
    return {"proved": proved}


def _done(kind: str) -> dict[str, int]:
    """Do the ``chores`` or the ``watches`` of all services."""
    house, at = acting.house(), clock.now()
    return {
        f"{service.name}.{name}": chore(house, at)
        for service in REGISTRY.services
        for name, chore in getattr(service, kind).items()
    }


WORK: dict[str, Callable[[], dict[str, int]]] = {
    "remind": _remind,
    "overdue": _take_overdue,
    "expire": _expire,
    "prove": _prove,
    "chores": partial(_done, "chores"),
    "watches": partial(_done, "watches"),
    "deliver": _deliver,
}


def once(*, seldom: bool = True) -> dict[str, int]:
    """Do everything that is due, and return how much of each there was.

    A part that cannot be done now is logged and tried again the next time; the others go on.
    Without `seldom`, what looks over whole registers is left out.
    """
    done: dict[str, int] = {}
    for name, work in WORK.items():
        if name == "watches" and not seldom:
            continue
        try:
            done |= work()
        except ShanghengError as error:
            _log.error("work_not_done", part=name, code=error.code, why=str(error))
            done[f"{name}_failed"] = 1
    return done


def start() -> threading.Thread:
    """Work beside the server for as long as it lives."""
    thread = threading.Thread(target=forever, daemon=True, name="working")
    thread.start()
    return thread


def forever(every_s: float = EVERY_S) -> None:
    """Work until stopped; what was done is logged, quiet rounds are not."""
    watched = float("-inf")
    while True:
        begun = time.monotonic()
        seldom = begun >= watched + WATCHED_EVERY_S
        watched = begun if seldom else watched
        try:
            close_old_connections()
            done = once(seldom=seldom)
        except Exception:  # noqa: BLE001 - the outermost loop: one bad round must not end all
            _log.exception("work_broken")
        else:
            if any(done.values()):
                _log.info("worked", **done)
        time.sleep(every_s)
