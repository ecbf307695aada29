# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import CNY, YEAR, Figure, Indicator, Question
from shangheng.services.policy.queries import targets as queries
from shangheng.services.policy.rules import standing as rules
from shangheng.services.policy.tests.libraries import library

DAYS = tuple(date(year, month, 1) for year in (2013, 2014, 2015) for month in range(1, 13))


def figure(question: Question, *values: Any, **more: Any) -> Figure:
    indicator = Indicator(
        name="sales", zh="额", en="sales", definition_zh="", definition_en="", unit=CNY,
        reads=(), by=(), basis=(), formula=lambda: None, source="",
    )  # type: ignore[arg-type,return-value] # fmt: skip
    if question.since:
        more = {"year": str(question.since.year), **more}
    rows = tuple({"currency": "CNY", "value": value, "records": 1, **more} for value in values)
    return Figure(
        indicator=indicator, question=question, rows=rows, ledger={}, parameters={},
        computed_at=datetime(2016, 1, 1),  # noqa: DTZ001 - of no account here
    )  # fmt: skip


ORDERS = Indicator(
    name="transaction-volume", zh="额", en="volume", definition_zh="", definition_en="", unit=CNY,
    reads=(), by=(YEAR,), basis=(), formula=lambda: None, source="",
)  # type: ignore[arg-type,return-value] # fmt: skip


def scope(ask: queries.Ask, days: tuple[date, ...] = DAYS, year: int | None = 2015) -> Any:
    return queries.Scope(
        days=days, year=year, region="", ask=ask, indicators={"transaction-volume": ORDERS}
    )


def stands(place: str, name: str, asked: Any) -> rules.Standing:
    where = library().jurisdictions[place]
    return next(each for each in queries.standings(where, asked) if each.target.id == name)


def test_a_target_is_measured_in_its_base_unit_and_the_share_follows() -> None:
    found = stands("jiangsu", "JS-01", scope(lambda _, q: figure(q, Decimal(2_250_000_000_000))))
    assert found.state == "measured"
    assert found.share == Decimal(50)
    assert found.reached is False
    assert (found.since, found.until) == (date(2015, 1, 1), date(2015, 12, 1))


@pytest.mark.parametrize(
    ("value", "reached"), [(4_500_000_000_000, False), (4_500_000_000_001, True)]
)
def test_above_means_above(value: int, reached: bool) -> None:  # noqa: FBT001
    assert stands("jiangsu", "JS-01", scope(lambda _, q: figure(q, value))).reached is reached


def test_without_data_a_target_has_a_state_and_no_number() -> None:
    for asked in (
        scope(lambda _, q: figure(q), DAYS),
        scope(lambda _, q: figure(q, None), DAYS),
        scope(lambda _, q: figure(q, 1), (), None),
    ):
        found = stands("jiangsu", "JS-01", asked)
        assert (found.state, found.value, found.share, found.reached) == ("missing", *[None] * 3)


def test_a_withheld_cell_is_said_to_be_withheld() -> None:
    found = stands("jiangsu", "JS-01", scope(lambda _, q: figure(q, None, suppressed=True)))
    assert (found.state, found.value) == ("withheld", None)


def test_money_in_other_currencies_is_not_added_to_yuan() -> None:
    found = stands("jiangsu", "JS-01", scope(lambda _, q: figure(q, 5, currency="USD")))
    assert found.state == "missing"


def test_an_indicator_that_needs_a_decision_hides_no_other_target() -> None:
    def ask(name: str, question: Question) -> Figure:
        if name == "transaction-volume":
            raise Invalid("indicator.unknown", indicator=name, known=[])
        return figure(question, 7)

    first = stands("jiangsu", "JS-01", scope(ask))
    assert first.state == "undecided"
    assert first.why
    assert "transaction-volume" in first.why[0]
    assert stands("jiangsu", "JS-02", scope(ask)).state == "measured"


def test_what_no_number_measures_is_never_asked() -> None:
    def ask(name: str, question: Question) -> Figure:
        raise AssertionError(name, question)

    place = library().jurisdictions["jiangsu"]
    for name, state in (("JS-05", "evidence"), ("JS-03", "unmeasured")):
        (found,) = queries.standings(place, scope(ask), name)
        assert found.state == state


def test_a_yearly_growth_is_worked_out_from_whole_years() -> None:
    days = (*DAYS, date(2015, 12, 31))

    def ask(_: str, question: Question) -> Figure:
        assert question.since
        return figure(question, {2013: Decimal(100), 2015: Decimal(121)}[question.since.year])

    found = stands("qinghai", "QH-02", scope(ask, days))
    assert found.state == "measured"
    assert round(found.value or 0, 9) == Decimal(10)
    assert stands("qinghai", "QH-02", scope(ask, days, 2013)).state == "missing"


def test_growth_needs_something_to_grow_from() -> None:
    assert rules.growth(Decimal(0), Decimal(5), 2) is None
    assert rules.growth(Decimal(5), Decimal(5), 0) is None


def test_a_year_that_began_or_ended_outside_the_ledger_is_not_whole() -> None:
    assert rules.whole_years([date(2013, 1, 2), date(2014, 12, 31)]) == [2014]
    assert rules.whole_years([]) == []


def test_a_year_that_is_not_over_yet_is_shown_but_not_judged_by() -> None:
    """Half of 2016 is there: what lies ahead is counted from the whole years before."""
    days = (date(2013, 1, 1), date(2014, 12, 31), date(2015, 12, 31), date(2016, 6, 30))
    by_year = {"2013": 10**12, "2014": 2 * 10**12, "2015": 4 * 10**12}

    def ask(_: str, question: Question) -> Figure:
        if "year" not in question.by:
            return figure(question, 10**11)
        told = figure(question, *by_year.values())
        rows = zip(told.rows, by_year, strict=True)
        return replace(told, rows=tuple({**row, "year": year} for row, year in rows))

    found = stands("jiangsu", "JS-01", scope(ask, days, 2016))
    assert found.value == 10**11
    assert found.base == (2015, 4 * 10**12)
    assert found.verdict == "on_course"
    assert found.projection
    assert round(found.projection.value, -9) == 128 * 10**12
