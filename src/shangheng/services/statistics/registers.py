# SPDX-License-Identifier: Apache-2.0
"""What is on file: the figures that were released, in every version."""

from shangheng.kernel.records.concept.fields import Day, Text, Time
from shangheng.kernel.registers.concept.actors import SYSTEM
from shangheng.kernel.registers.concept.kinds import RegisterKind

OFFICER, LEAD = "statistics.officer", "statistics.lead"
FIGURE_MAX = 200_000
"""Characters of a released table, about 2,000 rows."""
RELEASED = (
    Text("title", zh="标题", en="title", max=120, sensitivity="public"),
    Text("question", zh="指标、分组和统计期", en="what is measured", max=200,
         sensitivity="public"),
    Text("indicator", zh="指标", en="indicator", max=60, sensitivity="public"),
    Day("since", zh="统计期从", en="period from", sensitivity="public"),
    Day("until", zh="统计期到", en="period to", sensitivity="public"),
    Time("released_at", zh="发布时刻", en="released at", sensitivity="public"),
    Text("commentary", zh="分析", en="commentary", max=4_000, sensitivity="public"),
    Text("wrong", zh="更正说明", en="what was wrong", max=500, optional=True,
         sensitivity="public"),
    Text("ledger", zh="账本版本", en="version of the ledger", max=300, sensitivity="public"),
    Text("evidence", zh="存证编号", en="number of its evidence", max=40, sensitivity="public"),
    Text("decided_in", zh="核准办件", en="approved in case", max=60, sensitivity="public"),
    Text("figure", zh="数据（JSON）", en="table (JSON)", max=FIGURE_MAX, sensitivity="public"),
)  # fmt: skip
PUBLISHED_FIGURE = RegisterKind(
    name="published_figure",
    zh="已发布数据",
    en="released figures",
    serves=("monitoring-indicator-system",),
    basis=("qinghai-2016 (二十四)",),
    intro=(
        "核定后发布的数据：数据表、分析、账本版本和存证；更正和撤回的也留在这里，写明理由。",
        "Figures that were approved and released; corrected and withdrawn ones stay, with why.",
    ),
    fields=RELEASED,
    key=("question",),
    title="title",
    enter=(SYSTEM,),
    public=tuple(each.name for each in RELEASED),
    number="FBSJ-{year}-{sequence:05}",
    page="statistics:release",
)
REGISTERS = (PUBLISHED_FIGURE,)
