# SPDX-License-Identifier: Apache-2.0
"""The life cycle of a complaint, line by line; what is not here cannot happen to one."""

from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.cases.concept.kinds import Step
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.records.concept.fields import Day, Flag, Money, OneOf, Text, Whole
from shangheng.kernel.registers.concept.actors import APPLICANT, SYSTEM
from shangheng.kernel.registers.concept.forms import Files

OFFICER, MEDIATOR, LEAD = "consumer.officer", "consumer.mediator", "consumer.lead"
STATION, SELLER, FINANCE = "consumer.station", "consumer.respondent", "consumer.finance"
REFUSALS = {
    "not_competent": ("不属本部门职责", "not within our competence"),
    "not_consumer": ("不是为生活消费购买", "not bought for daily consumption"),
    "same_matter": ("同一事项已处理", "same matter dealt with already"),
    "no_facts": ("缺少明确的被投诉人或事实", "no seller or no facts named"),
}
SATISFACTION = {
    "5": ("很满意", "very satisfied"),
    "4": ("满意", "satisfied"),
    "3": ("一般", "so so"),
    "2": ("不满意", "dissatisfied"),
    "1": ("很不满意", "very dissatisfied"),
}
REASON = Text("reason", zh="说明", en="explanation", max=1000)
STATEMENT = Text("statement", zh="陈述", en="statement", max=4000)
PROOF = Files("shown", zh="证据", en="evidence", optional=True)
TERMS = (
    Text("terms", zh="和解内容", en="terms", max=1000),
    Money("pays", zh="商家支付（元）", en="seller pays (yuan)", optional=True),
    Day("by_day", zh="履行期限", en="to be done by", optional=True),
)
SIGNED_BY = Text("signed_by", zh="投诉人签名（姓名）", en="signed by (name)", max=40,
                 note="写上姓名并输入查询码即签署协议；签名与协议摘要一起封存")  # fmt: skip
SIGNED_FOR = Text("signed_for", zh="商家签名（单位和姓名）", en="signed for the seller", max=120,
                  note="写上单位和姓名并输入签署码即签署协议；签名与协议摘要一起封存")  # fmt: skip
SHOP_EMAIL = Text("shop_email", zh="商家电子邮箱", en="e-mail of the shop", max=100, optional=True,
                  sensitivity="personal",
                  note="签署和解协议用的签署码只寄到这里；不填则由调解员另行告知")  # fmt: skip
ROSTER = Text("mediator", zh="调解员登记号", en="number of the mediator", max=60,
              note="见调解员名录，例如 TJY-2026-0001")  # fmt: skip
OUTCOME_TELLS = {
    "complaint_no": "case_number", "platform_name": "platform", "handled_region": "case_region",
    "filed_on": "case_opened_on", "ended_on": "case_on", "outcome": "case_outcome",
}  # fmt: skip


def _fund(movement: str, amount: str = "advance", outside: str = "") -> Posting:
    return Posting(
        plan=GUARANTEE, movement=movement, account="guarantee/{fund}", amount=amount,
        outside=outside,
    )  # fmt: skip


AT_STATION = (
    Step(
        "to_station", "received", "at_station", by=STATION, zh="12315站受理",
        en="Taken by the station", basis=("jiangsu-2015 (十)3",),
        needs=(
            Text("station", zh="12315站登记号", en="number of the station", max=60),
            Text("station_ref", zh="平台工单号", en="the platform's own number", max=64,
                 optional=True),
        ),
    ),
    Step(
        "station_settle", "at_station", "settled", by=STATION, zh="站内和解",
        en="Settled at the station", needs=TERMS, outcome="settled", makes="settlement",
    ),
    Step(
        "escalate", "at_station", "received", by=(STATION, SYSTEM), overdue="station",
        zh="升级为投诉", en="Becomes a complaint", needs=(REASON,),
    ),
)  # fmt: skip
BEFORE_MEDIATION = (
    Step(
        "accept", "received", "open", by=OFFICER, zh="受理", en="Accept",
        basis=("hunan-2015 (十一)",),
        needs=(
            Text("first_operator", zh="首问经营者代码", en="operator asked first", max=64,
                 optional=True, note="最先被消费者要求解决的经营者，确定后不再变更"),
            Text("seller_code", zh="商家主体代码", en="code of the seller", max=64,
                 optional=True),
            SHOP_EMAIL,
        ),
    ),
    Step(
        "refuse", "received", "refused", by=OFFICER, zh="不予受理", en="Refuse",
        needs=(OneOf("refusal", zh="理由", en="ground", values=REFUSALS), REASON),
        outcome="refused", makes="refusal",
    ),
    Step(
        "ask", ("open", "dispatched", "mediating"), "waiting", by=OFFICER,
        zh="请投诉人补充", en="Ask for more", needs=(REASON,),
    ),
    Step(
        "supply", "waiting", "open", by=APPLICANT, zh="补充材料", en="Supply more",
        needs=(REASON, PROOF),
    ),
    Step(
        "dispatch", "open", "dispatched", by=OFFICER, zh="交办", en="Dispatch",
        needs=(Text("to", zh="承办单位或平台", en="to whom", max=80), REASON),
    ),
    Step(
        "investigate", "dispatched", "replied", by=(OFFICER, STATION), zh="核查答复",
        en="Report what was found",
        needs=(
            Text("found", zh="核查情况", en="what was found", max=4000), PROOF,
            Whole("leaf", zh="证据包的存证序号", en="position of a bundle in the log",
                  optional=True),
        ),
        guarded=True,
    ),
    Step(
        "send_back", "replied", "dispatched", by=OFFICER, zh="审核不通过，重新核查",
        en="Not enough: look again", needs=(REASON,),
    ),
    Step(
        "answer_only", "replied", "answered", by=OFFICER, zh="审核通过，不需调解",
        en="Reviewed: no mediation needed", needs=(REASON,), outcome="answered",
    ),
    Step(
        "fast_track", "open", "mediating", by=OFFICER, zh="转快速处理", en="Fast track",
        needs=(ROSTER,), guarded=True, basis=("jiangsu-2015 (十)3",),
    ),
    Step(
        "mediate", ("open", "dispatched", "replied"), "mediating", by=(OFFICER, MEDIATOR),
        zh="指定调解员，开始调解", en="Appoint a mediator", needs=(ROSTER,),
        guarded=True,
    ),
)  # fmt: skip
SHOP_ANSWERS = tuple(
    Step(f"answer_{state}", state, state, by=SELLER, zh="商家答复", en="The shop answers",
         needs=(STATEMENT, PROOF, SHOP_EMAIL))
    for state in ("received", "open", "dispatched")
)  # fmt: skip
IN_THE_ROOM = (
    Step("state", "mediating", "mediating", by=APPLICANT, zh="投诉人陈述", en="Statement",
         needs=(STATEMENT, PROOF)),
    Step("rejoin", "mediating", "mediating", by=SELLER, zh="商家陈述", en="The seller's side",
         needs=(STATEMENT, PROOF, SHOP_EMAIL)),
    Step("propose", "mediating", "proposed", by=MEDIATOR, zh="提出和解方案",
         en="Propose a settlement", needs=TERMS, makes="agreement"),
    Step("agree", "proposed", "consumer_agreed", by=APPLICANT, zh="同意并签名", en="Agree, sign",
         needs=(SIGNED_BY,), signs="agreement"),
    Step("agree_too", "seller_agreed", "agreed", by=APPLICANT, zh="同意并签名",
         en="Agree and sign", needs=(SIGNED_BY,), signs="agreement"),
    Step("seller_agree", "proposed", "seller_agreed", by=SELLER, zh="商家同意并签名",
         en="The seller agrees and signs", needs=(SIGNED_FOR,), signs="agreement"),
    Step("seller_agree_too", "consumer_agreed", "agreed", by=SELLER, zh="商家同意并签名",
         en="The seller agrees and signs", needs=(SIGNED_FOR,), signs="agreement"),
    Step("decline", ("proposed", "seller_agreed"), "mediating", by=APPLICANT, zh="不同意方案",
         en="Decline", needs=(REASON,)),
    Step("seller_decline", ("proposed", "consumer_agreed"), "mediating", by=SELLER,
         zh="商家不同意方案", en="The seller declines", needs=(REASON,)),
    Step("settle", "agreed", "settled", by=MEDIATOR, zh="出具调解书", en="Put it on paper",
         outcome="settled", makes="settlement"),
    Step("settle_on_paper", "mediating", "settled", by=MEDIATOR, zh="登记书面和解",
         en="Record a settlement on paper",
         needs=(*TERMS, Files("signed", zh="双方签名的书面和解", en="paper signed by both")),
         outcome="settled", makes="settlement"),
    Step("end_mediation",
         ("mediating", "proposed", "consumer_agreed", "seller_agreed"), "failed", by=MEDIATOR,
         zh="终止调解", en="End mediation", needs=(REASON,), outcome="failed", makes="referral"),
)  # fmt: skip
AFTERWARDS = (
    Step("performed", "settled", "performed", by=APPLICANT, zh="确认已经履行",
         en="It was performed",
         needs=(OneOf("satisfied", zh="满意吗", en="satisfied", values=SATISFACTION,
                      optional=True),)),
    Step("ask_advance", ("settled", "failed"), "claiming", by=(APPLICANT, OFFICER),
         zh="申请先行赔付", en="Ask for an advance", needs=(REASON,),
         basis=("hunan-2015 (十一)",)),
    Step("refuse_advance", "claiming", "failed", by=OFFICER, zh="不予先行赔付",
         en="Refuse an advance", needs=(REASON,)),
    Step(
        "set_aside", "claiming", "reserved", by=OFFICER, zh="核定并冻结保证金",
        en="Set the amount aside", guarded=True, posts=(_fund("claim"),),
        needs=(
            Text("fund", zh="保证金登记号", en="number of the guarantee", max=60,
                 note="例如 BZJ-2026-0001"),
            Money("advance", zh="先行赔付金额（元）", en="advance (yuan)"),
        ),
        basis=("hunan-2015 (十一)",),
    ),
    Step("release", "reserved", "failed", by=LEAD, zh="撤销冻结", en="Release the amount",
         needs=(REASON,), posts=(_fund("reject"),)),
    Step("pay", "reserved", "advanced", by=FINANCE, unlike=("set_aside",), zh="先行赔付",
         en="Pay in advance", posts=(_fund("pay"),), outcome="advanced", makes="payment",
         records="complaint_outcome", tells=OUTCOME_TELLS, basis=("hunan-2015 (十一)",)),
    Step("recover", "advanced", "advanced", by=FINANCE, zh="追偿到账", en="Recovered",
         needs=(Money("recovered", zh="追偿金额（元）", en="recovered (yuan)"),
                Text("paid_by", zh="付款人", en="paid by", max=120)),
         posts=(_fund("recover", "recovered"),)),
    Step(
        "close", ("settled", "performed", "failed", "answered", "advanced"), "closed",
        by=OFFICER, zh="办结", en="Close",
        needs=(
            Text("summary", zh="答复投诉人", en="answer", max=1000),
            Flag("no_performance", zh="商家未履行", en="the seller has not performed"),
        ),
        makes="answer", records="complaint_outcome", tells=OUTCOME_TELLS,
    ),
    Step(
        "withdraw",
        ("received", "at_station", "open", "waiting", "dispatched", "replied", "mediating",
         "proposed"),
        "withdrawn", by=APPLICANT, zh="撤回投诉", en="Withdraw", outcome="withdrawn",
    ),
)  # fmt: skip
STEPS = (*AT_STATION, *BEFORE_MEDIATION, *SHOP_ANSWERS, *IN_THE_ROOM, *AFTERWARDS)
