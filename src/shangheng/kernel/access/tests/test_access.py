# SPDX-License-Identifier: Apache-2.0
"""Posts are dated, sealed, undone; looks are listed; tokens end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shangheng.kernel.access import actions, queries
from shangheng.kernel.access.concept import ADMINISTRATOR, Appointment, HeldPost
from shangheng.kernel.access.models import LookRow, PostActRow, PostRow, TokenRow
from shangheng.kernel.access.queries import SoughtLooks, SoughtPosts
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.policies.concept import Department, Place
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.concept.actors import PLATFORM, Actor, Hand, Post
from shangheng.kernel.registers.tests.builders import CLERK, FILING, KIND, outlet

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOSS = Actor("boss", (Post(ADMINISTRATOR, "320500"),))
POST = Appointment(
    person="zhang", role="consumer.officer", region="320506", since=NOW, reason="苏商人〔2026〕1号"
)


def by(actor: Actor = BOSS, *, after: timedelta = timedelta()) -> Hand:
    return Hand(actor, NOW + after)


def roles(*, after: timedelta = timedelta(), person: str = "zhang") -> list[str]:
    return [each.role for each in queries.held_by(person, at=NOW + after)]


def test_a_post_opens_from_its_first_to_its_last_moment_and_no_longer() -> None:
    actions.give(replace(POST, since=NOW + DAY, until=NOW + 3 * DAY), by())
    assert roles() == []
    assert roles(after=DAY) == ["consumer.officer"]
    assert roles(after=3 * DAY - timedelta(microseconds=1)) == ["consumer.officer"]
    assert roles(after=3 * DAY) == []


def test_a_post_that_is_ended_closes_at_once_and_what_was_undone_opens_again() -> None:
    uuid = actions.give(replace(POST, until=NOW + 30 * DAY), by())
    actions.end(uuid, "调离", by(after=HOUR))
    assert roles(after=HOUR) == []
    actions.undo(uuid, "误操作", by(after=2 * HOUR))
    assert roles(after=2 * HOUR) == ["consumer.officer"]
    assert roles(after=31 * DAY) == [], "it ends when it was to end before"


def test_a_post_that_was_given_by_mistake_is_void_and_stays_on_file() -> None:
    uuid = actions.give(POST, by())
    actions.undo(uuid, "给错了人", by(after=HOUR))
    assert roles(after=HOUR) == []
    post, acts = queries.post(uuid, actor=BOSS)
    assert post.state(NOW + HOUR) == "void"
    assert [each.act for each in acts] == ["given", "undone"]
    with pytest.raises(Conflict, match=r"access\.nothing_to_undo"):
        actions.undo(uuid, "再来", by(after=HOUR))


def test_each_act_is_a_leaf_that_tells_the_role_and_not_the_person() -> None:
    uuid = actions.give(POST, by())
    actions.end(uuid, "调离", by(after=HOUR))
    leaves = list(LeafRow.objects.order_by("index"))
    assert [each.what for each in leaves] == ["post.given", "post.ended"]
    assert [each.leaf for each in PostActRow.objects.order_by("number")] == [0, 1]
    for each in leaves:
        told = bytes(each.entry).decode()
        assert "consumer.officer" in told
        assert "zhang" not in told
        assert "boss" not in told


@pytest.mark.parametrize(
    ("actor", "region", "code"),
    [
        (BOSS, "320500", ""),
        (BOSS, "320583", ""),
        (BOSS, "320100", "access.not_administrator"),
        (BOSS, "320000", "access.not_administrator"),
        (BOSS, "", "access.not_administrator"),
        (Actor("z", (Post("consumer.lead", "320500"),)), "320500", "access.not_administrator"),
        (Actor("zhang", (Post(ADMINISTRATOR, ""),)), "320500", "access.own_post"),
        (Actor("all", (Post(ADMINISTRATOR, ""),)), "", ""),
        (PLATFORM, "", ""),
    ],
)
def test_who_gives_a_post_administers_its_region_and_is_somebody_else(
    actor: Actor, region: str, code: str
) -> None:
    wanted = replace(POST, region=region)
    if not code:
        actions.give(wanted, by(actor))
        return
    with pytest.raises(NotPermitted) as refused:
        actions.give(wanted, by(actor))
    assert refused.value.code == code
    assert not PostRow.objects.exists()


def test_nobody_ends_or_undoes_a_post_elsewhere_or_of_their_own() -> None:
    uuid = actions.give(replace(POST, person="boss", region="320506"), by(PLATFORM))
    far = Actor("far", (Post(ADMINISTRATOR, "320100"),))
    for actor, code in ((BOSS, "own_post"), (far, "not_administrator")):
        for act in (actions.end, actions.undo):
            with pytest.raises(NotPermitted, match=code):
                act(uuid, "因故", by(actor))
    with pytest.raises(NotFound):
        queries.post(uuid, actor=far)
    with pytest.raises(NotFound):
        actions.end(uuid4(), "因故", by())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": "  "}, "access.reason_missing"),
        ({"reason": "长" * 501}, "access.reason_long"),
        ({"until": NOW - DAY}, "access.until_before_since"),
        ({"until": NOW}, "access.until_before_since"),
    ],
)
def test_a_post_without_reason_or_with_wrong_dates_is_refused(
    changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.give(replace(POST, **changed), by())
    assert refused.value.code == code


def test_the_same_post_is_not_held_twice_at_a_time_but_again_after_its_end() -> None:
    actions.give(replace(POST, until=NOW + DAY), by())
    with pytest.raises(Conflict, match=r"access\.held_already"):
        actions.give(POST, by())
    actions.give(replace(POST, since=NOW + DAY), by())
    actions.give(replace(POST, region="320507"), by())
    assert len(roles()) == 2


def test_an_administrator_sees_the_posts_of_the_region_and_finds_them() -> None:
    actions.give(POST, by())
    actions.give(replace(POST, person="li", role="consumer.lead"), by())
    actions.give(replace(POST, person="wang", region="320100"), by(PLATFORM))
    seen = queries.posts(SoughtPosts(at=NOW), actor=BOSS)
    assert [each.person for each in seen] == ["li", "zhang"]
    assert queries.count_posts(SoughtPosts(at=NOW), actor=BOSS) == 2
    by_text = SoughtPosts(at=NOW, text="Zha 苏商人")
    assert [each.person for each in queries.posts(by_text, actor=BOSS)] == ["zhang"]
    by_role = SoughtPosts(at=NOW, role="consumer.lead")
    assert [each.person for each in queries.posts(by_role, actor=BOSS)] == ["li"]
    assert queries.posts(SoughtPosts(at=NOW, state="over"), actor=BOSS) == []
    assert queries.posts(SoughtPosts(at=NOW, region="320507"), actor=BOSS) == []
    with pytest.raises(NotPermitted):
        queries.posts(SoughtPosts(at=NOW), actor=Actor("zhang", (Post("consumer.officer"),)))


def test_a_department_opens_the_cases_of_its_functions_and_of_no_other() -> None:
    held = HeldPost(
        uuid=uuid4(), person="z", role="consumer.officer", region="320000", department="省商务厅",
        party="", since=NOW, until=None, void=False, given_by="b", reason="r",
    )  # fmt: skip
    commerce = Department(
        printed="省商务厅", zh="江苏省商务厅", en="", kind="provincial", also=("商务厅",),
        functions=("commerce", "trade"), place=Place("departments.yaml", 1),
    )  # fmt: skip
    actor = Actor("z", held.posts({"省商务厅": commerce}))
    roles_ = ("consumer.officer",)
    assert actor.role_for(roles_, "320500", "commerce")
    assert actor.role_for(roles_, "320500", "trade")
    assert actor.role_for(roles_, "320500", "")
    assert not actor.role_for(roles_, "320500", "market")
    assert not actor.role_for(roles_, "360000", "commerce")
    without = Actor("z", replace(held, department="省统计局").posts({}))
    assert without.role_for(roles_, "320500", "")
    assert not without.role_for(roles_, "320500", "commerce")
    assert Actor("z", replace(held, department="").posts({})).role_for(roles_, "320500", "market")


def entered() -> str:
    return registers.enter(KIND, outlet(), by(CLERK), FILING).number


def test_a_look_gives_personal_data_for_a_purpose_and_is_listed_and_sealed() -> None:
    number = entered()
    shown = actions.look(KIND, number, "核实联系方式", by(CLERK))
    assert shown == {"phone": "13800000000"}
    (look,) = queries.looks(SoughtLooks(), actor=CLERK)
    assert (look.by, look.number, look.purpose) == ("clerk", number, "核实联系方式")
    assert look.fields == ("phone",)
    leaf = LeafRow.objects.get(index=look.leaf)
    assert leaf.what == "register.look"
    assert "核实" not in bytes(leaf.entry).decode()
    assert queries.looks(SoughtLooks(), actor=BOSS) == [look], "who answers for the region sees it"
    far = Actor("far", (Post(ADMINISTRATOR, "430000"),))
    assert queries.looks(SoughtLooks(), actor=far) == []
    assert queries.looks(SoughtLooks(text="没有这样的"), actor=CLERK) == []
    assert queries.count_looks(SoughtLooks(since=NOW, until=NOW + DAY), actor=CLERK) == 1
    assert queries.count_looks(SoughtLooks(since=NOW + DAY), actor=CLERK) == 0


def test_no_look_without_a_purpose_or_a_role() -> None:
    number = entered()
    with pytest.raises(Invalid, match=r"access\.reason_missing"):
        actions.look(KIND, number, "  ", by(CLERK))
    far = Actor("far", (Post("tryout.clerk", "430000"),))
    with pytest.raises((NotPermitted, NotFound)):
        actions.look(KIND, number, "好奇", by(far))
    assert not LookRow.objects.exists()


def uuid_of(name: str) -> UUID:
    uuid: UUID = TokenRow.objects.get(name=name).uuid
    return uuid


def test_a_token_is_known_by_its_secret_until_its_day_and_only_its_digest_is_kept() -> None:
    secret = actions.issue_token("导出", ["cases.read"], 7, by(CLERK))
    found = queries.token_of(secret, at=NOW)
    assert found is not None
    assert (found.person, found.scopes) == ("clerk", ("cases.read",))
    assert secret not in str(TokenRow.objects.values_list())
    assert queries.token_of(secret + "x", at=NOW) is None
    assert queries.token_of(secret, at=NOW + 7 * DAY - HOUR)
    assert queries.token_of(secret, at=NOW + 7 * DAY) is None


def test_a_token_is_taken_back_by_its_person_or_by_who_answers_for_it() -> None:
    for name, actor in (("own", CLERK), ("boss", BOSS)):
        secret = actions.issue_token(name, ["cases.read"], 7, by(CLERK))
        actions.revoke_token(uuid_of(name), by(actor))
        assert queries.token_of(secret, at=NOW) is None
    secret = actions.issue_token("third", ["cases.read"], 7, by(CLERK))
    actions.give(replace(POST, person="clerk", region="430000"), by(PLATFORM))
    for stranger in (Actor("x"), BOSS):  # who answers for some of its posts only, is a stranger
        with pytest.raises(NotFound):
            actions.revoke_token(uuid_of("third"), by(stranger))
    assert queries.token_of(secret, at=NOW)


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("", ["cases.read"], 7, "token.name_missing"),
        ("x", [], 7, "token.scopes"),
        ("x", ["cases.read", "all"], 7, "token.scopes"),
        ("x", ["cases.read"], 0, "token.days"),
        ("x", ["cases.read"], 367, "token.days"),
    ],
)
def test_a_token_has_a_name_a_scope_and_an_end(
    name: str, scopes: list[str], days: int, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.issue_token(name, scopes, days, by(CLERK))
    assert refused.value.code == code
