# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: a filing of rules, and a demand to put practice right.

No document prints how long either may take (jiangsu-2015 (七)2), so the authority decides.
"""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Flag, Text
from shangheng.kernel.registers.concept.actors import APPLICANT
from shangheng.kernel.registers.concept.forms import Files
from shangheng.services.filing.registers import PLATFORM, RULE_FIELDS, TITLE

BASIS = ("jiangsu-2015 (七)2",)
CHECK_DAYS = Parameter(
    name="filing.check_days",
    zh="规则备案审查期限",
    en="days to check a filing",
    unit="working days",
    clause="jiangsu-2015 (七)2",
    question_zh="收到规则备案后多少个工作日内完成审查？请连同文件依据一并填写",
    question_en="Within how many working days is a filing checked? By which rule?",
)
RECTIFY_DAYS = Parameter(
    name="filing.rectify_days",
    zh="规则整改期限",
    en="days to put practice right",
    unit="working days",
    clause="jiangsu-2015 (七)2",
    question_zh="整改通知发出后多少个工作日内改正并答复？请连同文件依据一并填写",
    question_en="Within how many working days must a platform put practice right? By which rule?",
)
REASON = Text("reason", zh="说明", en="explanation", max=2_000)
CONTACT = Text(
    "contact", zh="联系人和电话", en="contact", max=100, sensitivity="personal", optional=True
)
RULE_FILING = CaseKind(
    name="rule_filing",
    zh="平台交易规则备案",
    en="Filing of a platform's rules",
    serves=("platform-rule-filing",),
    basis=BASIS,
    intro=(
        "第三方平台新订或修改交易规则，在这里备案：填规则全文和征求意见、公示的日期。",
        "Platforms file new and changed rules here, with how comments were asked for.",
    ),
    initial="received",
    form=(
        *RULE_FIELDS,
        Files("proof", zh="征求意见和公示的凭据", en="evidence of the procedure", optional=True),
        CONTACT,
    ),
    states={
        "received": ("已收到", "received"),
        "waiting": ("待平台说明", "waiting for the platform"),
        "filed": ("已备案", "filed"),
        "returned": ("退回重报", "returned"),
    },
    outcomes={"filed": ("备案", "filed"), "returned": ("退回", "returned")},
    steps=(
        Step("ask", "received", "waiting", by="filing.officer", zh="请平台说明", en="Ask",
             needs=(REASON,)),
        Step("explain", "waiting", "received", by=APPLICANT, zh="说明", en="Explain",
             needs=(REASON, Files("more", zh="补充凭据", en="more evidence", optional=True))),
        Step(
            "file", "received", "filed", by="filing.officer", zh="备案", en="Put on file",
            needs=(
                Flag("despite", zh="程序有缺陷仍予备案（须说明）",
                     en="file despite flaws of the procedure"),
                Text("reason", zh="说明", en="explanation", max=2_000, optional=True),
            ),
            guarded=True, outcome="filed", makes="receipt", basis=BASIS,
        ),
        Step("return", "received", "returned", by="filing.officer", zh="退回重报", en="Return",
             needs=(REASON,), outcome="returned"),
    ),
    clocks=(
        Clock("check", "审查", "To be checked", runs=("received",), pauses=("waiting",),
              working_days=CHECK_DAYS, escalates_to="filing.lead", basis=BASIS),
    ),
    leads=("filing.lead",),
    title="title",
    alike=("platform", "title"),
    number="GZBA-{year}-{sequence:05}",
    letters=(
        Letter(
            name="receipt", zh="交易规则备案回执", en="Receipt for filed rules",
            text_zh="""平台 {platform} 报送的《{title}》（{case_number}）已备案，
自 {effective_on} 起实施。

备案不代表对规则内容的认可；做法与备案文本不一致的，将责令改正。

说明：{reason}""",
            text_en="""“{title}” of platform {platform} ({case_number}) is on file, in force from
{effective_on}.

To be on file is no approval; where practice departs from this text it must be put right.

Note: {reason}""",
        ),
    ),
    desk="filing:desk",
)  # fmt: skip
RECTIFICATION = CaseKind(
    name="rule_rectification",
    zh="平台规则整改",
    en="Putting a platform's practice right",
    serves=("platform-rule-filing",),
    basis=BASIS,
    intro=(
        "平台的做法与备案的规则不一致，或规则含有不公平条款时，责令改正。",
        "Where practice departs from the filed rule, or the rule has unfair terms.",
    ),
    initial="drafted",
    opens=("filing.officer",),
    form=(
        PLATFORM,
        TITLE,
        Text("rule", zh="备案号", en="number of the filed rule", max=60, optional=True),
        Text("departure", zh="不一致或不公平之处", en="what departs or is unfair", max=4_000),
        Text("demand", zh="整改要求", en="what is demanded", max=2_000),
        Files("proof", zh="取证", en="evidence", optional=True),
    ),
    states={
        "drafted": ("已拟整改通知", "notice drafted"),
        "noticed": ("已通知", "noticed"),
        "answered": ("平台已答复", "answered"),
        "closed": ("已改正", "put right"),
        "passed_on": ("移交执法", "passed on to enforcement"),
    },
    outcomes={"right": ("改正", "put right"), "passed_on": ("移交", "passed on")},
    steps=(
        Step("notify", "drafted", "noticed", by="filing.officer", zh="发出整改通知",
             en="Give notice", makes="notice", basis=BASIS),
        Step("answer", "noticed", "answered", by=APPLICANT, zh="答复", en="Answer",
             needs=(REASON, Files("shown", zh="改正凭据", en="evidence", optional=True))),
        Step("reject", "answered", "noticed", by="filing.officer", zh="未改正，继续整改",
             en="Not right yet", needs=(REASON,)),
        Step("close", "answered", "closed", by="filing.officer", zh="核实改正", en="Put right",
             needs=(REASON,), outcome="right"),
        Step("pass_on", ("noticed", "answered"), "passed_on", by="filing.lead", zh="移交执法",
             en="Pass on", needs=(REASON,), outcome="passed_on"),
    ),
    clocks=(
        Clock("rectify", "改正并答复", "To be put right", runs=("noticed",),
              working_days=RECTIFY_DAYS, escalates_to="filing.lead", basis=BASIS),
    ),
    leads=("filing.lead",),
    title="title",
    alike=("platform", "rule"),
    number="GZZG-{year}-{sequence:05}",
    letters=(
        Letter(
            name="notice", zh="平台规则整改通知书", en="Notice to put a rule right",
            text_zh="""平台 {platform}：经查，《{title}》存在下列与备案文本不一致或不公平之处：

{departure}

备案号：{rule}。

现要求：{demand}

请在规定期限内改正，并凭编号和查询码在网上答复；逾期不改正的，移交执法。""",
            text_en="""Platform {platform}: “{title}” departs from what was filed, or is unfair:

{departure}

On file as {rule}.

You are asked: {demand}

Put it right in time and answer with the number and code of this case; else it is passed on to
enforcement.""",
        ),
    ),
)  # fmt: skip
CASES = (RULE_FILING, RECTIFICATION)
