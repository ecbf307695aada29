# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta

import pytest

from shangheng.kernel.cases import actions, trends
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.queries import inbox
from shangheng.kernel.cases.tests.builders import ANNA, AT, KIND, LEAD, STRANGER, hand, story
from shangheng.kernel.registers.concept.actors import Actor, Post

pytestmark = pytest.mark.django_db
EVERYWHERE = Actor("boss", (Post("tryout.lead"),))
SPAN = {"since": AT - timedelta(days=1), "until": AT + timedelta(days=20)}


def opened(**more: str) -> str:
    return actions.open_case(KIND, story(**more), hand()).number


def test_a_post_for_the_whole_country_sees_every_case() -> None:
    numbers = [opened(), opened(place="430102")]
    found = inbox(KIND, Wanted(), actor=EVERYWHERE, at=AT)
    assert [each.number for each in found] == numbers


def test_cases_are_counted_by_what_was_filed_within_the_readers_region_and_the_span() -> None:
    opened(order_no="A")
    opened(order_no="A")
    opened(order_no="B", place="320102")
    opened(place="430102")
    by = ("order_no", "region")
    assert trends.tallied(KIND, by, actor=ANNA, **SPAN) == {("A", "320583"): 2}
    everywhere = trends.tallied(KIND, by, actor=EVERYWHERE, **SPAN)
    assert everywhere[("", "430102")] == 1
    assert sum(everywhere.values()) == 4
    past = {"since": AT - timedelta(days=9), "until": AT}
    assert trends.tallied(KIND, by, actor=EVERYWHERE, **past) == {}


def test_steps_of_a_span_are_told_with_their_cases_and_whether_the_clock_was_kept() -> None:
    early, late, running = opened(), opened(), opened()
    actions.take_step(KIND, early, "accept", {}, hand(ANNA))
    actions.take_step(KIND, late, "accept", {}, hand(ANNA, at=AT + timedelta(days=14)))
    found = trends.taken(KIND, "accept", actor=LEAD, **SPAN)
    assert [(case.number, step.by) for case, step in found] == [(early, "anna"), (late, "anna")]
    assert trends.taken(KIND, "accept", actor=STRANGER, **SPAN) == []
    kept = trends.kept(KIND, "acceptance", [early, late, running])
    assert kept == {early: True, late: False}
