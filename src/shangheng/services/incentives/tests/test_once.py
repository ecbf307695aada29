# SPDX-License-Identifier: Apache-2.0
"""One training subsidy for a person and course, one project subsidy for an asset."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from shangheng.kernel import codes
from shangheng.kernel.cases import across
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, Invalid, NotFound, Refusal
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.registers import COURSE
from shangheng.services.incentives.tests import applying as a
from shangheng.services.incentives.tests.places import FOLDER

pytestmark = pytest.mark.django_db
LIBRARY = policies.load(FOLDER, ("jiangsu",))
REGION = "320000"
ANN, BEN = (
    each + codes.resident_check_character(each)
    for each in ("32058319900307001", "32058319910308002")
)
DAY = "2016-02-20"
TRAINED = {
    "provision": "jiangsu.training-subsidy", "name": "某网店公司", "code": a.CODE,
    "region": "320583",
    "facts": "costs: [{kind: training, count: 1, from: 2016-02-20, certified: 2016-02-25}]\n"
    "training: {ecommerce: true, national_certificate: true}",
}  # fmt: skip
FAIR = {
    **TRAINED, "provision": "jiangsu.exhibition-support",
    "facts": "event: {by_association_or_firm: true, ecommerce: true, market_run: true}\n"
    "costs: [{kind: exhibition, from: 2016-02-20}]",
}  # fmt: skip


def hand(role: str = "") -> Hand:
    actor = Actor(role, a.post(role, REGION)) if role else NOBODY
    decided = {
        **a.DECIDED, "jiangsu.training-rate": 800, "jiangsu.exhibition-support-amount": 50000,
    }  # fmt: skip
    house = replace(
        a.house(), region=REGION, configuration=decided, library=lambda: LIBRARY, secret=REGION
    )
    return Hand(actor, a.AT, house=house)


def course(name: str = "电子商务师", until: str = "2016-12-31") -> str:
    given = {
        "name": name, "body": a.OTHER, "body_name": "某学院", "hours": "80",
        "document": "苏人社〔2015〕9号", "valid_until": until,
    }  # fmt: skip
    clerk, reviewer = (
        PlainHand(Actor(role, a.post(role, REGION)), a.AT) for role in ("clerk", "reviewer")
    )
    filing = Filing(home=REGION, since=date(2016, 1, 1), sure=True)
    number = registers.enter(COURSE, given, clerk, filing).number
    registers.confirm(COURSE, number, reviewer)
    return number


def claimed(form: dict[str, str], **more: str) -> str:
    return cases.open_case(APPLICATION, {**form, **more}, hand()).number


def step(number: str, name: str, role: str, **given: Any) -> str:
    return cases.take_step(APPLICATION, number, name, given, hand(role)).state


def test_the_second_claim_for_a_person_and_course_is_refused_with_the_number_of_the_first() -> (
    None
):
    one, other = course(), course("网络创业")
    first = claimed(TRAINED, trainees=f"{ANN} {one} {DAY}")
    for again in (f"{ANN} {one} {DAY}", f"{BEN} {one} {DAY}\n{ANN.lower()}，{one.lower()}，{DAY}"):
        with pytest.raises(Conflict, match=r"incentive\.claimed_before") as refusal:
            claimed(TRAINED, trainees=again, code=a.OTHER)
        assert refusal.value.facts["number"] == first
    claimed(TRAINED, trainees=f"{ANN} {other} {DAY}")
    claimed(TRAINED, trainees=f"{BEN} {one} {DAY}")


def test_nobody_is_named_twice_in_one_claim() -> None:
    one = course()
    with pytest.raises(Conflict, match=r"incentive\.claimed_before"):
        claimed(TRAINED, trainees=f"{ANN} {one} {DAY}、{ANN} {one} {DAY}")


def test_a_claim_that_was_refused_stands_in_nobodys_way() -> None:
    one = course()
    first = claimed(TRAINED, trainees=f"{ANN} {one} {DAY}")
    step(first, "refuse", "clerk", reason="未取得证书")
    claimed(TRAINED, trainees=f"{ANN} {one} {DAY}")


def test_a_resident_number_is_kept_nowhere() -> None:
    claimed(TRAINED, trainees=f"{ANN} {course()} {DAY}")
    claimed(FAIR, trainees=f"{BEN} x y", asset="展会1号")
    for each in across.in_states(APPLICATION, ("filed",)):
        assert ANN not in str(each.values)
        assert BEN not in str(each.values)


@pytest.mark.parametrize(
    ("trainees", "code"),
    [
        ("", "incentive.trainees_unclear"),
        (f"{ANN} {{course}}", "incentive.trainees_unclear"),
        (f"{ANN[:-1]}0 {{course}} {DAY}", "incentive.trainees_unclear"),
        (f"{ANN} PXKC-2016-00099 {DAY}", "register.unknown"),
        (f"{ANN} {{course}} 2015-12-31", "register.not_in_force"),
        (f"{ANN} {{course}} 2016-02-27", "register.not_in_force"),
        (f"{ANN} {{course}} 2016-03-09", "incentive.not_yet_trained"),
        (f"{ANN} {{course}} soon", "question.day_unreadable"),
    ],
)
def test_only_a_course_accredited_on_the_day_counts(trainees: str, code: str) -> None:
    number = course(until="2016-02-26")
    with pytest.raises((Conflict, Invalid, NotFound)) as refusal:
        claimed(TRAINED, trainees=trainees.format(course=number))
    assert refusal.value.code == code


def test_no_more_persons_are_paid_than_are_named() -> None:
    facts = TRAINED["facts"].replace("count: 1", "count: 2")
    number = claimed(TRAINED, trainees=f"{ANN} {course()} {DAY}", facts=facts)
    with pytest.raises(Conflict, match=r"incentive\.trainees_fewer") as refusal:
        step(number, "check", "clerk")
    assert refusal.value.facts == {"named": 1, "people": 2}


def test_one_subsidy_for_one_asset_whoever_asks_and_however_it_is_written() -> None:
    first = claimed(FAIR, asset="苏展 2016-07a")
    with pytest.raises(Conflict, match=r"incentive\.claimed_before") as refusal:
        claimed(FAIR, asset="苏展２０１６-07A", code=a.OTHER, name="另一家")
    assert refusal.value.facts == {"number": first, "what": "苏展2016-07A"}
    with pytest.raises(Invalid, match=r"incentive\.asset_needed"):
        claimed(FAIR, asset=" ")


def test_an_asset_is_visited_before_it_is_checked() -> None:
    number = claimed(FAIR, asset="苏展2016-07")
    with pytest.raises(Refusal, match=r"incentive\.not_visited"):
        step(number, "check", "clerk")
    seen = {"visited_on": "2016-02-28", "visit": "展会如期举办，展位 120 个"}
    assert step(number, "check", "clerk", **seen) == "checked"
