# SPDX-License-Identifier: Apache-2.0
"""A small kind of case, people with posts, and moments, for the tests of cases."""

from datetime import UTC, datetime

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Money, Region, Text
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Post

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)  # Monday, nine in the morning in Beijing
DAYS = Parameter(
    name="tryout.decision_days",
    zh="决定期限",
    en="days to decide",
    unit="working days",
    clause="hunan-2015 (十一)",
    question_zh="多少个工作日内决定？",
    question_en="Within how many working days?",
)
REASON = Text("reason", zh="理由", en="reason", max=200)
KIND = CaseKind(
    name="tryout",
    zh="试办件",
    en="tryout",
    serves=("online-complaint-management",),
    basis=("hunan-2015 (十一)",),
    initial="received",
    form=(
        Text("story", zh="内容", en="story", max=100),
        Region("place", zh="地点", en="place", optional=True),
        Money("claim", zh="金额", en="claim", optional=True),
        Text("order_no", zh="订单编号", en="order number", optional=True),
    ),
    states={
        "received": ("已收到", "received"),
        "open": ("办理中", "open"),
        "waiting": ("待补正", "waiting"),
        "proposed": ("拟决定", "proposed"),
        "closed": ("已办结", "closed"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    outcomes={"granted": ("准予", "granted")},
    steps=(
        Step("accept", "received", "open", by="tryout.officer", zh="受理", en="accept"),
        Step("ask", "open", "waiting", by="tryout.officer", zh="要求补正", needs=(REASON,)),
        Step("supply", "waiting", "open", by="applicant", zh="补正", needs=(REASON,)),
        Step("propose", "open", "proposed", by="tryout.officer", zh="拟定", needs=(REASON,)),
        Step(
            "grant", "proposed", "closed", by=("tryout.officer", "tryout.lead"), zh="决定",
            unlike=("propose",), outcome="granted",
        ),
        Step("withdraw", ("received", "open"), "withdrawn", by="applicant", zh="撤回"),
    ),
    clocks=(
        Clock("acceptance", "受理", "acceptance", runs=("received",), working_days=5),
        Clock(
            "decision", "决定", "decision", runs=("open", "proposed"), pauses=("waiting",),
            working_days=DAYS, may_stop=("tryout.lead",), may_extend=("tryout.lead",),
            extension=3, warns_before=2, escalates_to="tryout.lead",
        ),
    ),
    leads=("tryout.lead",),
    place=("place",),
    title="story",
    alike=("order_no",),
    departments={"price": ("价格科", "prices")},
)  # fmt: skip
HOUSE = House(region="320000", configuration={"tryout.decision_days": 10})
ANNA = Actor("anna", (Post("tryout.officer", "320500"),))
BERT = Actor("bert", (Post("tryout.officer", "320500"),))
LEAD = Actor("lead", (Post("tryout.lead", "320000"),))
STRANGER = Actor("stranger", (Post("tryout.officer", "430100"),))


def hand(actor: Actor = NOBODY, at: datetime = AT, **more: object) -> Hand:
    return Hand(actor, at, **{"house": HOUSE, **more})  # type: ignore[arg-type]


def story(**more: str) -> dict[str, str]:
    return {"story": "手机壳熔化", "place": "320583", **more}
