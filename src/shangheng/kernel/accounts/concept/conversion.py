# SPDX-License-Identifier: Apache-2.0
"""Changing one unit into another: only at a rate that is told, with its day and its source.

Nothing is ever moved between units. A conversion is a chain of two transfers: what is given goes
to the exchange account of its unit, what is got comes from the exchange account of the other unit;
both bear the rate and how the amount was rounded.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from shangheng.kernel.accounts.concept.rounding import Rounding, rounded
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.accounts.concept.units import Unit
from shangheng.kernel.errors import Invalid

KIND = "conversion"


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of one unit a whole one of another comes to, on which day, and who says so."""

    of: Unit
    into: Unit
    value: Decimal
    on: date
    source: str

    def __post_init__(self) -> None:
        """Refuse a rate that nobody could stand by."""
        if not self.value.is_finite() or self.value <= 0 or not self.source:
            raise Invalid("rate.malformed", rate=str(self.value), source=self.source)
        if self.of == self.into:
            raise Invalid("rate.same_unit", unit=self.of.code)


@dataclass(frozen=True, slots=True)
class Route:
    """The four accounts of a conversion: who gives, who gets, and the two exchange accounts."""

    source: str
    taken_by: str
    given_by: str
    target: str


def converted(pieces: int, rate: Rate, rounding: Rounding) -> int:
    """Return what an amount comes to in smallest pieces of the other unit."""
    exact = Fraction(pieces, 10**rate.of.decimals) * Fraction(rate.value)
    return rounded(exact * 10**rate.into.decimals, rounding)


def conversion(
    key: str, route: Route, amount: int, rate: Rate, *, rounding: Rounding
) -> tuple[Transfer, Transfer]:
    """Return the two transfers of a conversion, to be posted together."""
    got = converted(amount, rate, rounding)
    if got <= 0:
        raise Invalid("rate.nothing_left", amount=amount, rate=str(rate.value))
    facts = {
        "rate": f"1 {rate.of.code} = {rate.value} {rate.into.code}",
        "rate_on": rate.on.isoformat(),
        "rate_source": rate.source,
        "rounding": rounding,
    }
    return (
        Transfer(
            key=f"{key}/out", source=route.source, target=route.taken_by, amount=amount,
            kind=KIND, facts=facts, linked=True,
        ),
        Transfer(
            key=f"{key}/in", source=route.given_by, target=route.target, amount=got,
            kind=KIND, facts=facts,
        ),
    )  # fmt: skip
