# SPDX-License-Identifier: Apache-2.0
"""What can be done about retention: hold for a case, release, dispose of what is due.

A disposal is decided in one transaction: its row, the mark on every batch that goes, and a leaf
of the log for each of them. *That is the moment of truth*: before it a crash leaves nothing; after
it whoever next takes the pen of the kind (``finish``) goes on until nothing can be read any more.
A marker beside the work folders says that there is something to go on with, so that intake asks no
question of the database.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.store import flush
from shangheng.kernel.periods import day_of
from shangheng.kernel.records import retained
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.retention import (
    Disposal,
    Hold,
    Holding,
    Period,
    Plan,
    Said,
    check,
    floor_on,
    persons_of,
)
from shangheng.kernel.records.models import BatchRow, DisposalRow, LegalHoldRow
from shangheng.kernel.records.sealing import seal_versions
from shangheng.kernel.records.store import disposal, expiry
from shangheng.kernel.records.store.home import Ledger, write_durably
from shangheng.kernel.records.store.reading import pseudonym

DISPOSED, BATCH_DISPOSED = "records.disposed", "batch.disposed"
HELD, RELEASED = "records.held", "records.released"
SAID_MAX = 500
NUMBER_BYTES = 6
FOLDERS_A_QUERY = 500
Before = Callable[[str, Sequence[tuple[str, str]]], None]
"""What is to be done in the transaction that decides a disposal, while its rows can be read: with
its number, and reporter and number of every batch that goes."""


def _nothing(number: str, batches: Sequence[tuple[str, str]]) -> None:
    """Let nobody else know."""


def said(text: str) -> str:
    """Return a reason or purpose as it is kept; refuse none, and one that is too long."""
    told = text.strip()
    if not told:
        raise Invalid("retention.reason_missing")
    if len(told) > SAID_MAX:
        raise Invalid("retention.reason_too_long", most=SAID_MAX)
    return told


def new_number(letters: str, at: datetime) -> str:
    """Return a number that nobody has yet: letters, day, chance."""
    return f"{letters}-{at:%Y%m%d}-{secrets.token_hex(NUMBER_BYTES)}"


def pseudonyms(kind: RecordKind, where: Mapping[str, str], home: Ledger) -> dict[str, str]:
    """Return values as the ledger keeps them: persons under their pseudonyms."""
    persons = persons_of(kind)
    return {
        name: pseudonym(value, home.master_key) if name in persons else value
        for name, value in where.items()
    }


def hold(given: Hold, *, home: Ledger, kind: RecordKind | None) -> Holding:
    """Hold what a case needs, from now on; persons are looked for by their pseudonyms.

    ``kind`` is the kind that the hold names, if it names one; values need one.
    """
    check(given, kind)
    where = pseudonyms(kind, given.where, home) if kind else {}
    told = replace(
        given, number=new_number("LH", given.at), reason=said(given.reason), where=where
    )
    with transaction.atomic():
        leaf = evidence.seal(HELD, told.number, told.plain(), at=told.at, facts={})
        row = LegalHoldRow.objects.create(
            number=told.number, case=told.case, reason=told.reason, kind=told.kind,
            reporter=told.reporter, batch=told.batch, since=told.since, until=told.until,
            where=where, by=told.by, at=told.at, leaf=leaf,
        )  # fmt: skip
    return retained.holding_of(row)


def release(number: str, told: Said) -> Holding:
    """Let go of what was held, with the reason; released again it is refused."""
    with transaction.atomic():
        row = LegalHoldRow.objects.select_for_update().filter(number=number).first()
        if row is None:
            raise NotFound("retention.hold_unknown", number=number)
        if row.released_at is not None:
            raise Conflict("retention.hold_released", number=number, by=row.released_by)
        why = said(told.why)
        row.released_at, row.released_by, row.release_reason = told.at, told.by, why
        row.save(update_fields=("released_at", "released_by", "release_reason"))
        content = {"number": number, "by": told.by, "reason": why, "at": told.at.isoformat()}
        evidence.seal(RELEASED, number, content, at=told.at, facts={})
    return retained.holding_of(row)


def planned(home: Ledger, kind: RecordKind, period: Period, *, on: date) -> Plan:
    """Return what a disposal would do: a dry run."""
    _refuse_below_floor(period, on)
    return expiry.plan(home, kind, period, on=on, holds=retained.holds_in_force())


def _refuse_below_floor(period: Period, on: date) -> None:
    floor = floor_on(on)
    if period.months < floor.months:
        raise Invalid(
            "retention.below_floor", months=period.months, floor=floor.months,
            sources=list(floor.sources),
        )  # fmt: skip


def dispose(
    home: Ledger, kind: RecordKind, period: Period, told: Said, *, before: Before = _nothing
) -> Disposal | None:
    """Dispose of every batch of a kind that is due and not held; nothing where there is none.

    When this returns, nothing of them can be read any more but receipts and leaves.
    """
    told = replace(told, why=said(told.why))
    with home.locked(kind.name):
        finish(home, kind)
        on = day_of(told.at)
        plan = planned(home, kind, period, on=on)
        if not plan.goes:
            return None
        write_durably(_marker(home, kind), b"")
        row = _decided(plan, told, before)
        finish(home, kind)
    row.refresh_from_db()
    return retained.disposal_of(row)


def _decided(plan: Plan, told: Said, before: Before) -> DisposalRow:
    """Write down and seal that these batches go, unless a hold was placed since the plan."""
    row = DisposalRow(
        number=new_number("DP", told.at), kind=plan.kind, on=plan.on, months=plan.period.months,
        sources=list(plan.period.sources), reason=told.why, by=told.by, at=told.at,
        batches=len(plan.goes), records=plan.records, first=min(each.first for each in plan.goes),
        last=max(each.last for each in plan.goes),
    )  # fmt: skip
    folders = [each.folder for each in plan.goes]
    facts: dict[str, str | int] = {
        "kind": row.kind, "on": row.on.isoformat(), "months": row.months, "batches": row.batches,
    }  # fmt: skip
    with transaction.atomic():
        before(row.number, [(each.reporter, each.batch) for each in plan.goes])
        content = retained.content_of(row, folders)
        row.leaf = evidence.seal(DISPOSED, row.number, content, at=told.at, facts=facts)
        # Whoever seals a hold waits from here on, or has committed it before.
        if {each.number for each in retained.holds_in_force()} - set(plan.holds):
            raise Conflict("retention.held_meanwhile", kind=plan.kind)
        for each in plan.goes:
            of_batch = {"disposal": row.number, "folder": each.folder}
            evidence.seal(BATCH_DISPOSED, each.folder, of_batch, at=told.at, facts=of_batch)
        row.save()
        for start in range(0, len(folders), FOLDERS_A_QUERY):
            some = folders[start : start + FOLDERS_A_QUERY]
            BatchRow.objects.filter(folder__in=some).update(disposal=row)
    return row


def finish(home: Ledger, kind: RecordKind) -> int:
    """Go on with every disposal of a kind that was decided; the caller holds its pen."""
    marker = _marker(home, kind)
    if not marker.exists():
        return 0
    rows = list(DisposalRow.objects.filter(kind=kind.name, is_finished=False).order_by("pk"))
    for row in rows:
        batches = BatchRow.objects.filter(disposal=row).values_list(
            "folder", "reporter__code", "number", "reporter_id"
        )
        disposal.dispose(home, kind, [disposal.Gone(*each) for each in batches], tag=row.number)
        seal_versions(home, kind.name)
        DisposalRow.objects.filter(pk=row.pk).update(is_finished=True)
    marker.unlink()
    flush(marker.parent)
    return len(rows)


def _marker(home: Ledger, kind: RecordKind) -> Path:
    return home.root / "work" / f"disposing-{kind.name}"
