# SPDX-License-Identifier: Apache-2.0
"""How a case stands when a step is taken, and the facts that follow from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shangheng.kernel.cases.concept.facts import Fact, NameOf, day_en, day_zh, written
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.periods import CHINA


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a case stands at a step, with what was said in each step so far, oldest first."""

    number: str
    state: str
    outcome: str
    region: str
    department: str
    opened_at: datetime
    at: datetime
    values: Mapping[str, Any]
    said: Sequence[tuple[str, Mapping[str, Any]]]


def facts_of(kind: CaseKind, case: Standing, region: NameOf) -> dict[str, Fact]:
    """Return what is known of a case, each as value and in both languages."""
    found = _about(kind, case, region)
    parts = [(kind.form, case.values)]
    parts += [(kind.step(name).needs, values) for name, values in case.said]
    for fields, values in parts:
        for field in fields:
            if field.name in values:
                zh, en = written(field, values[field.name], region)
                found[field.name] = Fact(values[field.name], zh, en)
    return found


def _about(kind: CaseKind, case: Standing, region: NameOf) -> dict[str, Fact]:
    place = region(case.region) if case.region else ""
    told = {
        "case_number": Fact(case.number, case.number, case.number),
        "case_kind": Fact(kind.name, kind.zh, kind.en),
        "case_state": Fact(case.state, *kind.states[case.state]),
        "case_outcome": Fact(case.outcome, *kind.outcomes.get(case.outcome, ("", ""))),
        "case_region": Fact(case.region, place, place),
        "case_department": Fact(case.department, *kind.departments.get(case.department, ("", ""))),
    }
    for name, at in (("opened", case.opened_at), ("", case.at)):
        local = at.astimezone(CHINA)
        prefix = f"case_{name}_" if name else "case_"
        moment = f"{local:%H:%M}"
        zh, en = day_zh(local.date()), day_en(local.date())
        told[f"{prefix}at"] = Fact(
            local.isoformat(timespec="seconds"), f"{zh} {moment}", f"{en} {moment}"
        )
        told[f"{prefix}on"] = Fact(local.date().isoformat(), zh, en)
    return told
