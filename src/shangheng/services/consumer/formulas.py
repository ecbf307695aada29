# SPDX-License-Identifier: Apache-2.0
"""What complaints, test returns and samples come to, by region, goods, ground and platform."""

from collections.abc import Callable
from datetime import date
from typing import Any

from shangheng.kernel.formulas.concept import (
    CNY,
    COUNT,
    PERCENT,
    TIMES,
    Dimension,
    Measure,
    Quantile,
    Ratio,
    Total,
    Unit,
    indicator,
)
from shangheng.services.consumer.records import (
    COMPLAINT_GOODS,
    COMPLAINT_GROUNDS,
    COMPLAINT_OUTCOMES,
    RETURN_RESULTS,
    SAMPLING_RESULTS,
)

Table = Any
"""An Ibis table; Ibis publishes no types."""
DAYS = Unit("days", "日", "days", "number")
ENDED, TESTED, SAMPLED = "complaint_outcome", "mystery_return", "sampling"
REGION = Dimension(
    "handled_region", "办理地", "where it was dealt with", "region", {ENDED: "handled_region"}
)
GROUND = Dimension(
    "ground", "投诉问题", "ground of the complaint", columns={ENDED: "ground"},
    labels=COMPLAINT_GROUNDS,
)  # fmt: skip
GOODS = Dimension(
    "goods", "商品或服务", "goods complained of",
    columns={ENDED: "goods", TESTED: "goods", SAMPLED: "goods"}, labels=COMPLAINT_GOODS,
)  # fmt: skip
OUTCOME = Dimension(
    "outcome", "办理结果", "outcome", columns={ENDED: "outcome"}, labels=COMPLAINT_OUTCOMES
)
SELLER = Dimension("seller", "被投诉商家", "seller complained of", columns={ENDED: "seller"})
OPERATOR = Dimension(
    "first_operator", "首问经营者", "operator asked first", columns={ENDED: "first_operator"}
)
RESULT = Dimension(
    "result", "退货结果", "what came of it", columns={TESTED: "result"}, labels=RETURN_RESULTS
)
PLATFORM = Dimension(
    "platform", "平台", "platform", columns={TESTED: "platform", SAMPLED: "platform"}
)
SELLER_REGION = Dimension(
    "seller_region", "卖家所在地", "seller's region", "region", {SAMPLED: "seller_region"}
)
PRODUCT = Dimension("product", "商品名称", "product", columns={SAMPLED: "product"})
VERDICT = Dimension(
    "result", "检验结论", "result of the test", columns={SAMPLED: "result"},
    labels=SAMPLING_RESULTS,
)  # fmt: skip
FOUND_MAX = 20
OF_COMPLAINTS = (*TIMES, REGION, GROUND, GOODS, OUTCOME, SELLER, OPERATOR)
BASIS = ("hunan-2015 (十一)", "jiangsu-2015 (十)3")
# A published cell needs enough complaints, so that nobody who complained can be told; sellers are
# meant to be seen.
RETURN_BASIS = ("hunan-2015 (十一)", "qinghai-2016 (二十二)")


@indicator(
    "complaints-ended",
    zh="办结投诉数",
    en="complaints brought to an end",
    definition_zh="按办结日期统计的网购投诉件数",
    definition_en="Complaints by the day on which they ended",
    unit=COUNT,
    reads=(ENDED,),
    by=OF_COMPLAINTS,
    basis=BASIS,
    additive=True,
    party=("complaint_no",),
)
def complaints_ended(complaint_outcome: Table) -> Measure:
    """Count complaints on the day they ended."""
    return Measure(complaint_outcome, kind=ENDED)


@indicator(
    "complaint-settlement-rate",
    zh="投诉和解率",
    en="share of complaints settled",
    definition_zh="和解或先行赔付的投诉占调解终结投诉（和解、终止调解、先行赔付）的比重",
    definition_en="Settled or paid in advance, of those settled, paid in advance or failed",
    unit=PERCENT,
    reads=(ENDED,),
    by=OF_COMPLAINTS,
    basis=BASIS,
    party=("complaint_no",),
)
def complaint_settlement_rate(complaint_outcome: Table) -> Ratio:
    """Divide what was settled or paid by what was mediated to an end."""
    settled = Measure(
        complaint_outcome, where=lambda c: c.outcome.isin(("settled", "advanced")), kind=ENDED
    )
    mediated = Measure(
        complaint_outcome, where=lambda c: c.outcome.isin(("settled", "advanced", "failed")),
        kind=ENDED,
    )  # fmt: skip
    return Ratio(settled, mediated, times=100)


@indicator(
    "complaint-days",
    zh="投诉办理天数（中位数）",
    en="days to deal with a complaint (median)",
    definition_zh="从投诉到办结的自然日数的中位数",
    definition_en="Median number of calendar days from filing to end",
    unit=DAYS,
    reads=(ENDED,),
    by=OF_COMPLAINTS,
    basis=BASIS,
    party=("complaint_no",),
)
def complaint_days(complaint_outcome: Table) -> Measure:
    """Take the median of the days from filing to end."""
    took = complaint_outcome.mutate(
        took=complaint_outcome.ended_on.delta(complaint_outcome.filed_on, unit="day")
    )
    return Measure(took, Quantile("took"), kind=ENDED)


@indicator(
    "advance-payments",
    zh="先行赔付金额",
    en="paid in advance",
    definition_zh="从质量保证金中先行赔付给消费者的金额",
    definition_en="What was paid to consumers from guarantee deposits",
    unit=CNY,
    reads=(ENDED,),
    by=OF_COMPLAINTS,
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)"),
    additive=True,
    party=("complaint_no",),
    per_currency=False,
)
def advance_payments(complaint_outcome: Table) -> Measure:
    """Add up what was paid in advance."""
    return Measure(complaint_outcome, Total("advance"), kind=ENDED)


@indicator(
    "seven-day-return-compliance",
    zh="七日无理由退货合规率",
    en="compliance with the seven-day return",
    definition_zh="神秘买家测试中按规定退货退款的比重；不适用七日退货的商品不计",
    definition_en="Share of test returns that were honoured; goods without the right are left out",
    unit=PERCENT,
    reads=(TESTED,),
    by=(*TIMES, PLATFORM, GOODS),
    basis=RETURN_BASIS,
    party=("inspector", "test_no"),
)
def seven_day_return_compliance(mystery_return: Table) -> Ratio:
    """Divide the tests that ended as the law asks by all that count."""
    kept = Measure(
        mystery_return, where=lambda t: ~t.excluded & (t.result == "accepted"), kind=TESTED
    )
    return Ratio(kept, Measure(mystery_return, where=lambda t: ~t.excluded, kind=TESTED), 100)


@indicator(
    "test-returns",
    zh="退货测试数",
    en="test returns",
    definition_zh="神秘买家退货测试次数",
    definition_en="Tests of the seven-day return",
    unit=COUNT,
    reads=(TESTED,),
    by=(*TIMES, PLATFORM, GOODS, RESULT),
    basis=RETURN_BASIS,
    additive=True,
    party=("inspector", "test_no"),
)
def returns_tested(mystery_return: Table) -> Measure:
    """Count the tests."""
    return Measure(mystery_return, kind=TESTED)


@indicator(
    "samples-tested",
    zh="抽检批次",
    en="samples tested",
    definition_zh="按检验日期统计的网购商品抽检批次",
    definition_en="Samples of goods sold online, by the day on which they were tested",
    unit=COUNT,
    reads=(SAMPLED,),
    by=(*TIMES, SELLER_REGION, GOODS, PLATFORM, PRODUCT, VERDICT),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十七)"),
    additive=True,
    party=("inspector", "sample_no"),
)
def samples_tested(sampling: Table) -> Measure:
    """Count the samples."""
    return Measure(sampling, kind=SAMPLED)


@indicator(
    "samples-failed-rate",
    zh="抽检不合格率",
    en="share of samples that failed",
    definition_zh="抽检不合格批次占全部抽检批次的比重",
    definition_en="Samples that failed, of all that were tested",
    unit=PERCENT,
    reads=(SAMPLED,),
    by=(*TIMES, SELLER_REGION, GOODS, PLATFORM, PRODUCT),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十七)"),
    party=("inspector", "sample_no"),
)
def samples_failed_rate(sampling: Table) -> Ratio:
    """Divide the samples that failed by all."""
    failed = Measure(sampling, where=lambda s: s.result == "failed", kind=SAMPLED)
    return Ratio(failed, Measure(sampling, kind=SAMPLED), 100)


def shops_of_order(number: str, since: date) -> Callable[[Table, Table], Table]:
    """Return the question in which shop an order was placed: platform, shop, name and region."""

    def build(order: Table, merchant: Table) -> Table:
        found = order.filter(order.order_no == number, order.day >= since)
        placed = found.select("platform", "shop", "seller_region").distinct()
        known = merchant.select("platform", "shop", "shop_name", "region").distinct()
        return placed.left_join(known, ["platform", "shop"]).select(
            "platform", "shop", "shop_name", "seller_region", "region"
        ).limit(FOUND_MAX)  # fmt: skip

    return build


INDICATORS = (
    complaints_ended,
    complaint_settlement_rate,
    complaint_days,
    advance_payments,
    seven_day_return_compliance,
    returns_tested,
    samples_tested,
    samples_failed_rate,
)
