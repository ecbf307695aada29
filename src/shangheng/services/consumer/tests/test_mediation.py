# SPDX-License-Identifier: Apache-2.0
"""Who may mediate, what goes fast, and how two sides come to one paper without meeting."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shangheng.kernel.cases import actions, papers, queries, signing
from shangheng.kernel.cases.actions import Opened
from shangheng.kernel.cases.models import LetterRow
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import NoticeView
from shangheng.kernel.registers.concept.actors import NOBODY, Actor
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.queries import mediators
from shangheng.services.consumer.rules import mediation
from shangheng.services.consumer.tests import houses
from shangheng.services.consumer.tests.houses import (
    AT,
    GIVEN,
    HOUSE,
    MEDIATOR_,
    OFFICER,
    SELLER,
    by_consumer,
    filed,
    hand,
    mediator,
    settled,
    step,
)

TODAY = AT.date()


@pytest.mark.parametrize(
    "tie", ["热壳数码专营店", "热壳 数码专营店（有限公司）", "p01", "某甲\n热壳数码专营店"]
)
@pytest.mark.django_db
def test_a_mediator_who_is_tied_to_a_side_is_refused(tie: str) -> None:
    case, number = filed(), mediator(ties=tie)
    step(case.number, "accept", OFFICER)
    with pytest.raises(Conflict, match=r"consumer\.conflict_of_interest"):
        step(case.number, "mediate", OFFICER, mediator=number)
    ((_, ties),) = mediators(GIVEN, {}, TODAY)
    assert ties
    assert step(case.number, "mediate", OFFICER, mediator=mediator(account="max")) == "mediating"


@pytest.mark.django_db
def test_whose_employer_is_a_side_is_tied_to_it() -> None:
    case = filed()
    step(case.number, "accept", OFFICER, first_operator="P01", seller_code="91320583MA1")
    with pytest.raises(Conflict):
        step(case.number, "mediate", OFFICER, mediator=mediator(employer="91320583MA1"))


@pytest.mark.django_db
def test_a_mediator_takes_a_case_in_their_own_name_and_within_their_term() -> None:
    case = filed()
    step(case.number, "accept", OFFICER)
    with pytest.raises(NotPermitted, match=r"consumer\.not_this_mediator"):
        step(case.number, "mediate", MEDIATOR_, mediator=mediator(account="max"))
    with pytest.raises(NotFound, match=r"register\.not_in_force"):
        step(case.number, "mediate", OFFICER,
             mediator=mediator(account="old", until="2026-01-01"))  # fmt: skip
    assert step(case.number, "mediate", MEDIATOR_, mediator=mediator()) == "mediating"


@pytest.mark.django_db
def test_what_is_small_and_simple_goes_the_fast_track() -> None:
    number = mediator()
    case = filed()
    step(case.number, "accept", OFFICER)
    assert step(case.number, "fast_track", OFFICER, mediator=number) == "mediating"
    for wrong in ({"claim": "200.01"}, {"claim": ""}, {"ground": "fake"}, {"order_no": ""}):
        other = filed(**wrong)
        step(other.number, "accept", OFFICER)
        with pytest.raises(Conflict, match=r"consumer\.not_for_the_fast_track"):
            step(other.number, "fast_track", OFFICER, mediator=number)


def test_the_fast_track_is_not_open_before_the_authority_has_decided() -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        mediation.fast_track(GIVEN, on=TODAY, configuration={})


def said(number: str) -> dict[str, Any]:
    file = queries.other_side(COMPLAINT, number, at=AT, house=HOUSE)
    return {name: value for each in file.steps for name, value in each.values.items()}


@pytest.mark.django_db
def test_both_sides_state_their_case_and_sign_in_either_order() -> None:
    case = filed()
    step(case.number, "accept", OFFICER)
    step(case.number, "mediate", OFFICER, mediator=mediator())
    assert by_consumer(case, "state", statement="壳在充电时熔化") == "mediating"
    assert step(case.number, "rejoin", SELLER, statement="愿意退款") == "mediating"
    step(case.number, "propose", MEDIATOR_, terms="退款 30 元", pays="30")
    assert step(case.number, "seller_decline", SELLER, reason="太少") == "mediating"
    step(case.number, "propose", MEDIATOR_, terms="退款 59.90 元", pays="59.90")
    assert step(case.number, "seller_agree", SELLER, signed_for="李四") == "seller_agreed"
    assert by_consumer(case, "agree_too", signed_by="张三") == "agreed"
    assert step(case.number, "settle", MEDIATOR_) == "settled"
    assert said(case.number)["signed_for"] == "李四"


@pytest.mark.django_db
def test_the_settlement_is_a_sealed_paper_with_both_signatures() -> None:
    case = settled()
    _, file = queries.followed(
        {"complaint": COMPLAINT}, case.number, case.code, at=AT, house=HOUSE
    )
    agreement, paper = file.letters
    assert [each.name for each in agreement.signatures] == ["张三", "热壳数码 李四"]
    assert {each.digest for each in agreement.signatures} == {agreement.digest}
    text = "\n".join(paper.content["zh"])
    assert paper.name == "settlement"
    assert "张三" in text
    assert "热壳数码 李四" in text
    assert "59.90 元" in text
    assert paper.is_genuine
    assert papers.letter(paper.code).seal == paper.seal
    names = {each.name for each in file.clocks}
    assert {"acceptance", "handling", "performance"} <= names


@pytest.mark.django_db
def test_one_signature_is_no_settlement() -> None:
    case = filed()
    step(case.number, "accept", OFFICER)
    step(case.number, "mediate", OFFICER, mediator=mediator())
    step(case.number, "propose", MEDIATOR_, terms="退款", pays="59.90")
    by_consumer(case, "agree", signed_by="张三")
    with pytest.raises(Conflict, match=r"case\.step_not_allowed"):
        step(case.number, "settle", MEDIATOR_)
    with pytest.raises(Invalid, match=r"form\.wrong"):
        step(case.number, "seller_agree_too", SELLER, signed_for="")


@pytest.mark.django_db
def test_the_other_side_sees_no_personal_data_steps_of_others_or_internal_notes() -> None:
    case = filed()
    file = queries.other_side(COMPLAINT, case.number, at=AT, house=HOUSE)
    assert [step.name for step in file.next_steps] == ["answer_received"]
    step(case.number, "accept", OFFICER)
    step(case.number, "mediate", OFFICER, mediator=mediator())
    file = queries.other_side(COMPLAINT, case.number, at=AT, house=HOUSE)
    assert [each.name for each in file.next_steps] == ["rejoin"]
    with pytest.raises(NotPermitted):
        step(case.number, "propose", SELLER, terms="不退")


def proposed() -> Opened:
    case = filed()
    step(case.number, "accept", OFFICER, first_operator="P01")
    step(case.number, "mediate", OFFICER, mediator=mediator())
    step(case.number, "propose", MEDIATOR_, terms="全额退款", pays="59.90")
    return case


def sign(case: Opened, name: str, signature: str, actor: Actor = NOBODY, **given: str) -> str:
    told = replace(hand(actor, code=case.code), signature=signature)
    return actions.take_step(COMPLAINT, case.number, name, given, told).state


def to_sign(case: Opened, actor: Actor = MEDIATOR_) -> signing.ToSign:
    return queries.code_to_sign(COMPLAINT, case.number, actor=actor, house=HOUSE)


def code_for_the_shop(case: Opened) -> str:
    return to_sign(case).code


@pytest.mark.parametrize("wrong", ["", "AAAA-BBBB-CCCC", "热壳"])
@pytest.mark.django_db
def test_nobody_signs_without_the_code_that_is_theirs(wrong: str) -> None:
    case = proposed()
    with pytest.raises(NotPermitted, match=r"case\.signature_wrong"):
        sign(case, "agree", wrong, signed_by="张三")
    for typed in (wrong, case.code):
        with pytest.raises(NotPermitted, match=r"case\.signature_wrong"):
            sign(case, "seller_agree", typed, SELLER, signed_for="李四")
    assert sign(case, "seller_agree", code_for_the_shop(case).lower(), SELLER, signed_for="李四")


@pytest.mark.django_db
def test_the_code_for_one_text_signs_no_other_and_is_told_to_no_one_else() -> None:
    case = proposed()
    earlier = code_for_the_shop(case)
    by_consumer(case, "decline", reason="太少")
    assert code_for_the_shop(case) == ""
    step(case.number, "propose", MEDIATOR_, terms="退款并道歉", pays="59.90")
    assert code_for_the_shop(case) != earlier
    with pytest.raises(NotPermitted, match=r"case\.signature_wrong"):
        sign(case, "seller_agree", earlier, SELLER, signed_for="李四")
    for actor in (OFFICER, SELLER):
        assert to_sign(case, actor) == ("", False)


@pytest.fixture
def post() -> Iterator[list[NoticeView]]:
    """Let the house send e-mail; return what its carrier was given."""
    sent: list[NoticeView] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(houses, "HOUSE", replace(HOUSE, channels=("inbox", "email")))
        yield sent


def carried(sent: list[NoticeView], *failures: Exception) -> None:
    failing = list(failures)

    def carry(told: NoticeView) -> None:
        if failing:
            raise failing.pop()
        sent.append(told)

    notices.deliver({"email": carry}, now=lambda: AT)


@pytest.mark.django_db
def test_a_shop_with_an_address_gets_its_code_there_and_the_mediator_never_sees_it(
    post: list[NoticeView],
) -> None:
    case = filed()
    step(
        case.number, "answer_received", SELLER, statement="愿意退款", shop_email="shop@example.cn"
    )
    step(case.number, "accept", OFFICER)
    step(case.number, "mediate", OFFICER, mediator=mediator())
    step(case.number, "propose", MEDIATOR_, terms="全额退款", pays="59.90")
    assert to_sign(case) == ("", True)
    carried(post)
    (mail,) = [each.notice for each in post if each.notice.to == "shop@example.cn"]
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", mail.payload["words"])
    assert code
    assert code[0] not in mail.zh + mail.en
    assert to_sign(case) == ("", True)
    assert sign(case, "seller_agree", code[0], SELLER, signed_for="李四") == "seller_agreed"


@pytest.mark.django_db
def test_a_code_that_cannot_be_delivered_is_handed_on_after_all(post: list[NoticeView]) -> None:
    case = filed()
    step(case.number, "accept", OFFICER, shop_email="nobody@example.cn")
    step(case.number, "mediate", OFFICER, mediator=mediator())
    step(case.number, "propose", MEDIATOR_, terms="全额退款", pays="59.90")
    carried(post, Invalid("mail.no_address", to="nobody@example.cn"))
    assert sign(case, "seller_agree", code_for_the_shop(case), SELLER, signed_for="李四")


@pytest.mark.django_db
def test_a_text_that_was_changed_after_it_was_signed_is_told_of() -> None:
    settled()
    row = LetterRow.objects.get(name="agreement")
    assert papers.letter(row.code).is_genuine
    row.content["zh"][2] = "调解员提出的和解内容：退款一元"
    row.save()
    assert not papers.letter(row.code).is_genuine
