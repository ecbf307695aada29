# SPDX-License-Identifier: Apache-2.0
"""The simulator stands beside the services and may not import them; it must still fit them."""

import pytest

from architecture.tree import KINDS, SERVICES
from shangheng.kernel.records.concept.fields import OneOf
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.simulate import flows, orders
from shangheng.simulate.rows import COLUMNS

DRAWN = {
    "mode": orders.MODES,
    "channel": orders.CHANNELS,
    "cross_border": orders.CROSS_BORDER,
    "method": flows.METHODS,
    "reason": flows.REASONS,
}


# What is counted is simulated; what officers and inspectors write down is not.
COUNTED = next(service.kinds for service in SERVICES if service.name == "statistics")


@pytest.mark.parametrize("kind", COUNTED, ids=lambda each: each.name)
def test_simulated_columns_are_the_fields_of_the_kind(kind: RecordKind) -> None:
    assert COLUMNS[kind.name] == tuple(field.name for field in kind.fields)


def test_no_kind_is_simulated_that_nothing_declares() -> None:
    assert set(COLUMNS) == {kind.name for kind in COUNTED}


@pytest.mark.parametrize("name", DRAWN)
def test_simulated_codes_are_on_the_code_list(name: str) -> None:
    listed = [
        field.values
        for kind in KINDS
        for field in kind.fields
        if field.name == name and isinstance(field, OneOf)
    ]
    assert listed
    assert set(DRAWN[name]) <= set(listed[0])
