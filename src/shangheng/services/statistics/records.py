# SPDX-License-Identifier: Apache-2.0
"""What platforms, payment institutions, couriers and statisticians report."""

from shangheng.kernel.records.concept.fields import (
    Day,
    Flag,
    Identifier,
    Lines,
    Money,
    Number,
    OneOf,
    PartyCode,
    Person,
    Region,
    Text,
    Time,
    Whole,
)
from shangheng.kernel.records.concept.kinds import Check, RecordKind, Refers

CATEGORIES = {
    "food": ("食品饮料", "food and drink"),
    "fresh": ("生鲜", "fresh produce"),
    "agri_processed": ("农产品加工品", "processed agricultural goods"),
    "apparel": ("服装鞋帽", "apparel and shoes"),
    "home": ("家居家装", "home and furniture"),
    "appliance": ("家用电器", "household appliances"),
    "electronics": ("数码通讯", "electronics"),
    "beauty": ("美妆个护", "beauty and care"),
    "mother_baby": ("母婴", "mother and baby"),
    "books": ("图书文教", "books and stationery"),
    "health": ("医药保健", "health"),
    "auto": ("汽车用品", "automotive"),
    "industrial": ("工业品", "industrial supplies"),
    "chemical": ("化工", "chemicals"),
    "textile": ("纺织原料", "textiles"),
    "building": ("建材", "building materials"),
    "jewellery": ("珠宝首饰", "jewellery"),
    "sports": ("运动户外", "sports and outdoors"),
    "travel": ("旅游出行", "travel"),
    "catering": ("餐饮", "catering"),
    "education": ("教育培训", "education"),
    "local_service": ("本地生活服务", "local services"),
    "digital_goods": ("虚拟商品", "digital goods"),
    "other": ("其他", "other"),
}
MODES = {
    "B2B": ("企业对企业", "business to business"),
    "B2C": ("企业对消费者", "business to consumer"),
    "C2C": ("个人对个人", "consumer to consumer"),
}
NATURES = {"goods": ("实物商品", "goods"), "service": ("服务", "services")}
CHANNELS = {
    "own_site": ("自营网站", "own site"),
    "platform": ("第三方平台", "third-party platform"),
    "live_stream": ("直播", "live stream"),
    "mini_programme": ("小程序", "mini-programme"),
}
BORDERS = {
    "none": ("境内", "domestic"),
    "import": ("跨境进口", "cross-border import"),
    "export": ("跨境出口", "cross-border export"),
}
AREAS = {"urban": ("城镇", "urban"), "rural": ("农村", "rural")}
OWNER_KINDS = {
    "enterprise": ("企业", "enterprise"),
    "sole_trader": ("个体工商户", "sole trader"),
    "cooperative": ("合作社", "cooperative"),
    "person": ("自然人", "natural person"),
}
PAY_METHODS = {
    "alipay": ("支付宝", "Alipay"),
    "wechat": ("微信支付", "WeChat Pay"),
    "unionpay": ("银联", "UnionPay"),
    "bank": ("银行转账", "bank transfer"),
    "other": ("其他", "other"),
}
PAY_STATES = {"success": ("成功", "paid"), "failed": ("失败", "failed")}
REFUND_REASONS = {
    "seven_day": ("七天无理由", "returned within seven days"),
    "quality": ("质量问题", "quality"),
    "not_as_described": ("与描述不符", "not as described"),
    "not_received": ("未收到货", "not received"),
    "other": ("其他", "other"),
}
FREQUENCIES = {
    "month": ("月", "month"),
    "quarter": ("季", "quarter"),
    "year": ("年", "year"),
}

PLATFORM = PartyCode("platform", zh="平台", en="platform", kinds=("platform",))
SHOP = Text("shop", zh="店铺编号", en="shop", max=64, optional=True)
ORDER_NO = Text("order_no", zh="订单编号", en="order number", max=64)
CURRENCY = Text("currency", zh="币种", en="currency", max=3, pattern="[A-Z]{3}", mostly="CNY")
YUAN_IS_CNY = Check(
    "E015",
    lambda r: r.currency != "RMB",
    zh="人民币的代码是 CNY（ISO 4217），不是 RMB",
    en="the code of the yuan is CNY (ISO 4217), not RMB",
    field="currency",
)
CATEGORY = OneOf("category", zh="品类", en="category", values=CATEGORIES, optional=True)
PRODUCT = Text("product", zh="商品名称", en="product", max=500, optional=True)
GTIN = Identifier("gtin", zh="商品条码", en="GTIN", scheme="gtin", optional=True)
HS_CODE = Identifier("hs_code", zh="海关商品编码", en="HS code", scheme="hs", optional=True)
QUANTITY = Number("quantity", zh="数量", en="quantity", optional=True)
UNIT_PRICE = Money("unit_price", zh="单价", en="unit price", optional=True)

MERCHANT = RecordKind(
    name="merchant",
    zh="平台商家名录",
    en="roster of a platform's sellers",
    key=("platform", "shop"),
    day="as_of",
    authority="platform",
    retain="transaction",
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十四)"),
    fields=(
        PLATFORM,
        Text("shop", zh="店铺编号", en="shop", max=64),
        Text("shop_name", zh="店铺名称", en="shop name", sensitivity="public"),
        Text("shop_url", zh="店铺网址", en="shop address", max=500, optional=True),
        Text("owner_name", zh="经营者名称", en="owner", optional=True),
        Identifier(
            "owner_code", zh="统一社会信用代码", en="credit code", scheme="uscc", optional=True
        ),
        OneOf("owner_kind", zh="经营者类型", en="kind of owner", values=OWNER_KINDS),
        Region("region", zh="所在地", en="region", optional=True),
        OneOf("area", zh="城乡", en="urban or rural", values=AREAS, optional=True),
        Text("address", zh="地址", en="address", max=500, optional=True),
        CATEGORY,
        Day("opened_on", zh="开店日期", en="opened on", optional=True),
        Day("closed_on", zh="闭店日期", en="closed on", optional=True),
        Day("as_of", zh="名录日期", en="as of"),
    ),
    checks=(
        Check(
            "E012",
            lambda m: m.closed_on >= m.opened_on,
            zh="闭店早于开店",
            en="closed before it opened",
            field="closed_on",
        ),
    ),
)

LISTING = RecordKind(
    name="listing",
    zh="商品在售快照",
    en="dated snapshot of an offer",
    key=("platform", "item", "as_of"),
    day="as_of",
    authority="platform",
    retain="transaction",
    basis=("jiangsu-2015 (七)3",),
    fields=(
        PLATFORM,
        Text("item", zh="商品编号", en="item", max=64),
        SHOP,
        Text("title", zh="商品标题", en="title", max=500, sensitivity="public"),
        Text("brand", zh="品牌", en="brand", optional=True),
        CATEGORY,
        Money("price", zh="售价", en="price", optional=True),
        Money("list_price", zh="划线价", en="reference price", optional=True),
        CURRENCY,
        Whole("sold_count", zh="累计销量", en="sold so far", optional=True),
        Whole("comment_count", zh="累计评价数", en="comments so far", optional=True),
        Day("as_of", zh="快照日期", en="as of"),
    ),
    checks=(
        Check(
            "W022",
            lambda i: i.price <= i.list_price,
            zh="售价高于划线价",
            en="the price is above the reference price",
            field="price",
        ),
        YUAN_IS_CNY,
    ),
)

ORDER = RecordKind(
    name="order",
    zh="网络交易订单",
    en="online order",
    key=("platform", "order_no"),
    day="ordered_at",
    authority="platform",
    retain="transaction",
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十三)", "qinghai-2016 (二十四)"),
    fields=(
        PLATFORM,
        ORDER_NO,
        SHOP,
        Person("buyer", zh="买家", en="buyer", optional=True),
        OneOf("mode", zh="交易模式", en="mode", values=MODES, optional=True),
        OneOf("nature", zh="商品或服务", en="goods or services", values=NATURES, optional=True),
        OneOf("channel", zh="渠道", en="channel", values=CHANNELS, optional=True),
        OneOf("cross_border", zh="跨境方向", en="cross-border", values=BORDERS, optional=True),
        Flag("agricultural", zh="农产品", en="agricultural", optional=True),
        CATEGORY,
        PRODUCT,
        GTIN,
        HS_CODE,
        QUANTITY,
        UNIT_PRICE,
        Lines(
            "lines",
            zh="商品明细",
            en="lines",
            optional=True,
            note="一单多品时填写；单品订单填上面各列即可",
            fields=(
                PRODUCT,
                CATEGORY,
                GTIN,
                HS_CODE,
                QUANTITY,
                UNIT_PRICE,
                Money("amount", zh="金额", en="amount", optional=True),
            ),
        ),
        CURRENCY,
        Money("gross", zh="商品总额", en="gross amount"),
        Money("discount", zh="优惠", en="discount", optional=True),
        Money("freight", zh="运费", en="freight", optional=True),
        Money("tax", zh="税费", en="tax", optional=True),
        Money("paid", zh="实付金额", en="paid amount"),
        Money("refunded", zh="累计退款", en="refunded so far", optional=True),
        Time("ordered_at", zh="下单时间", en="ordered at"),
        Time("paid_at", zh="付款时间", en="paid at", optional=True),
        Time("shipped_at", zh="发货时间", en="shipped at", optional=True),
        Time("received_at", zh="收货时间", en="received at", optional=True),
        Region("seller_region", zh="卖家所在地", en="seller's region", optional=True),
        OneOf("seller_area", zh="卖家城乡", en="seller's area", values=AREAS, optional=True),
        Region("buyer_region", zh="收货地", en="destination", optional=True),
        OneOf("buyer_area", zh="收货地城乡", en="buyer's area", values=AREAS, optional=True),
    ),
    checks=(
        Check(
            "E012",
            lambda o: o.paid <= o.gross + o.freight.fill_null(0) + o.tax.fill_null(0),
            zh="实付金额大于商品总额、运费与税费之和",
            en="more was paid than goods, freight and tax come to",
            field="paid",
        ),
        Check(
            "E013",
            lambda o: o.paid_at >= o.ordered_at,
            zh="付款早于下单",
            en="paid before it was ordered",
            field="paid_at",
        ),
        Check(
            "E014",
            lambda o: o.received_at >= o.shipped_at,
            zh="收货早于发货",
            en="received before it was shipped",
            field="received_at",
        ),
        YUAN_IS_CNY,
        Check(
            "W021",
            lambda o: o.paid <= 20 * o.usual.paid,
            zh="金额远高于该报送单位以往订单",
            en="far above this reporter's earlier orders",
            field="paid",
        ),
        Check(
            "W023",
            lambda o: o.refunded <= o.paid,
            zh="累计退款大于实付金额",
            en="more was refunded than was paid",
            field="refunded",
        ),
        Check(
            "W024",
            lambda o: (o.paid == 0) | o.paid_at.notnull(),
            zh="已付款但缺少付款时间",
            en="paid, but the time of payment is missing",
            field="paid_at",
        ),
    ),
    refers=(
        Refers(
            "W031",
            to="merchant",
            by=("platform", "shop"),
            zh="店铺不在该平台的商家名录中",
            en="the shop is not on the platform's roster",
        ),
    ),
)

PAYMENT = RecordKind(
    name="payment",
    zh="支付记录",
    en="payment",
    key=("institution", "payment_no"),
    day="paid_at",
    authority="institution",
    retain="payment",
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十三)"),
    fields=(
        PartyCode("institution", zh="支付机构", en="payment institution"),
        Text("payment_no", zh="支付流水号", en="payment number", max=64),
        PartyCode("platform", zh="平台", en="platform", optional=True),
        Text("order_no", zh="订单编号", en="order number", max=64, optional=True),
        Person("payer", zh="付款人", en="payer", optional=True),
        OneOf("method", zh="支付方式", en="method", values=PAY_METHODS, optional=True),
        CURRENCY,
        Money("amount", zh="金额", en="amount"),
        OneOf("status", zh="状态", en="status", values=PAY_STATES),
        Time("paid_at", zh="支付时间", en="paid at"),
    ),
    checks=(YUAN_IS_CNY,),
    refers=(
        Refers(
            "W031",
            to="order",
            by=("platform", "order_no"),
            zh="没有对应的订单",
            en="there is no such order",
        ),
    ),
)

SHIPMENT = RecordKind(
    name="shipment",
    zh="快递运单",
    en="shipment",
    key=("carrier", "tracking_no"),
    day="shipped_at",
    authority="carrier",
    retain="transaction",
    basis=("jiangsu-2015 (十六)", "qinghai-2016 (十四)"),
    fields=(
        PartyCode("carrier", zh="快递企业", en="carrier"),
        Text("tracking_no", zh="运单号", en="tracking number", max=64),
        PartyCode("platform", zh="平台", en="platform", optional=True),
        Text("order_no", zh="订单编号", en="order number", max=64, optional=True),
        Region("origin_region", zh="寄件地", en="origin", optional=True),
        Region("destination_region", zh="收件地", en="destination", optional=True),
        OneOf(
            "destination_area", zh="收件地城乡", en="area it goes to", values=AREAS, optional=True
        ),
        Flag("to_village", zh="送达到村", en="delivered in a village", optional=True),
        Number("weight_kg", zh="重量", en="weight", unit="kg", optional=True),
        Time("shipped_at", zh="揽收时间", en="shipped at"),
        Time("delivered_at", zh="签收时间", en="delivered at", optional=True),
    ),
    checks=(
        Check(
            "E012",
            lambda s: s.delivered_at >= s.shipped_at,
            zh="签收早于揽收",
            en="delivered before it was shipped",
            field="delivered_at",
        ),
    ),
    refers=(
        Refers(
            "W031",
            to="order",
            by=("platform", "order_no"),
            zh="没有对应的订单",
            en="there is no such order",
        ),
    ),
)

REFUND = RecordKind(
    name="refund",
    zh="退款记录",
    en="refund",
    key=("platform", "refund_no"),
    day="requested_at",
    authority="platform",
    retain="transaction",
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十一)"),
    fields=(
        PLATFORM,
        Text("refund_no", zh="退款编号", en="refund number", max=64),
        ORDER_NO,
        CURRENCY,
        Money("amount", zh="退款金额", en="amount"),
        OneOf("reason", zh="原因", en="reason", values=REFUND_REASONS, optional=True),
        Flag("goods_returned", zh="已退货", en="goods returned", optional=True),
        Time("requested_at", zh="申请时间", en="requested at"),
        Time("refunded_at", zh="退款时间", en="refunded at", optional=True),
    ),
    checks=(
        Check(
            "E012",
            lambda r: r.refunded_at >= r.requested_at,
            zh="退款早于申请",
            en="refunded before it was requested",
            field="refunded_at",
        ),
        YUAN_IS_CNY,
    ),
    refers=(
        Refers(
            "W031",
            to="order",
            by=("platform", "order_no"),
            zh="没有对应的订单",
            en="there is no such order",
        ),
    ),
)

SERIES = RecordKind(
    name="series",
    zh="外部统计序列",
    en="outside statistic",
    key=("series", "region", "frequency", "starts_on"),
    day="starts_on",
    retain="statistic",
    basis=("qinghai-2016 (三)", "jiangsu-2015 (三十)"),
    fields=(
        Text("series", zh="序列", en="series", max=64),
        Region("region", zh="地区", en="region"),
        OneOf("frequency", zh="频率", en="frequency", values=FREQUENCIES),
        Day("starts_on", zh="期初", en="first day of the period"),
        Number("value", zh="数值", en="value", min=None),
        Text("unit", zh="单位", en="unit", max=16),
        Text("publisher", zh="发布机构", en="publisher", optional=True),
        Day("released_on", zh="发布日期", en="released on", optional=True),
    ),
)

KINDS = (MERCHANT, LISTING, ORDER, PAYMENT, SHIPMENT, REFUND, SERIES)
