# SPDX-License-Identifier: Apache-2.0
"""The statistical frame: which enterprises reach the listing conditions, and why.

No document prints the thresholds or how long an enterprise may stay below them: both are required
configuration, dated, and a past year is judged by what held then. An express firm needs none: it
counts as above-scale logistics enterprise, as the clause has it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter

Step = Literal["enter", "stay", "leave", "out"]
STEPS: dict[Step, tuple[str, str]] = {
    "enter": ("列入", "enter"),
    "leave": ("退出", "leave"),
    "stay": ("保留", "stay"),
    "out": ("不列入", "out"),
}
EXPRESS = "ganzhou-2015 三(六)3"
"""Express firms count both as e-commerce enterprises and as above-scale logistics enterprises."""

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
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Firm:
    """An enterprise before the decision on a year: what is known of it, what it sold by year.

    ``reached_on`` is the day of that very year on which its sales since New Year's Day reached the
    threshold, if they have.
    """

    code: str
    name: str = ""
    kind: str = "enterprise"
    region: str = ""
    express: bool = False
    was_member: bool = False
    sales_by_year: Mapping[int, Decimal] = field(default_factory=dict)
    reached_on: date | None = None


@dataclass(frozen=True)
class Decision:
    """Whether an enterprise belongs to the frame in a year, and what decided it.

    It holds from the first day of the year, or from ``reached_on`` where the sales of the year
    itself decided.
    """

    firm: Firm
    year: int
    step: Step
    sales_yuan: Decimal
    threshold_yuan: Decimal | None
    zh: str
    en: str
    clause: str = THRESHOLDS.clause
    source: str = ""
    reached_on: date | None = None

    @property
    def since(self) -> date:
        """Return from which day on it holds."""
        return self.reached_on or date(self.year, 1, 1)

    @property
    def sales_year(self) -> int:
        """Return whose sales decided."""
        return self.year if self.reached_on else self.year - 1

    @property
    def is_member(self) -> bool:
        """Return whether the enterprise is in the frame after this decision."""
        return self.step in ("enter", "stay")

    @property
    def plain(self) -> dict[str, Any]:
        """Return the decision as files and programs have it."""
        firm, sold = self.firm, self.firm.sales_by_year
        limit = self.threshold_yuan
        return {
            "code": firm.code, "name": firm.name, "kind": firm.kind, "region": firm.region,
            "express": firm.express, "was_member": firm.was_member, "year": self.year,
            "step": self.step, "since": self.since.isoformat(), "sales_year": self.sales_year,
            "sales_yuan": str(self.sales_yuan),
            "threshold_yuan": None if limit is None else str(limit),
            "sales_by_year": {str(year): str(sold[year]) for year in sorted(sold)},
            "reason_zh": self.zh, "reason_en": self.en, "clause": self.clause,
            "source": self.source,
        }  # fmt: skip


def conditions_on(
    day: date, configuration: Configuration, kinds: Collection[str]
) -> dict[str, Conditions]:
    """Return the conditions by class of enterprise on a day, or refuse where undecided."""
    given, source = THRESHOLDS.sourced(day, configuration)
    thresholds: Mapping[str, object] = given
    if unknown := sorted(set(thresholds) - set(kinds)):
        raise Invalid("frame.class_unknown", classes=unknown, known=sorted(kinds))
    years = int(YEARS_BELOW.on(day, configuration))
    return {
        kind: Conditions(Decimal(str(limit)), years, source) for kind, limit in thresholds.items()
    }


def decide(firm: Firm, year: int, conditions: Conditions | None) -> Decision:
    """Decide membership in a year from the sales of the year before and those before that.

    Who reached the threshold enters or stays; who did not stays until it has been below it for as
    many years on end as the conditions say. A year without any sales on file counts as below. Who
    reaches it in the course of the year itself enters on that day, for the clause has it entered
    promptly, or stays. Of a class without conditions nobody enters and nobody is put out.
    """
    sold = firm.sales_by_year
    sales = sold.get(year - 1, Decimal(0))
    standing: Step = "stay" if firm.was_member else "out"
    if firm.express:
        step: Step = "stay" if firm.was_member else "enter"
        zh, en = (
            "快递企业，同时计入电子商务企业和规模以上物流企业",
            "an express firm counts as e-commerce and as above-scale logistics enterprise",
        )
        return Decision(firm, year, step, sales, None, zh, en, EXPRESS)
    if conditions is None:
        zh, en = "该类企业没有列统条件", "no listing condition is decided for its class"
        return Decision(firm, year, standing, sales, None, zh, en)
    limit, source = conditions.sales_yuan, conditions.source
    if firm.reached_on and sales < limit:
        day = firm.reached_on.isoformat()
        zh = f"当年累计销售额于 {day} 达到列统条件"
        en = f"sales of the year itself reached the threshold on {day}"
        return Decision(
            firm, year, "stay" if firm.was_member else "enter", sold[year], limit, zh, en,
            source=source, reached_on=firm.reached_on,
        )  # fmt: skip
    below = 0
    for back in range(conditions.years_below):
        if sold.get(year - 1 - back, Decimal(0)) >= limit:
            break
        below += 1
    reached = sales >= limit
    step = "enter" if reached else "out"
    if firm.was_member:
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
    return Decision(firm, year, step, sales, limit, *texts[step], source=source)
