# SPDX-License-Identifier: Apache-2.0
"""Vouchers and land on the same ledger as money; the list in publicity; the API of facts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict
from shangheng.kernel.policies import queries as policies
from shangheng.services.incentives import actions, queries
from shangheng.services.incentives.actions import Line
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.rules.funds import Due, Purse, purse_of, shares
from shangheng.services.incentives.tests import applying as a
from shangheng.services.incentives.tests.places import FOLDER, HERE, ask, jurisdiction

pytestmark = pytest.mark.django_db
API = "/api/v1/entitlements"
FACTS = {
    "party": {"registered_region": "360702", "agricultural": False},
    "sales": [
        {"year": 2014, "mode": "B2C", "amount": 48000000},
        {"year": 2015, "mode": "B2C", "amount": 60000000.00},
    ],
}
JIANGSU = policies.load(FOLDER, ("jiangsu",))
DECIDED = {
    "incentives.review_days": 20, "incentives.publicity_days": 7, "incentives.payer": "home",
    "jiangsu.voucher-value": 5000,
}  # fmt: skip


def hand(role: str, at: Any = a.AFTER) -> Hand:
    house = replace(a.house(), region="320000", configuration=DECIDED, library=lambda: JIANGSU)
    return Hand(a.Actor(role, a.post(role, "320000")), at, house=house)


def through(provision: str, facts: str, **check: str) -> str:
    """Take an application in Jiangsu to the end of its publicity."""
    given = {"provision": provision, "name": "企业", "code": a.CODE, "region": "320583",
             "facts": facts}  # fmt: skip
    number = cases.open_case(APPLICATION, given, hand("clerk", a.AT)).number
    steps = (("check", "clerk", check), ("review", "reviewer", {"reason": "属实"}))
    for name, role, said in steps:
        cases.take_step(APPLICATION, number, name, said, hand(role, a.AT))
    second = replace(hand("reviewer", a.AT), actor=a.Actor("bert", a.post("reviewer", "320000")))
    cases.take_step(APPLICATION, number, "confirm", {"reason": "同意"}, second)
    return number


def appropriated(purse: Purse, amount: str) -> str:
    treasurer = a.PlainHand(a.Actor("tom", a.post("treasurer", "320000")), a.AT)
    line = Line(purse=purse, region="320000", year=2016)
    return actions.appropriate(line, Decimal(amount), "1号", treasurer)


def test_land_is_taken_from_the_quota_in_square_metres() -> None:
    fund = appropriated("land", "20000")
    facts = "project: {fits_plans: true, leading_major_or_reuse: true}"
    number = through("jiangsu.land-priority", facts, amount="15000.50", ground="会议纪要 3 号")
    cases.take_step(APPLICATION, number, "decide", {}, hand("decider"))
    assert accounts.balance(f"{fund}/available").unit.code == "M2"
    assert accounts.balance(f"{fund}/available").posted == 499_950
    second = through("jiangsu.land-priority", facts, amount="5000", ground="会议纪要 4 号")
    with pytest.raises(Conflict, match=r"incentive\.fund_short"):
        cases.take_step(APPLICATION, second, "decide", {}, hand("decider"))


def test_the_clock_of_land_takes_nothing_from_the_quota() -> None:
    found = queries.provision(jurisdiction("jiangsu"), "jiangsu.land-use-transition",
                                a.date(2017, 1, 1))  # fmt: skip
    assert purse_of(found) is None


@pytest.mark.parametrize(
    ("payer", "region", "parts"),
    [
        ("受益财政", "360702", {"360700": "33.33", "360702": "66.67"}),
        ("受益财政", "360700", {"360700": "100"}),
        ("受益财政", "320583", {"360700": "100"}),
        ("市财政", "360702", {"360700": "100"}),
        ("各地", "360781", {"360781": "100"}),
        (None, "360702", {"360700": "33.33", "360702": "66.67"}),
    ],
)
def test_the_printed_payer_becomes_treasuries(
    payer: str | None, region: str, parts: dict[str, str]
) -> None:
    award = queries.provision(jurisdiction("ganzhou"), "ganzhou.sales-award", a.ON)
    due = Due(provision=replace(award, payer=payer), region=region, home="360700",
              amount=Decimal(100), on=a.ON)  # fmt: skip
    decided = {"incentives.county_percent": "66.67", "incentives.payer": "shared"}
    found = {each.fund.split("/")[2]: each.amount for each in shares(due, decided)}
    assert found == {key: Decimal(value) for key, value in parts.items()}


def test_a_county_matches_of_its_own_will_what_the_city_pays() -> None:
    place = jurisdiction("ganzhou")
    decided = {"ganzhou.demonstration-matching": 50}
    for configuration, matched in (({}, 0), (decided, 1)):
        award = queries.provision(place, "ganzhou.demonstration-award", a.ON, configuration)
        due = Due(provision=award, region="360702", home="360700", amount=Decimal(10_000),
                  on=a.ON)  # fmt: skip
        found = shares(due, configuration)
        assert [each.amount for each in found if each.matching] == [5_000] * matched
        assert sum(each.amount for each in found if not each.matching) == 10_000


def test_the_list_in_publicity_is_for_everybody() -> None:
    assert "没有公示" in Client().get("/incentives/publicity/").content.decode()
    number = a.in_publicity()
    told = Client().get("/incentives/publicity/").content.decode()
    assert number in told
    assert "50,000.00" in told
    assert number in Client().get("/incentives/publicity/?format=csv").content.decode()


def post(body: Any = FACTS, query: str = "", **more: Any) -> Any:
    address = f"{API}?jurisdiction=ganzhou&on=2016-03-01{query}"
    return Client().post(address, body, content_type="application/json", **more)


def test_the_api_answers_like_the_command() -> None:
    answer = post(query="&reading=several_levels_in_one_year%3Dhighest")
    assert answer.status_code == 200
    written = (
        f"party: {HERE.replace('above_scale: true, key_industry: true, ', '')}\n"
        "sales: [{year: 2014, mode: B2C, amount: 48000000}, "
        "{year: 2015, mode: B2C, amount: 60000000.00}]"
    )
    assert answer.json() == ask(written, several_levels_in_one_year="highest")
    yaml = Client().post(f"{API}?jurisdiction=ganzhou&on=2016-03-01", written,
                         content_type="application/yaml")  # fmt: skip
    assert yaml.json()["total"] == 50_000
    assert post(query="&close=true").json()["close"]


@pytest.mark.parametrize(
    ("body", "query", "status", "code"),
    [
        ({"sales": [{"year": 2015, "mode": "O2O", "amount": 1}]}, "", 422, "facts.not_one_of"),
        ({"sale": []}, "", 422, "facts.unknown_field"),
        ("{", "", 422, "policy.not_yaml"),
        (b"\xff", "", 422, "policy.not_utf8"),
        ({}, "&reading=rent_cap", 422, "reading.unreadable"),
        ({}, "&reading=rent_cap%3Dper_firm&reading=rent_cap%3Dper_year", 422, "reading.twice"),
        ({}, "&reading=rent_cap%3Dper_month", 422, "reading.not_a_choice"),
        ({}, "&jurisdiction=atlantis", 404, "policy.jurisdiction_unknown"),
    ],
)
def test_the_api_says_what_is_wrong_and_where(
    body: Any, query: str, status: int, code: str
) -> None:
    answer = post(body, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_schema_lists_what_may_be_stated_and_the_facts_keep_sales_from_strangers() -> None:
    schema = Client().get(f"{API}/schema?jurisdiction=ganzhou&on=2016-03-01").json()
    assert schema["properties"]["sales"]["items"]["properties"]["mode"]["enum"] == [
        "B2B", "B2C", "C2C"
    ]  # fmt: skip
    assert schema["additionalProperties"] is False
    described = Client().get("/api/v1/openapi.json").json()["paths"]
    assert "requestBody" in described["/api/v1/entitlements"]["post"]
    assert Client().get(f"{API}/facts/{a.CODE}").status_code == 404
    known = a.registered()
    assert Client().get(f"{API}/facts/{known}").json() == {
        "party": {"kind": "enterprise", "registered_region": "360702"}
    }


@pytest.mark.parametrize("page", ["deserving", "effect", "funds"])
def test_the_desk_is_for_those_who_grant(page: str) -> None:
    answer = Client().get(f"/incentives/{page}/")
    assert (answer.status_code, "/sign-in/" in answer["Location"]) == (302, True)
