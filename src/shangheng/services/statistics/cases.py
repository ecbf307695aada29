# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: the release of a figure, and taking back one that was released.

The documents ask that figures are released (建立信息发布制度) and print neither how often nor how
long a check may take, so the authority decides both.
"""

from collections.abc import Sequence
from dataclasses import replace

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.guards import OPENING
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.formulas.concept import TIMES, Indicator
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Day, OneOf, Text, Time
from shangheng.kernel.registers.concept.actors import SYSTEM
from shangheng.services.statistics.registers import LEAD, OFFICER

BASIS = ("qinghai-2016 (二十四)",)
REVIEW_DAYS = Parameter(
    name="statistics.review_days",
    zh="数据发布审核期限",
    en="days to check a release",
    unit="working days",
    clause="qinghai-2016 (二十四)",
    question_zh="拟发布的数据提交后多少个工作日内审核？请连同文件依据一并填写",
    question_en="Within how many working days is a release checked? By which rule?",
)
RELEASE_DAYS = Parameter(
    name="statistics.release_days",
    zh="数据发布时限",
    en="days from the end of a period to its release",
    unit="calendar days",
    clause="qinghai-2016 (二十四)",
    question_zh="统计期结束后多少日内发布数据？请连同文件依据一并填写",
    question_en="Within how many days after its period must a figure be released? By which rule?",
)
LEVELS = {
    "province": ("省", "province"),
    "city": ("市", "city"),
    "county": ("县", "county"),
}
REASON = Text("reason", zh="理由", en="reason", max=2_000)
CORRECTED = Text("corrects", zh="更正哪一个已发布数据（发布号）", en="corrects", max=60,
                 optional=True)  # fmt: skip
RELEASE = CaseKind(
    name="release",
    zh="数据发布",
    en="Release of a figure",
    serves=("monitoring-indicator-system",),
    basis=BASIS,
    intro=(
        "把一个指标的数据核定后按时发布；发布时刻之前不公开。更正已发布的数据也在这里办。",
        "A figure is checked and released on time, and is not public before; so is a correction.",
    ),
    initial="drafted",
    opens=(OFFICER,),
    form=(
        Text("indicator", zh="指标", en="indicator", max=60),
        OneOf("period", zh="时间分组", en="split by period", optional=True,
              values={each.name: (each.zh, each.en) for each in TIMES}),
        Text("by", zh="其他分组", en="split by", max=40, optional=True),
        OneOf("level", zh="地区层级", en="level of regions", values=LEVELS, optional=True),
        Day("since", zh="统计期从", en="period from"),
        Day("until", zh="统计期到", en="period to"),
        Text("title", zh="标题", en="title", max=120, note="核准后在发布日历上公开，不要写出数字"),
        Time("release_at", zh="发布时刻", en="to be released at", note="到这一刻之前不公开"),
        Text("late", zh="晚于规定时限的理由", en="why later than the rule", max=500,
             optional=True),
        CORRECTED,
        Text("wrong", zh="更正说明：错在哪里", en="what was wrong", max=500, optional=True,
             note="更正时必填，随更正后的数据一并公开"),
    ),
    states={
        "drafted": ("拟稿", "drafted"),
        "proposed": ("待审核", "to be checked"),
        "approved": ("已核准，到时发布", "approved, waits for its time"),
        "published": ("已发布", "released"),
        "withdrawn": ("已撤回", "withdrawn"),
    },
    outcomes={"published": ("发布", "released"), "withdrawn": ("撤回", "withdrawn")},
    steps=(
        Step("propose", "drafted", "proposed", by=OFFICER, zh="计算并送审",
             en="Compute and propose", guarded=True,
             needs=(Text("commentary", zh="分析", en="commentary", max=4_000),)),
        Step("send_back", "proposed", "drafted", by=LEAD, zh="退回", en="Send back",
             needs=(REASON,)),
        Step("approve", "proposed", "approved", by=LEAD, zh="核准", en="Approve",
             unlike=(OPENING, "propose"), basis=BASIS),
        Step("publish", "approved", "published", by=(SYSTEM, LEAD), zh="发布", en="Release",
             guarded=True, outcome="published", basis=BASIS),
        Step("withdraw", ("drafted", "proposed", "approved"), "withdrawn", by=(OFFICER, LEAD),
             zh="撤回发布申请", en="Withdraw", needs=(REASON,), outcome="withdrawn"),
    ),
    clocks=(
        Clock("review", "审核", "To be checked", runs=("proposed",), working_days=REVIEW_DAYS,
              escalates_to=LEAD, basis=BASIS),
    ),
    leads=(LEAD,),
    title="title",
    alike=("indicator", "corrects"),
    number="SJFB-{year}-{sequence:05}",
    desk="statistics:release-desk",
)  # fmt: skip
WITHDRAWAL = CaseKind(
    name="release_withdrawal",
    zh="撤回已发布数据",
    en="Taking back a released figure",
    serves=("monitoring-indicator-system",),
    basis=BASIS,
    intro=(
        "已发布的数据不能再用时撤回：页面上写明理由，原来发布的仍可查阅。",
        "Where a released figure can no longer stand: the reason is told, what was said stays.",
    ),
    initial="asked",
    opens=(OFFICER,),
    form=(
        Text("published", zh="发布号", en="number of the release", max=60),
        Text("reason", zh="撤回理由", en="reason", max=500, note="将在页面上公开"),
    ),
    states={
        "asked": ("待审核", "to be checked"),
        "taken_back": ("已撤回", "taken back"),
        "refused": ("不予撤回", "refused"),
    },
    outcomes={"taken_back": ("撤回", "taken back"), "refused": ("不撤回", "refused")},
    steps=(
        Step("approve", "asked", "taken_back", by=LEAD, zh="同意撤回", en="Take it back",
             unlike=(OPENING,), guarded=True, outcome="taken_back", basis=BASIS),
        Step("refuse", "asked", "refused", by=LEAD, zh="不予撤回", en="Refuse",
             needs=(Text("answer", zh="理由", en="reason", max=2_000),), outcome="refused"),
    ),
    clocks=(
        Clock("review", "审核", "To be checked", runs=("asked",), working_days=REVIEW_DAYS,
              escalates_to=LEAD, basis=BASIS),
    ),
    leads=(LEAD,),
    title="published",
    alike=("published",),
    number="SJCH-{year}-{sequence:05}",
)  # fmt: skip
UNRELEASED = tuple(state for state in RELEASE.states if state not in RELEASE.ends)
"""States in which nothing of a release is public."""


def offered(indicators: Sequence[Indicator]) -> tuple[CaseKind, ...]:
    """Return the kinds of case of a house with these indicators: they are chosen from lists."""
    splits = {
        each.name: (each.zh, each.en)
        for indicator in indicators
        for each in indicator.by
        if each.form != "time"
    }
    lists = {"indicator": {each.name: (each.zh, each.en) for each in indicators}, "by": splits}
    form = tuple(
        OneOf(each.name, zh=each.zh, en=each.en, optional=each.optional, values=lists[each.name])
        if each.name in lists
        else each
        for each in RELEASE.form
    )
    return replace(RELEASE, form=form), WITHDRAWAL
