# SPDX-License-Identifier: Apache-2.0
"""A file checked as if it were reported, of which nothing is taken."""

import numpy as np

from shangheng.kernel.records.concept.receipts import Trial
from shangheng.kernel.records.store import committing, outcome, returning
from shangheng.kernel.records.store.convoys import Convoy
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.staging import DROPPED, STAGE, tell_places

AGAIN = (
    f"SELECT rowid AS place, print, high, low FROM {STAGE} WHERE NOT bad AND NOT skip "
    f"AND (high, low) IN (SELECT (high, low) FROM {STAGE} WHERE NOT bad AND NOT skip "
    "GROUP BY high, low HAVING count(*) > 1)"
)
"""The SELECT of the good rows of a trial whose key occurs more than once."""


def tried(home: Ledger, convoy: Convoy) -> Trial:
    """Return what a report of this one file would be told; its work folder gets what goes back.

    It is not compared with the ledger: what is known there already would be told by a receipt.
    """
    member = convoy.members[0]
    counted = returning.counts(convoy)
    again = convoy.connection.execute(
        "SELECT place, print <> first_value(print) OVER earlier AS clashes FROM "
        f"({AGAIN}) WINDOW earlier AS (PARTITION BY high, low ORDER BY place) "
        "QUALIFY row_number() OVER earlier > 1 ORDER BY place"
    ).fetchnumpy()
    places, clashes = again["place"].astype(np.int64), again["clashes"].astype(bool)
    returning.give_back(convoy, counted, [places[clashes]])
    where = "true"
    if len(places):
        tell_places(convoy.connection, DROPPED, places)
        where = f"place NOT IN (FROM {DROPPED})"
    rows = committing.standing(where)
    returned, landed = convoy.returned[0], member.landed()
    bad = counted[0].bad + int(clashes.sum())
    return Trial(
        reporter=member.order.reporter, kind=convoy.kind.name, file=landed.name,
        bytes=landed.bytes, digest=f"sha256:{landed.digest}", checked_at=member.order.at,
        rows_read=counted[0].read, good=counted[0].read - bad - int((~clashes).sum()),
        repeated=int((~clashes).sum()), rejected=bad, skipped=counted[0].skipped,
        rejected_by_rule=returned.counts(warnings=False),
        warnings_by_rule=(
            *returned.counts(warnings=True), *returning.unreferred(home, convoy, rows)[0]
        ),
        totals=outcome.totals(convoy.connection, convoy.kind, rows)[0],
        mapping=member.order.mapping_digest, unread=returning.unread(member),
    )  # fmt: skip
