# SPDX-License-Identifier: Apache-2.0
"""What no document prints and the authority has to decide first: numbers, and what is on file.

The divisors of rates are of the last sort: which platforms must report and which enterprises are
in the frame is entered in registers of this service, and nowhere else.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from shangheng.kernel.formulas.parameters import Parameter

Entries = Iterable[Mapping[str, Any]]


class Frame(dict[str, str]):
    """The county of each enterprise in the frame, by its credit code.

    With a figure it is told by its size and digest: a list of thousands says less.
    """

    def __str__(self) -> str:
        """Return how many there are, and a digest that changes with any of them."""
        listed = "\n".join(f"{code} {region}" for code, region in sorted(self.items()))
        return f"{len(self)} sha256:{sha256(listed.encode()).hexdigest()[:16]}"


def _expected(entries: Entries) -> list[str]:
    return sorted(each["platform"] for each in entries if each["must_report"])


def _frame(entries: Entries) -> Frame:
    return Frame({each["code"]: each["region"] for each in entries})


EXPECTED_PLATFORMS = Parameter(
    name="expected-platforms",
    zh="应报平台名单",
    en="platforms that must report",
    unit="platform codes",
    clause="hunan-2015 (二十五)",
    question_zh="哪些平台应当报送？",
    question_en="Which platforms must report?",
    register="trading_platform",
    drawn=_expected,
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
    register="statistical_frame",
    drawn=_frame,
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
