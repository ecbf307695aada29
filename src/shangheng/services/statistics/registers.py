# SPDX-License-Identifier: Apache-2.0
"""What is on file: enterprises that are counted, platforms surveyed, figures released.

Membership is dated by the register itself. The divisors of rates come from here and from nowhere
else (``rules/decisions.py``).
"""

from shangheng.kernel.records.concept.fields import (
    Day,
    Flag,
    Identifier,
    Money,
    OneOf,
    PartyCode,
    Region,
    Text,
    Time,
    Whole,
)
from shangheng.kernel.registers.concept.actors import SYSTEM
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.services.statistics.records import OWNER_KINDS

OFFICER, LEAD = "statistics.officer", "statistics.lead"
SCALES = {
    "above_scale": ("规模以上企业", "above-scale enterprise"),
    "above_limit": ("限额以上企业", "above-limit enterprise"),
    "logistics": ("规模以上物流企业", "above-scale logistics enterprise"),
}
FORMS = {
    "third_party": ("第三方平台", "third-party platform"),
    "own_built": ("企业自建平台", "platform built by an enterprise"),
}
STRATA = {
    "large": ("大型", "large"),
    "medium": ("中型", "medium"),
    "small": ("小型", "small"),
}
"""Size classes of the survey; no document says where one ends."""
STATISTICAL_FRAME = RegisterKind(
    name="statistical_frame",
    zh="统计名录库",
    en="statistical frame",
    serves=("statistical-frame-register",),
    basis=("jiangsu-2015 (三十)", "ganzhou-2015 三(六)3", "qinghai-2016 (二十四)"),
    intro=(
        "达到列统条件的企业，各从何日起列入、何日退出；应用比例的分母只取自这里。",
        "Enterprises that reach the listing conditions, and since when; rates divide by them.",
    ),
    fields=(
        Identifier("code", zh="统一社会信用代码", en="credit code", scheme="uscc",
                   sensitivity="public"),
        Text("name", zh="企业名称", en="enterprise", max=120, sensitivity="public"),
        OneOf("kind", zh="企业类型", en="class of enterprise", values=OWNER_KINDS,
              sensitivity="public"),
        Region("region", zh="所在县（市、区）", en="county", sensitivity="public"),
        OneOf("scale", zh="规模类别", en="above-scale class", values=SCALES,
              sensitivity="public"),
        Flag("express", zh="快递企业", en="express firm", sensitivity="public",
             note="同时计入电子商务企业和规模以上物流企业（ganzhou-2015 三(六)3）"),
        Text("reason", zh="列入理由", en="reason of entry", max=200),
        Whole("sales_year", zh="依据年度", en="year of the sales", min=1990, max=2200,
              optional=True),
        Money("sales", zh="该年销售额（元）", en="sales of that year, yuan", optional=True),
        Money("threshold", zh="当时的列统条件（元）", en="threshold of then, yuan",
              optional=True),
    ),
    key=("code",),
    title="name",
    enter=(OFFICER,),
    confirm=(LEAD,),
    public=("code", "name", "kind", "region", "scale", "express"),
    place="region",
    number="TJML-{year}-{sequence:06}",
)  # fmt: skip
TRADING_PLATFORM = RegisterKind(
    name="trading_platform",
    zh="电子商务交易平台名录",
    en="trading platforms",
    serves=("platform-transaction-survey",),
    basis=("jiangsu-2015 (三十)", "hunan-2015 (二十五)", "qinghai-2016 (二十四)"),
    intro=(
        "本地区的第三方平台和企业自建平台：平台调查的抽样框，也是应报平台名单。",
        "Third-party and own-built platforms of the region: who is surveyed and who must report.",
    ),
    fields=(
        PartyCode("platform", zh="平台代码", en="platform", sensitivity="public",
                  note="与报送记录中的平台代码一致"),
        Text("name", zh="平台名称", en="name of the platform", max=120, sensitivity="public"),
        Identifier("operator", zh="经营者统一社会信用代码", en="credit code of the operator",
                   scheme="uscc", sensitivity="public"),
        OneOf("form", zh="平台形式", en="form", values=FORMS, sensitivity="public"),
        Region("region", zh="经营者所在地", en="region", sensitivity="public"),
        OneOf("stratum", zh="规模层", en="size class", values=STRATA, sensitivity="public"),
        Text("website", zh="网址", en="website", max=300, optional=True, sensitivity="public"),
        Flag("must_report", zh="应当报送", en="must report", sensitivity="public"),
    ),
    key=("platform",),
    title="name",
    enter=(OFFICER,),
    confirm=(LEAD,),
    public=("platform", "name", "operator", "form", "region", "stratum", "website",
            "must_report"),
    place="region",
    number="JYPT-{year}-{sequence:05}",
)  # fmt: skip
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
REGISTERS = (STATISTICAL_FRAME, TRADING_PLATFORM, PUBLISHED_FIGURE)
