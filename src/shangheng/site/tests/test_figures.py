# SPDX-License-Identifier: Apache-2.0
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from django.utils import translation

from shangheng.kernel.formulas.concept import CNY, Figure, Indicator, Question
from shangheng.site import charts, figures, formats, words
from shangheng.site.charts import Picture, Point
from shangheng.site.publication import OFFICER, Reader, minimum, own_question, with_own
from shangheng.site.registry import REGISTRY
from shangheng.site.templatetags.pictures import change_of

Form = Literal["line", "columns", "bars"]
SALES = REGISTRY.indicators["online-retail-sales"]
RATE = REGISTRY.indicators["refund-rate"]


def figure(rows: list[Mapping[str, Any]], *by: str, indicator: Indicator = SALES) -> Figure:
    """Return a figure with these rows; what is not said is usual."""
    filled = [
        {"currency": "CNY", "value": Decimal(1), "records": 1, **row}
        if indicator.per_currency
        else {"value": Decimal(1), "records": 1, **row}
        for row in rows
    ]
    return Figure(
        indicator=indicator,
        question=Question(by=by),
        rows=tuple(filled),
        ledger={"order": 7},
        parameters={},
        computed_at=datetime(2025, 11, 30, tzinfo=UTC),
    )


def by_place(**amounts: int) -> Figure:
    rows = [{"seller_region": code[1:], "value": Decimal(v)} for code, v in amounts.items()]
    return figure(rows, "seller_region")


def test_the_finding_names_the_leader_and_its_share() -> None:
    told = figures.Reading(by_place(r320500=750, r320100=250)).finding()
    assert told == "苏州市网络零售额最多，占 75.0 %"
    with translation.override("en"):
        told = figures.Reading(by_place(r320500=750, r320100=250)).finding()
    assert told == "Suzhou leads in online retail sales with 75.0 %"


def test_the_finding_of_a_series_names_its_peak() -> None:
    rows = [
        {"day": "2025-11-10", "value": 5},
        {"day": "2025-11-11", "value": Decimal(120_000_000)},
    ]
    told = figures.Reading(figure(rows, "day")).finding()
    assert told == "网络零售额在2025年11月11日最高，为 1.20 亿元"


def test_a_rate_has_no_share_and_no_sum() -> None:
    rows = [{"platform": "P01", "value": Decimal("2.5")}, {"platform": "P02", "value": Decimal(4)}]
    reading = figures.Reading(figure(rows, "platform", indicator=RATE))
    assert reading.total is None
    assert all(line.share is None for line in reading.lines)
    assert "4.0 %" in reading.finding()


def test_what_is_withheld_is_never_called_nought() -> None:
    rows = [{"seller_region": "320500", "value": None, "suppressed": True}]
    reading = figures.Reading(figure(rows, "seller_region"))
    assert reading.finding().endswith("没有可公布的数据")
    assert reading.lines[0].text == "—"


def test_there_are_no_shares_of_a_whole_that_is_partly_withheld() -> None:
    rows = [
        {"seller_region": "320500", "value": None, "suppressed": True},
        {"seller_region": "320100", "value": Decimal(7)},
    ]
    reading = figures.Reading(figure(rows, "seller_region"))
    assert reading.total is None
    assert "占" not in reading.finding()


def test_other_currencies_do_not_get_into_the_sum() -> None:
    reading = figures.Reading(
        figure(
            [{"currency": "CNY", "value": Decimal(5)}, {"currency": "GBP", "value": Decimal(9)}]
        )
    )
    assert reading.total == Decimal(5)
    assert reading.currencies == ("CNY", "GBP")


def test_days_without_data_are_drawn_as_missing() -> None:
    rows = [{"day": "2025-11-01"}, {"day": "2025-11-03"}]
    points = figures.points_in_time(figures.Reading(figure(rows, "day")))
    assert [point.value for point in points] == [1.0, None, 1.0]


def test_bars_beyond_the_most_are_added_up_as_other() -> None:
    rows = [{"category": f"c{n}", "value": Decimal(n)} for n in range(1, 21)]
    points = figures.points_by_size(figures.Reading(figure(rows, "category")))
    assert len(points) == figures.MOST_BARS
    assert points[-1] == Point("其余", float(sum(range(1, 7))))


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Decimal("1902487.15"), ("190.25", "万"), ("1.90", "m")),
        (Decimal(190_000_000), ("1.90", "亿"), ("190.00", "m")),
        (Decimal(1_400_000_000_000), ("1.40", "万亿"), ("1.40", "tn")),
        (Decimal(-12), ("-12", ""), ("-12", "")),
        (Decimal("12.5"), ("12.50", ""), ("12.50", "")),
    ],
)
def test_numbers_are_written_as_each_language_counts(
    value: Decimal, zh: tuple[str, str], en: tuple[str, str]
) -> None:
    assert words.compact(value) == zh
    with translation.override("en"):
        assert words.compact(value) == en


@pytest.mark.parametrize(
    ("value", "told"),
    [("1002.0000", "1,002.00"), ("0.5000", "0.50"), ("-7.1250", "-7.125"), ("0.0001", "0.0001")],
)
def test_money_shows_its_cents_and_loses_nothing(value: str, told: str) -> None:
    """An amount of a receipt is kept with four decimals."""
    assert words.amount(Decimal(value)) == told


def test_money_always_shows_its_cents() -> None:
    lines = figures.Reading(figure([{"value": Decimal("109191.7")}])).lines
    assert lines[0].text == "109,191.70"


@pytest.mark.parametrize(
    ("now", "before", "word", "text"),
    [
        ("120", "100", "up", "+20.0 %"),
        ("80", "100", "down", "−20.0 %"),
        ("100", "100", "flat", "0.0 %"),
    ],
)
def test_growth_is_told_by_arrow_and_sign(now: str, before: str, word: str, text: str) -> None:
    change = change_of(Decimal(now), Decimal(before))
    assert change
    assert (change.word, change.text) == (word, text)
    assert change.arrow


def test_there_is_no_growth_from_nothing() -> None:
    assert change_of(Decimal(5), Decimal(0)) is None
    assert change_of(Decimal(5), None) is None


def test_json_stat_keeps_row_major_order_and_marks_what_is_withheld() -> None:
    rows = [
        {"platform": "P01", "day": "2025-11-01", "value": Decimal(1)},
        {"platform": "P02", "day": "2025-11-02", "value": None, "suppressed": True},
    ]
    told = formats.to_json_stat(figure(rows, "platform", "day")).decode()
    assert '"value": {"0": 1.0}' in told
    assert '"status": {"3": "c"}' in told
    assert '"time": ["day"]' in told


def test_a_csv_cell_is_never_rounded() -> None:
    told = formats.to_csv(figure([{"value": Decimal("0.1000")}])).decode("utf-8-sig")
    assert "0.1000" in told


@pytest.mark.parametrize("form", ["line", "columns", "bars"])
@pytest.mark.parametrize("dark", [False, True])
def test_every_form_of_chart_can_be_drawn(form: Form, dark: bool) -> None:  # noqa: FBT001
    points = (
        Point("2025-11-01", 1.0, "a"),
        Point("2025-11-02", None, "a"),
        Point("2025-11-01", 2, "b"),
    )
    drawn = charts.svg(Picture(form=form, points=points, dark=dark, order=("a", "b"), unit="元"))
    assert drawn.startswith("<svg")
    assert "style=" not in drawn


def test_a_chart_that_stands_alone_says_what_it_is() -> None:
    picture = Picture(form="bars", points=(Point("苏州市", 5.0),), titles=("标题", "副题"))
    assert "标题" in charts.svg(picture)
    assert charts.png(picture).startswith(b"\x89PNG")


def test_a_small_line_needs_two_points() -> None:
    assert charts.sparkline([1.0]) == ""
    assert len(charts.sparkline([1.0, None, 3.0]).split()) == 2


def test_until_it_is_decided_three_parties_are_needed() -> None:
    day = datetime(2025, 11, 30, tzinfo=UTC).date()
    assert minimum({}, day) == 3
    assert minimum({"cell-minimum": 5}, day) == 5
    assert minimum({"cell-minimum": {"2025-01-01": 4, "2026-01-01": 9}}, day) == 4


def test_a_reporter_gets_back_only_cells_that_are_wholly_its_own() -> None:
    whole = by_place(r320500=7, r320100=9)
    shown = figure(
        [
            {"seller_region": "320500", "value": None, "records": 0, "suppressed": True},
            {"seller_region": "320100", "value": None, "records": 0, "suppressed": True},
        ],
        "seller_region",
    )
    question = own_question(shown, "P01")
    assert question
    assert ("reporter", "P01") in question.where
    own = figure([{"seller_region": "320500", "value": Decimal(7), "records": 1}], "seller_region")
    opened = with_own(shown, whole, own)
    assert [row["value"] for row in opened.rows] == [Decimal(7), None]
    assert Reader() != OFFICER


def test_a_figure_with_nothing_withheld_needs_no_second_question() -> None:
    assert own_question(by_place(r320500=7), "P01") is None
    assert CNY.form == "money"
