# SPDX-License-Identifier: Apache-2.0
"""The lineage of one record: where it came from, which parcels carried it, to whom and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from shangheng.kernel.errors import Invalid
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Office, content_of
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import ACT, RECORD, Span
from shangheng.kernel.exchange.delivering import DELIVERED
from shangheng.kernel.exchange.models import AgreementRow, DeliveryRow, ParcelRow, ReceivedRow
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.exchange.store.commits import words_of
from shangheng.kernel.records.concept.kinds import RecordKind


@dataclass(frozen=True)
class Passage:
    """A parcel that carried a record: under which agreement, on what basis, who has it since when.

    ``fields`` are the fields that left, ``act`` whether it was put or withdrawn.
    """

    agreement: str
    zh: str
    en: str
    basis: tuple[str, ...]
    fields: tuple[str, ...]
    number: int
    act: str
    made_at: datetime
    leaf: int
    received: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True)
class Origin:
    """A batch that a record came in; ``parcel`` names provider and parcel if it was shared."""

    reporter: str
    batch: str
    parcel: str = ""
    basis: tuple[str, ...] = ()
    received_at: datetime | None = None
    leaf: int | None = None


@dataclass(frozen=True)
class Trace:
    """The lineage of a record."""

    origins: tuple[Origin, ...]
    passages: tuple[Passage, ...]


def trace(office: Office, kind: RecordKind, key: Mapping[str, str]) -> Trace:
    """Return where a record came from and where it went.

    Raises:
        Invalid: these are not the fields that make a record of this kind one
            (``exchange.key_wrong``).
    """
    if {*key} != {*kind.key} or not all(key.values()):
        raise Invalid("exchange.key_wrong", kind=kind.name, fields=list(kind.key))
    rows = AgreementRow.objects.filter(kind=kind.name).order_by("name", "edition")
    ours = [row for row in rows if row.provider not in office.partners]
    passages = [each for row in ours for each in _passages(office, row, key)]
    return Trace(tuple(_origins(office, kind, key)), tuple(passages))


def _passages(office: Office, row: AgreementRow, key: Mapping[str, str]) -> Iterator[Passage]:
    feed = queries.feed_of(row, home=office.home, kinds=office.kinds)
    touching = feed.touching(key)
    parcels = [
        each
        for each in row.parcels.filter(closing="").order_by("number")
        if each.kept or touching(Span.from_plain(each.span))
    ]
    record = feed.record_id(key) if parcels else ""
    for parcel in parcels:
        lines = content_of(office, parcel).lines
        if record.encode() not in lines:
            continue
        acts = [each[ACT] for each in records_of(lines) if each[RECORD] == record]
        yield from (_passage(feed.agreement, parcel, act) for act in acts)


def _passage(agreement: Agreement, parcel: ParcelRow, act: str) -> Passage:
    received = DeliveryRow.objects.filter(
        agreement=agreement.title, number=parcel.number, outcome=DELIVERED
    ).order_by("at")
    return Passage(
        agreement.title, agreement.zh, agreement.en, agreement.basis, tuple(agreement.fields),
        parcel.number, act, parcel.made_at, parcel.leaf,
        tuple(received.values_list("partner", "at")),
    )  # fmt: skip


def _origins(office: Office, kind: RecordKind, key: Mapping[str, str]) -> Iterator[Origin]:
    """Give the batches that a record has come in, in the order of their names."""
    batches, _ = words_of(office.home, kind, key)
    yield from origins_of(office, kind.name, sorted(batches))


def origins_of(office: Office, kind: str, batches: Iterable[tuple[str, str]]) -> Iterator[Origin]:
    """Give for each batch, by its reporter and number, whether and how it was shared with us."""
    senders = {each.reporter or each.name: each.name for each in office.partners.values()}
    for reporter, batch in batches:
        row = ReceivedRow.objects.filter(
            batch=batch, provider=senders.get(reporter, ""), kind=kind
        ).first()
        yield _came(reporter, batch, row) if row else Origin(reporter, batch)


def _came(reporter: str, batch: str, row: ReceivedRow) -> Origin:
    agreed = AgreementRow.objects.filter(name=row.agreement, edition=row.edition).first()
    basis = tuple(agreed.declared["basis"]) if agreed else ()
    return Origin(reporter, batch, str(row), basis, row.received_at, row.leaf)
