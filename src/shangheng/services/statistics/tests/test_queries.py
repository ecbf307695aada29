# SPDX-License-Identifier: Apache-2.0
"""Figures that are kept, the records behind them, who reported what, the frame, what is public."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas import queries as formulas
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.formulas.models import ResultRow
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.records.store.home import Ledger
from shangheng.services.statistics.queries import reconciliation as queries
from shangheng.services.statistics.records import KINDS
from shangheng.services.statistics.tests.ledgers import BY_NAME, stored

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tmp_path: Path) -> House:
    ledger = Ledger(tmp_path, bytes(32))
    stored(ledger.table("order"), "order", [{"order_no": "a"}, {"order_no": "b", "shop": "S2"}])
    return House(
        engine=DuckDBEngine(memory="500MB", threads=1),
        ledger=ledger,
        kinds={kind.name: kind for kind in KINDS},
    )


def test_an_answer_is_kept_for_its_version_of_the_ledger(house: House) -> None:
    question = Question(by=("month", "region"))
    first = formulas.answer(BY_NAME["paid-amount"], question, house=house, at=AT)
    again = formulas.answer(BY_NAME["paid-amount"], question, house=house, at=AT)
    assert ResultRow.objects.count() == 1
    assert first.rows == again.rows
    assert first.sql == again.sql
    stored(house.ledger.table("order"), "order", [{"order_no": "c"}])
    later = formulas.answer(BY_NAME["paid-amount"], question, house=house, at=AT)
    assert ResultRow.objects.count() == 2
    assert [row["value"] for row in later.rows] == [300]
    assert later.ledger["order"] == first.ledger["order"] + 1


def test_regions_may_be_asked_for_by_name(house: House) -> None:
    question = Question(where=(("region", "昆山市"),))
    figure = formulas.answer(BY_NAME["order-count"], question, house=house, at=AT)
    assert figure.question.where == (("seller_region", "320583"),)
    assert figure.value == 2


def test_the_records_behind_a_figure_say_where_they_were_reported(house: House) -> None:
    question = Question(where=(("platform", "P1"),))
    rows = formulas.records_behind(
        BY_NAME["transaction-volume"], question, house=house, at=AT, limit=1, offset=1
    )
    assert [(row["order_no"], row["batch"], row["line"]) for row in rows] == [("b", "b1", 2)]
    rows = formulas.records_behind(BY_NAME["online-retail-sales"], question, house=house, at=AT)
    assert {row["order_no"] for row in rows} == {"a", "b"}
    assert "returned" not in rows[0]


def test_a_figure_can_say_where_it_comes_from(house: House) -> None:
    figure = formulas.answer(BY_NAME["paid-amount"], Question(), house=house, at=AT)
    told = formulas.explain(figure)
    assert told["records"] == 2
    assert "Add up what was paid" in told["formula"]
    assert told["ledger"] == {"order": 0}
    assert told["basis"] == ["jiangsu-2015 (三十)"]


def test_the_dictionary_is_computed_ahead_for_the_pages(house: House) -> None:
    steps: list[tuple[int, int]] = []
    count = formulas.compute_all(
        [
            BY_NAME[name]
            for name in ("order-count", "transaction-volume-yoy", "reporting-coverage")
        ],
        house=house,
        at=AT,
        splits=((), ("month",)),
        progress=lambda done, whole: steps.append((done, whole)),
    )
    assert count == 3, "growth as a total needs a period, coverage a decision"
    assert steps == [(0, 2), (1, 2), (2, 2)]
    assert ResultRow.objects.count() == 3


def test_an_unknown_kind_is_refused(house: House) -> None:
    with pytest.raises(Invalid, match=r"kind\.unknown"):
        house.sources(["parking_ticket"])


def test_reconciliation_shows_who_reports_less_than_was_paid(house: House) -> None:
    ledger = house.ledger
    stored(ledger.table("order"), "order", [{"order_no": "z", "platform": "P2", "paid": 10}])
    stored(
        ledger.table("payment"),
        "payment",
        [
            {"order_no": "a"},
            {"order_no": "b", "amount": 90},
            {"order_no": "hidden", "amount": 50},
            {"order_no": "a", "status": "failed", "amount": 999},
            {"order_no": "z", "platform": "P2", "amount": 10},
        ],
    )
    stored(ledger.claims("order"), "order", [{"order_no": "a", "paid": 95}])
    stored(ledger.table("shipment"), "shipment", [{"order_no": "a"}, {"order_no": "hidden"}])
    first, second = queries.reconciliation(house=house, at=AT)
    assert (first.platform, first.month) == ("P1", date(2026, 1, 1))
    assert first.amounts == {"platform": 200, "payments": 240, "merchants": 95, "unreported": 50}
    assert first.counts == {"platform": 2, "payments": 3, "merchants": 1, "unreported": 1}
    assert (first.parcels, first.parcels_unknown) == (2, 1)
    assert first.difference == 40
    assert first.must_explain is None, "nobody decided yet from when on"
    assert (second.platform, second.difference_percent) == ("P2", 0)


def test_from_a_decided_threshold_on_a_difference_must_be_explained(house: House) -> None:
    stored(house.ledger.table("payment"), "payment", [{"order_no": "a", "amount": 250}])
    decided = House(
        engine=house.engine,
        ledger=house.ledger,
        kinds=house.kinds,
        configuration={"discrepancy-percent": {"2026-01-01": "20"}},
    )
    assert [line.must_explain for line in queries.reconciliation(house=decided, at=AT)] == [True]


def test_the_frame_proposes_who_enters_by_last_years_sales(house: House) -> None:
    shops = [
        {"shop": "S1", "owner_code": "A", "owner_name": "甲公司"},
        {"shop": "S2", "owner_code": "B", "owner_name": "乙公司"},
        {"shop": "S1", "platform": "P2", "owner_code": "A", "owner_name": "甲公司"},
    ]
    stored(house.ledger.table("merchant"), "merchant", shops)
    more = {"order_no": "c", "platform": "P2", "paid": 60}
    stored(house.ledger.table("order"), "order", [more])
    decided = House(
        engine=house.engine,
        ledger=house.ledger,
        kinds=house.kinds,
        configuration={"listing-thresholds": {"enterprise": 150}, "listing-years-below": 1},
    )
    proposals = queries.frame_proposals(2027, members=frozenset({"B", "C"}), house=decided)
    assert [(each.enterprise, each.step, each.sales_yuan, name) for each, name in proposals] == [
        ("A", "enter", Decimal(160), "甲公司"),
        ("B", "leave", Decimal(100), "乙公司"),
        ("C", "leave", Decimal(0), ""),
    ]
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        queries.frame_proposals(2027, members=frozenset(), house=house)


def test_the_public_sees_no_cell_of_too_few_parties(house: House) -> None:
    shops = [{"order_no": f"n{i}", "shop": f"N{i}", "category": "food"} for i in range(5)]
    stored(house.ledger.table("order"), "order", shops)
    decided = House(
        engine=house.engine,
        ledger=house.ledger,
        kinds=house.kinds,
        configuration={"cell-minimum": 3},
    )
    question = Question(by=("category",))
    figure = queries.public_figure(BY_NAME["paid-amount"], question, house=decided, at=AT)
    assert all(row["suppressed"] for row in figure.rows), "two cells: one would betray the other"
    total = queries.public_figure(BY_NAME["paid-amount"], Question(), house=decided, at=AT)
    assert total.value == 700
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        queries.public_figure(BY_NAME["paid-amount"], question, house=house, at=AT)
