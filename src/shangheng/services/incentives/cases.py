# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: an application, an objection to an award, a voucher.

The documents print who pays and what takes a firm's eligibility away (ganzhou-2015 四(二),
四(五)3), not how long checking or publicity last: both periods are for the authority to decide.
"""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Day, Identifier, Money, Region, Text
from shangheng.kernel.registers.concept.actors import APPLICANT, SYSTEM
from shangheng.kernel.registers.concept.forms import Files

CLAUSE = "ganzhou-2015 四(二)"
REVIEW_DAYS = Parameter(
    name="incentives.review_days",
    zh="优惠申请审核期限",
    en="days to review an application",
    unit="working days",
    clause=CLAUSE,
    question_zh="收到申请后多少个工作日内审核完毕？",
    question_en="Within how many working days is an application reviewed?",
)
PUBLICITY_DAYS = Parameter(
    name="incentives.publicity_days",
    zh="拟奖补名单公示期限",
    en="days of publicity",
    unit="calendar days",
    clause=CLAUSE,
    question_zh="拟给予的奖补公示多少日？",
    question_en="For how many days is an award public before it is decided?",
)
VOUCHER_DAYS = Parameter(
    name="incentives.voucher_days",
    zh="服务券有效期",
    en="days for which a voucher is good",
    unit="calendar days",
    clause="jiangsu-2015 (八)3",
    question_zh="服务券自发放起多少日内有效，过期资金退回？",
    question_en="For how many days is a voucher good before its money goes back to the fund?",
)
REASON = Text("reason", zh="说明", en="explanation", max=1000)
FACTS = Text(
    "facts", zh="企业情况", en="facts", max=20_000, optional=True,
    note="情况文件（YAML），可从“能享受哪些优惠”页带来",
)  # fmt: skip
AMOUNT = Money("amount", zh="金额（元）", en="amount (yuan)", optional=True)
BANK = Text("bank_reference", zh="支付凭证号", en="payment reference", max=80)
CLERK, REVIEWER, DECIDER = "incentives.clerk", "incentives.reviewer", "incentives.decider"
TREASURER, INSPECTOR = "incentives.treasurer", "incentives.inspector"
REDEEMER = "incentives.provider"
FROM_APPLICATION = "按申请自动填写"
BEFORE_DECISION = ("filed", "waiting", "checked", "reviewed", "public")
UNDER_COMMITMENT = ("decided", "paid", "inspected", "reclaiming")

APPLICATION = CaseKind(
    name="incentive_application",
    zh="惠企政策申请",
    en="Application for a preference",
    serves=("incentive-application-engine", "special-fund-ledger", "brand-demonstration-awards"),
    basis=(CLAUSE + "1", "ganzhou-2015 四(五)3", "jiangsu-2015 (四)3", "qinghai-2016 (十七)"),
    intro=(
        "申请奖励、补贴或其他优惠；先到“优惠”页算一算，能带来已填的情况。",
        "Apply for an award, subsidy or other preference; work it out first under Incentives.",
    ),
    initial="filed",
    form=(
        Text("provision", zh="优惠编号", en="provision", max=60, note="例如 ganzhou.sales-award"),
        Text("name", zh="企业名称", en="firm", max=120),
        Identifier("code", zh="统一社会信用代码", en="credit code", scheme="uscc"),
        Region("region", zh="注册地或所在地（县级）", en="county of the firm"),
        FACTS,
        Text(
            "trainees", zh="参训人员（培训补贴）", en="trainees", max=4000, optional=True,
            sensitivity="personal",
            note="每人写：身份证号 课程编号 参训日期，用空格分开；身份证号只留化名",
        ),
        Text("asset", zh="补贴标的（项目补贴）", en="asset subsidised", max=120, optional=True,
             note="唯一编号：仓库不动产单元号、展会备案号、证券代码等；一项只补一次"),
        Files("proof", zh="证明材料", en="papers", optional=True),
        Text(
            "contact", zh="联系人和电话", en="contact", max=100, optional=True,
            sensitivity="personal",
        ),
    ),
    states={
        "filed": ("已申请", "filed"),
        "waiting": ("待补正", "waiting for the firm"),
        "checked": ("已核查", "checked"),
        "reviewed": ("已初审", "reviewed once"),
        "public": ("公示中", "public"),
        "decided": ("已决定", "decided"),
        "paid": ("已支付", "paid"),
        "inspected": ("已抽查", "inspected"),
        "reclaiming": ("追回中", "to be paid back"),
        "granted": ("已给予", "granted"),
        "closed": ("已办结", "closed"),
        "returned": ("已追回", "paid back"),
        "released": ("已撤销", "taken back"),
        "refused": ("不予给予", "refused"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    outcomes={
        "paid": ("已兑现", "paid"),
        "granted": ("已给予", "granted"),
        "reclaimed": ("已追回", "reclaimed"),
        "released": ("已撤销", "taken back"),
        "refused": ("不予给予", "refused"),
        "withdrawn": ("企业撤回", "withdrawn"),
    },
    steps=(
        Step(
            "check", "filed", "checked", by=CLERK, zh="核查", en="Check", guarded=True,
            needs=(AMOUNT, Text("ground", zh="核定依据", en="ground", max=500, optional=True),
                   Day("visited_on", zh="实地核验日期", en="visited on", optional=True,
                       note="项目补贴须填"),
                   Text("visit", zh="实地核验情况", en="found on the visit", max=1000,
                        optional=True)),
        ),
        Step("ask", "filed", "waiting", by=CLERK, zh="要求补正", en="Ask", needs=(REASON,)),
        Step("supply", "waiting", "filed", by=APPLICANT, zh="补正", en="Supply",
             needs=(REASON, FACTS)),
        Step("review", "checked", "reviewed", by=REVIEWER, zh="初审", en="Review",
             needs=(REASON,), unlike=("check",)),
        Step("confirm", "reviewed", "public", by=REVIEWER, zh="复审并公示",
             en="Confirm and publish", needs=(REASON,), unlike=("check", "review")),
        Step("decide", "public", "decided", by=DECIDER, zh="决定给予并安排资金",
             en="Decide and commit", unlike=("confirm",), guarded=True),
        Step("pay", "decided", "paid", by=TREASURER, zh="支付", en="Pay", needs=(BANK,),
             unlike=("decide",), guarded=True),
        Step("grant", "decided", "granted", by=DECIDER, zh="办理给予（无资金）",
             en="Grant without money", outcome="granted", guarded=True),
        Step("release", "decided", "released", by=DECIDER, zh="撤销并释放资金",
             en="Take back before payment", needs=(REASON,), outcome="released", guarded=True),
        Step("inspect", "paid", "inspected", by=INSPECTOR, zh="抽查", en="Inspect",
             needs=(Text("finding", zh="抽查结论", en="finding", max=1000),)),
        Step("close", "inspected", "closed", by=INSPECTOR, zh="办结", en="Close",
             outcome="paid"),
        Step("reclaim", ("paid", "inspected"), "reclaiming", by=INSPECTOR, zh="责令退回",
             en="Claim back", guarded=True,
             needs=(Money("amount", zh="应退回（元）", en="sum (yuan)"), REASON,
                    Day("by_day", zh="退回期限", en="to be paid by"))),
        Step("return", "reclaiming", "returned", by=TREASURER, zh="确认退回", en="Paid back",
             needs=(BANK,), unlike=("reclaim",), outcome="reclaimed", guarded=True),
        Step("refuse", ("filed", "checked", "reviewed", "public"), "refused",
             by=(CLERK, REVIEWER, DECIDER), zh="不予给予", en="Refuse", needs=(REASON,),
             outcome="refused"),
        Step("withdraw", BEFORE_DECISION, "withdrawn", by=APPLICANT, zh="撤回申请",
             en="Withdraw", outcome="withdrawn"),
    ),
    clocks=(
        Clock("review", "审核", "Review", runs=("filed", "checked", "reviewed"),
              pauses=("waiting",), working_days=REVIEW_DAYS, escalates_to="incentives.lead"),
        Clock("publicity", "公示", "Publicity", runs=("public",), calendar_days=PUBLICITY_DAYS),
    ),
    leads=("incentives.lead",),
    place=("region",),
    title="name",
    alike=("code", "provision", "trainees", "asset"),
    number="YH-{year}-{sequence:06}",
)  # fmt: skip

OBJECTION = CaseKind(
    name="incentive_objection",
    zh="奖补公示异议",
    en="Objection to an award in publicity",
    serves=("incentive-application-engine",),
    basis=(CLAUSE,),
    intro=(
        "对正在公示的奖补有异议的，写明申请编号和理由；异议没有处理完，不作决定。",
        "Object to an award in publicity; nothing is decided while an objection is open.",
    ),
    initial="received",
    form=(
        Text("application", zh="申请编号", en="application", max=60, note="公示名单上的编号"),
        Text("reason", zh="异议理由", en="reason", max=2000),
        Files("proof", zh="证据", en="papers", optional=True),
        Text(
            "contact", zh="联系方式", en="contact", max=100, optional=True, sensitivity="personal"
        ),
    ),
    states={
        "received": ("已收到", "received"),
        "upheld": ("异议成立", "upheld"),
        "dismissed": ("异议不成立", "dismissed"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    outcomes={
        "upheld": ("成立", "upheld"),
        "dismissed": ("不成立", "dismissed"),
        "withdrawn": ("撤回", "withdrawn"),
    },
    steps=(
        Step("uphold", "received", "upheld", by=REVIEWER, zh="异议成立", en="Uphold",
             needs=(REASON,), outcome="upheld"),
        Step("dismiss", "received", "dismissed", by=REVIEWER, zh="异议不成立", en="Dismiss",
             needs=(REASON,), outcome="dismissed"),
        Step("withdraw", "received", "withdrawn", by=APPLICANT, zh="撤回", en="Withdraw",
             outcome="withdrawn"),
    ),
    leads=("incentives.lead",),
    title="application",
    alike=("application",),
    number="YY-{year}-{sequence:06}",
)  # fmt: skip
VOUCHER = CaseKind(
    name="service_voucher",
    zh="中小企业信息化服务券",
    en="Voucher for information services",
    serves=("sme-service-voucher",),
    basis=("jiangsu-2015 (八)3",),
    intro=(
        "已决定给予服务券的申请，在这里发券：编号和查询码就是券和密码，只显示一次，交给企业。",
        "Issue a voucher on an application: its number and code, shown once, go to the firm.",
    ),
    initial="issued",
    opens=(CLERK,),
    form=(
        Text("application", zh="申请编号", en="application", max=60),
        Text("name", zh="企业名称", en="firm", max=120, optional=True, note=FROM_APPLICATION),
        Text("code", zh="统一社会信用代码", en="credit code", max=18, optional=True,
             note=FROM_APPLICATION),
        Money("worth", zh="面额（元）", en="worth (yuan)", optional=True, note=FROM_APPLICATION),
    ),
    states={
        "issued": ("已发券", "issued"),
        "ordered": ("已选服务机构", "ordered"),
        "delivered": ("已交付，待企业确认", "delivered"),
        "accepted": ("企业已确认", "accepted"),
        "paid": ("已兑付", "paid"),
        "expired": ("已过期", "expired"),
        "cancelled": ("已作废", "cancelled"),
    },
    outcomes={
        "paid": ("已兑付", "paid"),
        "expired": ("过期退回", "expired"),
        "cancelled": ("作废退回", "cancelled"),
    },
    steps=(
        Step("choose", "issued", "ordered", by=APPLICANT, zh="选服务机构", en="Choose a provider",
             guarded=True,
             needs=(Text("provider", zh="服务机构编号", en="provider", max=60,
                         note="服务券服务机构名录中的编号，例如 FWJG-2026-00001"),
                    Text("service", zh="约定的服务", en="service agreed", max=500))),
        Step("deliver", "ordered", "delivered", by=REDEEMER, zh="交付并申请兑付", en="Redeem",
             makes="delivery", guarded=True,
             needs=(Money("price", zh="服务价款（元）", en="price (yuan)", min=0.01),
                    Text("done", zh="交付了什么", en="what was delivered", max=1000),
                    Files("proof", zh="交付证明", en="proof of delivery"))),
        Step("reject", "delivered", "ordered", by=APPLICANT, zh="未收到或不符，退回",
             en="Not delivered", needs=(REASON,)),
        Step("accept", "delivered", "accepted", by=APPLICANT, zh="确认收到并用券",
             en="Confirm and spend", signs="delivery"),
        Step("pay", "accepted", "paid", by=TREASURER, zh="向服务机构兑付", en="Pay the provider",
             needs=(BANK,), outcome="paid", guarded=True),
        Step("expire", ("issued", "ordered"), "expired", by=SYSTEM, zh="过期，资金退回",
             en="Expired", outcome="expired", overdue="validity", guarded=True),
        Step("cancel", ("issued", "ordered", "delivered", "accepted"), "cancelled", by=DECIDER,
             zh="作废，资金退回", en="Cancel", needs=(REASON,), outcome="cancelled", guarded=True),
    ),
    clocks=(
        Clock("validity", "有效期", "Validity", runs=("issued", "ordered"), pauses=("delivered",),
              calendar_days=VOUCHER_DAYS),
    ),
    leads=("incentives.lead",),
    sees=(REVIEWER, INSPECTOR),
    title="name",
    alike=("application",),
    number="FWQ-{year}-{sequence:06}",
    other_side=REDEEMER,
    letters=(
        Letter(
            name="delivery", zh="服务交付确认书", en="Statement of delivery",
            text_zh="""服务券 {case_number}（{name}，面额 {worth}）：服务机构 {provider} 已交付
{done}，价款 {price}。

企业确认后，服务券即行使用，按价款兑付，不超过面额。""",
            text_en="""Voucher {case_number} ({name}, worth {worth}): provider {provider} delivered
{done} for {price}.

Once the firm confirms, the voucher is spent: the price is paid, at most its worth.""",
        ),
    ),
)  # fmt: skip
CASES = (APPLICATION, OBJECTION, VOUCHER)
