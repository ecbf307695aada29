# SPDX-License-Identifier: Apache-2.0
"""What pages ask of the documents: clauses, citations, duties by department, topics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shangheng.kernel.errors import NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import (
    Citation,
    Clause,
    Department,
    Document,
    Jurisdiction,
    Library,
    Topic,
)
from shangheng.kernel.policies.queries import Owed
from shangheng.services.policy.rules.words import says


@dataclass(frozen=True)
class Found:
    """A clause with the document and the place that it belongs to."""

    place: Jurisdiction
    document: Document
    clause: Clause


def places(library: Library, home: str) -> list[Jurisdiction]:
    """Return the jurisdictions: that of the installation first, the others by name."""
    return sorted(library.jurisdictions.values(), key=lambda each: (each.id != home, each.id))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which clauses are looked for: of which place, kind and audience, counting on which day."""

    jurisdiction: str = ""
    kind: str = ""
    audience: str = ""
    day: date | None = None

    def fits(self, clause: Clause) -> bool:
        """Return whether a clause is of the kind and audience that are looked for."""
        return (not self.kind or self.kind in clause.kinds) and (
            not self.audience or self.audience in clause.audience
        )


def clauses(
    library: Library, wanted: Wanted, *, home: str = "", refs: Sequence[str] | None = None
) -> list[Found]:
    """Return the clauses that are looked for, in the order of documents.

    ``refs`` are those that a search found: then only those, in their order.
    """
    found = [
        Found(place, text, clause)
        for place in places(library, home)
        if wanted.jurisdiction in {"", place.id}
        for text in counting(place, wanted.day)
        for clause in text.clauses
        if wanted.fits(clause)
    ]
    if refs is None:
        return found
    by_ref = {each.clause.ref: each for each in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def counting(place: Jurisdiction, day: date | None) -> tuple[Document, ...]:
    """Return the documents that count on a day; without one, all of them."""
    return place.documents if day is None else policies.documents_on(place, day)


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


def loads(place: Jurisdiction, day: date | None = None) -> list[Load]:
    """Return every department of a place, the one with most duties first."""
    owed = policies.duties(place, day=day)
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


def owed_by(
    place: Jurisdiction, department: str, text: str, day: date | None = None
) -> list[Owed]:
    """Return who owes what; of one department if it is named, with the words if there are any."""
    return [
        each
        for each in policies.duties(place, department=department or None, day=day)
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
