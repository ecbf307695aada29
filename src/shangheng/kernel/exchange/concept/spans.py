# SPDX-License-Identifier: Apache-2.0
"""How commits of the ledger are cut into spans of a bearable size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shangheng.kernel.exchange.concept.parcels import Span, Step

RECORDS_MAX = 20_000
"""Rows that a parcel covers at most, but for one batch that came in one line.

Where a large commit was cut half, the rest is counted in parts of this size: it MUST NOT change
while agreements are being delivered.
"""
_ALL_LINES = 2**62


@dataclass(frozen=True)
class Place:
    """How far a feed has been cut: a version, and how many parts of it; 0 is all of it."""

    version: int
    part: int


@dataclass(frozen=True)
class Commit:
    """A commit with the rows that each of its batches was read from."""

    step: Step
    rows: tuple[int, ...]


def _parts(commit: Commit, most: int) -> Iterator[tuple[Span, int]]:
    """Give the parts of a commit, each with its rows; one part where it is small enough."""
    if sum(commit.rows) <= most or not commit.step.batches:
        yield Span((commit.step,)), sum(commit.rows)
        return
    for batch, rows in zip(commit.step.batches, commit.rows, strict=True):
        step = replace(commit.step, batches=(batch,))
        firsts = list(range(0, max(rows, 1), most))
        for first in firsts:
            last = _ALL_LINES if first == firsts[-1] else first + most
            yield Span((step,), (first + 1 if first else 0, last)), min(most, rows - first)


def next_span(
    commits: Sequence[Commit], place: Place, *, most: int = RECORDS_MAX
) -> tuple[Span, Place] | None:
    """Return what comes next after a place, and the place after it; nothing if there is no more.

    ``commits`` begin with the one in the middle of which the place is, if it is.
    """
    gathered: list[Step] = []
    rows = 0
    for commit in commits:
        parts = list(_parts(commit, most))
        if len(parts) > 1:
            if gathered:
                break
            begun = place.part if commit.step.version == place.version else 0
            rest = begun + 1
            done = Place(commit.step.version, 0 if rest == len(parts) else rest)
            return parts[begun][0], done
        if gathered and rows + parts[0][1] > most:
            break
        gathered.append(commit.step)
        rows += parts[0][1]
    if not gathered:
        return None
    return Span(tuple(gathered)), Place(gathered[-1].version, 0)
