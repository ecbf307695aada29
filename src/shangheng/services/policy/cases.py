# SPDX-License-Identifier: Apache-2.0
"""What must be brought to an end: a task that carries out a clause, and the judging of a target.

The documents say who owes what and, with few exceptions, neither a plan nor a day: both come with
the step ``plan``. How long a completion may wait to be checked, and a problem to be solved, no
document prints either: the authority decides (jiangsu-2015 (二十九) asks for inspection and for
major problems to be resolved; ganzhou-2015 五2 and hunan-2015 结语 for the work to be done).
"""

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.concept.fields import Day, OneOf, Region, Text, Whole
from shangheng.kernel.registers.concept.forms import Files

UNIT, INSPECTOR, LEAD, READER = (
    "policy.unit", "policy.inspector", "policy.lead", "policy.reader",
)  # fmt: skip
BASIS = (
    "jiangsu-2015 (二十九)", "ganzhou-2015 五2", "hunan-2015 结语", "qinghai-2016 (二十六)",
)  # fmt: skip
CHECK_DAYS = Parameter(
    name="policy.check_days",
    zh="完成情况核验期限",
    en="days to check a reported completion",
    unit="working days",
    clause="jiangsu-2015 (二十九)",
    question_zh="牵头单位报完成后，多少个工作日内核验？请连同依据一并填写",
    question_en="Within how many working days is a reported completion checked? By which rule?",
)
PROBLEM_DAYS = Parameter(
    name="policy.problem_days",
    zh="困难协调期限",
    en="days to solve a problem that was raised",
    unit="working days",
    clause="jiangsu-2015 (二十九)",
    question_zh="提出困难后，多少个工作日内解决？逾期提请领导小组办公室。请连同依据一并填写",
    question_en="Within how many working days is a problem solved before the leading group's "
    "office is told? By which rule?",
)
FINDINGS = {
    "on_course": ("进展正常", "on course"),
    "slow": ("进展迟缓", "slow"),
    "not_done": ("没有落实", "not carried out"),
    "not_true": ("与所报不符", "not as reported"),
}
VERDICTS = {
    "reached": ("达到", "reached"),
    "nearly": ("基本达到", "nearly reached"),
    "not_reached": ("未达到", "not reached"),
}
REASON = Text("reason", zh="说明", en="explanation", max=1000)
SAID = Text("said", zh="做了什么", en="what was done", max=2000)
PROOF = Files("proof", zh="佐证材料", en="evidence", optional=True)
OPEN = ("set", "running", "problem", "escalated")
TASK = CaseKind(
    name="policy_task",
    zh="政策落实任务",
    en="Policy task",
    serves=("policy-implementation-tracker",),
    basis=BASIS,
    intro=(
        "把条款分解成任务：谁牵头、谁配合、何时完成、先要做完什么；进展、困难、督查和会议决定都留痕。",
        "A clause becomes a task: who leads, who joins, by when; all that follows is kept.",
    ),
    opens=(LEAD, UNIT),
    sees=(READER,),
    leads=(LEAD,),
    initial="set",
    form=(
        Text(
            "clause", zh="条款", en="Clause", max=60, sensitivity="public",
            pattern=r"[a-z][a-z0-9-]*-[0-9]{4}[a-z]? \S+", note="例如 jiangsu-2015 (七)1",
        ),
        Text("work", zh="任务", en="Task", max=500, sensitivity="public"),
        Text("lead", zh="牵头单位", en="Lead", max=80, optional=True, sensitivity="public"),
        Text(
            "units", zh="配合单位", en="Units that join", max=600, optional=True,
            sensitivity="public", note="用顿号分开，照文件的写法",
        ),
        Region("region", zh="地区", en="Region", optional=True, sensitivity="public"),
        Text(
            "needs", zh="前置任务", en="Tasks that come first", max=200, optional=True,
            note="任务编号，用顿号分开", sensitivity="public",
        ),
    ),
    states={
        "set": ("待订计划", "to be planned"),
        "running": ("推进中", "under way"),
        "problem": ("有困难", "has a problem"),
        "escalated": ("提请协调", "escalated"),
        "reported": ("待核验", "to be checked"),
        "done": ("已完成", "done"),
        "dropped": ("已终止", "dropped"),
    },
    outcomes={"done": ("完成", "done"), "dropped": ("终止", "dropped")},
    steps=(
        Step(
            "plan", "set", "running", by=(UNIT, LEAD), zh="订计划", en="Plan",
            needs=(
                Text("plan", zh="计划和步骤", en="plan", max=2000),
                Day("due_on", zh="完成期限", en="to be done by"), PROOF,
            ),
        ),
        Step(
            "progress", "running", "running", by=UNIT, zh="报进展", en="Report progress",
            needs=(Whole("percent", zh="完成 %", en="% done", min=0, max=100), SAID, PROOF),
        ),
        Step(
            "raise", "running", "problem", by=UNIT, zh="提出困难", en="Raise a problem",
            needs=(Text("problem", zh="困难", en="problem", max=1000), PROOF),
        ),
        Step(
            "solve", ("problem", "escalated"), "running", by=(UNIT, LEAD), zh="困难已解决",
            en="Problem solved", needs=(REASON,),
        ),
        Step(
            "escalate", ("running", "problem"), "escalated", by=(UNIT, INSPECTOR, LEAD),
            zh="提请协调", en="Escalate", needs=(REASON,), basis=("jiangsu-2015 (二十九)",),
        ),
        Step(
            "decide", ("set", "running", "problem", "escalated"), "running", by=LEAD,
            zh="会议决定", en="Decision of a meeting",
            needs=(
                Text("meeting", zh="会议", en="meeting", max=200),
                Day("held_on", zh="开会日期", en="held on"),
                Text("decision", zh="决定", en="decision", max=2000),
                Day("due_on", zh="完成期限改为", en="now to be done by", optional=True), PROOF,
            ),
        ),
        Step(
            "inspect", "running", "running", by=INSPECTOR, zh="督查", en="Inspect",
            needs=(OneOf("finding", zh="督查结果", en="finding", values=FINDINGS), REASON, PROOF),
        ),
        Step(
            "report", "running", "reported", by=UNIT, zh="报完成", en="Report as done",
            needs=(SAID, Files("proof", zh="佐证材料", en="evidence")),
        ),
        Step(
            "accept", "reported", "done", by=(INSPECTOR, LEAD), zh="核验通过", en="Accept",
            needs=(REASON,), unlike=("report",), outcome="done",
        ),
        Step(
            "send_back", "reported", "running", by=(INSPECTOR, LEAD), zh="退回继续办",
            en="Send back", needs=(REASON,),
        ),
        Step(
            "drop", OPEN, "dropped", by=LEAD, zh="终止", en="Drop", needs=(REASON,),
            outcome="dropped",
        ),
    ),
    clocks=(
        Clock(
            "check", "核验", "To be checked", runs=("reported",), working_days=CHECK_DAYS,
            escalates_to=LEAD, basis=("jiangsu-2015 (二十九)",),
        ),
        Clock(
            "problem", "解决困难", "Problem to be solved", runs=("problem",),
            working_days=PROBLEM_DAYS, escalates_to=LEAD, basis=("jiangsu-2015 (二十九)",),
        ),
    ),
    place=("region",),
    title="work",
    alike=("clause",),
    bodies=("lead", "units"),
    office="commerce",
    number="RW-{year}-{sequence:05}",
)  # fmt: skip
JUDGEMENT = CaseKind(
    name="target_judgement",
    zh="目标评定",
    en="Judging of a target",
    serves=("target-scoreboard",),
    basis=("jiangsu-2015 (二)", "ganzhou-2015 二", "qinghai-2016 (四)", "qinghai-2016 (二十三)"),
    intro=(
        "没有数字的目标凭材料评定：一人提出，另一人确认。",
        "A target without a number is judged by evidence: one proposes, another confirms.",
    ),
    opens=(LEAD, UNIT),
    sees=(READER,),
    leads=(LEAD,),
    initial="draft",
    form=(
        Text(
            "target", zh="目标编号", en="Target", max=80, sensitivity="public",
            note="见目标进度页，例如 JS-05",
        ),
        Whole("year", zh="评定年份", en="Year", min=1949, max=2200, sensitivity="public"),
        OneOf("verdict", zh="结论", en="Verdict", values=VERDICTS, sensitivity="public"),
        Text("grounds", zh="理由", en="Grounds", max=2000),
        Files("proof", zh="佐证材料", en="evidence"),
    ),
    states={
        "draft": ("草拟", "draft"),
        "proposed": ("待确认", "proposed"),
        "confirmed": ("已确认", "confirmed"),
        "refused": ("不予确认", "refused"),
    },
    outcomes={"confirmed": ("确认", "confirmed"), "refused": ("不予确认", "refused")},
    steps=(
        Step("propose", "draft", "proposed", by=(UNIT, LEAD), zh="提出", en="Propose"),
        Step(
            "confirm", "proposed", "confirmed", by=(INSPECTOR, LEAD), zh="确认", en="Confirm",
            needs=(REASON,), unlike=("propose",), outcome="confirmed",
        ),
        Step(
            "refuse", "proposed", "refused", by=(INSPECTOR, LEAD), zh="不予确认", en="Refuse",
            needs=(REASON,), outcome="refused",
        ),
    ),
    title="target",
    alike=("target",),
    number="PD-{year}-{sequence:05}",
)  # fmt: skip
CASES = (TASK, JUDGEMENT)
