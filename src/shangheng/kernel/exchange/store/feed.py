# SPDX-License-Identifier: Apache-2.0
"""What changed in an agreement's view between two versions of the ledger, from the ledger itself.

A batch's rows are for ever in the files of its commit, and what it replaced in the history file of
the same tag. So a span of commits has one answer, whenever it is asked:

1. the last state of each record that the span touched is shared if the view covers it;
2. a record that was covered before the span and now is not (corrected out of scope, or taken
   back) is withdrawn;
3. what came and went within the span was never shared and is not told.

Where settled or cleaned files are gone from the disk, the same rows are found in the table and the
history by the batch that brought them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import PUT, WITHDRAW, Span
from shangheng.kernel.exchange.store import views
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.reading import literal, quoted
from shangheng.kernel.records.store.staging import connect, optimise
from shangheng.kernel.records.store.tables import files_of, scan

_NO_ROWS = "SELECT * FROM {} LIMIT 0"


@dataclass(frozen=True)
class Content:
    """What a parcel holds: a line of JSON for each record, in order."""

    lines: bytes
    records: int
    withdrawn: int

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the lines."""
        return hashlib.sha256(self.lines).hexdigest()


EMPTY = Content(b"", 0, 0)


@dataclass(frozen=True)
class Feed:
    """The view of one edition over one ledger; ``formerly`` are its earlier editions.

    A record that an earlier edition covered and this one does not is withdrawn from whoever may
    still have it.
    """

    home: Ledger
    agreement: Agreement
    formerly: tuple[Agreement, ...] = ()

    def content(self, span: Span, *, first: int) -> Content:
        """Return what a span brings, numbered from ``first``; the same whenever it is asked."""
        connection = self._connected()
        try:
            return self._content(connection, span, first)
        finally:
            connection.close()

    def _connected(self) -> duckdb.DuckDBPyConnection:
        connection = connect(
            memory_mb=self.home.memory_mb, threads=self.home.threads,
            spill=self.home.root / "work" / "spill",
        )  # fmt: skip
        optimise(connection, on=True)
        views.prepare(connection, self.agreement, key=self.home.master_key)
        return connection

    def _content(self, connection: duckdb.DuckDBPyConnection, span: Span, first: int) -> Content:
        after, before = self._after(connection, span), self._before(connection, span)
        if after is None and before is None:
            return EMPTY
        shape = after or before
        after, before = (
            after or _NO_ROWS.format(f"({shape})"),
            before or _NO_ROWS.format(f"({shape})"),
        )
        key = f"row({', '.join(map(quoted, self.agreement.kind.key))})"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE came AS SELECT *, {key} AS k FROM ({after}) "
            f"QUALIFY row_number() OVER (PARTITION BY k ORDER BY version DESC) = 1"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE went AS SELECT *, {key} AS k FROM ({before})"
        )
        if span.lines is not None:
            connection.execute("DELETE FROM went WHERE k NOT IN (SELECT k FROM came)")
        return _read(connection, self._events(first))

    def _events(self, first: int) -> str:
        """Return the SQL of the lines, in order: the steps 1 to 3 of the module."""
        covered = views.covered(self.agreement)
        known = " OR ".join([covered, *map(views.covered, self.formerly)])
        order = ", ".join(map(quoted, self.agreement.kind.key))
        sequence = f"row_number() OVER (ORDER BY act, {order}) + {first - 1}"
        lines = " ".join(
            f"WHEN {literal(act)} THEN {views.line(self.agreement, act=act, sequence='sequence')}"
            for act in (PUT, WITHDRAW)
        )
        columns = ", ".join(map(quoted, views.needed(self.agreement, self.formerly)))
        return (
            # 1. The last state of each touched record, unless it was taken back after that.
            f"WITH standing AS (SELECT {columns}, k FROM came WHERE NOT EXISTS (FROM went "
            f"WHERE went.k = came.k AND went.version > came.version)), "
            f"shared AS (SELECT * FROM standing WHERE {covered}), "
            # 2. What was covered before the span, as it stood then.
            f"was AS (SELECT {columns}, k FROM (FROM went WHERE NOT own AND ({known})) "
            f"QUALIFY row_number() OVER (PARTITION BY k ORDER BY version) = 1), "
            f"lost AS (SELECT {columns}, k FROM was UNION ALL BY NAME "
            f"SELECT {columns}, k FROM standing WHERE NOT {covered} AND ({known})), "
            f"gone AS (FROM lost WHERE k NOT IN (SELECT k FROM shared) "
            f"QUALIFY row_number() OVER (PARTITION BY k ORDER BY k) = 1), "
            f"events AS (SELECT {literal(PUT)} AS act, * FROM shared UNION ALL BY NAME "
            f"SELECT {literal(WITHDRAW)} AS act, * FROM gone) "
            f"SELECT act, CASE act {lines} END AS line FROM "
            f"(SELECT *, {sequence} AS sequence FROM events) ORDER BY sequence"
        )

    def _after(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return the SELECT of the rows that the span's batches brought, with their version."""
        batches = [(step.version, *each) for step in span.steps for each in step.batches]
        if not batches:
            return None
        versions, reporters, numbers = zip(*batches, strict=True)
        brought = pa.table({"version": versions, "reporter": reporters, "batch": numbers})
        connection.register("brought", brought)
        source = self._files(span)
        if source is None:
            return None
        some = f" WHERE line BETWEEN {span.lines[0]} AND {span.lines[1]}" if span.lines else ""
        return (
            f"SELECT {self._columns}, version, true AS own FROM ({source}) JOIN brought "
            f"USING (reporter, batch){some}"
        )

    @property
    def _columns(self) -> str:
        needed = views.needed(self.agreement, self.formerly)
        return ", ".join([*map(quoted, needed), "reporter", "batch", "line"])

    def _files(self, span: Span) -> str | None:
        root = self.home.table(self.agreement.kind.name)
        own = [root / name for step in span.steps for name in step.files]
        if all(step.tag for step in span.steps) and all(path.exists() for path in own):
            return f"SELECT {self._columns} FROM {scan([*map(str, own)])}" if own else None
        standing = files_of(root).paths
        history = sorted(self.home.history(self.agreement.kind.name).glob("*-tables.parquet"))
        sources = [scan(standing)] if standing else []
        sources += [_history([*map(str, history)])] if history else []
        parts = [f"SELECT {self._columns} FROM {each}" for each in sources]
        return " UNION ALL ".join(parts) if parts else None

    def _before(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return the SELECT of what the span replaced or took back, with the version of when."""
        folder = self.home.history(self.agreement.kind.name)
        left = [(step.version, str(folder / f"{step.tag}-tables.parquet")) for step in span.steps]
        left = [(version, path) for version, path in left if Path(path).exists()]
        if not left:
            return None
        versions, paths = zip(*left, strict=True)
        connection.register("left_at", pa.table({"version": versions, "filename": paths}))
        batches = [each for step in span.steps for each in step.batches]
        connection.register(
            "own_batches",
            pa.table(
                {
                    "reporter": pa.array([each[0] for each in batches], pa.string()),
                    "batch": pa.array([each[1] for each in batches], pa.string()),
                }
            ),
        )
        return (
            f"SELECT {self._columns}, version, "
            f"(reporter, batch) IN (SELECT (reporter, batch) FROM own_batches) AS own FROM "
            f"(SELECT {self._columns}, filename FROM "
            f"{_history(paths)}) JOIN left_at USING (filename)"
        )

    def matches(self, asked: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
        """Tell for each row of values whether the view covers a record that has them."""
        paths = files_of(self.home.table(self.agreement.kind.name)).paths
        if not paths:
            return [False] * len(rows)
        condition = views.matching(self.agreement, asked)
        connection = self._connected()
        try:
            return [
                bool(
                    connection.execute(
                        f"SELECT count(*) FROM (SELECT 1 FROM {scan(paths)} WHERE {condition} "
                        f"LIMIT 1)",
                        list(row),
                    ).fetchall()[0][0]
                )
                for row in rows
            ]
        finally:
            connection.close()


def _history(paths: Sequence[str]) -> str:
    """Return the SQL that reads files of the history, each row with the file that it is from."""
    return f"read_parquet([{', '.join(map(literal, paths))}], filename=true)"


def _read(connection: duckdb.DuckDBPyConnection, select: str) -> Content:
    table = connection.sql(select).to_arrow_table()
    lines = table["line"].to_pylist()
    withdrawn = sum(act == WITHDRAW for act in table["act"].to_pylist())
    text = "".join(f"{line}\n" for line in lines)
    return Content(text.encode(), len(lines), withdrawn)
