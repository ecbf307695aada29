# SPDX-License-Identifier: Apache-2.0
"""What else is brought to an end: deposits of guarantees, subscriptions to warnings."""

from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.cases.concept.guards import OPENING
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.records.concept.fields import Day, Money, OneOf, Region, Text
from shangheng.kernel.registers.concept.actors import APPLICANT
from shangheng.kernel.registers.concept.forms import Files
from shangheng.services.consumer.cases.steps import FINANCE, LEAD
from shangheng.services.consumer.records import COMPLAINT_GOODS

BANK = "bank/guarantees"
"""The account outside the guarantees from which deposits come and to which they go back."""
REASON = Text("reason", zh="说明", en="explanation", max=1000)
MOVES = {"deposit": ("缴存", "pay in"), "refund": ("退还", "give back")}


def _moved(movement: str) -> Posting:
    return Posting(
        plan=GUARANTEE, movement=movement, account="guarantee/{fund}", amount="amount",
        outside=BANK,
    )  # fmt: skip


DEPOSIT = CaseKind(
    name="guarantee_deposit",
    zh="保证金缴存和退还",
    en="Deposits of guarantees",
    serves=("advance-compensation-guarantee",),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)"),
    intro=(
        "登记保证金到账或退还，由另一人复核入账。",
        "A deposit or its return, noted by one person and booked by another.",
    ),
    initial="noted",
    opens=(FINANCE,),
    form=(
        Text("fund", zh="保证金登记号", en="number of the guarantee", max=60),
        OneOf("move", zh="缴存还是退还", en="in or out", values=MOVES),
        Money("amount", zh="金额（元）", en="amount (yuan)"),
        Text("reference", zh="银行流水号", en="the bank's reference", max=64),
        Day("booked_on", zh="到账日期", en="booked by the bank on"),
        Files("proof", zh="凭证", en="papers", optional=True),
    ),
    states={
        "noted": ("已登记，待复核", "noted"),
        "booked": ("已入账", "booked"),
        "struck": ("已撤销", "struck out"),
    },
    outcomes={"booked": ("入账", "booked"), "struck": ("撤销", "struck out")},
    steps=(
        Step("book", "noted", "booked", by=LEAD, unlike=(OPENING,), zh="复核缴存，入账",
             en="Book the deposit", guarded=True, posts=(_moved("deposit"),), outcome="booked",
             makes="booked"),
        Step("give_back", "noted", "booked", by=LEAD, unlike=(OPENING,), zh="复核退还，入账",
             en="Book the return", guarded=True, posts=(_moved("refund"),), outcome="booked",
             makes="booked"),
        Step("strike", "noted", "struck", by=LEAD, zh="撤销", en="Strike out", needs=(REASON,),
             outcome="struck"),
    ),
    leads=(LEAD,),
    title="fund",
    alike=("reference",),
    number="BZJC-{year}-{sequence:05}",
    letters=(
        Letter(
            name="booked", zh="保证金入账回执", en="Receipt for a guarantee",
            text_zh="保证金 {fund}：{move} {amount}，银行流水号 {reference}，{booked_on}。",
            text_en="Guarantee {fund}: {move} {amount}, reference {reference}, {booked_on}.",
        ),
    ),
)  # fmt: skip
SUBSCRIPTION = CaseKind(
    name="warning_subscription",
    zh="订阅消费警示",
    en="Subscribe to consumption warnings",
    serves=("consumption-warning-education",),
    basis=("hunan-2015 (十一)",),
    intro=(
        "选好商品和地区，有新的消费警示就发到您的邮箱；随时可以退订。",
        "Choose goods and a region; new warnings come by e-mail until you stop them.",
    ),
    initial="active",
    form=(
        OneOf("goods", zh="关注的商品或服务", en="goods", values=COMPLAINT_GOODS, optional=True,
              note="不选就是全部"),
        Region("region", zh="关注的地区", en="region", optional=True, note="不填就是全部"),
        Text("email", zh="邮箱", en="e-mail", max=100, sensitivity="personal",
             pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", note="例如 name@example.org"),
    ),
    states={"active": ("已订阅", "subscribed"), "ended": ("已退订", "ended")},
    steps=(
        Step("stop", "active", "ended", by=(APPLICANT, "consumer.officer"), zh="退订", en="Stop"),
    ),
    place=("region",),
    number="XFDY-{year}-{sequence:06}",
)  # fmt: skip
