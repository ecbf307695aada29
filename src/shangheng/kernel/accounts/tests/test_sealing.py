# SPDX-License-Identifier: Apache-2.0
"""What is booked is sealed with it, and who changes it afterwards is found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from shangheng.kernel.accounts import actions, sealing
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.accounts.models import AccountRow, TransferRow, UnitRow
from shangheng.kernel.accounts.tests.builders import later, opened, posted, settled, transfer
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.findings import explained

pytestmark = pytest.mark.django_db
NOUNS = (
    ("unit.", sealing.sealed_units),
    ("account.", sealing.sealed_accounts),
    (sealing.BOOKED, sealing.sealed_postings),
)


def found() -> list[str]:
    """Return where the book and the log do not fit."""
    evidence.sequence_waiting()
    return [finding.where for begins, rows in NOUNS for finding in explained(begins, rows)]


def leaves(what: str) -> list[dict[str, Any]]:
    evidence.sequence_waiting()
    return [dict(entries.parse(each.entry).facts) for each in queries.leaves_saying(what)]


def test_what_is_booked_at_once_is_one_leaf_however_much_it_is() -> None:
    opened("world", "fund", "other")
    posted(*(transfer(f"{number}") for number in range(40)), transfer("x", "other"))
    posted(transfer("41"))
    posted(transfer("41"))
    assert leaves(sealing.BOOKED) == [{"entries": 40}, {"entries": 1}]
    assert TransferRow.objects.filter(posting=None).count() == 0
    assert found() == []


def test_the_log_shows_neither_keys_nor_accounts() -> None:
    opened("world", "fund/secret")
    posted(transfer("key-7", target="fund/secret", facts={"case": "C7"}))
    evidence.sequence_waiting()
    told = b"".join(leaf.entry for leaf in queries.leaves())
    assert not any(secret in told for secret in (b"secret", b"key-7", b"C7", b"world"))


def test_holds_that_end_by_themselves_and_accounts_that_are_closed_are_sealed_too() -> None:
    opened("world", "fund")
    late = timedelta(seconds=1)
    held = {"phase": "pending", "amount": 5}
    posted(transfer("1", **held), transfer("2", **held), transfer("6", timeout=late, **held))
    posted(settled("3", "1", "void"), at=later(0.5))
    assert actions.expire(at=later(2)) == 1
    posted(settled("4", "2"), at=later(3))
    actions.post_one(Transfer(key="5", source="fund", target="world", amount=5), at=later(4))
    actions.close("fund", at=later(5))
    assert len(leaves(sealing.CLOSED)) == 1
    assert found() == []


def test_what_is_rolled_back_leaves_no_leaf() -> None:
    opened("world", "fund")
    with transaction.atomic():
        posted(transfer("1"))
        transaction.set_rollback(True)
    assert leaves(sealing.BOOKED) == []


@pytest.mark.alters_the_books
@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda: TransferRow.objects.filter(key="1").update(amount=7), "kernel_transfer/"),
        (
            lambda: TransferRow.objects.filter(key="1").update(facts={"why": "x"}),
            "kernel_transfer/",
        ),
        (lambda: TransferRow.objects.filter(key="2").delete(), "kernel_transfer/"),
        (lambda: TransferRow.objects.filter(key="3").delete(), "kernel_leaf/"),
        (lambda: TransferRow.objects.filter(key="1").update(posting=None), "kernel_transfer/"),
        (lambda: AccountRow.objects.filter(code="fund").update(floor=-5), "kernel_account/fund"),
        (lambda: UnitRow.objects.filter(code="CNY").update(decimals=3), "kernel_unit/CNY"),
    ],
)
def test_a_hand_in_the_database_is_found_and_named(change: Any, where: str) -> None:
    opened("world", "fund")
    posted(transfer("1"), transfer("2"))
    posted(transfer("3"))
    assert found() == []
    change()
    assert any(each.startswith(where) for each in found()), found()


def test_a_book_that_is_older_than_its_sealing_is_sealed_as_it_was_found_once() -> None:
    opened("world", "fund")
    posted(transfer("1"), transfer("2"))
    TransferRow.objects.update(posting=None)
    evidence.WaitingRow.objects.all().delete()  # as an older version left it
    assert found() == ["kernel_unit/CNY", "kernel_unit/seat", "kernel_account/world",
                       "kernel_account/fund", "kernel_transfer/"]  # fmt: skip
    evidence.began("accounts", sealing.seal_found, at=later(9))
    assert found() == []
    assert leaves("sealing.began") == [{"accounts": 2, "transfers": 2, "units": 2}]
    posted(transfer("3"))
    TransferRow.objects.filter(key="3").update(posting=None)
    evidence.began("accounts", sealing.seal_found, at=later(10))  # there is no second beginning
    assert "kernel_transfer/" in found()
