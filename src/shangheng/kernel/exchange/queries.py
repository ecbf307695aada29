# SPDX-License-Identifier: Apache-2.0
"""What can be asked about exchange: who shares what with whom, how well it goes; never writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery, Sum

from shangheng.kernel.errors import NotFound
from shangheng.kernel.exchange.concept import agreements
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.masks import MASKS
from shangheng.kernel.exchange.concept.parcels import Span
from shangheng.kernel.exchange.concept.registered import Registered
from shangheng.kernel.exchange.models import (
    AgreementRow,
    DeliveryRow,
    ParcelRow,
    ReceivedRow,
    SubscriptionRow,
)
from shangheng.kernel.exchange.store.commits import CommitFeed
from shangheng.kernel.exchange.store.entries import EntryFeed
from shangheng.kernel.exchange.store.feed import Feed
from shangheng.kernel.records import retained
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.models import BatchRow
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import store as registers


@dataclass(frozen=True)
class Standing:
    """How a subscription stands: how far it has come, what is in the way."""

    agreement: str
    edition: int
    zh: str
    en: str
    kind: str
    receiver: str
    acknowledged: int
    last: int
    acknowledged_at: datetime | None
    attempts: int
    trouble: str
    ended_at: datetime | None

    @property
    def waiting(self) -> int:
        """Return how many parcels have not been acknowledged."""
        return self.last - self.acknowledged


@dataclass(frozen=True)
class Quality:
    """How well a kind's reports are kept: what part was good, how fresh the newest is."""

    batches: int
    read: int
    rejected: int
    corrected: int
    newest: datetime | None

    @property
    def score(self) -> float | None:
        """Return the share of rows that were let in without a rejection or a later correction."""
        if not self.read:
            return None
        return max(0.0, 1 - (self.rejected + self.corrected) / self.read)


@dataclass(frozen=True)
class Lineage:
    """Where the records of a parcel come from: batches, by reporter and number.

    Of a register it is entries, by number and version.
    """

    agreement: str
    number: int
    ledger_from: int
    ledger_until: int
    batches: tuple[tuple[str, str], ...]
    content: str
    leaf: int


def adopted(name: str, edition: int | None = None) -> AgreementRow:
    """Return the row of an agreement: of this edition, or of the newest."""
    rows = AgreementRow.objects.filter(name=name)
    if edition is not None:
        rows = rows.filter(edition=edition)
    row = rows.order_by("-edition").first()
    if row is None:
        raise NotFound("agreement.unknown", agreement=name)
    return row


def declared(row: AgreementRow, kinds: Mapping[str, RecordKind]) -> Agreement:
    """Return what was declared when an edition was adopted, whatever files say since."""
    return agreements.parse(row.declared, kinds)


def feed_of(row: AgreementRow, *, home: Ledger, kinds: Mapping[str, RecordKind]) -> Feed:
    """Return the feed of an edition: of our register its entries, of all else the ledger."""
    earlier = AgreementRow.objects.filter(
        name=row.name, edition__lt=row.edition, kind=row.kind
    ).order_by("edition")
    formerly = tuple(declared(each, kinds) for each in earlier)
    agreement = declared(row, kinds)
    if isinstance(agreement.kind, Registered) and agreement.source == "own":
        return EntryFeed(home, agreement, formerly)
    return CommitFeed(home, agreement, formerly, tuple(retained.going(row.kind)))


def beside(agreement: Agreement) -> AgreementRow | None:
    """Return another open agreement that brings one of its receivers the same at the same time."""
    rows = AgreementRow.objects.filter(
        provider=agreement.provider, kind=agreement.kind.name, ended_at=None,
        until__gte=agreement.in_force.since,
    ).exclude(name=agreement.name)  # fmt: skip
    for row in rows if agreement.discloses == "records" else ():
        other = declared(row, {row.kind: agreement.kind})
        alike = (other.discloses, other.source) == ("records", agreement.source)
        shared = {*other.receivers} & {*agreement.receivers}
        if alike and shared and has_begun(row, agreement.until):
            return row
    return None


def unclosed(agreement: Agreement, on: date) -> str:
    """Return which other agreement is over but has not withdrawn its records of the same kind."""
    came = ReceivedRow.objects.filter(provider=agreement.provider, kind=agreement.kind.name)
    closed = came.exclude(closing="").values("agreement")
    here = came.exclude(batch="").exclude(agreement=agreement.name).exclude(agreement__in=closed)
    held = {*here.values_list("agreement", flat=True)}
    over = (row for row in agreements_adopted() if row.name in held and is_over(row, on))
    return next((row.name for row in over if row.declared["after_end"] == "delete"), "")


def is_over(row: AgreementRow, on: date) -> bool:
    """Tell whether an edition may be used no longer."""
    return row.ended_at is not None or on > row.until


def has_begun(row: AgreementRow, on: date) -> bool:
    """Tell whether the time of an edition has come."""
    return on >= date.fromisoformat(str(row.declared["in_force"]["from"]))


def parcel(row: AgreementRow, number: int) -> ParcelRow:
    """Return one parcel of an edition."""
    found = row.parcels.filter(number=number).select_related("agreement").first()
    if found is None:
        raise NotFound("parcel.unknown", agreement=row.name, number=number, last=row.last)
    return found


def standings(*, receiver: str | None = None) -> list[Standing]:
    """Return how every subscription stands, by agreement and receiver."""
    rows = SubscriptionRow.objects.select_related("agreement")
    if receiver is not None:
        rows = rows.filter(receiver=receiver)
    return [
        Standing(
            row.agreement.name, row.agreement.edition, str(row.agreement.declared["zh"]),
            str(row.agreement.declared["en"]), row.agreement.kind, row.receiver,
            row.acknowledged, row.agreement.last, row.acknowledged_at, row.attempts,
            row.trouble, row.agreement.ended_at,
        )
        for row in rows.order_by("agreement__name", "agreement__edition", "receiver")
    ]  # fmt: skip


def agreements_adopted() -> list[AgreementRow]:
    """Return the newest edition of every agreement, by name."""
    newest = AgreementRow.objects.filter(name=OuterRef("name")).order_by("-edition")
    rows = AgreementRow.objects.filter(edition=Subquery(newest.values("edition")[:1]))
    return list(rows.order_by("name"))


@dataclass(frozen=True)
class Sought:
    """Which deliveries are looked for; what is empty does not matter."""

    agreement: str = ""
    partner: str = ""
    outcome: str = ""


def deliveries(sought: Sought, *, limit: int = 100, offset: int = 0) -> list[DeliveryRow]:
    """Return what was handed over or refused, the newest first."""
    rows = DeliveryRow.objects.order_by("-pk")
    if sought.agreement:
        rows = rows.filter(agreement__startswith=f"{sought.agreement}.")
    if sought.partner:
        rows = rows.filter(partner=sought.partner)
    if sought.outcome:
        rows = rows.filter(outcome=sought.outcome)
    return list(rows[offset : offset + limit])


def asked_since(agreement: str, receiver: str, since: datetime) -> int:
    """Return how many questions a receiver was answered since a moment."""
    rows = DeliveryRow.objects.filter(agreement=agreement, partner=receiver, outcome="answered")
    return int(rows.filter(at__gte=since).aggregate(asked=Sum("records", default=0))["asked"])


def received(*, limit: int = 100) -> list[ReceivedRow]:
    """Return the parcels that were taken from partners, the newest first."""
    return list(ReceivedRow.objects.order_by("-pk")[:limit])


@dataclass(frozen=True)
class Report:
    """What came of a subscription's deliveries over some days."""

    agreement: str
    partner: str
    delivered: int
    records: int
    failed: int
    refused: int
    delay_ms_min: int | None
    delay_ms_p95: int | None
    rejected: int


def delivery_report(*, since: datetime, until: datetime) -> list[Report]:
    """Return the quality and delivery report: by agreement and partner, over a time."""
    rows = DeliveryRow.objects.filter(at__gte=since, at__lt=until)
    counted = rows.values("agreement", "partner").annotate(
        delivered=Count("pk", filter=Q(outcome="delivered")),
        shared=Sum("records", filter=Q(outcome="delivered"), default=0),
        failed=Count("pk", filter=Q(outcome="failed")),
        refused=Count("pk", filter=Q(outcome="refused")),
        fastest=Min("delay_ms", filter=Q(outcome="delivered")),
    )
    return [_report(each, rows) for each in counted.order_by("agreement", "partner")]


def _report(counted: Mapping[str, Any], rows: Any) -> Report:  # noqa: ANN401 - a query set
    own = rows.filter(
        agreement=counted["agreement"], partner=counted["partner"], outcome="delivered"
    )
    delays = own.exclude(delay_ms=None).order_by("delay_ms").values_list("delay_ms", flat=True)
    count = delays.count()
    answers = own.values_list("answer", flat=True)
    return Report(
        counted["agreement"], counted["partner"], counted["delivered"], counted["shared"],
        counted["failed"], counted["refused"], counted["fastest"],
        delays[min(count - 1, count * 95 // 100)] if count else None,
        sum(_whole(answer.get("rejected", "0")) for answer in answers.iterator()),
    )  # fmt: skip


def _whole(told: object) -> int:
    """Return the number that a partner told; 0 where it is none."""
    text = str(told)
    return int(text) if text.isdecimal() else 0


def quality(kind: RecordKind, *, at: datetime, since: timedelta) -> Quality:
    """Return how well a kind was reported, or a register kept, in the time before a moment."""
    if isinstance(kind, Registered):
        return Quality(**registers.kept(kind.name, at - since))
    rows = BatchRow.objects.filter(kind=kind.name, received_at__gt=at - since)
    told = rows.aggregate(
        batches=Count("pk"), read=Sum("rows_read", default=0),
        rejected=Sum("rejected", default=0), corrected=Sum("corrected", default=0),
    )  # fmt: skip
    newest = BatchRow.objects.filter(kind=kind.name).aggregate(newest=Max("received_at"))
    return Quality(**told, **newest)


def lineage(row: ParcelRow) -> Lineage:
    """Return from which batches a parcel was made; of a register, entries and their versions."""
    span = Span.from_plain(row.span)
    batches = [batch for step in span.steps for batch in step.batches]
    if span.leaves:
        held = registers.held(row.agreement.kind, *span.leaves)
        batches = [(each.entry, str(each.version)) for each in held]
    return Lineage(
        str(row.agreement), row.number, *span.ends, tuple(batches), row.content, row.leaf
    )


@dataclass(frozen=True)
class Sharing:
    """To whom something goes, under which agreement, on what basis, in which form."""

    agreement: str
    zh: str
    en: str
    receivers: tuple[str, ...]
    basis: tuple[str, ...]
    form: tuple[str, str]


def sharing(kind: str, on: date) -> dict[str, list[Sharing]]:
    """Return by field under which agreements in force it is shared; ``""`` holds mere answers."""
    found: dict[str, list[Sharing]] = {}
    for row in agreements_adopted():
        if row.kind != kind or is_over(row, on):
            continue
        told = row.declared
        for name, mask in (told.get("fields") or {"": ""}).items():
            form = (MASKS[mask].zh, MASKS[mask].en) if mask else ("只答有无", "yes or no only")
            each = Sharing(row.name, told["zh"], told["en"], tuple(told["to"]),
                           tuple(told["basis"]), form)  # fmt: skip
            found.setdefault(name, []).append(each)
    return found


def last_received(provider: str, agreement: str, edition: int) -> int:
    """Return the number of the last parcel that was taken of an edition; 0 before the first."""
    rows = ReceivedRow.objects.filter(provider=provider, agreement=agreement, edition=edition)
    return int(rows.aggregate(last=Max("number"))["last"] or 0)
