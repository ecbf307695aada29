# SPDX-License-Identifier: Apache-2.0
"""Notices for programs: what a person is told of, and that it was read."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema

from shangheng.kernel.notices import actions, queries
from shangheng.kernel.notices.concept import NoticeView
from shangheng.site import acting, clock
from shangheng.site.api.schemas import Problem
from shangheng.site.api.tokens import Caller

router = Router(auth=Caller("cases"))
PAGE_MAX = 500


class AskedNotices(Schema):
    """What is looked for in one's own inbox."""

    text: str = ""
    unread: bool = False
    limit: int = queries.PAGE
    offset: int = 0


class NoticeOut(Schema):
    """One thing that somebody is told of; ``link`` is where on this site to go on."""

    id: int
    key: str
    zh: str
    en: str
    link: str
    at: datetime
    is_read: bool


def _out(each: NoticeView) -> NoticeOut:
    told = each.notice
    return NoticeOut(
        id=each.id, key=told.key, zh=told.zh, en=told.en, link=told.link, at=each.at,
        is_read=each.is_read,
    )  # fmt: skip


@router.get("", response={200: list[NoticeOut], 401: Problem}, summary="我的通知 One's notices")
def list_notices(request: HttpRequest, asked: Query[AskedNotices]) -> list[NoticeOut]:
    """Return what lies in the inbox of who asks, the newest first."""
    found = queries.inbox(
        acting.actor_of(request), text=asked.text, unread=asked.unread,
        limit=max(1, min(asked.limit, PAGE_MAX)), offset=max(0, asked.offset),
    )  # fmt: skip
    return [_out(each) for each in found]


@router.post(
    "/{int:notice}/read", response={200: NoticeOut, 401: Problem, 403: Problem, 404: Problem},
    summary="标为已读 Mark one as read",
)  # fmt: skip
def read_notice(request: HttpRequest, notice: int) -> NoticeOut:
    """Mark a notice as read by who asks, and return it."""
    return _out(actions.read(notice, acting.actor_of(request), at=clock.now()))
