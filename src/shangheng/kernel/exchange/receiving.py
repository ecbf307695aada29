# SPDX-License-Identifier: Apache-2.0
"""What the receiving side does with a parcel: check, take in through the front door, acknowledge.

The steps are numbered; the batch in which a parcel's records come in has the parcel's number, so
that a parcel that is taken again after a crash between 6 and 7 is the same batch again.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction

from shangheng.kernel.errors import Conflict, Invalid, NotPermitted, Refusal
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.evidence.public_keys import parse_keys
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Office
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.masks import PLAIN
from shangheng.kernel.exchange.concept.parcels import ACT, PUT, Slip, judge, parse_slip
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.exchange.delivering import logged, refuse
from shangheng.kernel.exchange.models import ReceivedRow
from shangheng.kernel.exchange.sealing import of_received, title_of
from shangheng.kernel.exchange.store import channels
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.periods import day_of
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import queries as record_queries
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.records.store.withdrawing import Withdrawal

Take = Callable[[Report], Receipt]
"""The front door of the house: takes a batch and returns its receipt."""


@dataclass(frozen=True)
class Desk:
    """Where parcels are taken in: the exchange of the house, and its front door."""

    office: Office
    take: Take


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A parcel as it came: who brought it, its slip and its bytes."""

    sender: str
    note: str
    body: bytes


def receive(desk: Desk, arrival: Arrival, *, at: datetime) -> dict[str, Any]:
    """Take a parcel in and return the acknowledgement; one that was taken is acknowledged again.

    Raises:
        Conflict: an earlier parcel is missing (``parcel.gap``, with the number that is expected),
            or this number had another content (``parcel.other_content``).
        Refusal: it is not signed, not for us, not as agreed; nothing of it was taken.
    """
    try:
        return _receive(desk, arrival, at)
    except Refusal as refusal:
        refuse(agreement="?", partner=arrival.sender, number=0, reason=refusal.code, at=at)
        raise


def _receive(desk: Desk, arrival: Arrival, at: datetime) -> dict[str, Any]:
    office = desk.office
    # 1. The sender is a partner whose keys we have.
    partner = office.partners.get(arrival.sender)
    if partner is None or not partner.keys:
        raise NotPermitted("partner.unknown", partner=arrival.sender)
    # 2. The slip MUST be signed by it, be about this very body and be its own.
    slip = parse_slip(open_note(arrival.note, parse_keys(partner.keys).verifiers).text)
    digest = sha256(arrival.body).hexdigest()
    if digest != slip.body or (slip.form, slip.content) != ("lines", slip.body):
        raise Invalid("parcel.body_differs", form=slip.form, slip=slip.body, found=digest)
    agreement = _agreed(office, slip, partner, at)
    # 3. Numbers follow each other; what was taken is not taken twice.
    if _taken(slip):
        return {"acknowledged": slip.number, "again": True}
    return _applied(desk, agreement, slip, arrival.body, at)


def _taken(slip: Slip) -> bool:
    """Tell whether a number was taken before; refuse one that is early or had other content."""
    known = ReceivedRow.objects.filter(**_number(slip)).values_list("content", flat=True).first()
    last = queries.last_received(slip.provider, slip.agreement, slip.edition)
    verdict = judge(slip, last=last, known=known)
    if verdict == "gap" and not slip.closing:
        raise Conflict("parcel.gap", expected=last + 1, number=slip.number)
    if verdict == "other":
        raise Conflict("parcel.other_content", number=slip.number, sealed=known or "",
                       given=slip.content)  # fmt: skip
    return verdict == "again"


def _number(slip: Slip) -> dict[str, Any]:
    return {"provider": slip.provider, "agreement": slip.agreement, "edition": slip.edition,
            "number": slip.number}  # fmt: skip


def _agreed(office: Office, slip: Slip, partner: Partner, at: datetime) -> Agreement:
    """Return the agreement under which a slip comes, if both sides adopted the same words."""
    row = queries.adopted(slip.agreement)
    if (row.edition, row.digest) != (slip.edition, slip.declared):
        raise Conflict(
            "agreement.other_words", agreement=slip.agreement, edition=row.edition,
            given=slip.edition,
        )  # fmt: skip
    agreement = queries.declared(row, office.kinds)
    ours = slip.receiver in agreement.receivers and slip.receiver not in office.partners
    if slip.provider != partner.name or agreement.provider != partner.name or not ours:
        raise NotPermitted("agreement.not_yours", agreement=slip.agreement, receiver=slip.receiver)
    if not slip.closing and not agreement.in_force.holds(day_of(at)):
        period = row.declared["in_force"]
        raise NotPermitted(
            "agreement.over", agreement=str(row), since=period["from"], until=period["until"]
        )
    # What comes unchanged keeps the batch that brought it, and would go with the other agreement.
    if other := "" if slip.closing else queries.unclosed(agreement, day_of(at)):
        raise Conflict("agreement.unclosed", agreement=str(row), other=other)
    return agreement


def _applied(
    desk: Desk, agreement: Agreement, slip: Slip, body: bytes, at: datetime
) -> dict[str, Any]:
    partner = desk.office.partners[slip.provider]
    reporter = partner.reporter or partner.name
    number = f"{slip.agreement}.{slip.edition}.{slip.number}"
    put, gone = _sorted(agreement, body)
    # 4. What is withdrawn leaves the ledger; where the agreement is over and says so, all that
    #    stands as a parcel of its editions brought it. What it answered was never in the ledger.
    if slip.closing == "delete":
        gone = _all_keys(desk.office, agreement, reporter)
    if gone:
        why = f"{slip.provider} {number} {slip.disposal}".strip()
        asked = Withdrawal(kind=agreement.kind, reporter=reporter, number=f"{number}.w",
                           keys=gone, reason=why)  # fmt: skip
        records.withdraw(asked, home=desk.office.home, at=at)
    # 5. What is shared comes in through the front door, as a batch of this parcel's number.
    told: dict[str, Any] = {"acknowledged": slip.number}
    if put:
        report = Report(source=io.BytesIO(put), kind=agreement.kind, reporter=reporter,
                        batch=number, name=f"{number}.ndjson")  # fmt: skip
        receipt = desk.take(report)
        told |= {name: getattr(receipt, name)
                 for name in ("accepted", "corrected", "unchanged", "rejected")}  # fmt: skip
    # 6. The ledger has it. 7. The row and the seal say so.
    _entered(slip, told, at, batch=number if put else "")
    return told


def _entered(slip: Slip, told: Mapping[str, Any], at: datetime, *, batch: str) -> None:
    """Write down and seal once that a parcel was taken; the log does not show its digest."""
    facts: dict[str, str | int] = {"records": slip.records, "withdrawn": slip.withdrawn}
    with transaction.atomic():
        row, new = ReceivedRow.objects.get_or_create(
            **_number(slip),
            defaults={
                **facts, "kind": slip.kind, "content": slip.content, "batch": batch, "leaf": 0,
                "rejected": told.get("rejected", 0), "closing": slip.closing, "received_at": at,
            },
        )  # fmt: skip
        if new:
            title, content = title_of(row), of_received(row)
            row.leaf = evidence.seal("exchange.received", title, content, at=at, facts=facts)
            row.save(update_fields=["leaf"])


def _sorted(agreement: Agreement, body: bytes) -> tuple[bytes, list[dict[str, str]]]:
    """Return the shared records as JSON lines, and the keys of the withdrawn ones."""
    keyless = [name for name in agreement.kind.key if agreement.fields.get(name) != PLAIN]
    put: list[str] = []
    gone: list[dict[str, str]] = []
    for record in records_of(body):
        if keyless:
            raise Invalid("parcel.keyless", agreement=agreement.name, fields=keyless)
        if record[ACT] == PUT:
            told = {name: record[name] for name in agreement.fields if record[name] is not None}
            put.append(json.dumps(told, ensure_ascii=False) + "\n")
        else:
            gone.append({name: str(record[name]) for name in agreement.kind.key})
    return "".join(put).encode(), gone


def _all_keys(office: Office, agreement: Agreement, reporter: str) -> list[dict[str, str]]:
    own = rf"{agreement.name}\.\d+\.\d+"
    pieces = record_queries.keys_of(office.home, agreement.kind, reporter, batches=own)
    return [dict(zip(agreement.kind.key, key, strict=True)) for piece in pieces for key in piece]


def fetch(
    desk: Desk, sender: str, name: str, *, now: Callable[[], datetime], tell: Callable[[int], None]
) -> int:
    """Fetch what waits for us at a partner, take it in and acknowledge it, parcel by parcel.

    Raises:
        Unavailable: the partner cannot be reached, or says no (``partner.unreachable``).
    """
    partner = desk.office.partners.get(sender)
    if partner is None or not partner.address:
        raise NotPermitted("partner.unknown", partner=sender)
    edition = queries.adopted(name).edition
    taken = 0
    while waiting := channels.waiting(
        partner, name, after=queries.last_received(sender, name, edition)
    ):
        for number, content in waiting:
            note, body = channels.fetched(partner, name, number)
            receive(desk, Arrival(sender=sender, note=note, body=body), at=now())
            channels.acknowledge(partner, name, number, content)
            tell(number)
            taken += 1
    return taken


def ask(
    office: Office, sender: str, name: str, where: Mapping[str, str], *, at: datetime
) -> tuple[list[dict[str, Any]], bool]:
    """Ask a partner for the records behind its figure; a refusal is written down here as there."""
    partner = office.partners.get(sender)
    if partner is None or not partner.address:
        raise NotPermitted("partner.unknown", partner=sender)
    return logged(name, sender, 0, at, lambda: channels.records(partner, name, where))


def take_file(
    desk: Desk, sender: str, report: Report, number: int, *, at: datetime
) -> Mapping[str, Any]:
    """Take a message file of a partner that is not Shangheng; files are numbered without gaps.

    The partner's mapping, in ``report``, says which of its columns and codes mean what.
    """
    kind = report.kind.name
    if sender not in desk.office.partners:
        raise NotPermitted("partner.unknown", partner=sender)
    assert isinstance(report.source, Path)  # noqa: S101 - a file, which is read twice
    content = digest_of(report.source)
    slip = Slip(
        agreement=f"files:{kind}", edition=1, declared="", provider=sender, receiver="",
        kind=kind, number=number, first=0, records=0, withdrawn=0, ledger_from=0,
        ledger_until=0, content=content, form="file", body=content, made_at="",
    )  # fmt: skip
    if _taken(slip):
        return {"acknowledged": number, "again": True}
    receipt = desk.take(report)
    told = {"acknowledged": number, "accepted": receipt.accepted, "rejected": receipt.rejected}
    slip = replace(slip, records=receipt.accepted + receipt.corrected)
    _entered(slip, told, at, batch=receipt.batch)
    return told
