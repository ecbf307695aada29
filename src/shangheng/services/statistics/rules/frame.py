# SPDX-License-Identifier: Apache-2.0
"""The statistical frame: which enterprises reach the listing conditions, and why.

No document prints the thresholds or how long an enterprise may stay below them: both are required
configuration, dated, and a past year is judged by what held then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter

Step = Literal["enter", "stay", "leave", "out"]

THRESHOLDS = Parameter(
    name="listing-thresholds",
    zh="列统条件：年销售额",
    en="listing conditions: yearly sales",
    unit="yuan a year, by class of enterprise",
    clause="jiangsu-2015 (三十)",
    question_zh="各类企业年销售额达到多少元应纳入名录？",
    question_en="From which yearly sales does an enterprise of each class enter the frame?",
)
YEARS_BELOW = Parameter(
    name="listing-years-below",
    zh="退出名录前连续未达标年数",
    en="years below the threshold before an enterprise leaves",
    unit="years",
    clause="jiangsu-2015 (三十)",
    question_zh="企业连续多少年未达标后退出名录？",
    question_en="After how many years below the threshold does an enterprise leave the frame?",
)


@dataclass(frozen=True)
class Conditions:
    """The listing conditions that hold for the enterprises of one class in one year."""

    sales_yuan: Decimal
    years_below: int


@dataclass(frozen=True)
class Decision:
    """Whether an enterprise belongs to the frame in a year, and what decided it."""

    enterprise: str
    year: int
    step: Step
    sales_yuan: Decimal
    threshold_yuan: Decimal
    zh: str
    en: str

    @property
    def is_member(self) -> bool:
        """Return whether the enterprise is in the frame after this decision."""
        return self.step in ("enter", "stay")


def conditions_on(kind: str, day: date, configuration: Configuration) -> Conditions:
    """Return the conditions for a class of enterprise on a day, or refuse where undecided."""
    thresholds: Mapping[str, object] = THRESHOLDS.on(day, configuration)
    if kind not in thresholds:
        raise Invalid("frame.class_without_threshold", kind=kind, known=sorted(thresholds))
    return Conditions(Decimal(str(thresholds[kind])), int(YEARS_BELOW.on(day, configuration)))


def decide(
    enterprise: str,
    sales_by_year: Mapping[int, Decimal],
    *,
    year: int,
    was_member: bool,
    conditions: Conditions,
) -> Decision:
    """Decide membership in a year from the sales of the year before and those before that.

    Who reached the threshold enters or stays; who did not stays until it has been below it for as
    many years on end as the conditions say. A year without any sales on file counts as below.
    """
    sales = sales_by_year.get(year - 1, Decimal(0))
    limit = conditions.sales_yuan
    below = 0
    for back in range(conditions.years_below):
        if sales_by_year.get(year - 1 - back, Decimal(0)) >= limit:
            break
        below += 1
    reached = sales >= limit
    step: Step = "enter" if reached else "out"
    if was_member:
        step = "leave" if below >= conditions.years_below else "stay"
    texts = {
        "enter": (f"{year - 1} 年销售额达到列统条件", f"sales of {year - 1} reach the threshold"),
        "out": (f"{year - 1} 年销售额未达列统条件", f"sales of {year - 1} stay below it"),
        "leave": (f"连续 {below} 年未达列统条件", f"below the threshold for {below} years"),
        "stay": (
            f"{year - 1} 年达标" if reached else f"未达标 {below} 年，未满退出年数",
            "reached it" if reached else f"below it for {below} years, not yet long enough",
        ),
    }
    return Decision(enterprise, year, step, sales, limit, *texts[step])
