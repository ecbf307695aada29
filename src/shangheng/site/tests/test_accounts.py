# SPDX-License-Identifier: Apache-2.0
"""Accounts on pages: as they stand, as statements that can be checked, as kinds are declared."""

import csv
import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.accounts.tests import builders

WHILE = "?since=2026-05-01&until=2026-05-31"


@pytest.fixture
def books(db: None) -> None:
    builders.opened("world", "fund")
    at = builders.AT + timedelta(hours=1)
    actions.post([Transfer(key="2026-1", source="world", target="fund", amount=12345)], at=at)


def test_accounts_are_listed_found_and_taken_home(books: None, officer: Client) -> None:
    assert "123.45" in officer.get("/accounts/").content.decode()
    assert "没有这样的账户" in officer.get("/accounts/?text=nothing").content.decode()
    lines = officer.get("/accounts/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3


def test_a_statement_is_a_page_a_csv_file_and_a_sheet_with_a_code_that_anybody_can_check(
    books: None, officer: Client, client: Client
) -> None:
    address = f"/accounts/fund/statement/{WHILE}"
    page = officer.get(address).content.decode()
    assert "2026-1" in page
    assert "123.45" in page
    assert officer.get(f"{address}&format=pdf").content.startswith(b"%PDF")
    text = officer.get(f"{address}&format=csv").content.decode("utf-8-sig")
    code = re.findall(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}", text)[0]
    assert code in page
    check = f"/accounts/check/{WHILE}&account=fund&code="
    assert "账簿在这段期间就是这样记的" in client.get(check + code).content.decode()
    other = client.get(check + code[::-1]).content.decode()
    assert "不相符" in other


def test_who_may_post_on_which_kind_of_account_can_be_read(officer: Client) -> None:
    page = officer.get("/accounts/kinds/").content.decode()
    assert "guarantee.claimed" in page
    assert "consumer.finance" in page
    text = officer.get("/accounts/kinds/?format=csv").content.decode("utf-8-sig")
    lines = {line[0]: line for line in csv.reader(text.splitlines())}
    assert lines["guarantee.claimed"][3:6] == [
        "consumer.lead consumer.finance", "consumer.officer", "0",
    ]  # fmt: skip
    assert lines["bank"][5] == ""


def test_visitors_see_no_account(books: None, client: Client) -> None:
    for address in ("/accounts/", "/accounts/kinds/", "/accounts/fund/statement/"):
        assert client.get(address).status_code in (302, 403)


BANK = "编号,日期,金额\nB-1,2026-05-02,123.45\nB-2,2026/5/3,-5\n"
RECONCILED = {"since": "2026-05-01", "until": "2026-05-31", "days": "3"}


def test_a_banks_file_is_matched_on_a_page_and_every_line_left_over_says_why(
    books: None, officer: Client
) -> None:
    builders.opened("till", owner=queries.account("fund").owner)
    late = builders.AT + timedelta(hours=2)
    actions.post([Transfer(key="2026-2", source="fund", target="till", amount=700)], at=late)
    assert "没对上" not in officer.get("/accounts/fund/reconcile/").content.decode()
    file = SimpleUploadedFile("bank.csv", BANK.replace("/5/3", "/05/03").encode("gb18030"))
    done = officer.post("/accounts/fund/reconcile/", {**RECONCILED, "file": file})
    page = done.content.decode()
    assert "对上 1 笔，没对上 2 行" in page
    assert "仅金额一致且唯一" in page
    assert "对方没有相应记录" in page
    again = officer.post(
        "/accounts/fund/reconcile/",
        {**RECONCILED, "format": "csv", "lines": done.context["text"]},
    )
    rows = [*csv.DictReader(again.content.decode("utf-8-sig").splitlines())]
    assert [(row["state"], row["side"], row["amount"].strip("'")) for row in rows] == [
        ("matched", "ours", "123.45"), ("matched", "theirs", "123.45"),
        ("unmatched", "ours", "-7.00"), ("unmatched", "theirs", "-5.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "没有银行流水"),
        ({"lines": BANK, "days": ""}, "在途天数"),
        ({"lines": "编号,日期\nB-1,2026-05-01"}, "amount"),
        ({"lines": BANK}, "第 2 行"),  # a day as nobody else writes it
        ({"lines": "编号,日期,金额\nB-1,2026-05-01"}, "金额"),  # a line that ends too early
    ],
)
def test_what_is_wrong_with_a_banks_file_is_said_and_what_was_typed_stays(
    books: None, officer: Client, given: dict[str, str], told: str
) -> None:
    done = officer.post("/accounts/fund/reconcile/", {**RECONCILED, **given})
    page = done.content.decode()
    assert done.status_code == 422
    alarm = page.partition('role="alert"')[2].partition("</div>")[0]
    assert told in alarm
    assert given.get("lines", "") in html.unescape(page)


def test_nobody_but_officers_reconciles(books: None, client: Client) -> None:
    assert client.post("/accounts/fund/reconcile/", RECONCILED).status_code in (302, 403)


AGREED = {"since": "2026-05-01", "until": "2026-05-31", "rate": "3.65", "day_count": "ACT/365F",
          "rounding": "half_up"}  # fmt: skip


def test_interest_is_reckoned_from_each_days_balance_at_terms_that_are_told(
    books: None, officer: Client, client: Client
) -> None:
    address = "/accounts/fund/interest/"
    assert address in officer.get("/accounts/fund/statement/").content.decode()
    assert "平台不替您定" in officer.get(address).content.decode()
    page = officer.get(address, AGREED).content.decode()
    assert "利息 0.37 元" in page  # 123.45 for thirty days at a ten-thousandth a day
    text = officer.get(address, {**AGREED, "format": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[1] == "2026-05-01,2026-05-31,30,123.45,3703.50"
    assert client.get(address, AGREED).status_code == 302


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rate": "三"}, "不是金额"),
        ({"rate": "NaN"}, "不是金额"),
        ({"day_count": ""}, "没有计息方式"),
        ({"rounding": ""}, "没有取整方式"),
        ({"until": "2026-04-01"}, "早于"),
        ({"until": "2999-01-01"}, "尚未"),
        ({"since": "soon"}, "soon"),
    ],
)
def test_what_is_wrong_with_terms_is_said_and_what_was_typed_stays(
    books: None, officer: Client, given: dict[str, str], told: str
) -> None:
    done = officer.get("/accounts/fund/interest/", {**AGREED, **given})
    page = done.content.decode()
    assert done.status_code == 422
    assert told in page.partition('role="alert"')[2].partition("</div>")[0]
    for text in {**AGREED, **given}.values():
        assert text in page


def test_a_statement_names_the_account_above_and_counts_those_below(
    books: None, officer: Client
) -> None:
    owner = queries.account("fund").owner
    builders.opened("fund/county", owner=owner, parent="fund")
    at = builders.AT + timedelta(hours=3)
    moved = Transfer(key="2026-3", source="fund", target="fund/county", amount=345)
    actions.post([moved], at=at)
    page = officer.get(f"/accounts/fund/statement/{WHILE}").content.decode()
    assert "120.00" in page
    assert "含下级账户" in page
    assert "123.45" in page
    below = officer.get(f"/accounts/fund/county/statement/{WHILE}").content.decode()
    assert "/accounts/fund/statement/" in below
    assert "含下级账户" not in below
