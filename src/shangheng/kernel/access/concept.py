# SPDX-License-Identifier: Apache-2.0
"""A post that somebody holds, a token that acts for somebody, the roles of the house itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shangheng.kernel.policies.concept import Department
from shangheng.kernel.regions.concept import level_of
from shangheng.kernel.registers.concept.actors import Actor, Post, covers

ADMINISTRATOR = "access.administrator"
"""Gives and ends posts within a region, and reads who looked at what there."""

OFFICER = "statistics.officer"
"""Sees records and every reporter."""

REPORTER = "records.reporter"
"""Sends and sees the batches of one party, and of no other."""

HOUSE_ROLES = {
    ADMINISTRATOR: ("权限管理员", "administrator of posts"),
    OFFICER: ("统计员", "statistics officer"),
    REPORTER: ("报送员", "reporter's clerk"),
}
"""The roles that no register and no kind of case declares."""

SCOPES = {
    "records.read": ("读取批次和回执", "read batches and receipts"),
    "records.write": ("报送批次", "send batches"),
    "registers.read": ("读取名录", "read registers"),
    "cases.read": ("读取办件", "read cases"),
    "cases.write": ("提交和办理办件", "open cases and take steps"),
}
"""What a token may be used for; it never opens more than the posts of its person."""

TOKEN_DAYS_MAX = 366
State = Literal["future", "current", "over", "void"]


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A post that is to be given: who, as what, where, for whom, from when until when, and why.

    ``department`` is a body of the jurisdiction's own list, ``party`` the reporter of whoever
    reports; ``until`` is the first moment at which the post no longer holds. With
    ``second_factor`` it opens nothing to who signed in by a password alone.
    """

    person: str
    role: str
    since: datetime
    reason: str
    region: str = ""
    department: str = ""
    party: str = ""
    until: datetime | None = None
    second_factor: bool = False


@dataclass(frozen=True, kw_only=True)
class HeldPost:
    """A post as it stands; ``void`` when the giving of it was taken back."""

    uuid: UUID
    person: str
    role: str
    region: str
    department: str
    party: str
    since: datetime
    until: datetime | None
    void: bool
    given_by: str
    reason: str
    second_factor: bool = False

    def state(self, at: datetime) -> State:
        """Return whether the post holds at a moment, will hold, or holds no longer."""
        if self.void:
            return "void"
        if self.until is not None and self.until <= at:
            return "over"
        return "current" if self.since <= at else "future"

    def posts(self, departments: Mapping[str, Department]) -> tuple[Post, ...]:
        """Return what the post opens: one for each function that its department has in cases.

        A department without a function there opens what is not given to any department; each
        opens what names the department under any of its forms. Where a name means one body in
        each division, the post is such a body's if its region is of that level.
        """
        if not self.department:
            return (Post(self.role, self.region),)
        found = departments.get(self.department)
        functions = (found.functions if found else ()) or (self.department,)
        forms = found.forms if found else ()
        is_each = bool(found and self.region and level_of(self.region) in found.each)
        return tuple(
            Post(self.role, self.region, function, forms, is_each) for function in functions
        )


@dataclass(frozen=True)
class PostAct:
    """What was done to a post: given, ended, or the last of these undone."""

    number: int
    act: str
    by: str
    at: datetime
    reason: str
    leaf: int


@dataclass(frozen=True)
class Look:
    """One look at personal data: who, at what, which fields, why, and where it is sealed."""

    at: datetime
    by: str
    role: str
    noun: str
    kind: str
    number: str
    region: str
    fields: tuple[str, ...]
    purpose: str
    leaf: int


@dataclass(frozen=True)
class Token:
    """What a program uses in a person's stead; its secret was shown once."""

    uuid: UUID
    person: str
    name: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether the token opens anything at a moment."""
        return self.revoked_at is None and at < self.expires_at


def administers(actor: Actor, region: str) -> bool:
    """Tell whether an actor gives and ends posts in a region."""
    return any(post.role == ADMINISTRATOR and covers(post.region, region) for post in actor.posts)


def administered(actor: Actor) -> tuple[str, ...]:
    """Return the regions in which an actor gives and ends posts."""
    return actor.regions_of((ADMINISTRATOR,))
