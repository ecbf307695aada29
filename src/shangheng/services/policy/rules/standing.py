# SPDX-License-Identifier: Apache-2.0
"""How a target stands, by number or by evidence, and where it is heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from shangheng.kernel.policies.concept import Target
from shangheng.services.policy.rules.projection import Projection, gap, projected, required

Source = Literal["", "indicator", "series"]
State = Literal["measured", "missing", "withheld", "undecided", "unmeasured", "evidence"]
Verdict = Literal["done", "on_course", "behind", "late", "unknown"]
VERDICTS = {
    "done": ("已达到", "reached"),
    "on_course": ("按现在的速度能达到", "will be reached at this rate"),
    "behind": ("按现在的速度达不到", "will be missed at this rate"),
    "late": ("到期未达到", "missed"),
    "unknown": ("还不能判断", "cannot be told yet"),
}
HUNDRED = Decimal(100)
YUAN = "CNY"
YEARLY_GROWTH, PERCENT = "percent/year", "percent"


@dataclass(frozen=True)
class Judged:
    """What was found, by evidence, of a target without a number, and in which case."""

    year: int
    verdict: tuple[str, str]
    reached: bool
    number: str
    proofs: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """How a city stands by its part of a target; without data it has a state, never a nought."""

    region: str
    amount: Decimal
    value: Decimal | None
    projection: Projection | None
    required: Decimal | None

    @property
    def gap(self) -> Decimal | None:
        """Return by how many per cent it will miss (negative) or exceed its part."""
        told = self.projection.value if self.projection else None
        return None if told is None else gap(told, self.amount)

    @property
    def order(self) -> tuple[bool, Decimal]:
        """Return its place in a list: the largest shortfall first, without data last."""
        short = self.amount - (self.projection.value if self.projection else self.amount)
        return self.projection is None, -short


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A target and where it stands; without a value there is a state that says why.

    ``value`` is in the target's base unit, ``share`` in per cent of what is wanted; ``source``
    tells whether it was reported or computed, ``since`` and ``until`` of which days it is.
    ``history`` are whole years, ``parts`` the cities among which it was divided. ``why`` is what
    must be decided before the indicator can be computed, in Chinese and English.
    """

    target: Target
    state: State
    value: Decimal | None = None
    since: date | None = None
    until: date | None = None
    why: tuple[str, str] | None = None
    source: Source = ""
    history: Mapping[int, Decimal] = field(default_factory=dict)
    judged: Judged | None = None
    parts: tuple[Part, ...] = ()

    @property
    def is_share(self) -> bool:
        """Return whether it grows by points, not by a rate."""
        return self.target.base_unit == PERCENT

    @property
    def base(self) -> tuple[int, Decimal] | None:
        """Return the last whole year and its value, from which everything ahead is counted."""
        return max(self.history.items(), default=None)

    @property
    def years_left(self) -> int | None:
        """Return how many years are left from the last whole one; none without a printed year."""
        if self.base is None or self.target.year is None:
            return None
        return self.target.year - self.base[0]

    @property
    def required(self) -> Decimal | None:
        """Return the yearly growth that it still takes, in per cent or points."""
        if self.base is None or not self.target.amount or self.reached:
            return None
        amount, left = Decimal(self.target.amount), self.years_left or 0
        return required(self.base[1], amount, left, is_share=self.is_share)

    @property
    def projection(self) -> Projection | None:
        """Return where whole years lead by the target's year, while that lies ahead."""
        if self.target.year is None or not (self.years_left or 0) > 0:
            return None
        return projected(self.history, self.target.year, is_share=self.is_share)

    @property
    def gap(self) -> Decimal | None:
        """Return by how many per cent the trend (or, once it is over, the value) misses it."""
        told = self.projection.value if self.projection else None
        if told is None and self.is_over and self.base:
            told = self.base[1]
        return (
            None
            if told is None or not self.target.amount
            else gap(told, Decimal(self.target.amount))
        )

    @property
    def is_over(self) -> bool:
        """Return whether a whole year has come that is the target's, or later."""
        return self.years_left is not None and self.years_left <= 0

    @property
    def verdict(self) -> Verdict:
        """Return how it stands in one word, for a reader who has a minute."""
        if self.state == "evidence":
            return "unknown" if self.judged is None else "done" if self.judged.reached else "late"
        if self.value is None or self.reached is None:
            return "unknown"
        if self.reached:
            return "done"
        if self.is_over:
            return "late"
        if self.gap is None:
            return "unknown"
        return "on_course" if self.gap >= 0 else "behind"

    @property
    def share(self) -> Decimal | None:
        """Return how much of the target is reached, in per cent."""
        if self.value is None or not self.target.amount:
            return None
        return self.value * HUNDRED / Decimal(self.target.amount)

    @property
    def reached(self) -> bool | None:
        """Return whether the target is reached by now; nothing where that is not measured."""
        if self.value is None or self.target.amount is None:
            return None
        wanted = Decimal(self.target.amount)
        return self.value > wanted if self.target.operator == ">" else self.value >= wanted

    @property
    def years(self) -> bool:
        """Return whether the target is a growth over years, measured in whole years."""
        return self.target.base_unit == YEARLY_GROWTH


def unasked(target: Target) -> State | None:
    """Return the state of a target that no indicator measures; nothing if one does."""
    if target.judged_by == "evidence":
        return "evidence"
    return None if target.indicator and target.amount is not None else "unmeasured"


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[State, Decimal | None]:
    """Return what the rows of a figure say of a target: in yuan where there are currencies."""
    told = [row for row in rows if row.get("currency") in {None, YUAN}]
    if any(row.get("suppressed") for row in told):
        return "withheld", None
    if len(told) != 1 or told[0]["value"] is None:
        return "missing", None
    return "measured", Decimal(told[0]["value"])


def whole_years(days: Sequence[date]) -> list[int]:
    """Return the years that the ledger covers from the first to the last day."""
    if not days:
        return []
    first, last = min(days), max(days)
    return [
        year
        for year in range(first.year, last.year + 1)
        if first <= date(year, 1, 1) and date(year, 12, 31) <= last
    ]


def growth(first: Decimal, last: Decimal, years: int) -> Decimal | None:
    """Return the average yearly growth in per cent; none from nothing or over no time."""
    if first <= 0 or last < 0 or years < 1:
        return None
    return ((last / first) ** (Decimal(1) / years) - 1) * HUNDRED


def part(whole: Standing, region: str, amount: Decimal, history: Mapping[int, Decimal]) -> Part:
    """Return how a city stands by its part of a target, in the years that the whole knows."""
    last = whole.base[0] if whole.base else 0
    known = {at: value for at, value in history.items() if at <= last}
    value, year = known.get(last), whole.target.year
    ahead = year is not None and (whole.years_left or 0) > 0
    return Part(
        region=region,
        amount=amount,
        value=value,
        projection=projected(known, year, is_share=whole.is_share) if ahead and year else None,
        required=None
        if value is None or value >= amount
        else required(value, amount, whole.years_left or 0, is_share=whole.is_share),
    )
