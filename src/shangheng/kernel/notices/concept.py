# SPDX-License-Identifier: Apache-2.0
"""What a notice is, and when a delivery that failed is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Channel = Literal["inbox", "email", "webhook", "ledger"]
CHANNELS: dict[Channel, tuple[str, str]] = {
    "inbox": ("站内通知", "in-app"),
    "email": ("电子邮件", "e-mail"),
    "webhook": ("网络回调", "webhook"),
    "ledger": ("写入账本", "to the ledger"),
}
LEASE = timedelta(minutes=5)
"""How long one worker has for a delivery before another one may take it up."""
TRIES_MAX = 12
FIRST_WAIT = timedelta(minutes=1)
WAIT_MAX = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to be told to one receiver.

    ``key`` with channel and receiver makes it one: put again, it is not told again. ``to`` is a
    person's name, an e-mail address, a URL or a record kind; a notice for whoever has a post says
    ``role``, ``region`` and ``department`` instead. ``link`` is where on this site to go on;
    ``payload`` is what a program gets, plain values; of a notice for posts, ``bodies`` lists those
    that it concerns, if not every department.
    """

    key: str
    channel: Channel
    zh: str
    en: str
    to: str = ""
    role: str = ""
    region: str = ""
    department: str = ""
    link: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NoticeView:
    """A notice as it is read or carried."""

    id: int
    notice: Notice
    at: datetime
    tries: int
    is_read: bool = False
    delivered_at: datetime | None = None
    given_up_at: datetime | None = None
    why: str = ""


def wait_after(tries: int) -> timedelta:
    """Return how long to wait after the n-th failure: each time twice as long."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), WAIT_MAX)
