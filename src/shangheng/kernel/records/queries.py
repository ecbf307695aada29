# SPDX-License-Identifier: Apache-2.0
"""What can be asked about batches, reporters and the ledger; never writes."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
from django.db.models import Count, Max, Sum

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.models import (
    BatchRow,
    ReporterRow,
    ReporterTokenRow,
    WithdrawalRow,
)
from shangheng.kernel.records.store.archive import unsealed
from shangheng.kernel.records.store.committing import REJECTS, WARNINGS
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.store.reading import quoted
from shangheng.kernel.records.store.tables import LedgerFiles, commit_of, files_of, scan

PIECE_ROWS = 20_000


@dataclass(frozen=True)
class ReporterStanding:
    """How a reporter stands: what it has sent so far."""

    code: str
    name: str
    batches: int
    last_received_at: datetime | None
    rows_read: int
    accepted: int
    rejected: int


def ledger_files(home: Ledger, kind: str, version: int | None = None) -> LedgerFiles:
    """Return the files of a kind's table as it stands, or as it stood at a version."""
    return files_of(home.table(kind), version)


def claims_files(home: Ledger, kind: str, version: int | None = None) -> LedgerFiles:
    """Return the files of what second sources said about a kind's records, now or then."""
    return files_of(home.claims(kind), version)


def _batch(batch: str, reporter: str | None) -> BatchRow:
    rows = BatchRow.objects.filter(number=batch).select_related("reporter")
    if reporter is not None:
        rows = rows.filter(reporter__code=reporter)
    found = list(rows[:2])
    if not found:
        raise NotFound("batch.unknown", batch=batch)
    if len(found) > 1:
        raise Invalid("batch.several", batch=batch, reporters=[r.reporter.code for r in found])
    return found[0]


def receipt(batch: str, *, reporter: str | None = None) -> Receipt:
    """Return the receipt of a batch.

    Raises:
        NotFound: there is no such batch (``batch.unknown``).
        Invalid: several reporters have a batch of this number (``batch.several``).
    """
    return Receipt.from_dict(_batch(batch, reporter).receipt)


def is_taken(batch: str, *, reporter: str) -> bool:
    """Return whether a reporter's batch of this number was taken."""
    return BatchRow.objects.filter(number=batch, reporter__code=reporter).exists()


def receipts(
    *, reporter: str | None = None, kind: str | None = None, limit: int = 50, offset: int = 0
) -> list[Receipt]:
    """Return receipts, the newest first."""
    rows = BatchRow.objects.order_by("-received_at", "-pk")
    if reporter is not None:
        rows = rows.filter(reporter__code=reporter)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return [Receipt.from_dict(row.receipt) for row in rows[offset : offset + limit]]


def rejects(home: Ledger, batch: str, *, reporter: str | None = None) -> Iterator[bytes]:
    """Give the CSV file of the rows that went back, in pieces; nothing when all were taken."""
    path = home.batch(_batch(batch, reporter).folder) / REJECTS
    return unsealed(path, master_key=home.master_key) if path.exists() else iter(())


def warnings(home: Ledger, batch: str, *, reporter: str | None = None) -> Iterator[bytes]:
    """Give the CSV file of the doubts about rows that were let in; nothing when there are none."""
    path = home.batch(_batch(batch, reporter).folder) / WARNINGS
    return iter([path.read_bytes()]) if path.exists() else iter(())


def rows_of_batch(
    home: Ledger, kind: RecordKind, receipt: Receipt, columns: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Give some columns of the records that stand in the ledger since a batch, in pieces."""
    files = ledger_files(home, kind.name)
    if not files.paths:
        return
    listed = ", ".join(quoted(name) for name in columns)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT {listed} FROM {scan(files.paths)} WHERE batch = ? AND reporter = ?",
            [receipt.batch, receipt.reporter],
        )
        while rows := found.fetchmany(PIECE_ROWS):
            yield rows


def keys_of(
    home: Ledger, kind: RecordKind, reporter: str, *, batches: str
) -> Iterator[list[tuple[str, ...]]]:
    """Give, in pieces, the keys of what stands as a reporter told it in batches numbered so."""
    paths = (*ledger_files(home, kind.name).paths, *claims_files(home, kind.name).paths)
    if not paths:
        return
    listed = ", ".join(f"{quoted(name)}::VARCHAR" for name in kind.key)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT DISTINCT {listed} FROM {scan(paths)} WHERE reporter = ? "
            f"AND regexp_full_match(batch, ?) ORDER BY ALL",
            [reporter, batches],
        )
        while rows := found.fetchmany(PIECE_ROWS):
            yield rows


@dataclass(frozen=True)
class Change:
    """What one commit brought to a kind's table: files with the rows of batches, or a withdrawal.

    ``batches`` are reporter, number and rows read of each; ``tag`` names the file of the history
    that holds what was replaced or withdrawn.
    """

    version: int
    tag: str
    files: tuple[str, ...]
    batches: tuple[tuple[str, str, int], ...]
    at: datetime


def changes_since(home: Ledger, kind: str, version: int, *, limit: int = 200) -> list[Change]:
    """Return the commits to a kind's table after a version, in their order.

    A batch's row is written while the pen of its kind is held, so rows appear in this order.
    """
    found: dict[int, list[tuple[str, str, int]]] = {}
    times: dict[int, datetime] = {}
    batches = BatchRow.objects.filter(kind=kind, ledger_version__gt=version)
    listed = batches.values_list(
        "ledger_version", "reporter__code", "number", "rows_read", "received_at"
    )
    for at_version, reporter, number, rows, at in listed.order_by("ledger_version", "pk"):
        if at_version not in found and len(found) == limit:
            break
        found.setdefault(at_version, []).append((reporter, number, rows))
        times[at_version] = at
    last = max(found) if len(found) == limit else None
    taken_back = WithdrawalRow.objects.filter(kind=kind, ledger_version__gt=version)
    if last is not None:
        taken_back = taken_back.filter(ledger_version__lt=last)
    for at_version, at in taken_back.values_list("ledger_version", "withdrawn_at"):
        found[at_version], times[at_version] = [], at
    changes = []
    for each in sorted(found):
        commit = commit_of(home.table(kind), each)
        changes.append(Change(each, commit.tag, commit.files, tuple(found[each]), times[each]))
    return changes


def rows_unlike_their_receipts() -> list[str]:
    """Return the folders of batches whose row says something else than the receipt in it."""
    unlike: list[str] = []
    for key, row in evidence.readable(BatchRow.objects.select_related("reporter")):
        if row is None or not isinstance(row.receipt, dict):
            unlike += BatchRow.objects.filter(pk=key).values_list("folder", flat=True)
            continue
        told = {
            "batch": row.number, "reporter": row.reporter.code, "kind": row.kind,
            "digest": f"sha256:{row.digest}", "bytes": row.bytes, "rows_read": row.rows_read,
            "accepted": row.accepted, "corrected": row.corrected, "unchanged": row.unchanged,
            "rejected": row.rejected, "ledger_version": row.ledger_version,
            "received_at": row.received_at.isoformat(),
        }  # fmt: skip
        said = dict(row.receipt)
        with suppress(ValueError, TypeError, KeyError):
            at = datetime.fromisoformat(said["received_at"])
            said["received_at"] = at.astimezone(row.received_at.tzinfo).isoformat()
        is_like = all(said.get(name) == value for name, value in told.items())
        if not is_like or row.folder != folder_of(row.reporter.code, row.number):
            unlike.append(row.folder)
    return unlike


def folders() -> Iterator[str]:
    """Give the folder of every batch."""
    yield from BatchRow.objects.order_by("pk").values_list("folder", flat=True).iterator()


def batches_kept(kind: str) -> Iterator[tuple[str, str, str]]:
    """Give reporter, number and folder of every batch of a kind that was not disposed of."""
    rows = BatchRow.objects.filter(kind=kind, disposal=None).order_by("reporter__code", "number")
    yield from rows.values_list("reporter__code", "number", "folder").iterator()


def receipt_in_row(folder: str) -> object:
    """Return the receipt that stands in a batch's row, whatever it is; nothing without a row."""
    for _, row in evidence.readable(BatchRow.objects.filter(folder=folder)):
        return row.receipt if row is not None else {}
    return None


def reporters() -> list[ReporterStanding]:
    """Return every reporter with what it has sent, by code."""
    rows = ReporterRow.objects.annotate(
        batches=Count("batchrow"),
        last=Max("batchrow__received_at"),
        read=Sum("batchrow__rows_read"),
        taken=Sum("batchrow__accepted"),
        back=Sum("batchrow__rejected"),
    ).order_by("code")
    return [
        ReporterStanding(
            row.code, row.name, row.batches, row.last, row.read or 0, row.taken or 0, row.back or 0
        )
        for row in rows
    ]


def reporter_of_token(token: str) -> str | None:
    """Return whose bearer token this is, or nothing when it is not valid."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    rows = ReporterTokenRow.objects.filter(digest=digest, revoked_at=None)
    return rows.values_list("reporter__code", flat=True).first()
