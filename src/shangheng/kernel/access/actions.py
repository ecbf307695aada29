# SPDX-License-Identifier: Apache-2.0
"""What can be done with access; each function is one transaction and one sealed entry.

Nobody gives itself a post, and what an administrator does ends where the administrator's region
ends. The log says which role was given where; to whom stays behind the commitment.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from shangheng.kernel.access.concept import (
    SCOPES,
    TOKEN_DAYS_MAX,
    Appointment,
    Look,
    administers,
)
from shangheng.kernel.access.models import LookRow, PersonActRow, PostActRow, PostRow, TokenRow
from shangheng.kernel.access.queries import answers_for, digest_of
from shangheng.kernel.access.sealing import of_person, of_post, of_token
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.periods import day_of
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import SYSTEM, Actor, Hand
from shangheng.kernel.registers.concept.kinds import RegisterKind

REASON_MAX = 500
NAME_MAX = 80


def _said(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid("access.reason_missing")
    if len(said) > REASON_MAX:
        raise Invalid("access.reason_long", most=REASON_MAX)
    return said


def _require(hand: Hand, region: str, person: str) -> None:
    """Refuse who does not administer a region, and who would do it to itself.

    The platform itself (its command line, in the hands of who runs it) gives the first post.
    """
    if any(post.role == SYSTEM for post in hand.actor.posts):
        return
    if not administers(hand.actor, region):
        raise NotPermitted("access.not_administrator", region=region)
    if hand.actor.name == person:
        raise NotPermitted("access.own_post", person=person)


@transaction.atomic
def give(wanted: Appointment, hand: Hand) -> UUID:
    """Give somebody a post from a day on."""
    _require(hand, wanted.region, wanted.person)
    reason = _said(wanted.reason)
    if wanted.until is not None and wanted.until <= wanted.since:
        raise Invalid("access.until_before_since")
    same = PostRow.objects.filter(
        person=wanted.person, role=wanted.role, region=wanted.region, void=False,
        department=wanted.department, party=wanted.party,
    )  # fmt: skip
    for row in same:
        until, other = wanted.until, row.until
        if (other is None or wanted.since < other) and (until is None or row.since < until):
            raise Conflict("access.held_already", person=wanted.person, role=wanted.role)
    row = PostRow.objects.create(
        uuid=uuid4(), person=wanted.person, role=wanted.role, region=wanted.region,
        department=wanted.department, party=wanted.party, since=wanted.since,
        until=wanted.until, given_by=hand.actor.name, reason=reason,
        second_factor=wanted.second_factor,
    )  # fmt: skip
    _append(row, "given", reason, hand)
    return row.uuid


def _append(
    row: PostRow, act: str, reason: str, hand: Hand, before: datetime | None = None
) -> None:
    act_ = PostActRow(
        post=row, number=row.acts.count() + 1, act=act, by=hand.actor.name, at=hand.at,
        reason=reason, until_before=before,
    )  # fmt: skip
    act_.leaf = evidence.seal(
        f"post.{act}", str(row.uuid), of_post(row, act_), at=hand.at,
        facts={"role": row.role, "region": row.region, "number": act_.number},
    )  # fmt: skip
    act_.save()


def _locked(uuid: UUID, hand: Hand) -> PostRow:
    row = PostRow.objects.select_for_update().filter(uuid=uuid).first()
    if row is None:
        raise NotFound("access.no_such_post", post=str(uuid))
    _require(hand, row.region, row.person)
    return row


@transaction.atomic
def end(uuid: UUID, reason: str, hand: Hand) -> None:
    """End a post at once; what its holder did until now stays done."""
    row = _locked(uuid, hand)
    if row.void or (row.until is not None and row.until <= hand.at):
        raise Conflict("access.over_already", person=row.person, role=row.role)
    before, row.until = row.until, hand.at
    row.save(update_fields=["until"])
    _append(row, "ended", _said(reason), hand, before)


@transaction.atomic
def undo(uuid: UUID, reason: str, hand: Hand) -> None:
    """Take back what was last done to a post: a post wrongly given is void, one ended goes on.

    Both stay on file. What was undone is not undone again: give the post anew instead.
    """
    row = _locked(uuid, hand)
    last = row.acts.order_by("-number")[0]
    if last.act == "given":
        row.void = True
    elif last.act == "ended":
        row.until = last.until_before
    else:
        raise Conflict("access.nothing_to_undo", person=row.person, role=row.role)
    row.save(update_fields=["void", "until"])
    _append(row, "undone", _said(reason), hand)


@transaction.atomic
def look(kind: RegisterKind, number: str, purpose: str, hand: Hand) -> Mapping[str, Any]:
    """Show the personal data of an entry for a stated purpose; that it was looked at is sealed."""
    said = _said(purpose)
    entry = registers.entry(kind, number, actor=hand.actor, today=day_of(hand.at))
    role = hand.actor.role_for(kind.roles, entry.region)
    if role is None:
        raise NotPermitted("register.not_yours", roles=list(kind.roles), region=entry.region)
    personal = [field.name for field in kind.fields if field.sensitivity == "personal"]
    shown = {name: entry.values[name] for name in personal if name in entry.values}
    content = {
        "kind": kind.name, "number": number, "by": hand.actor.name, "role": role,
        "purpose": said, "fields": list(shown), "version": entry.version,
    }  # fmt: skip
    leaf = evidence.seal("register.look", number, content, at=hand.at, facts={"kind": kind.name})
    keep_look(
        Look(hand.at, hand.actor.name, role, "register", kind.name, number, entry.region,
             tuple(shown), said, leaf)
    )  # fmt: skip
    return shown


def keep_look(look: Look) -> None:
    """Put a look that was sealed on the list of looks.

    MUST be called inside the transaction that seals it.
    """
    LookRow.objects.create(
        at=look.at, by=look.by, role=look.role, noun=look.noun, kind=look.kind,
        number=look.number, region=look.region, fields=list(look.fields),
        purpose=look.purpose[:REASON_MAX], leaf=look.leaf,
    )  # fmt: skip


@transaction.atomic
def issue_token(name: str, scopes: Collection[str], days: int, hand: Hand) -> str:
    """Give the actor a token for its programs; the secret is returned once and never kept."""
    label = name.strip()
    if not label or len(label) > NAME_MAX:
        raise Invalid("token.name_missing", most=NAME_MAX)
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Invalid("token.scopes", known=list(SCOPES))
    if not 1 <= days <= TOKEN_DAYS_MAX:
        raise Invalid("token.days", most=TOKEN_DAYS_MAX)
    secret = f"shp_{secrets.token_urlsafe(32)}"
    row = TokenRow.objects.create(
        uuid=uuid4(), person=hand.actor.name, name=label, scopes=sorted(scopes),
        digest=digest_of(secret), issued_at=hand.at, expires_at=hand.at + timedelta(days=days),
    )  # fmt: skip
    _seal_token("token.issued", row, hand)
    return secret


@transaction.atomic
def revoke_token(uuid: UUID, hand: Hand) -> None:
    """Take a token back: one's own, or that of somebody for whom one answers."""
    row = TokenRow.objects.select_for_update().filter(uuid=uuid).first()
    if row is None or not _may_revoke(row, hand.actor, hand.at):
        raise NotFound("token.not_found", token=str(uuid))
    if row.revoked_at is not None:
        return
    row.revoked_at = hand.at
    row.save(update_fields=["revoked_at"])
    _seal_token("token.revoked", row, hand)


def _may_revoke(row: TokenRow, actor: Actor, at: datetime) -> bool:
    return row.person == actor.name or answers_for(row.person, actor=actor, at=at)


def _seal_token(what: str, row: TokenRow, hand: Hand) -> None:
    content = of_token(row, hand.actor.name)
    evidence.seal(what, str(row.uuid), content, at=hand.at, facts={"scopes": len(row.scopes)})


@transaction.atomic
def note(act: str, person: str, reason: str, hand: Hand) -> None:
    """Seal and keep what was done to somebody's account; the log tells neither to whom nor why.

    MUST be called inside the transaction that does it.
    """
    row = PersonActRow(
        number=secrets.token_hex(8), act=act, person=person, by=hand.actor.name, at=hand.at,
        reason=reason.strip(),
    )  # fmt: skip
    row.leaf = evidence.seal(f"person.{act}", row.number, of_person(row), at=hand.at)
    row.save()
