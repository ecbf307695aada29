# SPDX-License-Identifier: Apache-2.0
"""A file checked before it is reported: all rules, what would go back, and nothing kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from shangheng.kernel.records import reporters
from shangheng.kernel.records.concept.receipts import Trial
from shangheng.kernel.records.reports import Report, order_of
from shangheng.kernel.records.store import receiving, trying
from shangheng.kernel.records.store.home import Ledger, room_needed
from shangheng.kernel.records.store.landing import Progress, untold


@contextmanager
def checked(
    report: Report, *, home: Ledger, at: datetime, tell: Progress = untold
) -> Iterator[tuple[Trial, Path]]:
    """Check a file as if it were reported; give what came of it, and a folder.

    The folder holds the rows that would go back as ``rejects.csv`` and those with a question as
    ``warnings.csv``, if there are any. It is gone afterwards: the rows are as they came, persons
    and all. Who has never reported is not made known by it.

    Raises:
        Invalid: the file as a whole cannot be records of this kind; says why.
        Unavailable: there is no room to check it in.
    """
    order = order_of(report, reporters.known(report.reporter), home=home, at=at, tell=tell)
    with room_needed():
        member = receiving.land(home, order, report.source, name=report.title, kept=False)
    try:
        with room_needed():
            convoy = receiving.stage(home, [member], is_trial=True)
            try:
                trial = trying.tried(home, convoy)
            finally:
                convoy.close()
        yield trial, member.work
    finally:
        shutil.rmtree(member.work, ignore_errors=True)
