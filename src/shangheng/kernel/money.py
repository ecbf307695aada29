# SPDX-License-Identifier: Apache-2.0
"""Amounts as policy documents print them: exact decimals, in 元 or in 万, 亿 and 万亿 of it.

An amount is a ``Decimal`` beside its ISO 4217 currency; amounts of different currencies are never
added. The ledger keeps four decimals, enough for every currency and for unit prices.
"""

from decimal import ROUND_HALF_UP, Decimal

from shangheng.kernel.errors import Invalid

CENT = Decimal("0.01")
SCALES: dict[str, tuple[Decimal, str]] = {
    "": (Decimal(1), ""),
    "万": (Decimal(10_000), "ten thousand"),
    "亿": (Decimal(100_000_000), "hundred million"),
    "万亿": (Decimal(1_000_000_000_000), "trillion"),
}


def cents(amount: Decimal) -> Decimal:
    """Return an amount to the cent, half a cent up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def scaled(value: Decimal, scale: str) -> Decimal:
    """Return an amount in 万, 亿 or 万亿 of its unit, exactly."""
    if scale not in SCALES:
        raise Invalid("unit.unknown_scale", scale=scale, known=list(SCALES))
    return value / SCALES[scale][0]


def natural_scale(value: Decimal) -> str:
    """Return the largest scale in which the amount is at least one."""
    fitting = [scale for scale, (size, _) in SCALES.items() if abs(value) >= size]
    return fitting[-1] if fitting else ""


YUAN_BY_UNIT: dict[str, int] = {f"{scale}元": int(size) for scale, (size, _) in SCALES.items()}
"""How many yuan a printed unit comes to: 元, 万元, 亿元, 万亿元."""
