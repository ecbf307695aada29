# SPDX-License-Identifier: Apache-2.0
"""What is told of a convoy, taken or only tried: how many rows, and which go back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.receipts import RuleCount
from shangheng.kernel.records.store import outcome
from shangheng.kernel.records.store.convoys import Convoy, Member
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.keys import KeyIndex
from shangheng.kernel.records.store.sources import OWN_COLUMNS
from shangheng.kernel.records.store.staging import STAGE

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """How many rows a batch's file has, how many are left out, bad, and staged bad or doubted."""

    rows: int
    skipped: int
    bad: int
    touched: int

    @property
    def read(self) -> int:
        """Return how many rows are answered for."""
        return self.rows - self.skipped


def counts(convoy: Convoy) -> list[Counts]:
    """Return the counts of each batch; rows that could not be split are bad ones."""
    asked = (
        "SELECT member, count(*), count(*) FILTER (skip), count(*) FILTER (bad), "
        f"count(*) FILTER (bad OR doubted) FROM {STAGE} GROUP BY member"
    )
    staged = {row[0]: row[1:] for row in convoy.connection.execute(asked).fetchall()}
    before: dict[int, int] = {}
    if convoy.plan.mapping.group is not None and convoy.plan.skips:
        before = dict(convoy.connection.execute(convoy.plan.skipped).fetchall())
    found = []
    for at, member in enumerate(convoy.members):
        rows, skipped, bad, touched = staged.get(at, (0, 0, 0, 0))
        more, broken = before.get(at, 0), len(member.broken)
        found.append(Counts(rows + more + broken, skipped + more, bad + broken, touched))
    return found


def give_back(convoy: Convoy, counted: Sequence[Counts], clashing: Sequence[Places]) -> None:
    """Write each batch's rejects and warnings, where there are any.

    ``clashing`` says by batch where in the stage the rows stand whose key came before.
    """
    for at, member in enumerate(convoy.members):
        returned = convoy.returned[at]
        placed = returned.placed
        lines = [placed.line(int(place), None) for place in clashing[at]]
        ordinals, total = clashing[at] - placed.first, counted[at].rows + placed.header
        asked = outcome.Clashing(ordinals, [line - 1 for line in lines], total)
        found = dict(outcome.clashing_rows(convoy.connection, convoy.plan, at, asked))
        for ordinal, line in zip(ordinals, lines, strict=True):
            returned.hold(kinds.TWICE_IN_BATCH, line, [found.get(int(ordinal), [])])
        for line, text in member.broken:
            returned.hold(kinds.BROKEN_ROW, line, [[text]])
    if any(each.touched for each in counted):
        for at, place, n, originals, faults in outcome.questioned_rows(
            convoy.connection, convoy.plan
        ):
            returned = convoy.returned[at]
            returned.questioned(returned.placed.line(place, n), originals, faults)
    for returned in convoy.returned:
        returned.close()


def unread(member: Member) -> tuple[str, ...]:
    """Return the columns of a file in the kind's own names that are none of them."""
    if member.order.mapping_digest:
        return ()
    known = {*OWN_COLUMNS, *(field.name for field in member.order.kind.fields)}
    return tuple(name for name in member.relation.names if name not in known)


def unreferred(home: Ledger, convoy: Convoy, rows: str) -> list[tuple[RuleCount, ...]]:
    """Return for each batch how many of these rows name records that are not on file."""
    found: list[list[RuleCount]] = [[] for _ in convoy.members]
    for refers in convoy.kind.refers:
        if not home.keys(refers.to).exists():
            continue
        index = KeyIndex.reader(home.keys(refers.to))
        for at, count in outcome.unreferred(convoy.connection, refers, rows, index).items():
            number = f"{convoy.kind.name}.{refers.number}"
            found[at].append(RuleCount(number, refers.by[-1], count, refers.zh, refers.en))
    return [tuple(each) for each in found]
