# SPDX-License-Identifier: Apache-2.0
"""The front door for batches, whichever way they come: file, stream, browser or API."""

from shangheng.kernel.records import actions as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.landing import Progress
from shangheng.kernel.records.store.tables import FILES_PER_DAY_MAX
from shangheng.site import clock, wiring
from shangheng.site.registry import REGISTRY


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def receive(report: records.Report, *, tell: Progress = _silent) -> Receipt:
    """Take a batch in and do what its kind asks for afterwards; return the receipt.

    What follows a batch may be repeated without harm, so a batch that is sent again after a crash
    between the two is made whole.
    """
    home, at = wiring.ledger(), clock.now()
    receipt = records.take(report, home=home, at=at, tell=tell)
    for after in REGISTRY.after(report.kind.name):
        after(home, receipt, at)
    return receipt


def settle(limit: int = FILES_PER_DAY_MAX) -> int:
    """Gather the small files of days with more than ``limit``; return of how many kinds."""
    home = wiring.ledger()
    return sum(records.settle(home, kind, limit=limit) for kind in REGISTRY.kinds.values())
