# SPDX-License-Identifier: Apache-2.0
"""What happened: how complaints ended, what came of goods sent back, which samples failed."""

from shangheng.kernel.records.concept.fields import (
    Day,
    Flag,
    Identifier,
    Money,
    OneOf,
    PartyCode,
    Region,
    Text,
    Time,
    Whole,
)
from shangheng.kernel.records.concept.kinds import Check, RecordKind

COMPLAINT_GROUNDS = {
    "quality": ("质量问题", "quality"),
    "fake": ("假冒或欺诈", "counterfeit or fraud"),
    "not_as_described": ("与描述不符", "not as described"),
    "not_delivered": ("未收到货", "not delivered"),
    "no_return": ("拒绝七日无理由退货", "seven-day return refused"),
    "price": ("价格或促销", "price or promotion"),
    "privacy": ("个人信息", "personal information"),
    "other": ("其他", "other"),
}
COMPLAINT_GOODS = {
    "food": ("食品饮料", "food and drink"),
    "fresh": ("生鲜", "fresh produce"),
    "apparel": ("服装鞋帽", "apparel and shoes"),
    "home": ("家居家装", "home and furniture"),
    "appliance": ("家用电器", "household appliances"),
    "electronics": ("数码通讯", "electronics"),
    "beauty": ("美妆个护", "beauty and care"),
    "mother_baby": ("母婴", "mother and baby"),
    "health": ("医药保健", "health"),
    "travel": ("旅游出行", "travel"),
    "catering": ("餐饮", "catering"),
    "education": ("教育培训", "education"),
    "other": ("其他", "other"),
}
COMPLAINT_OUTCOMES = {
    "refused": ("不予受理", "refused"),
    "withdrawn": ("投诉人撤回", "withdrawn"),
    "answered": ("核查后答复", "answered"),
    "settled": ("和解", "settled"),
    "failed": ("终止调解", "mediation ended"),
    "advanced": ("先行赔付", "paid in advance"),
}
RETURN_RESULTS = {
    "accepted": ("接受退货并退款", "taken back, money returned"),
    "refused": ("拒绝退货", "return refused"),
    "late": ("逾期退款", "money returned late"),
    "charged": ("违规扣费", "charged against the rules"),
}
SAMPLING_RESULTS = {"passed": ("合格", "passed"), "failed": ("不合格", "failed")}
COMPLAINT_OUTCOME = RecordKind(
    name="complaint_outcome",
    zh="投诉办理结果",
    en="how a complaint ended",
    key=("complaint_no",),
    day="ended_on",
    retain="transaction",
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)", "jiangsu-2015 (十)3"),
    fields=(
        Text("complaint_no", zh="投诉编号", en="number of the complaint", max=60),
        Text("seller", zh="被投诉商家", en="seller complained of", max=120),
        Text("seller_code", zh="商家主体代码", en="code of the seller", max=64, optional=True),
        Text("platform_name", zh="所在平台", en="platform it was bought on", max=60,
             optional=True),
        PartyCode("first_operator", zh="首问经营者", en="operator asked first", optional=True),
        OneOf("ground", zh="投诉问题", en="ground of the complaint", values=COMPLAINT_GROUNDS),
        OneOf("goods", zh="商品或服务", en="goods complained of", values=COMPLAINT_GOODS,
              optional=True),
        Region("handled_region", zh="办理地", en="where it was dealt with", optional=True),
        Day("filed_on", zh="投诉日期", en="filed on"),
        Day("ended_on", zh="办结日期", en="ended on"),
        OneOf("outcome", zh="办理结果", en="outcome", values=COMPLAINT_OUTCOMES),
        Money("pays", zh="商家支付", en="seller pays", optional=True),
        Money("advance", zh="先行赔付金额", en="paid in advance", optional=True),
    ),
    checks=(
        Check("E012", lambda c: c.ended_on >= c.filed_on, zh="办结早于投诉",
              en="ended before it was filed", field="ended_on"),
    ),
)  # fmt: skip
MYSTERY_RETURN = RecordKind(
    name="mystery_return",
    zh="神秘买家退货测试",
    en="test of the seven-day return",
    key=("inspector", "test_no"),
    day="asked_on",
    retain="transaction",
    basis=("hunan-2015 (十一)", "qinghai-2016 (二十二)"),
    fields=(
        PartyCode("inspector", zh="测试单位", en="inspecting body"),
        Text("test_no", zh="测试编号", en="number of the test", max=64),
        PartyCode("platform", zh="平台", en="platform", kinds=("platform",)),
        Text("shop", zh="店铺编号", en="shop", max=64, optional=True),
        Text("order_no", zh="订单编号", en="order number", max=64),
        OneOf("goods", zh="商品或服务", en="goods complained of", values=COMPLAINT_GOODS,
              optional=True),
        Day("received_on", zh="收货日期", en="received on"),
        Day("asked_on", zh="申请退货日期", en="return asked for on"),
        OneOf("result", zh="退货结果", en="what came of it", values=RETURN_RESULTS),
        Whole("days_to_refund", zh="退款天数", en="days until the money came", unit="d",
              optional=True),
        Flag("excluded", zh="不适用七日退货的商品", en="goods without seven-day return"),
        Time("recorded_at", zh="记录时间", en="recorded at"),
    ),
    checks=(
        Check("E012", lambda t: t.asked_on >= t.received_on, zh="申请退货早于收货",
              en="return asked for before receipt", field="asked_on"),
        Check("E013", lambda t: (t.result == "refused") | t.days_to_refund.notnull(),
              zh="已退款但缺少退款天数", en="money came, but after how many days is missing",
              field="days_to_refund"),
    ),
)  # fmt: skip
SAMPLING = RecordKind(
    name="sampling",
    zh="网购商品抽检结果",
    en="result of a sampling inspection",
    key=("inspector", "sample_no"),
    day="tested_on",
    retain="transaction",
    basis=("hunan-2015 (十一)", "hunan-2015 (二十七)"),
    fields=(
        PartyCode("inspector", zh="抽检单位", en="inspecting body"),
        Text("sample_no", zh="样品编号", en="number of the sample", max=64),
        PartyCode("platform", zh="平台", en="platform", kinds=("platform",), optional=True),
        Text("shop", zh="店铺编号", en="shop", max=64, optional=True),
        Text("order_no", zh="订单编号", en="order number", max=64, optional=True),
        Text("product", zh="商品名称", en="product", max=200),
        Identifier("gtin", zh="商品条码", en="GTIN", scheme="gtin", optional=True),
        OneOf("goods", zh="商品或服务", en="goods complained of", values=COMPLAINT_GOODS),
        Region("seller_region", zh="卖家所在地", en="seller's region", optional=True),
        Day("tested_on", zh="检验日期", en="tested on"),
        OneOf("result", zh="检验结论", en="result of the test", values=SAMPLING_RESULTS),
        Text("defect", zh="不合格项目", en="what failed", max=300, optional=True),
    ),
    checks=(
        Check("E012", lambda s: (s.result == "passed") | s.defect.notnull(),
              zh="不合格但没有写明项目", en="it failed, but what failed is missing",
              field="defect"),
    ),
)  # fmt: skip
KINDS = (COMPLAINT_OUTCOME, MYSTERY_RETURN, SAMPLING)
