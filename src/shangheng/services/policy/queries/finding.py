# SPDX-License-Identifier: Apache-2.0
"""Full-text search over the clauses, by the index of the database that is used."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from shangheng.kernel.policies.concept import Clause, Document, Library
from shangheng.services.policy.rules import words

RANKED = {
    # A hit in what the clause says counts four times one in bodies, numbers and systems.
    "sqlite": (
        "SELECT ref FROM policy_clause_words WHERE policy_clause_words MATCH %s "
        "ORDER BY bm25(policy_clause_words, 0.0, 4.0, 1.0), rowid"
    ),
    "postgresql": (
        "SELECT ref FROM policy_clause_words, CAST(%s AS tsquery) AS wanted WHERE words @@ wanted "
        "ORDER BY ts_rank_cd('{0, 0.25, 0.25, 1}', words, wanted, 1) DESC, ref"
    ),
}


class Entry(NamedTuple):
    """A clause as the index has it: what it says, and what stands beside that."""

    ref: str
    said: str
    beside: str


def entries(library: Library) -> list[Entry]:
    """Return every clause with the texts in which it is found, in the order of documents."""
    return [
        Entry(
            clause.ref,
            f"{clause.zh}\n{clause.en}",
            "\n".join(part for part in _beside(library, clause) if part),
        )
        for document in library.documents.values()
        for clause in document.clauses
    ]


def _beside(library: Library, clause: Clause) -> Iterator[str | None]:
    yield from (clause.ref, *clause.numbers)
    for duty in clause.duties:
        yield from (duty.zh, duty.en, duty.lead, duty.others, *duty.departments)
    for name in clause.serves:
        system = library.systems.get(name)
        yield from (name, system.zh if system else None, system.en if system else None)


_known: list[tuple[tuple[Document, ...], str]] = []


def digest(library: Library) -> str:
    """Return the digest of all that the index is made of.

    Documents are never changed once they are read, so the last digest holds while they are the
    same objects.
    """
    documents = tuple(library.documents.values())
    for held, told in _known:
        if len(held) == len(documents) and all(map(_same, held, documents)):
            return told
    content = hashlib.sha256()
    for entry in entries(library):
        content.update("\0".join(entry).encode())
    _known[:] = [(documents, content.hexdigest())]
    return content.hexdigest()


def _same(one: Document, other: Document) -> bool:
    return one is other


def refs(text: str) -> list[str]:
    """Return the clauses that hold every word of a text, those that fit best first."""
    wanted = words.phrases(text)
    if not wanted:
        return []
    is_sqlite = connection.vendor == "sqlite"
    question = words.as_fts5(wanted) if is_sqlite else words.as_tsquery(wanted)
    with connection.cursor() as cursor:
        cursor.execute(RANKED[connection.vendor], [question])
        return [ref for (ref,) in cursor.fetchall()]
