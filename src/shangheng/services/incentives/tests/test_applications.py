# SPDX-License-Identifier: Apache-2.0
"""An application from filing to payment and back, and everything that stands in its way."""

from datetime import timedelta

import pytest

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.cases import proofs
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Unavailable
from shangheng.services.incentives.cases import APPLICATION, UNDER_COMMITMENT
from shangheng.services.incentives.jobs.deciding import GUARDS, awards_of
from shangheng.services.incentives.tests import applying as a

pytestmark = pytest.mark.django_db


def pots(fund: str) -> tuple[int, ...]:
    """Return what of a fund is available, committed and paid, in fen."""
    return tuple(
        accounts.balance(f"{fund}/{pot}").posted for pot in ("available", "committed", "paid")
    )


def funded() -> tuple[str, str]:
    return a.appropriated("50000", a.CITY), a.appropriated("20000", a.COUNTY)


def test_city_and_county_pay_their_shares_once_publicity_is_over() -> None:
    city, county = funded()
    number = a.in_publicity()
    assert a.step(number, "decide", a.DORA, a.AFTER).state == "decided"
    assert (pots(city), pots(county)) == ((2_000_000, 3_000_000, 0), (0, 2_000_000, 0))
    a.step(number, "pay", a.TOM, a.AFTER, bank_reference="0001")
    assert (pots(city), pots(county)) == ((2_000_000, 0, 3_000_000), (0, 0, 2_000_000))
    (award,) = awards_of()[a.CODE]
    assert (award.provision, award.amount) == ("ganzhou.sales-award", 50_000)
    a.step(number, "inspect", a.IDA, a.AFTER, finding="属实")
    assert a.step(number, "close", a.IDA, a.AFTER).state == "closed"
    assert proofs.intact(number)
    assert accounts.audit().is_clean


def test_an_award_never_exceeds_the_budget_and_no_treasury_pays_alone() -> None:
    city = a.appropriated("50000", a.CITY)
    a.appropriated("19999.99", a.COUNTY)
    number = a.in_publicity()
    with pytest.raises(Conflict, match=r"incentive\.fund_short") as refusal:
        a.step(number, "decide", a.DORA, a.AFTER)
    assert refusal.value.facts["fund"] == "fund/money/360702/2016"
    assert refusal.value.facts["needed"] == "20000.00"
    assert pots(city) == (5_000_000, 0, 0)
    a.appropriated("0.01", a.COUNTY, document="2号")
    assert a.step(number, "decide", a.DORA, a.AFTER).state == "decided"


def test_nothing_is_decided_before_publicity_is_over() -> None:
    funded()
    number = a.in_publicity()
    for days, allowed in ((7, False), (8, True)):
        at = a.AT.replace(hour=1) + timedelta(days=days)
        if allowed:
            assert a.step(number, "decide", a.DORA, at).state == "decided"
        else:
            with pytest.raises(Conflict, match=r"incentive\.still_public"):
                a.step(number, "decide", a.DORA, at)


def test_an_objection_holds_the_decision_until_it_is_dismissed() -> None:
    funded()
    number = a.in_publicity()
    objection = a.objection(number.lower())
    with pytest.raises(Conflict, match=r"incentive\.objected") as refusal:
        a.step(number, "decide", a.DORA, a.AFTER)
    assert refusal.value.facts["objections"] == [objection]
    a.answer_objection(objection, "dismiss")
    assert a.step(number, "decide", a.DORA, a.AFTER).state == "decided"


def test_an_objection_that_was_upheld_leaves_only_refusal() -> None:
    funded()
    number = a.in_publicity()
    a.answer_objection(a.objection(number), "uphold")
    with pytest.raises(Conflict, match=r"incentive\.objected"):
        a.step(number, "decide", a.DORA, a.AFTER)
    assert a.step(number, "refuse", a.DORA, a.AFTER, reason="异议成立").state == "refused"


def test_only_what_is_in_publicity_can_be_objected_to() -> None:
    number = a.filed().number
    with pytest.raises(Conflict, match=r"incentive\.not_public"):
        a.objection(number)


def test_three_people_check_review_and_confirm() -> None:
    number = a.filed().number
    both = a.Actor("carl", (*a.post("clerk"), *a.post("reviewer")))
    a.step(number, "check", both)
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        a.step(number, "review", both, reason="属实")
    a.step(number, "review", a.ANNA, reason="属实")
    for actor in (a.ANNA, both):
        with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
            a.step(number, "confirm", actor, reason="同意")


def test_a_finding_of_the_year_on_file_stops_the_decision() -> None:
    funded()
    number = a.in_publicity()
    a.found_guilty()
    with pytest.raises(Conflict, match=r"incentive\.disqualified") as refusal:
        a.step(number, "decide", a.DORA, a.AFTER)
    assert refusal.value.facts["kinds"] == ["fraud"]


def test_a_finding_of_the_sales_year_takes_the_award_away_at_the_check() -> None:
    a.found_guilty(year=2015)
    number = a.filed().number
    with pytest.raises(Conflict, match=r"incentive\.not_entitled"):
        a.step(number, "check", a.CLERK)


def test_another_service_can_refuse_a_decision() -> None:
    funded()
    number = a.in_publicity()

    def blacklisted(_: object) -> dict[str, str]:
        raise Conflict("incentive.disqualified", year=2016, clause="", kinds=["blacklist"])

    guards = {**a.house().guards, "incentive_application.decide": (GUARDS[
        "incentive_application.decide"], blacklisted)}  # fmt: skip
    hand = a.hand(a.DORA, a.AFTER)
    refusing = Hand(hand.actor, hand.at, house=House(**{**vars(hand.house), "guards": guards}))
    with pytest.raises(Conflict, match=r"incentive\.disqualified"):
        a.cases.take_step(APPLICATION, number, "decide", {}, refusing)
    assert pots("fund/money/360700/2016") == (5_000_000, 0, 0)


def test_a_step_that_books_cannot_be_taken_where_nobody_books() -> None:
    number = a.filed().number
    bare = Hand(a.CLERK, a.AT, house=House(region=a.CITY, configuration=a.DECIDED))
    with pytest.raises(Unavailable, match=r"case\.guard_missing"):
        a.cases.take_step(APPLICATION, number, "check", {}, bare)


def test_the_same_award_is_not_paid_twice() -> None:
    funded()
    a.paid()
    again = a.filed(a.AFTER).number
    with pytest.raises(Conflict, match=r"incentive\.(not_entitled|nothing_due)"):
        a.step(again, "check", a.CLERK, a.AFTER)


def test_a_reclaimed_award_goes_back_to_whoever_paid_it_in_proportion() -> None:
    city, county = funded()
    number = a.paid()
    with pytest.raises(Conflict, match=r"incentive\.reclaim_too_much"):
        a.step(number, "reclaim", a.IDA, a.AFTER, amount="50000.01", reason="骗取",
               by_day="2016-06-01")  # fmt: skip
    a.step(number, "reclaim", a.IDA, a.AFTER, amount="33333.33", reason="骗取",
           by_day="2016-06-01")  # fmt: skip
    assert a.step(number, "return", a.TOM, a.AFTER, bank_reference="2").state == "returned"
    assert pots(city) == (4_000_000, 0, 1_000_000)
    assert pots(county)[0] + pots(county)[2] == 2_000_000
    assert sum(each.amount for each in awards_of()[a.CODE]) == 50_000 - a.Decimal("33333.33")


def test_a_commitment_that_is_given_up_is_free_again() -> None:
    city, _ = funded()
    number = a.in_publicity()
    a.step(number, "decide", a.DORA, a.AFTER)
    with pytest.raises(Conflict, match=r"incentive\.is_money"):
        a.step(number, "grant", a.DORA, a.AFTER)
    assert a.step(number, "release", a.DORA, a.AFTER, reason="企业注销").state == "released"
    assert pots(city) == (5_000_000, 0, 0)


@pytest.mark.parametrize(
    ("given", "typed", "code"),
    [
        ({"facts": "sales: [{year: 2015, mode: B2C, amount: 1000}]\nparty: {}"}, {},
         "incentive.not_entitled"),
        ({"facts": ""}, {}, "incentive.facts_missing"),
        ({}, {"amount": "50000.01"}, "incentive.above_entitlement"),
        ({"provision": "ganzhou.listing-award",
          "facts": 'party: {registered_region: "360702", preparing_to_list: true}'},
         {"amount": "1"}, "incentive.sum_needed"),
    ],
)  # fmt: skip
def test_a_check_fixes_no_more_than_the_provision_gives(
    given: dict[str, str], typed: dict[str, str], code: str
) -> None:
    number = a.filed(**given).number
    with pytest.raises((Conflict, Invalid)) as refusal:
        a.step(number, "check", a.CLERK, **typed)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"provision": "ganzhou.sale-award"}, "incentive.no_such_provision"),
        ({"facts": "sales: [{yaer: 2015}]"}, "facts.unknown_field"),
        ({"code": "123"}, "form.wrong"),
    ],
)
def test_what_cannot_be_applied_for_is_refused_at_the_door(
    given: dict[str, str], code: str
) -> None:
    with pytest.raises((Invalid, NotFound)) as refusal:
        a.filed(**given)
    assert refusal.value.code == code


@pytest.mark.parametrize("missing", ["incentives.review_days", "incentives.publicity_days"])
def test_periods_that_no_document_prints_must_be_decided_first(missing: str) -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        a.cases.open_case(APPLICATION, a.FILED, a.hand(**{missing: None}))
    assert refusal.value.facts["name"] == missing


def test_who_pays_must_be_decided_before_the_decision() -> None:
    funded()
    number = a.in_publicity()
    undecided = a.hand(a.DORA, a.AFTER, **{"incentives.county_percent": None})
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        a.cases.take_step(APPLICATION, number, "decide", {}, undecided)
    assert refusal.value.facts["name"] == "incentives.county_percent"


@pytest.mark.parametrize("state", UNDER_COMMITMENT)
def test_every_state_with_committed_money_has_a_way_that_moves_it(state: str) -> None:
    following = {state}
    while (
        more := {step.target for each in following for step in APPLICATION.steps_from(each)}
        - following
    ):
        following |= more
    assert any(step.guarded for each in following for step in APPLICATION.steps_from(each))


def test_a_fund_grows_by_documents_that_each_count_once() -> None:
    fund = a.appropriated("100", document="1号")
    a.appropriated("100", document="1号")
    a.appropriated("-30.5", document="2号")
    assert pots(fund) == (6_950, 0, 0)
    with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
        a.actions.appropriate(
            a.Line(purse="money", region="360100", year=2016), a.Decimal(1), "3号",
            a.PlainHand(a.TOM, a.AT),
        )  # fmt: skip
