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
from shangheng.kernel.accounts.tests.builders import opened, posted, transfer
from shangheng.kernel.errors import Invalid

PERIOD = ("--since", "2026-05-01", "--until", "2026-05-02")

Say = Callable[..., str]


@pytest.fixture
def say(db: None) -> Say:
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
