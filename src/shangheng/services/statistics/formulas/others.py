# SPDX-License-Identifier: Apache-2.0
"""What rosters, parcels, payments and the reporting itself come to."""

from collections.abc import Mapping
from typing import Any

import ibis

from shangheng.kernel.formulas.concept import (
    CNY,
    HOURS,
    PERCENT,
    TIMES,
    Count,
    Measure,
    Population,
    Quantile,
    Ratio,
    Total,
    indicator,
)
from shangheng.services.statistics.formulas import sales
from shangheng.services.statistics.formulas.dimensions import (
    ITEMS,
    OF_MERCHANTS,
    OF_PAYMENTS,
    OF_SHIPMENTS,
    PARCELS,
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
    "sellers",
    zh="平台网店数",
    en="shops on rosters",
    definition_zh="平台商家名录中未闭店的网店数",
    definition_en="Shops on the platforms' rosters that have not closed",
    unit=SHOPS,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十四)"),
    additive=True,
    level="county",
)
def sellers(merchant: Table) -> Measure:
    """Count the shops that are open."""
    return Measure(merchant, where=lambda m: m.closed_on.isnull(), kind="merchant")


@indicator(
    "sellers-per-county",
    zh="县均网店数",
    en="shops per county",
    definition_zh="未闭店网店数除以有网店的县（市、区）数",
    definition_en="Open shops divided by the number of counties that have any",
    unit=SHOPS,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (十三)1",),
)
def sellers_per_county(merchant: Table) -> Ratio:
    """Divide the open shops by the counties in which they are."""
    located = merchant.filter(merchant.closed_on.isnull(), merchant.region.notnull())
    rows = located.mutate(county=located.region.left(6))
    shops = Measure(rows, kind="merchant")
    return Ratio(shops, Measure(rows, kind="merchant", per=("county",)))


@indicator(
    "new-shops",
    zh="新开网店数",
    en="new shops",
    definition_zh="按开店日期统计的新开网店数",
    definition_en="Shops by the day on which they opened",
    unit=SHOPS,
    reads=("merchant",),
    by=OF_MERCHANTS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def new_shops(merchant: Table) -> Measure:
    """Count shops on the day they opened."""
    return Measure(merchant, kind="merchant", at="opened_on")


@indicator(
    "closed-shops",
    zh="关闭网店数",
    en="closed shops",
    definition_zh="按闭店日期统计的关闭网店数",
    definition_en="Shops by the day on which they closed",
    unit=SHOPS,
    reads=("merchant",),
    by=OF_MERCHANTS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def closed_shops(merchant: Table) -> Measure:
    """Count shops on the day they closed."""
    return Measure(merchant, kind="merchant", at="closed_on")


@indicator(
    "registered-seller-rate",
    zh="登记注册网店比重",
    en="share of shops with a credit code",
    definition_zh="未闭店网店中已填统一社会信用代码的比重",
    definition_en="Share of open shops whose owner has a unified social credit code",
    unit=PERCENT,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (三)2",),
)
def registered_seller_rate(merchant: Table) -> Ratio:
    """Divide the shops with a credit code by all that are open."""
    shops = merchant.filter(merchant.closed_on.isnull())
    registered = Measure(shops, where=lambda m: m.owner_code.notnull(), kind="merchant")
    return Ratio(registered, Measure(shops, kind="merchant"), times=100)


@indicator(
    "items-listed",
    zh="在售商品数",
    en="items on offer",
    definition_zh="商品快照中出现的不同商品数",
    definition_en="Different items in the listing snapshots",
    unit=ITEMS,
    reads=("listing",),
    by=(*TIMES, PLATFORM, REPORTER),
    basis=("jiangsu-2015 (七)3",),
)
def items_listed(listing: Table) -> Measure:
    """Count items once each."""
    return Measure(listing, kind="listing", per=("platform", "item"))


@indicator(
    "parcels",
    zh="快递件数",
    en="parcels",
    definition_zh="揽收的快递件数",
    definition_en="Parcels handed to carriers",
    unit=PARCELS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    additive=True,
    party=("carrier",),
)
def parcels(shipment: Table) -> Measure:
    """Count parcels."""
    return Measure(shipment, kind="shipment")


@indicator(
    "village-parcels",
    zh="到村快递件数",
    en="parcels to villages",
    definition_zh="送达到村的快递件数",
    definition_en="Parcels delivered in a village",
    unit=PARCELS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("qinghai-2016 (十四)",),
    additive=True,
    party=("carrier",),
)
def village_parcels(shipment: Table) -> Measure:
    """Count parcels that went to a village."""
    return Measure(shipment, where=lambda s: s.to_village, kind="shipment")


@indicator(
    "village-parcel-rate",
    zh="到村快递占比",
    en="share of parcels to villages",
    definition_zh="送达到村的快递占寄往农村快递的比重",
    definition_en="Parcels delivered in a village as a share of those sent to the countryside",
    unit=PERCENT,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("qinghai-2016 (十四)",),
    party=("carrier",),
)
def village_parcel_rate(shipment: Table) -> Ratio:
    """Divide the parcels to villages by all that went to the countryside."""
    rural = shipment.filter(shipment.destination_area == "rural")
    reached = Measure(rural, where=lambda s: s.to_village, kind="shipment")
    return Ratio(reached, Measure(rural, kind="shipment"), times=100)


def _hours(shipment: Table) -> Any:  # noqa: ANN401
    took = shipment.delivered_at.epoch_seconds() - shipment.shipped_at.epoch_seconds()
    return took / 3600


@indicator(
    "delivery-hours-median",
    zh="配送时长中位数",
    en="median delivery time",
    definition_zh="从揽收到签收的小时数的中位数，未签收的不计",
    definition_en="Median of the hours from hand-over to delivery; undelivered left out",
    unit=HOURS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    party=("carrier",),
)
def delivery_hours_median(shipment: Table) -> Measure:
    """Take the middle delivery time."""
    delivered = shipment.filter(shipment.delivered_at.notnull())
    return Measure(delivered, Quantile(_hours), kind="shipment")


@indicator(
    "delivery-hours-p90",
    zh="配送时长九成分位数",
    en="delivery time, ninth decile",
    definition_zh="九成快递在该小时数内签收，未签收的不计",
    definition_en="The hours within which nine parcels in ten were delivered",
    unit=HOURS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    party=("carrier",),
)
def delivery_hours_p90(shipment: Table) -> Measure:
    """Take the time that nine in ten stay below."""
    delivered = shipment.filter(shipment.delivered_at.notnull())
    return Measure(delivered, Quantile(_hours, 0.9), kind="shipment")


@indicator(
    "payment-amount",
    zh="支付金额",
    en="payments",
    definition_zh="支付机构上报的成功支付金额",
    definition_en="Successful payments as payment institutions report them",
    unit=CNY,
    reads=("payment",),
    by=OF_PAYMENTS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十五)", "qinghai-2016 (七)"),
    additive=True,
    party=("institution",),
)
def payment_amount(payment: Table) -> Measure:
    """Add up the payments that succeeded."""
    succeeded = lambda p: p.status == "success"  # noqa: E731
    return Measure(payment, Total("amount"), where=succeeded, kind="payment")


@indicator(
    "payment-success-rate",
    zh="支付成功率",
    en="payment success rate",
    definition_zh="成功支付笔数占全部支付笔数的比重",
    definition_en="Successful payments as a share of all attempts",
    unit=PERCENT,
    reads=("payment",),
    by=OF_PAYMENTS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十五)", "qinghai-2016 (七)"),
    party=("institution",),
)
def payment_success_rate(payment: Table) -> Ratio:
    """Divide the payments that succeeded by all."""
    succeeded = Measure(payment, where=lambda p: p.status == "success", kind="payment")
    return Ratio(succeeded, Measure(payment, kind="payment"), times=100)


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
