# SPDX-License-Identifier: Apache-2.0
"""The key index: has a record of this key been taken before, by whom, and what did it say?

A segment is an Arrow file, sorted by key, memory-mapped: finding a hundred keys among ten million
touches a few pages, finding ten million is one merge. Each write of the ledger adds a segment
named by the ledger versions that it covers; neighbours of like size are merged, so there are few.
The index holds nothing that the ledger does not: it can be made again from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

from shangheng.kernel.records.store.home import flush

Array = npt.NDArray[Any]
COLUMNS = ("high", "low", "print", "day", "source", "rank")
TYPES = {
    "high": np.uint64, "low": np.uint64, "print": np.uint64,
    "day": np.int32, "source": np.uint32, "rank": np.uint8,
}  # fmt: skip
MERGE_RATIO = 4


@dataclass(frozen=True)
class Entries:
    """Columns of equal length about records: key (two halves), fingerprint, day, source, rank.

    ``day`` counts from 1970-01-01; ``source`` is the reporter's number; ``rank`` is 0 where the
    reporter is the record's own authority, 1 otherwise.
    """

    columns: dict[str, Array]

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.columns["high"])

    def __getitem__(self, name: str) -> Array:
        """Return one column."""
        return self.columns[name]

    def take(self, places: Array) -> "Entries":
        """Return the entries at these places, in that order."""
        return Entries({name: column[places] for name, column in self.columns.items()})

    @classmethod
    def empty(cls) -> "Entries":
        """Return no entries."""
        return cls({name: np.empty(0, dtype=TYPES[name]) for name in COLUMNS})

    @classmethod
    def joined(cls, parts: Sequence["Entries"]) -> "Entries":
        """Return several as one, in their order."""
        if not parts:
            return cls.empty()
        return cls({name: np.concatenate([part[name] for part in parts]) for name in COLUMNS})


@dataclass(frozen=True)
class Found:
    """For each asked key: whether it is known, and the entry that was last written for it."""

    known: npt.NDArray[np.bool_]
    entries: Entries


def sorted_keys(high: Array, low: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the order by key, equal keys as given, and which of them have the key before them.

    The upper halves are all but unique, so they are sorted alone; lower halves and places decide
    only among those that occur more than once.
    """
    order = np.argsort(high)
    ordered = high[order]
    twin = np.zeros(len(order), dtype=bool)
    twin[1:] = ordered[1:] == ordered[:-1]
    if twin.any():
        twin[:-1] |= twin[1:]
        among = order[twin]
        order[twin] = among[np.lexsort((among, low[among], high[among]))]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (ordered[1:] == ordered[:-1]) & (low[order[1:]] == low[order[:-1]])
    return order, again


def sorted_newest(entries: Entries) -> Entries:
    """Return the entries sorted by key, of several with one key only the last given."""
    order, again = sorted_keys(entries["high"], entries["low"])
    last = np.ones(len(order), dtype=bool)
    last[:-1] = ~again[1:]
    return entries.take(order[last])


def find(segment: Entries, high: Array, low: Array) -> npt.NDArray[np.int64]:
    """Return the place of each asked key in a sorted segment, -1 where it is not there."""
    places = np.empty(len(high), dtype=np.int64)
    order = np.argsort(high)  # neighbours are found near each other
    places[order] = np.searchsorted(segment["high"], high[order], side="left")
    found = np.full(len(high), -1, dtype=np.int64)
    open_ = np.arange(len(high))
    while len(open_):
        at = places[open_]
        inside = at < len(segment)
        open_, at = open_[inside], at[inside]
        same = segment["high"][at] == high[open_]
        open_, at = open_[same], at[same]
        hit = segment["low"][at] == low[open_]
        found[open_[hit]] = at[hit]
        open_ = open_[~hit]
        places[open_] += 1
    return found


Span = tuple[int, int, int]


class KeyIndex:
    """The segments of one kind, oldest first; each spans ledger versions, perhaps in parts."""

    def __init__(self, folder: Path, *, version: int) -> None:
        """Open the index as at a ledger version; what a crash left of a later one is removed."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        spans = [_span(path) for path in folder.glob("*.arrow")]
        for span in spans:
            covered = any(_covers(wider, span) for wider in spans)
            if span[1] > version or covered:
                _path(folder, span).unlink(missing_ok=True)
        self._spans = sorted(_span(path) for path in folder.glob("*.arrow"))
        self._open: dict[Span, Entries] = {}

    @classmethod
    def reader(cls, folder: Path) -> "KeyIndex":
        """Open the index of another kind to look things up; nothing in it is touched."""
        index = cls.__new__(cls)
        while True:
            index._folder, index._open = folder, {}  # noqa: SLF001 - its own class
            index._spans = sorted(_span(path) for path in folder.glob("*.arrow"))  # noqa: SLF001
            try:
                len(index)
            except FileNotFoundError:
                continue  # merged meanwhile by whoever writes that kind
            return index

    def _segment(self, span: Span) -> Entries:
        if span not in self._open:
            with pa.memory_map(str(_path(self._folder, span))) as mapped:
                table = ipc.open_file(mapped).read_all()
            self._open[span] = Entries({name: _array(table, name) for name in COLUMNS})
        return self._open[span]

    def __len__(self) -> int:
        """Return how many entries the segments hold; a corrected key counts more than once."""
        return sum(len(self._segment(span)) for span in self._spans)

    def find(self, high: Array, low: Array) -> Found:
        """Return for each asked key what was last written for it."""
        known = np.zeros(len(high), dtype=bool)
        columns = {name: np.zeros(len(high), dtype=TYPES[name]) for name in COLUMNS}
        for span in reversed(self._spans):
            asked = np.flatnonzero(~known)
            segment = self._segment(span)
            places = find(segment, high[asked], low[asked])
            hit = places >= 0
            known[asked[hit]] = True
            for name in COLUMNS:
                columns[name][asked[hit]] = segment[name][places[hit]]
        return Found(known, Entries(dict(columns)))

    def add(self, entries: Entries, *, version: int, part: int = 0) -> None:
        """Write the entries of a coming ledger version; they count once that version is there."""
        self._write(sorted_newest(entries), (version, version, part))

    def settle(self) -> None:
        """Merge neighbours of like size, so that there are few segments."""
        while len(self._spans) > 1:
            before, last = self._spans[-2], self._spans[-1]
            if len(self._segment(before)) > MERGE_RATIO * len(self._segment(last)):
                return
            merged = sorted_newest(Entries.joined([self._segment(before), self._segment(last)]))
            whole = (before[0], last[1], before[2])
            self._write(merged, whole)
            for span in {before, last} - {whole}:
                self._open.pop(span, None)
                self._spans.remove(span)
                _path(self._folder, span).unlink(missing_ok=True)

    def forget(self, gone: Entries) -> None:
        """Drop some keys, and whatever later segments say anew of others; may be repeated."""
        newer = [sorted_newest(gone)]
        for span in reversed(self._spans):
            segment = self._segment(span)
            stays = np.ones(len(segment), dtype=bool)
            for each in newer:
                stays &= find(each, segment["high"], segment["low"]) < 0
            if not stays.all():
                self._write(segment.take(np.flatnonzero(stays)), span)
            newer.append(self._segment(span))

    def _write(self, entries: Entries, span: Span) -> None:
        path = _path(self._folder, span)
        table = pa.table({name: entries[name] for name in COLUMNS})
        scratch = path.with_suffix(".new")
        with ipc.new_file(str(scratch), table.schema) as out:
            out.write_table(table, max_chunksize=max(len(table), 1))
        flush(scratch)
        scratch.replace(path)
        flush(self._folder)
        self._open.pop(span, None)
        if span not in self._spans:
            self._spans = sorted([*self._spans, span])


def _array(table: pa.Table, name: str) -> Array:
    column = table[name]
    return column.chunk(0).to_numpy() if len(table) else np.empty(0, TYPES[name])


def _covers(wider: Span, span: Span) -> bool:
    return wider[0] <= span[0] and span[1] <= wider[1] and wider[:2] != span[:2]


def _span(path: Path) -> Span:
    first, last, part = path.stem.split("-")
    return int(first), int(last), int(part)


def _path(folder: Path, span: Span) -> Path:
    return folder / f"{span[0]:012d}-{span[1]:012d}-{span[2]:04d}.arrow"
