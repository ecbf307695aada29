# SPDX-License-Identifier: Apache-2.0
"""What changes in the view reaches the receiver: new, corrected, out of scope, taken back."""

import shutil

import pytest

from shangheng.kernel.errors import EvidenceBroken
from shangheng.kernel.evidence import entries
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, delivering
from shangheng.kernel.exchange.concept.parcels import RECORD, SEQUENCE
from shangheng.kernel.exchange.delivering import Wanted
from shangheng.kernel.exchange.models import AgreementRow, ParcelRow
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.exchange.tests.builders import (
    AT,
    Consumer,
    Provider,
    agreed,
    drain,
    numbered,
)
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.store import tables
from shangheng.kernel.records.tests.builders import ORDER, order, orders


def test_only_agreed_fields_of_covered_records_leave_masked_as_agreed(house: Provider) -> None:
    house.door.send([order(1), order(2, region="320506"), order(3, region="320583")])
    actions.adopt(agreed(), at=AT)
    assert house.cut() == 1
    parcel = ParcelRow.objects.get()
    lines = actions.content_of(house.office, parcel).lines
    first, second = records_of(lines)
    assert (first["order_no"], second["order_no"]) == ("N000001", "N000003")
    assert {*first} == {SEQUENCE, "_act", RECORD, *agreed().fields}
    assert first["ordered_at"] == "2026-11-11"
    assert first["paid"] == "100.0000"
    kept = {row["order_no"]: row["buyer"] for row in house.door.rows()}
    assert first["buyer"] not in kept.values()
    assert len(first["buyer"]) == 32
    assert first[RECORD] != second[RECORD]


def test_what_was_there_before_the_agreement_and_what_comes_after_is_shared(
    house: Provider,
) -> None:
    house.report(1, 2)
    actions.adopt(agreed(), at=AT)
    consumer = Consumer()
    house.cut()
    drain(house, consumer)
    house.report(3)
    house.cut()
    drain(house, consumer)
    assert consumer.orders() == numbered([1, 2, 3])
    assert consumer.last == 2


def test_corrections_and_withdrawals_follow_to_whoever_received_the_record(
    house: Provider,
) -> None:
    actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
    house.report(1, 2, 3, 4)
    both = {"suzhou": Consumer(), "tax": Consumer()}
    for step in (
        lambda: None,
        lambda: house.report(1, paid="80"),
        lambda: house.report(2, region="320506"),
        lambda: house.take_back(3),
    ):
        step()
        house.cut()
        for name, consumer in both.items():
            drain(house, consumer, name)
    for consumer in both.values():
        assert consumer.orders() == {"N000001": "80.0000", "N000004": "100.0000"}


def test_what_came_and_went_between_two_parcels_is_never_told(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1, 2)
    house.take_back(1)
    house.report(2, region="320506")
    house.report(3, region="320506")
    house.report(3)
    house.take_back(3)
    house.report(3, paid="70")
    house.cut()
    consumer = Consumer()
    drain(house, consumer)
    assert consumer.orders() == {"N000003": "70.0000"}
    assert ParcelRow.objects.get().withdrawn == 0


def test_a_parcel_can_be_made_again_from_the_ledger_whatever_came_since(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.door.send(orders(6))
    house.cut()
    house.report(2, paid="70")
    house.take_back(3)
    house.cut()
    before = [actions.content_of(house.office, each).lines for each in ParcelRow.objects.all()]
    house.report(2, paid="60")
    house.report(4, region="320506")
    assert records.settle(house.office.home, ORDER, limit=1)
    house.forget()
    after = [actions.content_of(house.office, each).lines for each in ParcelRow.objects.all()]
    assert before == after


def test_it_can_be_made_again_after_old_files_and_the_tables_log_are_gone(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.door.send(orders(6))
    house.report(2, paid="70")
    house.cut()
    sealed = actions.content_of(house.office, ParcelRow.objects.get()).lines
    records.settle(house.office.home, ORDER, limit=1)
    root = house.office.home.table("order")
    current = {*tables.files_of(root).paths}
    for path in root.glob("day=*/*.parquet"):
        if str(path) not in current:
            path.unlink()
    house.forget()
    assert actions.content_of(house.office, ParcelRow.objects.get()).lines == sealed


def test_a_ledger_that_was_altered_is_told_and_nothing_is_sent(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.door.send(orders(6))
    house.cut()
    shutil.rmtree(house.office.home.table("order"))
    house.forget()
    with pytest.raises(EvidenceBroken, match="content_changed"):
        delivering.fetch(house.office, Wanted("orders", 1, "suzhou"), at=AT)


def test_a_large_batch_is_cut_into_parcels_in_the_order_of_its_lines(
    house: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangheng.kernel.exchange.actions.RECORDS_MAX", 100)
    actions.adopt(agreed(), at=AT)
    house.door.send(orders(250))
    house.report(*range(1, 6), paid="70")
    assert house.cut() == 4
    consumer = Consumer()
    drain(house, consumer)
    assert consumer.orders() == numbered(range(1, 251)) | numbered(range(1, 6), "70.0000")
    assert [each.records for each in ParcelRow.objects.order_by("number")] == [99, 100, 51, 5]


def test_a_new_edition_withdraws_what_it_no_longer_covers(house: Provider) -> None:
    actions.adopt(agreed(only={"region": ["320500"]}), at=AT)
    house.door.send([order(1), order(2, region="320506")])
    house.cut()
    consumer = Consumer()
    drain(house, consumer)
    assert len(consumer.held) == 2
    actions.adopt(agreed(edition=2), at=AT)
    house.cut()
    lines = actions.content_of(house.office, ParcelRow.objects.order_by("pk").last()).lines  # type: ignore[arg-type]
    assert [(each["order_no"], each["_act"]) for each in records_of(lines)] == [
        ("N000001", "put"),
        ("N000002", "withdraw"),
    ]


def test_every_parcel_is_sealed_with_what_it_holds(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.cut()
    parcel = ParcelRow.objects.get()
    leaf = LeafRow.objects.get(index=parcel.leaf)
    assert leaf.what == "exchange.cut"
    assert leaf.object_id == "orders.1#1"
    # It commits to the digest and does not show it: of one record it would let a name be guessed.
    assert parcel.content not in bytes(leaf.entry).decode()
    told = {"span": parcel.span, "content": parcel.content, "records": 1, "withdrawn": 0}
    sealed = entries.commitment(bytes(leaf.salt), entries.canonical(told))
    assert entries.parse(bytes(leaf.entry)).commitment == sealed


def test_a_ledger_in_which_nothing_covered_changes_makes_no_parcel(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1, region="320506")
    assert house.cut() == 0
    assert not ParcelRow.objects.exists()
    assert AgreementRow.objects.get().version > 0
