# SPDX-License-Identifier: Apache-2.0
"""What a provision says, and what a formula finds when it is applied to facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.services.incentives.rules.facts import Facts

ZERO = Decimal(0)
WITH_AMOUNT = {"money", "tax", "insurance", "loan", "price"}
"""Kinds of provisions that come to an amount; a status, a service or land does not."""


@dataclass(frozen=True)
class Reason:
    """Why: a code of ``reasons.REASONS`` with its facts, and the clause it comes from."""

    code: str
    clause: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A printed condition: facts of which one must be true, or none if it excludes.

    Without a fact it is a condition that only an officer can judge. ``at_least`` is the term that
    a fact which is a number must reach.
    """

    zh: str
    en: str
    clause: str
    facts: tuple[str, ...] = ()
    at_least: str | None = None
    excludes: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the document leaves open: the choices or a number, and the question to answer.

    ``proposed`` is used, and said to be a proposal, until the authority decides; without one
    nothing that depends on the reading is computed. ``parameter`` is its other name, ``words``
    say in Chinese and English what each choice means.
    """

    name: str
    zh: str
    en: str
    clause: str
    choose: tuple[str, ...] = ()
    proposed: str | None = None
    parameter: str = ""
    unit: str = ""
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def in_words(self, value: object) -> tuple[str, str]:
        """Return what a value means: the words of a choice, else the value itself."""
        return self.words.get(str(value), (str(value), str(value)))

    @property
    def choices(self) -> tuple[tuple[str, str, str], ...]:
        """Return each choice with its words."""
        return tuple((each, *self.in_words(each)) for each in self.choose)


@dataclass(frozen=True, kw_only=True)
class Provision:
    """One promise of a document, with the numbers that hold on the day that is asked about.

    ``terms`` holds levels, rates and caps by name; ``region`` is the code of the jurisdiction and
    ``first_year`` the calendar year of the document. ``stacks`` is the clause that forbids to pay
    twice on one basis, ``disqualifies`` the one that takes away a year with a finding.
    ``printed`` is false where the document names no amount. ``open_terms`` are terms that no
    document prints, each with the reading that decides it. ``counts`` says which costs of the
    facts a formula over costs takes, ``matching_percent`` what a county adds where it decided to.
    ``once_for`` says what it is given once for: a ``trainee`` (person and course), an ``asset``.
    """

    id: str
    clause: str
    zh: str
    en: str
    kind: str
    formula: str
    region: str
    payer: str | None = None
    begins: date | None = None
    first_year: int = 0
    in_force: bool = True
    printed: bool = True
    stacks: str | None = None
    disqualifies: str | None = None
    requires: tuple[Condition, ...] = ()
    readings: tuple[Reading, ...] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    open_terms: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)
    matching_percent: Decimal | None = None
    once_for: str = ""

    @property
    def lacks_amount(self) -> bool:
        """Return whether it promises an amount that the document does not print."""
        return not self.printed and self.kind in WITH_AMOUNT

    @property
    def is_money(self) -> bool:
        """Return whether it pays money, which alone is added up."""
        return self.kind == "money"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One amount that falls due: for which year, on which day, on which basis of assessment.

    Pieces of one ``basis`` do not add up: the highest counts. ``lost`` and ``dropped`` say that a
    finding or the rule against paying twice took it away.
    """

    year: int
    due_on: date
    amount: Decimal
    basis: str
    zh: str
    en: str
    full: Decimal = ZERO
    lost: bool = False
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What a formula finds: amounts, reasons, and the facts without which it cannot tell.

    ``value`` is what is granted where it is not money (a rate, a deduction). ``repay`` says that
    what was received must be given back, ``wanting`` names facts that would only add detail,
    ``over`` that what was granted has run out.
    """

    pieces: tuple[Piece, ...] = ()
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    value: Mapping[str, Any] | None = None
    repay: bool = False
    over: bool = False
    wanting: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a formula may look at: facts, provision, readings that were chosen, day, lost years."""

    facts: Facts
    provision: Provision
    readings: Mapping[str, Any]
    on: date
    lost_years: frozenset[int] = frozenset()

    def reason(self, code: str, **facts: Any) -> Reason:  # noqa: ANN401 - facts are of any type
        """Return a reason under the clause of the provision."""
        return Reason(code, self.provision.clause, facts)

    def open_name(self, term: str) -> str:
        """Return what is missing while a term is open: the reading that decides it."""
        return f"reading.{self.provision.open_terms.get(term, term)}"

    def term(self, name: str) -> Decimal | None:
        """Return a term as printed, or as the authority decided it."""
        printed = self.provision.terms.get(name)
        if printed is not None:
            return Decimal(printed)
        return self.number(self.provision.open_terms.get(name, name))

    def number(self, name: str) -> Decimal | None:
        """Return a number that the authority decided, if it has."""
        value = self.readings.get(name)
        return None if value is None else Decimal(str(value))
