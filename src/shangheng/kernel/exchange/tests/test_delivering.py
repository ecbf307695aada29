# SPDX-License-Identifier: Apache-2.0
"""Parcels on their way: pushed, fetched, laid down; subscribers that fail; agreements that end."""

from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic

import pytest

from shangheng.kernel.errors import Conflict, Invalid, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, delivering, queries
from shangheng.kernel.exchange.delivering import Wanted
from shangheng.kernel.exchange.models import DeliveryRow, ParcelRow, SubscriptionRow
from shangheng.kernel.exchange.tests.builders import (
    AT,
    Consumer,
    Provider,
    agreed,
    drain,
    numbered,
    partner,
    provider,
)
from shangheng.kernel.exchange.tests.subscriber import (
    Subscriber,
    answered,
    good,
    listening,
    pushed_to,
)


def place() -> SubscriptionRow:
    return SubscriptionRow.objects.get(receiver="suzhou")


def outcomes() -> list[tuple[int, str, str]]:
    rows = DeliveryRow.objects.order_by("pk")
    return list(rows.values_list("number", "outcome", "reason"))


def test_parcels_are_pushed_in_order_and_each_delivery_is_sealed(tmp_path: Path, db: None) -> None:
    with listening() as subscriber:
        house = pushed_to(tmp_path, subscriber)
        for number in (1, 2, 3):
            house.report(number)
            house.cut()
        assert house.deliver().delivered == 3
        assert subscriber.seen == [1, 2, 3]
        assert subscriber.consumer.orders() == numbered([1, 2, 3])
    assert LeafRow.objects.filter(what="exchange.delivered").count() == 3
    assert place().acknowledged == 3


def test_no_leaf_about_a_parcel_shows_the_digest_of_what_it_holds(
    tmp_path: Path, db: None
) -> None:
    with listening() as subscriber:
        house = pushed_to(tmp_path, subscriber)
        house.report(1)
        house.cut()
        house.deliver()
    parcel = ParcelRow.objects.get()
    leaves = LeafRow.objects.filter(what__startswith="exchange.")
    assert {leaf.what for leaf in leaves} >= {"exchange.cut", "exchange.delivered"}
    assert not [leaf for leaf in leaves if parcel.content in bytes(leaf.entry).decode()]


def test_a_subscriber_that_answers_500_is_tried_again_later_and_later(
    tmp_path: Path, db: None
) -> None:
    def broken(_s: Subscriber, request: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        answered(request, 500, b"broken")

    with listening(broken) as subscriber:
        house = pushed_to(tmp_path, subscriber)
        house.report(1)
        house.cut()
        tries = []
        for second in range(40):
            before = len(subscriber.seen)
            house.deliver()
            if len(subscriber.seen) > before:
                tries.append(second)
            house.later(seconds=1)
        assert tries == [0, 1, 3, 7, 15, 31]
        assert place().trouble == "HTTP 500"
        subscriber.behave = good
        house.later(hours=1)
        assert house.deliver().delivered == 1
    assert (place().attempts, place().trouble) == (0, "")
    assert {reason for _, outcome, reason in outcomes() if outcome == "failed"} == {"HTTP 500"}


def test_a_clock_that_is_put_back_lets_nobody_wait_for_the_lost_hours(
    tmp_path: Path, db: None
) -> None:
    def broken(_s: Subscriber, request: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        answered(request, 500, b"broken")

    with listening(broken) as subscriber:
        house = pushed_to(tmp_path, subscriber)
        house.report(1)
        house.cut()
        for _ in range(8):
            house.deliver()
            house.later(hours=1)
        subscriber.behave = good
        house.at = AT - timedelta(hours=5)
        house.report(2)
        house.cut()
        assert house.deliver().delivered == 2
        assert subscriber.consumer.orders() == numbered([1, 2])
    delays = DeliveryRow.objects.filter(outcome="delivered").values_list("delay_ms", flat=True)
    assert min(filter(None, delays), default=0) >= 0


def test_a_subscriber_that_hangs_is_given_up_in_time(tmp_path: Path, db: None) -> None:
    def hangs(given: Subscriber, _r: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        given.released.wait(20)

    with listening(hangs) as subscriber:
        house = pushed_to(tmp_path, subscriber, timeout_s=1)
        house.report(1)
        house.cut()
        assert house.deliver().troubled == 1
    assert "timed out" in place().trouble.lower()


def test_a_subscriber_that_drips_its_answer_is_given_up_in_time(tmp_path: Path, db: None) -> None:
    def drips(given: Subscriber, request: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        for _ in range(100):
            if given.released.wait(0.2):
                return
            request.wfile.write(b" ")
            request.wfile.flush()

    with listening(drips) as subscriber:
        house = pushed_to(tmp_path, subscriber, timeout_s=1)
        house.report(1)
        house.cut()
        assert house.deliver().troubled == 1
    assert "in time" in place().trouble


def test_a_subscriber_that_answers_twice_has_the_parcel_once(tmp_path: Path, db: None) -> None:
    def twice(
        given: Subscriber, request: BaseHTTPRequestHandler, number: int, body: bytes
    ) -> None:
        given.consumer.take(number, body)
        answered(request, 200, {"acknowledged": number})
        answered(request, 200, {"acknowledged": number})

    with listening(twice) as subscriber:
        house = pushed_to(tmp_path, subscriber)
        house.report(1)
        house.report(2)
        house.cut()
        house.deliver()
    assert [outcome for _, outcome, _ in outcomes()] == ["delivered"]
    row = place()
    delivering.acknowledge(
        "orders", 1, row.agreement.parcels.get().content, receiver="suzhou", at=AT
    )
    assert LeafRow.objects.filter(what="exchange.delivered").count() == 1


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        (b"<html>", "unreadable"),
        (b"[]", "no JSON object"),
        ({"acknowledged": 9}, "acknowledged 9"),
    ],
)
def test_an_answer_that_does_not_say_that_it_was_taken_is_none(
    tmp_path: Path, db: None, told: object, trouble: str
) -> None:
    def odd(_s: Subscriber, request: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        answered(request, 200, told)

    with listening(odd) as subscriber:
        house = pushed_to(tmp_path, subscriber)
        house.report(1)
        house.cut()
        assert house.deliver().troubled == 1
    assert trouble in place().trouble
    assert place().acknowledged == 0


def test_a_lost_parcel_is_noticed_by_the_receiver_and_sent_again(tmp_path: Path, db: None) -> None:
    with listening() as subscriber:
        house = pushed_to(tmp_path, subscriber)
        for number in (1, 2, 3, 4):
            house.report(number)
            house.cut()
            house.deliver()
        subscriber.consumer = Consumer(last=1, sequence=1)
        house.report(5)
        house.cut()
        house.deliver()
        assert subscriber.seen == [1, 2, 3, 4, 5, 2, 3, 4, 5]
        assert subscriber.consumer.orders() == numbered([2, 3, 4, 5])


def test_what_is_sent_again_on_request_is_known_by_its_number(tmp_path: Path, db: None) -> None:
    with listening() as subscriber:
        house = pushed_to(tmp_path, subscriber)
        for number in (1, 2, 3):
            house.report(number)
            house.cut()
        house.deliver()
        delivering.replay("orders", "suzhou", since=1, at=AT)
        house.deliver()
        assert subscriber.seen == [1, 2, 3, 1, 2, 3]
        assert subscriber.consumer.again == 3
        assert subscriber.consumer.orders() == numbered([1, 2, 3])


def test_an_agreement_that_ends_in_mid_delivery_lets_nothing_more_leave(
    tmp_path: Path, db: None
) -> None:
    def ends(given: Subscriber, request: BaseHTTPRequestHandler, number: int, body: bytes) -> None:
        if number == 2:
            house.at = datetime(2027, 1, 1, 0, 0, 1, tzinfo=AT.tzinfo)
        good(given, request, number, body)

    with listening(ends) as subscriber:
        house = pushed_to(tmp_path, subscriber)
        for number in (1, 2, 3, 4):
            house.report(number)
            house.cut()
        house.deliver()
        assert subscriber.seen == [1, 2]
        assert outcomes()[-1] == (3, "refused", "agreement.over")
        house.cut()
        house.deliver()
        house.cut()
        house.deliver()
        assert subscriber.seen == [1, 2, 5]
        assert subscriber.closing == ["keep"]
        with pytest.raises(NotPermitted, match="over"):
            delivering.fetch(house.office, Wanted("orders", 3, "suzhou"), at=house.at)


def test_an_agreement_ended_early_is_closed_and_its_reason_is_sealed(house: Provider) -> None:
    actions.adopt(agreed(after_end="delete"), at=AT)
    house.report(1)
    house.cut()
    with pytest.raises(Invalid, match="reason"):
        actions.end("orders", reason=" ", at=AT)
    actions.end("orders", reason="机构调整", at=AT)
    house.report(2)
    house.cut()
    (first, closing) = delivering.waiting_for("orders", receiver="suzhou", after=0)
    assert (first.closing, closing.closing, closing.records) == ("", "delete", 0)
    with pytest.raises(NotPermitted):
        delivering.fetch(house.office, Wanted("orders", 1, "suzhou"), at=AT)
    assert LeafRow.objects.filter(what="exchange.ended").count() == 1


def test_strangers_get_nothing_and_each_refusal_is_written_down(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.report(2)
    house.cut()
    house.report(3)
    house.cut()
    with pytest.raises(NotPermitted, match="not_yours"):
        delivering.fetch(house.office, Wanted("orders", 1, "tax"), at=AT)
    with pytest.raises(Conflict, match="gap"):
        delivering.fetch(house.office, Wanted("orders", 2, "suzhou"), at=AT)
    with pytest.raises(Conflict, match="other_content"):
        delivering.acknowledge("orders", 1, "0" * 64, receiver="suzhou", at=AT)
    with pytest.raises(Invalid, match="form_unknown"):
        delivering.fetch(house.office, Wanted("orders", 1, "suzhou", "xml"), at=AT)
    refused = [reason for _, outcome, reason in outcomes() if outcome == "refused"]
    assert refused == [
        "agreement.not_yours", "parcel.gap", "parcel.other_content", "parcel.form_unknown",
    ]  # fmt: skip


def test_nothing_leaves_before_the_agreement_begins(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1)
    house.at = AT - timedelta(days=400)
    assert house.cut() == 0


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    def hangs(given: Subscriber, _r: BaseHTTPRequestHandler, _n: int, _b: bytes) -> None:
        given.released.wait(30)

    with listening() as quick, listening(hangs) as slow:
        house = provider(
            tmp_path,
            partner(way="push", address=quick.address, form="lines"),
            partner("tax", way="push", address=slow.address, form="lines", timeout_s=30),
        )
        actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
        begun = monotonic()
        for number in (1, 2, 3):
            house.report(number)
            house.cut()
            house.deliver(workers=4, patience_s=0.5)
        while quick.consumer.last < 3:
            assert monotonic() - begun < 20
            house.deliver(workers=4, patience_s=0.5)
        assert slow.seen == [1]
        assert quick.consumer.orders() == numbered([1, 2, 3])
    while not house.office.busy.begin(SubscriptionRow.objects.get(receiver="tax").pk):
        assert monotonic() - begun < 60


def test_a_receiver_that_comes_late_catches_up(
    house: Provider,
) -> None:
    actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
    consumers = {"suzhou": Consumer(), "tax": Consumer()}
    for number in range(1, 8):
        house.report(number)
        house.cut()
        drain(house, consumers["suzhou"])
    drain(house, consumers["tax"], "tax")
    assert consumers["tax"].orders() == consumers["suzhou"].orders() == numbered(range(1, 8))


def test_the_report_counts_what_was_delivered_failed_and_refused(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    house.report(1, 2)
    house.later(seconds=3)
    house.cut()
    drain(house, Consumer())
    delivering.refuse(agreement="orders.1", partner="suzhou", number=9, reason="x", at=AT)
    (told,) = queries.delivery_report(since=AT - timedelta(days=1), until=AT + timedelta(days=1))
    assert (told.delivered, told.records, told.refused, told.delay_ms_p95) == (1, 2, 1, 3000)
