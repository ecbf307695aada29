# SPDX-License-Identifier: Apache-2.0
"""What pages ask of the documents: clauses by text, duties by department, how targets stand."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from shangheng.kernel import messages
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import (
    Citation,
    Clause,
    Department,
    Document,
    Jurisdiction,
    Library,
    Target,
    Topic,
)
from shangheng.kernel.policies.queries import Owed
from shangheng.services.policy import rules
from shangheng.services.policy.rules import Standing

FOLDED_KEPT = 4096
Ask = Callable[[str, Question], Figure]


@dataclass(frozen=True)
class Found:
    """A clause with the document and the place that it belongs to."""

    place: Jurisdiction
    document: Document
    clause: Clause


def places(library: Library, home: str) -> list[Jurisdiction]:
    """Return the jurisdictions: that of the installation first, the others by name."""
    return sorted(library.jurisdictions.values(), key=lambda each: (each.id != home, each.id))


@lru_cache(maxsize=FOLDED_KEPT)
def folded(text: str) -> str:
    """Return a text as it is compared: width of signs and case do not matter.

    Folding takes most of the time of a search, and the texts of clauses stay the same.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def says(text: str, parts: Iterable[str | None]) -> bool:
    """Return whether every word of a text stands somewhere in the parts."""
    words = folded(text).split()
    if not words:
        return True
    whole = folded("\n".join(part for part in parts if part))
    return all(word in whole for word in words)


def search(
    library: Library, text: str, *, home: str = "", jurisdiction: str = "", kind: str = ""
) -> list[Found]:
    """Return the clauses that hold every word, in either language, in the order of documents."""
    return [
        Found(place, document, clause)
        for place in places(library, home)
        if jurisdiction in {"", place.id}
        for document in place.documents
        for clause in document.clauses
        if (not kind or kind in clause.kinds) and says(text, _told(library, clause))
    ]


def _told(library: Library, clause: Clause) -> Iterator[str | None]:
    yield from (clause.ref, clause.zh, clause.en, *clause.numbers)
    for duty in clause.duties:
        yield from (duty.zh, duty.en, duty.lead, duty.others, *duty.departments)
    for name in clause.serves:
        system = library.systems.get(name)
        yield from (name, system.zh if system else None, system.en if system else None)


def document(library: Library, name: str) -> tuple[Jurisdiction, Document]:
    """Return a document and the jurisdiction that it belongs to."""
    for place in library.jurisdictions.values():
        for each in place.documents:
            if each.id == name:
                return place, each
    raise NotFound("policy.no_such_document", document=name)


def later(library: Library, name: str) -> list[Document]:
    """Return the documents that replace a document."""
    return [each for each in library.documents.values() if name in each.supersedes]


def cited_by(library: Library, name: str) -> list[tuple[Document, Citation]]:
    """Return where other documents of the library cite a document."""
    return [
        (each, citation)
        for each in library.documents.values()
        for citation in each.cites
        if citation.document == name
    ]


@dataclass(frozen=True)
class Load:
    """How much a department owes: how many duties name it, how many it leads."""

    department: Department
    duties: int
    led: int


def loads(place: Jurisdiction) -> list[Load]:
    """Return every department of a place, the one with most duties first."""
    owed = policies.duties(place)
    found = []
    for each in place.departments:
        roles = [role for role in (role_of(each, one) for one in owed) if role]
        found.append(Load(each, len(roles), roles.count("lead")))
    return sorted(found, key=lambda load: -load.duties)


def role_of(department: Department, owed: Owed) -> str:
    """Return ``lead`` or ``listed``, or nothing where a duty does not concern a department."""
    if owed.lead in department.forms:
        return "lead"
    return "listed" if set(department.forms) & set(owed.duty.departments) else ""


def owed_by(place: Jurisdiction, department: str, text: str) -> list[Owed]:
    """Return who owes what; of one department if it is named, with the words if there are any."""
    return [
        each
        for each in policies.duties(place, department=department or None)
        if says(text, (each.ref, each.duty.zh, each.duty.en, each.lead, *each.duty.departments))
    ]


def topics(library: Library, text: str, kind: str) -> list[Topic]:
    """Return the matters on which documents differ, by words and kind."""
    return [
        each
        for each in library.topics
        if kind in {"", each.kind}
        and says(text, (each.zh, each.en, *(part for s in each.sides for part in (s.zh, s.en))))
    ]


@dataclass(frozen=True)
class Scope:
    """What is known to measure with: days of the ledger, the year, where, whom to ask."""

    days: Sequence[date]
    year: int | None
    region: str
    ask: Ask

    @property
    def span(self) -> tuple[date, date] | None:
        """Return the days of the year that the ledger knows; none without any."""
        inside = [day for day in self.days if day.year == self.year]
        return (inside[0], inside[-1]) if inside else None

    def question(self, since: date, until: date) -> Question:
        """Return the question for the place in these days."""
        where = (("seller_region", self.region),) if self.region else ()
        return Question(since=since, until=until, where=where)


def standings(place: Jurisdiction, scope: Scope, text: str = "") -> list[Standing]:
    """Return every target of a place with where it stands; one that fails hides no other."""
    return [
        _standing(each, scope)
        for each in place.targets
        if says(text, (each.id, each.clause, each.zh, each.en, each.indicator))
    ]


def _standing(target: Target, scope: Scope) -> Standing:
    if state := rules.unasked(target):
        return Standing(target=target, state=state)
    bare = Standing(target=target, state="missing")
    try:
        return _grown(bare, scope) if bare.years else _of_year(bare, scope)
    except Invalid as refusal:
        zh, en = (messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
        return replace(bare, state="undecided", why=(zh, en))


def _of_year(bare: Standing, scope: Scope) -> Standing:
    if scope.span is None:
        return bare
    since, until = scope.span
    figure = scope.ask(bare.target.indicator or "", scope.question(since, until))
    state, value = rules.read(figure.rows)
    return replace(bare, state=state, value=value, since=since, until=until)


def _grown(bare: Standing, scope: Scope) -> Standing:
    """Measure a yearly growth between the first and the last whole year up to the year asked."""
    years = [year for year in rules.whole_years(scope.days) if year <= (scope.year or year)]
    if len(years) < 2:  # noqa: PLR2004 - growth needs two years
        return bare
    read = []
    for year in (years[0], years[-1]):
        question = scope.question(date(year, 1, 1), date(year, 12, 31))
        read.append(rules.read(scope.ask(bare.target.indicator or "", question).rows))
    (state, first), (other, last) = read
    if first is None or last is None:
        return replace(bare, state=state if first is None else other)
    value = rules.growth(first, last, years[-1] - years[0])
    since, until = date(years[0], 1, 1), date(years[-1], 12, 31)
    if value is None:
        return bare
    return replace(bare, state="measured", value=value, since=since, until=until)
