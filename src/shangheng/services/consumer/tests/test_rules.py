# SPDX-License-Identifier: Apache-2.0
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.cases.concept.calendar import official
from shangheng.kernel.errors import Invalid
from shangheng.services.consumer.rules.rights import (
    EXCLUDED,
    LAST_DAYS,
    STARTS,
    TREBLES,
    ReturnRight,
    advice,
    refund_one_pay_three,
    seven_day_return,
)

DECIDED: dict[str, Any] = {
    "consumer.seven_day_start": "day_after_receipt",
    "consumer.seven_day_last_day": "as_counted",
    "consumer.treble_reading": "refund_plus_three",
}
RECEIVED = date(2026, 9, 25)


def right(asked: str, goods: str = "", **decided: Any) -> ReturnRight:
    return seven_day_return(
        RECEIVED,
        asked_on=date.fromisoformat(asked),
        goods=goods,
        configuration=DECIDED | {f"consumer.{name}": value for name, value in decided.items()},
        calendar=official(),
    )


@pytest.mark.parametrize(
    ("start", "end", "last"),
    [
        ("day_after_receipt", "as_counted", "2026-10-02"),
        ("day_of_receipt", "as_counted", "2026-10-01"),
        ("day_after_receipt", "next_working_day", "2026-10-08"),
    ],
)
def test_the_last_of_seven_days_is_by_the_reading_that_was_decided(
    start: str, end: str, last: str
) -> None:
    found = right("2026-09-30", seven_day_start=start, seven_day_last_day=end)
    assert found.last_day == date.fromisoformat(last)
    assert found.readings == (STARTS[start], LAST_DAYS[end])
    assert found.allowed


def test_the_last_day_is_still_in_time_and_the_next_is_not() -> None:
    assert right("2026-10-02").allowed
    assert right("2026-10-02").days_left == 1
    late = right("2026-10-03")
    assert (late.allowed, late.why, late.days_left) == (False, "late", 0)


@pytest.mark.parametrize("goods", EXCLUDED)
def test_goods_that_the_law_excludes_cannot_be_returned(goods: str) -> None:
    assert right("2026-09-26", goods).why == "excluded"
    assert right("2026-09-26", goods, seven_day_exclusions=()).allowed


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in DECIDED.items() if key != name}


@pytest.mark.parametrize("name", ["consumer.seven_day_start", "consumer.seven_day_last_day"])
def test_a_first_or_last_day_that_nobody_decided_is_asked_for(name: str) -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured") as refusal:
        seven_day_return(
            RECEIVED, asked_on=RECEIVED, configuration=without(name), calendar=official()
        )
    assert refusal.value.facts["question_zh"]


def test_a_reading_of_treble_pay_that_nobody_decided_is_asked_for() -> None:
    with pytest.raises(Invalid, match=r"parameter\.not_configured"):
        refund_one_pay_three(
            Decimal(1), on=RECEIVED, configuration=without("consumer.treble_reading")
        )


def test_a_reading_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match=r"consumer\.no_such_reading"):
        right("2026-09-30", seven_day_start="tomorrow")


@pytest.mark.parametrize(
    ("reading", "price", "refund", "additional", "total"),
    [
        ("refund_plus_three", "1000", "1000.00", "3000.00", "4000.00"),
        ("treble_in_total", "1000", "1000.00", "2000.00", "3000.00"),
        ("refund_plus_three", "59.90", "59.90", "500.00", "559.90"),
        ("treble_in_total", "250", "250.00", "500.00", "750.00"),
    ],
)
def test_refund_one_pay_three_shows_its_reading_and_its_floor(
    reading: str, price: str, refund: str, additional: str, total: str
) -> None:
    found = refund_one_pay_three(
        Decimal(price), on=RECEIVED, configuration=DECIDED | {"consumer.treble_reading": reading}
    )
    told = (str(found.refund), str(found.additional), str(found.total))
    assert told == (refund, additional, total)
    assert found.readings == (TREBLES[reading],)
    assert found.floor_applied == (price == "59.90")


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity"])
def test_a_price_is_more_than_nothing(price: str) -> None:
    with pytest.raises(Invalid, match=r"consumer\.price_not_positive"):
        refund_one_pay_three(Decimal(price), on=RECEIVED, configuration=DECIDED)


@given(
    st.dates(date(2015, 1, 1), date(2026, 12, 1)), st.integers(0, 30), st.sampled_from([*STARTS])
)
def test_who_may_return_on_a_day_could_on_every_day_before(
    received: date, days: int, start: str
) -> None:
    decided = DECIDED | {"consumer.seven_day_start": start}

    def allowed(after: int) -> bool:
        asked = received + timedelta(days=after)
        return seven_day_return(
            received, asked_on=asked, configuration=decided, calendar=official()
        ).allowed

    assert allowed(days) == (days <= 6 + (start == "day_after_receipt"))


@given(st.decimals("0.01", "1000000", places=2), st.sampled_from([*TREBLES]))
def test_a_buyer_never_gets_less_than_three_times_the_price(price: Decimal, reading: str) -> None:
    decided = DECIDED | {"consumer.treble_reading": reading}
    found = refund_one_pay_three(price, on=RECEIVED, configuration=decided)
    assert found.total == found.refund + found.additional
    assert found.total >= 3 * price
    assert found.additional >= found.floor


def test_the_page_of_a_case_says_until_when_it_can_be_returned_and_what_fraud_costs() -> None:
    form = {"received_on": "2026-09-25", "claim": "59.90", "goods": "electronics"}
    returns, fraud = advice(form, date(2026, 9, 30), DECIDED)
    assert returns[0].startswith("2026年10月2日以前（含当日）可以无理由退货：收货后七日，")
    assert STARTS["day_after_receipt"][0] in returns[0]
    assert "另赔 500.00 元（最低额），共 559.90 元" in fraud[0]
    assert "until 2 October 2026" in returns[1]
    (late, _) = advice(form, date(2026, 10, 3), DECIDED)
    assert "已于2026年10月2日到期" in late[0]
    (fresh, _) = advice({**form, "goods": "fresh"}, date(2026, 9, 30), DECIDED)
    assert "不适用" in fresh[0]
    ((plain, _),) = advice({}, date(2026, 9, 30), DECIDED)
    assert "七日内" in plain


def test_what_the_authority_has_not_decided_is_not_said() -> None:
    form = {"received_on": "2026-09-25", "claim": "59.90"}
    (fraud,) = advice(form, date(2026, 9, 30), {"consumer.treble_reading": "refund_plus_three"})
    assert "退一赔三" in fraud[0]
