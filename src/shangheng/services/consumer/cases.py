# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: a consumer's complaint.

The documents print no period: hunan-2015 (十一) and (二十五) ask for a complaint system,
jiangsu-2015 (十)3 for speed. How long acceptance and mediation may take, the authority decides.
"""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Day, Money, OneOf, Region, Text
from shangheng.kernel.registers.concept.actors import APPLICANT
from shangheng.kernel.registers.concept.forms import Files

ACCEPTANCE_DAYS = Parameter(
    name="consumer.acceptance_days",
    zh="投诉受理期限",
    en="days to accept a complaint",
    unit="working days",
    clause="hunan-2015 (二十五)",
    question_zh="收到投诉后多少个工作日内决定是否受理？请连同文件依据一并填写",
    question_en="Within how many working days is a complaint accepted or refused? By which rule?",
)
MEDIATION_DAYS = Parameter(
    name="consumer.mediation_days",
    zh="投诉办理期限",
    en="days to bring a complaint to an end",
    unit="calendar days",
    clause="hunan-2015 (二十五)",
    question_zh="受理后多少日内办结（调解成功或终止调解）？请连同文件依据一并填写",
    question_en="Within how many days after acceptance must mediation end? By which rule?",
)
EXTENSION_DAYS = Parameter(
    name="consumer.mediation_extension_days",
    zh="办理期限可延长",
    en="days by which mediation may be prolonged",
    unit="calendar days",
    clause="hunan-2015 (二十五)",
    question_zh="办理期限最多可延长多少日？",
    question_en="By how many days may mediation be prolonged?",
)
WANTS = {
    "refund": ("退款", "refund"),
    "return": ("退货退款", "return for refund"),
    "exchange": ("换货或维修", "exchange or repair"),
    "compensation": ("赔偿", "compensation"),
    "other": ("其他", "other"),
}
GROUNDS = {
    "quality": ("质量问题", "quality"),
    "fake": ("假冒或欺诈", "counterfeit or fraud"),
    "not_as_described": ("与描述不符", "not as described"),
    "not_delivered": ("未收到货", "not delivered"),
    "no_return": ("拒绝七日无理由退货", "seven-day return refused"),
    "price": ("价格或促销", "price or promotion"),
    "privacy": ("个人信息", "personal information"),
    "other": ("其他", "other"),
}
REFUSALS = {
    "not_competent": ("不属本部门职责", "not within our competence"),
    "not_consumer": ("不是为生活消费购买", "not bought for daily consumption"),
    "same_matter": ("同一事项已处理", "same matter dealt with already"),
    "no_facts": ("缺少明确的被投诉人或事实", "no seller or no facts named"),
}
REASON = Text("reason", zh="说明", en="explanation", max=1000)
LETTERS = (
    Letter(
        name="refusal",
        zh="不予受理告知书",
        en="Notice of refusal",
        text_zh="""您于{case_opened_on}提交的投诉（{case_number}，被投诉商家：{seller}）收悉。

经审查，决定不予受理。理由：{ground}。{reason}""",
        text_en="""Your complaint {case_number} of {case_opened_on} about {seller} has been read.

It is not taken up. Ground: {ground}. {reason}""",
    ),
    Letter(
        name="settlement",
        zh="消费争议调解书",
        en="Settlement",
        text_zh="""投诉编号：{case_number}。被投诉商家：{seller}。

订单编号：{order_no}。

经调解，双方自愿达成如下协议：{terms}

商家支付：{pays}。

履行期限：{by_day}。""",
        text_en="""Complaint {case_number} about {seller}.

In mediation both sides agreed: {terms}

The seller pays {pays}.

To be done by {by_day}.""",
    ),
    Letter(
        name="referral",
        zh="终止调解告知书",
        en="Notice that mediation has ended",
        text_zh="""投诉 {case_number}（被投诉商家：{seller}）经调解未达成一致，调解终止。{reason}

您可以向人民法院起诉，或按约定申请仲裁；本告知书及办件证据可一并提交。""",
        text_en="""Mediation of complaint {case_number} about {seller} has ended without agreement.
{reason}

You may go to court, or to arbitration where that was agreed; take this notice with you.""",
    ),
    Letter(
        name="answer",
        zh="投诉办结答复",
        en="Answer to the complaint",
        text_zh="""您的投诉 {case_number}（被投诉商家：{seller}）已办结：{case_outcome}。

{summary}""",
        text_en="""Your complaint {case_number} about {seller} has been closed: {case_outcome}.

{summary}""",
    ),
)
COMPLAINT = CaseKind(
    name="complaint",
    zh="网购投诉",
    en="Online shopping complaint",
    serves=("online-complaint-management",),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)", "jiangsu-2015 (十)3"),
    intro=(
        "网购出了问题、商家不退不换？两分钟填好，不用注册，提交后得到编号和查询码。",
        "Bought online, and the seller will not help? Two minutes, no account.",
    ),
    rights=(
        "多数网购商品可在收货后七日内无理由退货；商家欺诈的，可要求退一赔三。",
        "Most goods bought online can be returned within seven days; fraud costs treble.",
    ),
    advice="consumer:rights",
    initial="received",
    form=(
        Text("seller", zh="商家或店铺名称", en="Shop or seller", max=120),
        Text(
            "platform", zh="在哪个平台买的", en="On which platform", max=60, optional=True
        ),
        Text("order_no", zh="订单编号", en="Order number", max=64, optional=True),
        OneOf("ground", zh="是什么问题", en="What is wrong", values=GROUNDS),
        Text(
            "story", zh="事情经过", en="What happened", max=2000,
            note="什么时候买的、出了什么问题、商家怎么说",
        ),
        OneOf("want", zh="您希望怎样解决", en="What you want", values=WANTS),
        Money("claim", zh="涉及金额（元）", en="Amount (yuan)", optional=True),
        Day("received_on", zh="收货日期", en="Received on", optional=True),
        Region(
            "seller_region", zh="商家所在地", en="Where the seller is", optional=True,
            note="例如 苏州市 或 昆山市；不知道可以不填",
        ),
        Region(
            "buyer_region", zh="您所在的市或县", en="Your city or county", optional=True,
            note="例如 南京市 或 沛县",
        ),
        Files("proof", zh="照片或凭证", en="Photos or papers", optional=True),
        Text(
            "contact", zh="联系电话或邮箱", en="Telephone or e-mail", max=100, optional=True,
            sensitivity="personal", note="不填也可以凭编号和查询码跟踪",
        ),
    ),
    states={
        "received": ("已收到", "received"),
        "open": ("已受理", "accepted"),
        "waiting": ("待您补充", "waiting for you"),
        "dispatched": ("已交办", "dispatched"),
        "mediating": ("调解中", "in mediation"),
        "settled": ("已达成和解", "settled"),
        "failed": ("调解不成", "not settled"),
        "closed": ("已办结", "closed"),
        "refused": ("不予受理", "refused"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    outcomes={
        "refused": ("不予受理", "refused"),
        "withdrawn": ("投诉人撤回", "withdrawn"),
        "settled": ("和解", "settled"),
        "failed": ("终止调解", "mediation ended"),
    },
    steps=(
        Step(
            "accept", "received", "open", by="consumer.officer", zh="受理", en="Accept",
            basis=("hunan-2015 (十一)",),
        ),
        Step(
            "refuse", "received", "refused", by="consumer.officer", zh="不予受理", en="Refuse",
            needs=(OneOf("ground", zh="理由", en="ground", values=REFUSALS), REASON),
            outcome="refused", makes="refusal",
        ),
        Step(
            "ask", ("open", "dispatched", "mediating"), "waiting", by="consumer.officer",
            zh="请投诉人补充", en="Ask for more", needs=(REASON,),
        ),
        Step(
            "supply", "waiting", "open", by=APPLICANT, zh="补充材料", en="Supply more",
            needs=(REASON,),
        ),
        Step(
            "dispatch", "open", "dispatched", by="consumer.officer", zh="交办", en="Dispatch",
            needs=(
                Text("to", zh="承办单位或平台", en="to whom", max=80), REASON,
            ),
        ),
        Step(
            "mediate", ("open", "dispatched"), "mediating", by="consumer.mediator",
            zh="开始调解", en="Start mediation",
        ),
        Step(
            "settle", "mediating", "settled", by="consumer.mediator", zh="达成和解", en="Settle",
            needs=(
                Text("terms", zh="和解内容", en="terms", max=1000),
                Money("pays", zh="商家支付（元）", en="seller pays (yuan)", optional=True),
                Day("by_day", zh="履行期限", en="to be done by", optional=True),
            ),
            outcome="settled", makes="settlement",
        ),
        Step(
            "end_mediation", "mediating", "failed", by="consumer.mediator", zh="终止调解",
            en="End mediation", needs=(REASON,), outcome="failed", makes="referral",
        ),
        Step(
            "close", ("settled", "failed"), "closed", by="consumer.officer", zh="办结",
            en="Close", needs=(Text("summary", zh="答复投诉人", en="answer", max=1000),),
            makes="answer",
        ),
        Step(
            "withdraw", ("received", "open", "waiting", "dispatched", "mediating"), "withdrawn",
            by=APPLICANT, zh="撤回投诉", en="Withdraw", outcome="withdrawn",
        ),
    ),
    clocks=(
        Clock(
            "acceptance", "决定是否受理", "To be accepted or refused", runs=("received",),
            working_days=ACCEPTANCE_DAYS, escalates_to="consumer.lead",
            basis=("hunan-2015 (二十五)",),
        ),
        Clock(
            "handling", "办理", "To be brought to an end",
            runs=("open", "dispatched", "mediating"), pauses=("waiting",),
            calendar_days=MEDIATION_DAYS, may_stop=("consumer.lead",),
            may_extend=("consumer.lead",), extension=EXTENSION_DAYS,
            escalates_to="consumer.lead", basis=("jiangsu-2015 (十)3", "hunan-2015 (二十五)"),
        ),
    ),
    leads=("consumer.lead",),
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
CASES = (COMPLAINT,)
