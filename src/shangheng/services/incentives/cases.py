# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: an application for a preference, an objection to an award.

The documents print who pays and what takes a firm's eligibility away (ganzhou-2015 四(二),
四(五)3), not how long checking or publicity last: both periods are for the authority to decide.
"""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Day, Identifier, Money, Region, Text
from shangheng.kernel.registers.concept.actors import APPLICANT
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
REASON = Text("reason", zh="说明", en="explanation", max=1000)
FACTS = Text(
    "facts", zh="企业情况", en="facts", max=20_000, optional=True,
    note="情况文件（YAML），可从“能享受哪些优惠”页带来",
)  # fmt: skip
AMOUNT = Money("amount", zh="金额（元）", en="amount (yuan)", optional=True)
BANK = Text("bank_reference", zh="支付凭证号", en="payment reference", max=80)
CLERK, REVIEWER, DECIDER = "incentives.clerk", "incentives.reviewer", "incentives.decider"
TREASURER, INSPECTOR = "incentives.treasurer", "incentives.inspector"
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
            needs=(AMOUNT, Text("ground", zh="核定依据", en="ground", max=500, optional=True)),
        ),
        Step("ask", "filed", "waiting", by=CLERK, zh="要求补正", en="Ask", needs=(REASON,)),
        Step("supply", "waiting", "filed", by=APPLICANT, zh="补正", en="Supply",
             needs=(REASON, FACTS)),
        Step("review", "checked", "reviewed", by=REVIEWER, zh="初审", en="Review",
             needs=(REASON,), unlike="check"),
        Step(
            "confirm", "reviewed", "public", by=REVIEWER, zh="复审并公示",
            en="Confirm and publish", needs=(REASON,), unlike="review", guarded=True,
        ),
        Step("decide", "public", "decided", by=DECIDER, zh="决定给予并安排资金",
             en="Decide and commit", unlike="confirm", guarded=True),
        Step("pay", "decided", "paid", by=TREASURER, zh="支付", en="Pay", needs=(BANK,),
             unlike="decide", guarded=True),
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
             needs=(BANK,), unlike="reclaim", outcome="reclaimed", guarded=True),
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
    alike=("code", "provision"),
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
CASES = (APPLICATION, OBJECTION)
