# SPDX-License-Identifier: Apache-2.0
"""What was disposed of is withdrawn from whoever received it, and stops nobody's deliveries."""

from collections.abc import Iterator

import pytest

from shangheng.kernel.errors import EvidenceBroken
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, delivering
from shangheng.kernel.exchange.forgetting import Forgetting
from shangheng.kernel.exchange.models import ParcelRow
from shangheng.kernel.exchange.store.bodies import records_of
from shangheng.kernel.exchange.tests.builders import (
    AT,
    Consumer,
    Provider,
    agreed,
    drain,
    numbered,
)
from shangheng.kernel.records import disposing
from shangheng.kernel.records.concept.retention import Disposal, Period, Said
from shangheng.kernel.records.store import disposal
from shangheng.kernel.records.tests.builders import ORDER, order

OLD, NEW = "2022-05-31 20:05:00", "2026-11-11 20:05:00"


def dispose(house: Provider) -> Disposal | None:
    forgetting = Forgetting(house.office.home, house.office.kinds, "order", house.at)
    period, told = Period(36, ("电子商务法 第三十一条",)), Said("chen", "留存期满", house.at)
    done = disposing.dispose(house.office.home, ORDER, period, told, before=forgetting)
    house.forget()
    return done


def reported(house: Provider, *numbers: int, at: str, **told: str) -> None:
    house.door.send([order(number, ordered_at=at, **told) for number in numbers])


def contents(house: Provider) -> Iterator[list[str]]:
    for parcel in ParcelRow.objects.order_by("number"):
        lines = actions.content_of(house.office, parcel).lines
        yield [f"{each['_act']} {each['order_no'][-1]}" for each in records_of(lines)]


def test_what_was_disposed_of_is_withdrawn_from_everyone_who_received_it(house: Provider) -> None:
    actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
    reported(house, 1, 2, at=OLD)
    reported(house, 3, at=NEW)
    house.cut()
    both = {"suzhou": Consumer(), "tax": Consumer(holes=True)}
    drain(house, both["suzhou"], "suzhou")
    assert dispose(house) is not None
    for name, consumer in both.items():
        drain(house, consumer, name)
        assert consumer.orders() == numbered([3])
        assert consumer.last == 2


def test_earlier_parcels_hold_what_is_left_and_say_what_they_held(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, 2, at=OLD)
    reported(house, 3, at=NEW)
    house.cut()
    sealed = ParcelRow.objects.get().content
    done = dispose(house)
    assert done is not None
    assert [*contents(house)] == [["put 3"], ["withdraw 1", "withdraw 2"]]
    first, second = ParcelRow.objects.order_by("number")
    slip = delivering.wrap(house.office, first, house.office.partners["suzhou"]).slip
    assert (slip.formerly, slip.records) == ((sealed,), 1)
    slip = delivering.wrap(house.office, second, house.office.partners["suzhou"]).slip
    assert slip.disposal == done.number
    assert LeafRow.objects.filter(what="exchange.reduced", object_id="orders.1#1").exists()


def test_a_receiver_that_fetched_before_may_acknowledge_after(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, at=OLD)
    house.cut()
    sealed = ParcelRow.objects.get().content
    dispose(house)
    told = {"receiver": "suzhou", "at": AT}
    assert delivering.acknowledge("orders", 1, sealed, **told) == 1  # type: ignore[arg-type]


def test_lines_that_let_receivers_forget_go_with_the_last_acknowledgement(house: Provider) -> None:
    actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
    reported(house, 1, at=OLD)
    house.cut()
    both = {"suzhou": Consumer(), "tax": Consumer()}
    for name, consumer in both.items():
        drain(house, consumer, name)
    dispose(house)
    drain(house, both["suzhou"], "suzhou")
    assert "N000001" in ParcelRow.objects.get(number=2).kept
    drain(house, both["tax"], "tax")
    assert ParcelRow.objects.get(number=2).kept == ""
    assert [*contents(house)] == [[], []]
    delivering.replay("orders", "tax", since=1, at=AT)
    drain(house, fresh := Consumer(holes=True), "tax")
    assert (fresh.orders(), fresh.last) == ({}, 2)


def test_a_record_that_was_corrected_since_stays_with_its_receivers(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, 2, at=OLD)
    house.cut()
    reported(house, 1, at=NEW, paid="80")
    house.cut()
    consumer = Consumer()
    drain(house, consumer)
    dispose(house)
    assert [*contents(house)] == [[], ["put 1"], ["withdraw 2"]]
    drain(house, consumer)
    assert consumer.orders() == {"N000001": "80.0000"}


def test_a_disposal_that_was_cut_short_counts_as_done(
    house: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, at=OLD)
    reported(house, 3, at=NEW)
    house.cut()
    with monkeypatch.context() as patched:
        patched.setattr(disposal, "dispose", lambda *_a, **_t: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            dispose(house)
    house.forget()
    assert [*contents(house)] == [["put 3"], ["withdraw 1"]]
    disposing.finish(house.office.home, ORDER)
    house.forget()
    assert [*contents(house)] == [["put 3"], ["withdraw 1"]]


def test_a_ledger_that_was_altered_is_not_covered_up_by_a_disposal(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, at=OLD)
    reported(house, 3, at=NEW)
    house.cut()
    ParcelRow.objects.update(content="0" * 64)
    dispose(house)
    with pytest.raises(EvidenceBroken, match="content_changed"):
        actions.content_of(house.office, ParcelRow.objects.get(number=1))


def test_after_its_end_an_agreement_says_nothing_of_disposals(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, at=OLD)
    house.cut()
    actions.end("orders", reason="over", at=AT)
    house.cut()
    dispose(house)
    assert [each.closing for each in ParcelRow.objects.order_by("number")] == ["", "keep"]
