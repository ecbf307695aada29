# SPDX-License-Identifier: Apache-2.0
"""What a jurisdiction consists of: documents, clauses, duties, parameters, targets, quotas, codes.

Every thing keeps its ``place``, where faults are shown. A clause is referred to as
``ganzhou-2015 四(二)1``; ``hunan-2015 (四)#a`` names one duty of a clause that has several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Kind = Literal["target", "duty", "incentive", "registry", "rule", "deadline", "quota"]
Operator = Literal[">", ">=", "=", "full"]
Number = int | Decimal
COLLECTIVE = "collective"  # not one body (省有关部门): it can never be in the lead
FIRST_LISTED = "first-listed"


@dataclass(frozen=True)
class Place:
    """Where something stands: a file below the folder of jurisdictions, and its line."""

    file: str
    line: int


@dataclass(frozen=True)
class Words:
    """A text in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """What is wrong in a folder: where, and the code and facts of its text."""

    place: Place
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What ``departments`` owe, as printed; ``lead`` only where it is said who leads."""

    id: str | None
    zh: str
    en: str
    departments: tuple[str, ...]
    lead: str | None
    others: str | None
    place: Place = field(compare=False)

    @property
    def first_listed(self) -> str | None:
        """Return the body that is printed first, which is not yet the one that leads."""
        return self.departments[0] if self.departments else None


@dataclass(frozen=True, kw_only=True)
class Clause:
    """The smallest numbered unit of a document, in our own words.

    It prints ``numbers``, ``serves`` systems and concerns an ``audience`` besides who owes it.
    """

    document: str
    label: str
    part: str | None
    kinds: tuple[Kind, ...]
    audience: tuple[str, ...]
    zh: str
    en: str
    numbers: tuple[str, ...]
    duties: tuple[Duty, ...]
    serves: tuple[str, ...]
    place: Place = field(compare=False)

    @property
    def ref(self) -> str:
        """Return how the clause is cited: ``ganzhou-2015 四(二)1``."""
        return f"{self.document} {self.label}"


@dataclass(frozen=True, kw_only=True)
class Citation:
    """What a document cites; ``document`` where that is in the library too."""

    zh: str
    en: str | None
    number: str | None
    clause: str
    document: str | None
    place: Place = field(compare=False)


@dataclass(frozen=True)
class NotNormative:
    """A printed number that binds nobody: part of a name, a meeting, a date of signature."""

    printed: str
    why: Words
    clause: str | None


@dataclass(frozen=True)
class Part:
    """A heading with clauses below it."""

    label: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A policy document, every clause once; it counts from the day ``effective``.

    ``lead_rule`` says whether the first listed body leads, from ``lead_rule_clause`` on.
    """

    id: str
    jurisdiction: str
    zh: str | None
    en: str
    issuer: str
    number: str | None
    dated: date | None
    effective: date
    supersedes: tuple[str, ...]
    cites: tuple[Citation, ...]
    lead_rule: Literal["none", "first-listed"]
    lead_rule_clause: str | None
    not_normative: tuple[NotNormative, ...]
    parts: tuple[Part, ...]
    clauses: tuple[Clause, ...]
    notes: Mapping[str, Words]
    place: Place = field(compare=False)

    def clause(self, label: str) -> Clause | None:
        """Return the clause of that number."""
        return next((each for each in self.clauses if each.label == label), None)


@dataclass(frozen=True)
class Step:
    """A rung of a ladder: who is over this amount is awarded that, both in yuan."""

    over: Number
    award: Number


Value = Number | str | bool | tuple[Step, ...] | None


@dataclass(frozen=True)
class Dated:
    """A value and the day from which it counts; ``None`` where nothing is printed from then on."""

    since: date
    value: Value


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A dated number of the law, or (without a value) a question that an authority answers."""

    id: str
    zh: str
    en: str
    unit: str
    clause: str
    choose: tuple[str, ...]
    values: tuple[Dated, ...]
    question: Words | None
    place: Place = field(compare=False)

    def on(self, day: date) -> Dated | None:
        """Return the value that counts on a day, if there is one by then."""
        begun = [each for each in self.values if each.since <= day]
        return max(begun, key=lambda each: each.since) if begun else None


@dataclass(frozen=True)
class Answer:
    """What a parameter is on a day; ``configured`` where the authority decided it."""

    parameter: Parameter
    value: Value
    since: date | None
    configured: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be reached: ``amount`` in the base unit; a reported ``series`` may measure it."""

    id: str
    clause: str
    zh: str
    en: str
    operator: Operator
    value: Number | None
    unit: str | None
    amount: Number | None
    base_unit: str
    year: int | None
    indicator: str | None
    series: str | None
    indicator_note: Words | None
    judged_by: Literal["number", "evidence"]
    note: Words | None
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many of something are to be recognised or built; ``named`` where the text names them."""

    id: str
    clause: str
    zh: str
    en: str
    level: str
    count: int | None
    named: tuple[str, ...]
    year: int | None
    note: Words | None
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Department:
    """A body as documents print it, or one in ``each`` division; cases know its ``functions``."""

    printed: str
    zh: str
    en: str
    kind: str
    also: tuple[str, ...]
    functions: tuple[str, ...]
    each: tuple[str, ...] = ()
    place: Place = field(compare=False)

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every printed form, and the full name."""
        return tuple(dict.fromkeys((self.printed, *self.also, self.zh)))


@dataclass(frozen=True)
class Code:
    """A code of a list."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A closed list that a document prints: product families, levels of standards, modes."""

    id: str
    zh: str
    en: str
    clause: str
    values: tuple[Code, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Provision:
    """An incentive as it was written down: ``data`` is the whole file, fit for its schema."""

    id: str
    clauses: tuple[str, ...]
    zh: str
    en: str
    kind: str
    computed: bool
    begins: date | None
    ends: date | None
    data: Mapping[str, Any] = field(compare=False)
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class LeadingGroup:
    """Who coordinates, where the document sets it up: head, deputies, members, office."""

    zh: str
    en: str | None
    clause: str
    head: str | None
    deputies: tuple[str, ...]
    office: str | None
    members: tuple[str, ...]
    others: str | None
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A place with its documents and all that follows from them."""

    id: str
    zh: str
    en: str
    region: str
    documents: tuple[Document, ...]
    parameters: tuple[Parameter, ...]
    targets: tuple[Target, ...]
    quotas: tuple[Quota, ...]
    departments: tuple[Department, ...]
    codes: tuple[CodeList, ...]
    provisions: tuple[Provision, ...]
    leading_group: LeadingGroup | None
    place: Place = field(compare=False)

    @property
    def clauses(self) -> Iterator[Clause]:
        """Return every clause of every document, in order."""
        return (clause for document in self.documents for clause in document.clauses)

    def department(self, form: str) -> Department | None:
        """Return the department that is printed like this."""
        return next((each for each in self.departments if form in each.forms), None)


@dataclass(frozen=True, kw_only=True)
class Side:
    """What one document says on a topic."""

    document: str
    clauses: tuple[str, ...]
    zh: str
    en: str
    place: Place = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A matter on which the documents differ, contradict each other or leave something open."""

    id: str
    zh: str
    en: str
    kind: Literal["contradiction", "difference", "open", "wording"]
    note: Words | None
    sides: tuple[Side, ...]
    place: Place = field(compare=False)


@dataclass(frozen=True)
class System:
    """A system that the documents call for, by its code in the list of systems."""

    id: str
    zh: str
    en: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """Every jurisdiction of a folder, and what is said across them."""

    jurisdictions: Mapping[str, Jurisdiction]
    topics: tuple[Topic, ...] = ()
    systems: Mapping[str, System] = field(default_factory=dict)

    @property
    def documents(self) -> dict[str, Document]:
        """Return every document by its id."""
        return {
            document.id: document
            for jurisdiction in self.jurisdictions.values()
            for document in jurisdiction.documents
        }


def document_of(ref: str) -> str:
    """Return the document of a reference."""
    return ref.partition(" ")[0]


def label_of(ref: str) -> str:
    """Return the clause's number of a reference, the letter of a duty left out."""
    return ref.partition(" ")[2].partition("#")[0]


def duty_of(ref: str) -> str | None:
    """Return the letter of the duty that a reference names, if it names one."""
    return ref.partition("#")[2] or None
