# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shangheng.kernel.cases import actions, proofs, queries, trends
from shangheng.kernel.cases.concept.kinds import Step
from shangheng.kernel.cases.concept.views import CaseFile, Wanted
from shangheng.kernel.cases.models import CaseRow, StepRow
from shangheng.kernel.cases.tests.builders import (
    ANNA,
    AT,
    BERT,
    HOUSE,
    KIND,
    LEAD,
    STRANGER,
    hand,
    story,
)
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post

pytestmark = pytest.mark.django_db
KINDS = {KIND.name: KIND}
LATER = AT + timedelta(days=1)
WHY = {"reason": "缺发票"}


def opened(**more: str) -> actions.Opened:
    return actions.open_case(KIND, story(**more), hand())


def step(number: str, name: str, actor: Actor = ANNA, **more: object) -> actions.Moved:
    given = more.pop("given", WHY)
    return actions.take_step(KIND, number, name, given, hand(actor, **more))  # type: ignore[arg-type]


def file(number: str, actor: Actor = ANNA, at: object = AT) -> CaseFile:
    return queries.case_file(KIND, number, actor=actor, at=at, house=HOUSE)  # type: ignore[arg-type]


def test_whoever_files_gets_a_number_and_a_code_and_follows_without_an_account() -> None:
    case = opened()
    assert case.number == "TRYOUT-2026-000001"
    assert opened().number == "TRYOUT-2026-000002"
    kind, seen = queries.followed(KINDS, case.number, case.code.lower(), at=AT, house=HOUSE)
    assert kind is KIND
    assert seen.case.state == "received"
    assert seen.clocks[0].reckoning.due_on == date(2026, 3, 9)
    row = CaseRow.objects.get(number=case.number)
    assert case.code not in str(row.__dict__)


def test_what_is_open_stands_before_what_is_closed_in_every_database() -> None:
    over, waits = opened(), opened()
    actions.take_step(KIND, over.number, "withdraw", {}, hand(code=over.code))
    listed = queries.inbox(KIND, Wanted(), actor=ANNA, at=AT)
    assert [each.number for each in listed] == [waits.number, over.number]


@pytest.mark.parametrize("number", ["TRYOUT-2026-000001", "TRYOUT-2026-999999"])
def test_a_wrong_code_and_a_wrong_number_are_answered_alike(number: str) -> None:
    opened()
    with pytest.raises(NotFound, match=r"case\.not_followed"):
        queries.followed(KINDS, number, "AAAA-AAAA-AAAA", at=AT, house=HOUSE)


def test_a_form_is_refused_with_everything_that_is_wrong_and_nothing_is_kept() -> None:
    with pytest.raises(Invalid, match=r"form\.wrong") as refusal:
        actions.open_case(KIND, {"story": "", "claim": "ten", "place": "西湖"}, hand())
    assert set(refusal.value.facts["wrong"]) == {"story", "claim", "place"}
    assert not CaseRow.objects.exists()


def test_no_case_is_opened_while_a_clock_is_undecided() -> None:
    undecided = replace(HOUSE, configuration={})
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        actions.open_case(KIND, story(), hand(house=undecided))


def test_a_case_goes_its_way_and_its_clocks_with_it() -> None:
    case = opened()
    step(case.number, "accept")
    step(case.number, "ask", at=LATER)
    waiting = file(case.number)
    assert [clock.name for clock in waiting.clocks if clock.ended_at] == ["acceptance"]
    assert waiting.clocks[1].stands
    assert waiting.clocks[1].reckoning.due_on is None
    step(case.number, "supply", NOBODY, code=case.code, at=AT + timedelta(days=7))
    running = file(case.number)
    assert running.clocks[1].reckoning.due_on == date(2026, 3, 23)  # 3-9 March do not count
    assert "要求补正" in {day.reason for day in running.clocks[1].reckoning.days}
    step(case.number, "propose", at=AT + timedelta(days=8))
    done = step(case.number, "grant", BERT, at=AT + timedelta(days=9))
    assert done.state == "closed"
    row = CaseRow.objects.get(number=case.number)
    assert (row.outcome, row.closed_at) == ("granted", AT + timedelta(days=9))
    assert not row.clocks.filter(ended_at=None).exists()


def test_every_act_is_a_sealed_leaf_of_the_log_and_a_changed_step_is_found() -> None:
    case = opened()
    step(case.number, "accept")
    assert LeafRow.objects.filter(object_id=case.number).count() == 2
    assert proofs.intact(case.number)
    StepRow.objects.filter(name="accept").update(by="somebody else")
    assert not proofs.intact(case.number)


def test_of_two_officers_who_take_a_step_one_wins_and_the_other_is_told_who() -> None:
    case = opened()
    seen = file(case.number).case.version
    step(case.number, "accept", version=seen)
    with pytest.raises(Conflict, match=r"case\.moved") as refusal:
        step(case.number, "accept", BERT, version=seen)
    assert refusal.value.facts["by"] == "anna"
    assert refusal.value.facts["act"] == "accept"


def test_a_step_posted_twice_is_taken_once() -> None:
    case = opened()
    step(case.number, "accept")
    with pytest.raises(Conflict, match=r"case\.step_not_allowed"):
        step(case.number, "accept")
    assert StepRow.objects.filter(name="accept").count() == 1


def test_four_eyes_mean_two_people() -> None:
    case = opened()
    step(case.number, "accept")
    step(case.number, "propose")
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        step(case.number, "grant")


def test_a_step_without_what_it_needs_is_refused() -> None:
    case = opened()
    step(case.number, "accept")
    with pytest.raises(Invalid, match=r"form\.wrong"):
        step(case.number, "ask", given={})


def test_only_whoever_filed_can_withdraw() -> None:
    case, other = opened(), opened()
    with pytest.raises(NotPermitted):
        step(case.number, "withdraw")
    with pytest.raises(NotPermitted):
        step(case.number, "withdraw", NOBODY, code=other.code)
    assert step(case.number, "withdraw", NOBODY, code=case.code).state == "withdrawn"


def test_a_role_that_was_taken_away_takes_no_more_steps() -> None:
    case = opened()
    with pytest.raises(NotPermitted):
        step(case.number, "accept", replace(ANNA, posts=()))


def test_officers_of_other_regions_see_nothing_of_a_case() -> None:
    case = opened()
    with pytest.raises(NotFound):
        file(case.number, STRANGER)
    assert queries.inbox(KIND, Wanted(), actor=STRANGER, at=AT) == []
    with pytest.raises(NotPermitted):
        queries.inbox(KIND, Wanted(), actor=NOBODY, at=AT)


def test_a_case_is_claimed_once_and_handed_back_with_a_reason() -> None:
    case = opened()
    actions.assign(KIND, case.number, "anna", hand(ANNA))
    with pytest.raises(Conflict, match=r"case\.held"):
        actions.assign(KIND, case.number, "bert", hand(BERT))
    with pytest.raises(NotPermitted):
        actions.hand_back(KIND, case.number, "病假", hand(BERT))
    with pytest.raises(Invalid, match=r"case\.reason_missing"):
        actions.hand_back(KIND, case.number, " ", hand(ANNA))
    actions.hand_back(KIND, case.number, "病假", hand(ANNA))
    actions.assign(KIND, case.number, "bert", hand(LEAD))
    assert file(case.number).case.holder == "bert"


def test_a_transfer_moves_the_case_and_the_sight_of_it_but_not_its_clocks() -> None:
    case = opened()
    before = file(case.number).clocks[0].reckoning.due_on
    to = {"region": "扬州市", "reason": "商家在扬州"}
    actions.transfer(KIND, case.number, to, hand(LEAD))
    with pytest.raises(NotFound):
        file(case.number, ANNA)
    moved = file(case.number, LEAD)
    assert (moved.case.region, moved.clocks[0].reckoning.due_on) == ("321000", before)
    with pytest.raises(Invalid, match=r"case\.transfer_nowhere"):
        actions.transfer(KIND, case.number, to, hand(LEAD))


def test_a_department_narrows_who_works_on_a_case() -> None:
    case = opened()
    to = {"department": "price", "reason": "价格问题"}
    actions.transfer(KIND, case.number, to, hand(LEAD))
    prices = Actor("prices", (Post("tryout.officer", "320500", "price"),))
    weights = Actor("weights", (Post("tryout.officer", "320500", "weight"),))
    assert file(case.number, prices).next_steps
    with pytest.raises(NotFound):
        file(case.number, weights)


def test_notes_are_inside_unless_they_are_said_to_be_outward() -> None:
    case = opened()
    actions.add_note(KIND, case.number, "疑似惯犯", hand(ANNA), outward=False)
    actions.add_note(KIND, case.number, "已联系商家", hand(ANNA), outward=True)
    actions.reply(KIND, case.number, "谢谢", hand(code=case.code))
    _, seen = queries.followed(KINDS, case.number, case.code, at=AT, house=HOUSE)
    assert [note.text for note in seen.notes] == ["已联系商家", "谢谢"]
    assert "疑似惯犯" not in str(seen.steps)


def test_a_clock_is_stopped_extended_and_told_only_by_who_is_named() -> None:
    case = opened()
    step(case.number, "accept")
    with pytest.raises(NotPermitted):
        actions.stop_clock(KIND, case.number, "decision", "鉴定", hand(ANNA))
    actions.stop_clock(KIND, case.number, "decision", "鉴定", hand(LEAD))
    actions.resume_clock(KIND, case.number, "decision", "完成", hand(LEAD, LATER))
    actions.extend_clock(KIND, case.number, "decision", "案情复杂", hand(LEAD, LATER))
    clock = file(case.number).clocks[1]
    assert clock.reckoning.length == 13
    with pytest.raises(Conflict, match=r"clock\.already"):
        actions.extend_clock(KIND, case.number, "decision", "再延", hand(LEAD, LATER))
    with pytest.raises(NotPermitted):
        actions.extend_clock(KIND, case.number, "acceptance", "再延", hand(LEAD, LATER))


def test_each_clock_is_told_of_once_before_and_once_after_its_end() -> None:
    case = opened()
    step(case.number, "accept")
    assert actions.remind(KINDS, at=AT) == {"warned": 0, "escalated": 0}
    soon = AT + timedelta(days=13)
    assert actions.remind(KINDS, at=soon) == {"warned": 1, "escalated": 0}
    late = AT + timedelta(days=30)
    assert actions.remind(KINDS, at=late) == {"warned": 0, "escalated": 1}
    assert actions.remind(KINDS, at=late) == {"warned": 0, "escalated": 0}
    assert queries.inbox(KIND, Wanted(late_at=late), actor=ANNA, at=late)[0].is_late
    assert queries.overdue(KINDS, actor=LEAD, at=late)[0].number == case.number
    assert file(case.number).steps[-1].values == {"to": "tryout.lead"}


def test_cases_about_the_same_order_are_proposed_and_gathered() -> None:
    one, two, _ = opened(order_no="A-1"), opened(order_no="A-1"), opened(order_no="B-1")
    found = queries.similar(KIND, one.number, actor=ANNA)
    assert [each.number for each in found] == [two.number]
    actions.gather(KIND, two.number, one.number, "同一订单", hand(ANNA))
    assert file(one.number).gathered == (two.number,)
    with pytest.raises(Conflict, match=r"case\.cannot_gather"):
        actions.gather(KIND, one.number, two.number, "反向", hand(ANNA))


def test_statistics_count_cases_and_the_share_in_time() -> None:
    one, two = opened(), opened()
    step(one.number, "accept", at=LATER)
    step(two.number, "accept", at=AT + timedelta(days=20))
    until = AT + timedelta(days=40)
    found = trends.statistics(KIND, actor=LEAD, since=AT, until=until, at=until)
    assert (found.opened, found.by_state) == (2, {"open": 2})
    assert found.on_time_percent("acceptance") == 50
    assert found.late == 2


def test_inboxes_are_searched_and_filtered() -> None:
    opened(story="手机壳 熔化")
    opened(story="羽绒服起球")
    found = queries.inbox(KIND, Wanted(text="熔化", state="received"), actor=ANNA, at=AT)
    assert [each.title for each in found] == ["手机壳 熔化"]
    assert queries.count(KIND, Wanted(region="321000"), actor=LEAD) == 0


ROLES = (*KIND.roles, "other.officer", "public")


@pytest.mark.parametrize("declared", KIND.steps, ids=lambda each: each.name)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("region", ["320583", "320500", "320000", "", "320102", "430000"])
def test_a_step_is_allowed_exactly_where_it_is_declared(
    declared: Step, role: str, region: str
) -> None:
    case = opened()
    CaseRow.objects.filter(number=case.number).update(state=declared.sources[0])
    actor = Actor("x", (Post(role, region),))
    allowed = role in declared.roles and region in ("320583", "320500", "320000", "")
    if allowed:
        assert step(case.number, declared.name, actor).state == declared.target
    else:
        with pytest.raises(NotPermitted):
            step(case.number, declared.name, actor)


def test_a_post_for_the_whole_country_sees_every_case() -> None:
    actions.open_case(KIND, story(), hand())
    everywhere = Actor("eve", (Post("tryout.officer"),))
    assert queries.count(KIND, Wanted(), actor=everywhere) == 1
