# SPDX-License-Identifier: Apache-2.0
"""Funds of treasuries on their page: a county's lies under its city's, and both can be read."""

import csv

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.tests import builders
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import people, statements
from shangheng.site.tests.conftest import PASSWORD

FUNDS = "/incentives/funds/?year=2026"


@pytest.fixture
def treasurer(home: Ledger, settings: Settings) -> Client:
    settings.JURISDICTION = "ganzhou"
    people.make_person("tom", PASSWORD, roles=("incentives.treasurer@360700",))
    client = Client()
    assert client.login(username="tom", password=PASSWORD)
    return client


def appropriated(client: Client, region: str, amount: str, document: str) -> None:
    told = {"year": "2026", "region": region, "purse": "money", "amount": amount,
            "document": document}  # fmt: skip
    assert client.post("/incentives/funds/", told).status_code == 302


def test_a_countys_fund_counts_with_its_citys_whichever_was_filled_first(
    treasurer: Client,
) -> None:
    assert "这一年还没有下达资金" in treasurer.get(FUNDS).content.decode()
    appropriated(treasurer, "章贡区", "300", "章财1号")
    assert "含下级 300.00" in " ".join(treasurer.get(FUNDS).content.decode().split())
    appropriated(treasurer, "赣州市", "1000.50", "赣市财1号")
    page = " ".join(treasurer.get(FUNDS).content.decode().split())
    assert "含下级 1,300.50" in page
    city, county = ("fund/money/360700/2026/available", "fund/money/360702/2026/available")
    assert queries.account(county).parent == city
    assert queries.total(city).posted == 130_050
    text = treasurer.get(f"{FUNDS}&format=csv").content.decode("utf-8-sig")
    rows = {row["fund"]: row for row in csv.DictReader(text.splitlines())}
    told = rows["fund/money/360700/2026"]
    assert (told["available"], told["available_with_below"]) == ("1000.50", "1300.50")
    appropriated(treasurer, "章贡区", "200", "章财2号")
    assert queries.total(city).posted == 150_050


@pytest.mark.parametrize("page", ["statement", "reconcile", "interest"])
def test_who_keeps_a_fund_reads_its_books_and_no_others(treasurer: Client, page: str) -> None:
    appropriated(treasurer, "赣州市", "1000.50", "赣市财1号")
    pot = "/accounts/fund/money/360700/2026/available"
    assert f'href="{pot}/statement/"' in treasurer.get(FUNDS).content.decode()
    assert treasurer.get(f"{pot}/{page}/").status_code == 200
    owner = queries.account("fund/money/360700/2026/available").owner
    builders.opened("other", owner=owner, kind="stock")
    assert treasurer.get(f"/accounts/other/{page}/").status_code == 403
    people.make_person("ann", PASSWORD, roles=("incentives.treasurer@360702",))
    county = Client()
    assert county.login(username="ann", password=PASSWORD)
    assert county.get(f"{pot}/{page}/").status_code == 403
    assert Client().get(f"{pot}/{page}/").status_code == 302
    assert treasurer.get("/accounts/").status_code == 403


def test_a_movement_is_called_by_its_name_on_the_statement(treasurer: Client) -> None:
    appropriated(treasurer, "赣州市", "1000.50", "赣市财1号")
    told = statements.reasons("fund/money/360700/2026/available")
    assert told["appropriate"] == ("下达预算", "appropriate")
    assert told["pay"] == ("支付", "pay what was committed")
    assert statements.reasons("treasury/money/360700")["withdraw"][0] == "收回预算"
