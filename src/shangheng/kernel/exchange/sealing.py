# SPDX-License-Identifier: Apache-2.0
"""What is done in an exchange as its rows tell it, and as the leaves of the log must say it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import Digest, Finding, SealedRow, broken, committed
from shangheng.kernel.exchange.models import (
    AgreementRow,
    DeliveryRow,
    ParcelRow,
    ReceivedRow,
    SubscriptionRow,
)
from shangheng.kernel.records.models import BatchRow

EXCHANGE = "exchange"
ADOPTED, ENDED, REPLAYED = "exchange.adopted", "exchange.ended", "exchange.replayed"
DELIVERED, ANSWERED, RECEIVED = "exchange.delivered", "exchange.answered", "exchange.received"
SEALED = "sealed"
"""Where the row of an answer has the digest of what was asked and told, which is not kept."""
_FILES, _ANSWER = "files:", "answered"
_MS = timedelta(milliseconds=1)


def title_of(row: ReceivedRow) -> str:
    """Return under what the log knows a parcel, or a file, that came from a partner."""
    edition = "#" if row.agreement.startswith(_FILES) else f".{row.edition}."
    return f"{row.provider} {row.agreement}{edition}{row.number}"


def of_received(row: ReceivedRow) -> dict[str, Any]:
    """Return what the leaf of a parcel that came commits to; that of its batch says the rest."""
    return {
        "acknowledged": row.number, "edition": row.edition, "content": row.content,
        "kind": row.kind, "batch": row.batch, "closing": row.closing, "rejected": row.rejected,
    }  # fmt: skip


def agreements() -> Iterator[tuple[int, AgreementRow | None]]:
    """Give every edition that was adopted, in order; none in place of one that is unreadable."""
    yield from evidence.readable(AgreementRow.objects.order_by("name", "edition"))


def parcels() -> Iterator[tuple[int, ParcelRow | None]]:
    """Give every parcel by its agreement and number; none in place of one that is unreadable."""
    rows = ParcelRow.objects.select_related("agreement").order_by("agreement", "number")
    yield from evidence.readable(rows)


def seal_found(_at: datetime) -> dict[str, Fact]:
    """Return how many leaves are older than what keeps a digest of the answer, or the reason."""
    return {
        "answers_without_digests": len(evidence.leaves_saying(ANSWERED)),
        "ends_without_reasons": len(evidence.leaves_saying(ENDED)),
    }


def sealed_ends() -> Iterator[SealedRow]:
    """Give every edition that was ended before its day with what its leaf must commit to."""
    ended = {leaf.object_id: leaf.index for leaf in evidence.leaves_saying(ENDED)}
    began = evidence.began(EXCHANGE)
    for _, row in agreements():
        title = str(row)
        if row is not None and (row.end_reason or title in ended):
            is_old = ended.get(title, began) < began and not row.end_reason
            content = None if is_old else {"reason": row.end_reason}
            where = f"kernel_agreement/{row} kernel_agreement/{row.pk}"
            fits = {"ended_at": row.ended_at is not None}
            yield SealedRow(where, None, ENDED, title, content, at=row.ended_at, fits=fits)


def sealed_deliveries() -> Iterator[SealedRow]:
    """Give every parcel that was handed over for good with what its leaf must commit to."""
    held = {
        str(row): ([*row.formerly, row.content], row.reported_at) for _, row in parcels() if row
    }
    rows = DeliveryRow.objects.exclude(leaf=None).exclude(outcome=_ANSWER).order_by("pk")
    for key, row in evidence.readable(rows):
        if row is None:
            yield broken(f"kernel_delivery/{key}", DELIVERED)
        else:
            yield _delivered(row, *held.get(f"{row.agreement}#{row.number}", ([], row.at)))


def sealed_answers() -> Iterator[SealedRow]:
    """Give every answer to a receiver's questions with what its leaf must commit to."""
    began = evidence.began(EXCHANGE)
    rows = DeliveryRow.objects.exclude(leaf=None).filter(outcome=_ANSWER).order_by("pk")
    for key, row in evidence.readable(rows):
        where = f"kernel_delivery/{key}"
        yield broken(where, ANSWERED) if row is None else _answered(row, began)


def _delivered(row: DeliveryRow, held: list[str], reported_at: datetime) -> SealedRow:
    """Return what the leaf says in one of the ways, and of one of the contents that were held."""
    facts: dict[str, Fact] = {
        "agreement": row.agreement, "receiver": row.partner, "number": row.number,
        "records": row.records,
    }  # fmt: skip
    told = {**facts, "answer": {name: str(value) for name, value in _said(row).items()}}

    def contents() -> Iterator[dict[str, Any]]:
        for way, content in product(("push", "pull"), held):
            yield {**told, "way": way, "content": content}

    fits = {
        "reason": row.reason == "",
        "delay_ms": row.delay_ms == max(0, (row.at - reported_at) // _MS),
    }
    return SealedRow(
        f"kernel_delivery/{row.pk}", row.leaf, f"exchange.{row.outcome}",
        f"{row.agreement}#{row.number} {row.partner}", told, facts, contents, row.at,
        fits,
    )  # fmt: skip


def _answered(row: DeliveryRow, began: int) -> SealedRow:
    told = {"records": None, **_said(row)}
    digest = told.pop(SEALED, "")
    is_old = not digest and (row.leaf or 0) < began
    said = (row.number, row.reason, row.delay_ms) == (0, "", None)
    answered = (told.get("receiver"), told.get("asked")) == (row.partner, row.records)
    return SealedRow(
        f"kernel_delivery/{row.pk}", row.leaf, ANSWERED, row.agreement,
        None if is_old else Digest(digest), told, at=row.at,
        fits={"number, reason, delay_ms": said, "answer": answered},
    )  # fmt: skip


def _said(row: DeliveryRow) -> dict[str, Any]:
    return row.answer if isinstance(row.answer, dict) else {"?": row.answer}


def sealed_received() -> Iterator[SealedRow]:
    """Give every parcel and file that came with what its leaf must commit to.

    Leaves were once of the counts of its batch instead, which are those that the batch still has.
    """
    numbers = ReceivedRow.objects.exclude(batch="").values("batch")
    names = ("accepted", "corrected", "unchanged", "rejected")
    batches: dict[tuple[str, str], list[dict[str, int]]] = defaultdict(list)
    for number, kind, *counts in BatchRow.objects.filter(number__in=numbers).values_list(
        "number", "kind", *names
    ):
        batches[number, kind].append(dict(zip(names, counts, strict=True)))
    for key, row in evidence.readable(ReceivedRow.objects.order_by("pk")):
        if row is None:
            yield broken(f"kernel_received/{key}", RECEIVED)
            continue
        facts: dict[str, Fact] = {"records": row.records, "withdrawn": row.withdrawn}
        counts = batches[row.batch, row.kind] if row.batch else [{}]
        yield SealedRow(
            f"kernel_received/{row.pk}", row.leaf, RECEIVED, title_of(row), of_received(row),
            facts, _formerly(row, counts), row.received_at,
        )  # fmt: skip


def _formerly(
    row: ReceivedRow, counts: list[dict[str, int]]
) -> Callable[[], Iterator[dict[str, Any]]]:
    """Give what earlier leaves committed to, by the counts of each batch that may be meant."""

    def contents() -> Iterator[dict[str, Any]]:
        for each in counts:
            if each.get("rejected", 0) == row.rejected:
                told = {"acknowledged": row.number, "content": row.content, **each}
                yield told
                yield {n: v for n, v in told.items() if n not in {"corrected", "unchanged"}}

    return contents


def replays_unlike_their_leaves() -> Iterator[Finding]:
    """Check every leaf that lets a receiver have all again: it says all, and somebody received."""
    places = SubscriptionRow.objects.select_related("agreement").order_by("pk")
    known = {(str(row.agreement), row.receiver) for _, row in evidence.readable(places) if row}
    for leaf in evidence.leaves_saying(REPLAYED):
        facts, where = entries.parse(leaf.entry).facts, f"kernel_leaf/{leaf.index}"
        yield from committed(leaf, entries.canonical(dict(facts)), where)
        if (leaf.object_id, facts.get("receiver")) not in known:
            gone: dict[str, Fact] = {
                "index": leaf.index,
                "what": REPLAYED,
                "object": leaf.object_id,
            }
            yield Finding(where, "evidence.object_gone", gone)
