# SPDX-License-Identifier: Apache-2.0
"""What is divided, compared and ranked after the sums have come back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.formulas.cells import (
    Cell,
    code_at,
    code_prefix,
    compound,
    concentration,
    growth_percent,
    ratio,
)

AMOUNTS = st.lists(st.decimals("0.01", "1e9", places=2), min_size=1, max_size=12)


def test_a_ratio_has_a_cell_for_each_divisor() -> None:
    numer = {("a",): Cell(Decimal(1), 1), ("gone",): Cell(Decimal(9), 9)}
    denom = {
        ("a",): Cell(Decimal(3), 3), ("b",): Cell(Decimal(4), 4), ("c",): Cell(Decimal(0), 1),
    }  # fmt: skip
    assert ratio(numer, denom, 100) == {
        ("a",): Cell(Decimal("33.3333"), 3),
        ("b",): Cell(Decimal("0.0000"), 4),
        ("c",): Cell(None, 1),
    }


def test_a_ratio_has_the_fewer_parties_of_its_two_parts() -> None:
    cells = ratio({(): Cell(Decimal(1), 1, 2)}, {(): Cell(Decimal(2), 5, 7)}, 1)
    assert cells[()].parties == 2


@pytest.mark.parametrize(
    ("now", "then", "rise"),
    [
        (120, 100, 20),
        (80, 100, -20),
        (5, 0, None),
        (5, None, None),
        (None, 5, None),
        (5, -5, None),
    ],
)
def test_growth_needs_something_positive_to_compare_with(
    now: int | None, then: int | None, rise: int | None
) -> None:
    numbers = [None if each is None else Decimal(each) for each in (now, then)]
    assert growth_percent(*numbers) == rise


def test_compound_growth_counts_years_between() -> None:
    years = {("2020",): Cell(Decimal(100), 1), ("2022",): Cell(Decimal(144), 2)}
    assert compound(years) == {(): Cell(Decimal("20.0000"), 3)}
    assert compound({("2020",): Cell(Decimal(100), 1)})[()].value is None
    assert compound({}) == {}


@given(AMOUNTS)
def test_concentration_lies_between_even_and_alone(amounts: list[Decimal]) -> None:
    split = {(f"P{i}", "CNY"): Cell(each, 1) for i, each in enumerate(amounts)}
    index = concentration(split, None)["CNY",].value
    share = concentration(split, 4)["CNY",].value
    assert index is not None
    assert share is not None
    assert Decimal(10_000) / len(amounts) - Decimal("0.001") <= index <= 10_000
    assert min(Decimal(100), Decimal(400) / len(amounts)) - Decimal("0.001") <= share <= 100


def test_codes_are_cut_to_the_level_of_a_division() -> None:
    assert [code_prefix(code) for code in ("320000", "320500", "320583", "320583107")] == [
        "32", "3205", "320583", "320583107",
    ]  # fmt: skip
    assert [code_at("320583107", level) for level in ("province", "city", "county")] == [
        "320000", "320500", "320583",
    ]  # fmt: skip
