# SPDX-License-Identifier: Apache-2.0
"""What follows from orders by dividing and comparing: averages, rates, shares, growth."""

from collections.abc import Callable
from typing import Any

import ibis

from shangheng.kernel.formulas.concept import (
    CNY,
    INDEX,
    MONTH,
    PERCENT,
    QUARTER,
    YEAR,
    Compound,
    Concentration,
    Growth,
    Indicator,
    Measure,
    Ratio,
    Total,
    Value,
    indicator,
)
from shangheng.kernel.money import YUAN_BY_UNIT
from shangheng.services.statistics.formulas import orders, sales
from shangheng.services.statistics.formulas.dimensions import OF_ORDERS, PLATFORM, SELLER_REGION

Table = Any
"""An Ibis table; Ibis publishes no types."""

TOTAL_RETAIL = "total-retail-sales"
"""The series of total retail sales of consumer goods (社会消费品零售总额)."""


@indicator(
    "average-order",
    zh="客单价",
    en="average order",
    definition_zh="实付金额除以付款订单数",
    definition_en="Paid amount divided by the number of paid orders",
    unit=CNY,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
)
def average_order(order: Table) -> Ratio:
    """Divide what was paid by the orders that were paid."""
    return Ratio(Measure(order, Total("paid"), where=sales.paid), Measure(order, where=sales.paid))


@indicator(
    "repeat-purchase-rate",
    zh="复购率",
    en="repeat purchase rate",
    definition_zh="统计期内有两笔及以上付款订单的买家占全部付款买家的比重",
    definition_en="Share of buyers with at least two paid orders in the period asked for",
    unit=PERCENT,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
)
def repeat_purchase_rate(order: Table) -> Ratio:
    """Divide the buyers who came again by all buyers."""
    again = Measure(order, where=sales.paid, per=("buyer",), having=lambda b: b.rows >= 2)  # noqa: PLR2004
    return Ratio(again, Measure(order, where=sales.paid, per=("buyer",)), times=100)


@indicator(
    "refund-rate",
    zh="退款率（金额）",
    en="refund rate by amount",
    definition_zh="退款金额占实付金额的比重",
    definition_en="Refunded amount as a share of the paid amount",
    unit=PERCENT,
    reads=("order", "refund"),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十一)"),
    per_currency=True,
)
def refund_rate(order: Table, refund: Table) -> Ratio:
    """Divide what was paid back by what was paid."""
    rows = sales.settled(order, refund)
    back = Measure(rows, Total("returned"), where=lambda o: sales.paid(o) & (o.returned > 0))
    return Ratio(back, Measure(rows, Total("paid"), where=sales.paid), times=100)


@indicator(
    "refunded-order-rate",
    zh="退款订单率",
    en="share of orders refunded",
    definition_zh="有退款的订单占付款订单的比重",
    definition_en="Share of paid orders of which anything was paid back",
    unit=PERCENT,
    reads=("order", "refund"),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十一)"),
)
def refunded_order_rate(order: Table, refund: Table) -> Ratio:
    """Divide the orders with something paid back by the paid orders."""
    rows = sales.settled(order, refund)
    back = Measure(rows, where=lambda o: sales.paid(o) & (o.returned > 0))
    return Ratio(back, Measure(rows, where=sales.paid), times=100)


@indicator(
    "seven-day-return-rate",
    zh="七天无理由退货率",
    en="seven-day return rate",
    definition_zh="有“七天无理由”退款且已退货的订单占付款订单的比重",
    definition_en="Share of paid orders returned without reason within seven days",
    unit=PERCENT,
    reads=("order", "refund"),
    by=OF_ORDERS,
    basis=("hunan-2015 (十一)", "qinghai-2016 (二十二)"),
)
def seven_day_return_rate(order: Table, refund: Table) -> Ratio:
    """Divide the orders that came back within seven days by the paid orders."""
    within = refund.filter((refund.reason == "seven_day") & refund.goods_returned)
    came_back = order.semi_join(within, ["platform", "order_no"])
    return Ratio(Measure(came_back, where=sales.paid), Measure(order, where=sales.paid), times=100)


def share(name: str, *, of: Indicator, to: Indicator, zh: str, en: str) -> Indicator:
    """Declare what part of one amount another is, in per cent, currency by currency."""

    def formula(**tables: Table) -> Ratio:
        part, whole = ({k: tables[k] for k in each.reads} for each in (of, to))
        return Ratio(of.formula(**part), to.formula(**whole), times=100)

    return indicator(
        name,
        zh=zh,
        en=en,
        definition_zh=f"{of.zh}占{to.zh}的比重",
        definition_en=f"{of.en} as a share of {to.en}".capitalize(),
        unit=PERCENT,
        reads=tuple(dict.fromkeys((*of.reads, *to.reads))),
        by=OF_ORDERS,
        basis=of.basis,
        per_currency=True,
        source=f"{of.name} / {to.name} * 100",
    )(formula)


B2B_SHARE = share(
    "b2b-share", of=orders.b2b_volume, to=orders.transaction_volume,
    zh="B2B占比", en="share of B2B",
)  # fmt: skip
GOODS_SHARE = share(
    "goods-share", of=orders.online_retail_sales_goods, to=orders.online_retail_sales,
    zh="实物商品占网络零售额比重", en="share of goods in online retail",
)  # fmt: skip
RURAL_SHARE = share(
    "rural-share", of=orders.rural_online_retail_sales, to=orders.online_retail_sales,
    zh="农村网络零售额占比", en="share of rural online retail",
)  # fmt: skip
AGRICULTURAL_SHARE = share(
    "agricultural-share", of=orders.agricultural_online_retail_sales,
    to=orders.online_retail_sales, zh="农产品占网络零售额比重",
    en="share of agricultural products in online retail",
)  # fmt: skip
LIVE_STREAM_SHARE = share(
    "live-stream-share", of=orders.live_stream_sales, to=orders.online_retail_sales,
    zh="直播占网络零售额比重", en="share of live streams in online retail",
)  # fmt: skip
OUT_OF_PROVINCE_SHARE = share(
    "out-of-province-share", of=orders.sales_to_other_provinces, to=orders.transaction_volume,
    zh="省外销售占比", en="share sold to other provinces",
)  # fmt: skip


@indicator(
    "share-of-total-retail",
    zh="网络零售额占社会消费品零售总额比重",
    en="online retail as a share of total retail sales",
    definition_zh="网络零售额除以同地区同时期社会消费品零售总额（统计部门月度序列）",
    definition_en="Online retail sales divided by total retail sales of the same region and time",
    unit=PERCENT,
    reads=("order", "refund", "series"),
    by=(MONTH, QUARTER, YEAR, SELLER_REGION),
    basis=("qinghai-2016 (三)",),
    owner="statistics",
    per_currency=True,
    needs=("seller_region",),
    level="province",
)
def share_of_total_retail(order: Table, refund: Table, series: Table) -> Ratio:
    """Divide online retail sales by the statisticians' total of the same months."""
    retail = orders.online_retail_sales.formula(order=order, refund=refund)
    months = series.filter((series.series == TOTAL_RETAIL) & (series.frequency == "month"))
    size = ibis.cases(*((months.unit == unit, yuan) for unit, yuan in YUAN_BY_UNIT.items()))
    total = months.mutate(currency=ibis.literal("CNY"), yuan=months.value * size)
    return Ratio(retail, Measure(total, Total("yuan"), kind="series"), times=100)


@indicator(
    "platform-cr4",
    zh="平台集中度 CR4",
    en="share of the four largest platforms",
    definition_zh="交易额最大的四个平台占全部平台交易额的比重",
    definition_en="Share of the four largest platforms in the volume of all",
    unit=PERCENT,
    reads=("order",),
    by=tuple(each for each in OF_ORDERS if each.name not in ("platform", "reporter")),
    basis=("jiangsu-2015 (三十)",),
    per_currency=True,
)
def platform_cr4(order: Table) -> Concentration:
    """Take the four largest platforms' part of what was paid."""
    return Concentration(Measure(order, Total("paid"), where=sales.paid), PLATFORM, top=4)


@indicator(
    "platform-hhi",
    zh="平台集中度 HHI",
    en="Herfindahl-Hirschman index of platforms",
    definition_zh="各平台交易额百分比份额的平方和，最高 10000 点",
    definition_en="Sum of the squared percentage shares of all platforms, at most 10,000 points",
    unit=INDEX,
    reads=("order",),
    by=tuple(each for each in OF_ORDERS if each.name not in ("platform", "reporter")),
    basis=("jiangsu-2015 (三十)",),
    per_currency=True,
)
def platform_hhi(order: Table) -> Concentration:
    """Square and add the platforms' shares of what was paid."""
    return Concentration(Measure(order, Total("paid"), where=sales.paid), PLATFORM)


def rise(of: Indicator, *, against: str, make: Callable[[Value], Value]) -> Indicator:
    """Declare how an indicator rose, in per cent."""
    zh, en = {
        "year": ("同比增速", "year-on-year growth"),
        "previous": ("环比增速", "growth on the period before"),
        "compound": ("年均增速", "compound annual growth"),
    }[against]
    meant = {
        "year": ("与上年同期相比的增长率", "compared with the same period a year before"),
        "previous": ("与上一期相比的增长率", "compared with the period just before"),
        "compound": (
            "首末两个年度之间的复合年均增长率",
            "compound yearly rate between the first and the last year asked for",
        ),
    }[against]
    ending = {"year": "yoy", "previous": "mom", "compound": "compound-growth"}[against]
    return indicator(
        f"{of.name}-{ending}",
        zh=f"{of.zh}{zh}",
        en=f"{en} of {of.en}",
        definition_zh=f"{of.zh}{meant[0]}；基期无数据时不计算",
        definition_en=f"{of.en}, {meant[1]}; not computed where there is nothing to compare with",
        unit=PERCENT,
        reads=of.reads,
        by=tuple(d for d in of.by if against != "compound" or d.form != "time"),
        basis=(*of.basis, "qinghai-2016 (三)"),
        per_currency=of.per_currency,
        source=f"{zh}({of.name})",
    )(lambda **tables: make(of.formula(**tables)))


GROWTH = tuple(
    rise(of, against=against, make=make)
    for of in (orders.transaction_volume, orders.online_retail_sales, orders.order_count)
    for against, make in (
        ("year", lambda value: Growth(value, "year")),
        ("previous", lambda value: Growth(value, "previous")),
    )
)
COMPOUND = tuple(
    rise(of, against="compound", make=Compound)
    for of in (orders.transaction_volume, orders.online_retail_sales)
)


INDICATORS = (
    average_order,
    repeat_purchase_rate,
    refund_rate,
    refunded_order_rate,
    seven_day_return_rate,
    B2B_SHARE,
    GOODS_SHARE,
    RURAL_SHARE,
    AGRICULTURAL_SHARE,
    LIVE_STREAM_SHARE,
    OUT_OF_PROVINCE_SHARE,
    share_of_total_retail,
    platform_cr4,
    platform_hhi,
    *GROWTH,
    *COMPOUND,
)
