# SPDX-License-Identifier: Apache-2.0
"""What each good row of a stage is: new, known, a correction, a clash, or a second source."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.keys import COLUMNS, TYPES, Entries, KeyIndex, find, sorted_newest
from shangheng.kernel.records.store.reading import literal, quoted

SLICE_ROWS = 4_000_000
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


@dataclass(frozen=True)
class Slice:
    """Good rows of a stage with their verdicts; ``old`` is what the index knew of each."""

    places: npt.NDArray[np.int64]
    entries: Entries
    hashes: npt.NDArray[np.uint8]
    verdicts: npt.NDArray[np.uint8]
    old: Entries

    def having(self, *verdicts: Verdict) -> npt.NDArray[np.int64]:
        """Return the positions within the slice of rows with one of these verdicts."""
        return np.flatnonzero(np.isin(self.verdicts, verdicts))


def good_rows(
    connection: duckdb.DuckDBPyConnection, stage: Path, kind: RecordKind, *, reporter: str, source: int
) -> Iterator[tuple[npt.NDArray[np.int64], Entries, npt.NDArray[np.uint8]]]:
    """Give the good rows of a stage, some millions at a time: places, entries, hashes (n × 32)."""
    file = literal(str(stage))
    total = int(connection.execute(f"SELECT count(*) FROM read_parquet({file})").fetchall()[0][0])
    own = f"{quoted(kind.authority)} = {literal(reporter)}" if kind.authority else "true"
    for first in range(0, max(total, 1), SLICE_ROWS):
        table = connection.cursor().sql(
            f"SELECT file_row_number AS place, high, low, hash, {quoted(kind.day)}::DATE AS day, "
            f"CASE WHEN {own} THEN 0 ELSE 1 END::UTINYINT AS rank FROM "
            f"read_parquet({file}, file_row_number=true) WHERE NOT bad AND NOT skip AND "
            f"file_row_number >= {first} AND file_row_number < {first + SLICE_ROWS} ORDER BY place"
        ).to_arrow_table().combine_chunks()
        if not len(table):
            continue
        buffer = table["hash"].chunk(0).buffers()[2]
        offset = table["hash"].chunk(0).offset * 32
        hashes = np.frombuffer(buffer, dtype=np.uint8, count=32 * len(table), offset=offset)
        hashes = hashes.reshape(-1, 32)
        columns = {name: table[name].to_numpy() for name in ("high", "low", "rank")}
        columns["day"] = table["day"].cast("int32").to_numpy()
        columns["print"] = np.ascontiguousarray(hashes[:, :8]).view(">u8").ravel()
        columns["source"] = np.full(len(table), source)
        entries = Entries({name: columns[name].astype(TYPES[name]) for name in COLUMNS})
        yield table["place"].to_numpy(), entries, hashes


def as_claims(entries: Entries) -> Entries:
    """Return entries under the key that a second source's claim has: record and reporter."""
    low = entries["low"] ^ (entries["source"].astype(np.uint64) + np.uint64(1)) * PRIME
    return Entries({**entries.columns, "low": low, "rank": np.zeros_like(entries["rank"])})


class Resolver:
    """Tells the slices of one batch apart, each against the index and the slices before it."""

    def __init__(self, index: KeyIndex) -> None:
        """Resolve against an index as it stands."""
        self._index = index
        self._before: list[Entries] = []

    def resolve(
        self, places: npt.NDArray[np.int64], entries: Entries, hashes: npt.NDArray[np.uint8]
    ) -> Slice:
        """Return the slice with a verdict for every row."""
        found = self._index.find(entries["high"], entries["low"])
        verdicts = np.full(len(entries), Verdict.NEW, dtype=np.uint8)
        same_print = found.entries["print"] == entries["print"]
        same_source = found.entries["source"] == entries["source"]
        outranks = entries["rank"] < found.entries["rank"]
        verdicts[found.known & same_source & same_print] = Verdict.UNCHANGED
        verdicts[found.known & same_source & ~same_print] = Verdict.CORRECTED
        verdicts[found.known & ~same_source] = Verdict.SECOND_SOURCE
        verdicts[found.known & ~same_source & outranks] = Verdict.OUTRANKS
        self._within(entries, verdicts)
        told = Slice(places, entries, hashes, verdicts, found.entries)
        self._before.append(sorted_newest(entries.take(told.having(*KEPT, Verdict.UNCHANGED))))
        return told

    def _within(self, entries: Entries, verdicts: npt.NDArray[np.uint8]) -> None:
        """Find keys that came earlier in this batch: equal rows are known, others clash."""
        order = np.lexsort((entries["low"], entries["high"]))
        high, low = entries["high"][order], entries["low"][order]
        again = np.zeros(len(order), dtype=bool)
        again[1:] = (high[1:] == high[:-1]) & (low[1:] == low[:-1])
        if again.any():
            first = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
            equal = entries["print"][order] == entries["print"][order[first]]
            verdicts[order[again & equal]] = Verdict.UNCHANGED
            verdicts[order[again & ~equal]] = Verdict.CLASH
        for before in self._before:
            places = find(before, entries["high"], entries["low"])
            hit = np.flatnonzero(places >= 0)
            equal_before = before["print"][places[hit]] == entries["print"][hit]
            verdicts[hit[equal_before]] = Verdict.UNCHANGED
            verdicts[hit[~equal_before]] = Verdict.CLASH
