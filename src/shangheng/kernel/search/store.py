# SPDX-License-Identifier: Apache-2.0
"""The index: putting texts in, finding the objects that say something."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from shangheng.kernel.search.concept import (
    Phrase,
    as_fts5,
    as_tsquery,
    as_tsvector,
    own,
    phrases,
    tokens,
)
from shangheng.kernel.search.models import SearchRow

_WORDS = "SELECT rowid FROM kernel_search_words WHERE kernel_search_words MATCH %s"
_SQLITE = f"id IN ({_WORDS})"
_POSTGRESQL = "words @@ %s::tsquery AND scope BETWEEN %s AND %s"
"""A span of scopes, in whose order only their own index has the rows: no others are read."""


def put(scope: str, object_id: UUID, text: str, *, before: str = "") -> None:
    """Let an object be found by a text from now on, instead of by the one ``before``.

    MUST be called in the transaction that writes the object. SQLite keeps no text beside the
    index, so ``before`` has to be the very text that was put the last time.
    """
    if text == before:
        return
    row, is_new = SearchRow.objects.get_or_create(scope=scope, object_id=object_id)
    token = f"@{scope}"  # in SQLite, and in no text: so a search stays within its scope
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            literal = as_tsvector(tokens(text), own(scope))
            cursor.execute(
                "UPDATE kernel_search SET words = %s::tsvector WHERE id = %s", [literal, row.pk]
            )
            return
        if not is_new:
            cursor.execute(
                "INSERT INTO kernel_search_words(kernel_search_words, rowid, said)"
                " VALUES ('delete', %s, %s)",
                [row.pk, " ".join([token, *tokens(before)])],
            )
        cursor.execute(
            "INSERT INTO kernel_search_words(rowid, said) VALUES (%s, %s)",
            [row.pk, " ".join([token, *tokens(text)])],
        )


def found(
    scope: str, text: str, *, most: int, marks: Iterable[str] = ()
) -> QuerySet[Any, Any] | None:
    """Return a question for the objects that may say every word of a text and have every mark.

    Among them are all that do; the caller compares them, for of several beginnings of words the
    longest is asked for first: the shorter ones are the beginning of much, which takes long.
    Nothing is returned where that does not help: the text has no word in it, or more than ``most``
    may say it. It is part of the caller's own question: no numbers come here and go back.
    """
    said = phrases(text)
    whole = [each for each in said if not each.begins]
    begun = sorted((each for each in said if each.begins), key=lambda each: len(each.run))
    sure = [*(Phrase((mark,), begins=False) for mark in marks), *whole]
    for wanted in ([*sure, *begun[-1:]], [*sure, *begun] if begun[1:] else []):
        if wanted and not _are_more(scope, wanted, than=most):
            return _rows(scope, wanted).values("object_id")
    return None


def _are_more(scope: str, wanted: Sequence[Phrase], *, than: int) -> bool:
    """Tell whether the index has more rows than so many; no further ones are looked for.

    SQLite would find all before it gives the first, if they were asked for by another table.
    """
    if connection.vendor == "postgresql":
        rows = _rows(scope, wanted).order_by("scope", "id")
        return bool(rows.values_list("id")[than : than + 1])
    with connection.cursor() as cursor:
        cursor.execute(f"{_WORDS} LIMIT 1 OFFSET %s", [_fts5(scope, wanted), than])
        return cursor.fetchone() is not None


def _rows(scope: str, wanted: Sequence[Phrase]) -> QuerySet[SearchRow]:
    """Return the rows of the index that have all of what is wanted."""
    if connection.vendor == "postgresql":
        asked = [as_tsquery(wanted, own(scope)), scope, scope]
        return SearchRow.objects.extra(where=[_POSTGRESQL], params=asked)  # noqa: S610 - ours
    return SearchRow.objects.extra(where=[_SQLITE], params=[_fts5(scope, wanted)])  # noqa: S610


def _fts5(scope: str, wanted: Sequence[Phrase]) -> str:
    """Return what is wanted of a scope in the words of SQLite's FTS5."""
    return as_fts5((Phrase((f"@{scope}",), begins=False), *wanted))
