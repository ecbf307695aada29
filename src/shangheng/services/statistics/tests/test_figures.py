# SPDX-License-Identifier: Apache-2.0
"""Figures over hand-written records, each with one point."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.services.statistics.rules.decisions import Frame
from shangheng.services.statistics.tests.ledgers import DECIDED, NOON, Province, Row, day, moment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def of(folder: Path, *orders: Row, **tables: list[Row]) -> Province:
    return Province(folder, {"order": orders, **tables})


def test_unpaid_orders_count_as_orders_and_in_the_order_amount_only(folder: Path) -> None:
    province = of(folder, {}, {"paid": 0, "gross": 50})
    assert province.value("order-count") == 2
    assert province.value("paid-order-count") == 1
    assert province.value("order-amount") == 150
    assert province.value("paid-amount") == province.value("transaction-volume") == 100
    assert province.value("average-order") == 100


def test_currencies_are_never_added_up(folder: Path) -> None:
    province = of(folder, {}, {"currency": "USD", "paid": 7}, {"currency": "USD", "paid": 5})
    rows = province.ask("paid-amount").rows
    assert [(row["currency"], row["value"]) for row in rows] == [("CNY", 100), ("USD", 12)]
    assert province.value("order-count") == 3


def test_retail_is_consumers_orders_of_a_known_mode(folder: Path) -> None:
    modes = [{"mode": mode} for mode in ("B2C", "C2C", "B2B", None)]
    province = of(folder, *modes)
    assert province.value("online-retail-sales") == 200
    assert province.value("transaction-volume") == 400
    assert province.value("b2b-volume") == 100


def test_an_order_paid_back_in_full_is_no_retail_sale_but_one_paid_back_in_part_is(
    folder: Path,
) -> None:
    province = of(folder, {"refunded": 100}, {"refunded": 99}, {"refunded": 0}, {"refunded": None})
    assert province.value("online-retail-sales") == 300
    assert province.value("transaction-volume") == 400


def test_refund_records_speak_for_orders_that_do_not_carry_their_refunds(folder: Path) -> None:
    province = of(
        folder,
        {"order_no": "silent"},
        {"order_no": "told", "refunded": 0},
        {"order_no": "in-parts"},
        refund=[
            {"order_no": "silent", "amount": 100},
            {"order_no": "told", "amount": 100},
            {"order_no": "in-parts", "amount": 30},
            {"order_no": "in-parts", "amount": 30},
            {"order_no": "unknown", "amount": 5},
        ],
    )
    assert province.value("refund-amount") == 160
    assert province.value("online-retail-sales") == 200
    assert province.value("refunded-order-rate") == Decimal("66.6667")
    assert province.value("refund-rate") == Decimal("53.3333")


def test_a_refund_counts_on_the_day_of_its_order(folder: Path) -> None:
    late = {"order_no": "a", "requested_at": day(40), "amount": 10}
    province = of(folder, {"order_no": "a"}, refund=[late])
    assert province.cells("refund-amount", by=("month",)) == {"2026-01": 10}


def test_unknown_nature_is_neither_goods_nor_service(folder: Path) -> None:
    province = of(folder, {"nature": "goods"}, {"nature": "service"}, {"nature": None})
    assert province.value("online-retail-sales-goods") == 100
    assert province.value("online-retail-sales-services") == 100
    assert province.value("goods-share") == Decimal("33.3333")


def test_what_goes_up_and_down_between_town_and_country(folder: Path) -> None:
    rural, urban = "rural", "urban"
    province = of(
        folder,
        {"agricultural": True, "seller_area": rural, "buyer_area": urban, "paid": 1},
        {"agricultural": True, "seller_area": rural, "buyer_area": rural, "paid": 2},
        {"agricultural": False, "seller_area": urban, "buyer_area": rural, "paid": 4},
        {"agricultural": None, "seller_area": urban, "buyer_area": rural, "paid": 8},
    )
    assert province.value("upward-volume") == 1
    assert province.value("downward-volume") == 4
    assert province.value("agricultural-volume") == 3
    assert province.value("rural-online-retail-sales") == 3


def test_periods_are_named_as_people_name_them(folder: Path) -> None:
    province = of(folder, {"ordered_at": moment(2027, 1, 2, 23, 59)}, {})
    assert list(province.cells("order-count", by=("day",))) == ["2026-01-15", "2027-01-02"]
    assert list(province.cells("order-count", by=("week",))) == ["2026-W03", "2026-W53"]
    assert list(province.cells("order-count", by=("month",))) == ["2026-01", "2027-01"]
    assert list(province.cells("order-count", by=("quarter",))) == ["2026-Q1", "2027-Q1"]
    assert list(province.cells("order-count", by=("year",))) == ["2026", "2027"]


def test_the_last_day_asked_for_is_included(folder: Path) -> None:
    province = of(folder, {"ordered_at": moment(2026, 1, 31, 23, 59, 59)}, {})
    until = date(2026, 1, 31)
    assert province.value("order-count", since=date(2026, 1, 1), until=until) == 2
    assert province.value("order-count", since=until, until=until) == 1


def test_regions_are_told_at_the_level_asked_for(folder: Path) -> None:
    codes = ("320583", "320583107", "320505", "330106", "320000", None)
    province = of(folder, *({"seller_region": code} for code in codes))
    assert province.cells("order-count", by=("region",), level="province") == {
        "320000": 4, "330000": 1, None: 1,
    }  # fmt: skip
    assert province.cells("order-count", by=("region",), level="city") == {
        "320500": 3, "320000": 1, "330100": 1, None: 1,
    }  # fmt: skip
    counties = province.cells("order-count", by=("region",), level="county")
    assert counties["320583"] == 2
    towns = province.cells("order-count", by=("region",), level="township")
    assert towns["320583107"] == 1


def test_a_region_in_a_condition_takes_all_within_it(folder: Path) -> None:
    codes = ("320583", "320583107", "320505", "330106", "320000", None)
    province = of(folder, *({"seller_region": code} for code in codes))
    for code, count in {"320000": 4, "320500": 3, "320583": 2, "320583107": 1}.items():
        assert province.value("order-count", where=(("seller_region", code),)) == count


def test_a_county_that_was_merged_is_counted_under_its_successor(folder: Path) -> None:
    # 吴江市 320584 became 吴江区 320509 in 2012.
    province = of(folder, {"seller_region": "320584"}, {"seller_region": "320509"})
    today = province.cells("order-count", by=("seller_region",), level="county")
    assert today == {"320509": 2}
    then = province.cells("order-count", by=("seller_region",), level="county", borders_year=2010)
    assert then == {"320584": 2}
    assert province.value("order-count", where=(("seller_region", "320509"),)) == 2


def test_conditions_on_one_dimension_are_alternatives(folder: Path) -> None:
    province = of(folder, *({"platform": name} for name in ("P1", "P2", "P3")))
    where = (("platform", "P1"), ("platform", "P3"))
    assert province.value("order-count", where=where) == 2
    assert province.value("order-count", where=(*where, ("mode", "B2C"))) == 2


def test_yes_and_no_can_be_asked_for(folder: Path) -> None:
    province = of(folder, {"agricultural": True}, {"agricultural": False}, {"agricultural": None})
    assert province.value("order-count", where=(("agricultural", "true"),)) == 1
    split = province.cells("order-count", by=("agricultural",))
    assert split == {"true": 1, "false": 1, None: 1}


def test_buyers_and_shops_count_once_and_only_where_known(folder: Path) -> None:
    province = of(
        folder,
        {"buyer": "a", "shop": "S1"},
        {"buyer": "a", "shop": "S2"},
        {"buyer": "b", "shop": "S1", "platform": "P2"},
        {"buyer": None, "shop": None},
        {"buyer": "c", "shop": "S9", "paid": 0},
    )
    assert province.value("buyers") == 2
    assert province.value("active-shops") == 3
    assert province.value("repeat-purchase-rate") == 50


def test_seven_day_returns_need_the_reason_and_the_goods(folder: Path) -> None:
    back = {"reason": "seven_day", "goods_returned": True}
    province = of(
        folder,
        *({"order_no": name} for name in "abcd"),
        refund=[
            {"order_no": "a", **back},
            {"order_no": "a", **back},
            {"order_no": "b", "reason": "seven_day", "goods_returned": False},
            {"order_no": "c", "reason": "quality", "goods_returned": True},
        ],
    )
    assert province.value("seven-day-return-rate") == 25


def test_concentration_of_platforms(folder: Path) -> None:
    paid = {"P1": 40, "P2": 30, "P3": 20, "P4": 6, "P5": 4}
    province = of(folder, *({"platform": name, "paid": each} for name, each in paid.items()))
    assert province.value("platform-cr4") == 96
    assert province.value("platform-hhi") == 1600 + 900 + 400 + 36 + 16


def test_growth_against_last_year_and_the_month_before(folder: Path) -> None:
    months = {(2025, 2): 50, (2026, 1): 100, (2026, 2): 80}
    province = of(
        folder, *({"ordered_at": moment(*ym, 5), "paid": each} for ym, each in months.items())
    )
    yoy = province.cells("transaction-volume-yoy", by=("month",))
    assert yoy == {"2025-02": None, "2026-01": None, "2026-02": 60}
    mom = province.cells("transaction-volume-mom", by=("month",))
    assert mom == {"2025-02": None, "2026-01": None, "2026-02": -20}
    february = {"since": date(2026, 2, 1), "until": date(2026, 2, 28)}
    assert province.value("transaction-volume-mom", **february) == -20
    assert province.value("transaction-volume-yoy", **february) == 60
    with pytest.raises(Invalid, match=r"question\.growth_needs_period"):
        province.ask("transaction-volume-yoy")


def test_compound_growth_runs_from_the_first_to_the_last_year(folder: Path) -> None:
    years = {2024: 100, 2025: 500, 2026: 121}
    province = of(
        folder, *({"ordered_at": moment(y, 5, 1), "paid": each} for y, each in years.items())
    )
    assert province.value("transaction-volume-compound-growth") == 10


def test_the_share_in_total_retail_sales_minds_the_unit(folder: Path) -> None:
    province = of(
        folder,
        {"paid": 3000, "gross": 3000},
        {"paid": 999, "seller_region": "330106"},
        series=[
            {"value": 1.5, "unit": "万元"},
            {"value": 9, "unit": "万元", "frequency": "year"},
            {"value": 8, "unit": "万元", "series": "something-else"},
        ],
    )
    shares = province.cells("share-of-total-retail", by=("month", "region"), level="province")
    assert shares == {("2026-01", "320000"): 20}
    with pytest.raises(Invalid, match=r"question\.needs"):
        province.ask("share-of-total-retail", by=("month",))


def test_rosters(folder: Path) -> None:
    opened, closed = date(2026, 2, 3), date(2026, 4, 5)
    province = of(
        folder,
        merchant=[
            {"region": "320583", "owner_code": "X", "opened_on": opened},
            {"region": "320583", "opened_on": date(2020, 1, 1), "closed_on": closed},
            {"region": "320505", "opened_on": opened},
            {"region": "320583107"},
        ],
    )
    assert province.value("sellers") == 3
    assert province.cells("sellers", by=("region",), level="county") == {
        "320583": 2, "320505": 1,
    }  # fmt: skip
    assert province.value("sellers-per-county") == Decimal("1.5")
    assert province.cells("new-shops", by=("month",)) == {"2020-01": 1, "2026-02": 2}
    assert province.cells("closed-shops", by=("year",)) == {"2026": 1}
    assert province.value("registered-seller-rate") == Decimal("33.3333")


def test_parcels_and_how_long_they_take(folder: Path) -> None:
    hours = (10, 20, 30, 40)
    sent = [{"delivered_at": moment(2026, 1, 15, 12) + (day(1) - day(0)) * h / 24} for h in hours]
    sent[0] |= {"to_village": True, "destination_area": "rural"}
    sent[1] |= {"to_village": False, "destination_area": "rural"}
    province = of(folder, shipment=[*sent, {"delivered_at": None}])
    assert province.value("parcels") == 5
    assert province.value("village-parcels") == 1
    assert province.value("village-parcel-rate") == 50
    assert province.value("delivery-hours-median") == 25
    assert province.value("delivery-hours-p90") == 37


def test_payments(folder: Path) -> None:
    province = of(folder, payment=[{}, {}, {"status": "failed"}])
    assert province.value("payment-amount") == 200
    assert province.value("payment-success-rate") == Decimal("66.6667")


def test_who_reports_how_completely_and_how_soon(folder: Path) -> None:
    province = of(
        folder,
        {"platform": "P1", "batch": "soon"},
        {"platform": "P1", "batch": "soon"},
        {"platform": "P3", "batch": "late"},
        receipt=[
            {"batch": "soon", "received_at": day(9)},
            {"batch": "late", "received_at": day(11)},
        ],
    )
    assert province.value("reporting-platforms") == 2
    assert province.value("reporting-coverage") == 50
    assert province.cells("reporting-coverage", by=("month",)) == {"2026-01": 50}
    assert province.value("reporting-timeliness") == Decimal("66.6667")
    # Of thirteen optional fields the builder fills in shop, mode and the two regions.
    assert province.value("reporting-completeness") == Decimal("30.7692")


def test_the_frame_alone_is_the_divisor_of_the_application_rate(folder: Path) -> None:
    province = of(
        folder,
        {"shop": "S1"},
        {"shop": "S2", "paid": 0},
        merchant=[
            {"shop": "S1", "owner_code": "A", "region": "110101"},
            {"shop": "S2", "owner_code": "B"},
            {"shop": "S1", "owner_code": "A", "platform": "P2"},
        ],
    )
    frame = {"A": "320583", "B": "320583", "C": "320505", "D": "320104"}
    decided = {**DECIDED, "statistical-frame": lambda _: Frame(frame)}
    assert province.value("above-scale-application-rate", decided=decided) == 25
    by_city = province.cells(
        "above-scale-application-rate", by=("region",), level="city", decided=decided
    )
    assert by_city == {"320100": 0, "320500": Decimal("33.3333")}


def test_the_figure_tells_its_records_versions_and_parameters(folder: Path) -> None:
    figure = of(folder, {}, {"paid": 0}).ask("reporting-coverage")
    assert figure.records == 2
    assert figure.ledger == {"order": 1}
    assert figure.parameters == {"expected-platforms": "['P1', 'P2']"}
    assert "SELECT" in figure.sql[0]


def test_parties_are_counted_where_they_are_asked_for(folder: Path) -> None:
    province = of(folder, {"shop": "S1"}, {"shop": "S1"}, {"shop": "S2"}, {"paid": 0})
    rows = province.ask("paid-amount", parties=True).rows
    assert [row["parties"] for row in rows] == [2]
    rows = province.ask("online-retail-sales", by=("day",), parties=True).rows
    assert [row["parties"] for row in rows] == [2]
    assert NOON.date().isoformat() == rows[0]["day"]
