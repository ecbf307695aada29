# SPDX-License-Identifier: Apache-2.0
"""Several departments with one case: taking part, and disputing whose it is."""

import pytest

from shangheng.kernel.cases import actions, joint, proofs, queries
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.models import TallyRow
from shangheng.kernel.cases.tests.builders import ANNA, AT, BERT, HOUSE, KIND, LEAD, hand, story
from shangheng.kernel.errors import Conflict, NotFound, NotPermitted
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.registers.concept.actors import Actor, Post

pytestmark = pytest.mark.django_db
WUXI = Actor("wuxi", (Post("tryout.lead", "320200"),))
SUZHOU = Actor("suzhou", (Post("tryout.lead", "320500"),))
WUXI_PRICES = Actor("prices", (Post("tryout.officer", "320200", "price"),))
ASKED = {"region": "320200", "department": "price", "reason": "请核价"}
BACK = {"region": "320583", "reason": "发生地在昆山"}


def opened() -> str:
    return actions.open_case(KIND, story(), hand()).number


def sees(actor: Actor) -> list[str]:
    return [each.number for each in queries.inbox(KIND, Wanted(), actor=actor, at=AT)]


def granted(number: str) -> None:
    for name, actor in (("accept", ANNA), ("propose", ANNA), ("grant", BERT)):
        actions.take_step(KIND, number, name, {"reason": "齐"}, hand(actor))


def test_a_department_that_is_asked_sees_the_case_answers_and_only_then_it_is_closed() -> None:
    number = opened()
    assert sees(WUXI_PRICES) == []
    joint.ask(KIND, number, ASKED, hand(SUZHOU))
    assert sees(WUXI_PRICES) == [number]
    assert [each.notice.role for each in notices.inbox(WUXI)] == ["tryout.lead"]
    with pytest.raises(Conflict, match=r"case\.joint_unanswered"):
        granted(number)
    joint.answer(KIND, number, "价格无误", hand(WUXI_PRICES))
    actions.take_step(KIND, number, "grant", {}, hand(BERT))
    file = queries.case_file(KIND, number, actor=WUXI_PRICES, at=AT, house=HOUSE)
    assert [(each.department, each.answer) for each in file.joint] == [("price", "价格无误")]
    assert file.next_steps == ()
    assert proofs.intact(number)


def test_nobody_else_answers_and_nobody_is_asked_twice() -> None:
    number = opened()
    with pytest.raises(NotPermitted):
        joint.ask(KIND, number, ASKED, hand(ANNA))
    joint.ask(KIND, number, ASKED, hand(SUZHOU))
    with pytest.raises(Conflict, match=r"case\.joint_already"):
        joint.ask(KIND, number, ASKED, hand(SUZHOU))
    with pytest.raises(NotFound, match=r"case\.joint_not_asked"):
        joint.answer(KIND, number, "无", hand(ANNA))


def sent() -> str:
    """Return the number of a case that Suzhou has sent to Wuxi."""
    number = opened()
    actions.transfer(KIND, number, {"region": "320200", "reason": "无锡商家"}, hand(SUZHOU))
    return number


def test_a_dispute_of_competence_is_decided_by_the_lead_above_both() -> None:
    number = sent()
    joint.dispute(KIND, number, "非本市商家", hand(WUXI))
    assert notices.unread(LEAD) > notices.unread(Actor("x", (Post("tryout.lead", "430000"),)))
    for side in (WUXI, SUZHOU):
        with pytest.raises(NotPermitted):
            joint.settle(KIND, number, BACK, hand(side))
    with pytest.raises(Conflict, match=r"case\.disputed"):
        actions.transfer(KIND, number, BACK, hand(WUXI))
    joint.settle(KIND, number, BACK, hand(LEAD))
    file = queries.case_file(KIND, number, actor=SUZHOU, at=AT, house=HOUSE)
    assert (file.case.region, file.disputed) == ("320583", False)
    assert [step.act for step in file.steps][-2:] == ["dispute", "settle_dispute"]
    assert TallyRow.objects.filter(what="state", cases__gt=0).get().region == "320583"


def test_only_what_was_sent_is_disputed_and_only_what_is_disputed_decided() -> None:
    number = opened()
    with pytest.raises(Conflict, match=r"case\.not_sent"):
        joint.dispute(KIND, number, "非本市商家", hand(SUZHOU))
    with pytest.raises(Conflict, match=r"case\.not_disputed"):
        joint.settle(KIND, number, BACK, hand(LEAD))
    number = sent()
    joint.dispute(KIND, number, "非本市商家", hand(WUXI))
    with pytest.raises(Conflict, match=r"case\.disputed"):
        joint.dispute(KIND, number, "非本市商家", hand(WUXI))
