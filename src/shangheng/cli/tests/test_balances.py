# SPDX-License-Identifier: Apache-2.0
"""Statements and nightly proofs as people and programs get them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from shangheng.cli.accounts import accounts_command
from shangheng.cli.evidence import verify_command
from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept.transfers import Account, Transfer
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.records.store.home import Ledger
from shangheng.site import clock
from shangheng.site.tests.conftest import home, officer

pytestmark = pytest.mark.django_db
__all__ = ["home", "officer"]  # fixtures


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(accounts_command, list(map(str, words)), catch_exceptions=False)


@pytest.fixture
def fund(home: Ledger) -> str:
    at = clock.now() - timedelta(days=40)
    owner = parties.register("department", "省商务厅", {"reporter": "SWT"}, at=at)
    actions.declare(CNY, at=at)
    for code, floor in (("world", None), ("fund/a", 0)):
        account = Account(code=code, kind="fund", owner=owner, unit="CNY", floor=floor)
        actions.open_account(account, at=at)
    paid = Transfer(key="k1", source="world", target="fund/a", amount=1_234_56, kind="拨款")
    actions.post_one(paid, at=at + timedelta(days=3))
    return "fund/a"


def test_a_nightly_proof_is_sealed_given_and_verified_offline(fund: str, tmp_path: Path) -> None:
    (told,) = json.loads(run("prove", "--json").output)
    assert (told["unit"], told["plus"], told["minus"]) == ("CNY", "123456", "123456")
    assert "+ 123456" in run("prove", "--unit", "CNY").output
    file = tmp_path / "balance.json"
    assert run("proof", fund, "-o", file).exit_code == 0
    checked = CliRunner().invoke(verify_command, [str(file), "--json"])
    assert checked.exit_code == 0, checked.output
    items = {each["item"] for each in json.loads(checked.output)["verdicts"]}
    assert {"balance", "sums", "inclusion"} <= items
    file.write_text(file.read_text().replace('"balance": "123456"', '"balance": "123457"'))
    assert CliRunner().invoke(verify_command, [str(file)]).exit_code == 1


def test_a_statement_on_page_and_paper_carries_a_code_that_anybody_can_check(
    fund: str, officer: Client, tmp_path: Path
) -> None:
    today = clock.now().date()
    since, until = today - timedelta(days=40), today - timedelta(days=1)
    address = f"/accounts/{fund}/statement/?since={since}&until={until}"
    shown = officer.get(address).content.decode()
    assert "1,234.56" in shown or "1234.56" in shown
    told = queries.statement(
        fund, since=clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        - timedelta(days=40),
        until=clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
    )  # fmt: skip
    assert told.code in shown
    pdf = officer.get(address + "&format=pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Type"] == "application/pdf"
    assert told.code in officer.get(address + "&format=csv").content.decode()
    asked = {"account": fund, "since": str(since), "until": str(until), "code": told.code}
    stranger = Client()
    assert "相符：" in stranger.get("/accounts/check/", asked).content.decode()
    for wrong in ({"code": "AAAAA-BBBBB-CCCCC-DDDDD"}, {"account": "nobody"},
                  {"until": str(until - timedelta(days=39))}):  # fmt: skip
        assert "不相符" in stranger.get("/accounts/check/", {**asked, **wrong}).content.decode()
    assert stranger.get("/accounts/check/", {**asked, "since": "soon"}).status_code == 422
    assert stranger.get(address).status_code == 302
    out = tmp_path / "s.pdf"
    assert run("statement", fund, "--since", since, "--until", today, "--out", out).exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")


def test_accounts_are_listed_found_and_exported(fund: str, home: Ledger, officer: Client) -> None:
    assert "fund/a" in officer.get("/accounts/?text=省商务厅 fund").content.decode()
    assert "没有这样的账户" in officer.get("/accounts/?text=nothing").content.decode()
    csv = officer.get("/accounts/?format=csv").content.decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("account,kind,owner")
    later = clock.now().date() + timedelta(days=3)
    assert officer.get(f"/accounts/fund/a/statement/?until={later}").status_code == 422
