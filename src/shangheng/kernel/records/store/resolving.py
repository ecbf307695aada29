# SPDX-License-Identifier: Apache-2.0
"""What each good row of a stage is: new, known, a correction, a clash, or a second source."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice
from typing import TypeVar

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shangheng.kernel.evidence.folding import digests
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.keys import (
    COLUMNS,
    TYPES,
    Entries,
    Found,
    KeyIndex,
    Segment,
    segment_of,
    sorted_keys,
)
from shangheng.kernel.records.store.reading import canonical, quoted
from shangheng.kernel.records.store.staging import STAGE

PIECE_ROWS, SLICE_PIECES = 2**18, 8
"""Rows whose texts are in memory at a time, and how many such pieces are resolved together."""
Each = TypeVar("Each")
PRIME = np.uint64(0x9E3779B97F4A7C15)


class Verdict(IntEnum):
    """What becomes of a row."""

    NEW = 0
    UNCHANGED = 1
    CORRECTED = 2
    CLASH = 3
    SECOND_SOURCE = 4
    OUTRANKS = 5


KEPT = (Verdict.NEW, Verdict.CORRECTED, Verdict.OUTRANKS)
NOTABLE = (Verdict.CORRECTED, Verdict.CLASH, Verdict.SECOND_SOURCE, Verdict.OUTRANKS)
"""Of which more has to be done than to keep the row, or to leave it."""


@dataclass(frozen=True)
class Slice:
    """Good rows of a stage with their verdicts; ``old`` is what the index knew of each."""

    rows: "Rows"
    verdicts: npt.NDArray[np.uint8]
    old: Entries

    @property
    def entries(self) -> Entries:
        """Return what the index will know of the rows."""
        return self.rows.entries

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """Return where the rows stand in the stage."""
        return self.rows.places

    def having(self, *verdicts: Verdict) -> npt.NDArray[np.int64]:
        """Return the positions within the slice of rows with one of these verdicts."""
        return np.flatnonzero(np.isin(self.verdicts, verdicts))

    def without_hashes(self) -> "Slice":
        """Return the slice without the records' hashes, which are large and already written."""
        return replace(self, rows=replace(self.rows, hashes=np.empty((0, 32), np.uint8)))

    def notable(self) -> "Slice":
        """Return the few rows of which more is to be done than to keep or to leave them."""
        at = self.having(*NOTABLE)
        return Slice(self.rows.take(at), self.verdicts[at], self.old.take(at)).without_hashes()


@dataclass(frozen=True)
class Rows:
    """Good rows of a stage: place, batch within the convoy, entry, record hash (n × 32)."""

    places: npt.NDArray[np.int64]
    members: npt.NDArray[np.int16]
    entries: Entries
    hashes: npt.NDArray[np.uint8]

    def take(self, at: npt.NDArray[np.int64]) -> "Rows":
        """Return the rows at these positions."""
        return Rows(self.places[at], self.members[at], self.entries.take(at), self.hashes[at])

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """Return several as one, in their order."""
        places, members, hashes = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("places", "members", "hashes")
        )
        return cls(places, members, Entries.joined([part.entries for part in parts]), hashes)

    def overlap(self) -> bool:
        """Return whether two batches of the convoy speak of one record."""
        order, again = sorted_keys(self.entries["high"], self.entries["low"])
        members = self.members[order]
        return bool((again[1:] & (members[1:] != members[:-1])).any())


def good_rows(
    connection: duckdb.DuckDBPyConnection, kind: RecordKind, *, reporter: str
) -> Iterator[Rows]:
    """Give the good rows of a stage, some millions at a time.

    ``reporter`` is the SQL of each row's reporter; the entries' sources are left at zero.
    """
    total = int(connection.execute(f"SELECT count(*) FROM {STAGE}").fetchall()[0][0])
    own = f"{quoted(kind.authority)} = {reporter}" if kind.authority else "true"

    def fetched(first: int) -> pa.Table:
        found = connection.sql(
            f"SELECT rowid AS place, member, high, low, {canonical(kind)} AS text, "
            f"{quoted(kind.day)}::DATE AS day, CASE WHEN {own} THEN 0 ELSE 1 END::UTINYINT "
            f"AS rank FROM {STAGE} WHERE NOT bad AND NOT skip "
            f"AND rowid >= {first} AND rowid < {first + PIECE_ROWS}"
        )
        return found.to_arrow_table()

    pieces = map(fetched, range(0, total, PIECE_ROWS))
    is_large = total > PIECE_ROWS * SLICE_PIECES
    rows = map(_rows, _ahead(pieces) if total > PIECE_ROWS else pieces)
    slices = map(Rows.joined, iter(lambda: [*islice(rows, SLICE_PIECES)], []))
    # Nobody but who asked holds on to a slice, which is large, while the next one is made.
    return filter(lambda slice_: len(slice_.entries), _ahead(slices) if is_large else slices)


def _ahead(asked: Iterator[Each]) -> Iterator[Each]:
    """Give one after the other; another thread makes the next one meanwhile."""
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, asked, None)
        while (given := coming.result()) is not None:
            coming = other.submit(next, asked, None)
            yield given
            del given  # it is large, and the next one may not be there yet


def _rows(piece: pa.Table) -> Rows:
    """Return rows as arrays of their own: of what was fetched, texts and all, nothing is kept."""
    texts = [digests(texts) for texts in piece["text"].chunks]
    hashes = np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *texts])
    columns = {name: piece[name].to_numpy() for name in ("high", "low", "rank")}
    columns["day"] = piece["day"].cast("int32").to_numpy()
    columns["print"] = np.ascontiguousarray(hashes[:, :8]).view(">u8").ravel()
    columns["source"] = np.zeros(len(piece))
    entries = Entries({name: columns[name].astype(TYPES[name]) for name in COLUMNS})
    places, members = (piece[name].to_numpy().copy() for name in ("place", "member"))
    return Rows(places, members, entries, hashes)


def as_claims(entries: Entries) -> Entries:
    """Return entries under the key that a second source's claim has: record and reporter."""
    low = entries["low"] ^ (entries["source"].astype(np.uint64) + np.uint64(1)) * PRIME
    return Entries({**entries.columns, "low": low, "rank": np.zeros_like(entries["rank"])})


class Resolver:
    """Tells the slices of one batch apart, each against the index and the slices before it.

    What is kept of a slice is pending in the index when the next one is resolved, and of the last
    when ``finish`` has been called; what was found unchanged is remembered here.
    """

    def __init__(self, index: KeyIndex) -> None:
        """Resolve against an index as it stands."""
        self._index = index
        self._index.begin()
        self._kept = Entries.empty()
        self._unchanged: list[Segment] = []

    def finish(self) -> None:
        """Let what was kept last be pending in the index; it may be done by another thread."""
        if len(self._kept):
            self._index.prepare(self._kept)
        self._kept = Entries.empty()

    def resolve(self, rows: Rows) -> Slice:
        """Return the rows with a verdict for each."""
        self.finish()
        order, again = sorted_keys(rows.entries["high"], rows.entries["low"])
        # In the order of their keys, in which all is found soonest.
        entries = rows.entries.take(order)
        found = self._index.find(entries["high"], entries["low"])
        judged = np.full(len(entries), Verdict.NEW, dtype=np.uint8)
        old = found.entries
        if found.known.any():
            _against(found, entries, judged)
            old = old.put(order)
        self._within(entries, again, judged)
        unchanged = np.flatnonzero(judged == Verdict.UNCHANGED)
        if len(unchanged):
            self._unchanged.append(segment_of(entries.take(unchanged)))
        self._kept = entries.take(np.flatnonzero(np.isin(judged, KEPT)))
        verdicts = np.empty_like(judged)
        verdicts[order] = judged
        return Slice(rows, verdicts, old)

    def _within(
        self, entries: Entries, again: npt.NDArray[np.bool_], judged: npt.NDArray[np.uint8]
    ) -> None:
        """Find keys that came earlier in this batch: equal rows are known, others clash."""
        if again.any():
            first = np.maximum.accumulate(np.where(again, 0, np.arange(len(again))))
            equal = entries["print"] == entries["print"][first]
            judged[again & equal] = Verdict.UNCHANGED
            judged[again & ~equal] = Verdict.CLASH
        for before in (*self._index.pending(), *self._unchanged):
            found = before.find(entries["high"], entries["low"])
            equal_before = found.entries["print"] == entries["print"]
            judged[found.known & equal_before] = Verdict.UNCHANGED
            judged[found.known & ~equal_before] = Verdict.CLASH


def _against(found: Found, entries: Entries, judged: npt.NDArray[np.uint8]) -> None:
    """Judge entries by what the index knew of them."""
    same_print = found.entries["print"] == entries["print"]
    same_source = found.entries["source"] == entries["source"]
    outranks = entries["rank"] < found.entries["rank"]
    judged[found.known & same_source & same_print] = Verdict.UNCHANGED
    judged[found.known & same_source & ~same_print] = Verdict.CORRECTED
    judged[found.known & ~same_source] = Verdict.SECOND_SOURCE
    judged[found.known & ~same_source & outranks] = Verdict.OUTRANKS
