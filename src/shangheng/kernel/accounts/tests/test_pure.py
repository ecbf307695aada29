# SPDX-License-Identifier: Apache-2.0
"""Amounts, interest, conversion and plans: what is computed without a database."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.accounts.concept import conversion, interest, plans, rounding, units
from shangheng.kernel.accounts.concept.conversion import Rate, Route
from shangheng.kernel.accounts.concept.units import CNY, INT64_MAX, JPY, USD, Unit
from shangheng.kernel.errors import Invalid

ON = date(2026, 5, 1)


@given(st.integers(-INT64_MAX, INT64_MAX), st.integers(0, 12))
def test_an_amount_written_is_read_back_exactly(pieces: int, decimals: int) -> None:
    unit = Unit("x", "某", "x", decimals)
    assert units.pieces_of(units.written(pieces, unit), unit) == pieces
    assert units.pieces_of(units.amount_of(pieces, unit), unit) == pieces


def test_amounts_are_told_in_smallest_pieces() -> None:
    assert units.pieces_of("12.3", CNY) == 1230
    assert units.pieces_of(Decimal("12.3400000"), CNY) == 1234
    assert units.pieces_of("1E+3", JPY) == 1000
    assert units.written(-5, CNY) == "-0.05"


@pytest.mark.parametrize("amount", ["0.001", "1.005", Decimal("1E-20"), "1e-99999999", "0.5"])
def test_an_amount_with_more_decimals_than_its_unit_is_refused(amount: str | Decimal) -> None:
    with pytest.raises(Invalid, match=r"amount\.too_precise"):
        units.pieces_of(amount, JPY)


@pytest.mark.parametrize("amount", ["", "NaN", "Infinity", "十元", "1,000", "1e9999999"])
def test_what_is_no_number_is_no_amount(amount: str) -> None:
    with pytest.raises(Invalid, match=r"amount\.not_a_number"):
        units.pieces_of(amount, CNY)


@pytest.mark.parametrize(
    ("code", "decimals"), [("", 2), ("1", 2), ("x" * 33, 2), ("x", 13), ("x", -1)]
)
def test_a_unit_that_no_column_could_hold_is_refused(code: str, decimals: int) -> None:
    with pytest.raises(Invalid, match=r"unit\.malformed"):
        Unit(code, "某", "x", decimals)


@pytest.mark.parametrize(
    ("day_count", "start", "end", "years"),
    [
        ("ACT/365F", date(2024, 1, 1), date(2025, 1, 1), Fraction(366, 365)),
        ("ACT/360", date(2026, 1, 1), date(2026, 4, 1), Fraction(90, 360)),
        # 2003-11-01 to 2004-05-01, the worked case of the ISDA paper on day counts (1999):
        # 61 days of 2003 and 121 of the leap year 2004.
        ("ACT/ACT", date(2003, 11, 1), date(2004, 5, 1), Fraction(61, 365) + Fraction(121, 366)),
        ("ACT/ACT", date(2023, 7, 1), date(2025, 7, 1), Fraction(184 + 181, 365) + 1),
        ("30/360", date(2026, 1, 31), date(2026, 3, 31), Fraction(60, 360)),
        ("30/360", date(2026, 1, 30), date(2026, 3, 31), Fraction(60, 360)),
        ("30/360", date(2026, 1, 29), date(2026, 3, 31), Fraction(62, 360)),
        ("30E/360", date(2026, 1, 29), date(2026, 3, 31), Fraction(61, 360)),
        ("30/360", date(2026, 2, 28), date(2026, 3, 31), Fraction(33, 360)),
    ],
)
def test_a_day_count_makes_so_many_years(
    day_count: str, start: date, end: date, years: Fraction
) -> None:
    assert interest.years(day_count, start, end) == years


days = st.dates(date(1999, 1, 1), date(2030, 1, 1))


@given(st.sampled_from([*interest.DAY_COUNTS]), st.tuples(days, days, days))
def test_a_period_cut_in_two_lasts_as_long_where_days_are_counted_as_they_are(
    day_count: str, given_days: tuple[date, date, date]
) -> None:
    start, middle, end = sorted(given_days)
    whole = interest.years(day_count, start, end)
    parts = interest.years(day_count, start, middle) + interest.years(day_count, middle, end)
    assert whole >= 0 or day_count.startswith("30")
    assert whole == parts or day_count.startswith("30")


def test_interest_is_rounded_once_and_as_told() -> None:
    half_year = (date(2026, 1, 1), date(2026, 6, 30))
    told = [
        interest.interest(1_000_01, Decimal("0.01"), half_year, day_count="ACT/360", rounding=how)
        for how in rounding.ROUNDINGS
    ]
    assert told == [500, 500, 500, 501]
    balances = [(date(2026, 1, 1), 100_000), (date(2026, 1, 11), 50_000)]
    on_days = interest.interest_on_balances(
        balances, date(2026, 1, 31), Decimal("0.0036"), day_count="ACT/360", rounding="half_up"
    )
    assert on_days == 20  # 10 x 100,000 + 20 x 50,000 balance days at a daily rate of 0.00001


def test_a_period_or_day_count_that_cannot_be_is_refused() -> None:
    with pytest.raises(Invalid, match=r"interest\.period_backwards"):
        interest.years("ACT/360", date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(Invalid, match=r"interest\.day_count_unknown"):
        interest.years("ACT/ABC", date(2026, 1, 1), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("5/2", (3, 2, 2, 3)),
        ("-5/2", (-3, -2, -2, -3)),
        ("7/2", (4, 4, 3, 4)),
        ("1/3", (0, 0, 0, 1)),
    ],
)
def test_each_rounding_does_what_its_name_says(value: str, told: tuple[int, ...]) -> None:
    assert tuple(rounding.rounded(Fraction(value), how) for how in rounding.ROUNDINGS) == told


def test_a_conversion_is_two_linked_transfers_that_bear_their_rate() -> None:
    rate = Rate(USD, CNY, Decimal("7.1234"), ON, "中国外汇交易中心中间价")
    route = Route("usd", "usd-pool", "cny-pool", "cny")
    out, into = conversion.conversion("c1", route, 10_01, rate, rounding="half_up")
    assert (out.source, out.target, out.amount, out.linked) == ("usd", "usd-pool", 10_01, True)
    assert (into.source, into.target, into.amount, into.linked) == (
        "cny-pool",
        "cny",
        71_31,
        False,
    )
    assert out.facts == into.facts
    assert out.facts["rate"] == "1 USD = 7.1234 CNY"
    assert out.facts["rounding"] == "half_up"
    yen = Rate(CNY, JPY, Decimal("21.5"), ON, "x")
    assert conversion.converted(1_00, yen, "half_even") == 22


def test_a_rate_that_nobody_stands_by_is_refused() -> None:
    route = Route("a", "b", "c", "d")
    for value, source, into in (
        ("0", "x", CNY),
        ("-1", "x", CNY),
        ("NaN", "x", CNY),
        ("1", "", CNY),
    ):
        with pytest.raises(Invalid, match=r"rate\.malformed"):
            Rate(USD, into, Decimal(value), ON, source)
    with pytest.raises(Invalid, match=r"rate\.same_unit"):
        Rate(CNY, CNY, Decimal(1), ON, "x")
    with pytest.raises(Invalid, match=r"rate\.nothing_left"):
        conversion.conversion(
            "c", route, 1, Rate(JPY, USD, Decimal("0.001"), ON, "x"), rounding="down"
        )


@pytest.mark.parametrize("plan", [plans.BUDGET, plans.GUARANTEE], ids=lambda plan: plan.name)
def test_a_plan_can_be_read_aloud(plan: plans.Plan) -> None:
    assert all(each.zh and each.en for each in (*plan.pots, *plan.movements))
    reached = {plans.OUTSIDE}
    for _ in plan.movements:
        reached |= {each.target for each in plan.movements if each.source in reached}
    assert reached == {plans.OUTSIDE, *(pot.name for pot in plan.pots)}


def test_a_movement_is_a_transfer_between_its_pots() -> None:
    pay = plans.BUDGET.move("pay", "320583/2026", 500, key="1")
    assert (pay.source, pay.target, pay.kind) == (
        "320583/2026/committed",
        "320583/2026/paid",
        "pay",
    )
    first = plans.BUDGET.move("appropriate", "b", 5, key="2", outside="treasury")
    assert (first.source, first.target) == ("treasury", "b/available")
    with pytest.raises(Invalid, match=r"plan\.outside_missing"):
        plans.BUDGET.move("appropriate", "b", 5, key="2")
    with pytest.raises(Invalid, match=r"plan\.movement_unknown"):
        plans.BUDGET.move("steal", "b", 5, key="2")


def test_a_plan_with_a_movement_to_nowhere_is_refused() -> None:
    pot, move = plans.Pot("a", "甲", "a"), plans.Movement("m", "a", "b", "移", "move")
    with pytest.raises(Invalid, match=r"plan\.malformed"):
        plans.Plan("p", "办法", "plan", (pot,), (move,))
    with pytest.raises(Invalid, match=r"plan\.malformed"):
        plans.Plan("p", "办法", "plan", (pot, pot), ())
