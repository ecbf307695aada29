# SPDX-License-Identifier: Apache-2.0
"""Parcels handed over: pushed in rounds, or fetched; acknowledged, sent again, refused.

At least once, in order: the next parcel goes only when the one before is acknowledged. A process
that is killed between the partner's answer and the row that remembers it sends the parcel again;
receivers know it by its number.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.models import F

from shangheng.kernel.errors import Conflict, EvidenceBroken, Invalid, NotPermitted, Refusal
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.actions import Office, content_of, reduce
from shangheng.kernel.exchange.concept.parcels import Slip, Span, is_due
from shangheng.kernel.exchange.concept.partners import FORMS, Partner
from shangheng.kernel.exchange.models import (
    AgreementRow,
    DeliveryRow,
    ParcelRow,
    SubscriptionRow,
)
from shangheng.kernel.exchange.store.bodies import Wrapped, wrapped
from shangheng.kernel.exchange.store.channels import Answer, send
from shangheng.kernel.exchange.store.feed import EMPTY
from shangheng.kernel.periods import CHINA, day_of

WORKERS = 16
PARCELS_A_TURN = 50
"""How many parcels one receiver gets before the next has its turn: one that was away for a week
must not keep a worker from those who are up to date."""
DELIVERED, HANDED, FAILED, REFUSED, ANSWERED = (
    "delivered", "handed", "failed", "refused", "answered",
)  # fmt: skip
Done = TypeVar("Done")
_CAUGHT_UP, _GO_ON, _STOP = 0, 1, 2
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Round:
    """What one round of deliveries came to."""

    delivered: int
    records: int
    troubled: int


def wrap(office: Office, parcel: ParcelRow, partner: Partner) -> Wrapped:
    """Return a parcel in the form that a partner reads, with its signed slip."""
    content, row = content_of(office, parcel), parcel.agreement
    begins, ends = Span.from_plain(parcel.span).ends

    def slip(form: str, body: str) -> Slip:
        return Slip(
            agreement=row.name, edition=row.edition, declared=row.digest, provider=row.provider,
            receiver=partner.name, kind=row.kind, number=parcel.number, first=parcel.first,
            records=parcel.records, withdrawn=parcel.withdrawn,
            ledger_from=begins, ledger_until=ends,
            content=parcel.content, form=form, body=body,
            made_at=parcel.made_at.astimezone(CHINA).isoformat(), closing=parcel.closing,
            formerly=tuple(parcel.formerly), disposal=parcel.span.get("disposal", ""),
        )  # fmt: skip

    return wrapped(slip, content.lines, partner, office.signer)


def deliver(
    office: Office, *, now: Callable[[], datetime], workers: int = WORKERS,
    patience_s: float | None = None,
) -> Round:  # fmt: skip
    """Push to everybody whose turn it is, each in a thread of its own; return what it came to.

    One that hangs keeps nobody else waiting: with ``patience_s`` the round ends without it, and
    the following rounds pass it over until its time is up.
    """
    rows = [row for row in _waiting(office) if is_due(now(), **_tries(row))]
    turn = partial(_turn, office, now=now)
    if workers == 1:
        return _together([turn(row) for row in rows])
    due = [row for row in rows if office.busy.begin(row.pk)]
    pool = ThreadPoolExecutor(workers)
    try:
        begun = [pool.submit(_in_thread, office, turn, row) for row in due]
        done, _ = wait(begun, timeout=patience_s)
    finally:
        pool.shutdown(wait=False)
    return _together([each.result() for each in done])


def _waiting(office: Office) -> list[SubscriptionRow]:
    """Return the subscriptions with something to push, those who waited longest first."""
    reached = [each.name for each in office.partners.values() if each.way != "pull"]
    newest = [row.pk for row in queries.agreements_adopted()]
    rows = SubscriptionRow.objects.filter(
        receiver__in=reached, agreement__in=newest, acknowledged__lt=F("agreement__last")
    ).select_related("agreement")
    return list(rows.order_by(F("last_try_at").asc(nulls_first=True)))


def _tries(row: SubscriptionRow) -> dict[str, Any]:
    return {"last_try_at": row.last_try_at, "attempts": row.attempts}


def _together(rounds: Sequence[Round]) -> Round:
    return Round(
        sum(each.delivered for each in rounds),
        sum(each.records for each in rounds),
        sum(each.troubled for each in rounds),
    )


def _in_thread(
    office: Office, turn: Callable[[SubscriptionRow], Round], row: SubscriptionRow
) -> Round:
    try:
        return turn(row)
    finally:
        connections.close_all()
        office.busy.end(row.pk)


def _turn(office: Office, row: SubscriptionRow, *, now: Callable[[], datetime]) -> Round:
    """Push one receiver's next parcels, until it is up to date or in trouble."""
    delivered = records = 0
    for _ in range(PARCELS_A_TURN):
        row.refresh_from_db(fields=["acknowledged", "attempts"])
        parcel = _next(row, now())
        if parcel is None:
            return Round(delivered, records, 0)
        went = _pushed(office, row, parcel, now)
        if went == _STOP:
            return Round(delivered, records, 1)
        if went == _CAUGHT_UP:
            delivered, records = delivered + 1, records + parcel.records
    return Round(delivered, records, 0)


def _next(row: SubscriptionRow, at: datetime) -> ParcelRow | None:
    """Return the parcel that goes next: once the agreement is over, only the closing one."""
    agreement = AgreementRow.objects.get(pk=row.agreement_id)
    waiting = agreement.parcels.filter(number__gt=row.acknowledged).order_by("number")
    if not queries.has_begun(agreement, day_of(at)):
        return None
    if not queries.is_over(agreement, day_of(at)):
        return waiting.select_related("agreement").first()
    held_back = waiting.filter(closing="")
    if (first := held_back.first()) is not None:
        known = DeliveryRow.objects.filter(
            agreement=str(agreement), partner=row.receiver, number=first.number, outcome=REFUSED
        )
        if not known.exists():
            refuse(
                agreement=str(agreement), partner=row.receiver, number=first.number,
                reason="agreement.over", at=at,
            )  # fmt: skip
    return waiting.exclude(closing="").select_related("agreement").first()


def _pushed(
    office: Office, row: SubscriptionRow, parcel: ParcelRow, now: Callable[[], datetime]
) -> int:
    partner = office.partners[row.receiver]
    try:
        ready = wrap(office, parcel, partner)
    except EvidenceBroken as broken:
        # Told where officers look, and nothing leaves; the other receivers are not to blame.
        _trouble(row, parcel, Answer(taken=False, trouble=broken.code), now())
        return _STOP
    answer = send(partner, ready)
    if answer.taken:
        _delivered(row, parcel, answer, now())
        return _CAUGHT_UP
    if answer.expected is not None and 0 < answer.expected <= row.acknowledged:
        _step_back(row, parcel, answer.expected, now())
        return _GO_ON
    _trouble(row, parcel, answer, now())
    return _STOP


def _delivered(
    row: SubscriptionRow, parcel: ParcelRow, answer: Answer, at: datetime, way: str = "push"
) -> None:
    """Remember that a parcel was taken, and seal it; a second answer changes nothing."""
    with transaction.atomic():
        before = SubscriptionRow.objects.filter(pk=row.pk, acknowledged__lt=parcel.number)
        if not before.update(
            acknowledged=parcel.number, acknowledged_at=at, attempts=0, last_try_at=at, trouble=""
        ):
            return
        agreement = str(parcel.agreement)
        facts: dict[str, str | int] = {
            "agreement": agreement, "receiver": row.receiver, "number": parcel.number,
            "records": parcel.records, "way": way,
        }  # fmt: skip
        answered = {name: str(value) for name, value in answer.told.items()}
        told = {**facts, "content": parcel.content, "answer": answered}
        title = f"{agreement}#{parcel.number} {row.receiver}"
        leaf = evidence.seal("exchange.delivered", title, told, at=at, facts=facts)
        DeliveryRow.objects.create(
            agreement=agreement, partner=row.receiver, number=parcel.number, outcome=DELIVERED,
            records=parcel.records, delay_ms=max(0, (at - parcel.reported_at) // _MS),
            answer=answered, at=at, leaf=leaf,
        )  # fmt: skip
        if (
            parcel.kept
            and not row.agreement.subscriptions.filter(acknowledged__lt=parcel.number).exists()
        ):
            reduce(parcel, EMPTY, why="acknowledged", at=at)


def _step_back(row: SubscriptionRow, parcel: ParcelRow, expected: int, at: datetime) -> None:
    """Send again from where the receiver has a gap."""
    with transaction.atomic():
        SubscriptionRow.objects.filter(pk=row.pk).update(acknowledged=expected - 1)
        DeliveryRow.objects.create(
            agreement=str(parcel.agreement), partner=row.receiver, number=expected,
            outcome=FAILED, reason="parcel.gap", at=at,
        )  # fmt: skip


def _trouble(row: SubscriptionRow, parcel: ParcelRow, answer: Answer, at: datetime) -> None:
    with transaction.atomic():
        SubscriptionRow.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1, last_try_at=at, trouble=answer.trouble[:300]
        )
        DeliveryRow.objects.create(
            agreement=str(parcel.agreement), partner=row.receiver, number=parcel.number,
            outcome=FAILED, reason=answer.trouble[:300], at=at,
        )  # fmt: skip


def refuse(*, agreement: str, partner: str, number: int, reason: str, at: datetime) -> None:
    """Write down that something was asked for, or due, and did not leave, and why."""
    DeliveryRow.objects.create(
        agreement=agreement[:60], partner=partner[:64], number=number, outcome=REFUSED,
        reason=reason[:300], at=at,
    )  # fmt: skip


def logged(
    name: str, receiver: str, number: int, at: datetime, act: Callable[[], Done]
) -> Done:  # fmt: skip
    """Do something for a receiver; a refusal is written down with its reason."""
    try:
        return act()
    except Refusal as refusal:
        refuse(agreement=name, partner=receiver, number=number, reason=refusal.code, at=at)
        raise


@dataclass(frozen=True)
class Wanted:
    """A parcel that a receiver wants, in its usual form or another."""

    agreement: str
    number: int
    receiver: str
    form: str | None = None


def fetch(office: Office, wanted: Wanted, *, at: datetime) -> Wrapped:
    """Hand a receiver a parcel that it fetches; any that it has had may be fetched again.

    Raises:
        NotPermitted: it is no party to the agreement (``agreement.not_yours``), or the agreement
            is over (``agreement.over``).
    """
    return logged(
        wanted.agreement, wanted.receiver, wanted.number, at, lambda: _fetched(office, wanted, at)
    )


def _fetched(office: Office, wanted: Wanted, at: datetime) -> Wrapped:
    place = place_of(wanted.agreement, wanted.receiver)
    parcel = queries.parcel(place.agreement, wanted.number)
    if not parcel.closing:
        require_in_force(place.agreement, at)
        if wanted.number > place.acknowledged + 1:
            raise Conflict("parcel.gap", expected=place.acknowledged + 1, number=wanted.number)
    name = wanted.receiver
    partner = office.partners.get(name) or Partner(name=name, zh=name, en=name)
    ready = wrap(
        office, parcel, partner if wanted.form is None else _in_form(partner, wanted.form)
    )
    DeliveryRow.objects.create(
        agreement=str(place.agreement), partner=name, number=wanted.number, outcome=HANDED,
        records=parcel.records, at=at,
    )  # fmt: skip
    return ready


def _in_form(partner: Partner, form: str) -> Partner:
    if form not in FORMS:
        raise Invalid("parcel.form_unknown", form=form, known=list(FORMS))
    return replace(partner, form=form)


def place_of(name: str, receiver: str) -> SubscriptionRow:
    """Return a receiver's place in the newest edition; refuse who is no party."""
    row = queries.adopted(name)
    found = row.subscriptions.filter(receiver=receiver).select_related("agreement").first()
    if found is None:
        raise NotPermitted("agreement.not_yours", agreement=name, receiver=receiver)
    return found


def require_in_force(row: AgreementRow, at: datetime) -> None:
    """Refuse what would leave before or after the agreement holds."""
    if queries.is_over(row, day_of(at)) or not queries.has_begun(row, day_of(at)):
        period = row.declared["in_force"]
        raise NotPermitted(
            "agreement.over", agreement=str(row), since=period["from"], until=period["until"]
        )


def waiting_for(name: str, *, receiver: str, after: int | None) -> list[ParcelRow]:
    """Return the parcels of a receiver after a number, or after what it has acknowledged."""
    place = place_of(name, receiver)
    begun = place.acknowledged if after is None else after
    return list(place.agreement.parcels.filter(number__gt=begun).order_by("number")[:1000])


def acknowledge(name: str, number: int, content: str, *, receiver: str, at: datetime) -> int:
    """Remember that a receiver has a parcel it fetched; acknowledged again, nothing changes.

    Raises:
        Conflict: an earlier one is missing (``parcel.gap``), or what it has is not what was
            handed over (``parcel.other_content``).
    """
    return logged(
        name, receiver, number, at,
        lambda: _acknowledged(name, number, content, receiver=receiver, at=at),
    )  # fmt: skip


def _acknowledged(name: str, number: int, content: str, *, receiver: str, at: datetime) -> int:
    place = place_of(name, receiver)
    parcel = queries.parcel(place.agreement, number)
    if content not in (parcel.content, *parcel.formerly):
        raise Conflict("parcel.other_content", number=number, sealed=parcel.content, given=content)
    if number > place.acknowledged + 1 and not parcel.closing:
        raise Conflict("parcel.gap", expected=place.acknowledged + 1, number=number)
    _delivered(place, parcel, Answer(taken=True), at, way="pull")
    place.refresh_from_db()
    return place.acknowledged


def replay(name: str, receiver: str, *, since: int, at: datetime) -> None:
    """Let a receiver have everything again from a parcel on."""
    with transaction.atomic():
        place = place_of(name, receiver)
        queries.parcel(place.agreement, since)
        SubscriptionRow.objects.filter(pk=place.pk).update(
            acknowledged=since - 1, attempts=0, trouble=""
        )
        told: dict[str, str | int] = {"receiver": receiver, "since": since}
        evidence.seal("exchange.replayed", str(place.agreement), told, at=at, facts=told)
