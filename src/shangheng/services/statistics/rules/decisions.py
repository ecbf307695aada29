# SPDX-License-Identifier: Apache-2.0
"""Numbers that no document prints and that the authority has to decide before they are used."""

from shangheng.kernel.formulas.parameters import Parameter

EXPECTED_PLATFORMS = Parameter(
    name="expected-platforms",
    zh="应报平台名单",
    en="platforms that must report",
    unit="platform codes",
    clause="hunan-2015 (二十五)",
    question_zh="哪些平台应当报送？请给出平台代码名单",
    question_en="Which platforms must report? Give the list of their codes",
)
REPORTING_DAYS = Parameter(
    name="reporting-days",
    zh="报送期限",
    en="days allowed for reporting",
    unit="days",
    clause="hunan-2015 (二十五)",
    question_zh="订单应在下单后多少天内报送？",
    question_en="Within how many days after its day must an order be reported?",
)
STATISTICAL_FRAME = Parameter(
    name="statistical-frame",
    zh="规模以上企业名录库",
    en="frame of above-scale enterprises",
    unit="credit code: county code",
    clause="qinghai-2016 (三)",
    question_zh="规模以上企业名录库由哪些企业组成？分母只能取自名录库",
    question_en="Which enterprises are in the statistical frame? Its count is the only divisor",
)
CELL_MINIMUM = Parameter(
    name="cell-minimum",
    zh="公布单元最少单位数",
    en="fewest parties in a published cell",
    unit="parties",
    clause="jiangsu-2016 十三",
    question_zh="一个公布单元至少要有多少个报送主体？",
    question_en="How many reporting parties must a published cell have at least?",
)
DISCREPANCY_PERCENT = Parameter(
    name="discrepancy-percent",
    zh="对账差异阈值",
    en="discrepancy that must be explained",
    unit="%",
    clause="jiangsu-2015 (三十)",
    question_zh="平台与支付、企业数据相差百分之几以上须说明？",
    question_en="From how many per cent must a platform explain that others report otherwise?",
)
