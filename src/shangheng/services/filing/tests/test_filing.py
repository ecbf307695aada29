# SPDX-License-Identifier: Apache-2.0
"""A rule is filed, changed, screened, compared; practice that departs from it is told."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases import queries as case_queries
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.services.filing import jobs, queries, rules
from shangheng.services.filing.actions import GUARDS
from shangheng.services.filing.cases import RECTIFICATION, RULE_FILING
from shangheng.services.filing.registers import RULE_CAPTURE, TRADING_RULE

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
HOUSE = House(
    region="320000", configuration={"filing.check_days": 10, "filing.rectify_days": 15},
    guards={name: (guard,) for name, guard in GUARDS.items()},
)  # fmt: skip
OFFICER = Actor("fiona", (Post("filing.officer", "320000"),))
LEAD = Actor("leo", (Post("filing.lead", "320000"),))
RULE = {
    "platform": "P01", "title": "退换货规则", "subject": "return",
    "text": "七日内可以退货。运费由商家承担。", "published_on": "2026-11-01",
    "effective_on": "2026-11-10",
}  # fmt: skip
CHANGE = {
    "text": "七日内可以退货。运费由买家承担。", "published_on": "2026-11-20",
    "effective_on": "2026-12-01", "comments_from": "2026-11-05",
    "comments_until": "2026-11-15", "comments_at": "https://p01.example/rules",
    "comments_count": "3", "comments_answer": "采纳一条",
}  # fmt: skip


def opened(**more: str) -> str:
    hand = Hand(NOBODY, AT, house=HOUSE)
    return cases.open_case(RULE_FILING, {**RULE, **more}, hand).number


def put_on_file(number: str, **given: str) -> None:
    cases.take_step(RULE_FILING, number, "file", given, Hand(OFFICER, AT, house=HOUSE))
    found = entries.listed(
        TRADING_RULE, entries.Sought(state=""), actor=LEAD, today=date(2026, 12, 31)
    )
    registers.confirm(TRADING_RULE, found[0].number, PlainHand(LEAD, AT))


@pytest.mark.django_db
def test_what_is_filed_is_in_force_from_its_day_and_keeps_every_version() -> None:
    first = opened()
    put_on_file(first)
    number = queries.filed("P01", "退换货规则")
    entry = entries.entry(TRADING_RULE, number, actor=NOBODY, today=date(2026, 11, 12))
    assert entry.values["filed_by"] == first
    put_on_file(opened(**CHANGE))
    assert queries.filed("P01", "退换货规则") == number
    then = entries.as_at(TRADING_RULE, number, on=date(2026, 11, 30), actor=NOBODY)
    now = entries.as_at(TRADING_RULE, number, on=date(2026, 12, 1), actor=NOBODY)
    assert "商家承担" in then.values["text"]
    assert "买家承担" in now.values["text"]
    told = [(each.what, each.after) for each in queries.differences(number, 1, 2)]
    assert told == [("same", "七日内可以退货。"), ("changed", "运费由买家承担。")]
    with pytest.raises(NotFound):
        queries.differences(number, 1, 3)


@pytest.mark.django_db
def test_a_rule_that_was_not_made_as_the_law_asks_is_refused_unless_somebody_says_why() -> None:
    number = opened(effective_on="2026-11-03")
    with pytest.raises(Invalid, match=r"filing\.procedure") as refusal:
        cases.take_step(RULE_FILING, number, "file", {}, Hand(OFFICER, AT, house=HOUSE))
    assert refusal.value.facts["basis"] == ["电子商务法 第三十四条"]
    given = {"despite": "true"}
    with pytest.raises(Invalid):
        cases.take_step(RULE_FILING, number, "file", given, Hand(OFFICER, AT, house=HOUSE))
    put_on_file(number, despite="true", reason="首次备案，规则实施在先")
    assert queries.filed("P01", "退换货规则")


def changed(**more: Any) -> list[str]:
    rule = {**RULE, **CHANGE, **more}
    return [each.name for each in rules.flaws(rule, is_change=True, configuration={})]


def test_the_procedure_of_a_change_is_checked_piece_by_piece() -> None:
    assert changed() == []
    assert changed(effective_on="2026-11-26") == ["notice"]
    assert changed(comments_at="") == ["comments"]
    assert changed(comments_until="2026-11-04") == ["comments_backwards"]
    assert changed(comments_until="2026-11-21") == ["comments_late"]
    assert changed(comments_answer="") == ["comments_unanswered"]


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("本规则最终解释权归平台所有。", "last_word"),
        ("对商品质量问题平台概不负责。", "no_liability"),
        ("活动商品一经售出，不退不换。", "no_return"),
        ("用户放弃起诉的权利。", "no_recourse"),
        ("平台有权随时修改本规则而无需通知。", "at_will"),
        ("支付成功后订单不成立的，平台可以取消。", "not_concluded"),
        ("商家不得在其他平台开店。", "exclusive"),
        ("违者没收全部保证金。", "heavy_penalty"),
        ("登录即表示同意平台使用您的通讯录和位置。", "bundled_consent"),
    ],
)
def test_the_usual_unfair_terms_are_found_each_with_its_provision(
    sentence: str, name: str
) -> None:
    found = rules.screened(f"七日内可以退货。{sentence}")
    assert name in {each.term.name for each in found}
    assert all(each.place == 2 for each in found)
    assert all("第" in basis for each in found for basis in each.term.basis)


@pytest.mark.parametrize(
    "sentence",
    [
        "七日内可以退货。", "平台承担全部责任。", "用户有权投诉、起诉。",
        "修改本规则须提前七日公示。", "定作商品不适用无理由退货。", "商家可以在其他平台开店。",
        "保证金在退出后三十日内退还。",
    ],
)  # fmt: skip
def test_fair_terms_are_left_alone(sentence: str) -> None:
    assert rules.screened(sentence) == ()


def capture(on: str, text: str, *, title: str = "退换货规则") -> None:
    given = {"platform": "P01", "title": title, "captured_on": on, "text": text,
             "address": "https://p01.example/returns"}  # fmt: skip
    registers.enter(RULE_CAPTURE, given, PlainHand(OFFICER, AT), Filing(home="320000", sure=True))


@pytest.mark.django_db
def test_practice_is_compared_with_the_text_that_was_in_force_when_it_was_captured() -> None:
    put_on_file(opened())
    put_on_file(opened(**CHANGE))
    today = date(2026, 12, 31)
    capture("2026-11-11", RULE["text"])
    assert list(queries.alarms(today)) == []
    capture("2026-12-02", RULE["text"])
    (alarm,) = queries.alarms(today)
    assert (alarm.why, [each.what for each in alarm.passages]) == ("departs", ["changed"])
    capture("2026-12-03", CHANGE["text"])
    assert list(queries.alarms(today)) == []
    capture("2026-12-03", "全场不退不换。", title="大促规则")
    (alarm,) = queries.alarms(today)
    assert (alarm.why, alarm.rule) == ("unfiled", None)
    assert list(queries.alarms(today, platform="P02")) == []


@pytest.mark.django_db
def test_officers_are_told_once_of_a_page_that_departs_and_again_of_the_next() -> None:
    put_on_file(opened())
    put_on_file(opened(**CHANGE))
    later = datetime(2026, 12, 31, 1, tzinfo=UTC)
    capture("2026-12-03", CHANGE["text"])
    assert jobs.raise_alarms(HOUSE, later) == 0
    capture("2026-12-04", "全场不退不换。")
    assert [jobs.raise_alarms(HOUSE, later) for _ in range(2)] == [1, 0]
    (told,) = [each.notice for each in notices.inbox(OFFICER) if "/alarms/" in each.notice.link]
    assert "P01《退换货规则》：与备案文本不一致" in told.zh
    capture("2026-12-05", "概不退换。")
    assert jobs.raise_alarms(HOUSE, later) == 1


@pytest.mark.django_db
def test_a_platform_is_given_a_notice_on_paper_before_its_time_runs() -> None:
    found = {
        "platform": "P01", "title": "退换货规则", "departure": "页面写明“概不退换”",
        "demand": "删除该条并公示",
    }  # fmt: skip
    hand = Hand(OFFICER, AT, house=HOUSE)
    case = cases.open_case(RECTIFICATION, found, hand)
    known = {RECTIFICATION.name: RECTIFICATION}
    _, drafted = case_queries.followed(known, case.number, case.code, at=AT, house=HOUSE)
    assert (drafted.letters, drafted.clocks) == ((), ())
    cases.take_step(RECTIFICATION, case.number, "notify", {}, hand)
    _, told = case_queries.followed(known, case.number, case.code, at=AT, house=HOUSE)
    assert [each.name for each in told.clocks] == ["rectify"]
    text = "".join(told.letters[0].content["zh"])
    assert "概不退换" in text
    assert "删除该条并公示" in text
