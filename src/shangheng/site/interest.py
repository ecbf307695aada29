# SPDX-License-Identifier: Apache-2.0
"""Interest on an account (积数计息): each day's closing balance counts for the days it stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.concept.interest import interest_on_balances
from shangheng.kernel.accounts.concept.rounding import ROUNDINGS, Rounding
from shangheng.kernel.accounts.concept.units import Unit
from shangheng.kernel.errors import Invalid
from shangheng.kernel.periods import CHINA, day_of
from shangheng.site import clock

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Terms:
    """What was agreed: per cent a year, how days are counted, how the sum is rounded."""

    percent: Decimal
    day_count: str
    rounding: Rounding


@dataclass(frozen=True)
class Held:
    """A balance in smallest pieces, from a day until before another."""

    since: date
    until: date
    balance: int

    @property
    def days(self) -> int:
        """Return for how many days it was held."""
        return (self.until - self.since).days


@dataclass(frozen=True)
class Reckoned:
    """The interest of a period in smallest pieces, and the balances that it comes from."""

    unit: Unit
    interest: int
    held: tuple[Held, ...]


def terms(told: Mapping[str, str]) -> Terms:
    """Read terms; nothing has a default, they are the agreement's to say."""
    text = told.get("rate", "").strip()
    try:
        percent = Decimal(text)
    except InvalidOperation as error:
        raise Invalid("amount.not_a_number", amount=text) from error
    if not percent.is_finite():
        raise Invalid("amount.not_a_number", amount=text)
    rounding = next((each for each in ROUNDINGS if each == told.get("rounding")), None)
    if rounding is None:
        raise Invalid(
            "interest.rounding_unknown", rounding=told.get("rounding", ""), known=[*ROUNDINGS]
        )
    return Terms(percent, told.get("day_count", ""), rounding)


def reckon(code: str, since: date, until: date, agreed: Terms) -> Reckoned:
    """Return the interest of the days from one until before another, which must be over."""
    ends = datetime.combine(until, time(), CHINA)
    if ends > clock.now():
        raise Invalid("statement.not_over", until=ends.isoformat())
    told = queries.statement(code, since=datetime.combine(since, time(), CHINA), until=ends)
    closing = {since: told.opening} | {day_of(each.at): each.after for each in told.lines}
    interest = interest_on_balances(
        [*closing.items()], until, agreed.percent / HUNDRED, day_count=agreed.day_count,
        rounding=agreed.rounding,
    )  # fmt: skip
    spans = pairwise([*closing, until])
    held = (Held(*span, balance) for span, balance in zip(spans, closing.values(), strict=True))
    return Reckoned(told.unit, interest, tuple(held))
