# SPDX-License-Identifier: Apache-2.0
"""A complaint from the consumer's phone to its end, and every other way that it can go."""

from datetime import date, timedelta

import pytest

from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.tests.houses import (
    AT,
    GIVEN,
    HOUSE,
    LEAD,
    OFFICER,
    SELLER,
    filed,
    mediator,
    step,
)
from shangheng.services.consumer.tests.houses import MEDIATOR_ as MEDIATOR

pytestmark = pytest.mark.django_db
PAPER = {"terms": "退款", "pays": "59.90"}


def test_a_complaint_is_accepted_dispatched_looked_into_reviewed_and_closed() -> None:
    case = filed()
    assert step(case.number, "accept", OFFICER) == "open"
    assert (
        step(case.number, "dispatch", OFFICER, to="昆山市局", reason="商家在昆山") == "dispatched"
    )
    assert step(case.number, "investigate", OFFICER, found="商品不合格") == "replied"
    assert step(case.number, "send_back", OFFICER, reason="缺少检验报告") == "dispatched"
    step(case.number, "investigate", OFFICER, found="检验不合格")
    assert step(case.number, "answer_only", OFFICER, reason="商家已主动退款") == "answered"
    assert step(case.number, "close", OFFICER, summary="已退款") == "closed"
    _, seen = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    assert seen.case.outcome == "answered"
    assert [each.name for each in seen.steps if each.act == "step"] == [
        "accept", "dispatch", "investigate", "send_back", "investigate", "answer_only", "close"
    ]  # fmt: skip


def test_the_consumer_sees_until_when_and_where_the_period_is_written() -> None:
    case = filed()
    _, seen = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    clock, shop = seen.clocks
    assert clock.reckoning.due_on == date(2026, 12, 2)
    assert clock.source == "试行办法 第六条"
    assert (shop.zh, shop.reckoning.due_on) == ("商家答复", date(2026, 11, 26))


def test_the_clock_of_the_shop_ends_for_good_when_it_answers() -> None:
    case = filed()
    step(case.number, "accept", OFFICER)
    assert step(case.number, "answer_open", SELLER, statement="愿意退款") == "open"
    step(case.number, "dispatch", OFFICER, to="昆山市局", reason="核查")
    _, seen = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    assert {each.name: each.ended_at is None for each in seen.clocks} == {
        "acceptance": False, "shop": False, "handling": True,
    }  # fmt: skip


def test_nothing_can_be_filed_while_the_periods_are_not_decided() -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        actions.open_case(COMPLAINT, GIVEN, Hand(NOBODY, AT, house=House()))
    assert refusal.value.facts["name"] == "consumer.acceptance_days"


def test_a_refusal_names_its_ground() -> None:
    case = filed()
    with pytest.raises(Invalid, match=r"form\.wrong"):
        step(case.number, "refuse", OFFICER, reason="无")
    assert step(case.number, "refuse", OFFICER, refusal="no_facts", reason="缺少订单") == "refused"


def test_while_the_consumer_is_asked_the_clock_stands_still() -> None:
    case = filed()
    step(case.number, "accept", OFFICER)
    step(case.number, "ask", OFFICER, reason="请补充订单截图")
    later = Hand(NOBODY, AT + timedelta(days=5), house=HOUSE, code=case.code)
    actions.take_step(COMPLAINT, case.number, "supply", {"reason": "已补充"}, later)
    _, seen = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    stopped = [day for day in seen.clocks[2].reckoning.days if day.why == "stopped"]
    assert len(stopped) == 5


def test_a_mediator_does_not_accept_and_an_officer_does_not_settle() -> None:
    case = filed()
    with pytest.raises(NotPermitted):
        step(case.number, "accept", MEDIATOR)
    step(case.number, "accept", OFFICER)
    step(case.number, "mediate", MEDIATOR, mediator=mediator())
    with pytest.raises(NotPermitted):
        step(case.number, "propose", OFFICER, **PAPER)
    assert step(case.number, "end_mediation", MEDIATOR, reason="商家拒绝") == "failed"


def test_a_complaint_without_a_place_of_the_seller_goes_where_the_buyer_is() -> None:
    number = filed(seller_region="", buyer_region="扬州市").number
    nowhere = filed(seller_region="").number
    found = queries.inbox(COMPLAINT, Wanted(), actor=LEAD, at=AT)
    assert {each.number: each.region for each in found} == {number: "321000", nowhere: "320000"}


def test_complaints_about_the_same_order_are_proposed_to_be_dealt_with_together() -> None:
    one, other = filed(), filed(seller="另一家")
    found = queries.similar(COMPLAINT, one.number, actor=LEAD)
    assert [each.number for each in found] == [other.number]
