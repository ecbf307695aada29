# SPDX-License-Identifier: Apache-2.0
"""Accounts of people: made, given a new password, locked; each of it sealed.

An account only says who somebody is; what that opens is said by posts (``kernel/access``).
"""

import secrets
from collections.abc import Iterator
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import IntegerField
from django.db.models.functions import Cast

from shangheng.kernel.access import actions as access
from shangheng.kernel.access import queries, sealing
from shangheng.kernel.access.concept import HOUSE_ROLES, REPORTER, Appointment, administered
from shangheng.kernel.access.sealing import LOCKED, UNLOCKED
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence import queries as leaves
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import Finding
from shangheng.kernel.registers.concept.actors import PLATFORM, Hand
from shangheng.site import clock
from shangheng.site.registry import REGISTRY

Asked = tuple[str, str, str, str]


def known_roles() -> tuple[str, ...]:
    """Return every role that can be given: those of the house, and those that are declared."""
    return tuple(dict.fromkeys((*HOUSE_ROLES, *REGISTRY.roles)))


def _asked(role: str) -> Asked:
    """Return what ``consumer.officer@320500/market`` asks for: role, region, department, party."""
    name, _, place = role.partition("@")
    region, _, department = place.partition("/")
    return name, region, department, ""


@transaction.atomic
def make_person(
    name: str, password: str, *, roles: tuple[str, ...] = (), reporter: str = ""
) -> None:
    """Make somebody who can sign in, or give an existing one this password and these posts.

    A role may say where it holds: ``consumer.officer@320500`` in Suzhou and below.
    ``reporter`` binds the person to one reporting party: it sends and sees only as that one.
    """
    wanted = {_asked(role) for role in roles}
    if unknown := sorted({role for role, *_ in wanted} - set(known_roles())):
        raise Invalid("person.unknown_role", roles=unknown, known=list(known_roles()))
    if reporter:
        wanted.add((REPORTER, "", "", reporter))
    person = get_user_model().objects.filter(username=name).first() or User(username=name)
    refuse_weak(password, person)
    person.set_password(password)
    person.save()
    _settle_posts(name, wanted, at=clock.now())


def _settle_posts(name: str, wanted: set[Asked], *, at: datetime) -> None:
    """Let somebody hold these posts and no others, by the hand of whoever runs the platform."""
    hand, why = Hand(PLATFORM, at), "由平台运维人员设置 set by whoever runs the platform"
    held = {
        (each.role, each.region, each.department, each.party): each.uuid
        for each in queries.held_by(name, at=at)
    }
    for key in sorted(held.keys() - wanted):
        access.end(held[key], why, hand)
    for role, region, department, party in sorted(wanted - held.keys()):
        asked = Appointment(
            person=name, role=role, region=region, department=department, party=party,
            since=at, reason=why,
        )  # fmt: skip
        access.give(asked, hand)


def refuse_weak(password: str, person: User) -> None:
    """Refuse a password that breaks the rules, with every reason."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("person.password_weak", why=error.messages) from error


def _person(name: str) -> User:
    person = User.objects.select_for_update().filter(username=name).first()
    if person is None:
        raise NotFound("person.unknown", person=name)
    return person


def exists(name: str) -> bool:
    """Tell whether somebody of that name can sign in."""
    return User.objects.filter(username=name).exists()


def is_locked(name: str) -> bool:
    """Tell whether somebody may not sign in at present."""
    return User.objects.filter(username=name, is_active=False).exists()


@transaction.atomic
def add(name: str, hand: Hand) -> str:
    """Make an account and return its first password, which is told once."""
    if not administered(hand.actor):
        raise NotPermitted("access.not_administrator", region="")
    if exists(name):
        raise Conflict("person.exists", person=name)
    person = User(username=name)
    password = _first_password(person)
    access.note("added", name, "", hand)
    return password


@transaction.atomic
def renew(name: str, reason: str, hand: Hand) -> str:
    """Give somebody a new first password; second factors, tokens and open sessions are over.

    For who has lost everything; an administrator of all of the person's posts does it.
    """
    person = _person(name)
    _require_answerable(name, reason, hand)
    Authenticator.objects.filter(user=person).delete()
    for token in queries.tokens_of(name):
        access.revoke_token(token.uuid, hand)
    password = _first_password(person)
    access.note("renewed", name, reason, hand)
    return password


def _first_password(person: User) -> str:
    password = secrets.token_urlsafe(12)
    person.set_password(password)  # a session carries a hash of the password, so it ends as well
    person.save()
    return password


@transaction.atomic
def lock(name: str, reason: str, hand: Hand, *, locked: bool) -> None:
    """Let somebody sign in no longer, or again; sessions and tokens stop working at once."""
    person = _person(name)
    _require_answerable(name, reason, hand)
    person.is_active = not locked
    person.save(update_fields=["is_active"])
    access.note(LOCKED if locked else UNLOCKED, name, reason, hand)


def _require_answerable(name: str, reason: str, hand: Hand) -> None:
    if not reason.strip():
        raise Invalid("access.reason_missing")
    if name == hand.actor.name:
        raise NotPermitted("access.own_post", person=name)
    if not queries.answers_for(name, actor=hand.actor, at=hand.at):
        raise NotPermitted("access.not_administrator", region="")


def seal_found(at: datetime) -> dict[str, Fact]:
    """Seal who is locked in a house that is older than the keeping of what is done to accounts.

    What was done before has no rows: its leaves are told of by their number.
    """
    before = sum(1 for _ in leaves.named("person."))
    locked = User.objects.filter(is_active=False).values_list("username", flat=True)
    names = list(locked.order_by("username"))
    for name in names:
        access.note(LOCKED, name, "封存起始时已停用 locked when sealing began", Hand(PLATFORM, at))
    return {"acts_without_rows": before, "locked": len(names)}


def unlike_their_acts() -> Iterator[Finding]:
    """Name the accounts that are open or locked against what was done, and those that are gone."""
    locked, missing = sealing.locked(), sealing.people()
    people = User.objects.annotate(active=Cast("is_active", IntegerField())).order_by("pk")
    for name, active in people.values_list("username", "active"):
        missing.discard(name)
        if active != (name not in locked):  # as a number: SQLite lets it be neither of both
            yield Finding(f"auth_user/{name}", "evidence.row_differs", {"column": "is_active"})
    for name in sorted(missing):
        yield Finding(f"auth_user/{name}", "evidence.row_missing", {"row": name})
