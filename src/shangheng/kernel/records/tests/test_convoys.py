# SPDX-License-Identifier: Apache-2.0
"""Small batches that travel together: one stage and one commit, and each its own answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.records import queries
from shangheng.kernel.records.store import receiving, taking
from shangheng.kernel.records.store.keys import sorted_keys
from shangheng.kernel.records.tests.builders import (
    Door,
    balanced,
    csv_of,
    landed,
    order,
    warnings,
)


def test_reporters_of_different_habits_share_a_commit_and_are_judged_by_their_own(
    door: Door,
) -> None:
    told = {"P01": {"paid": 100.0}, "P02": {"paid": 9_000.0}, "P03": {}}
    members = [
        landed(door, reporter, [order(1, platform=reporter, gross="9000", paid="9000")], usual)
        for reporter, usual in told.items()
    ]
    assert all(member.matches(members[0]) for member in members)
    convoy = receiving.stage(door.home, members)
    receipts = taking.commit(door.home, convoy)
    convoy.close()
    assert [warnings(receipt) for receipt in receipts] == [{"W021 paid": 1}, {}, {}]
    assert {receipt.ledger_version for receipt in receipts} == {1}
    assert queries.ledger_files(door.home, "order").version == 1


@pytest.mark.parametrize("text", ["plain", "two\nlines"])
@pytest.mark.parametrize("broken", [b"", b'X1,"never\n'])
def test_a_row_that_clashes_goes_back_as_it_came_wherever_it_stands(
    door: Door, text: str, broken: bytes
) -> None:
    """Whether rows are lines or not, whether one before could not be split or not."""
    product = text.replace("\n", "\n\n")
    lines = f'[{{"product": "{product}", "quantity": 1, "amount": 2}}]'
    rows = [order(1, lines=lines), order(2), order(3), order(2, paid="7"), order(4)]
    content = csv_of(rows)
    head, rest = content.split(b"\n", 1)
    receipt = door.send(head + b"\n" + broken + rest)
    assert balanced(receipt)
    [*_, back] = door.rejects(receipt)
    assert (back["order_no"], back["paid"], back["_rule"]) == ("N000002", "7", "order.E008")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_keys_are_sorted_as_a_plain_sort_would(keys: list[tuple[int, int]]) -> None:
    high = np.array([key[0] for key in keys], dtype=np.uint64)
    low = np.array([key[1] for key in keys], dtype=np.uint64)
    order_, again = sorted_keys(high, low)
    told = sorted(range(len(keys)), key=lambda at: (keys[at], at))
    assert list(order_) == told
    assert list(again) == [
        at > 0 and keys[told[at]] == keys[told[at - 1]] for at in range(len(told))
    ]
