# SPDX-License-Identifier: Apache-2.0
"""How well platforms report, and what only the statistical frame can tell."""

from collections.abc import Mapping
from typing import Any

import ibis

from shangheng.kernel.formulas.concept import (
    PERCENT,
    TIMES,
    Count,
    Measure,
    Population,
    Ratio,
    Total,
    indicator,
)
from shangheng.services.statistics.formulas import sales
from shangheng.services.statistics.formulas.dimensions import (
    PLATFORM,
    REPORTER,
    SELLER_REGION,
    SHOPS,
)
from shangheng.services.statistics.rules.decisions import (
    EXPECTED_PLATFORMS,
    REPORTING_DAYS,
    STATISTICAL_FRAME,
)

Table = Any
"""An Ibis table; Ibis publishes no types."""
Given = Mapping[str, Any]

COMPLETENESS_FIELDS = (
    "shop", "buyer", "mode", "nature", "channel", "category", "product", "quantity",
    "unit_price", "seller_region", "seller_area", "buyer_region", "buyer_area",
)  # fmt: skip
"""Optional fields of an order without which some indicator cannot be split or computed."""


@indicator(
    "reporting-platforms",
    zh="报送平台数",
    en="reporting platforms",
    definition_zh="统计期内有订单上报的平台数",
    definition_en="Platforms with an order on file in the period asked for",
    unit=SHOPS,
    reads=("order",),
    by=(*TIMES,),
    basis=("jiangsu-2015 (三十)", "hunan-2015 (二十五)"),
    owner="statistics",
    party=("platform",),
)
def reporting_platforms(order: Table) -> Measure:
    """Count platforms once each."""
    return Measure(order, per=("platform",))


@indicator(
    "reporting-coverage",
    zh="平台报送覆盖率",
    en="reporting coverage",
    definition_zh="有订单上报的应报平台占应报平台名单的比重",
    definition_en="Share of the platforms that must report of which an order is on file",
    unit=PERCENT,
    reads=("order",),
    by=(*TIMES,),
    basis=("hunan-2015 (二十五)", "qinghai-2016 (二十四)"),
    owner="statistics",
    parameters=(EXPECTED_PLATFORMS,),
    party=("platform",),
)
def reporting_coverage(order: Table, given: Given) -> Ratio:
    """Divide the platforms that reported by those that must."""
    expected = tuple(given[EXPECTED_PLATFORMS.name])
    reported = Measure(order.filter(order.platform.isin(expected)), per=("platform",))
    return Ratio(reported, Population(("",) * len(expected)), times=100)


@indicator(
    "reporting-timeliness",
    zh="报送及时率",
    en="reporting timeliness",
    definition_zh="下单后在规定天数内收到的订单占全部订单的比重",
    definition_en="Share of orders received within the days allowed after the day of the order",
    unit=PERCENT,
    reads=("order", "receipt"),
    by=(*TIMES, PLATFORM, REPORTER),
    basis=("hunan-2015 (二十五)", "qinghai-2016 (二十四)"),
    owner="statistics",
    parameters=(REPORTING_DAYS,),
    party=("reporter",),
)
def reporting_timeliness(order: Table, receipt: Table, given: Given) -> Ratio:
    """Divide the orders that came in time by all."""
    sent = order.group_by("platform", "reporter", "batch", "day").aggregate(orders=order.count())
    batches = receipt.select("batch", arrived=receipt.received_at.date())
    joined = sent.inner_join(batches, "batch")
    allowed = ibis.interval(days=int(given[REPORTING_DAYS.name]))
    in_time = lambda b: b.arrived <= (b.day + allowed).cast("date")  # noqa: E731
    return Ratio(Measure(joined, Total("orders"), where=in_time), Measure(joined, Total("orders")),
                 times=100)  # fmt: skip


@indicator(
    "reporting-completeness",
    zh="字段完整率",
    en="completeness of fields",
    definition_zh="订单可选字段（店铺、买家、模式、品类、地区等）中已填的比重",
    definition_en="Share of the optional fields of orders that are filled in",
    unit=PERCENT,
    reads=("order",),
    by=(*TIMES, PLATFORM, REPORTER),
    basis=("hunan-2015 (二十五)", "qinghai-2016 (二十四)"),
    owner="statistics",
    party=("reporter",),
)
def reporting_completeness(order: Table) -> Ratio:
    """Divide the fields that are filled in by all that could be."""
    filled = lambda o: sum(  # noqa: E731
        (o[name].notnull().cast("int64") for name in COMPLETENESS_FIELDS), ibis.literal(0)
    )
    whole = lambda o: ibis.literal(len(COMPLETENESS_FIELDS)).cast("int64") + 0 * o.line  # noqa: E731
    return Ratio(Measure(order, Total(filled)), Measure(order, Total(whole)), times=100)


@indicator(
    "above-scale-application-rate",
    zh="规模以上企业应用电子商务比例",
    en="share of above-scale enterprises applying e-commerce",
    definition_zh="名录库规模以上企业中，其网店有付款订单的企业比重；分母只取名录库",
    definition_en="Share of the enterprises in the statistical frame whose shops had a paid order",
    unit=PERCENT,
    reads=("merchant", "order"),
    by=(SELLER_REGION,),
    basis=("jiangsu-2015 (二)", "qinghai-2016 (三)"),
    owner="statistics",
    parameters=(STATISTICAL_FRAME,),
    party=("owner_code",),
)
def above_scale_application_rate(merchant: Table, order: Table, given: Given) -> Ratio:
    """Divide the frame's enterprises that sell online by all that the frame has."""
    frame: Mapping[str, str] = given[STATISTICAL_FRAME.name]
    selling = order.filter(sales.paid(order)).select("platform", "shop").distinct()
    enterprises = merchant.filter(merchant.owner_code.isin(list(frame)))
    placed = enterprises.mutate(region=enterprises.owner_code.substitute(dict(frame)))
    active = Measure(
        placed.semi_join(selling, ["platform", "shop"]), Count(), kind="merchant",
        per=("owner_code",),
    )  # fmt: skip
    return Ratio(active, Population(tuple(frame.values())), times=100)


INDICATORS = (
    reporting_platforms,
    reporting_coverage,
    reporting_timeliness,
    reporting_completeness,
    above_scale_application_rate,
)
