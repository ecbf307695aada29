# SPDX-License-Identifier: Apache-2.0
"""``shangheng report``: several files at once, of which one may be refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shangheng.cli.main import REFUSED
from shangheng.cli.records import check_command, report_command
from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.site.tests.conftest import home, orders, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
__all__ = ["home", "report"]  # fixtures


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Return a folder with two good files and, between them, one that lacks columns."""
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "1.csv").write_bytes(orders(3))
    (folder / "2.csv").write_bytes(b"platform,gross\nP01,5\n")
    (folder / "3.csv").write_bytes(orders(4, first=3))
    return folder


def sending(*words: str) -> Result:
    given = [*words, "--kind", "order", "--reporter", "P01"]
    return CliRunner().invoke(report_command, given)


def test_what_follows_a_refused_file_is_taken_all_the_same(sent: Path, home: Ledger) -> None:
    told = sending(str(sent), "--json")
    assert told.exit_code == REFUSED
    first, second, third = json.loads(told.stdout)
    assert (first["accepted"], third["accepted"]) == (3, 4)
    assert (second["file"], second["error"]) == ("2.csv", "file.columns_missing")
    assert "order_no" in second["facts"]["missing"]
    again = sending(str(sent))
    assert again.exit_code == REFUSED
    assert "2.csv" in again.stderr
    assert "file.columns_missing" in again.stderr


def test_a_single_file_that_is_refused_is_refused_as_any_command_is(sent: Path) -> None:
    assert isinstance(sending(str(sent / "2.csv")).exception, Invalid)


def test_the_yuan_goes_under_its_own_code_alone(report: Callable[..., Receipt]) -> None:
    receipt = report(orders(2) + orders(3, first=2).partition(b"\n")[2].replace(b"CNY", b"RMB"))
    assert (receipt.accepted, receipt.rejected) == (2, 3)
    (broken,) = receipt.rejected_by_rule
    assert (broken.rule, broken.field, broken.rows) == ("order.E015", "currency", 3)
    assert "CNY" in broken.zh


def test_a_file_of_nothing_but_names_says_so(sent: Path) -> None:
    (sent / "4.csv").write_bytes(orders(0))
    assert "no rows to read" in sending(str(sent / "4.csv")).stdout
    assert "no rows to read" not in sending(str(sent / "1.csv")).stdout


def checking(path: Path, *words: str) -> Result:
    given = [str(path), "--kind", "order", "--reporter", "P01", *words]
    return CliRunner().invoke(check_command, given)


def test_a_file_can_be_checked_before_it_is_reported(tmp_path: Path, home: Ledger) -> None:
    path, rejects = tmp_path / "own.csv", tmp_path / "rejects.csv"
    path.write_bytes(orders(5).replace(b"320506", b"999999"))
    told = checking(path, "--rejects", str(rejects), "--warnings", str(tmp_path / "w.csv"))
    assert told.exit_code == 0
    assert "没有入账" in told.stdout
    assert "order.E007" in told.stdout
    assert b"order.E007" in rejects.read_bytes()
    assert (tmp_path / "w.csv").read_bytes() == b""
    plain = json.loads(checking(path, "--json").stdout)
    assert (plain["rows_read"], plain["good"], plain["rejected"]) == (5, 4, 1)
    assert not home.table("order").exists()
    assert isinstance(checking(tmp_path / "none.csv").exception, Invalid)
