# SPDX-License-Identifier: Apache-2.0
"""What a service does with a step happens with the step or not at all."""

from dataclasses import replace

import pytest

from shangheng.kernel.cases import actions, proofs, queries
from shangheng.kernel.cases.store import Effect, House, Taken
from shangheng.kernel.cases.tests.builders import ANNA, AT, HOUSE, KIND, LEAD, hand, story
from shangheng.kernel.errors import Conflict, Unavailable
from shangheng.kernel.evidence.models import LeafRow

pytestmark = pytest.mark.django_db
DOING = replace(
    KIND, steps=tuple(
        replace(step, does="tell") if step.name == "grant" else step for step in KIND.steps
    ),
)  # fmt: skip
STEPS = ("accept", "propose")


def house(effect: Effect) -> House:
    return replace(HOUSE, effects={"tell": effect})


def proposed() -> str:
    number = actions.open_case(DOING, story(), hand()).number
    for name in STEPS:
        actions.take_step(DOING, number, name, {"reason": "齐全"}, hand(ANNA))
    return number


def test_an_effect_sees_the_form_and_what_earlier_steps_said() -> None:
    seen: list[Taken] = []
    number = proposed()
    actions.take_step(DOING, number, "grant", {}, hand(LEAD, house=house(seen.append)))
    (taken,) = seen
    assert (taken.number, taken.step.name, taken.said) == (number, "grant", {"reason": "齐全"})
    assert taken.form["story"] == "手机壳熔化"
    assert (taken.region, taken.opened_at) == ("320583", AT)


def test_what_an_effect_refuses_is_not_done_and_not_sealed() -> None:
    def refuse(taken: Taken) -> None:
        raise Conflict("case.closed", number=taken.number)

    number, leaves = proposed(), LeafRow.objects.count()
    with pytest.raises(Conflict):
        actions.take_step(DOING, number, "grant", {}, hand(LEAD, house=house(refuse)))
    file = queries.case_file(DOING, number, actor=LEAD, at=AT, house=HOUSE)
    assert (file.case.state, len(file.steps)) == ("proposed", 1 + len(STEPS))
    assert LeafRow.objects.count() == leaves
    assert proofs.intact(number)


def test_a_step_whose_effect_nobody_provides_is_not_taken_without_it() -> None:
    with pytest.raises(Unavailable, match=r"case\.nobody_does"):
        actions.take_step(DOING, proposed(), "grant", {}, hand(LEAD))
