# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

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
