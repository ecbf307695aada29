# SPDX-License-Identifier: Apache-2.0
"""A voucher from the decision to the payment of a provider, and every way to misuse one."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases import proofs
from shangheng.kernel.cases.actions import Opened
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.registers.concept.attachments import Upload
from shangheng.services.incentives import actions
from shangheng.services.incentives.cases import APPLICATION, REDEEMER, VOUCHER
from shangheng.services.incentives.jobs.deciding import awards_of
from shangheng.services.incentives.registers import PROVIDER
from shangheng.services.incentives.tests import applying as a
from shangheng.services.incentives.tests.places import FOLDER

pytestmark = pytest.mark.django_db
REGION, FUND = "320000", "fund/voucher/320000/2016"
LIBRARY = policies.load(FOLDER, ("jiangsu",))
DECIDED = {
    **a.DECIDED, "incentives.voucher_days": 90, "jiangsu.voucher-value": 5000,
    "incentives.payer": "home",
}  # fmt: skip
LISTED = {
    "code": a.OTHER, "name": "某软件公司", "services": "上云、开店、数据", "ties": "",
    "valid_until": "2016-12-31", "document": "苏经信〔2016〕1号",
}  # fmt: skip
DELIVERY = {
    "price": "3200.50", "done": "网店系统上线",
    "proof": [Upload("交付单.pdf", b"%PDF-1.7\n1\n%%EOF\n")],
}  # fmt: skip


def post(role: str) -> Actor:
    return Actor(role, (Post(f"incentives.{role}", REGION),))


class Desk:
    """The house in which vouchers are issued, with a folder for files."""

    def __init__(self, folder: Path) -> None:
        self.house = House(
            region=REGION, files=folder, configuration=DECIDED, guards=a.house().guards,
            library=lambda: LIBRARY,
        )  # fmt: skip

    def hand(self, actor: Actor = NOBODY, at: datetime = a.AFTER, code: str = "") -> Hand:
        return Hand(actor, at, house=self.house, code=code, signature=code)

    def decided(self) -> str:
        """Return an application for which a voucher of 5,000 yuan was decided."""
        treasurer = PlainHand(post("treasurer"), a.AT)
        line = actions.Line(purse="voucher", region=REGION, year=2016)
        actions.appropriate(line, Decimal(8000), "1号", treasurer)
        given = {
            "provision": "jiangsu.sme-voucher", "name": "某网店公司", "code": a.CODE,
            "region": "320583", "facts": "party: {small_or_medium: true}",
        }  # fmt: skip
        number = cases.open_case(APPLICATION, given, self.hand(at=a.AT)).number
        for name, actor, said in (
            ("check", a.Actor("carl", post("clerk").posts), {}),
            ("review", a.Actor("anna", post("reviewer").posts), {"reason": "属实"}),
            ("confirm", a.Actor("bert", post("reviewer").posts), {"reason": "同意"}),
        ):
            cases.take_step(APPLICATION, number, name, said, self.hand(actor, a.AT))
        cases.take_step(APPLICATION, number, "decide", {}, self.hand(post("decider")))
        return number

    def granted(self) -> str:
        self.application = self.decided()
        cases.take_step(APPLICATION, self.application, "grant", {}, self.hand(post("decider")))
        return self.application

    def issue(self, number: str, actor: Actor | None = None) -> Opened:
        given = {"application": number.lower(), "worth": "99999"}
        return cases.open_case(VOUCHER, given, self.hand(actor or post("clerk")))

    def issued(self) -> Opened:
        return self.issue(self.granted())

    def by_firm(
        self, voucher: Opened, name: str, at: datetime = a.AFTER, code: str = "", **given: Any
    ) -> str:
        hand = self.hand(at=at, code=code or voucher.code)
        return cases.take_step(VOUCHER, voucher.number, name, given, hand).state

    def by_provider(self, voucher: Opened, at: datetime = a.AFTER, **given: Any) -> str:
        actor = Actor(f"{voucher.number}/{REDEEMER}", (Post(REDEEMER),))
        given = {**DELIVERY, **given}
        return cases.take_step(
            VOUCHER, voucher.number, "deliver", given, self.hand(actor, at)
        ).state

    def ordered(self, **provider: str) -> Opened:
        voucher = self.issued()
        self.by_firm(voucher, "choose", provider=listed(**provider), service="开店")
        return voucher

    def pay(self, voucher: Opened) -> str:
        hand = self.hand(post("treasurer"))
        return cases.take_step(VOUCHER, voucher.number, "pay", {"bank_reference": "1"}, hand).state


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def listed(**more: str) -> str:
    clerk, reviewer = (PlainHand(post(role), a.AT) for role in ("clerk", "reviewer"))
    filing = Filing(home=REGION, since=date(2016, 1, 1), sure=True)
    number = registers.enter(PROVIDER, {**LISTED, **more}, clerk, filing).number
    registers.confirm(PROVIDER, number, reviewer)
    return number


def pots() -> tuple[int, ...]:
    """Return what of the fund is available, committed and paid, in yuan."""
    names = ("available", "committed", "paid")
    return tuple(accounts.balance(f"{FUND}/{each}").posted / 100 for each in names)


def awarded() -> Decimal:
    return sum((each.amount for each in awards_of()[a.CODE]), Decimal(0))


def test_a_voucher_is_spent_once_paid_for_what_was_delivered_and_the_rest_is_free(
    desk: Desk,
) -> None:
    voucher = desk.ordered()
    assert pots() == (3000, 5000, 0)
    assert awarded() == 5000
    assert desk.by_provider(voucher) == "delivered"
    with pytest.raises(Conflict, match=r"case\.step_not_allowed"):
        desk.pay(voucher)
    assert desk.by_firm(voucher, "accept") == "accepted"
    assert desk.pay(voucher) == "paid"
    assert pots() == (4799.5, 0, 3200.5)
    assert awarded() == Decimal("3200.50")
    assert proofs.intact(voucher.number)
    assert accounts.audit().is_clean
    for again in ("accept", "choose"):
        with pytest.raises((Conflict, Invalid)):
            desk.by_firm(voucher, again, provider="FWJG-2016-00001", service="再来")
    with pytest.raises(Conflict, match=r"case\.step_not_allowed"):
        desk.by_provider(voucher)
    assert pots() == (4799.5, 0, 3200.5)


def test_no_more_than_its_worth_is_paid_whatever_was_typed(desk: Desk) -> None:
    voucher = desk.ordered()
    desk.by_provider(voucher, price="50000")
    desk.by_firm(voucher, "accept")
    desk.pay(voucher)
    assert pots() == (3000, 0, 5000)


def test_a_voucher_is_issued_once_on_an_application_that_was_granted_one(desk: Desk) -> None:
    voucher = desk.issued()
    with pytest.raises(Conflict, match=r"incentive\.voucher_issued") as refusal:
        desk.issue(desk.application)
    assert refusal.value.facts["number"] == voucher.number
    with pytest.raises(NotFound, match=r"case\.unknown"):
        desk.issue("YH-2016-000099")
    with pytest.raises(NotPermitted, match=r"case\.not_yours"):
        desk.issue(desk.application, NOBODY)


def test_nothing_is_issued_before_it_was_granted_and_no_voucher_is_paid_as_money(
    desk: Desk,
) -> None:
    number = desk.decided()
    with pytest.raises(Conflict, match=r"incentive\.no_voucher"):
        desk.issue(number)
    with pytest.raises(Conflict, match=r"incentive\.is_voucher"):
        cases.take_step(
            APPLICATION, number, "pay", {"bank_reference": "1"}, desk.hand(post("treasurer"))
        )
    assert pots() == (3000, 5000, 0)


def test_a_voucher_of_another_firm_or_a_wrong_token_spends_nothing(desk: Desk) -> None:
    voucher = desk.ordered()
    desk.by_provider(voucher)
    for code in ("AAAA-BBBB-CCCC", ""):
        hand = Hand(NOBODY, a.AFTER, house=desk.house, code=code, signature=code)
        with pytest.raises(NotPermitted):
            cases.take_step(VOUCHER, voucher.number, "accept", {}, hand)
    signed_wrong = Hand(NOBODY, a.AFTER, house=desk.house, code=voucher.code, signature="X")
    with pytest.raises(NotPermitted, match=r"case\.signature_wrong"):
        cases.take_step(VOUCHER, voucher.number, "accept", {}, signed_wrong)
    assert desk.by_firm(voucher, "reject", reason="没有上线") == "ordered"


def test_only_a_listed_provider_within_its_term_that_is_not_related_redeems(desk: Desk) -> None:
    voucher = desk.issued()
    for why, provider in (
        ("register.unknown", "FWJG-2016-00099"),
        ("register.not_in_force", listed(valid_until="2016-03-01")),
        ("incentive.voucher_related", listed(code="91430100MA4L16JQ9D", ties=f"某公司、{a.CODE}")),
        ("incentive.voucher_related", listed(code=a.CODE)),
    ):
        with pytest.raises((Conflict, NotFound)) as refusal:
            desk.by_firm(voucher, "choose", provider=provider, service="开店")
        assert refusal.value.code == why


def test_a_provider_struck_off_meanwhile_redeems_no_more(desk: Desk) -> None:
    voucher = desk.ordered(valid_until="2016-03-31")
    with pytest.raises(NotFound, match=r"register\.not_in_force"):
        desk.by_provider(voucher, a.AT + timedelta(days=31))


def test_nothing_is_redeemed_without_proof_of_delivery(desk: Desk) -> None:
    voucher = desk.ordered()
    with pytest.raises(Invalid, match=r"form\.wrong") as refusal:
        desk.by_provider(voucher, proof=[])
    assert list(refusal.value.facts["wrong"]) == ["proof"]


def test_an_expired_voucher_is_refused_and_its_money_falls_back_by_itself(desk: Desk) -> None:
    voucher, late = desk.ordered(), a.AFTER + timedelta(days=95)
    with pytest.raises(Conflict, match=r"incentive\.voucher_expired"):
        desk.by_provider(voucher, late)
    kinds = {VOUCHER.name: VOUCHER}
    early = a.AFTER + timedelta(days=85)
    assert cases.take_overdue(kinds, at=early, house=desk.house) == {"taken": 0}
    assert cases.take_overdue(kinds, at=late, house=desk.house) == {"taken": 1}
    assert pots() == (8000, 0, 0)
    assert awarded() == 0
    with pytest.raises(Conflict, match=r"case\.step_not_allowed"):
        desk.by_firm(voucher, "choose", late, provider="FWJG-2016-00001", service="开店")


def test_a_cancelled_voucher_falls_back_whole(desk: Desk) -> None:
    voucher = desk.ordered()
    desk.by_provider(voucher)
    hand = desk.hand(post("decider"))
    cases.take_step(VOUCHER, voucher.number, "cancel", {"reason": "虚假交付"}, hand)
    assert pots() == (8000, 0, 0)


def test_how_long_a_voucher_is_good_must_be_decided_first(desk: Desk) -> None:
    number = desk.granted()
    desk.house = replace(desk.house, configuration={})
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        desk.issue(number)
    assert refusal.value.facts["name"] == "incentives.voucher_days"
