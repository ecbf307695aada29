# SPDX-License-Identifier: Apache-2.0
"""What orders come to before anything is divided or compared: counts, volumes, refunds."""

from typing import Any

from shangheng.kernel.formulas.concept import CNY, Measure, Total, indicator
from shangheng.services.statistics.formulas.dimensions import BUYERS, OF_ORDERS, ORDERS, SHOPS
from shangheng.services.statistics.formulas.sales import Table, paid, retail, settled, volume


@indicator(
    "order-count",
    zh="订单数",
    en="orders",
    definition_zh="已上报的全部订单数，含未付款订单",
    definition_en="All orders on file, unpaid ones included",
    unit=ORDERS,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def order_count(order: Table) -> Measure:
    """Count the orders."""
    return Measure(order)


@indicator(
    "paid-order-count",
    zh="付款订单数",
    en="paid orders",
    definition_zh="实付金额大于零的订单数",
    definition_en="Orders for which something was paid",
    unit=ORDERS,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def paid_order_count(order: Table) -> Measure:
    """Count the orders for which something was paid."""
    return Measure(order, where=paid)


@indicator(
    "order-amount",
    zh="下单金额",
    en="order amount",
    definition_zh="全部订单的商品总额（折前），含未付款订单",
    definition_en="Gross amount of all orders before discounts, unpaid ones included",
    unit=CNY,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def order_amount(order: Table) -> Measure:
    """Add up the gross amounts."""
    return Measure(order, Total("gross"))


@indicator(
    "paid-amount",
    zh="实付金额",
    en="paid amount",
    definition_zh="全部订单的实付金额合计，不扣退款",
    definition_en="Paid amount of all orders, refunds kept in",
    unit=CNY,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def paid_amount(order: Table) -> Measure:
    """Add up what was paid."""
    return Measure(order, Total("paid"))


@indicator(
    "refund-amount",
    zh="退款金额",
    en="refunded amount",
    definition_zh="订单自带累计退款的取订单，未带的取该订单退款记录之和；按下单日归属，无订单的退款记录不计",
    definition_en=(
        "The orders' own cumulative refunds; for orders without one, their refund records; "
        "by the day of the order; refunds of no known order are left out"
    ),
    unit=CNY,
    reads=("order", "refund"),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十一)"),
    additive=True,
)
def refund_amount(order: Table, refund: Table) -> Measure:
    """Add up what was paid back."""
    return Measure(settled(order, refund), Total("returned"), where=lambda o: o.returned > 0)


@volume(
    "transaction-volume",
    zh="电子商务交易额",
    en="e-commerce transaction volume",
    of=("全部已付款订单（所有交易模式，含模式不明的）", "all paid orders of every mode"),
    basis=("jiangsu-2015 (二)", "ganzhou-2015 二", "hunan-2015 (三)"),
)
def transaction_volume(order: Table) -> Any:  # noqa: ANN401
    """Take every paid order, whatever its mode."""
    return order.paid.notnull()


@retail(
    "online-retail-sales",
    zh="网络零售额",
    en="online retail sales",
    of=("零售订单", "retail orders"),
    basis=("jiangsu-2015 (二)", "qinghai-2016 (三)"),
)
def online_retail_sales(order: Table) -> Any:  # noqa: ANN401
    """Take goods and services alike."""
    return order.paid.notnull()


@retail(
    "online-retail-sales-goods",
    zh="实物商品网络零售额",
    en="online retail sales of goods",
    of=("实物商品零售订单", "retail orders of goods"),
    basis=("jiangsu-2015 (二)",),
)
def online_retail_sales_goods(order: Table) -> Any:  # noqa: ANN401
    """Take goods; what is unknown is in neither part."""
    return order.nature == "goods"


@retail(
    "online-retail-sales-services",
    zh="服务类网络零售额",
    en="online retail sales of services",
    of=("服务类零售订单", "retail orders of services"),
    basis=("jiangsu-2015 (二)",),
)
def online_retail_sales_services(order: Table) -> Any:  # noqa: ANN401
    """Take services; what is unknown is in neither part."""
    return order.nature == "service"


@retail(
    "rural-online-retail-sales",
    zh="农村网络零售额",
    en="rural online retail sales",
    of=("农村卖家的零售订单", "retail orders of rural sellers"),
    basis=("jiangsu-2015 (十三)1", "qinghai-2016 (四)"),
)
def rural_online_retail_sales(order: Table) -> Any:  # noqa: ANN401
    """Take what sellers in the countryside sold."""
    return order.seller_area == "rural"


@retail(
    "agricultural-online-retail-sales",
    zh="农产品网络零售额",
    en="online retail sales of agricultural products",
    of=("农产品零售订单", "retail orders of agricultural products"),
    basis=("jiangsu-2015 (十三)1", "hunan-2015 (十三)"),
)
def agricultural_online_retail_sales(order: Table) -> Any:  # noqa: ANN401
    """Take agricultural products."""
    return order.agricultural


@retail(
    "live-stream-sales",
    zh="直播带货零售额",
    en="live-stream sales",
    of=("直播渠道零售订单", "retail orders through live streams"),
    basis=("jiangsu-2015 (三十)",),
)
def live_stream_sales(order: Table) -> Any:  # noqa: ANN401
    """Take what was sold in live streams."""
    return order.channel == "live_stream"


@volume(
    "b2b-volume",
    zh="B2B交易额",
    en="B2B volume",
    of=("企业对企业订单", "business-to-business orders"),
    basis=("jiangsu-2015 (十四)", "ganzhou-2015 四(二)1"),
)
def b2b_volume(order: Table) -> Any:  # noqa: ANN401
    """Take orders between businesses."""
    return order.mode == "B2B"


@volume(
    "b2c-volume",
    zh="B2C交易额",
    en="B2C volume",
    of=("企业对消费者订单", "business-to-consumer orders"),
    basis=("ganzhou-2015 四(二)1",),
)
def b2c_volume(order: Table) -> Any:  # noqa: ANN401
    """Take orders of consumers from businesses."""
    return order.mode == "B2C"


@volume(
    "c2c-volume",
    zh="C2C交易额",
    en="C2C volume",
    of=("个人对个人订单", "consumer-to-consumer orders"),
    basis=("ganzhou-2015 四(二)1",),
)
def c2c_volume(order: Table) -> Any:  # noqa: ANN401
    """Take orders of consumers from consumers."""
    return order.mode == "C2C"


@volume(
    "agricultural-volume",
    zh="农产品网络交易额",
    en="agricultural volume",
    of=("农产品订单", "orders of agricultural products"),
    basis=("jiangsu-2015 (十三)1",),
)
def agricultural_volume(order: Table) -> Any:  # noqa: ANN401
    """Take agricultural products."""
    return order.agricultural


@volume(
    "upward-volume",
    zh="农产品上行交易额",
    en="volume from the countryside to towns",
    of=(
        "农村卖家售往城镇的农产品订单",
        "agricultural orders that rural sellers sent to towns",
    ),
    basis=("jiangsu-2015 (十三)1", "qinghai-2016 (四)"),
)
def upward_volume(order: Table) -> Any:  # noqa: ANN401
    """Take agricultural products that go from the countryside to towns."""
    rural_to_urban = (order.seller_area == "rural") & (order.buyer_area == "urban")
    return order.agricultural & rural_to_urban


@volume(
    "downward-volume",
    zh="工业品下行交易额",
    en="volume from towns to the countryside",
    of=(
        "城镇卖家售往农村的非农产品订单",
        "orders other than agricultural that urban sellers sent to the countryside",
    ),
    basis=("jiangsu-2015 (十三)1", "qinghai-2016 (四)"),
)
def downward_volume(order: Table) -> Any:  # noqa: ANN401
    """Take what goes from towns to the countryside."""
    urban_to_rural = (order.seller_area == "urban") & (order.buyer_area == "rural")
    return ~order.agricultural & urban_to_rural


@volume(
    "cross-border-import",
    zh="跨境电商进口额",
    en="cross-border imports",
    of=("跨境进口订单", "cross-border import orders"),
    basis=("jiangsu-2015 (二十一)1",),
)
def cross_border_import(order: Table) -> Any:  # noqa: ANN401
    """Take imports."""
    return order.cross_border == "import"


@volume(
    "cross-border-export",
    zh="跨境电商出口额",
    en="cross-border exports",
    of=("跨境出口订单", "cross-border export orders"),
    basis=("jiangsu-2015 (二十一)1",),
)
def cross_border_export(order: Table) -> Any:  # noqa: ANN401
    """Take exports."""
    return order.cross_border == "export"


@volume(
    "own-site-volume",
    zh="自营网站交易额",
    en="volume of own sites",
    of=("自营网站订单", "orders on the sellers' own sites"),
    basis=("qinghai-2016 (二十四)",),
)
def own_site_volume(order: Table) -> Any:  # noqa: ANN401
    """Take what was sold on own sites."""
    return order.channel == "own_site"


@volume(
    "third-party-volume",
    zh="第三方平台交易额",
    en="volume on third-party platforms",
    of=("第三方平台订单", "orders on third-party platforms"),
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十四)"),
)
def third_party_volume(order: Table) -> Any:  # noqa: ANN401
    """Take what was sold on third-party platforms."""
    return order.channel == "platform"


@volume(
    "sales-to-other-provinces",
    zh="销往省外交易额",
    en="sales to other provinces",
    of=("买卖双方不在同一省份的订单", "orders whose buyer is in another province"),
    basis=("jiangsu-2015 (三十)",),
)
def sales_to_other_provinces(order: Table) -> Any:  # noqa: ANN401
    """Take what left the seller's province."""
    return order.seller_region.left(2) != order.buyer_region.left(2)


@indicator(
    "buyers",
    zh="买家数",
    en="buyers",
    definition_zh="有付款订单的不同买家数（以假名统计，买家不明的不计）",
    definition_en="Different buyers, known by pseudonym, with a paid order; unknown ones left out",
    unit=BUYERS,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
)
def buyers(order: Table) -> Measure:
    """Count buyers once each."""
    return Measure(order, where=paid, per=("buyer",))


@indicator(
    "active-shops",
    zh="活跃网店数",
    en="active shops",
    definition_zh="有付款订单的不同网店数（同一平台内按店铺编号）",
    definition_en="Different shops with a paid order, told apart by platform and shop number",
    unit=SHOPS,
    reads=("order",),
    by=OF_ORDERS,
    basis=("jiangsu-2015 (三十)",),
)
def active_shops(order: Table) -> Measure:
    """Count shops once each."""
    return Measure(order, where=paid, per=("platform", "shop"))


INDICATORS = (
    transaction_volume,
    online_retail_sales,
    online_retail_sales_goods,
    online_retail_sales_services,
    order_count,
    paid_order_count,
    order_amount,
    paid_amount,
    refund_amount,
    b2b_volume,
    b2c_volume,
    c2c_volume,
    agricultural_volume,
    agricultural_online_retail_sales,
    rural_online_retail_sales,
    upward_volume,
    downward_volume,
    cross_border_import,
    cross_border_export,
    own_site_volume,
    third_party_volume,
    live_stream_sales,
    sales_to_other_provinces,
    buyers,
    active_shops,
)
