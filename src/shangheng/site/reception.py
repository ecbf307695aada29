# SPDX-License-Identifier: Apache-2.0
"""The front door for batches, whichever way they come: file, stream, browser or API."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import structlog

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import trials
from shangheng.kernel.records.concept.receipts import Receipt, Trial
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.landing import Progress, untold
from shangheng.kernel.records.store.tables import FILES_PER_DAY_MAX
from shangheng.site import clock, sealing, wiring
from shangheng.site.registry import REGISTRY

_log = structlog.get_logger("shangheng.site")


def receive(report: Report, *, tell: Progress = untold) -> Receipt:
    """Take a batch in and do what its kind asks for afterwards; return the receipt.

    What follows a batch may be repeated without harm, so a batch that is sent again after a crash
    between the two is made whole.
    """
    return _received(report, tell)[0]


def receive_and_tell(report: Report, *, tell: Progress = untold) -> tuple[Receipt, dict[str, Any]]:
    """Take a batch in; return its receipt, and what ``told`` says of it."""
    receipt, leaf = _received(report, tell)
    return receipt, sealing.with_evidence(receipt, home=wiring.ledger(), leaf=leaf)


def _received(report: Report, tell: Progress) -> tuple[Receipt, Leaf | None]:
    home, at = wiring.ledger(), clock.now()
    receipt = records.take(report, home=home, at=at, tell=tell)
    for after in REGISTRY.after(report.kind.name):
        after(home, receipt, at)
    leaf = sealing.leaf_of(receipt)
    try:
        sealing.publish(leaf.index if leaf else None)
    except Unavailable as silent:  # the batch is taken and sequenced; its proof follows later
        _log.warning("proof_follows", batch=receipt.batch, why=str(silent))
    return receipt, leaf


def checked(
    report: Report, *, tell: Progress = untold
) -> AbstractContextManager[tuple[Trial, Path]]:
    """Check a file as if it were reported; see ``trials.checked``."""
    return trials.checked(report, home=wiring.ledger(), at=clock.now(), tell=tell)


def told(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt with the proof that it is sealed, as plain values.

    The proof is always the same: it leads to the first checkpoint that has the receipt in it.
    """
    return sealing.with_evidence(receipt, home=wiring.ledger())


def settle(limit: int = FILES_PER_DAY_MAX) -> int:
    """Gather the small files of days with more than ``limit``; return of how many kinds."""
    home = wiring.ledger()
    return sum(records.settle(home, kind, limit=limit) for kind in REGISTRY.held.values())
