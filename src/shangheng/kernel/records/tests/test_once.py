# SPDX-License-Identifier: Apache-2.0
"""Exactly once: the same again adds nothing, a correction replaces, two sources count once."""

import random
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.records import actions, queries, reporters
from shangheng.kernel.records.models import BatchRow
from shangheng.kernel.records.store.names import folder_of
from shangheng.kernel.records.tests.builders import (
    AT,
    SERIES,
    SHOP,
    Door,
    Row,
    balanced,
    csv_of,
    order,
    orders,
)


def test_the_same_batch_again_gives_the_same_receipt_and_adds_nothing(door: Door) -> None:
    path = door.file(b"")
    first = door.send(orders(50), name=path.name)
    files = queries.ledger_files(door.home, "order")
    assert door.send(path) == first
    assert door.send(orders(50)) == first
    assert queries.ledger_files(door.home, "order") == files
    assert queries.receipt(first.batch) == first
    assert len(queries.receipts()) == 1


def test_the_same_batch_under_its_own_number_is_the_same_batch(door: Door) -> None:
    first = door.send(orders(3), batch="B-1")
    assert door.send(orders(3), batch="B-1") == first
    assert door.send(orders(3)) == first


def test_nobody_finds_in_the_log_a_batch_whose_content_was_guessed(door: Door) -> None:
    rows = orders(1)
    digest = sha256(csv_of(rows)).hexdigest()
    taken = door.send(rows)
    assert taken.digest == f"sha256:{digest}"
    # Who sends the same content, or has a house of its own, is told other numbers than this one.
    guesses = {former(rows), digest, digest[:24], door.send(rows, reporter="P02").batch}
    shown = b"".join(bytes(leaf.entry) for leaf in LeafRow.objects.all()).decode()
    BatchRow.objects.all().delete()
    elsewhere = replace(door.home, root=door.folder / "other", master_key=bytes(32))
    guesses.add(Door(elsewhere, door.folder).send(rows).batch)
    assert len(guesses) == 5
    assert folder_of("P01", taken.batch) in shown
    assert not [each for each in guesses if each in shown or folder_of("P01", each) in shown]


def former(rows: list[Row]) -> str:
    """Return the number that a file without one had before numbers were keyed."""
    return f"order-{sha256(csv_of(rows)).hexdigest()[:16]}"


def test_what_an_older_house_took_without_a_number_keeps_its_receipt(door: Door) -> None:
    old = door.send(orders(3), batch=former(orders(3)))
    leaves = LeafRow.objects.count()
    assert door.pipe(csv_of(orders(3))) == old
    assert door.send(orders(3)) == old
    assert LeafRow.objects.count() == leaves
    assert door.pipe(csv_of(orders(4))).batch != former(orders(4))


def test_the_same_file_read_by_a_corrected_mapping_is_another_batch(door: Door) -> None:
    path = door.file("单号,价格,数额\n1,5,6\n".encode())
    fields = {
        "platform": {"constant": "P01"}, "order_no": "单号", "currency": {"constant": "CNY"},
        "gross": "价格", "paid": "价格", "ordered_at": {"constant": "2026-11-11 20:05:00"},
    }  # fmt: skip
    wrong: dict[str, Any] = {"kind": "order", "fields": fields}
    right = {**wrong, "fields": {**fields, "gross": "数额", "paid": "数额"}}
    first = door.send(path, mapping=wrong)
    second = door.send(path, mapping=right)
    assert (first.accepted, second.corrected) == (1, 1)
    assert door.send(path, mapping=wrong) == first
    assert door.send(path, mapping=right) == second
    assert door.rows(columns="paid") == [{"paid": Decimal(6)}]


def test_the_same_rows_under_another_number_are_known_already(door: Door) -> None:
    door.send(orders(3), batch="B-1")
    second = door.send(orders(3), batch="B-2")
    assert (second.rows_read, second.unchanged, second.totals) == (3, 3, {})
    assert len(door.rows()) == 3


def test_a_row_that_was_altered_is_unlike_its_receipt(door: Door) -> None:
    door.send(orders(3), batch="B-1")
    door.send(orders(5), batch="B-2")
    assert queries.rows_unlike_their_receipts() == []
    changed = BatchRow.objects.filter(number="B-2")
    changed.update(accepted=5)
    assert queries.rows_unlike_their_receipts() == [changed.get().folder]


def test_two_reporters_may_use_the_same_batch_number(door: Door) -> None:
    door.send(orders(2), batch="1")
    door.send([order(7, platform="P02")], batch="1", reporter="P02")
    with pytest.raises(Invalid) as refusal:
        queries.receipt("1")
    assert refusal.value.code == "batch.several"
    assert queries.receipt("1", reporter="P02").accepted == 1
    with pytest.raises(NotFound):
        queries.receipt("2")


def test_a_number_taken_for_one_kind_cannot_be_used_for_another(door: Door) -> None:
    content = b"platform,shop,as_of,order_no,currency,gross,paid,ordered_at\n"
    door.send(content, batch="B-1")
    with pytest.raises(Conflict):
        door.send(content, batch="B-1", kind=SHOP)


def test_a_correction_replaces_and_the_history_keeps(door: Door) -> None:
    door.send(orders(5))
    receipt = door.send([order(2, paid="60"), order(3), order(6)])
    assert balanced(receipt)
    assert (receipt.accepted, receipt.corrected, receipt.unchanged) == (1, 1, 1)
    assert receipt.totals["CNY"]["paid"] == 160
    assert [row["paid"] for row in door.rows()] == [100, 60, 100, 100, 100, 100]
    [old] = door.history()
    assert (old["order_no"], old["paid"]) == ("N000002", 100)


def test_a_correction_that_moves_the_day_leaves_nothing_behind(door: Door) -> None:
    door.send(orders(3))
    receipt = door.send([order(2, ordered_at="2026-11-09 08:00:00")])
    assert receipt.corrected == 1
    days = [str(row["day"]) for row in door.rows()]
    assert days == ["2026-11-11", "2026-11-09", "2026-11-11"]
    back = door.send([order(2)])
    assert back.corrected == 1
    assert [str(row["day"]) for row in door.rows()] == ["2026-11-11"] * 3
    assert len(door.history()) == 2


def test_corrected_back_is_a_correction_and_not_unchanged(door: Door) -> None:
    for paid in ("1", "2", "1", "1"):
        last = door.send([order(1, paid=paid)], batch=f"B{len(queries.receipts())}")
    assert (last.unchanged, len(door.rows()), len(door.history())) == (1, 1, 2)


def test_what_the_merchant_said_is_outranked_by_the_platform_and_kept(door: Door) -> None:
    merchant = door.send([order(1, paid="90"), order(2, paid="90")], reporter="shop-1")
    assert (merchant.accepted, merchant.second_source) == (2, 0)
    platform = door.send([order(1, paid="100")])
    assert (platform.accepted, platform.second_source) == (1, 0)
    assert [(row["paid"], row["reporter"]) for row in door.rows()] == [
        (100, "P01"),
        (90, "shop-1"),
    ]
    assert [(row["paid"], row["reporter"]) for row in door.claims()] == [(90, "shop-1")]


def test_what_the_merchant_says_after_the_platform_is_kept_and_not_counted(door: Door) -> None:
    door.send([order(1, paid="100")])
    merchant = door.send([order(1, paid="90")], reporter="shop-1")
    assert (merchant.accepted, merchant.second_source, merchant.totals) == (1, 1, {})
    assert [row["paid"] for row in door.rows()] == [100]
    assert [(row["paid"], row["reporter"]) for row in door.claims()] == [(90, "shop-1")]


@pytest.mark.parametrize("seed", range(4))
def test_three_sources_in_any_order_count_once_and_all_claims_are_kept(
    door: Door, seed: int
) -> None:
    sources = {"P01": "100", "shop-1": "90", "bank-1": "80"}
    told = list(sources.items())
    random.Random(seed).shuffle(told)  # noqa: S311 - an order, not a secret
    for reporter, paid in told * 2:
        door.send(
            [order(1, paid=paid)], reporter=reporter, batch=f"{reporter}-{len(queries.receipts())}"
        )
    assert [(row["paid"], row["reporter"]) for row in door.rows()] == [(100, "P01")]
    claims = {row["reporter"]: str(int(row["paid"])) for row in door.claims()}
    assert claims == {"shop-1": "90", "bank-1": "80"}


def test_a_second_source_sending_again_is_unchanged_and_may_correct_itself(door: Door) -> None:
    door.send([order(1)])
    door.send([order(1, paid="90")], reporter="shop-1")
    again = door.send([order(1, paid="90")], reporter="shop-1", batch="again")
    assert (again.accepted, again.unchanged) == (0, 1)
    other = door.send([order(1, paid="95")], reporter="shop-1")
    assert balanced(other)
    assert (other.accepted, other.corrected, other.second_source) == (0, 1, 1)
    assert [row["paid"] for row in door.claims()] == [95]
    assert [row["paid"] for row in door.rows()] == [100]


def test_one_batch_may_correct_its_own_and_outrank_another(door: Door) -> None:
    door.send([order(1, paid="90")], reporter="shop-1")
    door.send([order(2, paid="50")])
    receipt = door.send([order(1), order(2)])
    assert (receipt.accepted, receipt.corrected) == (1, 1)
    assert [(row["order_no"], row["reporter"]) for row in door.claims()] == [("N000001", "shop-1")]
    assert [row["paid"] for row in door.rows()] == [100, 100]


def test_one_batch_may_correct_a_record_and_a_claim_and_history_keeps_both(door: Door) -> None:
    door.send([order(1)])
    door.send([order(1, paid="90"), order(2, paid="90")], reporter="shop-1")
    receipt = door.send([order(1, paid="91"), order(2, paid="92")], reporter="shop-1")
    assert balanced(receipt)
    assert receipt.corrected == 2
    assert sorted(row["order_no"] for row in door.history()) == ["N000001", "N000002"]
    assert [row["paid"] for row in door.rows()] == [100, 92]
    assert [row["paid"] for row in door.claims()] == [91]


def test_of_a_kind_without_an_authority_the_first_word_counts_and_others_are_kept(
    door: Door,
) -> None:
    head = b"series,starts_on,value\n"
    door.send(head + b"gdp,2026-01-01,1.5\n", kind=SERIES, reporter="bureau")
    second = door.send(head + b"gdp,2026-01-01,1.6\n", kind=SERIES, reporter="press")
    assert (second.accepted, second.second_source) == (1, 1)
    assert [row["value"] for row in door.rows(SERIES)] == [Decimal("1.5")]
    assert [row["value"] for row in door.claims(SERIES)] == [Decimal("1.6")]


def test_many_small_batches_settle_into_few_files(door: Door) -> None:
    for at in range(24):
        door.send(orders(5, start=1 + at * 5), batch=f"B{at}")
    door.send([order(3, paid="7")])
    before = door.rows()
    assert len(queries.ledger_files(door.home, "order").paths) > 10
    assert actions.settle(door.home, door.kind)
    assert len(queries.ledger_files(door.home, "order").paths) < 10
    assert door.rows() == before
    assert not actions.settle(door.home, door.kind)
    assert door.send(orders(120), batch="all").unchanged == 119
    assert door.send([order(4, paid="8")]).corrected == 1
    assert len(door.rows()) == 120


def test_a_settled_ledger_of_days_keeps_every_day_small(door: Door) -> None:
    for at in range(12):
        rows = [order(at * 3 + day, ordered_at=f"2026-11-1{day} 10:00:00") for day in range(3)]
        door.send(rows, batch=f"B{at}")
    actions.settle(door.home, door.kind)
    days = [path.split("day=")[1][:10] for path in queries.ledger_files(door.home, "order").paths]
    assert max(days.count(day) for day in days) < 10
    assert len(door.rows()) == 36


def test_receipts_of_a_reporter_are_listed_the_newest_first(door: Door) -> None:
    for at in range(3):
        door.send([order(at)], batch=f"B{at}", at=AT.replace(minute=at))
    door.send([order(9, platform="P02")], reporter="P02")
    assert [each.batch for each in queries.receipts(reporter="P01")] == ["B2", "B1", "B0"]
    assert queries.receipts(kind="shop") == []
    standing = {each.code: (each.batches, each.accepted) for each in queries.reporters()}
    assert standing == {"P01": (3, 3), "P02": (1, 1)}


def test_a_token_knows_its_reporter_until_it_is_taken_back(door: Door) -> None:
    token = reporters.issue_token("P01", at=AT)
    assert queries.reporter_of_token(token) == "P01"
    assert queries.reporter_of_token(token + "x") is None
    assert reporters.revoke_tokens("P01", at=AT) == 1
    assert queries.reporter_of_token(token) is None
