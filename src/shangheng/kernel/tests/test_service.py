# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

from shangheng.kernel.cases.tests.builders import KIND
from shangheng.kernel.errors import Invalid
from shangheng.kernel.service import Registry, Service

DOING = replace(KIND, steps=(replace(KIND.steps[0], does="tell"), *KIND.steps[1:]))


def test_a_service_that_lacks_what_its_steps_name_is_refused_at_the_start() -> None:
    kept = Service(name="one", zh="甲", en="one", systems=(), cases=(DOING,))
    with pytest.raises(Invalid, match=r"service\.effect_missing"):
        Registry((kept,))
    assert Registry((replace(kept, effects={"tell": lambda _: None}),)).effects
