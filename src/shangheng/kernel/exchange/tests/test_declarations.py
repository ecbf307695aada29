# SPDX-License-Identifier: Apache-2.0
"""Agreements and partners are refused with every reason; spans and numbers follow their rules."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel import messages
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.exchange import actions, queries
from shangheng.kernel.exchange.concept import parcels, partners
from shangheng.kernel.exchange.concept.masks import MASKS
from shangheng.kernel.exchange.concept.parcels import Slip, Span, Step, judge, parse_slip
from shangheng.kernel.exchange.concept.spans import Commit, Place, next_span
from shangheng.kernel.exchange.store.declared import read_partners
from shangheng.kernel.exchange.tests.builders import AT, FIELDS, Provider, agreed, partner
from shangheng.kernel.records.tests.builders import ORDER

SLIP = Slip(
    agreement="orders", edition=1, declared="d", provider="kunshan", receiver="suzhou",
    kind="order", number=4, first=1, records=2, withdrawn=0, ledger_from=1, ledger_until=1,
    content="c", form="lines", body="c", made_at="2026-11-21T12:00:00+08:00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"fields": FIELDS | {"buyer": "plain"}}, "personal data"),
        ({"fields": FIELDS | {"paid": "month"}}, "does not fit"),
        ({"fields": FIELDS | {"paid": "blur"}}, "no mask"),
        ({"fields": FIELDS | {"colour": "plain"}}, "no such field"),
        ({"fields": None}, "need fields"),
        ({"only": {"lines": ["x"]}}, "a list cannot"),
        ({"to": ["kunshan"]}, "provider itself"),
        ({"to": "suzhou"}, "must be a list"),
        ({"basis": None}, "missing"),
        ({"in_force": {"from": "2026-01-01"}}, "both from and until"),
        ({"in_force": {"from": "soon", "until": "2026-12-31"}}, "no day"),
        ({"days": {"since": "2026-01-01"}}, "only from and until"),
        ({"shares": "orders"}, "no such kind"),
        ({"after_end": "forget"}, "delete | keep"),
        ({"edition": 0}, "begins with 1"),
        ({"discloses": "match"}, "match needs"),
        ({"discloses": "asked"}, "asked needs"),
        ({"colour": "red"}, "no such entry"),
        ({"agreement": "Orders 1"}, "lower-case"),
    ],
)
def test_an_agreement_that_cannot_be_one_is_refused_with_the_reason(
    told: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        agreed(**told)
    assert any(why in each for each in refused.value.facts["wrong"])


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"way": "push", "address": "ftp://x"}, "http"),
        ({"way": "folder"}, "missing"),
        ({"way": "pigeon"}, "push | folder | sftp | s3 | pull"),
        ({"columns": {"a": "x", "b": "x"}}, "in one column"),
        ({"values": {"mode": "B2C"}}, "one table"),
        ({"encoding": "klingon"}, "unknown"),
        ({"timeout_s": 0}, "begins with 1"),
        ({"timeout_s": "long"}, "whole number"),
        ({"colour": "x"}, "no such entry"),
    ],
)
def test_a_partner_that_cannot_be_one_is_refused_with_the_reason(
    told: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        partner(**told)
    assert any(why in each for each in refused.value.facts["wrong"])


def test_one_name_stands_once(tmp_path: Path) -> None:
    text = "partner: tax\nzh: 税务局\nen: Tax bureau\n"
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(Conflict, match="declared_twice"):
        read_partners([tmp_path])


def test_what_was_adopted_can_only_change_by_a_new_edition(house: Provider) -> None:
    first = actions.adopt(agreed(), at=AT)
    assert actions.adopt(agreed(), at=AT).pk == first.pk
    with pytest.raises(Conflict, match="changed"):
        actions.adopt(agreed(zh="另一份"), at=AT)
    actions.adopt(agreed(zh="另一份", edition=2), at=AT)
    with pytest.raises(Conflict, match="edition_old"):
        actions.adopt(agreed(), at=AT)


def test_a_receiver_gets_one_kind_from_one_provider_under_one_agreement_at_a_time(
    house: Provider,
) -> None:
    actions.adopt(agreed(), at=AT)
    late = {"in_force": {"from": "2026-12-31", "until": "2027-12-31"}}
    for told in ({}, {"to": ["tax", "suzhou"]}, {"only": {"region": ["320506"]}}, late):
        with pytest.raises(Conflict) as refused:
            actions.adopt(agreed(agreement="more", **told), at=AT)
        facts = refused.value.facts
        assert (refused.value.code, facts["other"]) == ("agreement.overlaps", "orders.1")
        assert "shangheng exchange end orders" in messages.text(refused.value.code, facts)
    assert [str(each) for each in queries.agreements_adopted()] == ["orders.1"]


@pytest.mark.parametrize(
    "told",
    [
        {"agreement": "orders", "edition": 2},
        {"to": ["tax"]},
        {"from": "taicang"},
        {"in_force": {"from": "2027-01-01", "until": "2027-12-31"}},
        {"in_force": {"from": "2025-01-01", "until": "2025-12-31"}},
        {"discloses": "match", "fields": None, "asked_by": ["platform"], "asks_a_day_max": 9},
        {"discloses": "asked", "asked_by": ["platform"], "asks_a_day_max": 9},
    ],
)
def test_what_brings_other_records_or_at_another_time_stands_beside(
    house: Provider, told: dict[str, Any]
) -> None:
    actions.adopt(agreed(), at=AT)
    wanted = {"agreement": "more"} | told
    assert actions.adopt(agreed(**wanted), at=AT).name == wanted["agreement"]


def test_after_one_agreement_is_ended_another_may_bring_the_same(house: Provider) -> None:
    actions.adopt(agreed(), at=AT)
    actions.end("orders", reason="test", at=AT)
    assert actions.adopt(agreed(agreement="more"), at=AT).name == "more"
    with pytest.raises(Conflict, match="overlaps"):
        actions.adopt(agreed(edition=2), at=AT)


def test_a_slip_is_read_only_as_it_was_written() -> None:
    assert parse_slip(SLIP.text()) == SLIP
    for text in (
        "{}", "x", "[1]", SLIP.text().replace(":4", ":4.0"), SLIP.text() + " ",
        SLIP.text().replace('"number":4', '"number":"4"'),
        SLIP.text().replace('"formerly":[]', '"formerly":"c"'),
        SLIP.text().replace('"formerly":[],', ""),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            parse_slip(text)


@pytest.mark.parametrize(
    ("last", "known", "verdict"),
    [(3, None, "apply"), (2, None, "gap"), (4, "c", "again"), (7, "c", "again"), (4, "x", "other"),
     (5, None, "other")],
)  # fmt: skip
def test_numbers_decide_what_becomes_of_a_parcel(
    last: int, known: str | None, verdict: str
) -> None:
    assert judge(SLIP, last=last, known=known) == verdict


def test_waiting_doubles_up_to_an_hour_and_never_for_hours_that_a_clock_lost() -> None:
    waits = [parcels.wait_after(each).total_seconds() for each in (1, 2, 3, 12, 13, 400)]
    assert waits == [1, 2, 4, 2048, 3600, 3600]
    last = AT
    assert not parcels.is_due(AT + timedelta(seconds=3), last_try_at=last, attempts=3)
    assert parcels.is_due(AT + timedelta(seconds=4), last_try_at=last, attempts=3)
    assert parcels.is_due(AT - timedelta(hours=9), last_try_at=last, attempts=3)


def commit(version: int, *rows: int) -> Commit:
    batches = tuple(("P01", f"B{version}-{each}") for each in range(len(rows)))
    return Commit(Step(version, f"t{version}", (), batches), rows)


@given(
    st.lists(st.lists(st.integers(0, 45), max_size=3), max_size=12),
    st.integers(1, 5),
)
def test_every_row_of_every_batch_is_covered_once_in_order(
    sizes: list[list[int]], at_once: int
) -> None:
    """A feed that sees some commits at a time covers what one that sees all covers."""
    commits = [commit(version, *rows) for version, rows in enumerate(sizes, start=1)]
    place, covered = Place(0, 0), []
    while True:
        begun = place.version - 1 if place.part else place.version
        seen = [each for each in commits if each.step.version > begun][:at_once]
        found = next_span(seen, place, most=10)
        if found is None:
            break
        span, place = found
        low, high = span.lines or (0, 2**62)
        for step in span.steps:
            for batch in step.batches:
                rows = sizes[step.version - 1][int(batch[1].rpartition("-")[2])]
                covered += [(batch, line) for line in range(2, rows + 2) if low <= line <= high]
    expected = [
        (batch, line)
        for each in commits
        for batch, rows in zip(each.step.batches, each.rows, strict=True)
        for line in range(2, rows + 2)
    ]
    assert covered == expected


def test_a_span_is_read_back_as_it_was_written() -> None:
    span = Span((Step(3, "t", ("day=2026-01-01/t.parquet",), (("P01", "B1"),)),), (1, 10))
    assert Span.from_plain(span.to_plain()) == span
    assert Span.from_plain(replace(span, lines=None).to_plain()).lines is None


def test_masks_fit_some_type_and_say_what_they_do() -> None:
    assert all(mask.zh and mask.en and mask.fits and "{" in mask.sql for mask in MASKS.values())


def test_a_period_holds_on_both_its_ends() -> None:
    period = agreed().in_force
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [period.holds(day) for day in days] == [False, True, True, False]


def test_a_record_is_told_in_the_partners_columns_and_codes() -> None:
    tax = partners.parse(
        {"partner": "tax", "zh": "税", "en": "tax", "columns": {"mode": "模式"},
         "values": {"mode": {"B2C": "1"}}}
    )  # fmt: skip
    assert tax.translated({"mode": "B2C", "paid": "1"}) == {"模式": "1", "paid": "1"}
    assert tax.translated({"mode": "B2B"}) == {"模式": "B2B"}


def test_the_declared_kind_is_the_one_of_the_house() -> None:
    assert agreed().kind is ORDER
