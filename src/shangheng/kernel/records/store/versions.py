# SPDX-License-Identifier: Apache-2.0
"""What can be proved of a table: each commit, and through it every file that it brought.

A commit names the SHA-256 of its files; what the log seals of a version is the digest of the
commit itself, and of the checkpoint that Delta Lake gathers from commits now and then.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.records.store.tables import (
    DIGESTS,
    LOG,
    POINTER,
    commit_path,
    facts_of,
    pointer_of,
)

TABLES = ("tables", "claims")


def name_of(table: str, kind: str, version: int) -> str:
    """Return the name under which a version of a table is sealed, such as ``tables/order@7``."""
    return f"{table}/{kind}@{version}"


def folder_of(home: Ledger, table: str, kind: str) -> Path:
    """Return the folder of a kind's table, or of its claims."""
    return home.root / table / kind


def parsed(name: str) -> tuple[str, str, int]:
    """Return table, kind and version of a name."""
    table, _, rest = name.partition("/")
    kind, _, version = rest.partition("@")
    return table, kind, int(version)


def latest(path: Path) -> int:
    """Return the version of the last commit of a table, -1 where there is none."""
    if not commit_path(path, 0).exists():
        return -1
    version = pointer_of(path)
    if not commit_path(path, version).exists():
        version = 0
    while commit_path(path, version + 1).exists():
        version += 1
    return version


def sealed_facts(path: Path, version: int) -> dict[str, str]:
    """Return what the log says of a version: the digests of its commit and its checkpoint."""
    facts = {"commit": digest_of(commit_path(path, version))}
    checkpoint = checkpoint_path(path, version)
    if checkpoint.exists():
        facts["checkpoint"] = digest_of(checkpoint)
        if pointer_of(path) == version:
            facts["pointer"] = digest_of(path / POINTER)
    return facts


def checkpoint_path(path: Path, version: int) -> Path:
    """Return the file into which Delta Lake gathers all commits up to a version."""
    return path / LOG / f"{version:020d}.checkpoint.parquet"


def committed_at(path: Path, version: int) -> datetime:
    """Return when a version was committed, as its commit says."""
    milliseconds = facts_of(commit_path(path, version)).get("timestamp", 0)
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def digests(home: Ledger, table: str, kind: str, version: int) -> Iterator[tuple[Path, str]]:
    """Give every file that a commit brought with the SHA-256 that it should have."""
    path = folder_of(home, table, kind)
    facts = facts_of(commit_path(path, version))
    for name, digest in json.loads(facts.get(DIGESTS, "{}")).items():
        yield Path(os.path.normpath(path / name)), digest


def told(home: Ledger, kind: str) -> dict[Path, set[str]]:
    """Return every file that the commits of a kind's tables tell of, with its SHA-256s.

    A file of the history has more than one where a disposal has taken rows out of it.
    """
    found: dict[Path, set[str]] = defaultdict(set)
    for table in TABLES:
        for version in range(latest(folder_of(home, table, kind)) + 1):
            for file, digest in digests(home, table, kind, version):
                found[file.resolve()].add(digest)
    return found
