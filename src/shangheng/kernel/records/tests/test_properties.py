# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 - tables of cases read better unwrapped
"""Whatever is sent, in whatever order: the books balance and agree with a plain dictionary."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store import keys, receiving, resolving, staging
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.keys import COLUMNS, TYPES, Entries, KeyIndex
from shangheng.kernel.records.tests.builders import (
    MASTER_KEY,
    Door,
    Row,
    balanced,
    landed,
    order,
)

FEW = settings(
    max_examples=12, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
DIRT = st.sampled_from(
    ["", " ", "x", "1,000", "１２", "-1", "NaN", "1e309", "=1+1", "2026-02-30", "🙂", "a\nb", '"', "'", ";"]
)  # fmt: skip


@contextmanager
def empty_ledger() -> Iterator[Door]:
    """Give the front door of a ledger that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / "sent"
        sent.mkdir()
        yield Door(Ledger(Path(folder) / "ledger", MASTER_KEY, memory_mb=300), sent)


@st.composite
def dirty_rows(draw: st.DrawFn) -> list[Row]:
    """Return orders of which any value may be dirt."""
    rows = [order(at) for at in range(draw(st.integers(1, 12)))]
    names = st.sampled_from(sorted(rows[0]))
    for at, name, dirt in draw(st.lists(st.tuples(st.integers(0, 11), names, DIRT), max_size=12)):
        rows[at % len(rows)][name] = dirt
    return rows


Sent = tuple[str, int, int]
"""One row of the second property: the platform's or a shop's word on an order, and what was paid."""

BATCHES = st.lists(
    st.tuples(
        st.sampled_from(["P01", "shop-1", "bank-1"]),
        st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3), st.booleans()), max_size=7),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@dataclass
class Books:
    """What the ledger must hold, kept as anyone would keep it."""

    ledger: dict[int, tuple[int, str]] = field(default_factory=dict)
    claims: dict[tuple[int, str], int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def take(self, reporter: str, rows: list[tuple[int, int, bool]]) -> None:
        """Take a batch: of one number told twice the first word counts."""
        names = ("accepted", "corrected", "unchanged", "rejected", "second_source")
        self.counted = dict.fromkeys(names, 0)
        seen: dict[int, int] = {}
        for number, paid, bad in rows:
            if bad:
                self.counted["rejected"] += 1
            elif number in seen:
                self.counted["unchanged" if seen[number] == paid else "rejected"] += 1
            else:
                seen[number] = paid
                self._say(reporter, number, paid)

    def _say(self, reporter: str, number: int, paid: int) -> None:
        said, holder = self.ledger.get(number, (0, ""))
        if holder == reporter or not holder:
            word = "unchanged" if (said, holder) == (paid, reporter) else "corrected"
            self.counted[word if holder else "accepted"] += 1
            self.ledger[number] = (paid, reporter)
        elif reporter == "P01":
            self.claims[number, holder] = said
            self.ledger[number] = (paid, reporter)
            self.counted["accepted"] += 1
        else:
            before = self.claims.get((number, reporter))
            word = "accepted" if before is None else "corrected"
            self.counted["unchanged" if before == paid else word] += 1
            self.counted["second_source"] += before != paid
            self.claims[number, reporter] = paid


def counted(receipt: Receipt) -> dict[str, int]:
    """Return the counts of a receipt by name."""
    names = ("accepted", "corrected", "unchanged", "rejected", "second_source")
    return {name: getattr(receipt, name) for name in names}


class Books_Balance(TestCase):  # noqa: N801 - a sentence, as test names are
    """Each example has a ledger and rows of its own."""

    @FEW
    @given(dirty_rows())
    def test_every_row_that_is_read_is_accounted_for(self, rows: list[Row]) -> None:
        with empty_ledger() as door:
            receipt = door.send(rows)
            kept = door.rows()
            assert balanced(receipt)
            assert receipt.rows_read == len(rows)
            assert len(kept) == receipt.accepted
            assert len(door.rejects(receipt)) == receipt.rejected
            paid = sum((row["paid"] for row in kept), Decimal(0))
            assert sum(each["paid"] for each in receipt.totals.values()) == paid

    @FEW
    @given(st.lists(dirty_rows(), min_size=1, max_size=3))
    def test_small_batches_are_staged_as_large_ones_are(self, batches: list[list[Row]]) -> None:
        """Twice by the statement that is kept, so that nothing of one convoy shows in the next."""
        with empty_ledger() as door:
            staged = [stage_of(door, batches, few_bytes=few) for few in (0, 2**20, 2**20)]
        assert staged[1] == staged[0]
        assert staged[2] == staged[0]

    @FEW
    @given(
        BATCHES,
        st.sampled_from(
            [{"PIECE_ROWS": 2, "SLICE_PIECES": 1}, {"PIECE_ROWS": 2}, {"SLICE_PIECES": 8}]
        ),
    )
    def test_the_ledger_is_what_a_dictionary_would_hold(
        self, batches: list[tuple[str, list[tuple[int, int, bool]]]], sizes: dict[str, int]
    ) -> None:
        books = Books()
        with empty_ledger() as door, patch.multiple(resolving, **sizes):
            for at, (reporter, told) in enumerate(batches):
                rows = [
                    order(number, paid="-1" if bad else str(paid), gross="9")
                    for number, paid, bad in told
                ]
                receipt = door.send(rows, reporter=reporter, batch=f"B{at}")
                books.take(reporter, told)
                assert balanced(receipt)
                assert counted(receipt) == books.counted
            assert {
                int(row["order_no"][1:]): (int(row["paid"]), row["reporter"])
                for row in door.rows()
            } == books.ledger
            assert {
                (int(row["order_no"][1:]), row["reporter"]): int(row["paid"])
                for row in door.claims()
            } == books.claims


def stage_of(door: Door, batches: list[list[Row]], *, few_bytes: int) -> list[object]:
    """Return what is staged of batches that travel together, and what is wrong with which rows.

    Files above a size are large.
    """
    usual = [{"paid": 10.0 * at} if at else {} for at in range(len(batches))]
    members = [landed(door, f"P{at}", rows, usual[at]) for at, rows in enumerate(batches)]
    with patch.object(receiving, "FEW_BYTES", few_bytes):
        convoy = receiving.stage(door.home, members)
    try:
        asked = (f"SELECT rowid, * EXCLUDE (rules) FROM {staging.STAGE}", convoy.plan.questioned)
        return [convoy.connection.execute(each).fetchall() for each in asked]
    finally:
        convoy.close()


def entries_of(told: list[tuple[int, int]]) -> Entries:
    """Return entries under a few keys that often share their first half."""
    numbers = np.array([number for number, _ in told], dtype=np.uint64)
    columns = {
        "high": numbers // np.uint64(3),
        "low": numbers % np.uint64(3),
        "print": np.array([value for _, value in told], dtype=np.uint64),
        "day": np.zeros(len(told)),
        "source": np.ones(len(told)),
        "rank": np.zeros(len(told)),
    }
    return Entries({name: columns[name].astype(TYPES[name]) for name in COLUMNS})


STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=8),
        st.sampled_from(
            [
                "settled", "not settled", "two parts",
                "killed before it was adopted", "killed before it was true",
            ]
        ),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, derandomize=True)
@given(STEPS)
def test_the_key_index_knows_what_a_dictionary_knows(
    steps: list[tuple[list[tuple[int, int]], str]],
) -> None:
    known: dict[int, int] = {}
    asked = entries_of([(number, 0) for number in range(33)])
    # Pieces of three entries, so that a segment of thirty has chunks and merging cuts it.
    with tempfile.TemporaryDirectory() as folder, patch.object(keys, "CHUNK_ROWS", 3):
        version = 0
        for told, how in steps:
            index = KeyIndex(Path(folder), version=version)
            half = len(told) // 2 if how == "two parts" else len(told)
            for piece in (told[:half], told[half:]):
                index.prepare(entries_of(piece))
            if how == "killed before it was adopted":
                continue
            index.adopt()
            if how == "killed before it was true":
                continue
            version += 1
            known |= dict(told)
            if how == "settled":
                index.settle()
            for each in (index, KeyIndex(Path(folder), version=version)):
                found = each.find(asked["high"], asked["low"])
                there = np.flatnonzero(found.known)
                assert {int(at): int(found.entries["print"][at]) for at in there} == known
        assert len(list(Path(folder).glob("*.arrow"))) <= len(steps) * 2
