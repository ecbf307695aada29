# SPDX-License-Identifier: Apache-2.0
"""What may be published, what a sample tells, who belongs to the frame, which days were off."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.cases.concept.calendar import official
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.services.statistics.records import OWNER_KINDS
from shangheng.services.statistics.rules import decisions, holidays
from shangheng.services.statistics.rules.frame import (
    EXPRESS,
    Conditions,
    Firm,
    conditions_on,
    decide,
)
from shangheng.services.statistics.rules.publication import (
    COMPLEMENT,
    TOO_FEW,
    fit_to_publish,
    withheld,
)
from shangheng.services.statistics.rules.survey import Answer, gross_up
from shangheng.services.statistics.tests.ledgers import BY_NAME

CELLS = st.lists(st.tuples(st.integers(0, 8), st.decimals(0, 100, places=2)), max_size=8)


def _figure(*rows: tuple[str, str, int], by: tuple[str, ...] = ("month", "category")) -> Figure:
    cells = tuple(
        {
            **dict(zip(by, (month, category), strict=False)),
            "currency": "CNY",
            "value": Decimal(parties * 10),
            "records": parties * 2,
            "parties": parties,
        }
        for month, category, parties in rows
    )
    return Figure(
        indicator=BY_NAME["paid-amount"],
        question=Question(by=by),
        rows=cells,
        ledger={"order": 1},
        parameters={},
    )


def test_a_single_small_cell_takes_the_next_smallest_with_it() -> None:
    cells = [(10, Decimal(5)), (1, Decimal(1)), (4, Decimal(9)), (7, Decimal(2))]
    assert withheld(cells, 3) == {1: TOO_FEW, 2: COMPLEMENT}


def test_several_small_cells_are_enough_when_together_they_are_not_small() -> None:
    assert withheld([(2, None), (2, None), (9, None)], 3) == {0: TOO_FEW, 1: TOO_FEW}
    assert withheld([(1, None), (1, None), (9, None)], 3) == {
        0: TOO_FEW, 1: TOO_FEW, 2: COMPLEMENT,
    }  # fmt: skip


@given(CELLS, st.integers(1, 6))
def test_what_is_withheld_cannot_be_told_from_the_total(
    cells: list[tuple[int, Decimal]], minimum: int
) -> None:
    reasons = withheld(cells, minimum)
    shown = [i for i, (parties, _) in enumerate(cells) if i not in reasons and parties]
    assert all(cells[i][0] >= minimum for i in shown)
    if reasons and shown:
        assert len(reasons) > 1
        assert sum(cells[i][0] for i in reasons) >= minimum


def test_each_period_is_protected_on_its_own() -> None:
    figure = fit_to_publish(
        _figure(("2026-01", "food", 9), ("2026-01", "home", 8), ("2026-02", "food", 9),
                ("2026-02", "home", 1), ("2026-02", "auto", 5)), 3
    )  # fmt: skip
    assert [row["suppressed"] for row in figure.rows] == [False, False, False, True, True]
    hidden = figure.rows[3]
    assert (hidden["value"], hidden["records"], hidden["parties"]) == (None, 0, None)
    assert [row.get("why") for row in figure.rows[3:]] == ["too_few", "complement"]


def test_a_figure_without_its_parties_or_with_two_splits_cannot_be_published() -> None:
    figure = _figure(("2026-01", "food", 9))
    bare = replace(figure, rows=({"value": Decimal(1), "records": 1},))
    with pytest.raises(Invalid, match=r"publication\.parties_unknown"):
        fit_to_publish(bare, 3)
    crossed = replace(figure, question=Question(by=("platform", "category")))
    with pytest.raises(Invalid, match=r"publication\.too_many_dimensions"):
        fit_to_publish(crossed, 3)


def test_answers_stand_for_the_platforms_that_did_not_answer() -> None:
    answers = [
        Answer("a", "large", Decimal(100)),
        Answer("b", "small", Decimal(10)),
        Answer("c", "small", Decimal(20)),
    ]
    estimate = gross_up(answers, {"large": 1, "small": 10})
    assert estimate.total == Decimal("250.00")
    # 10 x (10 - 2) x 50 / 2 = 2000, whose root is 44.72
    assert estimate.standard_error == Decimal("44.72")
    assert (estimate.low, estimate.high) == (Decimal("162.35"), Decimal("337.65"))
    assert [stratum.weight for stratum in estimate.strata] == [1, 5]
    large, small = estimate.strata
    assert (large.low, large.high) == (100, 100)
    assert (small.standard_error, small.low, small.high) == (
        Decimal("44.72"), Decimal("62.35"), Decimal("237.65"),
    )  # fmt: skip


@given(st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=20))
def test_where_all_answered_the_total_is_known_for_sure(amounts: list[Decimal]) -> None:
    answers = [Answer(str(i), "all", amount) for i, amount in enumerate(amounts)]
    estimate = gross_up(answers, {"all": len(amounts), "none": 0})
    assert abs(estimate.total - sum(amounts)) <= Decimal("0.01")
    assert estimate.standard_error == 0
    assert estimate.relative_error in (0, None)


@pytest.mark.parametrize(
    ("answers", "register", "code"),
    [
        ([Answer("a", "x", Decimal(1))], {"y": 1}, "survey.stratum_not_on_register"),
        ([], {"x": 2}, "survey.stratum_silent"),
        ([Answer("a", "x", Decimal(1))], {"x": 2}, "survey.stratum_too_small"),
        (
            [Answer(i, "x", Decimal(1)) for i in "ab"],
            {"x": 1},
            "survey.more_answers_than_platforms",
        ),
    ],
)
def test_a_sample_that_cannot_tell_is_refused(
    answers: list[Answer], register: dict[str, int], code: str
) -> None:
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        gross_up(answers, register)


CONDITIONS = Conditions(Decimal(100), 2)


@pytest.mark.parametrize(
    ("sales", "was_member", "step"),
    [
        ({2025: 100}, False, "enter"),
        ({2025: 99}, False, "out"),
        ({}, False, "out"),
        ({2025: 150}, True, "stay"),
        ({2024: 150, 2025: 50}, True, "stay"),
        ({2023: 150, 2024: 50, 2025: 50}, True, "leave"),
    ],
)
def test_who_belongs_to_the_frame(sales: dict[int, int], step: str, *, was_member: bool) -> None:
    exact = {year: Decimal(amount) for year, amount in sales.items()}
    firm = Firm(code="A", was_member=was_member, sales_by_year=exact)
    decision = decide(firm, 2026, CONDITIONS)
    assert decision.step == step
    assert decision.is_member == (step in ("enter", "stay"))
    assert decision.zh
    assert decision.en


def test_who_reaches_the_threshold_within_the_year_enters_on_that_day() -> None:
    day, sales = date(2026, 5, 17), {2025: Decimal(50), 2026: Decimal(130)}
    firm = Firm(code="A", sales_by_year=sales, reached_on=day)
    decision = decide(firm, 2026, CONDITIONS)
    assert (decision.step, decision.since, decision.sales_yuan) == ("enter", day, 130)
    assert (decision.sales_year, decision.plain["since"]) == (2026, "2026-05-17")
    before = decide(replace(firm, sales_by_year={2025: Decimal(100)}), 2026, CONDITIONS)
    assert (before.step, before.since) == ("enter", date(2026, 1, 1)), "the year before decided"
    assert decide(replace(firm, was_member=True), 2026, CONDITIONS).step == "stay"
    late = replace(firm, was_member=True, sales_by_year={2025: Decimal(50)}, reached_on=None)
    assert decide(late, 2026, CONDITIONS).step == "leave", "below for two years"
    assert decide(firm, 2026, None).step == "out"


def test_thresholds_are_dated_and_by_class() -> None:
    decided = {
        "listing-thresholds": {
            "2020-01-01": {"enterprise": 100},
            "2025-01-01": {"enterprise": 200},
        },
        "listing-years-below": 2,
    }
    before = conditions_on(date(2024, 12, 31), decided, OWNER_KINDS)
    since = conditions_on(date(2025, 1, 1), decided, OWNER_KINDS)
    assert {kind: each.sales_yuan for kind, each in before.items()} == {"enterprise": 100}
    assert since["enterprise"].sales_yuan == 200
    with pytest.raises(Invalid, match=r"frame\.class_unknown"):
        conditions_on(date(2025, 1, 1), decided, ("cooperative",))
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        conditions_on(date(2019, 1, 1), decided, OWNER_KINDS)


@pytest.mark.parametrize("was_member", [True, False])
def test_of_a_class_without_conditions_nobody_enters_and_nobody_is_put_out(
    *, was_member: bool
) -> None:
    rich = {2025: Decimal(10**9)}
    decision = decide(Firm(code="A", was_member=was_member, sales_by_year=rich), 2026, None)
    assert (decision.step, decision.is_member) == ("stay" if was_member else "out", was_member)
    assert decision.threshold_yuan is None


def test_an_express_firm_is_in_the_frame_whatever_it_sells() -> None:
    decision = decide(Firm(code="A", express=True), 2026, CONDITIONS)
    assert (decision.step, decision.clause) == ("enter", EXPRESS)
    again = decide(Firm(code="A", express=True, was_member=True), 2026, CONDITIONS)
    assert again.step == "stay"


def test_what_a_register_decides_is_drawn_of_its_entries_alone() -> None:
    platforms = [
        {"platform": "P2", "must_report": True},
        {"platform": "P3", "must_report": False},
        {"platform": "P1", "must_report": True},
    ]
    assert decisions.EXPECTED_PLATFORMS.drawn(platforms) == ["P1", "P2"]
    frame = decisions.STATISTICAL_FRAME.drawn([{"code": "B", "region": "320104"}])
    other = decisions.STATISTICAL_FRAME.drawn([{"code": "B", "region": "320583"}])
    assert dict(frame) == {"B": "320104"}
    assert str(frame).startswith("1 sha256:")
    assert str(frame) != str(other)


def test_a_register_decides_and_a_written_decision_is_refused() -> None:
    asked, day = decisions.EXPECTED_PLATFORMS, date(2026, 1, 1)
    assert asked.sourced(day, {asked.name: lambda on: [str(on)]}) == (
        ["2026-01-01"], "trading_platform",
    )  # fmt: skip
    with pytest.raises(Invalid, match=r"parameter\.decided_elsewhere"):
        asked.on(day, {asked.name: ["P1"]})
    for nothing in ({}, {asked.name: lambda _: []}):
        with pytest.raises(Invalid, match=r"parameter\.not_entered") as refusal:
            asked.on(day, nothing)
        assert refusal.value.facts["register"] == "trading_platform"


def test_the_lunar_new_year_is_within_each_spring_festival() -> None:
    for year in official().years:
        spring = [
            each
            for each in official().between(date(year, 1, 1), date(year, 12, 31))
            if each.zh == "春节"
        ]
        assert len(spring) == 1
        assert spring[0].since <= holidays.LUNAR_NEW_YEAR[year] <= spring[0].until
        assert (spring[0].until - spring[0].since).days >= 6


def test_holidays_and_festivals_explain_a_series() -> None:
    notes = holidays.notes_between(official(), date(2025, 9, 30), date(2025, 11, 30))
    assert [each.zh for each in notes] == ["国庆节、中秋节", "双十一"]
    assert [each.en for each in notes] == ["National Day and Mid-Autumn", "Singles' Day"]
    assert holidays.spring_festival_differs(2025, 2026)
    assert not holidays.spring_festival_differs(2024, 2026)
