# SPDX-License-Identifier: Apache-2.0
"""Of one record: where it came from, which parcels carried it, to whom; and who may ask for it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.evidence.models import LeafRow
from shangheng.kernel.exchange import actions, answering, delivering, receiving, tracing
from shangheng.kernel.exchange.models import DeliveryRow, ParcelRow
from shangheng.kernel.exchange.receiving import Arrival, Desk
from shangheng.kernel.exchange.tests.builders import (
    AT,
    SIGNER,
    Consumer,
    Provider,
    agreed,
    drain,
    partner,
    provider,
)
from shangheng.kernel.exchange.tests.test_forgetting import dispose, reported
from shangheng.kernel.messages import text
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.tests.builders import ORDER, order

ASKED: dict[str, Any] = {
    "discloses": "asked", "asked_by": ["platform", "ordered_at", "region"], "asks_a_day_max": 3,
}  # fmt: skip
NOVEMBER = {"platform": "P01", "ordered_at": "2026-11", "region": "320500"}


def key(number: int) -> dict[str, str]:
    return {"platform": "P01", "order_no": f"N{number:06d}"}


def passages(house: Provider, number: int) -> list[tuple[str, int, str, tuple[str, ...]]]:
    found = tracing.trace(house.office, ORDER, key(number)).passages
    return [
        (each.agreement, each.number, each.act, tuple(who for who, _ in each.received))
        for each in found
    ]


def test_every_parcel_that_carried_a_record_is_named_with_who_received_it(house: Provider) -> None:
    actions.adopt(agreed(to=["suzhou", "tax"]), at=AT)
    house.report(1, 2)
    house.cut()
    drain(house, Consumer(), "suzhou")
    house.report(1, paid="80")
    house.report(3)
    house.cut()
    house.take_back(1)
    house.cut()
    assert passages(house, 1) == [
        ("orders.1", 1, "put", ("suzhou",)), ("orders.1", 2, "put", ()),
        ("orders.1", 3, "withdraw", ()),
    ]  # fmt: skip
    assert passages(house, 2) == [("orders.1", 1, "put", ("suzhou",))]
    assert passages(house, 9) == []
    first = tracing.trace(house.office, ORDER, key(1))
    assert len(first.origins) == 2
    assert first.passages[0].basis == ("jiangsu-2015 (三十)",)


def test_what_was_withdrawn_after_a_disposal_is_traced_while_it_is_on_its_way(
    house: Provider,
) -> None:
    actions.adopt(agreed(), at=AT)
    reported(house, 1, at="2022-05-31 20:05:00")
    house.cut()
    dispose(house)
    assert passages(house, 1) == [("orders.1", 2, "withdraw", ())]


def test_a_received_record_is_traced_to_the_parcel_it_came_in(
    house: Provider, tmp_path: Path
) -> None:
    plain = dict.fromkeys(
        ("platform", "order_no", "currency", "gross", "paid", "ordered_at", "region"), "plain"
    )
    actions.adopt(agreed(fields=plain), at=AT)
    house.report(1)
    house.cut()
    ready = delivering.wrap(house.office, ParcelRow.objects.get(), partner(form="lines"))
    city = provider(tmp_path / "city", partner("kunshan", keys=str(SIGNER.verifier)))

    def take(report: Report) -> Receipt:
        return records.take(report, home=city.office.home, at=AT)

    arrival = Arrival(sender="kunshan", note=ready.note, body=ready.body)
    receiving.receive(Desk(city.office, take), arrival, at=AT)
    (origin,) = tracing.trace(city.office, ORDER, key(1)).origins
    assert (origin.reporter, origin.parcel) == ("kunshan", "kunshan orders.1#1")
    assert origin.basis == ("jiangsu-2015 (三十)",)


def test_only_a_whole_key_finds_a_record(house: Provider) -> None:
    with pytest.raises(Invalid, match=r"exchange\.key_wrong"):
        tracing.trace(house.office, ORDER, {"order_no": "N000001"})


def ask(house: Provider, where: dict[str, str] = NOVEMBER, receiver: str = "suzhou") -> Any:
    return answering.records(house.office, "orders", where, receiver=receiver, at=house.at)


def test_the_records_behind_a_figure_come_when_asked_as_agreed(house: Provider) -> None:
    actions.adopt(agreed(**ASKED), at=AT)
    house.door.send(
        [order(1), order(2, region="320506"), order(3, ordered_at="2026-10-02 08:00:00")]
    )
    found, is_more = ask(house)
    assert [each["order_no"] for each in found] == ["N000001"]
    assert {*agreed().fields} < {*found[0]}
    assert found[0]["ordered_at"] == "2026-11-11"
    assert not is_more
    assert house.cut() == 0
    row = DeliveryRow.objects.get()
    assert (row.outcome, row.answer["records"]) == ("answered", 1)
    assert LeafRow.objects.filter(what="exchange.answered").exists()


@pytest.mark.parametrize("when", ["2026", "2026-11", "2026-11-11"])
def test_a_time_is_asked_for_by_its_year_month_or_day(house: Provider, when: str) -> None:
    actions.adopt(agreed(**ASKED), at=AT)
    house.report(1)
    assert len(ask(house, NOVEMBER | {"ordered_at": when})[0]) == 1


@pytest.mark.parametrize(
    "told",
    [
        *({"ordered_at": each} for each in (
            "2", "20", "2026-", "2026-1", "2026-11-1", "2026-13", "2026-02-30", "20261111", "May",
            "2026-11-11 10:00:00", "２０２６",
        )),
        *({"region": each} for each in ("3205", "昆山市", "３２０５８３", "320583000000")),
    ],
)  # fmt: skip
def test_a_malformed_place_or_time_is_refused_with_what_to_give(
    house: Provider, told: dict[str, str]
) -> None:
    actions.adopt(agreed(**ASKED), at=AT)
    house.report(1)
    ((field, value),) = told.items()
    with pytest.raises(Invalid) as refused:
        ask(house, NOVEMBER | told)
    facts = refused.value.facts
    assert (refused.value.code, facts["field"]) == ("agreement.value_malformed", field)
    assert value in text("agreement.value_malformed", facts)
    give = "such as 320583" if field == "region" else "such as 2026 / 2026-05 / 2026-05-10"
    assert give in text("agreement.value_malformed", facts, "en")
    assert DeliveryRow.objects.get().reason == "agreement.value_malformed"


def test_more_records_than_one_answer_holds_are_told(
    house: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "RECORDS_MAX", 2)
    actions.adopt(agreed(**ASKED), at=AT)
    house.report(1, 2, 3)
    found, is_more = ask(house)
    assert ([each["order_no"][-1] for each in found], is_more) == (["1", "2"], True)


def test_what_no_agreement_allows_is_refused_with_the_reason_and_logged(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    with pytest.raises(NotPermitted, match="not_down_to_records"):
        ask(house)
    actions.adopt(agreed(edition=2, **ASKED), at=AT)
    with pytest.raises(NotPermitted, match="not_yours"):
        ask(house, receiver="tax")
    with pytest.raises(Invalid, match="question_wrong"):
        ask(house, {"platform": "P01"})
    for _ in range(3):
        ask(house)
    with pytest.raises(NotPermitted, match="asked_enough"):
        ask(house)
    house.at += timedelta(days=400)
    with pytest.raises(NotPermitted, match="over"):
        ask(house)
    reasons = DeliveryRow.objects.filter(outcome="refused").values_list("reason", flat=True)
    assert [*reasons.order_by("pk")] == [
        f"agreement.{each}"
        for each in ("not_down_to_records", "not_yours", "question_wrong", "asked_enough", "over")
    ]
