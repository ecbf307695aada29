# SPDX-License-Identifier: Apache-2.0
"""Whether platforms disclose the rules of promotions, in time and as they then apply them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shangheng.kernel.registers.concept.wording import Passage, departures

RUNNING = {
    "coming": ("即将开始", "to come"),
    "running": ("进行中", "running"),
    "over": ("已结束", "over"),
}
FINDINGS = {
    "undisclosed": ("没有公开促销规则", "the rules were not disclosed"),
    "late": ("开始后才公开规则", "the rules were disclosed after it began"),
    "departs": ("页面与公开的规则不一致", "the page departs from the disclosed rules"),
}


@dataclass(frozen=True)
class Judged:
    """A promotion: how it stands on a day, what was found, and the wording that departs."""

    values: Mapping[str, Any]
    number: str
    state: str
    findings: tuple[str, ...]
    passages: tuple[Passage, ...]


def judged(
    number: str, promotion: Mapping[str, Any], captures: Sequence[Mapping[str, Any]], today: date
) -> Judged:
    """Judge a promotion by what was disclosed and by the newest capture of its page."""
    begins, ends = (date.fromisoformat(str(promotion[name])) for name in ("starts_on", "ends_on"))
    state = "coming" if today < begins else "running" if today <= ends else "over"
    found = []
    disclosed = promotion.get("disclosed_on")
    if not promotion.get("text") or not disclosed:
        found += ["undisclosed"] if state != "coming" else []
    elif date.fromisoformat(str(disclosed)) > begins:
        found.append("late")
    passages = _departures(promotion, captures)
    return Judged(
        promotion, number, state, (*found, *(("departs",) if passages else ())), passages
    )


def _departures(
    promotion: Mapping[str, Any], captures: Sequence[Mapping[str, Any]]
) -> tuple[Passage, ...]:
    same = [
        each
        for each in captures
        if (each["platform"], each["title"]) == (promotion["platform"], promotion["title"])
        and promotion["starts_on"] <= each["captured_on"] <= promotion["ends_on"]
    ]
    if not same or not promotion.get("text"):
        return ()
    newest = max(same, key=lambda each: str(each["captured_on"]))
    return departures(str(promotion["text"]), str(newest["text"]))
