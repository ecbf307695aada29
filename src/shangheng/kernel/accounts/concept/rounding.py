# SPDX-License-Identifier: Apache-2.0
"""The one place where an amount is rounded, and only as its caller names it."""

from fractions import Fraction
from typing import Literal

Rounding = Literal["half_up", "half_even", "down", "up"]

ROUNDINGS: dict[Rounding, tuple[str, str]] = {
    "half_up": ("四舍五入", "to the nearest, a half away from zero"),
    "half_even": ("四舍六入五成双", "to the nearest, a half to the even neighbour"),
    "down": ("舍尾", "towards zero"),
    "up": ("进位", "away from zero"),
}


def rounded(value: Fraction, rounding: Rounding) -> int:
    """Return the whole number that a rounding makes of an exact value."""
    if rounding == "half_even":
        return round(value)
    size = abs(value)
    whole = size.numerator // size.denominator
    beyond = size - whole
    if (rounding == "up" and beyond) or (rounding == "half_up" and beyond >= Fraction(1, 2)):
        whole += 1
    return -whole if value < 0 else whole
