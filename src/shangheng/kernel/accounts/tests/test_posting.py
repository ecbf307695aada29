# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept.book import KEY_MAX
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.accounts.concept.units import INT64_MAX
from shangheng.kernel.accounts.models import AccountRow, HoldRow, TransferRow
from shangheng.kernel.accounts.tests.builders import (
    AT,
    codes_of,
    later,
    opened,
    party,
    posted,
    settled,
    transfer,
)
from shangheng.kernel.errors import Conflict, Unavailable

pytestmark = pytest.mark.django_db


def standing(code: str) -> tuple[int, int, int]:
    now = queries.balance(code)
    return now.posted, now.held_out, now.held_in


def test_what_one_account_gives_the_other_gets() -> None:
    opened("world", "fund")
    assert codes_of(posted(transfer("1", amount=250))) == ["booked"]
    assert (standing("world"), standing("fund")) == ((-250, 0, 0), (250, 0, 0))
    assert queries.entry("1").target_after == 250
    assert queries.audit().is_clean


def test_the_same_transfer_again_is_known_and_changes_nothing() -> None:
    opened("world", "fund")
    posted(transfer("1", facts={"case": "A-7"}))
    assert codes_of(posted(transfer("1", facts={"case": "A-7"}), at=later(9))) == ["known"]
    assert actions.post_one(transfer("1", facts={"case": "A-7"}), at=AT) is False
    assert standing("fund")[0] == 100


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 101},
        {"target": "other"},
        {"source": "other"},
        {"kind": "gift"},
        {"facts": {"case": "B"}},
        {"phase": "pending"},
    ],
)
def test_a_key_never_stands_for_two_transfers(other: dict[str, object]) -> None:
    opened("world", "fund", "other")
    posted(transfer("1"))
    assert codes_of(posted(transfer("1", **other))) == ["transfer.key_taken"]
    assert TransferRow.objects.count() == 1


def test_the_same_key_twice_in_a_batch_is_booked_once() -> None:
    opened("world", "fund")
    twice = posted(transfer("1"), transfer("1"), transfer("1", amount=7))
    assert codes_of(twice) == ["booked", "known", "transfer.key_taken"]
    assert standing("fund")[0] == 100


def test_nothing_leaves_an_account_below_its_floor() -> None:
    opened("world", "fund", "shop")
    opened("credit", owner=party("B"), floor=-50)
    posted(transfer("1", amount=100))
    told = posted(
        transfer("2", "fund", "shop", amount=101),
        transfer("3", "credit", "shop", amount=51),
        transfer("4", "credit", "shop", amount=50),
        transfer("5", "fund", "shop", amount=100),
    )
    assert codes_of(told) == ["transfer.below_floor", "transfer.below_floor", "booked", "booked"]
    assert told[0].refusal is not None
    assert told[0].refusal.facts["room"] == 100


def test_nothing_comes_into_an_account_above_its_ceiling() -> None:
    opened("world")
    opened("hall", owner=party("B"), ceiling=10)
    assert codes_of(posted(transfer("1", target="hall", amount=11))) == ["transfer.above_ceiling"]
    assert codes_of(posted(transfer("2", target="hall", amount=10))) == ["booked"]


def test_each_transfer_of_a_batch_sees_those_before_it() -> None:
    opened("world", "fund", "shop")
    told = posted(
        transfer("1", "fund", "shop"), transfer("2"), transfer("3", "fund", "shop")
    )  # fmt: skip
    assert codes_of(told) == ["transfer.below_floor", "booked", "booked"]


def test_a_refused_transfer_leaves_nothing_behind_and_may_come_again() -> None:
    opened("world", "fund", "shop")
    posted(transfer("1", "fund", "shop"))
    posted(transfer("2"))
    assert codes_of(posted(transfer("1", "fund", "shop"))) == ["booked"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"source": "fund"}, "transfer.to_itself"),
        ({"source": "nowhere"}, "account.unknown"),
        ({"target": "nowhere"}, "account.unknown"),
        ({"target": "closed"}, "account.closed"),
        ({"target": "hall"}, "transfer.units_differ"),
        ({"amount": 0}, "transfer.amount_out_of_range"),
        ({"amount": -1}, "transfer.amount_out_of_range"),
        ({"amount": 1.5}, "transfer.amount_out_of_range"),
        ({"amount": True}, "transfer.amount_out_of_range"),
        ({"amount": INT64_MAX + 1}, "transfer.amount_out_of_range"),
        ({"key": ""}, "transfer.key_malformed"),
        ({"key": "k" * (KEY_MAX + 1)}, "transfer.key_malformed"),
        ({"key": "a\n"}, "transfer.key_malformed"),
        ({"key": "1:expired"}, "transfer.key_malformed"),
        ({"kind": "k" * 33}, "transfer.facts_malformed"),
        ({"facts": {"a": 1}}, "transfer.facts_malformed"),
        ({"phase": "expire"}, "transfer.phase_unknown"),
        ({"phase": "gone"}, "transfer.phase_unknown"),
        ({"timeout": timedelta(1)}, "transfer.not_a_hold"),
        ({"pending": "1"}, "transfer.not_a_hold"),
        ({"phase": "pending", "timeout": timedelta(0)}, "transfer.timeout_malformed"),
        ({"phase": "post", "pending": "x"}, "transfer.pending_unknown"),
        ({"phase": "post", "pending": "0"}, "transfer.pending_unknown"),
        ({"phase": "void", "pending": "h"}, "transfer.not_a_move"),
    ],
)
def test_each_refusal_says_why(wrong: dict[str, object], code: str) -> None:
    owner = opened("world", "fund", "closed")
    opened("hall", owner=owner, unit="seat")
    actions.close("closed", at=AT)
    posted(transfer("0"), transfer("h", phase="pending"))
    before = queries.balance("fund")
    assert codes_of(posted(transfer(**{"key": "1", **wrong}))) == [code]  # type: ignore[arg-type]
    assert queries.balance("fund") == before
    assert TransferRow.objects.count() == 2


def test_balances_never_outgrow_the_largest_integer() -> None:
    opened("world", "fund")
    assert codes_of(posted(transfer("1", amount=INT64_MAX))) == ["booked"]
    assert codes_of(posted(transfer("2", amount=1))) == ["transfer.below_floor"]


def test_linked_transfers_are_booked_all_or_none() -> None:
    opened("world", "fund", "shop")
    chain = (
        transfer("1", amount=100, linked=True),
        transfer("2", "fund", "shop", amount=60, linked=True),
        transfer("3", "fund", "shop", amount=60),
    )
    told = posted(*chain, transfer("4", amount=5))
    assert codes_of(told) == [
        "transfer.chain_failed", "transfer.chain_failed", "transfer.below_floor", "booked"
    ]  # fmt: skip
    assert told[0].refusal is not None
    assert told[0].refusal.facts["failed"] == "3"
    assert (standing("fund"), standing("shop")) == ((5, 0, 0), (0, 0, 0))
    whole = (*chain[:2], transfer("3", "fund", "shop", amount=40))
    assert codes_of(posted(*whole)) == ["booked"] * 3
    assert codes_of(posted(*whole)) == ["known"] * 3
    assert {queries.entry(key).chain for key in "123"} == {"1"}


def test_a_chain_that_fails_gives_back_its_holds_and_its_keys() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"), transfer("h", "fund", "shop", phase="pending"))
    chain = (
        settled("p", "h", linked=True),
        transfer("n", phase="pending", linked=True),
        transfer("x", "shop", "fund", amount=101),
    )
    again = (settled("p", "h"), transfer("n", phase="pending"))
    assert codes_of(posted(*chain, *again))[3:] == ["booked", "booked"]
    assert standing("shop") == (100, 0, 0)
    assert queries.audit().is_clean


def test_a_chain_without_an_end_or_half_known_is_refused_whole() -> None:
    opened("world", "fund")
    assert codes_of(posted(transfer("1", linked=True))) == ["transfer.chain_open"]
    posted(transfer("2"))
    told = posted(transfer("3", linked=True), transfer("2"))
    assert codes_of(told) == ["transfer.chain_failed", "transfer.chain_torn"]
    assert standing("fund")[0] == 100


def test_a_hold_takes_room_at_both_ends_until_it_is_posted() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"))
    assert codes_of(posted(transfer("h", "fund", "shop", phase="pending"))) == ["booked"]
    assert (standing("fund"), standing("shop")) == ((100, 100, 0), (0, 0, 100))
    assert codes_of(posted(transfer("1", "fund", "shop", amount=1))) == ["transfer.below_floor"]
    assert codes_of(posted(settled("p", "h"))) == ["booked"]
    assert codes_of(posted(settled("p", "h"))) == ["known"]
    assert (standing("fund"), standing("shop")) == ((0, 0, 0), (100, 0, 0))
    assert codes_of(posted(settled("v", "h", "void"))) == ["transfer.pending_ended"]
    assert HoldRow.objects.count() == 0


def test_part_of_a_hold_is_posted_and_the_rest_released() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"), transfer("h", "fund", "shop", phase="pending"))
    assert codes_of(posted(settled("p", "h", amount=101))) == ["transfer.more_than_held"]
    assert codes_of(posted(settled("p", "h", amount=30))) == ["booked"]
    assert (standing("fund"), standing("shop")) == ((70, 0, 0), (30, 0, 0))
    assert codes_of(posted(settled("p", "h", amount=31))) == ["transfer.key_taken"]


def test_a_voided_hold_gives_everything_back() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"), transfer("h", "fund", "shop", phase="pending"))
    assert codes_of(posted(settled("v", "h", "void", amount=5))) == ["transfer.more_than_held"]
    assert codes_of(posted(settled("v", "h", "void"))) == ["booked"]
    assert (standing("fund"), standing("shop")) == ((100, 0, 0), (0, 0, 0))


def test_a_hold_can_be_made_and_ended_within_one_batch() -> None:
    opened("world", "fund")
    told = posted(
        transfer("h", phase="pending", timeout=timedelta(1)), settled("p", "h", amount=40)
    )
    assert codes_of(told) == ["booked", "booked"]
    assert standing("fund") == (40, 0, 0)
    assert AccountRow.objects.filter(next_expiry__isnull=False).count() == 0
    assert queries.audit().is_clean


def test_a_hold_past_its_time_is_released_by_whatever_comes_next() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"))
    hold = transfer("h", "fund", "shop", phase="pending", timeout=timedelta(seconds=10))
    posted(hold)
    pay = transfer("1", "fund", "shop")
    assert codes_of(posted(pay, at=later(9))) == ["transfer.below_floor"]
    assert codes_of(posted(pay, at=later(10))) == ["booked"]
    assert codes_of(posted(hold, at=later(11))) == ["known"]
    assert codes_of(posted(settled("p", "h"), at=later(11))) == ["transfer.pending_ended"]
    assert queries.entry("h:expired").phase == "expire"
    assert queries.audit().is_clean


def test_a_hold_past_its_time_cannot_be_posted_even_if_nobody_has_released_it() -> None:
    opened("world", "fund", "shop")
    posted(transfer("0"))
    posted(
        transfer("h", "fund", "shop", phase="pending", timeout=timedelta(seconds=10)),
        transfer("1"),
        at=later(1),
    )
    late = posted(settled("p", "h"), at=later(11))
    assert codes_of(late)[0] in {"transfer.pending_ended", "transfer.pending_expired"}
    assert standing("fund") == (200, 0, 0)


def test_holds_past_their_time_are_released_by_a_job() -> None:
    opened("world", "fund")
    for number, lasts in enumerate((5, 6, 60)):
        hold = transfer(f"h{number}", phase="pending", timeout=timedelta(seconds=lasts))
        posted(hold)
    assert actions.expire(at=later(4)) == 0
    assert actions.expire(at=later(6)) == 2
    assert actions.expire(at=later(6)) == 0
    assert standing("fund") == (0, 0, 100)
    row = AccountRow.objects.get(code="fund")
    assert row.next_expiry == later(60)


def test_time_does_not_run_back_within_an_account() -> None:
    opened("world", "fund", "shop")
    posted(transfer("1"), at=later(100))
    late = posted(transfer("2"), at=later(99))
    assert codes_of(late) == ["transfer.clock_back"]
    assert late[0].refusal is not None
    assert late[0].refusal.facts["last_at"] == later(100).isoformat()
    assert codes_of(posted(transfer("2"), at=later(100))) == ["booked"]
    assert codes_of(posted(transfer("0"), at=AT - timedelta(1))) == ["transfer.clock_back"]


def test_a_clock_that_is_a_little_late_counts_from_the_last_entry() -> None:
    opened("world", "fund")
    posted(transfer("1"), at=later(100))
    lag = timedelta(seconds=2)
    assert codes_of(posted(transfer("2"), at=later(97), lag=lag)) == ["transfer.clock_back"]
    assert codes_of(posted(transfer("2"), at=later(98), lag=lag)) == ["booked"]
    assert queries.entry("2").at == later(100)


def test_one_transfer_is_booked_or_raises_why_not() -> None:
    opened("world", "fund")
    assert actions.post_one(transfer("1"), at=AT)
    with pytest.raises(Conflict, match=r"transfer\.below_floor"):
        actions.post_one(transfer("2", "fund", "world", amount=101), at=AT)


def test_an_empty_batch_has_no_outcome() -> None:
    assert posted() == ()


def test_a_transfer_falls_with_the_transaction_in_which_it_was_posted() -> None:
    opened("world", "fund")
    with transaction.atomic():
        assert codes_of(posted(transfer("1"))) == ["booked"]
        transaction.set_rollback(True)
    assert standing("fund")[0] == 0
    assert TransferRow.objects.count() == 0


def test_not_even_a_mistake_in_the_program_breaks_a_floor() -> None:
    opened("fund")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountRow.objects.filter(code="fund").update(posted=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountRow.objects.filter(code="fund").update(held_out=-1)


def test_a_key_that_another_books_meanwhile_is_seen_on_the_second_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened("world", "fund")
    posted(transfer("1"))
    real, blind = actions.store.entries, [1]

    def entries(keys: set[str]) -> dict[str, object]:
        if blind:
            blind.pop()
            return {}
        return dict(real(keys))

    monkeypatch.setattr(actions.store, "entries", entries)
    assert codes_of(posted(transfer("1"))) == ["known"]
    monkeypatch.setattr(actions.store, "entries", lambda _: {})
    with pytest.raises(Unavailable, match=r"transfer\.kept_clashing"):
        posted(transfer("1"))
    assert standing("fund")[0] == 100


def test_posting_takes_transfers_of_any_kind_by_their_fields() -> None:
    opened("world", "fund")
    whole = Transfer(
        key="1", source="world", target="fund", amount=5, kind="grant",
        facts={"case": "甲-1", "quote": 'a "b" \\ c\t'},
    )  # fmt: skip
    posted(whole)
    entry = queries.entry("1")
    assert (entry.kind, entry.facts) == ("grant", whole.facts)
    assert codes_of(posted(whole)) == ["known"]
