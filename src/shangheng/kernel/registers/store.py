# SPDX-License-Identifier: Apache-2.0
"""The values of code lists beside the entries, so that what many have in common is found in order.

They follow from what is searched of an entry (``typed``), which has a mark for each such value.
"""

from typing import Any

from shangheng.kernel.registers.models import EntryRow, FacetRow
from shangheng.kernel.search.concept import marks_in

ROUND = 2_000
COPIED = ("kind", "title", "number", "state", "region")


def keep(row: EntryRow) -> None:
    """Keep the values that an entry has now, in the transaction that writes the entry."""
    FacetRow.objects.filter(entry=row).delete()
    FacetRow.objects.bulk_create(_of(row, FacetRow))


def _of(row: Any, facet: Any) -> list[Any]:  # noqa: ANN401 - of today's models or a migration's
    copied = {name: getattr(row, name) for name in COPIED}
    return [facet(entry_id=row.pk, mark=mark, **copied) for mark in marks_in(row.typed)]


def recount(entry: Any = EntryRow, facet: Any = FacetRow) -> int:  # noqa: ANN401
    """Keep the values of every entry anew and return how many there are."""
    facet.objects.all().delete()
    told, waiting = 0, []
    for row in entry.objects.only(*COPIED, "typed").iterator(ROUND):
        waiting += _of(row, facet)
        if len(waiting) >= ROUND:
            told += len(facet.objects.bulk_create(waiting))
            waiting = []
    return told + len(facet.objects.bulk_create(waiting))
