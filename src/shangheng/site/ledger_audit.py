# SPDX-License-Identifier: Apache-2.0
"""The audit of the ledger's tables: every commit against its leaf, every file against a commit."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.entries import LEDGER_COMMITTED, Fact
from shangheng.kernel.evidence.findings import Finding, committed
from shangheng.kernel.evidence.queries import Leaf
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import versions
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.records.store.tables import LOG, POINTER, commit_path, files_of
from shangheng.site.ledger_rows import UNREADABLE, unreadable


def check_version(home: Ledger, leaf: Leaf) -> Iterator[Finding]:
    """Compare a version's leaf with its commit, which tells of the files that it brought."""
    facts = entries.parse(leaf.entry).facts
    yield from committed(leaf, entries.canonical(dict(facts)), f"kernel_leaf/{leaf.index}")
    table, kind, version = versions.parsed(leaf.object_id)
    path = versions.folder_of(home, table, kind)
    own = {"commit": commit_path(path, version)}
    if "checkpoint" in facts:
        own["checkpoint"] = versions.checkpoint_path(path, version)
    for name, file in own.items():
        yield from _file(home, file, facts[name])


def _file(home: Ledger, file: Path, digest: object) -> Iterator[Finding]:
    path = str(file.relative_to(home.root))
    if not file.exists():
        yield Finding(path, "evidence.file_missing", {"path": path})
    elif digest_of(file) != digest:
        yield Finding(path, "evidence.ledger_file_altered", {"path": path})


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
            yield unreadable(kind, str(error).splitlines()[0])
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
