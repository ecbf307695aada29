# SPDX-License-Identifier: Apache-2.0
"""The provisions of Jiangsu, Hunan and Qinghai, whose amounts are mostly not printed."""

from datetime import date
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.tests.places import ask, jurisdiction, provision

PLACES = ("jiangsu", "hunan", "qinghai")


def judged(place: str, name: str, text: str, **readings: Any) -> dict[str, Any]:
    answer = ask(text, on="2018-06-01", place=place, **readings)
    return provision(answer, f"{place}.{name}")


@pytest.mark.parametrize("place", PLACES)
def test_every_provision_is_judged_and_nothing_is_guessed(place: str) -> None:
    answer = ask("", on="2018-06-01", place=place)
    assert len(answer["provisions"]) == len(jurisdiction(place).provisions)
    for each in answer["provisions"]:
        assert each["verdict"] in {"missing", "no"}
        assert each["missing"] or each["state"] != "missing"
    assert answer["total"] == 0


@pytest.mark.parametrize("place", PLACES)
def test_development_cost_is_deducted_half_again(place: str) -> None:
    found = judged(
        place, "rnd-deduction",
        "party: {ecommerce: true}\nrnd: [{year: 2017, expensed: 2000000, capitalised: 0}]",
        **({"actual_deduction": "on_top_of_actual"} if place == "qinghai" else {}),
    )  # fmt: skip
    assert (found["verdict"], found["amount"]) == ("yes", 1_000_000)
    assert found["value"]["deductible"] == 3_000_000


def test_qinghai_leaves_open_whether_the_half_comes_on_top() -> None:
    written = "rnd: [{year: 2017, expensed: 2000000}]"
    open_ = judged("qinghai", "rnd-deduction", written)
    assert open_["missing"] == ["reading.actual_deduction"]
    (asked,) = open_["questions"]
    assert [each["amount"] for each in asked["alternatives"]] == [3_000_000, 1_000_000]
    extra = judged("qinghai", "rnd-deduction", written, actual_deduction="extra_only")
    assert extra["value"]["deductible"] == 1_000_000


@pytest.mark.parametrize(
    ("honours", "verdict"),
    [("honours: [{kind: high_tech}]", "yes"), ("honours: []", "no"), ("", "missing")],
)
def test_jiangsu_taxes_high_tech_firms_at_fifteen_per_cent(honours: str, verdict: str) -> None:
    found = judged("jiangsu", "income-tax-rate", f"party: {{ecommerce: true}}\n{honours}")
    assert found["verdict"] == verdict
    assert verdict != "yes" or found["value"] == {"rate_percent": 15}


@pytest.mark.parametrize(("staff", "state"), [(5, "missing"), (4, "not_met"), (12, "missing")])
def test_a_shop_needs_five_long_term_staff(staff: int, state: str) -> None:
    found = judged(
        "hunan", "shop-insurance-registration",
        f"shop: {{registered: true, employees_long_term: {staff}}}",
    )  # fmt: skip
    assert found["state"] == state  # met, the document still prints no amount
    assert (found["missing"] == ["amount"]) is (state == "missing")


def test_one_of_several_facts_is_enough() -> None:
    name, written = "insurance-subsidy", "worker: {hardship: false, flexibly_insured: true}"
    assert judged("qinghai", name, written)["missing"] == ["worker.graduate_in_term", "costs"]
    enough = judged("qinghai", name, "worker: {hardship: true, flexibly_insured: true}")
    assert enough["missing"] == ["costs"]
    neither = "worker: {hardship: false, graduate_in_term: false, flexibly_insured: true}"
    assert judged("qinghai", name, neither)["verdict"] == "no"


def test_an_exclusion_is_a_fact_that_must_not_be() -> None:
    shop = "shop: {real_name: true, stable: true, good_reputation: true, registered: %s}"
    assert judged("jiangsu", "guaranteed-loan", shop % "true")["verdict"] == "no"
    assert judged("jiangsu", "guaranteed-loan", shop % "false")["missing"] == ["costs"]


def test_a_status_is_granted_by_its_conditions_alone() -> None:
    found = judged("hunan", "registered-staff-support",
                   "shop: {registered: true}\nworker: {online_shop: true}")  # fmt: skip
    assert (found["verdict"], found["state"], found["amount"]) == ("yes", "granted", None)


def test_a_clock_does_not_run_before_its_first_day_is_chosen() -> None:
    facts = (
        "premises: {existing: true, online_offline: true, same_user: true, same_planning: true, "
        "filing_date: 2017-03-01}"
    )
    open_ = judged("jiangsu", "land-use-transition", facts)
    assert (open_["verdict"], open_["missing"]) == ("missing", ["reading.start"])
    assert [each["reading"] for each in open_["questions"]] == ["start"]
    chosen = judged("jiangsu", "land-use-transition", facts, start="filing-date")
    assert chosen["value"] == {"begins": "2017-03-01", "ends": "2022-02-28", "days_left": 1369}


def test_what_the_house_decided_is_used_and_said_and_a_reading_goes_before_it() -> None:
    place = jurisdiction("jiangsu")
    file = placed_text("training: {ecommerce: true, national_certificate: true}\n"
                       "costs: [{kind: training, from: 2017-03-01, count: 2, "
                       "certified: 2017-09-01}]", "f")  # fmt: skip
    decided = {"jiangsu.training-rate": {"2016-01-01": 500, "2018-01-01": 800}}

    def told(on: str, **readings: str) -> tuple[float, dict[str, str]]:
        asked = {name.replace("_", "."): value for name, value in readings.items()}
        answer = entitlements(place, file, on=date.fromisoformat(on), readings=asked,
                              configuration=decided)  # fmt: skip
        found = provision(answer, "jiangsu.training-subsidy")
        return found["amount"], found["reading_from"]

    assert told("2017-12-01") == (1000, {"jiangsu.training-rate": "decided"})
    assert told("2018-06-01") == (1600, {"jiangsu.training-rate": "decided"})
    assert told("2018-06-01", **{"jiangsu_training-rate": "100"}) == (
        200, {"jiangsu.training-rate": "asked"}
    )  # fmt: skip


def test_a_base_that_was_rewarded_before_is_not_rewarded_again() -> None:
    award = "awards: [{provision: jiangsu.startup-base-reward, date: 2017-01-05, amount: 100000}]"
    first = judged("jiangsu", "startup-base-reward", "honours: [{kind: startup_base}]")
    again = judged("jiangsu", "startup-base-reward", f"honours: [{{kind: startup_base}}]\n{award}")
    assert first["missing"] == ["reading.jiangsu.startup-base-reward-amount"]
    assert again["verdict"] == "no"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("shop: {regsitered: true}", "shop.regsitered"),
        ("weather: {fine: true}", "weather"),
        ("shop: {registered: maybe}", "shop.registered"),
        ("shop: {employees_long_term: -1}", "shop.employees_long_term"),
    ],
)
def test_a_fact_that_no_provision_asks_for_is_refused(written: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        judged("jiangsu", "guaranteed-loan", written)
    assert refusal.value.facts["place"] == place
