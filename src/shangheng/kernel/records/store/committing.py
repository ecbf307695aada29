# SPDX-License-Identifier: Apache-2.0
"""A resolved batch made true: files written, index extended, one commit; or undone as a whole.

The order is what makes a crash harmless:

1. ``intent.json`` says which versions the tables have before anything is touched; see
   ``convoys.begin``.
2. Replaced versions go to the history; new files and index segments are written; none counts yet.
3. What second sources said is committed to the claims table.
4. The receipts are written into the convoy's work folder, durable, as are the sealed bytes.
5. The kind's table is committed, naming the convoy. *This is the moment of truth.*
6. The work folders' results move to their place, and the rows of the batches are written.

Killed before 5, the next holder of the pen puts the claims back and clears the work away; killed
after 5, it does step 6.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from deltalake.transaction import AddAction

from shangheng.kernel.evidence.store import flush
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import outcome
from shangheng.kernel.records.store.archive import seal_file
from shangheng.kernel.records.store.convoys import Convoy
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.keys import Entries, KeyIndex
from shangheng.kernel.records.store.names import INTENT
from shangheng.kernel.records.store.reading import key_number, literal, quoted
from shangheng.kernel.records.store.resolving import Slice, Verdict
from shangheng.kernel.records.store.staging import STAGE, optimise
from shangheng.kernel.records.store.tables import Table, column_types, scan

REJECTS, WARNINGS, HASHES = "rejects.sealed", outcome.WARNINGS, "hashes.bin"
MANY_ROWS, READ_MAX = 100_000, 3
"""When days are written one by one: at least so many rows, and so many read for each at most."""


@dataclass
class Change:
    """What is done to one table: files that come, files that go, what is kept beside it."""

    adds: list[AddAction] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    beside: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Writer:
    """Writes a convoy's rows into the tables of its kind, without making them true.

    On a connection of its own: meanwhile what is wrong with other rows is written down.
    """

    convoy: Convoy
    tag: str
    connection: duckdb.DuckDBPyConnection

    @property
    def kind(self) -> RecordKind:
        """Return the kind of the rows."""
        return self.convoy.kind

    def rows(self, places: str) -> str:
        """Return the SELECT of these rows as the table keeps them, each with its batch."""
        convoy = self.convoy
        columns = ", ".join(quoted(each.name) for each in self.kind.fields)
        reporter = convoy.by_member([literal(each.order.reporter) for each in convoy.members])
        batch = convoy.by_member([literal(each.batch) for each in convoy.members])
        line = convoy.by_member([placed.sql() for placed in convoy.placed])
        return (
            f"SELECT member, {columns}, {reporter} AS reporter, {batch} AS batch, {line} AS line, "
            f"{quoted(self.kind.day)}::DATE AS day FROM ({standing(places)})"
        )

    def replaced(self, table: Table, old: Entries, *, own: bool) -> tuple[list[str], str]:
        """Return the files that hold these records, and the SELECT of what stays in them.

        With ``own`` only this reporter's word on a record is replaced, as among the claims.
        """
        mine = ", ".join(literal(each.order.reporter) for each in self.convoy.members)
        only = f" AND reporter IN ({mine})" if own else ""
        return leaving(self.connection, table, old, only=only)

    def keep_history(self, table: Table) -> Path:
        """Write the records in ``leaving`` to the history, as said before this convoy."""
        folder = self.convoy.home.history(self.kind.name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.tag}-{table.path.parent.name}.parquet"
        batch = self.convoy.by_member([literal(each.batch) for each in self.convoy.members])
        said = (
            f"SELECT high, low, any_value(member) AS member FROM {STAGE} "
            "WHERE NOT bad AND NOT skip GROUP BY high, low"
        )
        self.connection.execute(
            f"COPY (SELECT * EXCLUDE (filename, high, low, member), {batch} AS replaced_by FROM "
            f"leaving JOIN ({said}) USING (high, low)) TO {literal(str(path))} (FORMAT parquet)"
        )
        flush(path)
        return path

    def change(self, table: Table, places: str, old: Entries, *, own: bool = False) -> Change:
        """Write the rows at ``places`` and rewrite the files of what they replace."""
        change = Change()
        touched, stay = self.replaced(table, old, own=own)
        if touched:
            change.beside = [self.keep_history(table)]
            change.removes = touched
            change.adds += table.write(self.connection, stay, tag=self.tag)
        change.adds += self._written(table, places)
        return change

    def _written(self, table: Table, places: str) -> list[AddAction]:
        """Write the rows at ``places``, several days at once where each can be read by itself."""
        by, days = quoted(self.kind.day), self._days(places)

        def write(day: str, connection: duckdb.DuckDBPyConnection) -> list[AddAction]:
            one = f" AND {by} >= DATE '{day}' AND {by} < DATE '{day}' + 1" if day else ""
            rows = f"SELECT * EXCLUDE (member) FROM ({self.rows(places + one)})"
            return table.write(connection, rows, tag=self.tag, day=day)

        def write_day(day: str) -> list[AddAction]:
            with self.convoy.alongside() as own:
                return write(day, own)

        if not days:
            return write("", self.connection)
        with ThreadPoolExecutor(self.convoy.home.threads) as pool:
            return [add for adds in pool.map(write_day, days) for add in adds]

    def _days(self, places: str) -> list[str]:
        """Return the days of many rows, if those of each lie close together; else none.

        Then every day can be written by itself without reading the stage for each of them. A
        convoy so small that its statement is kept is not asked.
        """
        if self.convoy.plan.is_kept:
            return []
        pieces = (
            f"SELECT {quoted(self.kind.day)}::DATE AS day, count(*) AS rows FROM "
            f"({standing(places)}) GROUP BY day, place // {duckdb.__standard_vector_size__}"
        )
        found = self.connection.execute(
            f"SELECT day, sum(rows), count(*) FROM ({pieces}) GROUP BY day ORDER BY day"
        ).fetchall()
        rows, read = (sum(each[at] for each in found) for at in (1, 2))
        are_close = rows >= MANY_ROWS and read * duckdb.__standard_vector_size__ <= rows * READ_MAX
        return [str(day) for day, *_ in found] if are_close else []

    def move_outranked(self, claims: Table, outranked: Entries) -> Change:
        """Keep in the claims what a lesser source had said before the authority spoke."""
        columns = ", ".join(quoted(name) for name in column_types(self.kind))
        keys = pa.table({"high": outranked["high"], "low": outranked["low"]})
        self.connection.register("outranked", keys)
        others = f"SELECT {columns} FROM leaving SEMI JOIN outranked USING (high, low)"
        return Change(adds=claims.write(self.connection, others, tag=self.tag))


def standing(places: str) -> str:
    """Return the SELECT of the stage's good rows that stand in the relation ``places``."""
    return (
        f"SELECT * FROM (SELECT *, rowid AS place FROM {STAGE}) "
        f"WHERE NOT bad AND NOT skip AND {places}"
    )


def leaving(
    connection: duckdb.DuckDBPyConnection, table: Table, old: Entries, *, only: str = ""
) -> tuple[list[str], str]:
    """Gather the rows of these records in ``leaving``; return their files, and what stays in them.

    ``only`` is a further condition for a row to leave.
    """
    if not len(old):
        return [], ""
    optimise(connection, on=True)
    days = {str(np.datetime64(int(day), "D")) for day in np.unique(old["day"])}
    inside = tuple(f"day={day}/" for day in days)
    files = [path for path in table.files() if path.startswith(inside)]
    if not files:
        return [], ""
    gone = pa.table({"high": old["high"], "low": old["low"]})
    connection.register("gone", gone)
    held = (
        f"SELECT *, (key >> 64)::UBIGINT AS high, "
        f"(key & 18446744073709551615::UHUGEINT)::UBIGINT AS low FROM (SELECT *, "
        f"{key_number(table.kind.key)} AS key FROM "
        f"{scan([str(table.path / path) for path in files], extra=', filename=true')})"
    )
    leaves = "(high, low) IN (SELECT (high, low) FROM gone)" + only
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE leaving AS SELECT * EXCLUDE (key) FROM ({held}) "
        f"WHERE {leaves}"
    )
    names = connection.execute("SELECT DISTINCT filename FROM leaving").fetchall()
    prefix = f"{table.path}/"
    touched = sorted(str(name[0]).removeprefix(prefix) for name in names)
    stay = (
        f"SELECT * EXCLUDE (key, high, low, filename) FROM ({held}) "
        f"WHERE filename IN (SELECT DISTINCT filename FROM leaving) AND NOT ({leaves})"
    )
    return touched, stay


def replaced_entries(slices: Sequence[Slice]) -> Entries:
    """Return what the index knew of the records that this batch replaces."""
    parts = []
    for each in slices:
        at = each.having(Verdict.CORRECTED, Verdict.OUTRANKS)
        keys = each.entries.take(at)
        old = each.old.take(at).columns
        parts.append(Entries({**old, "high": keys["high"], "low": keys["low"]}))
    return Entries.joined(parts)


def index_of(home: Ledger, kind: str, table: Table, *, claims: bool = False) -> KeyIndex:
    """Open the key index of a kind's table, or of its claims."""
    name = f"{kind}.claims" if claims else kind
    return KeyIndex(home.keys(name), version=table.version)


def intent_of(work: Path) -> dict[str, Any] | None:
    """Return what was written down before the ledger was touched, or nothing if it was not."""
    path = work / INTENT
    if not path.exists():
        return None
    intent: dict[str, Any] = json.loads(path.read_bytes())
    return intent


def unfinished(home: Ledger, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    """Return the work folders of this kind that were begun and not finished."""
    found = []
    for path in sorted((home.root / "work").glob(f"*/{INTENT}")):
        intent = intent_of(path.parent)
        if intent is not None and intent["kind"] == kind:
            found.append((path.parent, intent))
    return found


def is_true(table: Table, intent: Mapping[str, Any]) -> bool:
    """Return whether the batch's commit was made before the process ended."""
    version = int(intent["table_version"]) + 1
    return table.version >= version and table.facts_of(version).get("tag") == intent["tag"]


def undo(home: Ledger, kind: RecordKind, intent: Mapping[str, Any], work: Path) -> None:
    """Put back what an unfinished batch had begun; its files were never true.

    What the index says of undone claims goes first: going back makes a new version of the table,
    as of which it would be believed.
    """
    for path in home.history(kind.name).glob(f"{intent['tag']}-*.parquet"):
        path.unlink()
    before = intent["claims_version"]
    if before is not None:
        claims = Table(home.claims(kind.name), kind)
        if claims.version > before:
            KeyIndex(home.keys(f"{kind.name}.claims"), version=before)
            claims.restore(before)
        claims.undo(intent["tag"])
    Table(home.table(kind.name), kind).undo(intent["tag"])
    clear(work)


def clear(work: Path) -> None:
    """Remove a work folder that nobody needs any more.

    The intent goes first: a folder that is half gone must not be taken for one to be finished,
    for whatever the finishing needs may be in the other half.
    """
    (work / INTENT).unlink(missing_ok=True)
    shutil.rmtree(work, ignore_errors=True)


def publish(home: Ledger, work: Path, *, folder: str) -> list[Path]:
    """Move a finished batch's results from its work folder to where they stay; may be repeated.

    Returns where they are now; the caller flushes their folders. Rejected rows are as they came,
    persons and all: they are kept encrypted, as the archive is.
    """
    target, sealed = home.batch(folder), home.archive(folder)
    for place in (target, sealed.parent):
        place.mkdir(parents=True, exist_ok=True)
    rejects = work / outcome.REJECTS
    if rejects.exists():
        seal_file(rejects, target / REJECTS, batch=folder, master_key=home.master_key)
        flush(target / REJECTS)
    moves = {work / name: target / name for name in (WARNINGS, HASHES)}
    moves[work / "sealed"] = sealed
    for beside in work.glob("sealed-*"):
        moves[beside] = sealed.with_suffix(f".{beside.name.removeprefix('sealed-')}.sealed")
    for path, place in moves.items():
        if path.exists():
            path.replace(place)
    return [*moves.values(), target, sealed.parent]
