# SPDX-License-Identifier: Apache-2.0
"""Where a yearly value is heading, how sure that is, and what growth a target would take.

A trend is a least-squares line through whole years: through the logarithms of amounts, which grow
by a rate, and through shares as they are, which grow by points. The interval is that in which the
value of the year asked falls four times out of five if the scatter about the line stays what it
was (prediction interval of simple regression, Student's t). Two years show a direction but no
scatter, so that they have no interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log, sqrt
from statistics import linear_regression

T_80 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350,
        1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325)  # fmt: skip
"""Student's t, 90th percentile, for 1 to 20 degrees of freedom; beyond, that of the normal."""
T_80_BEYOND = 1.282
YEARS_MIN, SCATTER_MIN = 2, 3
HUNDRED = Decimal(100)
DIGITS = 2
EXPONENT_MAX = 300.0


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What a trend comes to in a year; ``low`` and ``high`` hold four times out of five.

    ``growth`` is the trend's own: per cent a year of an amount, points a year of a share.
    """

    year: int
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    growth: Decimal
    years: tuple[int, ...]


def projected(
    history: Mapping[int, Decimal], year: int, *, is_share: bool = False
) -> Projection | None:
    """Return where whole years lead; nothing from fewer than two, or from nothing at all."""
    years = tuple(sorted(at for at in history if at < year))
    if len(years) < YEARS_MIN or (not is_share and any(history[at] <= 0 for at in years)):
        return None
    values = [float(history[at]) if is_share else log(float(history[at])) for at in years]
    slope, start = linear_regression(years, values)
    middle, spread = start + slope * year, _spread(years, values, slope, start, year)
    back = (lambda x: min(max(x, 0.0), 100.0)) if is_share else _exp
    growth = slope if is_share else (_exp(slope) - 1) * 100
    return Projection(
        year=year,
        value=_decimal(back(middle)),
        low=None if spread is None else _decimal(back(middle - spread)),
        high=None if spread is None else _decimal(back(middle + spread)),
        growth=_decimal(growth),
        years=years,
    )


def _exp(x: float) -> float:
    return exp(min(x, EXPONENT_MAX))


def _decimal(value: float) -> Decimal:
    return round(Decimal(repr(value)), DIGITS)


def _spread(
    years: tuple[int, ...], values: list[float], slope: float, start: float, at: int
) -> float | None:
    """Return half the width of the prediction interval; nothing where there is no scatter."""
    count = len(years)
    if count < SCATTER_MIN:
        return None
    left = [value - start - slope * year for year, value in zip(years, values, strict=True)]
    free = count - 2
    scatter = sqrt(sum(each * each for each in left) / free)
    mean = sum(years) / count
    width = sum((year - mean) ** 2 for year in years)
    quantile = T_80[free - 1] if free <= len(T_80) else T_80_BEYOND
    return quantile * scatter * sqrt(1 + 1 / count + (at - mean) ** 2 / width)


def required(
    present: Decimal, amount: Decimal, years_left: int, *, is_share: bool = False
) -> Decimal | None:
    """Return the yearly growth that reaches an amount: per cent, or points of a share.

    Nothing where no year is left or there is nothing to grow from.
    """
    if years_left < 1 or (not is_share and present <= 0):
        return None
    if is_share:
        return round((amount - present) / years_left, DIGITS)
    rate = ((amount / present).ln() / years_left).exp() - 1
    return round(rate * HUNDRED, DIGITS)


def gap(value: Decimal, amount: Decimal) -> Decimal:
    """Return by how many per cent of an amount (not nought) a value exceeds it or falls short."""
    return round((value - amount) * HUNDRED / amount, DIGITS)
