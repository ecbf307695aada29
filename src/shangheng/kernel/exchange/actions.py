# SPDX-License-Identifier: Apache-2.0
"""What the providing side can do: adopt and end agreements, cut parcels, make them again.

A parcel is sealed in the transaction that writes it. Nothing is cut under an agreement that is not
in force; the one thing that follows its end is the closing parcel, which tells receivers what to
do with what they have.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import transaction
from django.db.models import F

from shangheng.kernel.errors import Conflict, EvidenceBroken, Invalid
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.notes import Signer
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import Span
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.exchange.concept.spans import RECORDS_MAX, Place
from shangheng.kernel.exchange.models import (
    AgreementRow,
    ParcelRow,
    SubscriptionRow,
)
from shangheng.kernel.exchange.store.feed import EMPTY, Content
from shangheng.kernel.periods import day_of
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.home import Ledger

KEPT_BYTES_MAX = 128 * 1024 * 1024
_FEED = ("last", "version", "part")


class Contents:
    """The contents last made: fifty receivers of one parcel cost one look at the ledger."""

    def __init__(self, most: int = KEPT_BYTES_MAX) -> None:
        """Begin empty; keep at most so many bytes."""
        self._most, self._kept, self._bytes = most, OrderedDict[tuple[int, str], Content](), 0
        self._lock = Lock()

    def get(self, parcel: ParcelRow) -> Content | None:
        """Return the content of a parcel as it was sealed last, if it is kept."""
        with self._lock:
            return self._kept.get((parcel.pk, parcel.content))

    def put(self, parcel: ParcelRow, content: Content) -> None:
        """Keep a content and let go of the oldest."""
        with self._lock:
            if (parcel.pk, content.digest) not in self._kept:
                self._kept[parcel.pk, content.digest] = content
                self._bytes += len(content.lines)
            while self._bytes > self._most and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= len(gone.lines)


class Busy:
    """The subscriptions that some thread of this process is pushing to just now."""

    def __init__(self) -> None:
        """Begin with none."""
        self._now: set[int] = set()
        self._lock = Lock()

    def begin(self, subscription: int) -> bool:
        """Take a subscription; not if it is taken."""
        with self._lock:
            if subscription in self._now:
                return False
            self._now.add(subscription)
            return True

    def end(self, subscription: int) -> None:
        """Let a subscription go."""
        with self._lock:
            self._now.discard(subscription)


@dataclass(frozen=True)
class Office:
    """Where an exchange happens: ledger, kinds, partners, and the key that signs slips."""

    home: Ledger
    kinds: Mapping[str, RecordKind]
    partners: Mapping[str, Partner]
    signer: Signer
    contents: Contents = field(default_factory=Contents, compare=False)
    busy: Busy = field(default_factory=Busy, compare=False)


def adopt(agreement: Agreement, *, at: datetime) -> AgreementRow:
    """Put an edition of an agreement into force; adopted again alike, it stays as it is.

    A new edition takes the place of the one before: receivers begin with its first parcel, and
    what it no longer covers is withdrawn from them. A receiver gets the records of one kind from
    one provider under one agreement at a time, so that no two withdraw each other's.

    Raises:
        Conflict: this edition was adopted with other words (``agreement.changed``), a later one
            was already (``agreement.edition_old``), or another brings them (``.overlaps``).
    """
    with transaction.atomic():
        rows = AgreementRow.objects.filter(name=agreement.name).order_by("-edition")
        newest = rows.first()
        if newest is not None and newest.edition == agreement.edition:
            if newest.digest != agreement.digest:
                raise Conflict("agreement.changed", agreement=agreement.title)
            return newest
        if newest is not None and newest.edition > agreement.edition:
            raise Conflict(
                "agreement.edition_old", agreement=agreement.title, edition=newest.edition
            )
        if other := queries.beside(agreement):
            raise Conflict("agreement.overlaps", agreement=agreement.title, other=str(other),
                           name=other.name, provider=other.provider, kind=other.kind)  # fmt: skip
        rows.filter(ended_at=None).update(ended_at=at)
        return _adopted(agreement, at)


def _adopted(agreement: Agreement, at: datetime) -> AgreementRow:
    declared = json.loads(agreement.text)
    row = AgreementRow.objects.create(
        name=agreement.name, edition=agreement.edition, provider=agreement.provider,
        kind=agreement.kind.name, declared=declared, digest=agreement.digest,
        until=agreement.until, adopted_at=at,
    )  # fmt: skip
    for receiver in agreement.receivers:
        SubscriptionRow.objects.create(agreement=row, receiver=receiver)
    facts = {"provider": agreement.provider, "receivers": ",".join(agreement.receivers),
             "kind": agreement.kind.name, "declared": agreement.digest}  # fmt: skip
    evidence.seal("exchange.adopted", agreement.title, declared, at=at, facts=facts)
    return row


def end(name: str, *, reason: str, at: datetime) -> None:
    """End an agreement before its day; receivers are told by a closing parcel."""
    if not reason.strip():
        raise Invalid("agreement.reason_missing", agreement=name)
    with transaction.atomic():
        row = queries.adopted(name)
        open_still = AgreementRow.objects.filter(pk=row.pk, ended_at=None)
        if open_still.update(ended_at=at, end_reason=reason):
            evidence.seal("exchange.ended", str(row), {"reason": reason}, at=at)


def cut(office: Office, name: str, *, at: datetime) -> int:
    """Cut what has changed in an agreement's view into parcels; return how many there are anew.

    Killed at any point, what was not committed is cut again, into the same parcels.
    """
    made = 0
    while (step := _cut_one(office, queries.adopted(name), at)) is not None:
        made += step
    return made


def _cut_one(office: Office, row: AgreementRow, at: datetime) -> int | None:
    """Cut the next span; nothing if there is none, else 1 if it became a parcel, 0 if empty."""
    today = day_of(at)
    if row.provider in office.partners or not queries.has_begun(row, today):
        return None
    if queries.is_over(row, today):
        return _close(row, at)
    if row.declared.get("discloses", "records") != "records":
        return None
    feed = queries.feed_of(row, home=office.home, kinds=office.kinds)
    found = feed.coming(Place(row.version, row.part), most=RECORDS_MAX)
    if found is None:
        return None
    content = feed.content(found.span, first=row.sequence + 1)
    with transaction.atomic():
        # Another process may have cut meanwhile; then this one looks again.
        if not _advance(row, found.place, content) or not content.records:
            return 0
        told = Cut(content, found.span.to_plain(), found.reported_at)
        parcel = _parcel(row, told, at=at)
    office.contents.put(parcel, content)
    return 1


def _advance(row: AgreementRow, place: Place, content: Content) -> int:
    """Move the feed on, unless somebody else has done so."""
    unmoved = {name: getattr(row, name) for name in _FEED}
    return AgreementRow.objects.filter(pk=row.pk, ended_at=None, **unmoved).update(
        last=F("last") + bool(content.records), version=place.version, part=place.part,
        sequence=F("sequence") + content.records,
    )  # fmt: skip


def _close(row: AgreementRow, at: datetime) -> int | None:
    """Make the closing parcel of an agreement that is over, once."""
    if row.parcels.exclude(closing="").exists():
        return None
    with transaction.atomic():
        told = Cut(EMPTY, Span(()).to_plain(), at, row.declared["after_end"])
        if not append(row, told, at=at):
            return 0
        AgreementRow.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at)
        for each in row.parcels.exclude(kept=""):  # nobody gets them any more
            reduce(each, EMPTY, why="closed", at=at)
    return 1


@dataclass(frozen=True)
class Cut:
    """What a parcel is made of; ``kept`` says that its content cannot be read again."""

    content: Content
    span: Mapping[str, Any]
    reported_at: datetime
    closing: str = ""
    kept: bool = False


def append(row: AgreementRow, cut: Cut, *, at: datetime) -> bool:
    """Add a parcel and seal it, unless somebody else has added one meanwhile."""
    unmoved = AgreementRow.objects.filter(pk=row.pk, last=row.last)
    with transaction.atomic():
        records = cut.content.records
        if not unmoved.update(last=F("last") + 1, sequence=F("sequence") + records):
            return False
        _parcel(row, cut, at=at)
    return True


def _parcel(row: AgreementRow, cut: Cut, *, at: datetime) -> ParcelRow:
    number, content = row.last + 1, cut.content
    facts: dict[str, str | int] = {"records": content.records, "withdrawn": content.withdrawn}
    if cut.closing:
        facts["closing"] = cut.closing
    told = {"span": cut.span, "content": content.digest, **facts}
    leaf = evidence.seal("exchange.cut", f"{row}#{number}", told, at=at, facts=facts)
    return ParcelRow.objects.create(
        agreement=row, number=number, first=row.sequence + 1, records=content.records,
        withdrawn=content.withdrawn, span=cut.span, content=content.digest, closing=cut.closing,
        kept=content.lines.decode() if cut.kept else "", reported_at=cut.reported_at, made_at=at,
        leaf=leaf,
    )  # fmt: skip


def reduce(parcel: ParcelRow, left: Content, *, why: str, at: datetime) -> None:
    """Let a parcel hold only what is left of it, and seal both digests; it is sent so from now on.

    Whoever had it before knows it by its former digest.
    """
    told = {"before": parcel.content, "content": left.digest, "why": why}
    with transaction.atomic():
        ParcelRow.objects.filter(pk=parcel.pk).update(
            content=left.digest, records=left.records, withdrawn=left.withdrawn, kept="",
            formerly=[*parcel.formerly, parcel.content],
        )  # fmt: skip
        evidence.seal("exchange.reduced", str(parcel), told, at=at, facts={"why": why})


def content_of(office: Office, parcel: ParcelRow) -> Content:
    """Return what a parcel holds, made again from the ledger and compared with what was sealed.

    Raises:
        EvidenceBroken: the ledger no longer says what was sealed (``parcel.content_changed``): it
            was altered.
    """
    if parcel.closing:
        return EMPTY
    if parcel.kept:
        return Content(parcel.kept.encode(), parcel.records, parcel.withdrawn)
    if (kept := office.contents.get(parcel)) is not None:
        return kept
    feed = queries.feed_of(parcel.agreement, home=office.home, kinds=office.kinds)
    content = feed.content(Span.from_plain(parcel.span), first=parcel.first)
    if content.digest != parcel.content:
        raise EvidenceBroken(
            "parcel.content_changed", parcel=str(parcel), sealed=parcel.content,
            found=content.digest, records=parcel.records, there=content.records,
        )  # fmt: skip
    office.contents.put(parcel, content)
    return content
