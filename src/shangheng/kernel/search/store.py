# SPDX-License-Identifier: Apache-2.0
"""The index: putting texts in, finding the objects that say something."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

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

_FIND_SQLITE = "SELECT rowid FROM kernel_search_words WHERE kernel_search_words MATCH %s LIMIT %s"
_FIND_POSTGRESQL = (
    "SELECT id FROM kernel_search WHERE words @@ %s::tsquery AND scope BETWEEN %s AND %s"
    " ORDER BY scope, id LIMIT %s"
)
"""A span of scopes in an order that only the index of scopes has: rows of others are not read."""


def _scope_token(scope: str) -> str:
    """Return a token that no text has, so that a search of SQLite stays within its scope."""
    return f"@{scope}"


def put(scope: str, object_id: UUID, text: str, *, before: str = "") -> None:
    """Let an object be found by a text from now on, instead of by the one ``before``.

    MUST be called in the transaction that writes the object. SQLite keeps no text beside the
    index, so ``before`` has to be the very text that was put the last time.
    """
    if text == before:
        return
    row, is_new = SearchRow.objects.get_or_create(scope=scope, object_id=object_id)
    token = _scope_token(scope)
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


def found(scope: str, text: str, *, most: int, marks: Iterable[str] = ()) -> list[UUID] | None:
    """Return the objects that may say every word of a text and have every mark.

    Among them are all that do; the caller compares them, for of several beginnings of words the
    longest is asked for first: the shorter ones are the beginning of much, which takes long.
    Nothing is returned where that does not help: the text has no word in it, or more than ``most``
    may say it.
    """
    said = phrases(text)
    whole = [each for each in said if not each.begins]
    begun = sorted((each for each in said if each.begins), key=lambda each: len(each.run))
    sure = [*(Phrase((mark,), begins=False) for mark in marks), *whole]
    for wanted in ([*sure, *begun[-1:]], [*sure, *begun] if begun[1:] else []):
        places = _places(scope, wanted, most + 1) if wanted else []
        if wanted and len(places) <= most:
            found = SearchRow.objects.filter(pk__in=places)
            return list(found.values_list("object_id", flat=True))
    return None


def _places(scope: str, wanted: Iterable[Phrase], limit: int) -> list[int]:
    """Return the rows of the index that have all of what is wanted, some where there are more."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            words = as_tsquery(wanted, own(scope))
            cursor.execute(_FIND_POSTGRESQL, [words, scope, scope, limit])
        else:
            question = (Phrase((_scope_token(scope),), begins=False), *wanted)
            cursor.execute(_FIND_SQLITE, [as_fts5(question), limit])
        return [place for (place,) in cursor.fetchall()]
