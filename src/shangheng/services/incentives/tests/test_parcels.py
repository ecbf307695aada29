# SPDX-License-Identifier: Apache-2.0
"""Parcels: what is used otherwise is told, and so is a transition before and after its end."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shangheng.kernel.cases.store import House
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.services.incentives.jobs.parcels import watch
from shangheng.services.incentives.registers import PARCEL
from shangheng.services.incentives.tests.places import FOLDER

pytestmark = pytest.mark.django_db
REGION, AT = "320000", datetime(2017, 1, 2, 1, tzinfo=UTC)
LIBRARY = policies.load(FOLDER, ("jiangsu",))
HOUSE = House(
    region=REGION, library=lambda: LIBRARY, configuration={"incentives.land_warn_days": 30}
)
CLERK, REVIEWER = (
    Hand(Actor(role, (Post(f"incentives.{role}", REGION),)), AT) for role in ("clerk", "reviewer")
)
GIVEN = {
    "parcel": "320583-001-0007", "name": "城南仓库", "region": "320583", "address": "城南路 7 号",
    "owner": "91360702705558005W", "use_before": "storage", "allowed": "online-offline",
    "use": "storage", "source": "visit", "found_on": "2016-12-30",
}  # fmt: skip


def entered(**more: str) -> str:
    filing = Filing(since=date(2016, 12, 30), home=REGION, sure=True)
    number = registers.enter(PARCEL, {**GIVEN, **more}, CLERK, filing).number
    registers.confirm(PARCEL, number, REVIEWER)
    return number


def found(number: str, **more: str) -> None:
    """Enter what a later visit found, as a new version that another one confirms."""
    filing = Filing(since=date(2017, 1, 2), reason="现场核查", home=REGION)
    registers.amend(PARCEL, number, {**GIVEN, **more}, CLERK, filing)
    registers.confirm(PARCEL, number, REVIEWER)


def told(day: date | None = None, house: House = HOUSE) -> list[str]:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC) if day else AT
    reader = Actor("lan", (Post("incentives.clerk", REGION),))
    before = {each.id for each in notices.inbox(reader)}
    count = watch(house, at)
    new = [each.notice for each in notices.inbox(reader) if each.id not in before]
    assert len(new) == count
    return sorted(each.key.rpartition("/")[2] for each in new)


def test_nothing_is_told_of_a_parcel_that_is_used_as_it_may_be() -> None:
    entered()
    assert told() == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"use": "housing"}, ["forbidden"]),
        ({"use": "online-offline"}, ["changed"]),
        ({"owner": "91360702159108549P"}, []),
        ({"owner": "91360702159108549P", "transition_from": "2016-12-01"}, ["user"]),
    ],
)
def test_a_new_version_that_departs_is_told_once(more: dict[str, Any], why: list[str]) -> None:
    number = entered()
    assert told() == []
    found(number, **more)
    assert told() == why
    assert told() == []


def test_a_transition_is_told_of_before_its_last_day_and_after_it_once_each() -> None:
    entered(transition_from="2017-01-01", use="online-offline")
    assert told(date(2021, 12, 1)) == []
    assert told(date(2021, 12, 2)) == ["ending"]
    assert told(date(2021, 12, 31)) == []
    assert told(date(2022, 1, 1)) == ["over"]
    assert told(date(2022, 2, 1)) == []


def test_how_early_to_warn_is_asked_where_nobody_decided_it() -> None:
    entered(transition_from="2017-01-01")
    undecided = replace(HOUSE, configuration={})
    assert told(date(2017, 2, 1), undecided) == ["undecided"]


def test_no_clock_runs_where_no_document_prints_one() -> None:
    entered(transition_from="2011-01-01")
    assert told(date(2017, 2, 1), replace(HOUSE, library=None)) == []
