# SPDX-License-Identifier: Apache-2.0
"""What can be asked about retention: holds, disposals, answers and their chains; never writes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from shangheng.kernel.errors import NotFound
from shangheng.kernel.periods import CHINA
from shangheng.kernel.records.concept.custody import Answer, Link
from shangheng.kernel.records.concept.retention import Disposal, Hold, Holding
from shangheng.kernel.records.models import AnswerRow, BatchRow, DisposalRow, LegalHoldRow

PAGE = 50


def holds(
    *, text: str = "", is_open: bool | None = None, limit: int = PAGE, offset: int = 0
) -> list[Holding]:
    """Return holds, the newest first; ``text`` is looked for in number, case, reason, reporter."""
    rows = LegalHoldRow.objects.order_by("-at", "-pk")
    if is_open is not None:
        rows = rows.filter(released_at__isnull=is_open)
    for word in text.split():
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(case__icontains=word)
            | Q(reason__icontains=word)
            | Q(reporter__icontains=word)
        )
    return [holding_of(row) for row in rows[offset : offset + limit]]


def holding_of(row: LegalHoldRow) -> Holding:
    """Return a hold as it is told."""
    told = Hold(
        number=row.number, case=row.case, reason=row.reason, by=row.by, kind=row.kind,
        at=row.at.astimezone(CHINA), reporter=row.reporter, batch=row.batch, since=row.since,
        until=row.until, where=row.where,
    )  # fmt: skip
    return Holding(told, row.leaf, row.released_at, row.released_by, row.release_reason)


def holds_in_force() -> list[Hold]:
    """Return what holds now."""
    rows = LegalHoldRow.objects.filter(released_at=None).order_by("pk")
    return [holding_of(row).hold for row in rows]


def disposals(
    *, kind: str = "", text: str = "", limit: int = PAGE, offset: int = 0
) -> list[Disposal]:
    """Return disposals, the newest first."""
    rows = DisposalRow.objects.order_by("-at", "-pk")
    if kind:
        rows = rows.filter(kind=kind)
    for word in text.split():
        rows = rows.filter(
            Q(number__icontains=word) | Q(reason__icontains=word) | Q(by__icontains=word)
        )
    return [disposal_of(row) for row in rows[offset : offset + limit]]


def disposals_within(kinds: Sequence[str], since: date | None, until: date | None) -> list[str]:
    """Return the numbers of disposals that took records of these kinds and days."""
    rows = DisposalRow.objects.filter(kind__in=kinds, records__gt=0).order_by("pk")
    if since:
        rows = rows.filter(last__gte=since)
    if until:
        rows = rows.filter(first__lte=until)
    return list(rows.values_list("number", flat=True))


def disposal_of(row: DisposalRow) -> Disposal:
    """Return a disposal as it is told."""
    return Disposal(
        number=row.number, kind=row.kind, on=row.on, months=row.months,
        sources=tuple(row.sources), reason=row.reason, by=row.by, at=row.at, batches=row.batches,
        records=row.records, first=row.first, last=row.last, leaf=row.leaf,
        is_finished=row.is_finished,
    )  # fmt: skip


def kinds_taken() -> set[str]:
    """Return the names of the kinds of which a batch was ever taken."""
    return set(BatchRow.objects.order_by().values_list("kind", flat=True).distinct())


def disposed() -> Iterator[tuple[str, list[str]]]:
    """Give every disposal with the folders of the batches that it took."""
    for number in DisposalRow.objects.order_by("pk").values_list("number", flat=True):
        yield number, _folders(number)


def going(kind: str) -> list[tuple[str, str]]:
    """Return reporter and number of the batches that were disposed of and may still be read."""
    rows = BatchRow.objects.filter(kind=kind, disposal__is_finished=False)
    return list(rows.values_list("reporter__code", "number"))


def _folders(number: str) -> list[str]:
    rows = BatchRow.objects.filter(disposal__number=number).order_by("folder")
    return list(rows.values_list("folder", flat=True))


def disposal_of_batch(folder: str) -> str:
    """Return the number of the disposal that took a batch; nothing where none did."""
    rows = BatchRow.objects.filter(folder=folder)
    return rows.values_list("disposal__number", flat=True).first() or ""


def content_of(row: DisposalRow, batches: Sequence[str]) -> dict[str, Any]:
    """Return what the log commits to of a disposal; ``batches`` are the folders that go."""
    return {
        "number": row.number, "kind": row.kind, "on": row.on.isoformat(), "months": row.months,
        "sources": list(row.sources), "reason": row.reason, "by": row.by,
        "at": row.at.astimezone(CHINA).isoformat(), "batches": sorted(batches),
        "records": row.records,
    }  # fmt: skip


def disposal_content(number: str) -> dict[str, Any] | None:
    """Return what the log commits to of a disposal, from its row as it is; nothing without one."""
    row = DisposalRow.objects.filter(number=number).first()
    return None if row is None else content_of(row, _folders(number))


def answers(*, case: str = "", text: str = "", limit: int = PAGE, offset: int = 0) -> list[Answer]:
    """Return answers, the newest first, of a case if it is named."""
    rows: QuerySet[AnswerRow] = AnswerRow.objects.order_by("-at", "-pk")
    if case:
        rows = rows.filter(case=case)
    for word in text.split():
        rows = rows.filter(
            Q(number__icontains=word) | Q(case__icontains=word) | Q(purpose__icontains=word)
        )
    return [answer_of(row) for row in rows[offset : offset + limit]]


def answer(number: str) -> Answer:
    """Return an answer with its chain of custody."""
    row = AnswerRow.objects.filter(number=number).first()
    if row is None:
        raise NotFound("answer.unknown", number=number)
    return answer_of(row)


def answer_of(row: AnswerRow) -> Answer:
    """Return an answer as it is told, with its chain."""
    chain = tuple(
        Link(
            number=each.number, act=each.act, by=each.by, to=each.to, why=each.why, at=each.at,
            seal=each.seal, leaf=each.leaf,
        )
        for each in row.chain.order_by("number")
    )  # fmt: skip
    return Answer(
        number=row.number, case=row.case, purpose=row.purpose, kind=row.kind, asked=row.asked,
        by=row.by, at=row.at, rows=row.rows, digest=row.digest,
        ledger_version=row.ledger_version, chain=chain,
    )  # fmt: skip
