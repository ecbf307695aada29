# SPDX-License-Identifier: Apache-2.0
"""How a target stands: measured, without data, withheld, undecided, or judged by evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from shangheng.kernel.policies.concept import Target

State = Literal["measured", "missing", "withheld", "undecided", "unmeasured", "evidence"]
HUNDRED = Decimal(100)
YUAN = "CNY"
YEARLY_GROWTH = "percent/year"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A target and where it stands; without a value there is a state that says why.

    ``value`` is in the target's base unit, ``share`` in per cent of what is wanted. ``why`` is
    what must be decided before the indicator can be computed, in Chinese and English.
    """

    target: Target
    state: State
    value: Decimal | None = None
    since: date | None = None
    until: date | None = None
    why: tuple[str, str] | None = None

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
