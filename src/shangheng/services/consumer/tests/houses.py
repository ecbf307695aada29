# SPDX-License-Identifier: Apache-2.0
"""A house in which everything is decided, people with posts, and a complaint to work on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.services.consumer.actions import GUARDS
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.cases.others import DEPOSIT
from shangheng.services.consumer.records import COMPLAINT_OUTCOME
from shangheng.services.consumer.registers import GUARANTEE, MEDIATOR

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)  # a Monday
HOUSE = House(
    region="320000",
    configuration={
        "consumer.acceptance_days": {"value": 7, "source": "试行办法 第六条"},
        "consumer.shop_days": 3,
        "consumer.station_days": 3,
        "consumer.mediation_days": 60,
        "consumer.mediation_extension_days": 30,
        "consumer.performance_days": 15,
        "consumer.performance_reminder_days": 3,
        "consumer.advance_days": 5,
        "consumer.recovery_days": 90,
        "consumer.fast_track_amount": {"value": 200, "source": "试行办法 第九条"},
        "consumer.fast_track_grounds": ["quality", "not_delivered"],
        "consumer.warning_days": 7,
        "consumer.warning_periods": 4,
        "consumer.warning_tail": 0.001,
        "consumer.warning_least": 5,
        "consumer.warning_exposure": "days",
    },
    secret="known to the house alone",  # noqa: S106
    records={COMPLAINT_OUTCOME.name: COMPLAINT_OUTCOME},
    guards={name: (guard,) for name, guard in GUARDS.items()},
)
OFFICER = Actor("olga", (Post("consumer.officer", "320500"),))
MEDIATOR_ = Actor("mia", (Post("consumer.mediator", "320500"),))
LEAD = Actor("lena", (Post("consumer.lead", "320000"), Post("consumer.officer", "320000")))
FINANCE = Actor("finn", (Post("consumer.finance", "320000"),))
SELLER = Actor("seller", (Post("consumer.respondent"),))
GIVEN = {
    "seller": "热壳数码专营店", "order_no": "A-1", "ground": "quality", "story": "手机壳熔化",
    "want": "refund", "claim": "59.90", "seller_region": "昆山市", "contact": "13800000000",
    "platform": "P01", "asked_first": "平台客服", "goods": "electronics",
}  # fmt: skip
ROSTER = {
    "account": "mia", "name": "米亚", "body": "association", "employer": "昆山市消费者协会",
    "region": "320583", "until": "2027-12-31",
}  # fmt: skip
FUND = {
    "operator": "P01", "name": "一号平台", "form": "deposit", "agreed": "1000.00",
    "covers": "平台内消费纠纷", "until": "2027-12-31",
}  # fmt: skip


def hand(actor: Actor = NOBODY, *, days: int = 0, code: str = "") -> Hand:
    return Hand(actor, AT + timedelta(days=days), house=HOUSE, code=code)


def filed(**more: str) -> actions.Opened:
    return actions.open_case(COMPLAINT, {**GIVEN, **more}, hand())


def step(number: str, name: str, actor: Actor, **given: str) -> str:
    signs = COMPLAINT.step(name).signs and actor is SELLER
    to_sign = queries.code_to_sign(COMPLAINT, number, actor=MEDIATOR_, house=HOUSE)
    told = replace(hand(actor), signature=to_sign.code if signs else "")
    return actions.take_step(COMPLAINT, number, name, given, told).state


def by_consumer(case: actions.Opened, name: str, **given: str) -> str:
    told = replace(hand(code=case.code), signature=case.code)
    return actions.take_step(COMPLAINT, case.number, name, given, told).state


def on_file(kind: RegisterKind, given: dict[str, str], **more: str) -> str:
    """Put an entry on file, confirmed by whoever leads."""
    filing = Filing(home="320000", sure=True)
    entered = registers.enter(kind, {**given, **more}, PlainHand(LEAD, AT), filing)
    if kind.confirm:
        second = Actor("second", LEAD.posts)
        registers.confirm(kind, entered.number, PlainHand(second, AT))
    return entered.number


def mediator(**more: str) -> str:
    return on_file(MEDIATOR, ROSTER, **more)


def fund(amount: str = "100.00", **more: str) -> str:
    """Put a guarantee on file and book a deposit to it."""
    accounts.declare(CNY, at=AT)
    number = on_file(GUARANTEE, FUND, **more)
    move(number, amount, "deposit", "book")
    return number


def move(number: str, amount: str, move_: str, name: str) -> str:
    given = {
        "fund": number, "move": move_, "amount": amount, "reference": "B1",
        "booked_on": "2026-11-20",
    }  # fmt: skip
    case = actions.open_case(DEPOSIT, given, hand(FINANCE))
    return take(DEPOSIT, case.number, name, LEAD)


def take(kind: CaseKind, number: str, name: str, actor: Actor, **given: str) -> str:
    return actions.take_step(kind, number, name, given, hand(actor)).state


def settled(**more: str) -> actions.Opened:
    """Bring a complaint to a settlement that both sides have signed."""
    case = filed(**more)
    number = mediator()
    step(case.number, "accept", OFFICER, first_operator="P01")
    step(case.number, "mediate", OFFICER, mediator=number)
    step(case.number, "propose", MEDIATOR_, terms="全额退款", pays="59.90", by_day="2026-12-05")
    by_consumer(case, "agree", signed_by="张三")
    step(case.number, "seller_agree_too", SELLER, signed_for="热壳数码 李四")
    step(case.number, "settle", MEDIATOR_)
    return case
