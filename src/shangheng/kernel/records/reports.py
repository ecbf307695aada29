# SPDX-License-Identifier: Apache-2.0
"""What someone reports, looked over before a byte of it is read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records import reporters
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.models import ReporterHabitRow, ReporterRow
from shangheng.kernel.records.store.convoys import Order
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.landing import Progress


@dataclass(frozen=True, kw_only=True)
class Report:
    """A batch that someone reports: the bytes, and what they are said to be.

    ``batch`` is the reporter's own number for it; without one it is made of the content, so the
    same file is always the same batch. ``mapping`` is a parsed mapping file, if the columns are
    the reporter's own. ``beside`` is the folder in which the mapping may look for further exports
    (its ``files``); without one it may look nowhere.
    """

    source: Path | BinaryIO
    kind: RecordKind
    reporter: str
    batch: str | None = None
    mapping: object = None
    name: str = ""
    beside: Path | None = None

    @property
    def title(self) -> str:
        """Return the name under which the file is told of."""
        return self.name or (self.source.name if isinstance(self.source, Path) else "")


def order_of(
    report: Report, reporter: ReporterRow, *, home: Ledger, at: datetime, tell: Progress
) -> Order:
    """Return a report as what its batch is told by, when it has been looked over.

    Raises:
        Invalid: its number, its file or its mapping is none.
    """
    if report.batch is not None and not reporters.NAME.fullmatch(report.batch):
        raise Invalid("batch.bad_number", batch=report.batch[:120])
    if isinstance(report.source, Path) and not report.source.is_file():
        raise Invalid("file.not_found", file=str(report.source))
    mapping = (
        mappings.plain(report.kind)
        if report.mapping is None
        else mappings.parse(report.mapping, report.kind)
    )
    return Order(
        report.kind, reporter.code, reporter.pk or 0, report.batch, mapping,
        _usual(reporter, report.kind), at, tell, home.master_key, report.beside,
        mappings.digest_of(report.mapping),
    )  # fmt: skip


def _usual(reporter: ReporterRow, kind: RecordKind) -> dict[str, float]:
    rows = ReporterHabitRow.objects.filter(reporter_id=reporter.pk, kind=kind.name)
    return {row.field: row.p99 for row in rows}
