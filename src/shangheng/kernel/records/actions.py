# SPDX-License-Identifier: Apache-2.0
"""What can be done about records: take a batch in, take it back, settle the ledger."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from shangheng.kernel.errors import Conflict, Invalid, ShanghengError
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records import disposing, reporters, withdrawals
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.models import (
    BatchRow,
    ReporterHabitRow,
    ReporterRow,
    WithdrawalRow,
)
from shangheng.kernel.records.reports import Report, order_of
from shangheng.kernel.records.sealing import seal_versions
from shangheng.kernel.records.store import committing, receiving, staging, sweeping, taking
from shangheng.kernel.records.store.convoys import (
    SMALL_BYTES,
    Convoy,
    Member,
    Order,
    Queue,
    Ticket,
)
from shangheng.kernel.records.store.home import Ledger, room_needed, write_all_durably
from shangheng.kernel.records.store.landing import Progress, untold
from shangheng.kernel.records.store.names import INTENT, RECEIPTS, digest_of
from shangheng.kernel.records.store.sweeping import Swept
from shangheng.kernel.records.store.tables import FILES_PER_DAY_MAX, Table
from shangheng.kernel.records.store.withdrawing import Withdrawal, take_back

HABIT_ROWS_MIN = 500
HABIT_WEIGHT_MAX = 1_000_000


def take(report: Report, *, home: Ledger, at: datetime, tell: Progress = untold) -> Receipt:
    """Take a batch in and return its receipt; the same batch again returns the same receipt.

    Raises:
        Invalid: the file as a whole cannot be records of this kind; says why.
        Conflict: this reporter sent other bytes under this batch number (``batch.other_bytes``).
        Unavailable: there is no room; nothing was taken.
    """
    reporter = reporters.register(report.reporter, at=at)
    order = order_of(report, reporter, home=home, at=at, tell=tell)
    known = None if order.mapping.files else _known_already(report.source, order)
    if known:
        return known
    with room_needed():
        return _taken(home, order, report.source, report.title)


def _taken(home: Ledger, order: Order, source: Path | BinaryIO, name: str) -> Receipt:
    member = receiving.land(home, order, source, name=name)
    try:
        if member.path.stat().st_size <= SMALL_BYTES:
            member.landed()
            queue = _queues[home.root, order.kind.name]
            return queue.go(member, lambda tickets: _carry(home, tickets))
        return _alone(home, member)
    finally:
        if not member.is_begun:
            shutil.rmtree(member.work, ignore_errors=True)


_queues: defaultdict[tuple[Path, str], Queue] = defaultdict(Queue)


def _alone(home: Ledger, member: Member) -> Receipt:
    """Take a large batch: it is read before the pen of its kind is asked for."""
    convoy = receiving.stage(home, [member])
    try:
        with home.locked(convoy.kind.name):
            recover(home, convoy.kind)
            known = _known_batches([member])
            return _same_batch(member, known) or _commit(home, convoy)[0]
    finally:
        convoy.close()


def _carry(home: Ledger, tickets: list[Ticket]) -> None:
    """Take small batches together; one by one where one of them cannot go with the others."""
    try:
        _together(home, tickets)
    except (ShanghengError, taking.OverlapError):
        if len(tickets) == 1:
            raise
        for ticket in tickets:
            _separately(home, ticket)


def _separately(home: Ledger, ticket: Ticket) -> None:
    try:
        _together(home, [ticket])
    except ShanghengError as error:
        ticket.error = error


def _together(home: Ledger, tickets: list[Ticket]) -> None:
    kind = tickets[0].member.order.kind
    with home.locked(kind.name):
        recover(home, kind)
        known = _known_batches([ticket.member for ticket in tickets])
        for ticket in tickets:
            ticket.receipt = _same_batch(ticket.member, known)
        going = [ticket for ticket in tickets if ticket.receipt is None]
        if not going:
            return
        convoy = receiving.stage(home, [ticket.member for ticket in going])
        try:
            receipts = _commit(home, convoy)
        finally:
            convoy.close()
        for ticket, receipt in zip(going, receipts, strict=True):
            ticket.receipt = receipt


def _commit(home: Ledger, convoy: Convoy) -> list[Receipt]:
    try:
        receipts = taking.commit(home, convoy)
    except BaseException:
        _put_right(home, convoy)
        raise
    rows = sum(receipt.rows_read for receipt in receipts)
    habits = taking.habits(convoy) if len(receipts) == 1 and rows >= HABIT_ROWS_MIN else {}
    finish(home, convoy.work)
    _learn_habits(habits, receipts[0])
    return receipts


def _put_right(home: Ledger, convoy: Convoy) -> None:
    """Finish or undo a convoy that failed while it was written; it may be tried again."""
    intent = committing.intent_of(convoy.work)
    if intent is not None:
        if committing.is_true(Table(home.table(convoy.kind.name), convoy.kind), intent):
            finish(home, convoy.work)
            return
        committing.undo(home, convoy.kind, intent, convoy.work)
    for member in convoy.members:
        member.is_begun = False


def _known_already(source: Path | BinaryIO, order: Order) -> Receipt | None:
    """Return the receipt of the very same file, without reading it again; size is asked first."""
    if not isinstance(source, Path):
        return None
    rows = BatchRow.objects.filter(
        reporter_id=order.source_number, kind=order.kind.name, bytes=source.stat().st_size
    )
    if order.batch is not None:
        rows = rows.filter(number=order.batch)
    if not rows.exists():
        return None
    receipts = (Receipt.from_dict(row.receipt) for row in rows.filter(digest=digest_of(source)))
    alike = (each for each in receipts if order.batch or each.mapping == order.mapping_digest)
    return next(alike, None)


def _known_batches(members: Iterable[Member]) -> dict[str, BatchRow]:
    """Return the rows of those batches whose numbers were used before, by their folders."""
    rows = BatchRow.objects.filter(folder__in=[f for each in members for f in each.folders])
    return {row.folder: row for row in rows}


def _same_batch(member: Member, known: Mapping[str, BatchRow]) -> Receipt | None:
    """Return the receipt of this very batch if it was taken; refuse other bytes under its name."""
    row = next((known[folder] for folder in member.folders if folder in known), None)
    if row is None:
        return None
    digest = member.landed().digest
    if row.digest != digest or row.kind != member.order.kind.name:
        at = row.received_at.astimezone(CHINA).isoformat(timespec="seconds")
        raise Conflict(
            "batch.other_bytes", batch=member.batch, taken_at=at, digest=row.digest, given=digest
        )
    return Receipt.from_dict(row.receipt)


def finish(home: Ledger, work: Path) -> None:
    """Put a committed convoy's results in their place and write its rows; may be repeated."""
    intent = json.loads((work / INTENT).read_bytes())
    receipts = json.loads((work / RECEIPTS).read_bytes())
    taken = {
        each["folder"]: plain for each, plain in zip(intent["members"], receipts, strict=True)
    }
    moved = [
        place
        for each in intent["members"]
        for place in committing.publish(home, work.parent / each["work"], folder=each["folder"])
    ]
    told_in = {home.batch(folder) / "receipt.json": plain for folder, plain in taken.items()}
    write_all_durably(
        {path: json.dumps(plain, ensure_ascii=False).encode() for path, plain in told_in.items()},
        moved=moved,
    )
    with transaction.atomic():
        _write_rows(taken)
        if told := intent.get("withdrawal"):
            withdrawals.write(intent["kind"], told)
        seal_versions(home, intent["kind"])
    for each in intent["members"]:
        shutil.rmtree(work.parent / each["work"], ignore_errors=True)
    committing.clear(work)


def _write_rows(taken: Mapping[str, dict[str, Any]]) -> None:
    """Write the row of each batch, by its folder, and seal it, unless that was done before."""
    rows = ReporterRow.objects.filter(code__in={plain["reporter"] for plain in taken.values()})
    known = dict(rows.values_list("code", "pk"))
    there = set(BatchRow.objects.filter(folder__in=taken).values_list("folder", flat=True))
    new = {folder: plain for folder, plain in taken.items() if folder not in there}
    BatchRow.objects.bulk_create(
        BatchRow(
            reporter_id=known[plain["reporter"]], number=plain["batch"], folder=folder,
            **_row_facts(Receipt.from_dict(plain)),
        )
        for folder, plain in new.items()
    )  # fmt: skip
    evidence.seal_batches(new)


def withdraw(asked: Withdrawal, *, home: Ledger, at: datetime) -> int:
    """Take a reporter's own records out of the ledger; return how many there were.

    They stay in the history and in the log. The same number again returns the same; what others
    have told of the same records is untouched.

    Raises:
        Conflict: the number was used for other records (``withdrawal.other_keys``).
    """
    reporter, kind = reporters.register(asked.reporter, at=at), asked.kind
    if not reporters.NAME.fullmatch(asked.number):
        raise Invalid("batch.bad_number", batch=asked.number[:120])
    with room_needed(), home.locked(kind.name):
        recover(home, kind)
        done = WithdrawalRow.objects.filter(reporter=reporter, number=asked.number).first()
        if done is not None:
            if done.digest != asked.digest:
                raise Conflict("withdrawal.other_keys", number=asked.number)
            return done.records
        work = take_back(home, asked, source=reporter.pk, at=at)
        if work is None:
            return 0
        finish(home, work)
    return WithdrawalRow.objects.get(reporter=reporter, number=asked.number).records


def _row_facts(receipt: Receipt) -> Mapping[str, Any]:
    return {
        "kind": receipt.kind,
        "digest": receipt.digest.removeprefix("sha256:"),
        "bytes": receipt.bytes,
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
    disposing.finish(home, kind)
    left = committing.unfinished(home, kind.name)
    for work, intent in left:
        table = Table(home.table(kind.name), kind)
        if committing.is_true(table, intent):
            finish(home, work)
        else:
            committing.undo(home, kind, intent, work)
            for each in intent["members"]:
                shutil.rmtree(work.parent / each["work"], ignore_errors=True)
    if left:
        seal_versions(home, kind.name)
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
        work = home.begin_work()
        connection = staging.connect(home)
        try:
            done = table.settle(connection, limit=limit)
            seal_versions(home, kind.name)
            return done
        finally:
            connection.close()
            shutil.rmtree(work, ignore_errors=True)


def sweep(home: Ledger, kinds: Iterable[RecordKind], *, at: datetime) -> Swept:
    """Clear away what killed processes left: half-done work, files that never came true.

    What can be finished is finished first. Files of the tables that stopped being true stay for
    a while: somebody may be reading them.
    """
    swept = 0
    for kind in kinds:
        with home.locked(kind.name):
            recover(home, kind)
            swept += sweeping.old_files(home, kind, at=at)
    return Swept(sweeping.work_folders(home, at=at), swept)


def _learn_habits(habits: Mapping[str, float], receipt: Receipt) -> None:
    for field, p99 in habits.items():
        row, new = ReporterHabitRow.objects.get_or_create(
            reporter=ReporterRow.objects.get(code=receipt.reporter),
            kind=receipt.kind, field=field,
            defaults={"p99": p99, "rows": receipt.rows_read},
        )  # fmt: skip
        if not new:
            before, rows = min(row.rows, HABIT_WEIGHT_MAX), receipt.rows_read
            row.p99 = (row.p99 * before + p99 * rows) / (before + rows)
            row.rows = min(before + rows, HABIT_WEIGHT_MAX)
            row.save(update_fields=("p99", "rows"))
