# SPDX-License-Identifier: Apache-2.0
"""A file that is only checked is told what a report of it would be; nothing of it is kept."""

from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records import queries, trials
from shangheng.kernel.records.concept.receipts import Trial
from shangheng.kernel.records.models import ReporterRow
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store import outcome, reading, receiving
from shangheng.kernel.records.tests.builders import AT, SHOP, Door, Row, csv_of, order, orders
from shangheng.kernel.records.tests.test_properties import FEW, dirty_rows, empty_ledger

BLANKS = " \u00a0\u3000\u2003\t\u200b!"


def tried(
    door: Door, content: bytes, mapping: object = None, reporter: str = "P01"
) -> tuple[Trial, dict[str, bytes]]:
    """Check a file; return the trial, and the files of rows that would go back."""
    report = Report(source=door.file(content), kind=door.kind, reporter=reporter, mapping=mapping)
    with trials.checked(report, home=door.home, at=AT) as (trial, folder):
        found = [folder / name for name in (outcome.REJECTS, outcome.WARNINGS)]
        return trial, {path.name: path.read_bytes() for path in found if path.exists()}


def files_of(folder: Path) -> list[Path]:
    """Return every file of a ledger."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def as_reported(door: Door, content: bytes, mapping: object = None) -> Trial:
    """See that a check tells what a report of the same file is told afterwards."""
    trial, back = tried(door, content, mapping)
    receipt = door.send(content, mapping=mapping)
    for name, ask in (("rejects.csv", queries.rejects), ("warnings.csv", queries.warnings)):
        pieces = ask(door.home, receipt.batch, reporter=receipt.reporter)
        assert back.get(name, b"") == b"".join(pieces)
    alike = (
        "reporter", "kind", "bytes", "digest", "rows_read", "rejected", "skipped", "totals",
        "rejected_by_rule", "warnings_by_rule", "mapping", "unread",
    )  # fmt: skip
    assert [getattr(trial, name) for name in alike] == [getattr(receipt, name) for name in alike]
    assert (trial.good, trial.repeated) == (receipt.accepted, receipt.unchanged)
    assert trial.rows_read == trial.good + trial.repeated + trial.rejected
    return trial


class A_Check_Tells_What_A_Receipt_Tells(TestCase):  # noqa: N801 - a sentence, as test names are
    """Each example has a ledger and rows of its own."""

    @FEW
    @given(dirty_rows(), st.lists(st.integers(0, 11), max_size=6), st.sampled_from([0, 2**20]))
    def test_whatever_is_sent(self, rows: list[Row], twice: list[int], few: int) -> None:
        again = [rows[at % len(rows)] for at in twice]
        with empty_ledger() as door, patch.object(receiving, "FEW_BYTES", few):
            as_reported(door, csv_of([*rows, *again]))


class Texts_Are_Read_As_Trimmed_Texts(TestCase):  # noqa: N801 - a sentence, as test names are
    """The short cuts by which blanks and odd characters are looked for miss none."""

    @FEW
    @given(st.lists(st.text() | st.text(alphabet=f"ab{BLANKS}'\\\""), min_size=1, max_size=40))
    def test_whatever_a_text_is(self, texts: list[str]) -> None:
        texts = [text.replace("\0", "") for text in texts]
        unfit = f"regexp_matches(t, '[{reading.CONTROL}{reading.UNSEEN}]')"
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE given AS SELECT unnest(?::VARCHAR[]) AS t", [texts])
            wrong = connection.execute(
                f"SELECT t FROM given WHERE nullif(trim(t), '') IS DISTINCT FROM "
                f"{reading._text('t')} OR ({unfit} AND NOT {reading._is_unusual('t')})"  # noqa: SLF001
            ).fetchall()
        assert wrong == []


def test_townships_shops_and_doubts_are_told_as_on_a_receipt(door: Door) -> None:
    door.send(b"platform,shop,as_of\nP01,S1,2026-11-01\n", kind=SHOP)
    door.send(orders(600, start=1000))
    found = as_reported(
        door,
        csv_of([
            order(1, region="320583999"), order(2, region="320583100"), order(3, shop="S9"),
            order(4, gross="90000", paid="90000"), order(5), order(5), order(5, paid="7"),
        ]),
    )  # fmt: skip
    assert [each.rule for each in found.rejected_by_rule] == ["order.E007", "order.E008"]
    assert [each.rule for each in found.warnings_by_rule] == ["order.W021", "order.W031"]
    assert (found.good, found.repeated, found.rejected) == (4, 1, 2)


def test_lines_gathered_by_a_mapping_are_told_as_on_a_receipt(door: Door) -> None:
    mapping = {
        "kind": "order",
        "group": {"by": ["no"], "sum": ["gross", "paid"]},
        "skip": [{"column": "no", "starts_with": "C"}],
        "fields": {
            "platform": {"constant": "P01"}, "order_no": "no", "currency": {"constant": "CNY"},
            "gross": "sum", "paid": "sum", "ordered_at": "at",
        },
    }  # fmt: skip
    rows = ("A1,5", "A1,6", "C7,9", "A2,x", "A3,8")
    content = "no,sum,at\n" + "".join(f"{row},2026-11-11 08:00:00\n" for row in rows)
    found = as_reported(door, content.encode(), mapping)
    assert found.skipped == 1


def test_nothing_of_a_check_is_kept_nor_is_its_reporter_known(door: Door) -> None:
    door.send(orders(3))
    before = {path: path.read_bytes() for path in files_of(door.home.root)}
    trial, back = tried(door, csv_of([order(9, paid="x"), order(10)]), reporter="P77")
    assert (trial.good, trial.rejected) == (1, 1)
    assert b"x" in back["rejects.csv"]
    assert {path: path.read_bytes() for path in files_of(door.home.root)} == before
    assert not door.remains()
    assert not ReporterRow.objects.filter(code="P77").exists()


def test_what_would_be_refused_whole_is_refused(door: Door) -> None:
    with pytest.raises(Invalid) as refused:
        tried(door, b"<html>")
    assert refused.value.code == "file.markup"
    with pytest.raises(Invalid) as refused:
        tried(door, csv_of(orders(1)), reporter="no blanks")
    assert refused.value.code == "reporter.bad_code"
    assert not door.remains()
