# SPDX-License-Identifier: Apache-2.0
"""What other numbers would cost: of sales from the ledger, of all else from what firms filed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives import queries
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.jobs import effects as job
from shangheng.services.incentives.jobs.everybody import Reckoned, reckoned
from shangheng.services.incentives.tests import applying as a
from shangheng.services.incentives.tests.places import FOLDER
from shangheng.services.incentives.tests.test_everybody import DECIDED, asked, market
from shangheng.services.incentives.tests.trading import trade

pytestmark = pytest.mark.django_db
LIBRARY = policies.load(FOLDER)
PLACES = ("ganzhou", "jiangsu", "hunan", "qinghai")
PARTY = (
    'party: {kind: enterprise, registered_region: "360702", above_scale: true, key_industry: true}'
)
LEASE = (
    "leases: [{area_m2: %s, annual_rent: 240000, from: 2014-10-01, to: 2017-09-30, use: office}]"
)


def of(name: str, on: date = date(2017, 12, 1), **decided: Any) -> Reckoned:
    place = LIBRARY.jurisdictions[name.partition(".")[0]]
    return reckoned(place, name, on, trade({**DECIDED, **decided}))


def filed(facts: str, code: str = a.CODE, provision: str = "ganzhou.rent-subsidy") -> str:
    return a.filed(provision=provision, code=code, facts=f"{PARTY}\n{facts}\n").number


def test_a_change_of_the_awards_for_sales_shows_its_cost_before_it_is_made() -> None:
    a.appropriated("90000", a.CITY)
    changes = {"levels.B2C.1.award": "130,000", "levels.B2C.0.over": "70000000"}
    found = job.effect(asked(market()), changes)
    highest, summed = found["lines"]
    assert (highest["before"], highest["after"]) == (150_000, 130_000)
    assert (highest["firms_before"], highest["firms_after"]) == (2, 1)
    assert (summed["before"], summed["difference"]) == (200_000, -20_000)
    assert found["available"] == 90_000
    assert found["basis"]["source"] == "ledger"
    assert found["basis"]["years"] == (2014, 2015)
    same = job.effect(asked(market()), {})
    assert {each["difference"] for each in same["lines"]} == {0}


def test_of_a_ledger_without_orders_no_sum_is_told() -> None:
    found = job.effect(asked(trade(DECIDED)), {"levels.B2C.1.award": "130000"})
    assert {each["difference"] for each in found["lines"]} == {None}


def test_rent_is_reckoned_for_the_firms_that_filed_their_leases() -> None:
    """On paper: 800 m2 at 10 yuan are 8,000 a year, three years 24,000; 5,000 m2 reach the cap."""
    filed(LEASE % 800)
    filed(LEASE % 5000, code=a.OTHER)
    found = job.effect(of("ganzhou.rent-subsidy", rent_rate_per_m2=10), {"cap": "120000"})
    firm, yearly = found["lines"]
    assert firm["reading"] == "rent_cap=per_firm"
    assert (firm["before"], firm["after"], firm["difference"]) == (124_000, 144_000, 20_000)
    assert (yearly["before"], yearly["difference"]) == (174_000, 0)
    assert (firm["firms_before"], firm["firms_after"], firm["unclear"]) == (2, 2, 0)
    assert (found["basis"]["source"], found["basis"]["firms"]) == ("applications", 2)


def test_a_number_that_the_authority_decided_can_be_changed_as_well() -> None:
    filed(LEASE % 800)
    house = of("ganzhou.rent-subsidy", rent_rate_per_m2=10, rent_cap="per_firm")
    assert job.numbers_of(house)["reading.rent_rate_per_m2"] == 10
    (line,) = job.effect(house, {"reading.rent_rate_per_m2": "7.5"})["lines"]
    assert (line["before"], line["after"]) == (24_000, 18_000)


def test_a_number_that_nobody_decided_leaves_the_sum_unknown_until_it_is_set() -> None:
    filed(LEASE % 800)
    house = of("ganzhou.rent-subsidy", rent_cap="per_firm")
    assert job.numbers_of(house)["reading.rent_rate_per_m2"] is None
    (line,) = job.effect(house, {"cap": "50000"})["lines"]
    assert (line["before"], line["after"], line["difference"]) == (None, None, None)
    assert line["missing"] == {"reading.rent_rate_per_m2": 1}
    (line,) = job.effect(house, {"reading.rent_rate_per_m2": "5"})["lines"]
    assert (line["before"], line["after"], line["difference"]) == (None, 12_000, None)


def test_firms_that_did_not_file_what_counts_are_told_and_not_taken_for_nought() -> None:
    filed(LEASE % 800)
    filed("fibre: []", code=a.OTHER)
    (line,) = job.effect(
        of("ganzhou.rent-subsidy", rent_rate_per_m2=10, rent_cap="per_firm"), {"cap": "20000"}
    )["lines"]
    assert (line["before"], line["after"], line["unclear"]) == (24_000, 20_000, 1)
    assert line["missing"] == {"leases": 1}


def test_what_was_filed_last_counts_and_what_was_withdrawn_does_not() -> None:
    filed(LEASE % 800)
    filed(LEASE % 400)
    gone = a.filed(provision="ganzhou.rent-subsidy", facts=f"{PARTY}\n{LEASE % 9000}\n")
    cases.take_step(APPLICATION, gone.number, "withdraw", {}, a.Hand(a.NOBODY, a.AT,
                    house=a.house(), code=gone.code))  # fmt: skip
    filed("honours: [{kind: brand, level: provincial, date: 2016-06-01}]",
          provision="ganzhou.brand-award")  # fmt: skip
    house = of("ganzhou.rent-subsidy", rent_rate_per_m2=10, rent_cap="per_firm")
    (line,) = job.effect(house, {"cap": "100000"})["lines"]
    assert line["before"] == 12_000
    (line,) = job.effect(of("ganzhou.brand-award"), {"levels.brand.provincial": "60000"})["lines"]
    assert (line["before"], line["after"]) == (50_000, 60_000)


def test_a_finding_takes_a_year_from_the_sums_and_what_was_paid_is_due_no_more() -> None:
    filed(LEASE % 800)
    a.found_guilty(a.CODE, year=2016)
    house = of("ganzhou.rent-subsidy", rent_rate_per_m2=10, rent_cap="per_firm")
    assert job.effect(house, {"cap": "100000"})["lines"][0]["before"] == 16_000


HIRED = """\
party: {registered_region: "360702", advanced_service: true}
hires:
  - {graduate: true, contract_signed: 2015-07-01, contract_months: 12, training_from: 2015-09-01,
     trainer: own, still_employed: true}
"""
TALENT = """\
talent: {recognised: true, ecommerce: true, tax_paid: true, since: 2016-03-01}
income_tax: [{year: 2016, amount: 100000}]
"""
WAREHOUSE = """\
warehouse: {in_provincial_park: true, new_standard: true}
costs: [{kind: standard-warehouse, area_m2: 2000, from: 2016-06-01}]
"""
FILED = {
    "ganzhou.fibre-subsidy": (
        f"{PARTY}\nfibre: [{{from: 2016-01-01, first_year_rent: 300000, new: true}}]",
        {}, {"percent": "40"}, (90_000, 120_000),
    ),
    "ganzhou.demonstration-award": (
        f"{PARTY}\nhonours: [{{kind: demonstration-base, level: provincial, date: 2016-06-01}}]",
        {}, {"levels.demonstration-base.provincial": "80000"}, (100_000, 80_000),
    ),
    "ganzhou.training-subsidy": (
        HIRED,
        {"training_subsidy_per_person": 800},
        {"reading.training_subsidy_per_person": "1000"}, (800, 1_000),
    ),
    "jiangsu.talent-reward": (
        TALENT,
        {"jiangsu.talent-local-share": 20, "jiangsu.talent-reward-percent": 100},
        {"reading.jiangsu.talent-reward-percent": "50"}, (20_000, 10_000),
    ),
    "jiangsu.sme-voucher": (
        "party: {small_or_medium: true}", {"jiangsu.voucher-value": 5000},
        {"reading.jiangsu.voucher-value": "6000"}, (5_000, 6_000),
    ),
    "hunan.standard-warehouse-subsidy": (
        WAREHOUSE,
        {"hunan.standard-warehouse-subsidy": 30},
        {"reading.hunan.standard-warehouse-subsidy": "45"}, (60_000, 90_000),
    ),
}  # fmt: skip
"""By provision what a firm files, what is decided, what is changed, and both sums on paper."""


@pytest.mark.parametrize("name", FILED)
def test_what_was_filed_gives_the_sums_on_paper(name: str) -> None:
    facts, decided, changes, sums = FILED[name]
    place = LIBRARY.jurisdictions[name.partition(".")[0]]
    # Past what is checked on filing: which courses and assets there are is not what is asked here.
    house = replace(a.house(), region=place.region, library=lambda: LIBRARY, guards={})
    given = {"provision": name, "name": "企业", "code": a.CODE, "region": place.region,
             "facts": facts}  # fmt: skip
    cases.open_case(APPLICATION, given, a.Hand(a.NOBODY, a.AT, house=house))
    for line in job.effect(of(name, **decided), changes)["lines"]:
        assert (line["before"], line["after"], line["missing"]) == (*sums, {})


@pytest.mark.parametrize("place", PLACES)
def test_every_provision_that_a_fund_pays_by_a_formula_can_be_asked_of(place: str) -> None:
    listed = queries.provisions(LIBRARY.jurisdictions[place], date(2017, 12, 1))
    paid = [each for each in listed if job.can_be_changed(each)]
    assert paid
    for each in paid:
        house = of(each.id)
        names, numbers = job.names_of(house), job.numbers_of(house)
        assert names.keys() == numbers.keys()
        assert all(zh and en for zh, en in names.values())
        changes = dict.fromkeys(numbers, "1")
        for line in job.effect(house, changes)["lines"]:
            assert line["difference"] is None  # nothing is in the ledger, nobody filed anything


def test_what_costs_no_fund_is_refused() -> None:
    for name in ("ganzhou.income-tax-rate", "ganzhou.name-choice"):
        with pytest.raises(Invalid, match=r"incentive\.not_paid"):
            job.effect(of(name), {"rate": "10"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"levels.B2C.7.award": "1"}, "incentive.no_such_number"),
        ({"levels.O2O.0.award": "1"}, "incentive.no_such_number"),
        ({"reading.nothing": "1"}, "incentive.no_such_number"),
        ({"levels.B2C.0": "1"}, "incentive.not_a_number"),
        ({"operator": "1"}, "incentive.not_a_number"),
        ({"levels.B2C.0.award": "-1"}, "incentive.not_a_number"),
        ({"levels.B2C.0.award": "NaN"}, "incentive.not_a_number"),
    ],
)
def test_only_numbers_of_the_provision_can_be_changed(changes: dict[str, str], code: str) -> None:
    with pytest.raises((Invalid, NotFound)) as refusal:
        job.effect(asked(market()), changes)
    assert refusal.value.code == code


def test_a_level_is_called_by_its_number() -> None:
    names = job.names_of(of("ganzhou.sales-award"))
    assert names["levels.B2C.0.award"][0].endswith("第 1 级奖励")
    assert names["levels.B2C.2.over"][1].endswith("level 3, over")
    assert Decimal(str(job.numbers_of(of("ganzhou.sales-award"))["levels.B2B.0.over"])) == 10**8
