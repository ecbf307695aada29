# SPDX-License-Identifier: Apache-2.0
"""What the answer shows beside the amounts: stacking, findings, questions, schedules."""

from datetime import date

import pytest

from shangheng.services.incentives.queries import provisions
from shangheng.services.incentives.rules.conditions import inside
from shangheng.services.incentives.rules.decide import FORMULAS
from shangheng.services.incentives.rules.reasons import REASONS
from shangheng.services.incentives.tests.places import HERE, ask, jurisdiction, provision

EIGHT = {
    "ganzhou.sales-award", "ganzhou.rent-subsidy", "ganzhou.fibre-subsidy", "ganzhou.brand-award",
    "ganzhou.demonstration-award", "ganzhou.training-subsidy", "ganzhou.rnd-deduction",
    "ganzhou.income-tax-rate",
}  # fmt: skip
FULL = """
party: {kind: enterprise, registered_region: "360702", headquarters_region: null,
  above_scale: true, key_industry: true, agricultural: false}
sales: [{year: 2014, mode: B2C, amount: 48000000.00}, {year: 2015, mode: B2C, amount: 60000000.00}]
leases: [{area_m2: 800, annual_rent: 240000, from: 2014-10-01, to: 2017-09-30, use: office}]
fibre: [{from: 2015-01-01, first_year_rent: 300000, new: true}]
honours: [{kind: brand, level: provincial, date: 2015-06-01}]
findings: [{kind: fraud, year: 2014}]
awards: [{provision: ganzhou.sales-award, date: 2014-05-01, amount: 50000}]
rnd: [{year: 2015, expensed: 2000000, capitalised: 0}]
"""


def test_all_provisions_of_ganzhou_are_judged() -> None:
    assert {each["id"] for each in ask(FULL)["provisions"]} >= EIGHT


def test_the_printed_example_adds_up() -> None:
    answer = ask(FULL, on="2017-12-31", rent_rate_per_m2=10)
    amounts = {each["id"]: each["amount"] for each in answer["provisions"]}
    assert amounts["ganzhou.sales-award"] == 0  # 50,000 for 2015, less 50,000 paid
    assert amounts["ganzhou.rent-subsidy"] == 24_000
    assert amounts["ganzhou.fibre-subsidy"] == 90_000
    assert amounts["ganzhou.brand-award"] == 50_000
    assert amounts["ganzhou.rnd-deduction"] == 1_000_000
    assert answer["total"] == 164_000
    assert answer["disqualified"] is None


def test_every_answer_cites_its_clause_and_speaks_two_languages() -> None:
    for each in ask(FULL, on="2017-12-31", rent_rate_per_m2=10)["provisions"]:
        assert each["clause"].startswith("ganzhou-2015 ")
        for reason in each["reasons"]:
            assert reason["zh"]
            assert reason["en"]
            assert reason["clause"].startswith("ganzhou-2015 ")
            assert "{" not in reason["zh"] + reason["en"]


def test_two_modes_of_one_year_are_shown_as_one_basis() -> None:
    answer = ask(
        f"party: {HERE}\nsales: [{{year: 2015, mode: B2B, amount: 120000000}},"
        "{year: 2015, mode: C2C, amount: 11000000}]"
    )
    (group,) = answer["stacking"]
    assert group["clause"] == "ganzhou-2015 四(五)3"
    assert [each["amount"] for each in group["considered"]] == [50_000, 20_000]
    assert group["kept"] == 50_000
    found = provision(answer, "ganzhou.sales-award")
    assert found["amount"] == 50_000
    assert [each["dropped"] for each in found["schedule"]] == [False, True]
    (proposal,) = [q for q in found["questions"] if q["reading"] == "modes_in_one_year"]
    assert proposal["proposed"] == "highest"


def test_a_finding_is_shown_with_what_it_took() -> None:
    answer = ask(
        f"party: {HERE}\nsales: [{{year: 2015, mode: B2B, amount: 120000000}}]\n"
        "findings: [{kind: bribery, year: 2015}]",
        on="2015-12-31",
    )
    assert answer["total"] == 0
    assert answer["disqualified"]["years"] == [2015]
    assert answer["disqualified"]["clause"] == "ganzhou-2015 四(五)3"
    (lost,) = answer["disqualified"]["lost"]
    assert (lost["provision"], lost["amount"]) == ("ganzhou.sales-award", 50_000)
    told = provision(answer, "ganzhou.sales-award")["reasons"]
    assert any("商业贿赂" in each["zh"] for each in told)


def test_a_jump_of_two_levels_asks_and_shows_both_sums() -> None:
    answer = ask(f"party: {HERE}\nsales: [{{year: 2015, mode: B2C, amount: 120000000}}]")
    found = provision(answer, "ganzhou.sales-award")
    assert (found["verdict"], found["amount"]) == ("missing", None)
    (asked,) = [q for q in found["questions"] if not q["proposed"]]
    assert asked["reading"] == "several_levels_in_one_year"
    assert asked["alternatives"] == [
        {"choice": "highest", "zh": "只奖最高一级", "en": "the highest level alone",
         "amount": 100_000},
        {"choice": "sum", "zh": "各级相加", "en": "the sum of the levels", "amount": 150_000},
    ]  # fmt: skip
    assert answer["total"] == 0
    assert not answer["total_is_complete"]


def test_a_person_who_sells_to_persons_needs_a_reading() -> None:
    written = (
        'party: {kind: person, registered_region: "360702"}\n'
        "sales: [{year: 2015, mode: C2C, amount: 11000000}]"
    )
    open_ = provision(ask(written), "ganzhou.sales-award")
    assert open_["missing"] == ["reading.c2c_individuals"]
    allowed = provision(ask(written, c2c_individuals="yes"), "ganzhou.sales-award")
    assert allowed["amount"] == 20_000
    refused = provision(ask(written, c2c_individuals="no"), "ganzhou.sales-award")
    assert (refused["verdict"], refused["amount"]) == ("no", 0)
    by_case = provision(ask(written, c2c_individuals="case-by-case"), "ganzhou.sales-award")
    assert by_case["verdict"] == "missing"


def test_the_schedule_says_what_falls_due_when() -> None:
    found = provision(ask(FULL, on="2015-12-31", rent_rate_per_m2=10), "ganzhou.rent-subsidy")
    assert [(each["due_on"], each["amount"]) for each in found["schedule"]] == [
        ("2015-10-01", 8000), ("2016-10-01", 8000), ("2017-10-01", 8000),
    ]  # fmt: skip
    assert (found["due"], found["amount"]) == (8000, 8000)


def test_a_rate_by_month_is_a_reading() -> None:
    found = provision(
        ask(FULL, on="2015-12-31", rent_rate_per_m2=5, rent_rate_period="month"),
        "ganzhou.rent-subsidy",
    )
    assert found["amount"] == 48_000


def test_an_amount_that_a_missing_fact_would_release_is_shown() -> None:
    found = provision(
        ask("sales: [{year: 2015, mode: C2C, amount: 11000000}]"), "ganzhou.sales-award"
    )
    assert (found["verdict"], found["would_be"]) == ("missing", 20_000)


def test_before_the_document_nothing_is_in_force() -> None:
    answer = ask(FULL, on="2015-02-03", rent_rate_per_m2=10)
    assert {each["state"] for each in answer["provisions"]} == {"not_in_force"}
    assert answer["total"] == 0


@pytest.mark.parametrize(
    ("place", "region", "there"),
    [
        ("360702", "360700", True), ("360700", "360700", True), ("360000", "360700", False),
        ("360802", "360700", False), ("320500", "320000", True), ("", "360700", False),
        ("360702001", "360700", True),
    ],
)  # fmt: skip
def test_a_division_lies_in_another_by_its_code(place: str, region: str, *, there: bool) -> None:
    assert inside(place, region) is there


def test_every_formula_that_a_provision_names_exists() -> None:
    named = {each.formula for each in provisions(jurisdiction("ganzhou"), date(2016, 1, 1))}
    assert named - {""} <= FORMULAS.keys()
    assert all("{" not in zh or zh.count("{") == zh.count("}") for zh, _ in REASONS.values())
