# SPDX-License-Identifier: Apache-2.0
"""Who was asked first pays first, never more than lies there, and gets it back."""

from decimal import Decimal

import pytest

from shangheng.kernel.accounts import proving
from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.accounts.concept.kinds import by_name
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.cases import actions, proofs, queries
from shangheng.kernel.errors import Conflict, Invalid, NotPermitted
from shangheng.kernel.notices.models import NoticeRow
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.cases.others import BANK, DEPOSIT
from shangheng.services.consumer.queries import fund_balances, guarantees
from shangheng.services.consumer.rules.guarantees import FUND_KINDS, owed, promises
from shangheng.services.consumer.tests.houses import (
    AT,
    FINANCE,
    HOUSE,
    LEAD,
    OFFICER,
    by_consumer,
    filed,
    fund,
    hand,
    mediator,
    move,
    settled,
    step,
    take,
)
from shangheng.services.consumer.tests.houses import MEDIATOR_ as MEDIATOR

pytestmark = pytest.mark.django_db
BOTH = Actor("both", (Post("consumer.officer", ""), Post("consumer.finance", "")))


def pots(number: str) -> tuple[str, str, str]:
    found = fund_balances(number)
    return str(found["deposited"]), str(found["claimed"]), str(found["paid_out"])


def test_a_settlement_that_is_not_performed_is_paid_from_the_guarantee_and_recovered() -> None:
    case, number = settled(), fund()
    assert by_consumer(case, "ask_advance", reason="商家没有退款") == "claiming"
    state = step(case.number, "set_aside", OFFICER, fund=number, advance="59.90")
    assert (state, pots(number)) == ("reserved", ("40.10", "59.90", "0.00"))
    assert step(case.number, "pay", FINANCE) == "advanced"
    assert pots(number) == ("40.10", "0.00", "59.90")
    step(case.number, "recover", FINANCE, recovered="20.00", paid_by="热壳数码")
    assert pots(number) == ("60.10", "0.00", "39.90")
    with pytest.raises(Conflict, match=r"transfer\.below_floor"):
        step(case.number, "recover", FINANCE, recovered="39.91", paid_by="热壳数码")
    step(case.number, "recover", FINANCE, recovered="39.90", paid_by="热壳数码")
    assert step(case.number, "close", OFFICER, summary="已先行赔付并追回") == "closed"
    assert accounts.audit().is_clean
    assert proofs.intact(case.number)
    _, file = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    assert {each.name for each in file.letters} == {"agreement", "settlement", "payment", "answer"}
    assert [each.name for each in file.clocks] == [
        "acceptance", "shop", "handling", "performance", "advance", "recovery"
    ]  # fmt: skip


def test_the_record_for_the_sellers_file_goes_to_the_ledger_with_the_payment_and_the_end() -> None:
    case, number = settled(), fund()
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    step(case.number, "set_aside", OFFICER, fund=number, advance="59.90")
    step(case.number, "pay", FINANCE)
    step(case.number, "close", OFFICER, summary="已赔付")
    told = [row.payload["record"] for row in NoticeRow.objects.filter(channel="ledger")]
    assert len(told) == 2
    assert told[0] | {"ended_on": ""} == told[1] | {"ended_on": ""}
    assert told[1] == {
        "complaint_no": case.number, "seller": "热壳数码专营店", "platform_name": "P01",
        "first_operator": "P01", "ground": "quality", "goods": "electronics",
        "handled_region": "320583", "filed_on": "2026-11-23", "ended_on": "2026-11-23",
        "outcome": "advanced", "pays": "59.90", "advance": "59.90",
    }  # fmt: skip


def test_no_more_is_paid_than_lies_in_the_guarantee_and_nothing_moves() -> None:
    case, number = settled(), fund("59.89")
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    with pytest.raises(Conflict, match=r"transfer\.below_floor"):
        step(case.number, "set_aside", OFFICER, fund=number, advance="59.90")
    assert pots(number) == ("59.89", "0.00", "0.00")
    file = queries.case_file(COMPLAINT, case.number, actor=LEAD, at=AT, house=HOUSE)
    assert file.case.state == "claiming"


@pytest.mark.parametrize(
    ("advance", "code"),
    [
        ("59.91", r"consumer\.advance_too_much"),
        ("0", r"consumer\.advance_of_nothing"),
        ("-1", r"form\.wrong"),
    ],
)
def test_nothing_is_not_advanced_and_no_more_than_is_owed(advance: str, code: str) -> None:
    case, number = settled(), fund()
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    with pytest.raises(Invalid, match=code):
        step(case.number, "set_aside", OFFICER, fund=number, advance=advance)


def test_the_operator_asked_first_cannot_be_changed_or_passed_over() -> None:
    case, other = settled(), fund(operator="P02", name="二号平台")
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    with pytest.raises(Conflict, match=r"consumer\.not_the_first_asked") as refusal:
        step(case.number, "set_aside", OFFICER, fund=other, advance="59.90")
    assert refusal.value.facts["first"] == "P01"
    assert sum("first_operator" in {f.name for f in s.needs} for s in COMPLAINT.steps) == 1
    unpinned = filed(order_no="A-2")
    step(unpinned.number, "accept", OFFICER)
    step(unpinned.number, "mediate", OFFICER, mediator=mediator(account="max"))
    step(unpinned.number, "end_mediation", MEDIATOR, reason="商家拒绝")
    step(unpinned.number, "ask_advance", OFFICER, reason="未履行")
    with pytest.raises(Conflict, match=r"consumer\.nobody_asked_first"):
        step(unpinned.number, "set_aside", OFFICER, fund=other, advance="59.90")


def test_whoever_set_an_amount_aside_does_not_pay_it() -> None:
    case, number = settled(), fund()
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    step(case.number, "set_aside", BOTH, fund=number, advance="59.90")
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        step(case.number, "pay", BOTH)
    assert step(case.number, "release", LEAD, reason="商家已付") == "failed"
    assert pots(number) == ("100.00", "0.00", "0.00")


def test_deposits_are_given_back_but_not_what_is_claimed() -> None:
    case, number = settled(), fund()
    step(case.number, "ask_advance", OFFICER, reason="未履行")
    step(case.number, "set_aside", OFFICER, fund=number, advance="59.90")
    with pytest.raises(Conflict, match=r"transfer\.below_floor"):
        move(number, "40.11", "refund", "give_back")
    move(number, "40.10", "refund", "give_back")
    with pytest.raises(Invalid, match=r"consumer\.other_movement"):
        move(number, "1", "refund", "book")
    assert pots(number) == ("0.00", "59.90", "0.00")
    ((entry, balances),) = guarantees(AT.date())
    assert (entry.values["operator"], balances["claimed"]) == ("P01", Decimal("59.90"))


def test_what_is_owed_is_what_was_settled_else_what_was_claimed() -> None:
    assert owed({"pays": "10"}, {"claim": "20"}) == 10
    assert owed({}, {"claim": "20"}) == 20
    for said, form in (({}, {}), ({"pays": ""}, {"claim": ""}), ({}, {"claim": "0"})):
        with pytest.raises(Invalid, match=r"consumer\.nothing_owed"):
            owed(said, form)


@pytest.mark.parametrize("pays", [0, Decimal(0), "0", "0.00"])
def test_settled_with_nothing_nothing_is_owed_whatever_was_claimed(pays: object) -> None:
    with pytest.raises(Invalid, match=r"consumer\.nothing_owed"):
        owed({"pays": pays}, {"claim": "1000"})


def test_whoever_noted_a_deposit_or_its_return_does_not_book_it() -> None:
    number = fund()
    both = Actor("finlead", (Post("consumer.lead", "320000"), Post("consumer.finance", "320000")))
    for move_, name in (("deposit", "book"), ("refund", "give_back")):
        given = {"fund": number, "move": move_, "amount": "5", "reference": f"B-{move_}",
                 "booked_on": "2026-11-20"}  # fmt: skip
        case = actions.open_case(DEPOSIT, given, hand(both))
        with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
            take(DEPOSIT, case.number, name, both)
        assert pots(number)[0] == "100.00"
        assert take(DEPOSIT, case.number, "strike", both, reason="误登记") == "struck"


def posted(who: Actor, source: str, target: str) -> tuple[str, ...]:
    transfer = Transfer(
        key=f"{source}{target}{who.name}", source=source, target=target, amount=100
    )
    by = PlainHand(who, AT)
    outcomes = proving.post_as([transfer], by, by_name(FUND_KINDS), place="320000")
    return tuple(each.state for each in outcomes)


def test_by_hand_a_guarantee_moves_as_its_plan_says_by_the_roles_of_that_movement() -> None:
    one, two = (f"guarantee/{fund(operator=each, name=each)}" for each in ("P01", "P02"))
    free, claimed, paid = (f"{one}/{pot}" for pot in ("deposited", "claimed", "paid_out"))
    officer = Actor("olaf", (Post("consumer.officer", "320000"),))
    assert posted(officer, free, claimed) == ("booked",)
    for who, source, target, code in (
        (FINANCE, claimed, free, "not_yours"),
        (LEAD, claimed, paid, "not_yours"),
        (LEAD, free, f"{two}/deposited", "no_movement"),
        (FINANCE, claimed, f"{two}/paid_out", "no_movement"),
        (officer, free, f"{two}/claimed", "no_movement"),
        (LEAD, claimed, BANK, "no_movement"),
    ):
        with pytest.raises(NotPermitted, match=rf"account_kind\.{code}"):
            posted(who, source, target)
    assert posted(LEAD, claimed, free) == ("booked",)
    assert posted(LEAD, free, BANK) == ("booked",)


def test_a_guarantee_of_quality_counts_from_the_day_after_receipt() -> None:
    term = {"repair_days": 365, "return_days": 7}
    received = AT.date().replace(day=20)
    found = {each.what: each for each in promises(term, received, AT.date())}
    assert set(found) == {"return", "repair"}
    assert found["return"].last_day.isoformat() == "2026-11-27"
    assert found["return"].days_left == 5
