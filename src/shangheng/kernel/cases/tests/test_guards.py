# SPDX-License-Identifier: Apache-2.0
"""What a service does with a step happens with the step or not at all."""

from dataclasses import replace

import pytest

from shangheng.kernel.cases import actions, proofs, queries
from shangheng.kernel.cases.concept.guards import Guard, Taking
from shangheng.kernel.cases.store import House
from shangheng.kernel.cases.tests.builders import ANNA, AT, HOUSE, KIND, LEAD, hand, story
from shangheng.kernel.errors import Conflict, Unavailable
from shangheng.kernel.evidence.models import LeafRow

pytestmark = pytest.mark.django_db
DOING = replace(
    KIND, steps=tuple(
        replace(step, guarded=True) if step.name == "grant" else step for step in KIND.steps
    ),
)  # fmt: skip
STEPS = ("accept", "propose")


def house(guard: Guard) -> House:
    return replace(HOUSE, guards={f"{DOING.name}.grant": (guard,)})


def proposed() -> str:
    number = actions.open_case(DOING, story(), hand()).number
    for name in STEPS:
        actions.take_step(DOING, number, name, {"reason": "齐全"}, hand(ANNA))
    return number


def test_a_guard_sees_the_form_and_what_earlier_steps_said() -> None:
    seen: list[Taking] = []
    number = proposed()
    actions.take_step(DOING, number, "grant", {}, hand(LEAD, house=house(seen.append)))
    (taken,) = seen
    assert (taken.number, taken.step, taken.told) == (number, "grant", {"reason": "齐全"})
    assert taken.values["story"] == "手机壳熔化"
    assert (taken.region, taken.opened_at) == ("320583", AT)


def test_what_a_guard_refuses_is_not_done_and_not_sealed() -> None:
    def refuse(taken: Taking) -> None:
        raise Conflict("case.closed", number=taken.number)

    number, leaves = proposed(), LeafRow.objects.count()
    with pytest.raises(Conflict):
        actions.take_step(DOING, number, "grant", {}, hand(LEAD, house=house(refuse)))
    file = queries.case_file(DOING, number, actor=LEAD, at=AT, house=HOUSE)
    assert (file.case.state, len(file.steps)) == ("proposed", 1 + len(STEPS))
    assert LeafRow.objects.count() == leaves
    assert proofs.intact(number)


def test_a_step_whose_guard_nobody_provides_is_not_taken_without_it() -> None:
    with pytest.raises(Unavailable, match=r"case\.guard_missing"):
        actions.take_step(DOING, proposed(), "grant", {}, hand(LEAD))
