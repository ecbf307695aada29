# SPDX-License-Identifier: Apache-2.0
"""Two flows that must not be taken for each other: approving a permit, filing an outlet."""

from datetime import date

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.formulas.parameters import Dated, Parameter
from shangheng.kernel.records.concept.fields import Day, Flag, OneOf, Region, Text
from shangheng.kernel.registers.concept.actors import APPLICANT
from shangheng.kernel.registers.concept.forms import Files
from shangheng.services.express.registers import FIRM, OUTLET_FIELDS, SCOPES

DECISION_DAYS = Parameter(
    name="express.decision_days",
    zh="快递业务经营许可审查期限",
    en="days to decide on a permit",
    unit="calendar days",
    clause="hunan-2015 (四)",
    question_zh="受理许可申请后多少日内作出决定？",
    question_en="Within how many days is a permit decided on?",
    values=(Dated(date(2009, 10, 1), 45, "邮政法 第五十三条"),),
)
REASON = Text("reason", zh="说明", en="explanation", max=2_000)
CONTACT = Text(
    "contact", zh="联系人和电话", en="contact", max=100, sensitivity="personal", optional=True
)
PERMIT = CaseKind(
    name="express_permit_application",
    zh="快递业务经营许可",
    en="Permit for express business",
    serves=("express-licence-outlet-filing",),
    basis=("hunan-2015 (四)",),
    intro=(
        "申请经营快递业务：全程网上办理，作出决定前每一步都看得到。",
        "Apply for a permit to carry express mail; every step can be followed.",
    ),
    initial="received",
    form=(
        *FIRM,
        OneOf("scope", zh="申请经营地域", en="scope", values=SCOPES),
        Region("region", zh="住所地", en="seat"),
        Text("capability", zh="服务能力和安全保障制度", en="capability and safety", max=4_000),
        Files("proof", zh="申请材料", en="papers", optional=True),
        CONTACT,
    ),
    states={
        "received": ("已收到", "received"),
        "open": ("已受理，审查中", "taken up"),
        "waiting": ("待补正", "waiting for papers"),
        "proposed": ("拟决定", "decision proposed"),
        "granted": ("准予许可", "granted"),
        "refused": ("不予许可", "refused"),
        "passed_on": ("转上级邮政管理部门", "passed on to the competent level"),
    },
    outcomes={
        "granted": ("准予", "granted"),
        "refused": ("不予", "refused"),
        "passed_on": ("转交", "passed on"),
    },
    steps=(
        Step("accept", "received", "open", by="express.officer", zh="受理", en="Take up",
             guarded=True),
        Step("pass_on", "received", "passed_on", by="express.officer", zh="转上级",
             en="Pass on", needs=(REASON,), outcome="passed_on"),
        Step("ask", "open", "waiting", by="express.officer", zh="要求补正", en="Ask for papers",
             needs=(REASON,)),
        Step("supply", "waiting", "open", by=APPLICANT, zh="补正", en="Supply",
             needs=(REASON, Files("more", zh="补正材料", en="papers", optional=True))),
        Step("propose", "open", "proposed", by="express.officer", zh="拟准予",
             en="Propose to grant",
             needs=(REASON, Day("valid_from", zh="有效期起", en="valid from"),
                    Day("valid_until", zh="有效期至", en="valid until"))),
        Step("grant", "proposed", "granted", by="express.lead", unlike=("propose",), zh="准予许可",
             en="Grant", guarded=True, outcome="granted", makes="permit"),
        Step("refuse", ("open", "proposed"), "refused", by="express.lead", zh="不予许可",
             en="Refuse", needs=(REASON,), outcome="refused", makes="refusal"),
    ),
    clocks=(
        Clock("decision", "作出决定", "To be decided", runs=("open", "proposed"),
              pauses=("waiting",), calendar_days=DECISION_DAYS, escalates_to="express.lead",
              basis=("邮政法 第五十三条",)),
    ),
    leads=("express.lead",),
    place=("region",),
    title="firm",
    alike=("uscc",),
    number="KDSQ-{year}-{sequence:05}",
    letters=(
        Letter(
            name="permit", zh="准予快递业务经营许可决定书", en="Decision to grant a permit",
            text_zh="""{firm}（{uscc}）：准予在下列地域经营快递业务：{scope}。

有效期自 {valid_from} 至 {valid_until}。申请编号 {case_number}。""",
            text_en="""{firm} ({uscc}) may carry express mail: {scope}.

Valid from {valid_from} to {valid_until}. Application {case_number}.""",
        ),
        Letter(
            name="refusal", zh="不予许可决定书", en="Decision to refuse a permit",
            text_zh="""{firm}（{uscc}）：申请 {case_number} 不予许可。理由：{reason}

您可以依法申请行政复议或者提起行政诉讼。""",
            text_en="""{firm} ({uscc}): application {case_number} is refused. Reason: {reason}

You may ask for administrative review or go to court.""",
        ),
    ),
)  # fmt: skip
OUTLET_FILING = CaseKind(
    name="outlet_filing",
    zh="快递末端网点备案",
    en="Filing of an express outlet",
    serves=("express-licence-outlet-filing",),
    basis=("hunan-2015 (四)", "jiangsu-2015 (十六)3", "qinghai-2016 (十九)"),
    intro=(
        "末端网点不需要许可，开办后在这里备案，核对后即得回执。",
        "An outlet needs no permit: file it here and get a receipt.",
    ),
    initial="received",
    form=(*OUTLET_FIELDS, CONTACT),
    states={
        "received": ("已收到", "received"),
        "filed": ("已备案", "filed"),
        "returned": ("退回重报", "returned"),
    },
    outcomes={"filed": ("备案", "filed"), "returned": ("退回", "returned")},
    steps=(
        Step("file", "received", "filed", by="express.officer", zh="备案并出具回执",
             en="File and give a receipt", guarded=True, outcome="filed",
             makes="receipt",
             needs=(Flag("not_the_same", zh="已核实不是附近的同一网点",
                         en="checked: not the same as one nearby"),)),
        Step("return", "received", "returned", by="express.officer", zh="退回重报", en="Return",
             needs=(REASON,), outcome="returned"),
    ),
    leads=("express.lead",),
    place=("region",),
    title="name",
    alike=("uscc", "address"),
    number="WDBA-{year}-{sequence:06}",
    letters=(
        Letter(
            name="receipt", zh="快递末端网点备案回执", en="Receipt for a filed outlet",
            text_zh="""{firm} 的末端网点“{name}”（{brand}，{region} {address}）已备案。

备案办件 {case_number}，开办日期 {opened_on}。备案不是许可。""",
            text_en="""The outlet “{name}” of {firm} ({brand}, {region} {address}) is on file.

Case {case_number}, opened on {opened_on}. To be on file is no permit.""",
        ),
    ),
)  # fmt: skip
CASES = (PERMIT, OUTLET_FILING)
