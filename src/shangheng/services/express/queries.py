# SPDX-License-Identifier: Apache-2.0
"""What can be asked of outlets: who is near, which counties have none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.queries import Sought
from shangheng.services.express import rules
from shangheng.services.express.registers import EXPRESS_OUTLET
from shangheng.services.express.rules import Coverage, Near


def outlets(region: str, today: date) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the outlets on file in a region, by number."""
    sought = Sought(region=region, limit=None)
    found = registers.listed(EXPRESS_OUTLET, sought, actor=NOBODY, today=today)
    return [(each.number, each.values) for each in found]


def near(values: Mapping[str, Any], *, metres: float, today: date) -> tuple[Near, ...]:
    """Return the outlets on file that may be the same as one; neighbouring counties too."""
    point = EXPRESS_OUTLET.point_of(values)
    assert point is not None  # noqa: S101 - both are required fields
    city = str(values["region"])[:4] + "00"
    return rules.near(point, str(values["brand"]), outlets(city, today), metres)


def coverage(region: str, today: date) -> tuple[Coverage, ...]:
    """Return how far each county of a region is covered."""
    return tuple(
        rules.coverage(counties(region), [values for _, values in outlets(region, today)])
    )


def counties(region: str) -> list[str]:
    """Return the counties of a province, of a city, or a county itself."""
    if region[2:6] == "0000":
        return [county for city in regions.children(region) for county in _below(city.code)]
    return _below(region)


def _below(code: str) -> list[str]:
    if code[4:6] != "00":
        return [code[:6]]
    return [each.code[:6] for each in regions.children(code)] or [code]
