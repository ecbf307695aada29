# SPDX-License-Identifier: Apache-2.0
"""What is known of a case when a step is taken: what its letters, records and postings may name.

Every field of the form and of the steps taken so far by its own name, a later step's word before
an earlier one's, and about the case itself what ``ABOUT`` lists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.kernel.records.concept import fields as f

NameOf = Callable[[str], str]
"""Return the name of a region's code."""

ABOUT: dict[str, tuple[str, str]] = {
    "case_number": ("办件号", "number of the case"),
    "case_kind": ("办件种类", "kind of case"),
    "case_state": ("状态", "state"),
    "case_outcome": ("结果", "outcome"),
    "case_region": ("辖区", "region"),
    "case_department": ("部门", "department"),
    "case_opened_at": ("提交时间", "opened at"),
    "case_opened_on": ("提交日期", "opened on"),
    "case_at": ("办理时间", "time of the step"),
    "case_on": ("办理日期", "day of the step"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A value as it is kept, and as it is written in Chinese and in English."""

    value: Any
    zh: str
    en: str


def day_zh(day: date) -> str:
    """Write a day as a Chinese letter does."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_en(day: date) -> str:
    """Write a day as an English letter does."""
    return f"{day.day} {day:%B} {day.year}"


def written(field: f.Field, value: Any, region: NameOf) -> tuple[str, str]:  # noqa: ANN401
    """Write a kept value in Chinese and in English, as it stands in a letter."""
    if value in (None, "", []):
        return "", ""
    zh = en = str(value)
    match field:
        case f.OneOf():
            zh, en = field.values.get(zh, (zh, zh))
        case f.Flag():
            zh, en = ("是", "yes") if value else ("否", "no")
        case f.Day():
            day = date.fromisoformat(zh)
            zh, en = day_zh(day), day_en(day)
        case f.Money():
            zh, en = f"{Decimal(zh):,.2f} 元", f"CNY {Decimal(zh):,.2f}"
        case f.Region():
            zh = en = region(zh)
        case _ if isinstance(value, list):
            zh, en = f"{len(value)} 份", f"{len(value)}"
        case _:
            pass
    return zh, en
