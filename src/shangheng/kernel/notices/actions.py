# SPDX-License-Identifier: Apache-2.0
"""What can be done with notices: put them into a transaction, carry them, mark them as read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from shangheng.kernel.errors import NotFound, Refusal, ShanghengError
from shangheng.kernel.notices import store
from shangheng.kernel.notices.concept import (
    LEASE,
    TRIES_MAX,
    Channel,
    Notice,
    NoticeView,
    wait_after,
)
from shangheng.kernel.notices.models import NoticeReadRow, NoticeRow
from shangheng.kernel.registers.concept.actors import Actor

ROUND = 100
TEXT_MAX, WHY_MAX = 300, 300

Carrier = Callable[[NoticeView], None]
"""Tells one notice; raises a `Refusal` if it never can, another error to try again."""


@dataclass(frozen=True)
class Delivered:
    """What came of a round of deliveries."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0


def put(notices: Sequence[Notice], *, at: datetime) -> None:
    """Put notices into the caller's transaction; what is put again is told once.

    MUST be called inside the transaction that does what is told of.
    """
    NoticeRow.objects.bulk_create(
        [
            NoticeRow(
                key=each.key, channel=each.channel, to=each.to, role=each.role,
                region=each.region, department=each.department, zh=each.zh[:TEXT_MAX],
                en=each.en[:TEXT_MAX], link=each.link, payload=dict(each.payload), at=at,
                due_at=at, delivered_at=at if each.channel == "inbox" else None,
            )
            for each in notices
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@transaction.atomic
def tell_once(notices: Sequence[Notice], *, at: datetime) -> int:
    """Tell what was not told yet under its key; return how much that was."""
    keys = {each.key for each in notices}
    known = set(NoticeRow.objects.filter(key__in=keys).values_list("key", flat=True))
    new = [each for each in notices if each.key not in known]
    put(new, at=at)
    return len(new)


def deliver(
    carriers: Mapping[Channel, Carrier], *, now: Callable[[], datetime], limit: int = ROUND
) -> Delivered:
    """Carry out what is due, each at least once, and say what became of it.

    A notice is leased before it is carried, so that several workers share the work and one that
    is killed loses nothing: its lease runs out and another carries the notice again. What has
    left the house is not kept a second time: its payload goes.
    """
    told = {"delivered": 0, "failed": 0, "given_up": 0}
    for _ in range(limit):
        row = _leased(carriers, now())
        if row is None:
            break
        told[_carried(row, carriers, now)] += 1
    return Delivered(**told)


def _leased(carriers: Mapping[Channel, Carrier], at: datetime) -> NoticeRow | None:
    """Take the next notice that is due for as long as a lease; nobody else has it meanwhile."""
    due = NoticeRow.objects.filter(
        channel__in=list(carriers), delivered_at=None, given_up_at=None, due_at__lte=at
    )
    for row in due.order_by("due_at", "pk")[:ROUND]:
        mine = NoticeRow.objects.filter(pk=row.pk, due_at=row.due_at, tries=row.tries)
        if mine.filter(delivered_at=None).update(due_at=at + LEASE, tries=F("tries") + 1):
            row.tries += 1
            return row
    return None


def _carried(
    row: NoticeRow, carriers: Mapping[Channel, Carrier], now: Callable[[], datetime]
) -> str:
    told = store.view(row)
    mine = NoticeRow.objects.filter(pk=row.pk, tries=row.tries)
    try:
        carriers[told.notice.channel](told)
    except ShanghengError as error:
        why = str(error)[:WHY_MAX]
        if isinstance(error, Refusal) or row.tries >= TRIES_MAX:
            mine.update(given_up_at=now(), why=why)
            return "given_up"
        mine.update(due_at=now() + wait_after(row.tries), why=why)
        return "failed"
    NoticeRow.objects.filter(pk=row.pk).update(delivered_at=now(), why="", payload={})
    return "delivered"


@transaction.atomic
def retry(notice: int, *, at: datetime) -> None:
    """Try again, from the beginning, what had been given up."""
    again = NoticeRow.objects.filter(pk=notice, delivered_at=None).exclude(given_up_at=None)
    if not again.update(given_up_at=None, tries=0, due_at=at):
        raise NotFound("notice.not_given_up", notice=notice)


@transaction.atomic
def read(notice: int, actor: Actor, *, at: datetime) -> NoticeView:
    """Mark a notice as read by a person in whose inbox it lies, and return it."""
    row = store.lying_for(actor).filter(pk=notice).first()
    if row is None:
        raise NotFound("notice.unknown", notice=notice)
    NoticeReadRow.objects.get_or_create(notice=row, person=actor.name, defaults={"at": at})
    return store.view(row, is_read=True)


@transaction.atomic
def read_all(actor: Actor, *, at: datetime) -> int:
    """Mark everything that lies in a person's inbox as read; return how many were unread."""
    unread = store.lying_for(actor).exclude(readers__person=actor.name)
    marks = [NoticeReadRow(notice=row, person=actor.name, at=at) for row in unread]
    return len(NoticeReadRow.objects.bulk_create(marks, ignore_conflicts=True))
