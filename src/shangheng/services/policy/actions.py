# SPDX-License-Identifier: Apache-2.0
"""What the service writes: the full-text index over the clauses."""

from django.db import connection, transaction

from shangheng.kernel.policies.concept import Library
from shangheng.services.policy.models import ClauseIndexRow
from shangheng.services.policy.queries import finding
from shangheng.services.policy.rules import words

_ONLY = 1


def keep_index(library: Library) -> None:
    """Make the index anew if the documents are others than it was made of.

    Whoever comes second waits for the first and finds it done.
    """
    digest = finding.digest(library)
    if ClauseIndexRow.objects.filter(pk=_ONLY, digest=digest).exists():
        return
    with transaction.atomic():
        ClauseIndexRow.objects.get_or_create(pk=_ONLY)
        row = ClauseIndexRow.objects.select_for_update().get(pk=_ONLY)
        if row.digest == digest:
            return
        _write(finding.entries(library))
        row.digest = digest
        row.save()


def _write(entries: list[finding.Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM policy_clause_words")
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO policy_clause_words (ref, said, beside) VALUES (%s, %s, %s)",
                [(each.ref, _spaced(each.said), _spaced(each.beside)) for each in entries],
            )
        else:
            cursor.executemany(
                "INSERT INTO policy_clause_words (ref, words) VALUES (%s, %s::tsvector)",
                [(each.ref, words.as_tsvector(each.said, each.beside)) for each in entries],
            )


def _spaced(text: str) -> str:
    return " ".join(words.tokens(text))
