# SPDX-License-Identifier: Apache-2.0
"""Balances, statements and reconciliation as an operator types them."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from shangheng.cli.accounts import accounts_command
from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.tests.builders import opened, posted, transfer
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.records.store.home import Ledger
from shangheng.site.tests.conftest import home

__all__ = ["home"]  # a fixture

PERIOD = ("--since", "2026-05-01", "--until", "2026-05-02")

Say = Callable[..., str]


@pytest.fixture
def say(home: Ledger) -> Say:
    owner = opened("world", "fund")
    opened("part", owner=owner, parent="fund")
    posted(transfer("1", amount=123_45, facts={"bank": "B-1"}), transfer("2", target="part"))

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(accounts_command, [*map(str, arguments)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_a_balance_is_told_now_at_a_moment_and_in_total(say: Say) -> None:
    assert json.loads(say("balance", "fund", "--json"))["posted"] == "123.45"
    assert json.loads(say("balance", "fund", "--total", "--json"))["posted"] == "124.45"
    assert json.loads(say("balance", "fund", "--at", "2026-04-01", "--json"))["posted"] == "0.00"
    assert "123.45" in say("balance", "fund")


def test_a_statement_is_written_and_its_code_verified(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    assert str(path) in say("statement", "fund", *PERIOD, "--out", path).replace("\n", "")
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert "123.45" in rows[5]
    assert "相符" in say("statement", "fund", *PERIOD, "--verify", rows[-1][1])
    assert "123.45" in say("statement", "fund", *PERIOD)
    with pytest.raises(Invalid, match=r"statement\.not_genuine"):
        say("statement", "fund", *PERIOD, "--verify", "AAAAA")
    with pytest.raises(Invalid, match=r"statement\.not_over"):
        say("statement", "fund", "--since", "2026-05-01", "--until", "2999-01-01")


def test_a_banks_file_is_reconciled(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(
        "reference,date,amount\nB-1,2026-05-02,123.45\nB-2,2026-05-02,-5\n", encoding="utf-8"
    )
    asked = ("reconcile", "fund", path, *PERIOD, "--days", 1, "--reference", "bank")
    told = json.loads(say(*asked, "--json"))
    assert [(each["state"], each["rule"], each["side"], each["reference"]) for each in told] == [
        ("matched", "days", "ours", "B-1"), ("matched", "days", "theirs", "B-1"),
        ("unmatched", "absent", "theirs", "B-2"),
    ]  # fmt: skip
    assert "5.00" in say(*asked)
    path.write_text("reference,day\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"statement\.columns_missing"):
        say(*asked)
    path.write_text("reference,date,amount\nB-1,1.5.2026,1\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"statement\.date_malformed"):
        say(*asked)


def test_interest_counts_each_days_closing_balance(say: Say) -> None:
    asked = (
        "interest",
        "fund",
        "--since",
        "2026-05-01",
        "--until",
        "2026-05-31",
        "--rate",
        "3.65",
    )
    agreed = ("--day-count", "ACT/365F", "--rounding", "half_up")
    told = json.loads(say(*asked, *agreed, "--json"))
    # 123.45 for thirty days at a ten-thousandth a day
    assert (told["interest"], told["unit"]) == ("0.37", "CNY")
    assert [(each["days"], each["balance"]) for each in told["held"]] == [(30, "123.45")]
    assert "0.37" in say(*asked, *agreed)
    with pytest.raises(Invalid, match=r"statement\.not_over"):
        say(*asked[:5], "2999-01-01", *asked[6:], *agreed)
    with pytest.raises(Invalid, match=r"amount\.not_a_number"):
        say(*asked[:-1], "three", *agreed)


def test_a_citys_stock_and_its_countys_are_kept_by_hand(say: Say, tmp_path: Path) -> None:
    say("unit", "kg", "--zh", "千克", "--en", "kilograms", "--decimals", 3)
    mine = ("--kind", "stock", "--owner", "reporter:SWT", "--unit", "kg")
    say("open", "outside", *mine, "--floor", "none")
    with pytest.raises(NotFound, match=r"party\.unknown"):
        say("open", "city", *mine[:3], "reporter:SSWJ", *mine[4:])
    theirs = (*mine[:3], "reporter:SSWJ", *mine[4:], "--named", "市商务局")
    say("open", "city", *theirs)
    say("open", "city", *theirs)
    say("open", "county", *mine, "--parent", "city", "--ceiling", 10)
    path = tmp_path / "moves.jsonl"
    lines = [
        {"key": "s1", "source": "outside", "target": "city", "amount": "2.5"},
        {"key": "s2", "source": "city", "target": "county", "amount": "1", "linked": True},
        {"key": "s3", "source": "city", "target": "county", "amount": "0.5", "kind": "调拨"},
        {"key": "s4", "source": "county", "target": "outside", "amount": "1", "phase": "pending"},
        {"key": "s5", "pending": "s4", "phase": "void"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert [each["state"] for each in json.loads(say("post", path, "--json"))] == ["booked"] * 5
    assert {each["state"] for each in json.loads(say("post", path, "--json"))} == {"known"}
    assert json.loads(say("balance", "city", "--total", "--json"))["posted"] == "2.500"
    assert json.loads(say("balance", "county", "--json"))["posted"] == "1.500"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"key": "1", "source": "fund", "target": "fund", "amount": 1}', "transfer.key_taken"),
        ('{"key": "x", "source": "fund", "target": "fund", "amount": 1}', "transfer.to_itself"),
        ('{"key": "x", "source": "part", "target": "fund", "amount": 9}', "transfer.below_floor"),
        (
            '{"key": "x", "source": "part", "target": "fund", "amount": 1, "phase": "expire"}',
            "transfer.phase_unknown",
        ),
    ],
)
def test_what_is_refused_says_why_and_ends_with_an_error(
    say: Say, tmp_path: Path, line: str, code: str
) -> None:
    path = tmp_path / "moves.jsonl"
    path.write_text(line, encoding="utf-8")
    for form in ((), ("--json",)):
        done = CliRunner().invoke(accounts_command, ["post", str(path), *form])
        assert done.exit_code == 1
    (told,) = json.loads(done.output)
    assert (told["state"], told["code"]) == ("refused", code)
    assert told["zh"]
    assert told["en"]


def test_a_refusal_tells_amounts_as_their_unit_writes_them(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "moves.jsonl"
    lines = [
        {"key": "a", "source": "part", "target": "fund", "amount": 9},
        {"key": "b", "source": "fund", "target": "part", "amount": 5, "phase": "pending"},
        {"key": "c", "pending": "b", "phase": "post", "amount": 6},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = CliRunner().invoke(accounts_command, ["post", str(path), "--json"])
    short, _, more = (each["en"] for each in json.loads(done.output))
    assert "can give 1.00 at most, not 9.00" in short
    assert "names 6.00 of 5.00 held" in more
    with pytest.raises(Conflict, match=r"account\.not_empty") as refusal:
        say("close", "fund")
    assert (refusal.value.facts["posted"], refusal.value.facts["held"]) == ("123.45", "5.00")


@pytest.mark.parametrize("line", ["no json", "[1]", '{"key": "x", "sum": 1}', '{"amount": 1}',
                                  '{"key": "x", "source": "fund"}'])  # fmt: skip
def test_a_line_that_is_no_transfer_is_named(say: Say, tmp_path: Path, line: str) -> None:
    path = tmp_path / "moves.jsonl"
    path.write_text(f"\n{line}", encoding="utf-8")
    with pytest.raises(Invalid, match=r"transfer\.line_unreadable") as refusal:
        say("post", path)
    assert refusal.value.facts["line"] == 2


def test_money_changes_its_currency_only_at_a_rate_that_is_told(say: Say) -> None:
    say("unit", "USD", "--zh", "美元", "--en", "US dollars", "--decimals", 2)
    mine = ("--kind", "exchange", "--owner", "reporter:SWT", "--unit")
    say("open", "yuan", *mine, "CNY", "--floor", "none")
    say("open", "dollars", *mine, "USD", "--floor", "none")
    say("open", "abroad", *mine, "USD")
    asked = ("convert", "c1", "fund", "abroad", "100", "--through", "yuan", "dollars",
             "--rate", "0.1405", "--on", "2026-05-01", "--said-by", "外汇交易中心",
             "--rounding", "down")  # fmt: skip
    assert "booked" in say(*asked)
    assert json.loads(say("balance", "abroad", "--json"))["posted"] == "14.05"
    assert json.loads(say("balance", "fund", "--json"))["posted"] == "23.45"
    with pytest.raises(Invalid, match=r"rate\.malformed"):
        say(*asked[:9], "0", *asked[10:])


def test_what_a_service_keeps_is_not_moved_by_hand(say: Say, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
        say("open", "b/available", "--kind", "budget.available", "--owner", "reporter:SWT",
            "--unit", "CNY")  # fmt: skip
    opened("b/paid", owner=queries.account("fund").owner, kind="budget.paid")
    path = tmp_path / "moves.jsonl"
    path.write_text('{"key": "x", "source": "fund", "target": "b/paid", "amount": 1}')
    with pytest.raises(NotPermitted, match=r"account_kind\.not_yours"):
        say("post", path)


def test_an_empty_account_is_closed_for_good(say: Say) -> None:
    opened("spare", owner=queries.account("fund").owner)
    assert "spare" in say("close", "spare")
