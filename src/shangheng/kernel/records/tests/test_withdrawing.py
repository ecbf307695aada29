# SPDX-License-Identifier: Apache-2.0
"""A reporter takes records back: out of the ledger, kept in the history, free to come again."""

from collections.abc import Callable

import pytest

from shangheng.kernel.errors import Conflict
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.records import actions
from shangheng.kernel.records.models import WithdrawalRow
from shangheng.kernel.records.store import committing
from shangheng.kernel.records.store.withdrawing import Withdrawal
from shangheng.kernel.records.tests.builders import AT, ORDER, Door, order, orders


def taken_back(door: Door, *numbers: int, number: str = "W1", reporter: str = "P01") -> int:
    keys = [{"platform": "P01", "order_no": f"N{each:06d}"} for each in numbers]
    asked = Withdrawal(kind=ORDER, reporter=reporter, number=number, keys=keys, reason="重复报送")
    return actions.withdraw(asked, home=door.home, at=AT)


def test_a_withdrawn_record_leaves_the_ledger_and_stays_in_the_history(door: Door) -> None:
    door.send(orders(5))
    assert taken_back(door, 2, 4, 99) == 2
    assert [row["order_no"] for row in door.rows()] == ["N000001", "N000003", "N000005"]
    assert [row["replaced_by"] for row in door.history()] == ["W1", "W1"]
    assert LeafRow.objects.filter(what="record.withdrawn").count() == 1
    assert not door.remains()


def test_the_same_withdrawal_again_changes_nothing_and_other_keys_are_refused(door: Door) -> None:
    door.send(orders(5))
    assert taken_back(door, 2) == 1
    door.send([order(2)])
    assert taken_back(door, 2) == 1
    assert len(door.rows()) == 5
    with pytest.raises(Conflict, match="other_keys"):
        taken_back(door, 3)


def test_a_withdrawn_record_may_be_reported_anew_by_anybody(door: Door) -> None:
    door.send(orders(3))
    taken_back(door, 1, 2)
    assert door.send([order(1)]).accepted == 1
    receipt = door.send([order(2)], reporter="shop-1")
    assert (receipt.accepted, receipt.second_source) == (1, 0)
    assert len(door.rows()) == 3
    assert not door.claims()


def test_what_others_have_told_is_not_theirs_to_take_back(door: Door) -> None:
    door.send(orders(3))
    door.send([order(1, paid="90")], reporter="shop-1")
    assert taken_back(door, 1, 2, reporter="shop-1") == 1
    assert len(door.rows()) == 3
    assert not door.claims()


@pytest.mark.parametrize("step", ["commit", "finish"])
def test_a_withdrawal_that_was_cut_off_is_undone_or_finished(
    door: Door, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    door.send(orders(4))

    def cut(*_args: object, **_told: object) -> None:
        raise KeyboardInterrupt

    target: tuple[object, str] = (
        (committing.Table, "commit") if step == "commit" else (actions, "finish")
    )
    _cut_once(monkeypatch, target, cut)
    with pytest.raises(KeyboardInterrupt):
        taken_back(door, 1)
    monkeypatch.undo()
    door.send([order(9)])
    assert not door.remains()
    done = WithdrawalRow.objects.filter(number="W1").exists()
    assert done == (step == "finish")
    assert len(door.rows()) == (4 if done else 5)
    assert taken_back(door, 1) == 1
    assert len(door.rows()) == 4


def _cut_once(
    monkeypatch: pytest.MonkeyPatch, target: tuple[object, str], cut: Callable[..., None]
) -> None:
    monkeypatch.setattr(*target, cut)
