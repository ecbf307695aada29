# SPDX-License-Identifier: Apache-2.0
"""The key index: has a record of this key been taken before, by whom, and what did it say?

A segment is an Arrow file, sorted by key, memory-mapped: finding a hundred keys among ten million
touches a few pages, finding ten million is one merge. Each write of the ledger adds a segment
named by the ledger versions that it covers; neighbours of like size are merged, so there are few.
A batch's own segments are pending until its ledger version is there. Writing and merging go a
piece at a time, so that memory does not grow with the index. The index holds nothing that the
ledger does not: it can be made again from it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

from shangheng.kernel.evidence.store import flush

Array = npt.NDArray[Any]
COLUMNS = ("high", "low", "print", "day", "source", "rank")
TYPES = {
    "high": np.uint64, "low": np.uint64, "print": np.uint64,
    "day": np.int32, "source": np.uint32, "rank": np.uint8,
}  # fmt: skip
SCHEMA = pa.schema([(name, pa.from_numpy_dtype(np.dtype(TYPES[name]))) for name in COLUMNS])
MERGE_RATIO = 4
WITHDRAWN = 255
"""The rank of an entry whose record was withdrawn: to whoever asks, it is not known."""
CHUNK_ROWS = 1_000_000
ADDED, PENDING = ".arrow", ".pending"


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

    def put(self, places: Array) -> "Entries":
        """Return the entries each at its place; what ``take`` has taken is back in its order."""
        back = np.empty_like(places)
        back[places] = np.arange(len(places))
        return self.take(back)

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


def sorted_keys(
    high: Array, low: Array, *, runs: bool = False
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the order by key, equal keys as given, and which of them have the key before them.

    The upper halves are all but unique, so they are sorted alone; lower halves and places decide
    only among those that occur more than once. Keys that come in a few sorted ``runs`` are merged,
    in a tenth of the time.
    """
    order = np.argsort(high, kind="stable" if runs else "quicksort")
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
    """Return the entries sorted by key, of several with one key only the last given.

    Mostly they are sorted already, or two sorted parts.
    """
    order, again = sorted_keys(entries["high"], entries["low"], runs=True)
    last = np.ones(len(order), dtype=bool)
    last[:-1] = ~again[1:]
    return entries.take(order[last])


def find(sorted_: Entries, high: Array, low: Array) -> npt.NDArray[np.int64]:
    """Return the place of each asked key among sorted entries, -1 where it is not there.

    The keys are asked in the order of ``high``, so that neighbours are found near each other.
    """
    places = np.searchsorted(sorted_["high"], high, side="left")
    found = np.full(len(high), -1, dtype=np.int64)
    open_ = np.arange(len(high))
    while len(open_):
        at = places[open_]
        inside = at < len(sorted_)
        open_, at = open_[inside], at[inside]
        same = sorted_["high"][at] == high[open_]
        open_, at = open_[same], at[same]
        hit = sorted_["low"][at] == low[open_]
        found[open_[hit]] = at[hit]
        open_ = open_[~hit]
        places[open_] += 1
    return found


@dataclass(frozen=True)
class Segment:
    """Entries sorted by key, each key once, in chunks of which none is empty."""

    chunks: Iterable[Entries]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return sum(map(len, self.chunks))

    def find(self, high: Array, low: Array) -> Found:
        """Return for each asked key its entry; keys that come sorted are found soonest."""
        known = np.zeros(len(high), dtype=bool)
        columns = {name: np.zeros(len(high), dtype=TYPES[name]) for name in COLUMNS}
        order = np.argsort(high, kind="stable")
        ordered = high[order]
        for chunk in self.chunks:
            first = np.searchsorted(ordered, chunk["high"][0], side="left")
            asked = order[first : np.searchsorted(ordered, chunk["high"][-1], side="right")]
            places = find(chunk, high[asked], low[asked])
            hit = places >= 0
            known[asked[hit]] = True
            for name in COLUMNS:
                columns[name][asked[hit]] = chunk[name][places[hit]]
        return Found(known, Entries(dict(columns)))

    def between(self, after: int | None, upto: int | None) -> Entries:
        """Return the entries whose upper half lies beyond one bound and not beyond the other."""
        parts = []
        for chunk in self.chunks:
            high = chunk["high"]
            first = 0 if after is None else np.searchsorted(high, np.uint64(after), side="right")
            last = len(chunk) if upto is None else np.searchsorted(high, np.uint64(upto), "right")
            parts.append(Entries({name: chunk[name][first:last] for name in COLUMNS}))
        return Entries.joined(parts)

    def cuts(self) -> list[int]:
        """Return upper halves that cut the segment into pieces of at most ``CHUNK_ROWS``."""
        return [
            int(high) for chunk in self.chunks for high in chunk["high"][CHUNK_ROWS::CHUNK_ROWS]
        ]


def segment_of(entries: Entries) -> Segment:
    """Return entries in any order as a segment; of several with one key the last given counts."""
    newest = sorted_newest(entries)
    return Segment((newest,) if len(newest) else ())


def merged(older: Segment, newer: Segment) -> Iterator[Entries]:
    """Give the entries of two segments in order, a piece at a time; the newer word counts."""
    cuts = max(older, newer, key=len).cuts()
    for after, upto in zip([None, *cuts], [*cuts, None], strict=True):
        yield sorted_newest(
            Entries.joined([older.between(after, upto), newer.between(after, upto)])
        )


def _pieces(entries: Entries) -> Iterator[Entries]:
    newest = sorted_newest(entries)
    for first in range(0, len(newest), CHUNK_ROWS):
        yield Entries({name: newest[name][first : first + CHUNK_ROWS] for name in COLUMNS})


def _left(segment: Segment, newer: Sequence[Segment]) -> Iterator[tuple[Entries, Entries]]:
    """Give of each chunk the entries of which nothing newer speaks, with the chunk."""
    for chunk in segment.chunks:
        spoken = np.zeros(len(chunk), dtype=bool)
        for each in newer:
            spoken |= each.find(chunk["high"], chunk["low"]).known
        yield chunk.take(np.flatnonzero(~spoken)), chunk


Span = tuple[int, int, int]


class KeyIndex:
    """The segments of one kind, oldest first; each spans ledger versions, perhaps in parts."""

    def __init__(self, folder: Path, *, version: int) -> None:
        """Open the index as at a ledger version; what a crash left of a later one is removed."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"*{PENDING}"):
            left.unlink()
        spans = self._found()
        for span in spans:
            covered = any(_covers(wider, span) for wider in spans)
            if span[1] > version or covered:
                self._path(span).unlink(missing_ok=True)
        self._spans = self._found()
        self._coming, self._parts = version + 1, 0
        self._pending: list[Span] = []
        self._open: dict[Span, Segment] = {}

    @classmethod
    def reader(cls, folder: Path) -> "KeyIndex":
        """Open the index of another kind to look things up; nothing in it is touched."""
        index = cls.__new__(cls)
        while True:
            index._folder, index._open = folder, {}  # noqa: SLF001 - its own class
            index._spans = index._found()  # noqa: SLF001
            try:
                len(index)
            except FileNotFoundError:
                continue  # merged meanwhile by whoever writes that kind
            return index

    def _found(self) -> list[Span]:
        return sorted(_span(path) for path in self._folder.glob(f"*{ADDED}"))

    def _path(self, span: Span, suffix: str = ADDED) -> Path:
        return self._folder / f"{span[0]:012d}-{span[1]:012d}-{span[2]:04d}{suffix}"

    def _segment(self, span: Span) -> Segment:
        if span not in self._open:
            self._open[span] = _mapped(self._path(span))
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
            found = self._segment(span).find(high[asked], low[asked])
            hit = asked[found.known]
            known[hit] = True
            for name in COLUMNS:
                columns[name][hit] = found.entries[name][found.known]
        known &= columns["rank"] != WITHDRAWN
        return Found(known, Entries(dict(columns)))

    def begin(self) -> None:
        """Forget what was prepared; a batch may be resolved a second time."""
        for span in self._pending:
            self._path(span, PENDING).unlink()
        self._pending, self._parts = [], 0

    def prepare(self, entries: Entries) -> None:
        """Write entries of the ledger's coming version; they are not found until ``adopt``."""
        span = (self._coming, self._coming, self._parts)
        self._write(_pieces(entries), span, PENDING)
        self._pending.append(span)
        self._parts += 1
        while len(self._pending) > 1:
            older, newer = self.pending()[-2:]
            if len(older) > MERGE_RATIO * len(newer):
                return
            self._write(merged(older, newer), self._pending[-2], PENDING)
            self._path(self._pending.pop(), PENDING).unlink()

    def pending(self) -> list[Segment]:
        """Return what was prepared, oldest first; it may be as large as the file that comes in."""
        return [Segment(_Chunks(self._path(span, PENDING))) for span in self._pending]

    def adopt(self) -> None:
        """Let what was prepared be found; it counts once its ledger version is there."""
        for span in self._pending:
            flush(self._path(span, PENDING))
            self._path(span, PENDING).replace(self._path(span))
            self._open.pop(span, None)
        flush(self._folder)
        self._spans = sorted({*self._spans, *self._pending})
        self._pending = []

    def settle(self) -> None:
        """Merge neighbours of like size, so that there are few segments."""
        while len(self._spans) > 1:
            before, last = self._spans[-2], self._spans[-1]
            if len(self._segment(before)) > MERGE_RATIO * len(self._segment(last)):
                return
            whole = (before[0], last[1], before[2])
            self._write(merged(self._segment(before), self._segment(last)), whole, ADDED)
            self._spans = sorted({*self._spans, whole} - ({before, last} - {whole}))
            for span in {before, last} - {whole}:
                self._open.pop(span, None)
                self._path(span).unlink(missing_ok=True)

    def forget(self, gone: Entries) -> None:
        """Drop some keys, and whatever later segments say anew of others; may be repeated."""
        newer = [segment_of(gone)]
        for span in reversed(self._spans):
            segment = self._segment(span)
            if any(len(left) < len(chunk) for left, chunk in _left(segment, newer)):
                self._write((left for left, _ in _left(segment, newer)), span, ADDED)
            newer.append(self._segment(span))

    def _write(self, pieces: Iterable[Entries], span: Span, suffix: str) -> None:
        path = self._path(span, suffix)
        scratch = path.with_suffix(".new")
        with ipc.new_file(str(scratch), SCHEMA) as out:
            for piece in pieces:
                if len(piece):
                    out.write_batch(pa.record_batch([piece[name] for name in COLUMNS], COLUMNS))
        if suffix == ADDED:
            flush(scratch)
        scratch.replace(path)
        if suffix == ADDED:
            flush(self._folder)
        self._open.pop(span, None)


@dataclass(frozen=True)
class _Chunks:
    """The chunks of a segment on disk, each mapped for as long as somebody holds it.

    What is mapped and has been read counts as memory.
    """

    path: Path

    def __iter__(self) -> Iterator[Entries]:
        """Map one chunk after the other."""
        with pa.memory_map(str(self.path)) as mapped:
            count = ipc.open_file(mapped).num_record_batches
        for at in range(count):
            with pa.memory_map(str(self.path)) as mapped:
                batch = ipc.open_file(mapped).get_batch(at)
            yield Entries({name: batch.column(name).to_numpy() for name in COLUMNS})


def _mapped(path: Path) -> Segment:
    """Return a segment of which every chunk stays mapped."""
    return Segment(tuple(_Chunks(path)))


def _covers(wider: Span, span: Span) -> bool:
    return wider[0] <= span[0] and span[1] <= wider[1] and wider[:2] != span[:2]


def _span(path: Path) -> Span:
    first, last, part = path.stem.split("-")
    return int(first), int(last), int(part)
