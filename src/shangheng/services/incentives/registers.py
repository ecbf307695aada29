# SPDX-License-Identifier: Apache-2.0
"""What is on file: findings against firms, who may redeem vouchers, parcels, accredited courses.

Any authority that finds an infringement enters it here, or a service that decides such cases does.
"""

from shangheng.kernel.records.concept.fields import Day, Identifier, OneOf, Region, Text, Whole
from shangheng.kernel.registers.concept.kinds import RegisterKind

FINDING_KINDS = {
    "infringement": ("侵权", "infringement"),
    "fraud": ("欺诈", "fraud"),
    "bribery": ("商业贿赂", "commercial bribery"),
    "safety-accident": ("较大安全生产责任事故", "a larger work-safety accident"),
}
"""What takes the preferences of its year away (ganzhou-2015 四(五)3)."""
FINDING = RegisterKind(
    name="incentive_finding",
    zh="取消优惠资格的查处认定",
    en="Findings that cost a firm its preferences",
    serves=("incentive-application-engine",),
    basis=("ganzhou-2015 四(五)3",),
    intro=(
        "当年度有侵权、欺诈、商业贿赂或较大安全生产责任事故的企业，失去该年度享受优惠政策的资格。",
        "A firm with such a finding loses the preferences of that year.",
    ),
    fields=(
        Identifier("code", zh="统一社会信用代码", en="credit code", scheme="uscc"),
        Text("name", zh="企业名称", en="firm", max=120),
        OneOf("kind", zh="认定", en="finding", values=FINDING_KINDS),
        Whole("year", zh="行为年度", en="year", min=1949, max=2200),
        Text("document", zh="决定文号", en="number of the decision", max=80),
        Text("authority", zh="作出决定的机关", en="authority", max=80),
        Day("decided_on", zh="决定日期", en="decided on"),
        Region("region", zh="企业所在地", en="region of the firm", optional=True),
    ),
    key=("code", "kind", "year", "document"),
    title="name",
    enter=("incentives.clerk", "incentives.inspector"),
    confirm=("incentives.reviewer",),
    see=("incentives.decider", "incentives.treasurer"),
    place="region",
    number="CC-{year}-{sequence:05}",
)
PROVIDER = RegisterKind(
    name="voucher_provider",
    zh="服务券服务机构名录",
    en="Providers that redeem vouchers",
    serves=("sme-service-voucher",),
    basis=("jiangsu-2015 (八)3",),
    intro=(
        "只有名录内、未过有效期的服务机构可以兑付中小企业信息化服务券。",
        "Only a provider on this list, within its term, can redeem a voucher.",
    ),
    fields=(
        Identifier("code", zh="统一社会信用代码", en="credit code", scheme="uscc"),
        Text("name", zh="机构名称", en="provider", max=120),
        Text("services", zh="服务内容", en="services", max=500),
        Text("ties", zh="关联企业", en="related firms", max=1000, optional=True,
             note="同一控制人、持股或任职关系的企业，写信用代码，用顿号分开"),
        Day("valid_until", zh="有效期至", en="valid until", ahead=True),
        Text("document", zh="入选文号", en="document", max=80),
    ),
    key=("code",),
    title="name",
    enter=("incentives.clerk",),
    confirm=("incentives.reviewer",),
    see=("incentives.decider", "incentives.treasurer", "incentives.inspector"),
    public=("code", "name", "services", "valid_until"),
    expires="valid_until",
    number="FWJG-{year}-{sequence:05}",
)  # fmt: skip
USES = {
    "storage": ("物流仓储", "logistics and storage"),
    "industry": ("工业", "industry"),
    "commerce": ("商业服务", "commerce and services"),
    "online-offline": ("线上线下互动业务", "online-offline business"),
    "office": ("办公", "offices"),
    "housing": ("居住", "housing"),
    "idle": ("闲置", "idle"),
}
PARCEL = RegisterKind(
    name="land_parcel",
    zh="电商与物流用地台账",
    en="Parcels for e-commerce and logistics",
    serves=("land-use-support",),
    basis=("jiangsu-2015 (六)", "jiangsu-2016 十", "hunan-2015 (十九)"),
    intro=(
        "每宗地的原用途、允许用途、现状用途；核查到的变化记为新版本，不合规的和过渡期将满的会通知。",
        "Use before, allowed and found; what departs and what ends is told to officers.",
    ),
    fields=(
        Text("parcel", zh="宗地号", en="parcel", max=40, sensitivity="public"),
        Text("name", zh="地块或项目名称", en="name", max=120, sensitivity="public"),
        Region("region", zh="所在地", en="region", sensitivity="public"),
        Text("address", zh="坐落", en="address", max=200, sensitivity="public"),
        Identifier("owner", zh="使用权人信用代码", en="user of the land", scheme="uscc"),
        OneOf("use_before", zh="原用途", en="use before", values=USES, sensitivity="public"),
        OneOf("allowed", zh="允许用途", en="use allowed", values=USES, sensitivity="public"),
        OneOf("use", zh="现状用途", en="use found", values=USES, sensitivity="public"),
        OneOf("source", zh="核查来源", en="found by", values={
            "visit": ("现场核查", "a visit"), "licence": ("证照登记", "a licence"),
            "survey": ("地籍调查", "the land survey"),
        }),
        Day("found_on", zh="核查日期", en="found on"),
        Day("transition_from", zh="过渡期起算日", en="transition from", optional=True,
            note="按已定的读法（备案、开业或文件印发之日）填写；不适用过渡期的留空"),
    ),
    key=("parcel",),
    title="name",
    enter=("incentives.clerk",),
    confirm=("incentives.reviewer",),
    see=("incentives.decider", "incentives.inspector"),
    public=("parcel", "name", "region", "address", "use_before", "allowed", "use"),
    place="region",
    number="ZD-{year}-{sequence:06}",
)  # fmt: skip
COURSE = RegisterKind(
    name="training_course",
    zh="补贴培训课程认定名录",
    en="Courses accredited for subsidies",
    serves=("training-subsidy-settlement",),
    basis=("jiangsu-2015 (八)4", "jiangsu-2015 (二十八)2", "ganzhou-2015 四(四)1"),
    intro=(
        "经认定、可以申请培训补贴的课程；参训当日须在认定有效期内。",
        "Courses for which a training subsidy can be claimed, if accredited on the day.",
    ),
    fields=(
        Text("name", zh="课程名称", en="course", max=120),
        Identifier("body", zh="培训机构信用代码", en="credit code of the body", scheme="uscc"),
        Text("body_name", zh="培训机构", en="training body", max=120),
        Whole("hours", zh="课时", en="hours", min=1, max=2000),
        Text("document", zh="认定文号", en="accredited by", max=80),
        Day("valid_until", zh="认定有效期至", en="accredited until", ahead=True),
    ),
    key=("body", "name"),
    title="name",
    enter=("incentives.clerk",),
    confirm=("incentives.reviewer",),
    public=("name", "body", "body_name", "hours", "document", "valid_until"),
    expires="valid_until",
    number="PXKC-{year}-{sequence:05}",
)  # fmt: skip
REGISTERS = (FINDING, PROVIDER, PARCEL, COURSE)
