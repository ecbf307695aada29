# SPDX-License-Identifier: Apache-2.0
"""A consumer's complaint: one case from a phone to the seller's file, with every clock on it."""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.records.concept.fields import Day, Money, OneOf, Region, Text
from shangheng.kernel.registers.concept.forms import Files
from shangheng.services.consumer.cases import periods
from shangheng.services.consumer.cases.letters import LETTERS
from shangheng.services.consumer.cases.steps import (
    LEAD,
    OFFICER,
    SELLER,
    SHOP_ANSWERS,
    SHOP_EMAIL,
    STEPS,
)
from shangheng.services.consumer.records import (
    COMPLAINT_GOODS,
    COMPLAINT_GROUNDS,
    COMPLAINT_OUTCOMES,
)

WANTS = {
    "refund": ("退款", "refund"),
    "return": ("退货退款", "return for refund"),
    "exchange": ("换货或维修", "exchange or repair"),
    "compensation": ("赔偿", "compensation"),
    "other": ("其他", "other"),
}
FORM = (
    Text("seller", zh="商家或店铺名称", en="Shop or seller", max=120),
    Text("platform", zh="在哪个平台买的", en="On which platform", max=60, optional=True),
    Text("order_no", zh="订单编号", en="Order number", max=64, optional=True),
    OneOf("ground", zh="是什么问题", en="What is wrong", values=COMPLAINT_GROUNDS),
    OneOf("goods", zh="买的是什么", en="What was bought", values=COMPLAINT_GOODS, optional=True),
    Text("story", zh="事情经过", en="What happened", max=2000,
         note="什么时候买的、出了什么问题、商家怎么说"),
    OneOf("want", zh="您希望怎样解决", en="What you want", values=WANTS),
    Money("claim", zh="涉及金额（元）", en="Amount (yuan)", optional=True),
    Text("asked_first", zh="您最先找了谁解决", en="Whom did you ask first", max=120,
         optional=True, note="商家、平台或平台里的12315站；最先找的要负责到底"),
    Day("received_on", zh="收货日期", en="Received on", optional=True),
    Region("seller_region", zh="商家所在地", en="Where the seller is", optional=True,
           note="例如 苏州市 或 昆山市；不知道可以不填"),
    Region("buyer_region", zh="您所在的市或县", en="Your city or county", optional=True,
           note="例如 南京市 或 沛县"),
    Files("proof", zh="照片或凭证", en="Photos or papers", optional=True),
    Text("contact", zh="联系电话或邮箱", en="Telephone or e-mail", max=100, optional=True,
         sensitivity="personal", note="不填也可以凭编号和查询码跟踪"),
)  # fmt: skip
STATES = {
    "received": ("已收到", "received"),
    "at_station": ("12315站处理中", "with the station"),
    "open": ("已受理", "accepted"),
    "waiting": ("待您补充", "waiting for you"),
    "dispatched": ("已交办", "dispatched"),
    "replied": ("已核查，待审核", "looked into, to be reviewed"),
    "answered": ("已审核", "reviewed"),
    "mediating": ("调解中", "in mediation"),
    "proposed": ("已提出和解方案", "settlement proposed"),
    "consumer_agreed": ("投诉人已同意", "agreed by whoever complained"),
    "seller_agreed": ("商家已同意", "agreed by the seller"),
    "agreed": ("双方已同意", "agreed by both"),
    "settled": ("已达成和解", "settled"),
    "performed": ("已履行", "performed"),
    "failed": ("调解不成", "not settled"),
    "claiming": ("已申请先行赔付", "advance asked for"),
    "reserved": ("保证金已冻结", "amount set aside"),
    "advanced": ("已先行赔付", "paid in advance"),
    "closed": ("已办结", "closed"),
    "refused": ("不予受理", "refused"),
    "withdrawn": ("已撤回", "withdrawn"),
}
CLOCKS = (
    Clock(
        "acceptance", "决定是否受理", "To be accepted or refused", runs=("received",),
        working_days=periods.ACCEPTANCE_DAYS, escalates_to=LEAD, basis=("hunan-2015 (二十五)",),
    ),
    Clock(
        "shop", "商家答复", "To be answered by the shop", runs=("received", "open", "dispatched"),
        pauses=("waiting",), until=tuple(step.name for step in SHOP_ANSWERS),
        working_days=periods.SHOP_DAYS, escalates_to=OFFICER, basis=("jiangsu-2015 (十)3",),
    ),
    Clock(
        "station", "12315站处理", "To be settled at the station", runs=("at_station",),
        working_days=periods.STATION_DAYS, escalates_to=LEAD, basis=("jiangsu-2015 (十)3",),
    ),
    Clock(
        "handling", "办理", "To be brought to an end",
        runs=("open", "dispatched", "replied", "mediating", "proposed", "consumer_agreed",
              "seller_agreed", "agreed"),
        pauses=("waiting",), calendar_days=periods.MEDIATION_DAYS, may_stop=(LEAD,),
        may_extend=(LEAD,), extension=periods.EXTENSION_DAYS, escalates_to=LEAD,
        basis=("jiangsu-2015 (十)3", "hunan-2015 (二十五)"),
    ),
    Clock(
        "performance", "商家履行", "To be performed by the seller", runs=("settled",),
        calendar_days=periods.PERFORMANCE_DAYS, warns_before=periods.PERFORMANCE_REMINDER,
        escalates_to=LEAD, basis=("hunan-2015 (二十五)",),
    ),
    Clock(
        "advance", "先行赔付", "To be paid in advance", runs=("claiming", "reserved"),
        working_days=periods.ADVANCE_DAYS, escalates_to=LEAD, basis=("hunan-2015 (十一)",),
    ),
    Clock(
        "recovery", "向责任人追偿", "To be recovered", runs=("advanced",),
        calendar_days=periods.RECOVERY_DAYS, escalates_to=LEAD, basis=("hunan-2015 (十一)",),
    ),
)  # fmt: skip
COMPLAINT = CaseKind(
    name="complaint",
    zh="网购投诉",
    en="Online shopping complaint",
    serves=(
        "online-complaint-management", "dispute-mediation", "rights-station-12315",
        "advance-compensation-guarantee",
    ),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)", "jiangsu-2015 (十)3"),
    intro=(
        "网购出了问题、商家不退不换？两分钟填好，不用注册，提交后得到编号和查询码。",
        "Bought online, and the seller will not help? Two minutes, no account.",
    ),
    rights=(
        "多数网购商品收货后七日内可无理由退货；欺诈可要求退一赔三；和解不履行的可申请先行赔付。",
        "Most goods can be returned within seven days; fraud costs treble; settlements hold.",
    ),
    advice="consumer:rights",
    finder="consumer:shop",
    desk="consumer:desk",
    other_side=SELLER,
    other_contact=SHOP_EMAIL.name,
    initial="received",
    form=FORM,
    states=STATES,
    outcomes=COMPLAINT_OUTCOMES,
    steps=STEPS,
    clocks=CLOCKS,
    leads=(LEAD,),
    place=("seller_region", "buyer_region"),
    title="seller",
    alike=("order_no", "seller"),
    number="TS-{year}-{sequence:06}",
    letters=LETTERS,
    contact="contact",
    departments={
        "market": ("市场监督管理", "market regulation"),
        "commerce": ("商务", "commerce"),
        "platform": ("平台12315站", "12315 station"),
    },
)  # fmt: skip
