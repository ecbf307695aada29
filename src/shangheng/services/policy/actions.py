# SPDX-License-Identifier: Apache-2.0
"""What the service writes: the full-text index over the clauses, and tasks by duties."""

from collections.abc import Sequence

from django.db import connection, transaction

from shangheng.kernel.cases.actions import open_case
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.policies.concept import Jurisdiction, Library
from shangheng.kernel.policies.queries import Owed
from shangheng.kernel.search import concept as search
from shangheng.services.policy.cases import TASK
from shangheng.services.policy.models import ClauseIndexRow
from shangheng.services.policy.queries import finding, tracking
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
    return " ".join(search.tokens(text))


@transaction.atomic
def decompose(place: Jurisdiction, owed: Sequence[Owed], hand: Hand) -> list[str]:
    """Open a task for each duty that has none, with its lead and those who join; or none at all.

    Who leads is filled in only where the document says so.
    """
    held = tracking.tasks(tracking.HOUSE, hand.at)
    numbers = []
    for each in owed:
        if tracking.of_duty(held, each):
            continue
        joins = [name for name in each.duty.departments if name != each.lead]
        given = {
            "clause": each.ref, "work": each.duty.zh, "lead": each.lead or "",
            "units": "、".join(joins), "region": place.region,
        }  # fmt: skip
        numbers.append(open_case(TASK, given, hand).number)
    return numbers
