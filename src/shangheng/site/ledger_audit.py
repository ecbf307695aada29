# SPDX-License-Identifier: Apache-2.0
"""The audit of the ledger: every file against its version's leaf, every row against its batch."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from deltalake.exceptions import DeltaError

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.entries import LEDGER_COMMITTED, Fact
from shangheng.kernel.evidence.findings import Finding, committed
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import versions
from shangheng.kernel.records.store.committing import HASHES
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import digest_of, folder_of
from shangheng.kernel.records.store.reading import canonical, literal, quoted
from shangheng.kernel.records.store.tables import LOG, POINTER, commit_path, files_of, scan

UNREADABLE = (DeltaError, OSError, ValueError, KeyError, TypeError)
"""What reading commits raises where their text was altered."""
PASS_BYTES = 1 << 28
"""How much of the ledger's files is read at a time: some two million rows, half a gigabyte."""
Hashes = npt.NDArray[np.uint8]
NONE: Hashes = np.empty(0, np.uint8)


def check_version(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Compare a version's leaf with its commit, and the files that it brought with the commit.

    Files that a later version replaced may be gone; those that are there must be as they were.
    """
    facts = entries.parse(leaf.entry).facts
    yield from committed(leaf, entries.canonical(dict(facts)), f"kernel_leaf/{leaf.index}")
    table, kind, version = versions.parsed(leaf.object_id)
    path = versions.folder_of(home, table, kind)
    own = {"commit": commit_path(path, version)}
    if "checkpoint" in facts:
        own["checkpoint"] = versions.checkpoint_path(path, version)
    wrong = [finding for name, file in own.items() for finding in _file(home, file, facts[name])]
    yield from wrong
    if wrong:
        return
    for file, digest in versions.digests(home, table, kind, version):
        if not file.exists() or (now := digest_of(file)) == digest:
            continue
        # A disposal takes rows out of the history, and its own commit tells of the rest.
        if now not in versions.told(home, kind)[file.resolve()]:
            yield _altered(home, file)


def _file(home: Ledger, file: Path, digest: object) -> Iterator[Finding]:
    path = str(file.relative_to(home.root))
    if not file.exists():
        yield Finding(path, "evidence.file_missing", {"path": path})
    elif digest_of(file) != digest:
        yield _altered(home, file)


def _altered(home: Ledger, file: Path) -> Finding:
    path = str(file.relative_to(home.root))
    return Finding(path, "evidence.ledger_file_altered", {"path": path})


def check_files(home: Ledger, kind: RecordKind) -> Iterator[Finding]:
    """Check that what is read of a kind's tables is there, and that a commit tells of it."""
    told: Mapping[Path, set[str]] = {}
    for table in versions.TABLES:
        path = versions.folder_of(home, table, kind.name)
        if versions.latest(path) < 0:
            continue
        yield from _pointer(home, path, table, kind.name)
        try:
            told = told or versions.told(home, kind.name)
            there = {Path(each) for each in files_of(path).paths}
        except UNREADABLE as error:
            yield _unreadable(kind, error)
            continue
        for file in sorted(there):
            name = str(file.relative_to(home.root.resolve()))
            if not file.exists():
                yield Finding(name, "evidence.file_missing", {"path": name})
            elif file.resolve() not in told:
                yield Finding(name, "evidence.ledger_file_unknown", {"path": name})


def _pointer(home: Ledger, path: Path, table: str, kind: str) -> Iterator[Finding]:
    """Check the checkpoints of a table, and the file that names the last of them."""
    found = sorted((path / LOG).glob("*.checkpoint.parquet"))
    pointer = ""
    for checkpoint in found:
        name = versions.name_of(table, kind, int(checkpoint.name.partition(".")[0]))
        facts: dict[str, Fact] = {}
        with suppress(ShanghengError):  # an altered leaf is told of as such
            for leaf in queries.leaves_of(name, LEDGER_COMMITTED):
                facts |= entries.parse(leaf.entry).facts
        if "checkpoint" not in facts:
            where = str(checkpoint.relative_to(home.root))
            yield Finding(where, "evidence.ledger_file_unknown", {"path": where})
        pointer = str(facts.get("pointer", pointer))
    file = path / POINTER
    if pointer:
        yield from _file(home, file, pointer)
    elif file.exists():
        where = str(file.relative_to(home.root))
        yield Finding(where, "evidence.ledger_file_unknown", {"path": where})


def check_rows(home: Ledger, kind: RecordKind) -> Iterator[Finding]:
    """Compare the rows of a kind, current, claimed and replaced, with their batches' hashes.

    Every file is read once; the hashes of its rows are gathered by batch on disk, so that memory
    is bounded by a pass over some files and by the largest batch.
    """
    batches = {folder: name for *name, folder in records.batches_kept(kind.name)}
    work = home.begin_work()
    try:
        for reporter, batch, there in _rows(home, kind):
            folder = folder_of(reporter, batch)
            batches[folder] = [reporter, batch]
            with (work / folder).open("ab") as gathered:
                gathered.write(there.data)
        for folder, (reporter, batch) in sorted(batches.items(), key=itemgetter(1)):
            gone = not (work / folder).exists()
            there = NONE if gone else np.fromfile(work / folder, np.uint8)
            yield from _compared(home, kind, (reporter, batch), there)
    except (*UNREADABLE, duckdb.Error, pa.ArrowException) as error:
        yield _unreadable(kind, error)
    finally:
        shutil.rmtree(work)


def _rows(home: Ledger, kind: RecordKind) -> Iterator[tuple[str, str, Hashes]]:
    """Give the hashes of all rows as they are now, those of a batch in some pieces."""
    with duckdb.connect(config={"threads": home.threads}) as connection:
        connection.execute("SET arrow_large_buffer_size = true")
        for source in _sources(home, kind):
            asked = (
                f"SELECT reporter, batch, list(unhex(sha256({canonical(kind)}))) "
                f"FROM ({source}) GROUP BY reporter, batch"
            )
            for found in connection.sql(asked).to_arrow_reader():
                yield from _unpacked(found)


def _unpacked(found: pa.RecordBatch) -> Iterator[tuple[str, str, Hashes]]:
    """Give reporter, batch and hashes of each row, the hashes where Arrow keeps them."""
    reporters, numbers, lists = found.columns
    inside = lists.values
    data = np.frombuffer(inside.buffers()[2], np.uint8)[HASH_BYTES * inside.offset :]
    ends = HASH_BYTES * np.frombuffer(lists.buffers()[1], np.int64)[lists.offset :]
    for at, (reporter, number) in enumerate(
        zip(reporters.to_pylist(), numbers.to_pylist(), strict=True)
    ):
        yield reporter, number, data[ends[at] : ends[at + 1]]


def _unreadable(kind: RecordKind, error: Exception) -> Finding:
    detail = str(error).splitlines()[0]
    return Finding(f"tables/{kind.name}", "evidence.ledger_unreadable", {"detail": detail})


def _sources(home: Ledger, kind: RecordKind) -> Iterator[str]:
    """Give the SQL of the rows of a kind, pass by pass, in files that are as committed.

    A file that was altered is named by itself; what a reader of Parquet makes of it is no finding.
    """
    told = versions.told(home, kind.name)
    for files in (records.ledger_files(home, kind.name), records.claims_files(home, kind.name)):
        for some in _passes(_whole(home, map(Path, files.paths), told)):
            yield f"FROM {scan(some)}"
    names = ", ".join(["reporter", "batch", *(quoted(field.name) for field in kind.fields)])
    for some in _passes(_whole(home, sorted(home.history(kind.name).glob("*.parquet")), told)):
        yield " UNION ALL ".join(
            f"SELECT {names} FROM read_parquet({literal(path)})" for path in some
        )


def _passes(paths: Iterable[str]) -> Iterator[list[str]]:
    """Share files out between passes."""
    some: list[str] = []
    size = 0
    for path in paths:
        some.append(path)
        size += Path(path).stat().st_size
        if size >= PASS_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _whole(home: Ledger, paths: Iterable[Path], told: Mapping[Path, set[str]]) -> list[str]:
    """Return the files that have a digest of which a commit tells."""
    there = [path for path in paths if path.exists()]
    with ThreadPoolExecutor(home.threads) as pool:
        digests = list(pool.map(digest_of, there))
    pairs = zip(there, digests, strict=True)
    return [str(path) for path, digest in pairs if digest in told.get(path.resolve(), ())]


def _compared(
    home: Ledger, kind: RecordKind, name: tuple[str, str], there: Hashes
) -> Iterator[Finding]:
    """Compare the hashes of a batch's rows with those that were sealed of it."""
    reporter, batch = name
    path = home.batch(folder_of(reporter, batch)) / HASHES
    data = path.read_bytes() if path.exists() else b""
    sealed = np.frombuffer(data, np.uint8, len(data) - len(data) % HASH_BYTES)
    if np.array_equal(_in_order(there), _in_order(sealed)):
        return
    where = f"tables/{kind.name} {reporter} {batch}"
    ours, theirs = _apart(there), _apart(sealed)
    if more := len(ours - theirs):
        yield Finding(where, "evidence.rows_not_sealed", {"rows": more, "batch": batch})
    if less := len(theirs - ours):
        yield Finding(where, "evidence.rows_gone", {"rows": less, "batch": batch})


def _in_order(hashes: Hashes) -> npt.NDArray[np.uint64]:
    """Return hashes as rows of numbers, by the first of them, each once.

    Two that differ only behind the first number may stand in either order: arrays that are alike
    hold the same hashes, of others that must be asked one by one.
    """
    rows = hashes.view(np.uint64).reshape(-1, HASH_BYTES // 8)
    rows = rows[np.argsort(rows[:, 0])]
    is_new = np.ones(len(rows), np.bool_)
    is_new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return rows[is_new]


def _apart(hashes: Hashes) -> set[bytes]:
    data = hashes.tobytes()
    return {data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)}
