# SPDX-License-Identifier: Apache-2.0
"""What a firm is close to, and what it would take."""

from datetime import date
from typing import Any

from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.tests.places import HERE, jurisdiction


def close(text: str, on: str = "2015-11-30", **readings: Any) -> list[dict[str, Any]]:
    found = entitlements(
        jurisdiction("ganzhou"),
        placed_text(text, "facts.yaml"),
        on=date.fromisoformat(on),
        readings={name: str(value) for name, value in readings.items()},
        close=True,
    )
    told: list[dict[str, Any]] = found["close"]
    return told


def of(told: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [each for each in told if each["id"] == name]


def test_the_next_level_of_sales_comes_first_with_what_is_lacking() -> None:
    told = close(
        f"party: {HERE}\nsales: [{{year: 2014, mode: B2C, amount: 40000000}},"
        "{year: 2015, mode: B2C, amount: 48800000}, {year: 2015, mode: C2C, amount: 9900000}]"
    )
    assert [each["more"] for each in told[:2]] == [100_000.01, 1_200_000.01]
    assert told[1]["gain"] == 50_000
    assert "1,200,000.01" in told[1]["zh"]


def test_a_level_that_was_broken_long_ago_is_not_close() -> None:
    told = close(f"party: {HERE}\nsales: [{{year: 2011, mode: B2C, amount: 900000000}}]")
    assert of(told, "ganzhou.sales-award") == []


def test_two_levels_in_one_year_ask_for_the_reading() -> None:
    written = f"party: {HERE}\nsales: [{{year: 2015, mode: C2C, amount: 19000000}}]"
    (each,) = of(close(written), "ganzhou.sales-award")
    assert (each["more"], each["gain"]) == (1_000_000.01, None)
    assert each["questions"][0]["reading"] == "several_levels_in_one_year"
    (summed,) = of(close(written, several_levels_in_one_year="sum"), "ganzhou.sales-award")
    assert summed["gain"] == 50_000


def test_farm_products_need_less() -> None:
    told = close(
        'party: {registered_region: "360702", agricultural: true}\n'
        "sales: [{year: 2015, mode: B2C, amount: 24000000}]",
        agricultural_factor="0.5",
    )
    (each,) = of(told, "ganzhou.sales-award")
    assert each["more"] == 1_000_000.01


def test_conditions_that_are_not_met_or_not_known_are_named_together() -> None:
    told = close(
        'party: {registered_region: "440300", headquarters_region: "440300", key_industry: true}\n'
        "fibre: [{from: 2015-01-01, first_year_rent: 300000, new: true}]"
    )
    (each,) = of(told, "ganzhou.fibre-subsidy")
    assert each["gain"] == 90_000
    assert "规模以上" in each["zh"]
    assert "赣州" in each["zh"]
    assert "重点产业" not in each["zh"]


def test_waiting_for_a_full_year_of_rent_is_a_way() -> None:
    lease = "{area_m2: 800, annual_rent: 240000, from: 2015-10-01, to: 2017-09-30, use: office}"
    told = close(f"party: {HERE}\nleases: [{lease}]", rent_rate_per_m2=10)
    (each,) = of(told, "ganzhou.rent-subsidy")
    assert (each["on"], each["gain"]) == ("2016-10-01", 8000)
    lacking = close(
        f'party: {{registered_region: "360702", key_industry: true}}\nleases: [{lease}]',
        rent_rate_per_m2=10,
    )
    (each,) = of(lacking, "ganzhou.rent-subsidy")
    assert "规模以上" in each["zh"]


def test_what_only_an_unknown_fact_keeps_away_is_no_promise() -> None:
    assert of(close(f"party: {HERE}"), "ganzhou.sales-award") == []


def test_before_the_document_nothing_is_close() -> None:
    assert close(f"party: {HERE}\nsales: []", on="2014-06-01") == []
