# SPDX-License-Identifier: Apache-2.0
"""A register is shared as records are: what is agreed leaves, and every act on it follows."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.exchange import actions, answering, delivering, queries, receiving
from shangheng.kernel.exchange.concept import agreements
from shangheng.kernel.exchange.concept.registered import as_records
from shangheng.kernel.exchange.forgetting import Forgetting
from shangheng.kernel.exchange.models import ParcelRow
from shangheng.kernel.exchange.receiving import Arrival, Desk
from shangheng.kernel.exchange.store.bodies import Wrapped, records_of
from shangheng.kernel.exchange.tests.builders import (
    AT,
    SIGNER,
    Consumer,
    Provider,
    declared,
    drain,
    partner,
    provider,
)
from shangheng.kernel.exchange.tests.builders import agreed as record_agreed
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import disposing
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.concept.retention import Period, Said
from shangheng.kernel.records.reports import Report
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import queries as register_queries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.tests.builders import CHIEF, CLERK, FILING, KIND, hand, outlet

OUTLET = as_records(KIND)
KINDS = {"outlet": OUTLET}
FIELDS = {"entry_of": "plain", "entry_no": "plain", "in_force_from": "plain",
          "entry_state": "plain", "name": "plain", "region": "county", "phone": "pseudonym",
          "until": "plain"}  # fmt: skip
MARCH = date(2026, 3, 1)


def agreed(**told: Any) -> agreements.Agreement:
    usual = {"shares": "outlet", "fields": FIELDS, **told}
    return agreements.parse(declared(**usual), KINDS)


@pytest.fixture
def house(tmp_path: Path, db: None) -> Provider:
    made = provider(tmp_path, partner())
    object.__setattr__(made.office, "kinds", KINDS)
    return made


def entered(number: int = 1, since: date = MARCH, **more: str) -> str:
    done = registers.enter(
        KIND, outlet(number, **more), hand(), Filing(home="320000", since=since, sure=True)
    )
    registers.confirm(KIND, done.number, hand(CHIEF))
    return done.number


def acted(act: Any, number: str, since: date = MARCH, **more: str) -> None:
    filing = Filing(since=since, reason="why")
    if act is registers.end:
        act(KIND, number, hand(), filing)
    else:
        act(KIND, number, outlet(int(more.pop("of", "1")), **more), hand(), filing)
    registers.confirm(KIND, number, hand(CHIEF))


def held(house: Provider, consumer: Consumer) -> list[tuple[str, str, str, str | None]]:
    """Let a consumer fetch what there is; return what it holds: entry, day, state, name."""
    house.cut()
    house.forget()
    drain(house, consumer)
    names = ("entry_no", "in_force_from", "entry_state", "name")
    found = consumer.held.values()
    return sorted(tuple(each[name] for name in names) for each in found)  # type: ignore[misc]


def test_only_agreed_fields_of_covered_entries_leave_masked_as_agreed(house: Provider) -> None:
    number = entered(1, name="甲", region="320583100", until="2031-01-01")
    entered(2, name="乙", region="320506")
    actions.adopt(agreed(), at=AT)
    assert house.cut() == 1
    (told,) = records_of(actions.content_of(house.office, ParcelRow.objects.get()).lines)
    assert {*told} == {"_sequence", "_act", "_record", *FIELDS}
    assert (told["entry_no"], told["name"], told["region"]) == (number, "甲", "320583")
    assert (told["in_force_from"], told["entry_state"]) == ("2026-03-01", "current")
    assert told["until"] == "2031-01-01"
    assert "1380000" not in told["phone"]
    assert len(told["phone"]) == 32


def test_what_nobody_has_confirmed_does_not_leave(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    registers.enter(KIND, outlet(1), hand(), FILING)
    assert house.cut() == 0
    number = entered(2, name="乙")
    registers.amend(KIND, number, outlet(2, name="丙"), hand(), Filing(since=MARCH))
    assert [each[3] for each in held(house, Consumer())] == ["乙"]


def test_amendments_corrections_and_ends_follow_with_the_day_from_which_they_hold(
    house: Provider,
) -> None:
    actions.adopt(agreed(), at=AT)
    consumer = Consumer()
    number = entered(1, name="甲")
    assert held(house, consumer) == [(number, "2026-03-01", "current", "甲")]
    acted(registers.amend, number, date(2026, 5, 1), name="乙")
    acted(registers.correct, number, name="丙")
    assert held(house, consumer) == [
        (number, "2026-03-01", "current", "甲"), (number, "2026-05-01", "current", "丙"),
    ]  # fmt: skip
    acted(registers.end, number, date(2026, 6, 1))
    assert held(house, consumer)[2] == (number, "2026-06-01", "ended", None)
    assert consumer.last == 3


def test_an_entry_that_leaves_the_agreed_place_ends_for_the_receiver(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    consumer = Consumer()
    number = entered(1, name="甲")
    held(house, consumer)
    acted(registers.amend, number, date(2026, 5, 1), name="秘密", region="320506")
    assert held(house, consumer) == [
        (number, "2026-03-01", "current", "甲"), (number, "2026-05-01", "ended", None),
    ]  # fmt: skip
    acted(registers.correct, number, name="甲", region="320506")
    assert held(house, consumer)[1][2:] == ("ended", None)


def test_a_correction_out_of_the_agreed_place_withdraws_what_was_wrong(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    consumer = Consumer()
    number = entered(1, name="甲")
    held(house, consumer)
    acted(registers.correct, number, region="320506")
    assert held(house, consumer) == []
    assert ParcelRow.objects.get(number=2).withdrawn == 1


def test_what_held_only_before_the_agreed_days_stays_at_home(house: Provider) -> None:
    actions.adopt(agreed(days={"from": "2026-04-01", "until": "2026-05-31"}), at=AT)
    old = entered(1, date(2020, 1, 1), name="甲")
    acted(registers.amend, old, date(2026, 4, 1), name="乙")
    still = entered(2, date(2020, 1, 1), name="丙")
    acted(registers.end, still, date(2026, 6, 1), of="2")
    assert held(house, Consumer()) == [
        (old, "2026-04-01", "current", "乙"), (still, "2020-01-01", "current", "丙"),
    ]  # fmt: skip


def test_parcels_of_a_register_can_be_made_again_whatever_came_since(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    number = entered(1, name="甲")
    house.cut()
    acted(registers.amend, number, date(2026, 5, 1), name="乙")
    house.cut()
    before = [actions.content_of(house.office, each).lines for each in ParcelRow.objects.all()]
    acted(registers.correct, number, name="丙", region="320506")
    house.forget()
    assert before == [
        actions.content_of(house.office, each).lines for each in ParcelRow.objects.all()
    ]
    lineage = queries.lineage(ParcelRow.objects.get(number=2))
    assert lineage.batches == ((number, "2"),)


def test_a_new_edition_withdraws_entries_that_it_no_longer_covers(house: Provider) -> None:
    actions.adopt(agreed(only={"region": ["320500"]}), at=AT)
    entered(1, name="甲")
    other = entered(2, name="乙", region="320506")
    consumer = Consumer()
    assert len(held(house, consumer)) == 2
    actions.adopt(agreed(edition=2), at=AT)
    house.cut()
    last = ParcelRow.objects.order_by("pk").last()
    assert last is not None
    lines = records_of(actions.content_of(house.office, last).lines)
    assert [each["entry_no"] for each in lines if each["_act"] == "withdraw"] == [other]


def test_many_entries_are_cut_into_parcels_of_their_own(
    house: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangheng.kernel.exchange.actions.RECORDS_MAX", 2)
    actions.adopt(agreed(), at=AT)
    for number in range(1, 6):
        entered(number, name=f"店{number}")
    assert house.cut() == 3
    assert [each.records for each in ParcelRow.objects.order_by("number")] == [2, 2, 1]


def test_a_question_is_answered_from_entries_as_they_stand(house: Provider) -> None:
    told = {"discloses": "match", "fields": None, "asked_by": ["code"], "asks_a_day_max": 9}
    actions.adopt(agreed(**told), at=AT)
    entered(1)
    gone = entered(2)
    acted(registers.end, gone, date(2026, 5, 1), of="2")
    asked = [{"code": "C1"}, {"code": "C2"}, {"code": "C3"}]
    found = answering.answer(house.office, "orders", asked, receiver="suzhou", at=AT)
    assert found == [True, False, False]


def test_personal_fields_of_a_register_cannot_leave_as_they_are(db: None) -> None:
    with pytest.raises(Invalid, match=r"agreement\.wrong") as refusal:
        agreed(fields={**FIELDS, "phone": "plain"})
    assert "化名" in refusal.value.facts["wrong"][0]


def parcels(house: Provider, name: str, receiver: str = "suzhou") -> list[Wrapped]:
    """Cut what there is under an agreement, and wrap all of it."""
    house.cut(name)
    rows = ParcelRow.objects.filter(agreement__name=name).order_by("number")
    return [delivering.wrap(house.office, each, partner(receiver, form="lines")) for each in rows]


def received(house: Provider, sender: str, sent: list[Wrapped]) -> None:
    """Take in parcels of a sender, none of whose records may be rejected."""

    def take(report: Report) -> Receipt:
        return records.take(report, home=house.office.home, at=AT)

    for each in sent:
        arrival = Arrival(sender=sender, note=each.note, body=each.body)
        told = receiving.receive(Desk(house.office, take), arrival, at=AT)
        assert told.get("rejected", 0) == 0


def house_of(folder: Path, *senders: str) -> Provider:
    """Return a house that knows these senders and their key."""
    made = provider(folder, *(partner(name, keys=str(SIGNER.verifier)) for name in senders))
    object.__setattr__(made.office, "kinds", KINDS)
    return made


def rows_of(house: Provider) -> list[tuple[Any, ...]]:
    names = ("entry_of", "entry_no", "entry_state", "name")
    return sorted(tuple(row[name] for name in names) for row in house.door.rows(OUTLET))


def test_a_city_books_what_a_county_shares_of_a_register(house: Provider, tmp_path: Path) -> None:
    actions.adopt(agreed(after_end="delete"), at=AT)
    number = entered(1, name="甲", until="2031-01-01")
    acted(registers.amend, number, date(2027, 1, 1), name="乙")
    house.cut()
    acted(registers.correct, number, name="乙", region="320506")
    city = house_of(tmp_path / "city", "kunshan")
    received(city, "kunshan", parcels(house, "orders"))
    assert rows_of(city) == [
        ("kunshan", number, "current", "甲"), ("kunshan", number, "ended", None),
    ]  # fmt: skip


def test_a_city_passes_on_what_counties_share_and_no_entry_is_taken_for_anothers(
    house: Provider, tmp_path: Path
) -> None:
    number = entered(1, name="甲")
    city = house_of(tmp_path / "city", "kunshan", "taicang")
    for county in ("kunshan", "taicang"):
        told = {"agreement": county, "from": county, "only": None}
        actions.adopt(agreed(**told), at=AT)
        received(city, county, parcels(house, county))
    assert rows_of(city) == [
        ("kunshan", number, "current", "甲"), ("taicang", number, "current", "甲"),
    ]  # fmt: skip
    up = {"agreement": "up", "from": "suzhou", "to": ["jiangsu"], "source": "received"}
    actions.adopt(agreed(**up), at=AT)
    sent = parcels(city, "up", "jiangsu")
    province = house_of(tmp_path / "province", "suzhou")
    received(province, "suzhou", sent)
    assert rows_of(province) == rows_of(city)


def test_what_a_city_disposes_of_is_withdrawn_from_whom_it_passed_it_on_to(
    house: Provider, tmp_path: Path
) -> None:
    actions.adopt(agreed(**{"agreement": "kunshan", "from": "kunshan", "only": None}), at=AT)
    entered(1, since=date(2020, 3, 1))
    house.cut("kunshan")  # a parcel is a batch, which is disposed of whole
    kept = entered(2)
    city = house_of(tmp_path / "city", "kunshan")
    received(city, "kunshan", parcels(house, "kunshan"))
    up = {"agreement": "up", "from": "suzhou", "to": ["jiangsu"], "source": "received"}
    actions.adopt(agreed(**up), at=AT)
    province = house_of(tmp_path / "province", "suzhou")
    received(province, "suzhou", parcels(city, "up", "jiangsu"))
    assert len(rows_of(province)) == 2
    forgetting = Forgetting(city.office.home, KINDS, "outlet", AT)
    period, told = Period(36, ("某法 第一条",)), Said("chen", "期满", AT)
    disposing.dispose(city.office.home, OUTLET, period, told, before=forgetting)
    city.forget()
    received(province, "suzhou", parcels(city, "up", "jiangsu"))
    assert [number for _, number, *_ in rows_of(province)] == [kept]


def test_only_of_registers_can_be_said_whose_word_is_passed_on(house: Provider) -> None:
    with pytest.raises(Invalid, match=r"agreement\.wrong"):
        record_agreed(source="received")


ACTS = {"amend": registers.amend, "correct": registers.correct, "end": registers.end}
steps = st.lists(
    st.tuples(
        st.sampled_from(["enter", *ACTS, "cut"]), st.integers(1, 3), st.integers(0, 4),
        st.sampled_from(["320583", "320506"]), st.sampled_from("甲乙丙"),
    ),
    max_size=14,
)  # fmt: skip


def _believed(rows: Mapping[str, Mapping[str, Any]], number: str, day: date) -> str | None:
    """Return what a receiver says of an entry on a day."""
    own = [each for each in rows.values() if each["entry_no"] == number]
    begun = [each for each in own if each["in_force_from"] <= day.isoformat()]
    last = max(begun, key=lambda each: each["in_force_from"], default=None)
    return None if last is None or last["entry_state"] == "ended" else last["name"]


def _said(number: str, day: date) -> str | None:
    """Return what the register says of an entry on a day, if it is of the agreed place."""
    try:
        found = register_queries.as_at(KIND, number, on=day, actor=CLERK)
    except NotFound:
        return None
    return found.values["name"] if found.values["region"] == "320583" else None


@settings(max_examples=25, suppress_health_check=[*HealthCheck])
@given(plan=steps)
def test_a_receiver_can_say_of_every_day_what_the_register_says(
    plan: list[tuple[str, int, int, str, str]], house: Provider
) -> None:
    """Whatever is entered, amended, corrected, ended and cut, in whatever order of days."""
    consumer, numbers = Consumer(), dict[int, str]()
    with transaction.atomic():
        actions.adopt(agreed(), at=AT)
        for act, number, days, region, called in plan:
            since = MARCH + timedelta(days=days)
            if act == "cut":
                held(house, consumer)
            elif act == "enter" and number not in numbers:
                numbers[number] = entered(number, since, region=region, name=called)
            elif act in ACTS and number in numbers:
                with suppress(Conflict):  # of an entry that has ended
                    acted(ACTS[act], numbers[number], since, of=str(number), region=region,
                          name=called)  # fmt: skip
        held(house, consumer)
        for number in numbers.values():
            for days in range(-1, 7):
                day = MARCH + timedelta(days=days)
                assert _believed(consumer.held, number, day) == _said(number, day), (number, day)
        transaction.set_rollback(True)
