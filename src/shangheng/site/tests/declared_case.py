# SPDX-License-Identifier: Apache-2.0
"""A kind of case that nobody else knows: this file is all that there is of it."""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.records.concept.fields import Flag, Money, OneOf, Region, Text
from shangheng.kernel.registers.concept.forms import Files

STALL = CaseKind(
    name="market_stall",
    zh="摊位申请",
    en="market stall",
    serves=("market-stalls",),
    basis=("ganzhou-2015 五3",),
    initial="applied",
    intro=("申请一个摊位", "Apply for a stall"),
    form=(
        Text("wares", zh="卖什么", en="wares", max=60),
        Region("region", zh="在哪里", en="where"),
        OneOf("size", zh="大小", en="size", values={"s": ("小", "small"), "l": ("大", "large")}),
        Money("rent", zh="愿付租金", en="rent", optional=True),
        Flag("power", zh="要用电", en="power"),
        Files("photo", zh="照片", en="photo", optional=True),
        Text("phone", zh="电话", en="phone", sensitivity="personal", optional=True),
    ),
    states={
        "applied": ("已申请", "applied"),
        "granted": ("已批准", "granted"),
        "refused": ("未批准", "refused"),
    },
    outcomes={"yes": ("批准", "granted")},
    steps=(
        Step("grant", "applied", "granted", by="stalls.clerk", zh="批准", en="Grant",
             needs=(Text("place", zh="摊位号", en="stall", max=9),), outcome="yes"),
        Step("refuse", "applied", "refused", by="stalls.clerk", zh="不批", en="Refuse",
             needs=(Text("reason", zh="理由", en="reason", max=200),)),
    ),
    clocks=(Clock("answer", "答复", "answer", runs=("applied",), hours=48),),
    leads=("stalls.clerk",),
    place=("region",),
    title="wares",
    alike=("wares",),
)  # fmt: skip
