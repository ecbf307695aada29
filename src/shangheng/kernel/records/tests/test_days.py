# SPDX-License-Identifier: Apache-2.0
"""A large batch whose rows come in the order of time: each of its days is written by itself."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from deltalake.transaction import AddAction

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.records import queries
from shangheng.kernel.records.store import committing
from shangheng.kernel.records.store.tables import Table
from shangheng.kernel.records.tests.builders import Door, Row, balanced, order

DAYS, A_DAY = 3, 4_000


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each write of a table adds the day that it was said to be of."""
    told: list[str] = []
    write = Table.write

    def noted(table: Table, *given: Any, **said: Any) -> Sequence[AddAction]:
        told.append(said.get("day", ""))
        return write(table, *given, **said)

    monkeypatch.setattr(Table, "write", noted)
    monkeypatch.setattr(committing, "MANY_ROWS", 1_000)
    return told


def rows() -> list[Row]:
    """Return good orders, a bad one among every hundred, day after day."""
    return [
        order(
            number, ordered_at=f"2026-11-{1 + number // A_DAY:02d} 08:00:00",
            paid="-1" if number % 100 == 0 else "7",
        )
        for number in range(DAYS * A_DAY)
    ]  # fmt: skip


def test_days_that_lie_together_are_written_one_by_one_and_hold_the_same(
    door: Door, written: list[str]
) -> None:
    in_order = rows()
    receipt = door.send(in_order)
    assert balanced(receipt)
    assert sorted(written) == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert len(queries.ledger_files(door.home, "order").paths) == DAYS
    kept = door.rows()
    assert len(kept) == receipt.accepted == DAYS * A_DAY * 99 // 100
    assert {(row["order_no"], str(row["day"])) for row in kept} == {
        (row["order_no"], row["ordered_at"][:10]) for row in in_order if row["paid"] == "7"
    }


def test_days_that_are_mixed_are_written_in_one_pass(door: Door, written: list[str]) -> None:
    mixed = rows()
    random.Random(5).shuffle(mixed)  # noqa: S311 - no secret
    receipt = door.send(mixed)
    assert written == [""]
    assert len(door.rows()) == receipt.accepted == DAYS * A_DAY * 99 // 100


def test_what_fails_between_two_days_is_undone_whole(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "MANY_ROWS", 1_000)
    write = Table.write

    def full(table: Table, *given: Any, **said: Any) -> Sequence[AddAction]:
        if said.get("day") == "2026-11-03":
            raise Unavailable("store.no_room", detail="full")
        return write(table, *given, **said)

    with monkeypatch.context() as patched:
        patched.setattr(Table, "write", full)
        with pytest.raises(Unavailable, match=r"store\.no_room"):
            door.send(rows())
    assert not list(door.home.table("order").glob("day=*/*.parquet"))
    assert door.send(rows()).accepted == DAYS * A_DAY * 99 // 100
    assert len(door.rows()) == DAYS * A_DAY * 99 // 100
