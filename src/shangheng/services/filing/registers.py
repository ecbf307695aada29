# SPDX-License-Identifier: Apache-2.0
"""What is on file: platforms' rules in every version, and what was found on their pages."""

from shangheng.kernel.records.concept.fields import Day, OneOf, Text, Whole
from shangheng.kernel.registers.concept.kinds import RegisterKind

TEXT_MAX = 20_000
SUBJECTS = {
    "service": ("服务协议", "service agreement"),
    "trading": ("交易规则", "trading rules"),
    "promotion": ("促销规则", "promotion rules"),
    "return": ("退换货规则", "returns"),
    "dispute": ("争议处理规则", "disputes"),
    "credit": ("信用评价规则", "ratings"),
    "privacy": ("个人信息规则", "personal information"),
}
PLATFORM = Text("platform", zh="平台代码", en="platform", max=64, sensitivity="public")
TITLE = Text("title", zh="规则名称", en="title", max=120, sensitivity="public")
WORDING = Text("text", zh="规则全文", en="text of the rule", max=TEXT_MAX, sensitivity="public")
PROCEDURE = (
    Day("comments_from", zh="征求意见开始", en="comments from", optional=True,
        sensitivity="public"),
    Day("comments_until", zh="征求意见截止", en="comments until", optional=True,
        sensitivity="public"),
    Text("comments_at", zh="征求意见的网址", en="where comments were asked for", max=300,
         optional=True, sensitivity="public"),
    Whole("comments_count", zh="收到意见数", en="comments received", optional=True,
          sensitivity="public"),
    Text("comments_answer", zh="意见采纳情况", en="how comments were answered", max=4_000,
         optional=True, sensitivity="public"),
    Day("published_on", zh="公示日期", en="published on", sensitivity="public"),
    Day("effective_on", zh="实施日期", en="in force from", sensitivity="public"),
)  # fmt: skip
RULE_FIELDS = (
    PLATFORM,
    TITLE,
    OneOf("subject", zh="规则类别", en="subject", values=SUBJECTS, sensitivity="public"),
    WORDING,
    *PROCEDURE,
)
TRADING_RULE = RegisterKind(
    name="trading_rule",
    zh="平台交易规则",
    en="rules of trading platforms",
    serves=("platform-rule-filing",),
    basis=("jiangsu-2015 (七)2", "qinghai-2016 (二十二)"),
    intro=(
        "第三方平台备案的交易规则：全文、每一版、征求意见和公示的凭据。",
        "Rules that platforms have filed: in full, every version, how comments were asked for.",
    ),
    fields=(*RULE_FIELDS, Text("filed_by", zh="备案办件", en="filed as case", max=60,
                               sensitivity="public")),
    key=("platform", "title"),
    title="title",
    enter=("filing.officer",),
    confirm=("filing.lead",),
    public=(*(each.name for each in RULE_FIELDS), "filed_by"),
    number="PTGZ-{year}-{sequence:05}",
)  # fmt: skip
RULE_CAPTURE = RegisterKind(
    name="rule_capture",
    zh="平台页面取证",
    en="captures of platforms' pages",
    serves=("platform-rule-filing", "return-refund-promotion-compliance"),
    basis=("jiangsu-2015 (七)2", "qinghai-2016 (二十二)"),
    intro=(
        "在平台页面上看到的规则文字，用来与备案文本比对。",
        "The wording found on a platform's pages, to be compared with what was filed.",
    ),
    fields=(
        PLATFORM,
        TITLE,
        Day("captured_on", zh="取证日期", en="captured on", sensitivity="public"),
        Text("address", zh="网址", en="address", max=500, sensitivity="public"),
        WORDING,
        Whole("leaf", zh="存证序号", en="position in the log", optional=True,
              sensitivity="public", note="页面原件封存在日志中的序号"),
    ),
    key=("platform", "title", "captured_on"),
    title="title",
    enter=("filing.officer", "consumer.officer"),
    public=("platform", "title", "captured_on", "address", "text", "leaf"),
    number="YMQZ-{year}-{sequence:06}",
)  # fmt: skip
REGISTERS = (TRADING_RULE, RULE_CAPTURE)
