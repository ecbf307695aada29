# SPDX-License-Identifier: Apache-2.0
"""Tasks from the clause to the end, their alarms, and targets judged by evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shangheng.kernel.access.concept import HeldPost
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases import queries, trends
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Invalid, NotFound, NotPermitted
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.kernel.registers.concept.attachments import Upload
from shangheng.services.policy import actions
from shangheng.services.policy.cases import JUDGEMENT, TASK
from shangheng.services.policy.queries import tracking
from shangheng.services.policy.rules.tracking import Task, alarms, state_of
from shangheng.services.policy.tests.libraries import library

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LATER = datetime(2026, 12, 31, 1, tzinfo=UTC)
DAYS = {"policy.check_days": 10, "policy.problem_days": 5}
UNIT = Actor("uma", (Post("policy.unit", "320000"),))
LEAD = Actor("lena", (Post("policy.lead", "320000"),))
INSPECTOR = Actor("ina", (Post("policy.inspector", "320000"),))
ELSEWHERE = Actor("eva", (Post("policy.unit", "430000"),))
GIVEN = {"clause": "jiangsu-2015 (七)1", "work": "建立协调机制", "lead": "省商务厅",
         "units": "省公安厅、省工商局", "region": "320000"}  # fmt: skip
PROOF = [Upload("名单.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(region="320000", files=tmp_path, configuration=DAYS)


def made(number: str = "A", **more: object) -> Task:
    plain = Task(
        number=number, clause="jiangsu-2015 (七)1", work="x", lead="省商务厅", units=(),
        state="running", due_on=date(2026, 12, 31), percent=None, needs=(),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def codes(*held: Task) -> dict[str, list[str]]:
    found = alarms(held, TODAY, {"jiangsu-2015 (七)1"})
    return {number: [each.code for each in told] for number, told in found.items()}


def test_a_task_whose_day_has_passed_is_overdue_by_so_many_days() -> None:
    (told,) = alarms([made(due_on=date(2026, 11, 20))], TODAY)["A"]
    assert told.words == ("逾期 3 天", "3 days late")
    assert codes(made(due_on=TODAY)) == {}
    assert codes(made(due_on=date(2026, 1, 1), state="done")) == {}


def test_a_task_says_what_it_lacks() -> None:
    assert codes(made(due_on=None)) == {"A": ["unplanned"]}
    assert codes(made(state="problem")) == {"A": ["problem"]}
    assert codes(made(finding="slow")) == {"A": ["slow"]}
    assert codes(made(clause="jiangsu-2015 (七)99")) == {"A": ["clause_unknown"]}


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (made("B"), ["waits"]),
        (made("B", state="done"), []),
        (made("B", state="dropped"), ["needs_dropped"]),
        (made("B", due_on=date(2026, 1, 1)), ["needs_late"]),
        (made("B", due_on=date(2027, 1, 1)), ["waits", "needs_later"]),
        (made("C"), ["needs_unknown"]),
        (made("B", needs=("A",)), ["waits", "circle"]),
    ],
)
def test_a_task_that_waits_for_another_is_told_what_is_wrong_there(
    first: Task, told: list[str]
) -> None:
    assert codes(made(needs=("B",)), first).get("A", []) == told


def test_a_duty_stands_as_its_worst_task() -> None:
    late = made(due_on=date(2026, 1, 1))
    for held, state in (
        ([], "none"), ([made(state="dropped")], "none"), ([made(), late], "late"),
        ([made(), made(state="problem")], "stuck"), ([made(), made(state="done")], "running"),
        ([made(state="done")], "done"),
    ):  # fmt: skip
        assert state_of(held, TODAY) == state


def hand(actor: Actor, house: House) -> Hand:
    return Hand(actor, AT, house=house)


@pytest.mark.django_db
def test_a_task_goes_from_plan_to_checked_completion_with_its_evidence(house: House) -> None:
    number = cases.open_case(TASK, GIVEN, hand(LEAD, house)).number

    def step(name: str, actor: Actor, **given: object) -> str:
        return cases.take_step(TASK, number, name, given, hand(actor, house)).state

    step("plan", UNIT, plan="先调研后发文", due_on="2026-11-20")
    step("progress", UNIT, percent="40", said="已调研", proof=PROOF)
    step("raise", UNIT, problem="缺编制")
    assert step("escalate", UNIT, reason="需省里定") == "escalated"
    step("decide", LEAD, meeting="领导小组会议", held_on="2026-11-22", decision="由办公室承担",
         due_on="2026-12-20")  # fmt: skip
    step("inspect", INSPECTOR, finding="slow", reason="进度落后")
    (task,) = tracking.tasks(LEAD, AT)
    assert (task.due_on, task.percent, task.decision) == (date(2026, 12, 20), 40, "由办公室承担")
    assert task.finding == "slow"
    assert task.proofs == 1
    assert task.bodies == ("省商务厅", "省公安厅", "省工商局")
    with pytest.raises(Invalid):
        step("report", UNIT, said="完成")  # without evidence nothing is done
    assert step("report", UNIT, said="完成", proof=PROOF) == "reported"
    both = Actor("uma", (Post("policy.inspector", "320000"),))
    with pytest.raises(NotPermitted) as refused:
        step("accept", both, reason="属实")
    assert refused.value.code == "case.four_eyes"
    assert step("accept", INSPECTOR, reason="属实") == "done"


@pytest.mark.django_db
def test_nobody_touches_or_sees_the_tasks_of_another_province(house: House) -> None:
    number = cases.open_case(TASK, GIVEN, hand(LEAD, house)).number
    with pytest.raises(NotPermitted):
        cases.take_step(TASK, number, "plan", {"plan": "x", "due_on": "2026-12-01"},
                        hand(ELSEWHERE, house))  # fmt: skip
    assert tracking.tasks(ELSEWHERE, AT) == []


@pytest.mark.django_db
def test_no_task_is_set_up_before_the_authority_has_decided_its_clocks(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        cases.open_case(TASK, GIVEN, hand(LEAD, replace(house, configuration={})))
    assert refused.value.code == "parameter.not_configured"


@pytest.mark.django_db
def test_each_duty_of_a_department_becomes_one_task_once(house: House) -> None:
    place = library().jurisdictions["jiangsu"]
    owed = policies.duties(place, department="省邮政管理局")
    numbers = actions.decompose(place, owed, hand(LEAD, house))
    assert len(numbers) == len(owed) > 1
    assert actions.decompose(place, owed, hand(LEAD, house)) == []
    held = tracking.tasks(LEAD, AT)
    assert all(tracking.of_duty(held, each) for each in owed)
    department = policies.find_department(place, "省邮政管理局")
    assert len(tracking.of_bodies(held, department.forms)) == len(owed)
    assert {each.lead for each in held} == {""}  # the document does not say who leads
    assert not [each for each in alarms(held, TODAY, tracking.references(library())).values()
                if any(one.code == "clause_unknown" for one in each)]  # fmt: skip


@pytest.mark.django_db
def test_a_target_without_a_number_is_judged_by_two(house: House) -> None:
    given = {"target": "JS-05", "year": "2020", "verdict": "nearly", "grounds": "见名单"}
    with pytest.raises(Invalid):
        cases.open_case(JUDGEMENT, given, hand(UNIT, house))
    opened = cases.open_case(JUDGEMENT, given | {"proof": PROOF}, hand(UNIT, house))
    cases.take_step(JUDGEMENT, opened.number, "propose", {}, hand(UNIT, house))
    assert tracking.judgements(AT) == {}
    cases.take_step(JUDGEMENT, opened.number, "confirm", {"reason": "属实"}, hand(LEAD, house))
    found = tracking.judgements(AT)["JS-05"]
    assert (found.year, found.reached, found.proofs) == (2020, False, 1)
    assert found.verdict[0] == "基本达到"
    assert tracking.judgements(AT, 2019) == {}


POLICE, OWN_CITY = "省公安厅", "320000"
FORMS = {form: each for each in library().jurisdictions["jiangsu"].departments
         for form in each.forms}  # fmt: skip
WORK = {"plan": "先调研后发文", "due_on": "2026-12-20"}


def of(department: str, role: str = "policy.unit", region: str = OWN_CITY) -> Actor:
    """Return somebody who holds a post for a department, as the office of access makes it."""
    held = HeldPost(
        uuid=uuid4(), person=department, role=role, region=region, department=department,
        party="", since=AT, until=None, void=False, given_by="b", reason="r",
    )  # fmt: skip
    return Actor(department, held.posts(FORMS))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("department", "is_own"),
    [
        ("省公安厅", True),  # joins
        ("省工商局", True),  # joins, with a function in other cases
        ("省商务厅", True),  # leads; the office of the commerce authority
        ("公安厅", True),  # the same body as another document prints it
        ("省科技厅", False),
        ("省安厅", False),
        ("", True),  # bound to no department
    ],
)
def test_a_unit_sees_and_works_on_what_it_leads_or_joins(
    house: House, department: str, *, is_own: bool
) -> None:
    number = cases.open_case(TASK, GIVEN, hand(LEAD, house)).number
    actor = of(department)
    assert [each.number for each in tracking.tasks(actor, AT)] == [number] * is_own
    if is_own:
        cases.take_step(TASK, number, "plan", WORK, hand(actor, house))
        cases.add_note(TASK, number, "已对接", hand(actor, house), outward=False)
        return
    with pytest.raises(NotFound):
        queries.case_file(TASK, number, actor=actor, at=AT, house=house)
    for act in (
        lambda: cases.take_step(TASK, number, "plan", WORK, hand(actor, house)),
        lambda: cases.add_note(TASK, number, "已对接", hand(actor, house), outward=False),
        lambda: cases.assign(TASK, number, actor.name, hand(actor, house)),
    ):
        with pytest.raises(NotPermitted):
            act()


@pytest.mark.django_db
def test_the_office_of_the_commerce_authority_works_on_the_tasks_of_all(house: House) -> None:
    alone = GIVEN | {"lead": POLICE, "units": ""}
    number = cases.open_case(TASK, alone, hand(LEAD, house)).number
    assert tracking.tasks(of("省工商局"), AT) == []
    office = of("省商务厅", "policy.lead")
    assert [each.number for each in tracking.tasks(office, AT)] == [number]
    cases.take_step(TASK, number, "plan", WORK, hand(office, house))
    assert tracking.tasks(of("省商务厅", region="430000"), AT) == []  # of another province
    found = trends.statistics(TASK, actor=office, since=AT, until=LATER, at=LATER)
    assert found.by_state == {"running": 1}


@pytest.mark.django_db
def test_a_unit_sets_up_tasks_of_its_own_only(house: House) -> None:
    with pytest.raises(NotPermitted):
        cases.open_case(TASK, GIVEN, hand(of("省科技厅"), house))
    assert cases.open_case(TASK, GIVEN, hand(of(POLICE), house)).number


@pytest.mark.django_db
def test_a_part_of_a_name_is_another_body(house: House) -> None:
    cases.open_case(TASK, GIVEN | {"units": "省公安厅交管局，省工商局"}, hand(LEAD, house))
    assert tracking.tasks(of(POLICE), AT) == []
    assert len(tracking.tasks(of("省工商局"), AT)) == 1


@pytest.mark.django_db
def test_counts_of_all_departments_are_not_told_to_one(house: House) -> None:
    cases.open_case(TASK, GIVEN, hand(LEAD, house))
    assert queries.count(TASK, Wanted(), actor=of(POLICE)) == 1
    with pytest.raises(NotPermitted) as refused:
        trends.statistics(TASK, actor=of(POLICE), since=AT, until=LATER, at=LATER)
    assert refused.value.code == "case.counts_of_all"


@pytest.mark.django_db
def test_no_duty_gets_a_second_task_because_the_first_is_not_seen(house: House) -> None:
    place = library().jurisdictions["jiangsu"]
    owed = policies.duties(place, department="省邮政管理局")
    actions.decompose(place, owed, hand(LEAD, house))
    elsewhere = Actor("lina", (Post("policy.lead", "320500"),))
    assert actions.decompose(place, owed, hand(elsewhere, house)) == []


@pytest.mark.django_db
def test_a_unit_is_told_of_its_own_tasks_only(house: House) -> None:
    cases.open_case(TASK, GIVEN, hand(LEAD, house))
    told = {name: notices.unread(of(name)) for name in (POLICE, "省商务厅", "省科技厅")}
    assert told == {POLICE: 1, "省商务厅": 1, "省科技厅": 0}
    assert notices.unread(UNIT) == 1


CITIES, SUZHOU = "各市人民政府", "320500"
OF_CITIES = GIVEN | {"lead": CITIES, "units": ""}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("department", "region", "is_own"),
    [
        (CITIES, SUZHOU, True),
        (CITIES, "320506", False),  # a district is no city
        (CITIES, "430100", False),  # of another province
        ("各设区市人民政府", SUZHOU, False),  # another form; the text does not say they are one
        ("省公安厅", SUZHOU, False),
    ],
)
def test_a_task_of_each_citys_government_is_that_of_every_city(
    house: House, department: str, region: str, *, is_own: bool
) -> None:
    number = cases.open_case(TASK, OF_CITIES, hand(LEAD, house)).number
    cases.open_case(TASK, GIVEN, hand(LEAD, house))
    actor = of(department, region=region)
    assert [each.number for each in tracking.tasks(actor, AT)] == [number] * is_own
    assert notices.unread(actor) == is_own
    if is_own:
        cases.take_step(TASK, number, "plan", WORK, hand(actor, house))
        return
    with pytest.raises(NotPermitted):
        cases.take_step(TASK, number, "plan", WORK, hand(actor, house))


@pytest.mark.django_db
def test_a_city_does_not_see_what_another_city_set_up_for_itself(house: House) -> None:
    cases.open_case(TASK, OF_CITIES | {"region": "320100"}, hand(LEAD, house))
    assert tracking.tasks(of(CITIES, region=SUZHOU), AT) == []
    assert len(tracking.tasks(of(CITIES, region="320100"), AT)) == 1
