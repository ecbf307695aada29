# SPDX-License-Identifier: Apache-2.0
"""Where complaints stand out, and who hears of a warning."""

from datetime import timedelta
from decimal import Decimal
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.cases import actions
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid
from shangheng.kernel.notices.models import NoticeRow
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import reach
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.services.consumer import jobs, queries
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.cases.others import SUBSCRIPTION
from shangheng.services.consumer.forms import warning_of
from shangheng.services.consumer.registers import WARNING
from shangheng.services.consumer.rules.warnings import (
    SamplingTerms,
    Terms,
    failing,
    outliers,
    tail_probability,
    terms,
)
from shangheng.services.consumer.tests.houses import AT, GIVEN, HOUSE, LEAD, hand, on_file

DECIDED = Terms(days=7, windows=4, tail=0.001, least=5, exposure="days", sources=("试行",))
HOT, COLD = ("320583", "electronics", "quality"), ("320583", "food", "quality")


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.1, 0.2, 0.5]))
def test_the_tail_is_that_of_the_binomial_law(k: int, more: int, share: float) -> None:
    n = k + more
    exact = sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1))
    assert tail_probability(k, n, share) == pytest.approx(exact, rel=1e-9, abs=1e-15)


def test_large_counts_neither_overflow_nor_take_long() -> None:
    assert tail_probability(60_000, 200_000, 0.2) < 1e-100
    assert tail_probability(39_900, 200_000, 0.2) == pytest.approx(0.71, abs=0.01)


def test_what_came_by_chance_is_no_warning_and_what_did_not_is_one() -> None:
    (found,) = outliers({HOT: 12, COLD: 6}, {HOT: 8, COLD: 20}, DECIDED)
    assert found.key == HOT
    assert (found.now, found.before, found.share, found.expected) == (12, 8, 0.2, 4.0)
    assert found.chance == pytest.approx(tail_probability(12, 20, 0.2))


def test_few_complaints_are_no_warning_however_unlikely() -> None:
    assert outliers({HOT: 4}, {}, DECIDED) == ()
    assert len(outliers({HOT: 5}, {}, DECIDED)) == 1


def test_a_busy_season_by_itself_is_no_reason_where_complaints_are_the_measure() -> None:
    now, before = {HOT: 30, COLD: 300}, {HOT: 20, COLD: 200}
    by_complaints = Terms(7, 4, 0.001, 5, "complaints", ())
    assert len(outliers(now, before, DECIDED)) == 2
    assert outliers(now, before, by_complaints) == ()


def test_nothing_is_told_before_the_authority_has_decided_what_stands_out() -> None:
    assert terms(HOUSE.configuration, AT.date()).tail == 0.001
    for wrong in ({}, {**HOUSE.configuration, "consumer.warning_exposure": "moon"}):
        with pytest.raises(Invalid):
            terms(wrong, AT.date())


def test_a_warning_is_proposed_where_enough_samples_failed_and_enough_in_a_hundred() -> None:
    decided = SamplingTerms(90, 3, Decimal(10), ("试行",))
    samples = [
        ("320583", "electronics", "充电器", "failed", 2),
        ("320583", "electronics", "手机壳", "failed", 3),
        ("320583", "electronics", "手机壳", "passed", 45),
        ("320583", "food", "糕点", "failed", 2),
        ("320100", "food", "糕点", "failed", 3),
        ("320100", "food", "糕点", "passed", 28),
    ]
    (found,) = failing(samples, decided)
    assert (found.region, found.failed, found.tested) == ("320583", 5, 50)
    assert (found.percent, found.products) == (10, ("手机壳", "充电器"))


def complaints(count: int, days_ago: int, **more: str) -> None:
    at = AT - timedelta(days=days_ago)
    for n in range(count):
        filed = {**GIVEN, "order_no": f"{days_ago}-{n}", **more}
        actions.open_case(COMPLAINT, filed, Hand(NOBODY, at, house=HOUSE))


@pytest.mark.django_db
def test_complaints_of_the_window_stand_out_against_those_before_it() -> None:
    complaints(9, 2)
    complaints(2, 12)
    complaints(2, 2, goods="food")
    complaints(9, 40)  # before every window
    decided = terms(HOUSE.configuration, AT.date())
    (found,) = queries.standing_out(LEAD, decided, at=AT)
    assert (found.key, found.now, found.before) == (HOT, 9, 2)
    draft = warning_of(found, decided)
    assert "昆山市" in draft["title"]
    assert "9 件" in draft["computation"]
    assert f"{found.chance:.2e}" in draft["computation"]
    assert [count for _, _, count in queries.trend(LEAD, decided, at=AT)] == [0, 0, 0, 2, 11]
    hand_ = PlainHand(LEAD, AT)
    made = registers.enter(WARNING, draft, hand_, Filing(home="320000", sure=True))
    assert made.state == "draft"


def subscribe(**wanted: str) -> actions.Opened:
    given = {"email": "a@example.org", **wanted}
    return actions.open_case(SUBSCRIPTION, given, hand())


@pytest.mark.django_db
def test_a_warning_in_force_reaches_who_asked_for_its_goods_and_region_once() -> None:
    subscribe()
    subscribe(goods="electronics", email="b@example.org")
    subscribe(region="苏州市", email="c@example.org")
    subscribe(goods="food", email="no@example.org")
    subscribe(region="南京市", email="never@example.org")
    gone = subscribe(email="gone@example.org")
    actions.take_step(SUBSCRIPTION, gone.number, "stop", {}, hand(code=gone.code))
    on_file(WARNING, {
        "title": "充电时熔化的手机壳", "goods": "electronics", "region": "320583",
        "facts": "多起投诉", "advice": "停止使用",
    })  # fmt: skip
    assert jobs.tell_warnings(HOUSE, AT) == 3
    assert jobs.tell_warnings(HOUSE, AT + timedelta(days=1)) == 0
    told = NoticeRow.objects.filter(channel="email").values_list("to", flat=True)
    assert sorted(told) == ["a@example.org", "b@example.org", "c@example.org"]
    counted = reach.reached(WARNING)
    assert [(each.way, each.region, each.topic, each.times) for each in counted] == [
        ("email", "", "", 1), ("email", "", "electronics", 1), ("email", "320500", "", 1),
    ]  # fmt: skip


@pytest.mark.django_db
def test_who_was_told_of_a_warning_is_told_that_it_was_withdrawn_and_nobody_else() -> None:
    given = {"title": "甲", "region": "320583", "facts": "乙", "advice": "丙"}
    subscribe()
    number = on_file(WARNING, given)
    assert jobs.tell_warnings(HOUSE, AT) == 1
    subscribe(email="later@example.org")
    registers.amend(WARNING, number, {**given, "facts": "丁"}, PlainHand(LEAD, AT))
    assert jobs.tell_warnings(HOUSE, AT) == 0  # nobody has confirmed the amendment
    second = PlainHand(Actor("second", LEAD.posts), AT)
    registers.confirm(WARNING, number, second)
    assert jobs.tell_warnings(HOUSE, AT) == 2
    subscribe(email="latest@example.org")
    registers.end(WARNING, number, PlainHand(LEAD, AT), Filing(reason="查明不实"))
    assert jobs.tell_warnings(HOUSE, AT) == 0
    registers.confirm(WARNING, number, second)
    assert [jobs.tell_warnings(HOUSE, AT) for _ in range(2)] == [2, 0]
    rows = NoticeRow.objects.filter(zh__contains="已撤回").values_list("to", flat=True)
    assert sorted(rows) == ["a@example.org", "later@example.org"]


@pytest.mark.django_db
def test_a_draft_and_a_withdrawn_warning_reach_nobody() -> None:
    subscribe()
    given = {"title": "甲", "region": "320583", "facts": "乙", "advice": "丙"}
    registers.enter(WARNING, given, PlainHand(LEAD, AT), Filing(home="320000", sure=True))
    assert jobs.tell_warnings(HOUSE, AT) == 0
