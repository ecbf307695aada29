# SPDX-License-Identifier: Apache-2.0
"""From the platforms that answered to all platforms: weights, totals and how sure they are.

Stratified estimation as in any textbook of sampling (Cochran, *Sampling Techniques*, chapter 5):
platforms of one stratum stand for each other, each answer weighs N/n, and the variance of the
total is the sum over strata of N² (1 − n/N) s²/n.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.money import cents

NORMAL_95 = Decimal("1.96")


@dataclass(frozen=True)
class Answer:
    """What one platform of the sample reported."""

    platform: str
    stratum: str
    amount: Decimal


@dataclass(frozen=True)
class Stratum:
    """An estimate for the platforms of one size class."""

    name: str
    platforms: int
    answered: int
    weight: Decimal
    total: Decimal
    variance: Decimal

    @property
    def standard_error(self) -> Decimal:
        """Return the standard error of the total."""
        return cents(self.variance.sqrt())

    @property
    def low(self) -> Decimal:
        """Return the lower end of the 95 % interval."""
        return cents(self.total - NORMAL_95 * self.variance.sqrt())

    @property
    def high(self) -> Decimal:
        """Return the upper end of the 95 % interval."""
        return cents(self.total + NORMAL_95 * self.variance.sqrt())


@dataclass(frozen=True)
class Estimate:
    """A grossed-up total with its standard error and 95 % interval, in the unit of the answers."""

    total: Decimal
    standard_error: Decimal
    low: Decimal
    high: Decimal
    strata: tuple[Stratum, ...]

    @property
    def relative_error(self) -> Decimal | None:
        """Return the standard error as a share of the total."""
        return self.standard_error / self.total if self.total else None


def gross_up(answers: Iterable[Answer], register: Mapping[str, int]) -> Estimate:
    """Estimate the total of all platforms on the register from those that answered.

    ``register`` counts the platforms of each stratum. A stratum of which nobody answered, or of
    which a single one answered for others, tells nothing about its spread: it must be merged.
    """
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for answer in answers:
        amounts[answer.stratum].append(answer.amount)
    if unknown := sorted(set(amounts) - set(register)):
        raise Invalid("survey.stratum_not_on_register", strata=unknown)
    strata = tuple(_stratum(name, size, amounts[name]) for name, size in sorted(register.items()))
    total = sum((each.total for each in strata), Decimal(0))
    error = sum((each.variance for each in strata), Decimal(0)).sqrt()
    low, high = total - NORMAL_95 * error, total + NORMAL_95 * error
    return Estimate(cents(total), cents(error), cents(low), cents(high), strata)


def _stratum(name: str, size: int, amounts: list[Decimal]) -> Stratum:
    answered = len(amounts)
    if answered > size:
        raise Invalid("survey.more_answers_than_platforms", stratum=name, register=size)
    if answered == 0 and size > 0:
        raise Invalid("survey.stratum_silent", stratum=name, register=size)
    if answered == 1 and size > 1:
        raise Invalid("survey.stratum_too_small", stratum=name, register=size)
    if answered == 0:
        return Stratum(name, 0, 0, Decimal(0), Decimal(0), Decimal(0))
    weight = Decimal(size) / answered
    mean = sum(amounts, Decimal(0)) / answered
    variance = Decimal(0)
    if size > answered:
        spread = sum(((each - mean) ** 2 for each in amounts), Decimal(0)) / (answered - 1)
        variance = size * (size - answered) * spread / answered
    return Stratum(name, size, answered, weight, size * mean, variance)
