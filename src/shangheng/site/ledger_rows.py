# SPDX-License-Identifier: Apache-2.0
"""The audit of the ledger's rows: every file read once, every row against its batch.

1. Files are shared out. Those of a share are digested, each against what the commits tell of it;
   of those that are as committed and count, every row is hashed anew. What was found is kept in a
   folder, so that an audit that was killed goes on behind it.
2. The hashes of each batch, from all shares, are compared with those that were sealed of it.

A file that was altered is named by itself; what a reader of Parquet makes of it is no finding.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from deltalake.exceptions import DeltaError

from shangheng.kernel.evidence.findings import Finding
from shangheng.kernel.evidence.folding import digests
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import versions
from shangheng.kernel.records.store.committing import HASHES
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import digest_of, folder_of
from shangheng.kernel.records.store.reading import canonical, literal

UNREADABLE = (DeltaError, OSError, ValueError, KeyError, TypeError)
"""What reading commits raises where their text was altered."""
SHARE_BYTES = 1 << 26
"""How much of the ledger's files is read at a time: some quarter of a million rows."""
COMPARISONS = 4
"""Into how many pieces the comparing of a kind's batches is cut."""
_ROWS_A_ROUND = 2**14
"""Rows hashed at a time: of as many as fit the processor's cache."""
_BETWEEN = "\x1f"
Hashes = npt.NDArray[np.uint8]


class Rows:
    """The rows of a kind, current, claimed and replaced, as they lie in the ledger's files."""

    def __init__(self, home: Ledger, kind: RecordKind, folder: Path) -> None:
        """Share out the files that lie there now; `folder` keeps what is read of them."""
        self._home, self._kind, self._folder = home, kind, folder
        self._shares = [*_shares(home, kind.name)]

    def parts(self) -> Iterator[Callable[[], Iterable[Finding]]]:
        """Give the readings of the shares: any process may do any of them, in any order."""
        return (partial(self._read, share) for share in self._shares)

    def comparisons(self) -> Iterator[Callable[[], Iterable[Finding]]]:
        """Give the comparisons of batches, once all shares are read: any process may do any."""
        return (partial(self._compared, piece) for piece in range(COMPARISONS))

    def _compared(self, piece: int) -> Iterator[Finding]:
        """Compare what was read of some of the batches with what was sealed of each."""
        places: dict[str, list[tuple[Path, int, int]]] = defaultdict(list)
        for share in self._shares:
            hashes, kept = self._kept(share)
            told, offset = json.loads(kept.read_bytes()), 0
            if told["unreadable"]:
                if piece == 0:
                    yield unreadable(self._kind, told["unreadable"])
                return
            for name, size in told["batches"]:
                places[name].append((hashes, size, offset))
                offset += size
        for name in sorted(self._sealed | set(places))[piece::COMPARISONS]:
            pieces = [
                np.fromfile(hashes, np.uint8, size, offset=offset)
                for hashes, size, offset in places[name]
            ]
            there = np.concatenate([np.empty(0, np.uint8), *pieces])
            yield from _compared(self._home, self._kind, name, there)

    def _kept(self, share: Sequence[Path]) -> tuple[Path, Path]:
        """Return where the hashes of a share's rows are kept, and what is told of them."""
        named = self._folder / sha256("\n".join(map(str, share)).encode()).hexdigest()
        return named.with_suffix(".bin"), named.with_suffix(".json")

    def _read(self, share: Sequence[Path]) -> Iterator[Finding]:
        """Read a share, if that was not done yet, and name its files that were altered."""
        hashes, kept = self._kept(share)
        if not kept.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            scratch = kept.with_suffix(".new")
            scratch.write_text(json.dumps(self._gathered(share, hashes)), encoding="utf-8")
            scratch.replace(kept)
        for name in json.loads(kept.read_bytes())["altered"]:
            yield Finding(name, "evidence.ledger_file_altered", {"path": name})

    def _gathered(self, share: Sequence[Path], hashes: Path) -> dict[str, Any]:
        """Write the hashes of a share's rows, batch by batch; return what is told of them."""
        told: dict[str, Any] = {"altered": [], "unreadable": "", "batches": []}
        found: dict[str, list[bytes]] = defaultdict(list)
        try:
            digests = {path: digest_of(path) for path in share if path in self._told}
            wrong = {path for path, digest in digests.items() if digest not in self._told[path]}
            root = self._home.root.resolve()
            told["altered"] = [str(path.relative_to(root)) for path in sorted(wrong)]
            whole = sorted(self._counting & set(digests) - wrong)
            for name, some in _hashed(self._reader, self._kind, whole) if whole else ():
                found[name].append(some)
        except (*UNREADABLE, duckdb.Error, pa.ArrowException) as error:
            told["unreadable"] = str(error).splitlines()[0]
        with hashes.open("wb") as file:
            for name, pieces in found.items():
                told["batches"].append((name, sum(map(len, pieces))))
                file.writelines(pieces)
        return told

    @cached_property
    def _reader(self) -> duckdb.DuckDBPyConnection:
        """Open DuckDB once for all shares: to open it takes longer than to read a small file."""
        config: dict[str, Any] = {
            "threads": 1,
            "arrow_large_buffer_size": True,
            "enable_external_file_cache": False,  # no file is read twice
        }
        return duckdb.connect(config=config)

    @cached_property
    def _sealed(self) -> set[str]:
        """Return the names of the batches whose rows must be there."""
        kept = records.batches_kept(self._kind.name)
        return {f"{reporter}{_BETWEEN}{number}" for reporter, number, _ in kept}

    @cached_property
    def _told(self) -> Mapping[Path, set[str]]:
        return versions.told(self._home, self._kind.name)

    @cached_property
    def _counting(self) -> set[Path]:
        """Return the files whose rows count: of the tables as they stand, and all history."""
        name = self._kind.name
        standing = (records.ledger_files(self._home, name), records.claims_files(self._home, name))
        counting = {Path(path).resolve() for files in standing for path in files.paths}
        return counting | {path.resolve() for path in _history(self._home, name)}


def _shares(home: Ledger, kind: str) -> Iterator[list[Path]]:
    """Share out the Parquet files of a kind, table by table, whatever they are."""
    tables = [home.root / table / kind for table in versions.TABLES]
    for files in (*(table.glob("day=*/*.parquet") for table in tables), _history(home, kind)):
        share: list[Path] = []
        size = 0
        for path in sorted(each.resolve() for each in files):
            share.append(path)
            size += path.stat().st_size
            if size >= SHARE_BYTES:
                yield share
                share, size = [], 0
        if share:
            yield share


def _history(home: Ledger, kind: str) -> Iterator[Path]:
    return home.history(kind).glob("*.parquet")


def _hashed(
    reader: duckdb.DuckDBPyConnection, kind: RecordKind, files: Sequence[Path]
) -> Iterator[tuple[str, bytes]]:
    """Give the name of a batch and hashes of rows of it that follow each other in these files."""
    names = (literal(str(path)) for path in files)
    asked = (
        f"SELECT {canonical(kind)}, concat(reporter, {literal(_BETWEEN)}, batch) "
        f"FROM read_parquet([{', '.join(names)}], hive_partitioning=false, union_by_name=true)"
    )
    with reader.cursor() as connection:
        for rows in connection.sql(asked).to_arrow_reader(_ROWS_A_ROUND):
            texts, batches = rows.columns
            hashes = digests(texts)
            runs, begin = pc.run_end_encode(batches), 0
            for name, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
                yield name, hashes[begin:end].tobytes()
                begin = end


def unreadable(kind: RecordKind, detail: str) -> Finding:
    """Return that the ledger of a kind cannot be read."""
    return Finding(f"tables/{kind.name}", "evidence.ledger_unreadable", {"detail": detail})


def _compared(home: Ledger, kind: RecordKind, name: str, there: Hashes) -> Iterator[Finding]:
    """Compare the hashes of a batch's rows with those that were sealed of it."""
    reporter, _, batch = name.partition(_BETWEEN)
    path = home.batch(folder_of(reporter, batch)) / HASHES
    data = path.read_bytes() if path.exists() else b""
    sealed = np.frombuffer(data, np.uint8, len(data) - len(data) % HASH_BYTES)
    key = np.frombuffer(secrets.token_bytes(HASH_BYTES), np.uint64)
    if np.array_equal(_numbers(there, key), _numbers(sealed, key)):
        return
    where = f"tables/{kind.name} {reporter} {batch}"
    ours, theirs = _apart(there), _apart(sealed)
    if more := len(ours - theirs):
        yield Finding(where, "evidence.rows_not_sealed", {"rows": more, "batch": batch})
    if less := len(theirs - ours):
        yield Finding(where, "evidence.rows_gone", {"rows": less, "batch": batch})


def _numbers(hashes: Hashes, key: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return a number for each hash, in their order, each once.

    The key is drawn for this comparison: whoever wrote the rows did not know it, so that two
    hashes that differ have the same number once in some 2^64 keys. To put numbers in order takes
    a fraction of the time that hashes take.
    """
    numbers = np.sort(hashes.view(np.uint64).reshape(-1, len(key)) @ key)
    is_new = np.ones(len(numbers), np.bool_)
    is_new[1:] = numbers[1:] != numbers[:-1]
    return numbers[is_new]


def _apart(hashes: Hashes) -> set[bytes]:
    data = hashes.tobytes()
    return {data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)}
