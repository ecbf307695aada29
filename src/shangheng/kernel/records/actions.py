# SPDX-License-Identifier: Apache-2.0
"""What can be done about records: take a batch in, settle the ledger, know a reporter."""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from shangheng.kernel.errors import Conflict, Invalid, Unavailable
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.models import (
    BatchRow,
    ReporterHabitRow,
    ReporterRow,
    ReporterTokenRow,
)
from shangheng.kernel.records.store import committing, staging, taking
from shangheng.kernel.records.store.home import Ledger, room_needed
from shangheng.kernel.records.store.landing import Progress
from shangheng.kernel.records.store.tables import FILES_PER_DAY_MAX, Table

NAME = re.compile(r"[\w.:@+-]{1,100}")
HABIT_ROWS_MIN = 500
HABIT_WEIGHT_MAX = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Report:
    """A batch that someone reports: the bytes, and what they are said to be.

    ``batch`` is the reporter's own number for it; without one it is made of the content, so the
    same file is always the same batch. ``mapping`` is a parsed mapping file, if the columns are
    the reporter's own.
    """

    source: Path | BinaryIO
    kind: RecordKind
    reporter: str
    batch: str | None = None
    mapping: object = None
    name: str = ""


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def register_reporter(code: str, *, at: datetime, name: str = "") -> ReporterRow:
    """Return the reporter of this code, known from now on if it was not."""
    if not NAME.fullmatch(code):
        raise Invalid("reporter.bad_code", reporter=code[:100])
    row, _ = ReporterRow.objects.get_or_create(
        code=code, defaults={"first_seen_at": at, "name": name}
    )
    return row


def issue_token(reporter: str, *, at: datetime) -> str:
    """Give a reporter a bearer token; it is shown once, and only its digest is kept."""
    row = register_reporter(reporter, at=at)
    token = f"sh_{secrets.token_urlsafe(32)}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    ReporterTokenRow.objects.create(reporter=row, digest=digest, issued_at=at)
    return token


def revoke_tokens(reporter: str, *, at: datetime) -> int:
    """Take back every token of a reporter; return how many."""
    tokens = ReporterTokenRow.objects.filter(reporter__code=reporter, revoked_at=None)
    return tokens.update(revoked_at=at)


def take(
    report: Report, *, home: Ledger, at: datetime, tell: Progress = _silent
) -> Receipt:
    """Take a batch in and return its receipt; the same batch again returns the same receipt.

    Raises:
        Invalid: the file as a whole cannot be records of this kind; says why.
        Conflict: this reporter sent other bytes under this batch number (``batch.other_bytes``).
        Unavailable: there is no room; nothing was taken.
    """
    if report.batch is not None and not NAME.fullmatch(report.batch):
        raise Invalid("batch.bad_number", batch=report.batch[:120])
    if isinstance(report.source, Path) and not report.source.is_file():
        raise Invalid("file.not_found", file=str(report.source))
    reporter = register_reporter(report.reporter, at=at)
    if isinstance(report.source, Path):
        known = _known_already(report, reporter)
        if known:
            return known
    mapping = (
        mappings.plain(report.kind)
        if report.mapping is None
        else mappings.parse(report.mapping, report.kind)
    )
    order = taking.Order(
        report.kind, reporter.code, reporter.pk, report.batch, mapping, _usual(reporter, report.kind),
        at, tell,
    )  # fmt: skip
    name = report.name or (report.source.name if isinstance(report.source, Path) else "")
    staged = taking.stage(home, order, report.source, name=name)
    try:
        return _commit(home, staged, reporter)
    finally:
        staged.close()


def _commit(home: Ledger, staged: taking.Staged, reporter: ReporterRow) -> Receipt:
    with home.locked(staged.order.kind.name):
        recover(home, staged.order.kind)
        known = _same_batch(staged, reporter)
        if known:
            return known
        try:
            receipt = taking.commit(home, staged)
        except Unavailable:
            recover(home, staged.order.kind)
            raise
        habits = taking.habits(staged) if receipt.rows_read >= HABIT_ROWS_MIN else {}
        finish(home, staged.work)
        _learn_habits(habits, reporter, receipt)
    return receipt


def _known_already(report: Report, reporter: ReporterRow) -> Receipt | None:
    """Return the receipt of the very same file, without reading it again; size is asked first."""
    path = report.source
    if not isinstance(path, Path):
        return None
    size = path.stat().st_size
    rows = BatchRow.objects.filter(reporter=reporter, kind=report.kind.name, bytes=size)
    if report.batch is not None:
        rows = rows.filter(number=report.batch)
    if not rows.exists():
        return None
    row = rows.filter(digest=taking.digest_of(path)).first()
    return Receipt.from_dict(row.receipt) if row else None


def _same_batch(staged: taking.Staged, reporter: ReporterRow) -> Receipt | None:
    row = BatchRow.objects.filter(reporter=reporter, number=staged.batch).first()
    if row is None:
        return None
    if row.digest != staged.landed.digest or row.kind != staged.order.kind.name:
        raise Conflict(
            "batch.other_bytes", batch=staged.batch, taken_at=row.received_at.isoformat(),
            digest=row.digest, given=staged.landed.digest,
        )  # fmt: skip
    return Receipt.from_dict(row.receipt)


@room_needed()
def finish(home: Ledger, work: Path) -> None:
    """Put a committed batch's results in their place and write its row; may be repeated."""
    intent = json.loads((work / "intent.json").read_bytes())
    if (work / "receipt.json").exists():
        plain = (work / "receipt.json").read_bytes()
    else:
        plain = (home.batch(intent["folder"]) / "receipt.json").read_bytes()
    receipt = Receipt.from_dict(json.loads(plain))
    committing.publish(home, work, folder=intent["folder"], archive=intent["folder"])
    with transaction.atomic():
        BatchRow.objects.get_or_create(
            reporter=ReporterRow.objects.get(code=receipt.reporter),
            number=receipt.batch,
            defaults=_row_facts(receipt, intent["folder"]),
        )
    shutil.rmtree(work, ignore_errors=True)


def _row_facts(receipt: Receipt, folder: str) -> Mapping[str, Any]:
    return {
        "kind": receipt.kind,
        "digest": receipt.digest.removeprefix("sha256:"),
        "bytes": receipt.bytes,
        "folder": folder,
        "received_at": receipt.received_at,
        "rows_read": receipt.rows_read,
        "accepted": receipt.accepted,
        "corrected": receipt.corrected,
        "unchanged": receipt.unchanged,
        "rejected": receipt.rejected,
        "ledger_version": receipt.ledger_version,
        "receipt": receipt.to_dict(),
    }


def recover(home: Ledger, kind: RecordKind) -> int:
    """Finish or undo what a killed process left of this kind; the caller holds its pen."""
    left = committing.unfinished(home, kind.name)
    for work, intent in left:
        table = Table(home.table(kind.name), kind)
        if committing.is_true(table, intent):
            finish(home, work)
        else:
            committing.undo(home, kind, intent, work)
    return len(left)


def settle(home: Ledger, kind: RecordKind, *, limit: int = FILES_PER_DAY_MAX) -> bool:
    """Gather the small files of a kind's crowded days; return whether there was anything to do."""
    if not home.table(kind.name).exists():
        return False
    with home.locked(kind.name):
        recover(home, kind)
        table = Table(home.table(kind.name), kind)
        if not table.crowded_days(limit):
            return False
        work = home.work(secrets.token_hex(8))
        work.mkdir(parents=True)
        connection = staging.connect(memory_mb=home.memory_mb, threads=home.threads, work=work)
        try:
            return table.settle(connection, limit=limit)
        finally:
            connection.close()
            shutil.rmtree(work, ignore_errors=True)


def _usual(reporter: ReporterRow, kind: RecordKind) -> dict[str, float]:
    rows = ReporterHabitRow.objects.filter(reporter=reporter, kind=kind.name)
    return {row.field: row.p99 for row in rows}


def _learn_habits(habits: Mapping[str, float], reporter: ReporterRow, receipt: Receipt) -> None:
    for field, p99 in habits.items():
        row, new = ReporterHabitRow.objects.get_or_create(
            reporter=reporter, kind=receipt.kind, field=field,
            defaults={"p99": p99, "rows": receipt.rows_read},
        )  # fmt: skip
        if not new:
            before, rows = min(row.rows, HABIT_WEIGHT_MAX), receipt.rows_read
            row.p99 = (row.p99 * before + p99 * rows) / (before + rows)
            row.rows = min(before + rows, HABIT_WEIGHT_MAX)
            row.save(update_fields=("p99", "rows"))
