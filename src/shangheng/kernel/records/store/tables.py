# SPDX-License-Identifier: Apache-2.0
"""The ledger's tables: Delta Lake, partitioned by day, written by DuckDB, committed by delta-rs.

Files are written first and count for nothing; one commit makes them, and the removal of those that
they replace, true at once. A table's version is what figures cite.
"""

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote
from uuid import uuid4

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, CommitProperties, RemoveAction

from shangheng.kernel.errors import NotFound, Unavailable
from shangheng.kernel.evidence.store import flush_all
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.records.store.reading import literal, quoted, sql_type

FILES_PER_DAY_MAX = 8
GATHERED_EVERY = 50
"""Commits after which Delta Lake gathers all of them into a checkpoint."""
DICTIONARY_VALUES_MAX = 5_000
"""Columns of more values in a row group are written without a dictionary, which costs more to make
than it saves: files grow by a fiftieth, writing takes a quarter less."""
DIGESTS = "digests"
"""Under which name a commit keeps the digests of its files, by their paths in the table."""
LOG = "_delta_log"
POINTER = f"{LOG}/_last_checkpoint"
ARROW_TYPES: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
}
PROVENANCE = {"reporter": "VARCHAR", "batch": "VARCHAR", "line": "BIGINT"}


@dataclass(frozen=True)
class LedgerFiles:
    """A table as it stands: its version and the Parquet files that are true."""

    version: int
    paths: tuple[str, ...]


def arrow_type(field: f.Field) -> pa.DataType:
    """Return the Arrow type in which a field is kept."""
    if isinstance(field, f.Lines):
        return pa.list_(pa.struct([(each.name, arrow_type(each)) for each in field.fields]))
    return ARROW_TYPES[field.sql_type]


def schema(kind: RecordKind) -> pa.Schema:
    """Return the Arrow schema of a kind's table: its fields, where they came from, the day."""
    columns = [(field.name, arrow_type(field)) for field in kind.fields]
    columns += [(name, ARROW_TYPES[type_]) for name, type_ in PROVENANCE.items()]
    return pa.schema([*columns, ("day", pa.date32())])


def column_types(kind: RecordKind) -> dict[str, str]:
    """Return the SQL type of every column of a kind's table."""
    return {field.name: sql_type(field) for field in kind.fields} | PROVENANCE | {"day": "DATE"}


def scan(paths: Sequence[str], *, extra: str = "") -> str:
    """Return the SQL that reads files of a table, with the day of their folder."""
    listed = ", ".join(literal(path) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning=true, hive_types={{'day': DATE}}{extra})"


_open: dict[Path, DeltaTable] = {}


class Table:
    """One Delta table as it stands now; whoever opens it holds the pen of its kind.

    A process keeps what it has opened: to open a table anew takes as long as a small batch. That
    nobody has committed since is seen from the names of two files.
    """

    def __init__(self, path: Path, kind: RecordKind) -> None:
        """Open the table of a kind, or make it empty."""
        self.path, self.kind = path, kind
        known = _open.get(path)
        if known is not None and path.exists():
            self._table = known
            if not self._is_latest():
                self.refresh()
            return
        path.mkdir(parents=True, exist_ok=True)
        if not DeltaTable.is_deltatable(str(path)):
            DeltaTable.create(
                str(path), schema(kind), mode="ignore", partition_by=["day"], name=kind.name,
                # Old commits stay: figures cite versions, and each commit is sealed in the log.
                configuration={
                    "delta.checkpointInterval": str(GATHERED_EVERY),
                    "delta.enableExpiredLogCleanup": "false",
                },
            )  # fmt: skip
        self._table = _open[path] = DeltaTable(str(path))

    def _is_latest(self) -> bool:
        """Return whether neither a following commit nor a checkpoint beyond ours is there."""
        return _is_last(self.path, self.version)

    @property
    def version(self) -> int:
        """Return the version that is true."""
        return int(self._table.version())

    def refresh(self) -> None:
        """Take note of commits made since this was opened."""
        self._table.update_incremental()

    def files(self) -> tuple[str, ...]:
        """Return the paths of the files that are true, relative to the table."""
        root = str(self.path.resolve())
        return tuple(path.removeprefix(root).lstrip("/") for path in _paths(self._table))

    def write(
        self, connection: duckdb.DuckDBPyConnection, select: str, *, tag: str, day: str = ""
    ) -> list[AddAction]:
        """Write rows (with their ``day``) as files named by ``tag``; they count once committed.

        All of them are of one ``day``, if that is said: told apart by DuckDB they take twice as
        long to write.
        """
        pattern = literal(f"{tag}-{{uuid}}")
        where, how = (
            self.path,
            f"PARTITION_BY (day), OVERWRITE_OR_IGNORE, FILENAME_PATTERN {pattern}",
        )
        if day:
            where, how = (
                self.path / f"day={day}" / f"{tag}-{uuid4()}.parquet",
                "USE_TMP_FILE false",
            )
            where.parent.mkdir(exist_ok=True)
            select = f"SELECT * EXCLUDE (day) FROM ({select})"
        copy = (
            f"COPY ({select}) TO {literal(str(where))} (FORMAT parquet, {how}, "
            f"DICTIONARY_SIZE_LIMIT {DICTIONARY_VALUES_MAX}, RETURN_STATS)"
        )
        try:
            written = connection.execute(copy).fetchall()
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise Unavailable("store.no_room", detail=str(error).splitlines()[0][:300]) from error
        return [self._added(row[0], row[1], row[2], day or row[5]["day"]) for row in written]

    def _added(self, path: str, rows: int, size: int, day: str) -> AddAction:
        relative = str(Path(path).resolve().relative_to(self.path.resolve()))
        stats = json.dumps({"numRecords": rows})
        return AddAction(relative, size, {"day": day}, _now_ms(), True, stats)  # noqa: FBT003

    def commit(
        self,
        adds: Sequence[AddAction],
        removes: Sequence[str],
        *,
        facts: Mapping[str, Any],
        beside: Iterable[Path] = (),
    ) -> int:
        """Make files true and others not, at once and durably; return the new version.

        The commit names the SHA-256 of every file that it brings, also of those ``beside`` the
        table, such as history: whoever can prove the commit can prove them.
        """
        flush_all(self.path / add.path for add in adds)
        names = [add.path for add in adds]
        names += [os.path.relpath(path, self.path) for path in beside]
        digests = {name: digest_of(self.path / name) for name in names}
        actions: list[AddAction | RemoveAction] = [*adds]
        actions += [self._removed(path) for path in removes]
        self._table.create_write_transaction(
            actions, "append", self._table.schema(), partition_by=["day"],
            commit_properties=CommitProperties(
                custom_metadata={**facts, DIGESTS: json.dumps(digests)}
            ),
        )  # fmt: skip
        self.refresh()
        flush_all([commit_path(self.path, self.version), self.path / LOG])
        return self.version

    def _removed(self, path: str) -> RemoveAction:
        day = path.split("/", 1)[0].removeprefix("day=")
        return RemoveAction(path, True, _now_ms(), partition_values={"day": day})  # noqa: FBT003

    def facts_of(self, version: int) -> Mapping[str, Any]:
        """Return what was written beside the commit that made a version."""
        return facts_of(commit_path(self.path, version))

    def restore(self, version: int) -> None:
        """Go back to an earlier version, as a new one."""
        self._table.restore(version)
        self.refresh()

    def sweep(self, *, before: float | None = None) -> int:
        """Remove the files that are not true as of now; return how many.

        With ``before`` (seconds since 1970) only those written earlier: a reader may still hold
        the list of a version that was true a moment ago. The caller holds the pen of the kind, so
        nobody is writing files that will be true.
        """
        true, swept = set(self.files()), 0
        for path in sorted(self.path.glob("day=*/*.parquet")):
            is_old = before is None or path.stat().st_mtime < before
            if is_old and str(path.relative_to(self.path)) not in true:
                path.unlink()
                swept += 1
        return swept

    def undo(self, tag: str) -> None:
        """Remove the files that were written under a tag and never committed."""
        true = set(self.files())
        for path in self.path.glob(f"day=*/{tag}-*.parquet"):
            if str(path.relative_to(self.path)) not in true:
                path.unlink()

    def crowded_days(self, limit: int = FILES_PER_DAY_MAX) -> list[str]:
        """Return the days that have more files than they should."""
        days: dict[str, int] = {}
        for path in self.files():
            day = path.split("/", 1)[0].removeprefix("day=")
            days[day] = days.get(day, 0) + 1
        return sorted(day for day, count in days.items() if count > limit)

    def settle(self, connection: duckdb.DuckDBPyConnection, *, limit: int) -> bool:
        """Gather the small files of crowded days into few; the rows stay the same."""
        days = self.crowded_days(limit)
        if not days:
            return False
        crowded = tuple(f"day={day}/" for day in days)
        removes = [path for path in self.files() if path.startswith(crowded)]
        paths = [str(self.path / path) for path in removes]
        columns = ", ".join(quoted(name) for name in column_types(self.kind))
        adds = self.write(connection, f"SELECT {columns} FROM {scan(paths)}", tag="settled")
        self.commit(adds, removes, facts={"settled": len(removes)})
        return True


def commit_path(path: Path, version: int) -> Path:
    """Return the file of the commit that made a version."""
    return path / LOG / f"{version:020d}.json"


def facts_of(commit: Path) -> Mapping[str, Any]:
    """Return what was written beside a commit."""
    for line in commit.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if "commitInfo" in told:
            facts: Mapping[str, Any] = told["commitInfo"]
            return facts
    return {}


@dataclass(frozen=True)
class Commit:
    """What one commit did to a table: the tag of its convoy, and the files that it added."""

    tag: str
    files: tuple[str, ...]


def commit_of(path: Path, version: int) -> Commit:
    """Return what made a version; nothing known where the table's log no longer tells."""
    log = commit_path(path, version)
    if not log.exists():
        return Commit("", ())
    told = [json.loads(line) for line in log.read_text().splitlines()]
    tags = [each["commitInfo"].get("tag", "") for each in told if "commitInfo" in each]
    added = [unquote(each["add"]["path"]) for each in told if "add" in each]
    return Commit(tags[0] if tags else "", tuple(added))


def files_of(path: Path, version: int | None = None) -> LedgerFiles:
    """Return a table as it stands, or as it stood; version 0, no files where there is none.

    Raises:
        NotFound: there is no such version, or its files are gone (``ledger.no_version``).
    """
    if version is not None and (version or (path / LOG).exists()):
        return _files_then(path, version)
    known = _standing.get(path)
    if known is None or not known.stands(path):
        known = _standing[path] = _Standing.found(path)
    return known.files


@dataclass(frozen=True)
class _Standing:
    """A table as it stood when it was last asked for, and the commit that made it so."""

    files: LedgerFiles
    commit: tuple[int, ...]

    @classmethod
    def found(cls, path: Path) -> Self:
        """Read the table's log; reading it takes longer than to render what is asked of it."""
        if not (path / LOG).exists():
            return cls(LedgerFiles(0, ()), ())
        table = DeltaTable(str(path))
        files = LedgerFiles(int(table.version()), _paths(table))
        return cls(files, _identity(commit_path(path, files.version)))

    def stands(self, path: Path) -> bool:
        """Return whether this very commit is there, and neither the next nor one beyond."""
        version = self.files.version
        is_there = bool(self.commit) and _identity(commit_path(path, version)) == self.commit
        return is_there and _is_last(path, version)


_standing: dict[Path, _Standing] = {}


def _identity(path: Path) -> tuple[int, ...]:
    """Return by what a file is told from another that takes its place; nothing if it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def pointer_of(path: Path) -> int:
    """Return the version of the last checkpoint, 0 where there is none or it cannot be read."""
    try:
        return int(json.loads((path / POINTER).read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _is_last(path: Path, version: int) -> bool:
    """Return whether neither a following commit nor a checkpoint beyond a version is there."""
    return pointer_of(path) <= version and not commit_path(path, version + 1).exists()


def _paths(table: DeltaTable) -> tuple[str, ...]:
    """Return the paths of the files that are true, in order."""
    return tuple(sorted(unquote(uri.removeprefix("file://")) for uri in table.file_uris()))


def _files_then(path: Path, version: int) -> LedgerFiles:
    try:
        table = DeltaTable(str(path), version=version)
    except DeltaError as error:
        raise NotFound("ledger.no_version", table=path.name, version=version) from error
    paths = _paths(table)
    if not all(Path(each).exists() for each in paths):
        raise NotFound("ledger.no_version", table=path.name, version=version)
    return LedgerFiles(version, paths)


def _now_ms() -> int:
    return int(time.time() * 1000)
