# SPDX-License-Identifier: Apache-2.0
"""A permit is approved, an outlet is filed; both stand in their registers, duplicates do not."""

from datetime import UTC, date, datetime

import pytest

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import Conflict, Invalid, NotPermitted
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post
from shangheng.kernel.registers.queries import Sought
from shangheng.services.express import queries, rules
from shangheng.services.express.actions import GUARDS
from shangheng.services.express.cases import OUTLET_FILING, PERMIT
from shangheng.services.express.registers import EXPRESS_OUTLET, EXPRESS_PERMIT

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
HOUSE = House(
    region="430000",
    configuration={
        "express.outlet_level": {"value": "city", "source": "湖南 (四) 市州备案"},
        "express.near_metres": 200,
    },
    guards={name: (guard,) for name, guard in GUARDS.items()},
)
OFFICER = Actor("ella", (Post("express.officer", "430100"), Post("express.lead", "430100")))
LEAD = Actor("lars", (Post("express.lead", "430000"), Post("express.officer", "430000")))
FIRM = {"firm": "湘速快递有限公司", "uscc": "91430100MA4L16JQ9D"}
OUTLET = {
    **FIRM, "name": "五一路便利店网点", "permit": "KDXK-2026-00001", "brand": "湘速",
    "region": "430102", "address": "五一大道1号", "longitude": "112.9800", "latitude": "28.1950",
    "opened_on": "2026-11-10", "to_village": "", "villages": "3",
}  # fmt: skip


def hand(actor: Actor = NOBODY) -> Hand:
    return Hand(actor, AT, house=HOUSE)


def apply(**more: str) -> str:
    given = {**FIRM, "scope": "province", "region": "430102", "capability": "齐备", **more}
    return cases.open_case(PERMIT, given, hand()).number


def take(number: str, name: str, actor: Actor = OFFICER, **given: str) -> str:
    return cases.take_step(PERMIT, number, name, given, hand(actor)).state


@pytest.mark.django_db
def test_a_permit_is_approved_by_two_people_and_stands_in_the_register_until_it_expires() -> None:
    number = apply()
    assert take(number, "accept") == "open"
    days = {"valid_from": "2026-12-01", "valid_until": "2031-11-30", "reason": "符合条件"}
    assert take(number, "propose", **days) == "proposed"
    with pytest.raises(NotPermitted, match=r"case\.four_eyes"):
        take(number, "grant")
    assert take(number, "grant", LEAD) == "granted"
    (permit,) = entries.listed(EXPRESS_PERMIT, Sought(), actor=NOBODY, today=date(2032, 1, 1))
    assert permit.values["decided_by"] == number
    assert permit.expired


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["interprovincial", "international"])
def test_what_the_higher_level_decides_is_passed_on_and_not_taken_up(scope: str) -> None:
    number = apply(scope=scope)
    with pytest.raises(Conflict, match=r"express\.not_competent") as refusal:
        take(number, "accept")
    assert refusal.value.facts["competent"] == "国务院邮政管理部门"
    assert take(number, "pass_on", reason="跨省经营") == "passed_on"


@pytest.mark.django_db
def test_a_permit_does_not_end_before_it_begins() -> None:
    number = apply()
    take(number, "accept")
    take(number, "propose", valid_from="2026-12-01", valid_until="2026-12-01", reason="笔误")
    with pytest.raises(Invalid, match=r"express\.ends_before"):
        take(number, "grant", LEAD)


def file_outlet(**more: str) -> None:
    number = cases.open_case(OUTLET_FILING, {**OUTLET, **more}, hand()).number
    given = {"not_the_same": more.get("not_the_same", "")}
    cases.take_step(OUTLET_FILING, number, "file", given, hand(LEAD))


@pytest.mark.django_db
def test_an_outlet_is_filed_with_the_city_and_gets_its_number_at_once() -> None:
    file_outlet()
    (outlet,) = entries.listed(EXPRESS_OUTLET, Sought(), actor=NOBODY, today=TODAY)
    assert outlet.values["filed_with"] == "430100"
    assert outlet.number == "MDWD-2026-000001"


@pytest.mark.django_db
def test_an_outlet_of_the_same_brand_a_few_steps_away_is_asked_about() -> None:
    file_outlet()
    # 0.0010 degrees of latitude are 111 m; the other county begins across the street.
    beside = {"name": "天心店", "region": "430103", "latitude": "28.1960"}
    with pytest.raises(Conflict, match=r"express\.outlet_near") as refusal:
        file_outlet(**beside)
    assert refusal.value.facts["candidates"] == ["MDWD-2026-000001 五一路便利店网点（111 m）"]
    file_outlet(**beside, not_the_same="true")
    file_outlet(name="另一品牌", brand="他速")
    file_outlet(name="远处", latitude="28.1990")
    assert entries.count(EXPRESS_OUTLET, Sought(), actor=NOBODY) == 4


@pytest.mark.django_db
def test_counties_without_an_outlet_are_in_the_coverage_too() -> None:
    file_outlet(to_village="true")
    found = {each.region: each for each in queries.coverage("430100", TODAY)}
    assert (found["430102"].outlets, found["430102"].to_village) == (1, 1)
    assert (found["430102"].villages, found["430103"].outlets) == (3, 0)
    assert len(queries.coverage("430000", TODAY)) > len(found) > 5
    assert [each.region for each in queries.coverage("430102", TODAY)] == ["430102"]


@pytest.mark.parametrize(
    ("level", "kept"), [("province", "430000"), ("city", "430100"), ("county", "430102")]
)
def test_the_level_that_keeps_the_file_is_the_authoritys_decision(level: str, kept: str) -> None:
    decided = {"express.outlet_level": level}
    assert rules.kept_by("430102", on=TODAY, configuration=decided)[0] == kept


def test_an_unknown_level_and_an_undecided_one_are_refused() -> None:
    for decided in ({"express.outlet_level": "village"}, {}):
        with pytest.raises(Invalid):
            rules.kept_by("430102", on=TODAY, configuration=decided)


def test_how_late_an_outlet_was_filed_follows_from_the_regulation() -> None:
    told = [rules.days_late(date(2026, 11, day), TODAY, configuration={}) for day in (1, 3, 23)]
    assert told == [2, 0, 0]
