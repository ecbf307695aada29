# SPDX-License-Identifier: Apache-2.0
"""The audit of the ledger: every file against its version's leaf, every row against its batch."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
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
from shangheng.kernel.records.store.reading import canonical, literal
from shangheng.kernel.records.store.tables import LOG, POINTER, commit_path, files_of, scan

UNREADABLE = (DeltaError, OSError, ValueError, KeyError, TypeError)
"""What reading commits raises where their text was altered."""


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
    """Compare the rows of a kind, current, claimed and replaced, with their batches' hashes."""
    try:
        sources = _sources(home, kind)
    except UNREADABLE as error:
        yield _unreadable(kind, error)
        return
    if not sources:
        return
    rows = " UNION ALL ".join(
        f"SELECT reporter, batch, unhex(sha256({canonical(kind)})) AS hash FROM {source}"
        for source in sources
    )
    asked = (
        "SELECT reporter, batch, list(DISTINCT hash) "
        f"FROM ({rows}) GROUP BY reporter, batch ORDER BY reporter, batch"
    )
    try:
        with duckdb.connect() as connection:
            told = connection.execute(asked)
            while row := told.fetchone():
                yield from _check_hashes(home, kind, row)
    except (duckdb.Error, UnicodeDecodeError) as error:
        yield _unreadable(kind, error)


def _unreadable(kind: RecordKind, error: Exception) -> Finding:
    detail = str(error).splitlines()[0]
    return Finding(f"tables/{kind.name}", "evidence.ledger_unreadable", {"detail": detail})


def _sources(home: Ledger, kind: RecordKind) -> list[str]:
    """Return the SQL of every place where rows of a kind lie, in files that are as committed.

    A file that was altered is named by itself; what a reader of Parquet makes of it is no finding.
    """
    told = versions.told(home, kind.name)
    found = [
        scan(whole)
        for files in (records.ledger_files(home, kind.name), records.claims_files(home, kind.name))
        if (whole := [path for path in files.paths if _is_whole(Path(path), told)])
    ]
    replaced = sorted(home.history(kind.name).glob("*.parquet"))
    whole = [literal(str(path)) for path in replaced if _is_whole(path, told)]
    return found + [f"read_parquet({path})" for path in whole]


def _is_whole(path: Path, told: Mapping[Path, set[str]]) -> bool:
    return path.exists() and digest_of(path) in told.get(path.resolve(), ())


def _check_hashes(home: Ledger, kind: RecordKind, row: tuple[Any, ...]) -> Iterator[Finding]:
    reporter, batch, there = row
    where = f"tables/{kind.name} {reporter} {batch}"
    path = home.batch(folder_of(reporter, batch)) / HASHES
    data = path.read_bytes() if path.exists() else b""
    sealed = {data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)}
    if more := len(set(there) - sealed):
        yield Finding(where, "evidence.rows_not_sealed", {"rows": more, "batch": batch})
    if less := len(sealed - set(there)):
        yield Finding(where, "evidence.rows_gone", {"rows": less, "batch": batch})
