# SPDX-License-Identifier: Apache-2.0
"""Who is due an award without applying, and what the funds can pay."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.services.incentives.jobs import everybody as job
from shangheng.services.incentives.tests import applying as a
from shangheng.services.incentives.tests.trading import Trade, shop_of, sold, trade

pytestmark = pytest.mark.django_db
ON = date(2016, 3, 1)
AWARD = "ganzhou.sales-award"
DECIDED = {"incentives.county_percent": 40, "incentives.sales_measure": "paid-less-refunds"}
MILLION = 1_000_000
ELSEWHERE = "91320583MA1P000001"


def market(**decided: Any) -> Trade:
    """Two firms of two counties, one of which jumps two levels; a third sells from elsewhere."""
    return trade(
        {**DECIDED, **decided},
        merchant=[
            shop_of("甲", a.CODE), shop_of("甲二", a.CODE), shop_of("乙", a.OTHER, "360781"),
            shop_of("丙", ELSEWHERE, "320583"), shop_of("丁", None),
        ],
        order=[
            sold("甲", 2014, 48 * MILLION), sold("甲", 2015, 30 * MILLION),
            sold("甲二", 2015, 30 * MILLION), sold("乙", 2014, 10 * MILLION),
            sold("乙", 2015, 150 * MILLION), sold("丙", 2015, 900 * MILLION),
            sold("丁", 2015, 900 * MILLION),
        ],
    )  # fmt: skip


def asked(house: Trade, name: str = AWARD) -> job.Reckoned:
    return job.reckoned(a.LIBRARY.jurisdictions["ganzhou"], name, ON, house)


def firms(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["code"]: each for each in found["firms"]}


def test_firms_deserve_the_award_unasked_and_both_readings_are_shown() -> None:
    found = job.deserving(asked(market()))
    assert found["choices"] == [
        "several_levels_in_one_year=highest", "several_levels_in_one_year=sum"
    ]  # fmt: skip
    told = firms(found)
    assert set(told) == {a.CODE, a.OTHER}
    assert [*told[a.CODE]["amounts"].values()] == [50_000, 50_000]
    assert [*told[a.OTHER]["amounts"].values()] == [100_000, 150_000]
    assert found["years"] == (2014, 2015)
    assert [each.name for each in found["open"]] == ["several_levels_in_one_year"]


def test_a_reading_that_the_house_decided_leaves_one_answer() -> None:
    found = job.deserving(asked(market(**{"ganzhou.several-levels-in-one-year": "sum"})))
    assert found["choices"] == ["decided"]
    assert firms(found)[a.OTHER]["amounts"] == {"decided": 150_000}


def test_a_firm_found_guilty_drops_out_with_its_finding() -> None:
    a.found_guilty(a.OTHER, year=2015)
    told = firms(job.deserving(asked(market())))
    assert told[a.OTHER]["dropped"]
    assert told[a.OTHER]["findings"] == [{"year": 2015, "zh": "欺诈", "en": "fraud"}]
    assert [*told[a.OTHER]["without"].values()] == [100_000, 150_000]
    assert not told[a.CODE]["dropped"]


def test_the_funds_pay_those_whose_every_treasury_has_its_share() -> None:
    a.appropriated("90000", a.CITY)
    a.appropriated("20000", "360702")
    found = job.deserving(asked(market(several_levels_in_one_year="highest")))["funds"]["decided"]
    assert (found["payable"], found["of"], found["covered"]) == (1, 2, {a.CODE})
    short = {each["code"]: each["short"] for each in found["funds"]}
    assert short == {"fund/money/360700/2016": 0, "fund/money/360702/2016": 0,
                     "fund/money/360781/2016": 40_000}  # fmt: skip
    a.appropriated("40000", "360781")
    again = job.deserving(asked(market(several_levels_in_one_year="highest")))["funds"]["decided"]
    assert (again["payable"], again["of"]) == (2, 2)


def test_what_was_paid_already_is_due_no_more() -> None:
    a.appropriated("90000", a.CITY)
    a.appropriated("20000", "360702")
    a.paid()
    asked_after = job.Reckoned(**{**vars(asked(market())), "on": date(2016, 4, 1)})
    assert set(firms(job.deserving(asked_after))) == {a.OTHER}


def test_refunds_count_as_the_house_decided() -> None:
    orders = [sold("甲", 2015, 50 * MILLION + 1, refunded=Decimal(2))]
    for measure, count in (("paid", 1), ("paid-less-refunds", 0)):
        house = trade(
            {**DECIDED, "incentives.sales_measure": measure},
            merchant=[shop_of("甲", a.CODE)], order=orders,
        )  # fmt: skip
        assert len(job.deserving(asked(house))["firms"]) == count
        sales = job.sales_of(a.CODE, ON, house)
        assert sales == [{"firm": a.CODE, "mode": "B2C", "year": 2015,
                          "amount": 50 * MILLION + (1 if count else -1)}]  # fmt: skip


@pytest.mark.parametrize(
    ("decided", "code"),
    [
        ({"incentives.sales_measure": None}, "parameter.not_configured"),
        ({"incentives.sales_measure": "gross"}, "incentive.measure_unknown"),
        ({"incentives.county_percent": "half"}, "incentive.percent_wrong"),
        ({"rent_cap": "x", "several_levels_in_one_year": "most"}, "reading.not_a_choice"),
        ({"several_levels_in_one_year": "sum", "ganzhou.several-levels-in-one-year": "highest"},
         "parameter.decided_twice"),
    ],
)  # fmt: skip
def test_what_is_undecided_or_decided_wrongly_is_refused(
    decided: dict[str, Any], code: str
) -> None:
    kept = {key: value for key, value in {**DECIDED, **decided}.items() if value is not None}
    house = trade(kept, merchant=[shop_of("甲", a.CODE)], order=[sold("甲", 2015, 60 * MILLION)])
    with pytest.raises(Invalid) as refusal:
        job.deserving(asked(house))
    assert refusal.value.code == code


def test_what_rests_on_other_facts_than_sales_needs_an_application() -> None:
    with pytest.raises(Invalid, match=r"incentive\.not_from_the_ledger"):
        job.deserving(asked(market(), "ganzhou.rent-subsidy"))


def test_what_one_award_takes_is_gone_for_the_next() -> None:
    a.appropriated("35000", a.CITY)
    a.appropriated("25000", a.COUNTY)
    house = trade(
        {**DECIDED, "several_levels_in_one_year": "highest"},
        merchant=[shop_of("甲", a.CODE), shop_of("乙", a.OTHER)],
        order=[sold("甲", 2015, 60 * MILLION), sold("乙", 2015, 60 * MILLION)],
    )
    found = job.deserving(asked(house))["funds"]["decided"]
    assert (found["payable"], found["of"]) == (1, 2)


def test_a_year_of_the_ledger_without_orders_is_a_year_without_sales() -> None:
    house = trade(
        {**DECIDED, "several_levels_in_one_year": "highest"},
        merchant=[shop_of("甲", a.CODE), shop_of("乙", a.OTHER)],
        order=[
            sold("甲", 2013, 10 * MILLION), sold("甲", 2015, 60 * MILLION),
            sold("乙", 2014, 10 * MILLION),
        ],
    )  # fmt: skip
    assert firms(job.deserving(asked(house)))[a.CODE]["amounts"] == {"decided": 50_000}
