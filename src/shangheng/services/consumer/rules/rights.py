# SPDX-License-Identifier: Apache-2.0
"""What the law gives a buyer: seven days to return, and refund-one-pay-three; each by a reading.

The policy documents name both rules and leave open how they are counted (hunan-2015 (十一),
qinghai-2016 (二十二)), so the reading is a decision of the authority and stands in every answer.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shangheng.kernel.cases.concept.calendar import Calendar, known
from shangheng.kernel.cases.concept.facts import day_en, day_zh
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Dated, Parameter

SEVEN_DAYS = 7  # 七日无理由退货: hunan-2015 (十一), qinghai-2016 (二十二)
THREE = 3  # 退一赔三: qinghai-2016 (二十二)
FEN = Decimal("0.01")
RETURN_BASIS = ("hunan-2015 (十一)", "qinghai-2016 (二十二)")
TREBLE_BASIS = ("qinghai-2016 (二十二)",)
CONSUMER_LAW_AMENDED = date(2014, 3, 15)

STARTS: dict[str, tuple[str, str]] = {
    "day_after_receipt": ("自签收的次日起算", "counted from the day after receipt"),
    "day_of_receipt": ("自收到之日起算，当日计入", "counted from the day of receipt itself"),
}
LAST_DAYS: dict[str, tuple[str, str]] = {
    "as_counted": ("末日逢休息日不顺延", "ends on the last day even if that is a day off"),
    "next_working_day": ("末日逢休息日顺延", "a last day off moves to the next working day"),
}
TREBLES: dict[str, tuple[str, str]] = {
    "refund_plus_three": (
        "退还价款，另赔三倍",
        "the price back, and three times the price on top",
    ),
    "treble_in_total": ("退还与赔偿合计三倍", "three times the price in all, the refund included"),
}
EXCLUDED: dict[str, tuple[str, str]] = {
    "custom_made": ("消费者定作的", "made to order"),
    "perishable": ("鲜活易腐的", "fresh or perishable"),
    "digital": ("在线下载或已拆封的数字化商品", "downloads, unsealed digital goods"),
    "press": ("交付的报纸、期刊", "newspapers and periodicals"),
}

RETURN_START = Parameter(
    name="consumer.seven_day_start",
    zh="七日退货起算日",
    en="first day of the seven",
    unit="reading",
    clause="hunan-2015 (十一)",
    question_zh="七日从哪天起算：day_after_receipt（签收次日）还是 day_of_receipt（签收当日）？",
    question_en="From which day: day_after_receipt or day_of_receipt?",
)
RETURN_LAST_DAY = Parameter(
    name="consumer.seven_day_last_day",
    zh="七日退货末日",
    en="last day of the seven",
    unit="reading",
    clause="hunan-2015 (十一)",
    question_zh="末日逢休息日：as_counted（不顺延）还是 next_working_day（顺延）？",
    question_en="If the last day is a day off: as_counted or next_working_day?",
)
RETURN_EXCLUSIONS = Parameter(
    name="consumer.seven_day_exclusions",
    zh="不适用七日退货的商品",
    en="goods without seven-day return",
    unit="codes",
    clause="hunan-2015 (十一)",
    question_zh="哪些商品不适用七日无理由退货？",
    question_en="Which goods are excluded?",
    values=(Dated(CONSUMER_LAW_AMENDED, tuple(EXCLUDED), "消费者权益保护法 第二十五条"),),
)
TREBLE_READING = Parameter(
    name="consumer.treble_reading",
    zh="退一赔三的算法",
    en="reading of refund-one-pay-three",
    unit="reading",
    clause="qinghai-2016 (二十二)",
    question_zh="退一赔三：refund_plus_three（退款另加三倍）还是 treble_in_total（合计三倍）？",
    question_en="refund_plus_three or treble_in_total?",
)
TREBLE_FLOOR = Parameter(
    name="consumer.treble_floor",
    zh="增加赔偿的最低额",
    en="least additional compensation",
    unit="CNY",
    clause="qinghai-2016 (二十二)",
    question_zh="增加赔偿的金额最低多少元？",
    question_en="What is the least additional compensation?",
    values=(Dated(CONSUMER_LAW_AMENDED, 500, "消费者权益保护法 第五十五条"),),
)
PARAMETERS = (RETURN_START, RETURN_LAST_DAY, RETURN_EXCLUSIONS, TREBLE_READING, TREBLE_FLOOR)


@dataclass(frozen=True)
class ReturnRight:
    """Whether goods can still be returned without a reason, until when, by which readings."""

    allowed: bool
    why: str
    first_day: date
    last_day: date
    days_left: int
    readings: tuple[tuple[str, str], ...]
    provisional: bool
    basis: tuple[str, ...] = RETURN_BASIS


@dataclass(frozen=True)
class Compensation:
    """What a buyer who was defrauded may claim, in yuan, by which reading."""

    refund: Decimal
    additional: Decimal
    total: Decimal
    floor: Decimal
    floor_applied: bool
    readings: tuple[tuple[str, str], ...]
    basis: tuple[str, ...] = TREBLE_BASIS


def _reading(
    parameter: Parameter,
    readings: Mapping[str, tuple[str, str]],
    configuration: Configuration,
    on: date,
) -> str:
    chosen = str(parameter.on(on, configuration))
    if chosen not in readings:
        raise Invalid("consumer.no_such_reading", name=parameter.name, known=list(readings))
    return chosen


def seven_day_return(
    received_on: date,
    *,
    asked_on: date,
    goods: str = "",
    configuration: Configuration,
    calendar: Calendar,
) -> ReturnRight:
    """Tell whether goods received on a day can be returned without a reason when asked."""
    start = _reading(RETURN_START, STARTS, configuration, received_on)
    end = _reading(RETURN_LAST_DAY, LAST_DAYS, configuration, received_on)
    first = received_on + timedelta(days=start == "day_after_receipt")
    last = first + timedelta(days=SEVEN_DAYS - 1)
    provisional = end == "next_working_day" and not calendar.is_announced(last)
    while end == "next_working_day" and not calendar.is_worked(last):
        last += timedelta(days=1)
    excluded = goods in tuple(RETURN_EXCLUSIONS.on(received_on, configuration))
    why = "excluded" if excluded else "late" if asked_on > last else "in_time"
    if asked_on < received_on and not excluded:
        why = "in_time"
    return ReturnRight(
        allowed=why == "in_time",
        why=why,
        first_day=first,
        last_day=last,
        days_left=max(0, (last - asked_on).days + 1),
        readings=(STARTS[start], LAST_DAYS[end]),
        provisional=provisional,
    )


def refund_one_pay_three(
    price: Decimal, *, on: date, configuration: Configuration
) -> Compensation:
    """Work out what is owed for goods of a price if their sale was fraudulent."""
    if not price.is_finite() or price <= 0:
        raise Invalid("consumer.price_not_positive", price=str(price))
    reading = _reading(TREBLE_READING, TREBLES, configuration, on)
    floor = Decimal(str(TREBLE_FLOOR.on(on, configuration)))
    times = THREE if reading == "refund_plus_three" else THREE - 1
    refund = price.quantize(FEN, ROUND_HALF_UP)
    computed = refund * times
    additional = max(computed, floor)
    return Compensation(
        refund=refund,
        additional=additional.quantize(FEN),
        total=(refund + additional).quantize(FEN),
        floor=floor.quantize(FEN),
        floor_applied=additional > computed,
        readings=(TREBLES[reading],),
    )


def advice(
    form: Mapping[str, Any], today: date, configuration: Configuration
) -> tuple[tuple[str, str], ...]:
    """Say what the law gives whoever filed a complaint, each with the reading that it rests on.

    What the authority has not decided is not said: the calculator asks the question instead.
    """
    said: list[tuple[str, str]] = []
    with suppress(Invalid):
        said += _said_of_return(form, today, configuration)
    with suppress(Invalid):
        said += _said_of_fraud(form, today, configuration)
    return tuple(said)


def _said_of_return(
    form: Mapping[str, Any], today: date, configuration: Configuration
) -> Iterator[tuple[str, str]]:
    if not (received := form.get("received_on")):
        yield (
            "多数网购商品自收货起七日内可以无理由退货。",
            "Most goods bought online can be returned within seven days without a reason.",
        )
        return
    found = seven_day_return(
        date.fromisoformat(str(received)), asked_on=today, configuration=configuration,
        goods="perishable" if form.get("goods") == "fresh" else "", calendar=known(configuration),
    )  # fmt: skip
    zh, en = ("、".join(pair) for pair in zip(*found.readings, strict=True))
    if found.why == "excluded":
        yield (
            "鲜活易腐的商品不适用七日无理由退货；有质量问题仍可要求退换。",
            "Fresh goods have no seven-day return; faulty ones can still be returned.",
        )
    elif found.allowed:
        yield (
            f"{day_zh(found.last_day)}以前（含当日）可以无理由退货：收货后七日，{zh}。",
            f"You may return it until {day_en(found.last_day)}: seven days from receipt, {en}.",
        )
    else:
        yield (
            f"七日无理由退货已于{day_zh(found.last_day)}到期（{zh}）；有质量问题仍可要求退换。",
            f"The seven days ended on {day_en(found.last_day)} ({en}), but not for faulty goods.",
        )


def _said_of_fraud(
    form: Mapping[str, Any], today: date, configuration: Configuration
) -> Iterator[tuple[str, str]]:
    if claim := form.get("claim"):
        owed = refund_one_pay_three(Decimal(str(claim)), on=today, configuration=configuration)
        zh, en = owed.readings[0]
        back, more, total = owed.refund, owed.additional, owed.total
        more_zh, more_en = f"{more} 元", f"CNY {more}"
        if owed.floor_applied:
            more_zh, more_en = f"{more_zh}（最低额）", f"{more_en} (the least amount)"
        yield (
            f"查明欺诈的，可以退一赔三：退还 {back} 元，另赔 {more_zh}，共 {total} 元（{zh}）。",
            f"For fraud you may claim CNY {back} and {more_en}, {total} in all ({en}).",
        )
