# SPDX-License-Identifier: Apache-2.0
"""What is done with access as it stands in the log, and the rows as their leaves must say them.

A post and a token change after they were given: each leaf is compared with the row as it stood
then, which the acts that follow tell.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import IntegerField
from django.db.models.functions import Cast

from shangheng.kernel.access.concept import ADMINISTRATOR
from shangheng.kernel.access.models import PersonActRow, PostActRow, PostRow, TokenRow
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import queries
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import SealedRow, broken
from shangheng.kernel.periods import CHINA

GIVEN = "post.given"
ISSUED, REVOKED, FOUND = "token.issued", "token.revoked", "token.found"
TOKENS, PEOPLE = "tokens", "people"
"""The nouns of which all is sealed since a leaf says so."""
LOCKED, UNLOCKED = "locked", "unlocked"
_ZONES = (CHINA, UTC)
"""Moments are sealed as of Beijing; earlier leaves had those of the database, too."""


def _told(at: datetime | None, zone: tzinfo = CHINA) -> str:
    return at.astimezone(zone).isoformat() if at else ""


def of_post(
    post: PostRow, act: PostActRow, zones: tuple[tzinfo, tzinfo] = (CHINA, CHINA)
) -> dict[str, Any]:
    """Return what the leaf of an act commits to; the post is as the act left it."""
    content = {
        "post": str(post.uuid), "number": act.number, "act": act.act, "person": post.person,
        "role": post.role, "region": post.region, "department": post.department,
        "party": post.party, "since": _told(post.since, zones[0]),
        "until": _told(post.until, zones[1]), "void": post.void, "by": act.by,
        "reason": act.reason,
    }  # fmt: skip
    return content | ({"second_factor": True} if post.second_factor else {})


def of_token(row: TokenRow, by: str, zone: tzinfo = CHINA) -> dict[str, Any]:
    """Return what the leaves of a token commit to: that it was issued, or taken back by whom."""
    return {
        "person": row.person, "name": row.name, "scopes": row.scopes, "by": by,
        "digest": row.digest, "expires_at": _told(row.expires_at, zone),
    }  # fmt: skip


def of_person(row: PersonActRow) -> dict[str, str]:
    """Return what the leaf of an act on somebody's account commits to."""
    return {"person": row.person, "reason": row.reason, "by": row.by}


def seal_tokens_found(at: datetime) -> dict[str, Fact]:
    """Seal the digests of tokens whose leaves are older than the sealing of digests."""
    tokens = TokenRow.objects.order_by("pk")
    for row in tokens:
        evidence.seal_soon(FOUND, str(row.uuid), {"digest": row.digest}, at=at)
    return {"tokens": len(tokens)}


def sealed_posts() -> Iterator[SealedRow]:
    """Give every act on every post with what its leaf must commit to."""
    acts = defaultdict[UUID, list[PostActRow]](list)
    for key, act in queries.readable(PostActRow.objects.order_by("post", "number")):
        if act is None:
            yield broken(f"kernel_access_post_act/{key}", GIVEN)
        else:
            acts[act.post_id].append(act)
    for key, post in queries.readable(PostRow.objects.order_by("pk")):
        own = acts.pop(key, [])
        if post is None or not own:
            names = "".join(f" kernel_access_post_act/{each.pk}" for each in own)
            yield broken(f"kernel_access_post/{key.hex}{names}", GIVEN)
        else:
            yield from _acts(post, own)
    said = {f"told_{name}": Cast(name, IntegerField()) for name in ("void", "second_factor")}
    odd = PostRow.objects.annotate(**said).exclude(**{f"{name}__in": (0, 1) for name in said})
    for key in odd.values_list("pk", flat=True):  # neither true nor false: SQLite lets that be
        yield broken(f"kernel_access_post/{key.hex}", GIVEN)
    for orphans in acts.values():
        yield from (broken(f"kernel_access_post_act/{each.pk}", GIVEN) for each in orphans)


def _acts(post: PostRow, acts: Sequence[PostActRow]) -> Iterator[SealedRow]:
    """Let a post become again what it is, act by act."""
    stands = (post.until, post.void)
    ends = [each for each in acts if each.act == "ended"]
    post.until, post.void = (ends[0].until_before if ends else post.until), False
    before, last = None, ""
    for number, act in enumerate(acts, start=1):
        fits = {"number": act.number == number, "until_before": act.until_before is None}
        if number == 1:
            said = (post.given_by, post.reason)
            fits["given_by, reason"] = said == (act.by, act.reason)
        if act.act == "ended":
            fits["until_before"] = act.until_before == post.until
            before, post.until = post.until, act.at
        elif last == "ended":
            post.until = before
        else:
            post.void = last == "given"
        last = act.act
        if number == len(acts):
            fits["until, void"] = (post.until, post.void) == stands
        told_by = [act, *ends[:1]] if number == 1 else [act]
        names = " ".join(f"kernel_access_post_act/{each.pk}" for each in told_by)
        yield SealedRow(
            f"{names} kernel_access_post/{post.uuid.hex}",
            act.leaf, f"post.{act.act}", str(post.uuid), of_post(post, act),
            otherwise=_spelt(partial(of_post, post, act)), at=act.at, fits=fits,
        )  # fmt: skip


def _spelt(content: Callable[[tuple[tzinfo, tzinfo]], object]) -> Callable[[], list[object]]:
    contents = [content((since, until)) for since, until in product(_ZONES, _ZONES)]
    return lambda: contents


def sealed_tokens() -> Iterator[SealedRow]:
    """Give every token with what its leaves must commit to; who took it back is found by trying.

    That was its person or an administrator: the leaf commits to one of them.
    """
    found = {leaf.object_id for leaf in queries.leaves_saying(FOUND)}
    revoked = {leaf.object_id for leaf in queries.leaves_saying(REVOKED)}
    held = PostRow.objects.filter(role=ADMINISTRATOR).values_list("person", flat=True).distinct()
    administrators = list(held.order_by("person"))
    for key, row in queries.readable(TokenRow.objects.order_by("pk")):
        where, number = f"kernel_access_token/{key.hex}", str(key)
        if row is None:
            yield broken(where, ISSUED)
            continue
        is_old = number in found
        told = of_token(row, row.person)
        own = _by(row, [row.person], is_old=is_old)
        yield SealedRow(where, None, ISSUED, number, told, otherwise=own, at=row.issued_at)
        if row.revoked_at is not None or number in revoked:
            fits = {"revoked_at": row.revoked_at is not None}
            others = _by(row, [row.person, *administrators], is_old=is_old)
            at = row.revoked_at
            yield SealedRow(where, None, REVOKED, number, told, otherwise=others, at=at, fits=fits)
        if is_old:
            yield SealedRow(where, None, FOUND, number, {"digest": row.digest})


def _by(
    row: TokenRow, people: Sequence[str], *, is_old: bool
) -> Callable[[], Iterator[Mapping[str, Any]]]:
    """Give what a leaf commits to if one of these people did it; old ones lack the digest."""

    def contents() -> Iterator[Mapping[str, Any]]:
        for by, zone in product(people, _ZONES):
            told = of_token(row, by, zone)
            yield told
            if is_old:
                yield {name: value for name, value in told.items() if name != "digest"}

    return contents


def sealed_people() -> Iterator[SealedRow]:
    """Give every act on somebody's account with what its leaf must commit to."""
    for key, row in queries.readable(PersonActRow.objects.order_by("pk")):
        where = f"kernel_access_person_act/{key}"
        if row is None:
            yield broken(where, "person.added")
        else:
            what = f"person.{row.act}"
            yield SealedRow(where, row.leaf, what, row.number, of_person(row), at=row.at)


def locked() -> set[str]:
    """Return who may not sign in by what was done to accounts, in its order."""
    acts = PersonActRow.objects.filter(act__in=(LOCKED, UNLOCKED)).order_by("leaf")
    last = dict(acts.values_list("person", "act"))
    return {person for person, act in last.items() if act == LOCKED}


def people() -> set[str]:
    """Return whose accounts were made or changed by somebody."""
    return set(PersonActRow.objects.values_list("person", flat=True))
