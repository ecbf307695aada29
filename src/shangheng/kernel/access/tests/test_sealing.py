# SPDX-License-Identifier: Apache-2.0
"""What earlier leaves said in other words, or said less, is compared as far as it goes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shangheng.kernel.access import actions, sealing
from shangheng.kernel.access.concept import ADMINISTRATOR, Appointment
from shangheng.kernel.access.models import PersonActRow, PostActRow, PostRow, TokenRow
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import queries
from shangheng.kernel.evidence.findings import explained
from shangheng.kernel.periods import CHINA
from shangheng.kernel.registers.concept.actors import PLATFORM, Actor, Hand, Post

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BOSS = Actor("boss", (Post(ADMINISTRATOR, "320500"),))


def codes(begins: str, rows: Any, **more: Any) -> list[str]:
    evidence.sequence_waiting()
    return [each.code for each in explained(begins, rows, **more)]


def test_a_post_of_which_the_moments_were_sealed_in_two_zones_is_as_it_was_sealed() -> None:
    post = PostRow.objects.create(
        uuid=uuid4(), person="zhang", role="r", since=AT, until=AT + timedelta(days=1),
        given_by="boss", reason="调入",
    )  # fmt: skip
    act = PostActRow(post=post, number=1, act="given", by="boss", at=AT, reason="调入")
    content = sealing.of_post(post, act, (UTC, CHINA))
    act.leaf = evidence.seal("post.given", str(post.uuid), content, at=AT)
    act.save()
    assert codes("post.", sealing.sealed_posts) == []
    PostRow.objects.update(since=AT + timedelta(seconds=1))
    assert codes("post.", sealing.sealed_posts) == ["evidence.content_differs"]


def old_token() -> TokenRow:
    """Issue a token whose leaf does not commit to its digest."""
    row = TokenRow.objects.create(
        uuid=uuid4(), person="zhang", name="报表", scopes=["cases.read"], digest="d",
        issued_at=AT, expires_at=AT + timedelta(days=9),
    )  # fmt: skip
    content = {"person": "zhang", "name": "报表", "scopes": ["cases.read"], "by": "zhang",
               "expires_at": row.expires_at.isoformat()}  # fmt: skip
    evidence.seal("token.issued", str(row.uuid), content, at=AT)
    return row


def test_a_token_whose_digest_was_not_sealed_is_sealed_as_it_is_found() -> None:
    row = old_token()
    assert codes("token.", sealing.sealed_tokens) == ["evidence.content_differs"]
    evidence.began(sealing.TOKENS, sealing.seal_tokens_found, at=AT)
    assert codes("token.", sealing.sealed_tokens) == []
    for change in ({"digest": "e"}, {"name": "别的"}, {"person": "li"}):
        TokenRow.objects.update(**change)
        assert "evidence.content_differs" in codes("token.", sealing.sealed_tokens)
        row.save()
    assert codes("token.", sealing.sealed_tokens) == []


def test_who_took_a_token_back_is_its_person_or_an_administrator() -> None:
    given = Appointment(person="boss", role=ADMINISTRATOR, since=AT, reason="r", region="320500")
    actions.give(given, Hand(PLATFORM, AT))
    for by in (BOSS, Actor("zhang", ())):
        actions.issue_token("报表", ["cases.read"], 9, Hand(Actor("zhang", ()), AT))
        row = TokenRow.objects.get(revoked_at=None)
        actions.revoke_token(row.uuid, Hand(by, AT + timedelta(hours=1)))
    assert codes("token.", sealing.sealed_tokens) == []
    PostRow.objects.update(person="li")
    assert codes("token.", sealing.sealed_tokens) == ["evidence.content_differs"]


def test_acts_on_accounts_that_are_older_than_their_rows_are_not_said_to_be_gone() -> None:
    evidence.seal("person.added", "1", {"person": "zhang", "reason": "", "by": "boss"}, at=AT)
    evidence.began(sealing.PEOPLE, lambda _: {"acts_without_rows": 1}, at=AT)
    actions.note("locked", "zhang", " 离职 ", Hand(BOSS, AT))
    actions.note("locked", "li", "离职", Hand(BOSS, AT))
    actions.note("unlocked", "li", "回来", Hand(BOSS, AT))

    def told() -> list[str]:
        return codes("person.", sealing.sealed_people, since=since)

    def since() -> int:
        return queries.began(sealing.PEOPLE)

    assert told() == []
    assert (sealing.locked(), sealing.people()) == ({"zhang"}, {"zhang", "li"})
    PersonActRow.objects.filter(act="locked").delete()
    assert told() == ["evidence.object_gone"] * 2
