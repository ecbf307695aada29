# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date

import pytest

from shangheng.kernel.cases.concept.clocks import Clock
from shangheng.kernel.cases.concept.kinds import Step
from shangheng.kernel.cases.tests.builders import DAYS, KIND
from shangheng.kernel.errors import Invalid

WRONG = [
    ({"initial": "nowhere"}, "initial state"),
    ({"steps": (*KIND.steps, Step("x", "nowhere", "open", by="a.b"))}, "unknown state nowhere"),
    ({"steps": (*KIND.steps, Step("x", "open", "nowhere", by="a.b"))}, "unknown state nowhere"),
    ({"steps": (*KIND.steps, Step("x", "open", "closed", by=()))}, "by nobody"),
    ({"steps": (*KIND.steps, Step("x", "open", "closed", by="Officer"))}, "by nobody or by"),
    ({"steps": (*KIND.steps, KIND.steps[0])}, "declared twice"),
    ({"steps": (*KIND.steps, Step("x", "open", "closed", by="a.b", unlike=("y",)))}, "unlike"),
    ({"steps": (*KIND.steps, Step("x", "open", "closed", by="a.b", outcome="y"))}, "outcome"),
    ({"states": {**KIND.states, "island": ("岛", "island")}}, "island cannot be reached"),
    ({"clocks": (Clock("x", "甲", "x", runs=("nowhere",), hours=1),)}, "unknown states"),
    ({"clocks": (Clock("x", "甲", "x", runs=("open",), hours=0),)}, "length of 0"),
    ({"clocks": (Clock("x", "甲", "x", runs=("closed",), hours=1),)}, "after the end"),
    (
        {"clocks": (Clock("x", "甲", "x", runs=("open",), pauses=("open",), hours=1),)},
        "does not pause",
    ),
    (
        {"clocks": (Clock("x", "甲", "x", runs=("open",), hours=1, may_extend=("a.b",)),)},
        "by how much",
    ),
    ({"place": ("story",)}, "not a region"),
    ({"title": "nothing"}, "not a field"),
    ({"number": "T-{sequence}"}, "no pattern"),
    ({"number": "t-{year}-{sequence}"}, "no pattern"),
    ({"number": "T-{year}-{day}-{sequence}"}, "no pattern"),
    ({"name": "Try Out"}, "name"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_a_life_cycle_that_cannot_be_lived_is_refused_at_import(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=r"case_kind\.wrong") as refusal:
        replace(KIND, **change)  # type: ignore[arg-type]
    assert any(said in each for each in refusal.value.facts["wrong"])


def test_a_cycle_without_an_end_is_refused() -> None:
    steps = (Step("go", "received", "open", by="a.b"), Step("back", "open", "received", by="a.b"))
    states = {"received": ("已收到", "received"), "open": ("办理中", "open")}
    with pytest.raises(Invalid) as refusal:
        replace(KIND, states=states, steps=steps, clocks=(), outcomes={})
    assert "no state is an end" in refusal.value.facts["wrong"]


def test_a_kind_knows_its_ends_its_roles_and_what_must_be_decided() -> None:
    assert KIND.ends == ("closed", "withdrawn")
    assert KIND.roles == ("tryout.officer", "tryout.lead")
    assert KIND.parameters == (DAYS,)
    assert KIND.numbered(date(2026, 3, 2), 7) == "TRYOUT-2026-000007"
    assert [step.name for step in KIND.steps_from("open")] == ["ask", "propose", "withdraw"]
