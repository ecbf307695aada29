# SPDX-License-Identifier: Apache-2.0
"""What can be asked of notices: what lies in an inbox, what could not be delivered."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from shangheng.kernel.notices import store
from shangheng.kernel.notices.concept import NoticeView
from shangheng.kernel.notices.models import NoticeReadRow, NoticeRow
from shangheng.kernel.registers.concept.actors import Actor

PAGE = 50


def inbox(
    actor: Actor, *, text: str = "", unread: bool = False, limit: int = PAGE, offset: int = 0
) -> list[NoticeView]:
    """Return what lies in a person's inbox, the newest first."""
    read = NoticeReadRow.objects.filter(notice=OuterRef("pk"), person=actor.name)
    rows = store.lying_for(actor).annotate(was_read=Exists(read))
    if unread:
        rows = rows.filter(was_read=False)
    for word in text.split():
        rows = rows.filter(zh__contains=word) | rows.filter(en__icontains=word)
    part = rows.order_by("-at", "-pk")[offset : offset + limit]
    return [store.view(row, is_read=row.was_read) for row in part]


def unread(actor: Actor) -> int:
    """Return how many notices a person has not read."""
    read = NoticeReadRow.objects.filter(notice=OuterRef("pk"), person=actor.name)
    return store.lying_for(actor).exclude(Exists(read)).count()


def undelivered(*, limit: int = PAGE) -> list[NoticeView]:
    """Return what has not left the house yet, what was given up before what still waits."""
    given_up = F("given_up_at").desc(nulls_last=True)
    rows = NoticeRow.objects.filter(delivered_at=None).order_by(given_up, "due_at", "pk")
    return [store.view(row) for row in rows[:limit]]


def mailed(link: str) -> dict[str, int]:
    """Return what became of the e-mails that lead to an address."""
    gone = Q(delivered_at__isnull=False)
    return _mails(link).aggregate(
        delivered=Count("pk", filter=gone),
        given_up=Count("pk", filter=Q(given_up_at__isnull=False) & ~gone),
        waiting=Count("pk", filter=Q(delivered_at=None, given_up_at=None)),
    )


def mailed_to(link: str) -> set[str]:
    """Return to whom e-mails that lead to an address went."""
    return set(_mails(link).values_list("to", flat=True))


def _mails(link: str) -> QuerySet[NoticeRow]:
    return NoticeRow.objects.filter(link=link, channel="email")


def sent(key: str, channel: str) -> list[NoticeView]:
    """Return the notices of a key by one way, to see who was told."""
    rows = NoticeRow.objects.filter(key=key, channel=channel).order_by("pk")
    return [store.view(row) for row in rows]
