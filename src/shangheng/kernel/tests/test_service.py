# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

from shangheng.kernel.accounts.concept.kinds import Outside, kinds_of
from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.cases.tests.builders import KIND
from shangheng.kernel.errors import Invalid
from shangheng.kernel.service import Registry, Service

DOING = replace(KIND, steps=(replace(KIND.steps[0], guarded=True), *KIND.steps[1:]))


def test_a_house_that_lacks_what_a_guarded_step_needs_is_refused_at_the_start() -> None:
    kept = Service(name="one", zh="甲", en="one", systems=(), cases=(DOING,))
    with pytest.raises(Invalid, match=r"service\.guard_missing"):
        Registry((kept,))
    step = f"{KIND.name}.{KIND.steps[0].name}"
    assert list(Registry((replace(kept, guards={step: lambda _: None}),)).guards) == [step]


PAYING = replace(
    KIND,
    steps=(
        replace(
            KIND.steps[0],
            posts=(Posting(plan=GUARANTEE, movement="pay", account="g/1", amount="claim"),),
        ),
        *KIND.steps[1:],
    ),
)


def test_a_step_makes_only_a_movement_that_the_kind_of_account_gives_its_takers() -> None:
    taker = KIND.steps[0].by
    by = dict.fromkeys(GUARANTEE.by_name, ("other.role",))
    bank = Outside("bank", "专户", "bank")

    def house(**told: tuple[str, ...]) -> Registry:
        kinds = kinds_of(GUARANTEE, by=by | told, outside=bank, basis=())
        return Registry(
            (Service(name="one", zh="甲", en="one", systems=(), cases=(PAYING,), accounts=kinds),)
        )

    # Who may take from the one end and give to the other does not make this movement.
    around = {"reject": (str(taker),), "recover": (str(taker),)}
    for told in ({}, {"recover": (str(taker),)}, around):
        with pytest.raises(Invalid, match=r"service\.posting_not_allowed"):
            house(**told)
    assert house(pay=(str(taker),)).accounts
    with pytest.raises(Invalid, match=r"service\.posting_not_allowed"):
        Registry((Service(name="one", zh="甲", en="one", systems=(), cases=(PAYING,)),))
