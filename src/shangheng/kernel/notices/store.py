# SPDX-License-Identifier: Apache-2.0
"""Notices as rows: what lies in whose inbox, and how a row is told."""

from django.db.models import Q, QuerySet

from shangheng.kernel.notices.concept import CHANNELS, Notice, NoticeView
from shangheng.kernel.notices.models import NoticeRow
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.registers.conditions import above, below, naming


def lying_for(actor: Actor) -> QuerySet[NoticeRow]:
    """Return what lies in the inbox of a person: by name, and by each of their posts."""
    mine = Q(to=actor.name, role="")
    for post in actor.posts:
        one = below(post.region)
        if post.department:
            named = naming("payload__bodies", post.names)
            one &= Q(payload__bodies__isnull=True) | named
            one |= above(post.region) & named if post.is_each else Q()
            one &= Q(department__in=("", post.department))
        mine |= one & Q(role=post.role)
    return NoticeRow.objects.filter(mine, channel="inbox")


def view(row: NoticeRow, *, is_read: bool = False) -> NoticeView:
    """Return a row as it is read or carried."""
    channel = next(each for each in CHANNELS if each == row.channel)
    notice = Notice(
        key=row.key, channel=channel, zh=row.zh, en=row.en, to=row.to, role=row.role,
        region=row.region, department=row.department, link=row.link, payload=row.payload,
    )  # fmt: skip
    return NoticeView(
        row.pk, notice, row.at, row.tries, is_read, row.delivered_at, row.given_up_at, row.why
    )
