# SPDX-License-Identifier: Apache-2.0
"""Questions, units, parameters: what is refused, and in which words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import (
    CNY,
    TIMES,
    Dimension,
    Indicator,
    Measure,
    Question,
    indicator,
)
from shangheng.kernel.formulas.parameters import Dated, Parameter
from shangheng.kernel.money import SCALES, natural_scale, scaled

SELLER = Dimension("seller_region", "卖家", "seller", "region", {"order": "seller_region"})
MODE = Dimension("mode", "模式", "mode", columns={"order": "mode"}, labels={"B2B": ("企业", "b")})


@indicator(
    "paid",
    zh="实付",
    en="paid",
    definition_zh="实付",
    definition_en="Paid",
    unit=CNY,
    reads=("order",),
    by=(*TIMES, SELLER, MODE),
    basis=("jiangsu-2015 (三十)",),
)
def paid(order: object) -> Measure:
    """Add up what was paid."""
    return Measure(order)


def test_a_declaration_knows_its_own_words() -> None:
    assert isinstance(paid, Indicator)
    assert "Add up what was paid" in paid.source
    assert paid.per_currency
    assert paid.dimension("region") is SELLER


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"by": ("colour",)}, "indicator.no_such_dimension"),
        ({"by": ("day", "month")}, "question.two_periods"),
        ({"where": (("month", "2026-01"),)}, "question.period_in_where"),
        ({"where": (("mode", "B2D"),)}, "question.unknown_value"),
        ({"level": "street"}, "question.unknown_level"),
        (
            {"since": date(2026, 2, 1), "until": date(2026, 1, 1)},
            "question.ends_before_it_starts",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Question(**asked).settled(paid)
    assert refusal.value.code == code


def test_a_refusal_suggests_what_was_meant() -> None:
    with pytest.raises(Invalid) as refusal:
        Question(by=("seler_region",)).settled(paid)
    assert refusal.value.facts["suggestions"] == ["seller_region"]


def test_the_same_question_has_one_form() -> None:
    one = Question(by=("region", "currency"), where=(("mode", "B2B"), ("region", "320500")))
    two = Question(by=("seller_region",), where=(("seller_region", "320500"), ("mode", "B2B")))
    assert one.settled(paid) == two.settled(paid)
    assert one.settled(paid).to_dict() == two.settled(paid).to_dict()


@given(st.decimals("-1e15", "1e15", places=4))
def test_scaling_loses_nothing(value: Decimal) -> None:
    scale = natural_scale(value)
    assert scaled(value, scale) * SCALES[scale][0] == value
    assert scale == "" or abs(scaled(value, scale)) >= 1


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(Invalid, match=r"unit\.unknown_scale"):
        scaled(Decimal(1), "百")


RATE = Parameter(
    name="rate",
    zh="比例",
    en="rate",
    unit="%",
    clause="x-2015 (一)",
    question_zh="多少？",
    question_en="How much?",
    values=(Dated(date(2015, 1, 1), 3, "x"), Dated(date(2020, 1, 1), None, "到期失效")),
)


def test_a_printed_value_holds_from_its_day_until_it_ends() -> None:
    assert RATE.on(date(2019, 12, 31), {}) == 3
    for day in (date(2014, 12, 31), date(2020, 1, 1)):
        with pytest.raises(Invalid, match=r"parameter\.not_configured"):
            RATE.on(day, {})


def test_what_the_authority_decided_goes_first() -> None:
    assert RATE.on(date(2016, 1, 1), {"rate": 5}) == 5
    dated = {"rate": {date(2018, 1, 1): 7, "2019-01-01": 8}}
    assert [RATE.on(date(year, 6, 1), dated) for year in (2017, 2018, 2019)] == [3, 7, 8]
    assert RATE.on(date(2016, 1, 1), {"rate": {"A": "320583"}}) == {"A": "320583"}
