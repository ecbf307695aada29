# SPDX-License-Identifier: Apache-2.0
"""What can be asked of access: what somebody may now, who holds which post, who looked at what."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from shangheng.kernel.access.concept import (
    HeldPost,
    Look,
    PostAct,
    Token,
    administered,
    administers,
)
from shangheng.kernel.access.models import LookRow, PostRow, TokenRow
from shangheng.kernel.errors import NotFound, NotPermitted
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.registers.conditions import below

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class SoughtPosts:
    """Which posts are looked for, as they stand at a moment; and which part of the list."""

    at: datetime
    text: str = ""
    role: str = ""
    region: str = ""
    state: str = "current"
    limit: int | None = PAGE
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class SoughtLooks:
    """Which looks are looked for; and which part of the list."""

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = PAGE
    offset: int = 0


def held_by(person: str, *, at: datetime) -> tuple[HeldPost, ...]:
    """Return the posts that somebody holds at a moment."""
    rows = PostRow.objects.filter(_in_force(at), person=person)
    return tuple(_post(row) for row in rows.order_by("role", "region", "department"))


def _in_force(at: datetime) -> Q:
    return Q(void=False, since__lte=at) & (Q(until=None) | Q(until__gt=at))


def _states(at: datetime) -> dict[str, Q]:
    return {
        "current": _in_force(at),
        "future": Q(void=False, since__gt=at) & (Q(until=None) | Q(until__gt=at)),
        "over": Q(void=False, until__lte=at),
        "void": Q(void=True),
    }


def _within(regions: Iterable[str]) -> Q:
    scope = Q(pk__in=[])
    for region in regions:
        scope |= below(region)
    return scope


def _sought(sought: SoughtPosts, actor: Actor) -> QuerySet[PostRow]:
    rows = PostRow.objects.filter(_within(_administered(actor)))
    if sought.state in (states := _states(sought.at)):
        rows = rows.filter(states[sought.state])
    if sought.role:
        rows = rows.filter(role=sought.role)
    if sought.region:
        rows = rows.filter(below(sought.region))
    for word in sought.text.split():
        said = Q(person__icontains=word) | Q(department__icontains=word)
        rows = rows.filter(said | Q(party__icontains=word) | Q(reason__icontains=word))
    return rows


def _administered(actor: Actor) -> tuple[str, ...]:
    regions = administered(actor)
    if not regions:
        raise NotPermitted("access.not_administrator", region="")
    return regions


def posts(sought: SoughtPosts, *, actor: Actor) -> list[HeldPost]:
    """Return the posts in the regions that an administrator answers for, by person."""
    rows = _sought(sought, actor).order_by("person", "role", "region", "since")
    until = None if sought.limit is None else sought.offset + sought.limit
    return [_post(row) for row in rows[sought.offset : until]]


def count_posts(sought: SoughtPosts, *, actor: Actor) -> int:
    """Return how many posts are sought."""
    return _sought(sought, actor).count()


def post(uuid: UUID, *, actor: Actor) -> tuple[HeldPost, tuple[PostAct, ...]]:
    """Return a post and what was done to it, oldest first, to an administrator of its region."""
    row = PostRow.objects.filter(uuid=uuid).first()
    if row is None or not administers(actor, row.region):
        raise NotFound("access.no_such_post", post=str(uuid))
    acts = tuple(
        PostAct(each.number, each.act, each.by, each.at, each.reason, each.leaf)
        for each in row.acts.order_by("number")
    )
    return _post(row), acts


def _post(row: PostRow) -> HeldPost:
    return HeldPost(
        uuid=row.uuid, person=row.person, role=row.role, region=row.region,
        department=row.department, party=row.party, since=row.since, until=row.until,
        void=row.void, given_by=row.given_by, reason=row.reason,
        second_factor=row.second_factor,
    )  # fmt: skip


def answers_for(person: str, *, actor: Actor, at: datetime) -> bool:
    """Tell whether an administrator answers for a person: for every post that it holds."""
    regions = [each.region for each in held_by(person, at=at)]
    return bool(administered(actor)) and all(administers(actor, each) for each in regions)


def looks(sought: SoughtLooks, *, actor: Actor) -> list[Look]:
    """Return one's own looks, and those in the regions that one answers for, newest first."""
    rows = _looks(sought, actor).order_by("-at", "-pk")
    until = None if sought.limit is None else sought.offset + sought.limit
    return [_look(row) for row in rows[sought.offset : until]]


def count_looks(sought: SoughtLooks, *, actor: Actor) -> int:
    """Return how many looks are sought."""
    return _looks(sought, actor).count()


def _looks(sought: SoughtLooks, actor: Actor) -> QuerySet[LookRow]:
    rows = LookRow.objects.filter(Q(by=actor.name) | _within(administered(actor)))
    if sought.since is not None:
        rows = rows.filter(at__gte=sought.since)
    if sought.until is not None:
        rows = rows.filter(at__lt=sought.until)
    for word in sought.text.split():
        said = Q(by__icontains=word) | Q(number__icontains=word) | Q(kind__icontains=word)
        rows = rows.filter(said | Q(purpose__icontains=word))
    return rows


def _look(row: LookRow) -> Look:
    return Look(
        row.at, row.by, row.role, row.noun, row.kind, row.number, row.region,
        tuple(row.fields), row.purpose, row.leaf,
    )  # fmt: skip


def digest_of(secret: str) -> str:
    """Return what is kept of a token's secret; the secret has 256 bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str, *, at: datetime) -> Token | None:
    """Return the token whose secret this is, unless it is over or was taken back."""
    row = TokenRow.objects.filter(digest=digest_of(secret)).first()
    found = _token(row) if row else None
    return found if found and found.holds(at) else None


def tokens_of(person: str) -> list[Token]:
    """Return every token of a person, newest first."""
    rows = TokenRow.objects.filter(person=person).order_by("-issued_at")
    return [_token(row) for row in rows]


def _token(row: TokenRow) -> Token:
    return Token(
        row.uuid, row.person, row.name, tuple(row.scopes), row.issued_at, row.expires_at,
        row.revoked_at,
    )  # fmt: skip
