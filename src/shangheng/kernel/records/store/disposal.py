# SPDX-License-Identifier: Apache-2.0
"""The content of some batches taken away, for good, while everything else stays provable.

That they go was decided and sealed before, in one transaction; from then on this is only finished,
never undone, and every step may be done again. Whoever next takes the pen of the kind goes on:

1. The keys: the head of each sealed file, which holds the wrapped key, is overwritten, then the
   file removed. Original, rejects and salts can no longer be read or guessed.
2. The batch's folder but for its receipt and the proof of it: record hashes, tree, warnings.
3. The key index forgets the records, and what it still knew of versions before the last. It comes
   before the tables, of whose rows it is told; nobody takes a batch in between.
4. The history.
5. The tables of records and of claims: files are rewritten without the batches' rows, one commit,
   which tells of the history as it is now.
6. Every file of the tables that is not true any more, those of earlier versions too.

On disks that write elsewhere what is overwritten, a block may outlast step 1 until it is used
again; what it holds is a key under the master key.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from shangheng.kernel.evidence.store import flush
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import versions
from shangheng.kernel.records.store.committing import REJECTS, index_of
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.keys import TYPES, Entries
from shangheng.kernel.records.store.names import digest_of
from shangheng.kernel.records.store.reading import key_number, literal, quoted
from shangheng.kernel.records.store.resolving import as_claims
from shangheng.kernel.records.store.tables import Table, column_types, scan

STAYS = frozenset({"receipt.json"})


@dataclass(frozen=True)
class Gone:
    """A batch whose content goes; ``source`` is its reporter's number in the key index."""

    folder: str
    reporter: str
    batch: str
    source: int


def dispose(home: Ledger, kind: RecordKind, batches: Sequence[Gone], *, tag: str) -> None:
    """Take away the content of some batches; the caller holds the pen of the kind."""
    for batch in batches:
        destroy_keys(home, batch.folder)
        _clear_folder(home.batch(batch.folder))
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {literal(str(home.root / 'work' / 'spill'))}")
        gone = {"reporter": [b.reporter for b in batches], "batch": [b.batch for b in batches]}
        connection.register("gone", pa.table(gone))
        numbers = {each.reporter: each.source for each in batches}
        _clear_history(home, kind, connection)
        beside = _untold(home, kind)
        for path, is_claims in ((home.table(kind.name), False), (home.claims(kind.name), True)):
            if path.exists():
                table = Table(path, kind)
                touched = _files_with_gone(connection, table)
                _forget(home, connection, table, touched, numbers if is_claims else None)
                _drop(connection, table, touched, tag=tag, beside=() if is_claims else beside)
                table.sweep()


def _sealed(home: Ledger, folder: str) -> tuple[Path, ...]:
    archive = home.archive(folder)
    beside = archive.parent.glob(f"{folder}.*.sealed")
    return (archive, *sorted(beside), home.batch(folder) / REJECTS)


def remains(home: Ledger, folder: str) -> list[Path]:
    """Return the files that hold content of a batch; none once it was disposed of."""
    own = (path for path in home.batch(folder).glob("*") if path.name not in STAYS)
    return [path for path in dict.fromkeys((*_sealed(home, folder), *own)) if path.exists()]


def destroy_keys(home: Ledger, folder: str) -> None:
    """Make the sealed files of a batch unreadable, then remove them."""
    for path in _sealed(home, folder):
        if path.exists():
            destroy_key(path)
            path.unlink()
            flush(path.parent)


def destroy_key(path: Path) -> None:
    """Overwrite the head of a sealed file, in which its wrapped key stands."""
    with path.open("r+b") as file:
        head = len(file.readline())
        file.seek(0)
        file.write(b"\0" * head)
        file.flush()
        os.fsync(file.fileno())


def _clear_folder(folder: Path) -> None:
    for path in folder.glob("*"):
        if path.name not in STAYS:
            path.unlink()
    if folder.exists():
        flush(folder)


def _files_with_gone(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """Return the files of a table that hold rows of what goes, relative to it."""
    files = table.files()
    if not files:
        return []
    paths = [str(table.path / path) for path in files]
    found = connection.execute(
        f"SELECT DISTINCT filename FROM {scan(paths, extra=', filename=true')} "
        "SEMI JOIN gone USING (reporter, batch)"
    ).fetchall()
    prefix = f"{table.path}/"
    return sorted(str(row[0]).removeprefix(prefix) for row in found)


def _forget(
    home: Ledger,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    touched: Sequence[str],
    numbers: Mapping[str, int] | None,
) -> None:
    """Let the key index of a table forget the rows that go; ``numbers`` for that of claims."""
    keys = _keys(connection, table, touched, numbers or {}) if touched else Entries.empty()
    index = index_of(home, table.kind.name, table, claims=numbers is not None)
    index.forget(as_claims(keys) if numbers is not None else keys)


def _keys(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    touched: Sequence[str],
    numbers: Mapping[str, int],
) -> Entries:
    held = scan([str(table.path / path) for path in touched])
    told = connection.sql(
        f"SELECT (key >> 64)::UBIGINT AS high, (key & 18446744073709551615::UHUGEINT)::UBIGINT "
        f"AS low, reporter FROM (SELECT {key_number(table.kind.key)} AS key, reporter "
        f"FROM {held} SEMI JOIN gone USING (reporter, batch))"
    ).to_arrow_table()
    columns = {name: np.zeros(len(told), dtype=type_) for name, type_ in TYPES.items()}
    columns |= {name: told[name].to_numpy() for name in ("high", "low")}
    sources = [numbers.get(reporter, 0) for reporter in told["reporter"].to_pylist()]
    columns["source"] = np.array(sources, dtype=TYPES["source"])
    return Entries(columns)


def _untold(home: Ledger, kind: RecordKind) -> list[Path]:
    """Return the files of the history that no commit tells of as they are now."""
    told = versions.told(home, kind.name)
    files = sorted(home.history(kind.name).glob("*.parquet"))
    return [path for path in files if digest_of(path) not in told[path.resolve()]]


def _drop(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    touched: Sequence[str],
    *,
    tag: str,
    beside: Sequence[Path],
) -> None:
    """Make the table true without the rows that go, and tell of what else was rewritten."""
    if not touched and not beside:
        return
    adds = []
    if touched:
        held = scan([str(table.path / path) for path in touched])
        columns = ", ".join(map(quoted, column_types(table.kind)))
        stay = f"SELECT {columns} FROM {held} ANTI JOIN gone USING (reporter, batch)"
        adds = table.write(connection, stay, tag=tag)
    table.commit(adds, touched, facts={"tag": tag}, beside=beside)


def _clear_history(home: Ledger, kind: RecordKind, connection: duckdb.DuckDBPyConnection) -> None:
    """Take the rows that go out of the replaced versions."""
    for path in sorted(home.history(kind.name).glob("*.parquet")):
        rows = f"read_parquet({literal(str(path))})"
        stay = f"FROM {rows} ANTI JOIN gone USING (reporter, batch)"
        told = connection.execute(
            f"SELECT (SELECT count(*) {stay}), (SELECT count(*) FROM {rows})"
        ).fetchall()
        left, before = told[0]
        if left == before:
            continue
        if left:
            scratch = path.with_suffix(".new")
            connection.execute(
                f"COPY (SELECT * {stay}) TO {literal(str(scratch))} (FORMAT parquet)"
            )
            flush(scratch)
            scratch.replace(path)
        else:
            path.unlink()
        flush(path.parent)
