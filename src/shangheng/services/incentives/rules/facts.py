# SPDX-License-Identifier: Apache-2.0
"""What is known of one firm. Whatever is absent (``None``, a missing key) is unknown, not false.

Amounts are yuan with at most two decimals, areas square metres. A section that is there and
empty says that there is nothing of the kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shangheng.services.incentives.registers import FINDING_KINDS

MODES = ("B2B", "B2C", "C2C")
HONOURS = ("brand", "demonstration-base", "demonstration-enterprise")
HONOUR_LEVELS = ("national", "provincial", "city", "county")
FINDINGS = tuple(FINDING_KINDS)
UTILITIES = ("power", "water", "gas")
NOWHERE = ""
"""The region of what does not exist: a firm that says it has no headquarters elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Sale:
    """A year's sales by one mode; without an amount the year is known to be without data."""

    year: int
    mode: str
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Premises; ``used_otherwise_from`` is the day from which an office is one no longer."""

    area_m2: Decimal | None = None
    annual_rent: Decimal | None = None
    since: date | None = None
    until: date | None = None
    use: str | None = None
    place: str | None = None
    used_otherwise_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class Fibre:
    """A private fibre line and the rent of its first year."""

    since: date | None = None
    first_year_rent: Decimal | None = None
    new: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Honour:
    """A recognition; honours of the same ``name`` are of the same product or base."""

    kind: str
    level: str | None = None
    day: date | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What an authority found against the firm in a year."""

    kind: str
    year: int


@dataclass(frozen=True, kw_only=True)
class Award:
    """What was paid under a provision; below zero if the firm paid back."""

    provision: str
    day: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Research:
    """A year's cost of developing new technology, products and processes.

    ``expensed`` went through the year's profit, ``capitalised`` became an intangible asset that is
    written off over ``life_years`` from that year on.
    """

    year: int
    expensed: Decimal | None = None
    capitalised: Decimal | None = None
    life_years: int | None = None


@dataclass(frozen=True, kw_only=True)
class IncomeTax:
    """The personal income tax that a recruited person paid for a year in the jurisdiction."""

    year: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A cost or a service that a provision subsidises, of a ``kind`` that provisions name.

    ``since`` is its day or the first of a span until ``until``; ``monthly`` what was paid each
    month of the span, ``count`` persons, ``certified`` the day of their certificates,
    ``principal`` the loan on which ``amount`` is the interest.
    """

    kind: str
    since: date | None = None
    until: date | None = None
    amount: Decimal | None = None
    monthly: Decimal | None = None
    count: int | None = None
    area_m2: Decimal | None = None
    principal: Decimal | None = None
    certified: date | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A utility bill: how much was used from ``since`` until ``until``, what it came to in yuan.

    Electricity may be parted by hours into ``peak``, ``flat`` and ``valley``.
    """

    kind: str
    since: date | None = None
    until: date | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    peak: Decimal | None = None
    flat: Decimal | None = None
    valley: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Hire:
    """A newly hired person and the training before the job."""

    graduate: bool | None = None
    signed: date | None = None
    months: int | None = None
    trained: date | None = None
    trainer: str | None = None
    stayed: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One firm's file. ``party`` holds what was said of the firm itself, by name.

    ``stated`` holds what else provisions ask for, such as ``shop.registered``, by its full name.
    """

    party: Mapping[str, str | bool] = field(default_factory=dict)
    stated: Mapping[str, bool | int | date] = field(default_factory=dict)
    sales: tuple[Sale, ...] | None = None
    leases: tuple[Lease, ...] | None = None
    fibre: tuple[Fibre, ...] | None = None
    honours: tuple[Honour, ...] | None = None
    findings: tuple[Finding, ...] | None = None
    awards: tuple[Award, ...] | None = None
    rnd: tuple[Research, ...] | None = None
    hires: tuple[Hire, ...] | None = None
    income_tax: tuple[IncomeTax, ...] | None = None
    costs: tuple[Cost, ...] | None = None
    bills: tuple[Bill, ...] | None = None
