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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from shangheng.kernel.exchange.concept.parcels import PUT, WITHDRAW, Span, Step
from shangheng.kernel.exchange.concept.spans import Commit, Place, next_span
from shangheng.kernel.exchange.store import views
from shangheng.kernel.exchange.store.feed import EMPTY, Coming, Content, Feed
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.reading import literal, quoted
from shangheng.kernel.records.store.tables import files_of, scan

_TABLES = "-tables.parquet"
_NO_ROWS = "SELECT * FROM {} LIMIT 0"


@dataclass(frozen=True)
class CommitFeed(Feed):
    """A feed that is read from the commits of a ledger.

    ``gone`` are batches, by reporter and number, that were disposed of though their rows may still
    be there: what they said counts as gone already.
    """

    gone: tuple[tuple[str, str], ...] = ()

    def coming(self, place: Place, *, most: int) -> Coming | None:
        """Return the commits that come next, or some lines of a large one."""
        begun = place.version - 1 if place.part else place.version
        changes = records.changes_since(self.home, self.agreement.kind.name, begun)
        commits = [
            Commit(
                Step(each.version, each.tag, each.files, tuple(b[:2] for b in each.batches)),
                tuple(batch[2] for batch in each.batches),
            )
            for each in changes
        ]
        found = next_span(commits, place, most=most)
        if found is None:
            return None
        times = {each.version: each.at for each in changes}
        return Coming(*found, min(times[step.version] for step in found[0].steps))

    def events(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return what the commits of a span bring, by the steps 1 to 3 of the module."""
        connection.register("gone_batches", _batches(self.gone))
        after, before = self._after(connection, span), self._before(connection, span)
        if after is None and before is None:
            return None
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
        return self._events()

    def standing(self, connection: duckdb.DuckDBPyConnection) -> str | None:  # noqa: ARG002 - as declared
        """Return the rows of the table that the view covers."""
        paths = files_of(self.home.table(self.agreement.kind.name)).paths
        covered = views.covered(self.agreement)
        return f"SELECT * FROM {scan(paths)} WHERE {covered}" if paths else None

    def touching(self, key: Mapping[str, str]) -> Callable[[Span], bool]:
        """Tell by the batches that brought a record and the commits that replaced a word of it."""
        batches, tags = words_of(self.home, self.agreement.kind, key)

        def touches(span: Span) -> bool:
            return any(step.tag in tags or batches & {*step.batches} for step in span.steps)

        return touches

    def _events(self) -> str:
        covered = views.covered(self.agreement)
        known = " OR ".join([covered, *map(views.covered, self.formerly)])
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
            f"QUALIFY row_number() OVER (PARTITION BY k ORDER BY k) = 1) "
            f"SELECT {literal(PUT)} AS act, * FROM shared UNION ALL BY NAME "
            f"SELECT {literal(WITHDRAW)} AS act, * FROM gone"
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
            f"USING (reporter, batch) {self._but_gone}{some}"
        )

    def withdrawn(self, batches: Sequence[tuple[str, str]], *, first: int) -> Content:
        """Return what lets receivers forget the records whose last word some batches have."""
        connection = self.connected()
        try:
            connection.register("going", _batches(batches))
            standing = self.standing(connection)
            if standing is None:
                return EMPTY
            events = (
                f"SELECT {literal(WITHDRAW)} AS act, * FROM ({standing}) "
                f"SEMI JOIN going USING (reporter, batch)"
            )
            return self.told(connection, events, first)
        finally:
            connection.close()

    def tags_of(self, batches: Sequence[tuple[str, str]]) -> set[str]:
        """Return the tags of the commits that replaced or took back rows of some batches."""
        folder = self.home.history(self.agreement.kind.name)
        files = [*map(str, folder.glob(f"*{_TABLES}"))]
        if not files:
            return set()
        with duckdb.connect() as connection:
            connection.register("going", _batches(batches))
            found = connection.execute(
                f"SELECT DISTINCT filename FROM {_history(files)} "
                f"SEMI JOIN going USING (reporter, batch)"
            ).fetchall()
        return {Path(path).name.removesuffix(_TABLES) for (path,) in found}

    @property
    def _but_gone(self) -> str:
        return "ANTI JOIN gone_batches USING (reporter, batch)" if self.gone else ""

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
        history = sorted(self.home.history(self.agreement.kind.name).glob(f"*{_TABLES}"))
        sources = [scan(standing)] if standing else []
        sources += [_history([*map(str, history)])] if history else []
        parts = [f"SELECT {self._columns} FROM {each}" for each in sources]
        return " UNION ALL ".join(parts) if parts else None

    def _before(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return the SELECT of what the span replaced or took back, with the version of when."""
        folder = self.home.history(self.agreement.kind.name)
        left = [(step.version, str(folder / f"{step.tag}{_TABLES}")) for step in span.steps]
        left = [(version, path) for version, path in left if Path(path).exists()]
        if not left:
            return None
        versions, paths = zip(*left, strict=True)
        connection.register("left_at", pa.table({"version": versions, "filename": paths}))
        own = [each for step in span.steps for each in step.batches]
        connection.register("own_batches", _batches(own))
        return (
            f"SELECT {self._columns}, version, "
            f"(reporter, batch) IN (SELECT (reporter, batch) FROM own_batches) AS own FROM "
            f"(SELECT {self._columns}, filename FROM "
            f"{_history(paths)}) JOIN left_at USING (filename) {self._but_gone}"
        )


def words_of(
    home: Ledger, kind: RecordKind, key: Mapping[str, str]
) -> tuple[set[tuple[str, str]], set[str]]:
    """Return which batches a record has come in, and the tags of what replaced a word of it."""
    is_it = " AND ".join(
        f"{quoted(name)} = try_cast(? AS {kind.field(name).sql_type})" for name in kind.key
    )
    standing = files_of(home.table(kind.name)).paths
    files = [*map(str, home.history(kind.name).glob(f"*{_TABLES}"))]
    parts = [f"SELECT reporter, batch, '' AS filename FROM {scan(standing)}"] * bool(standing)
    parts += [f"SELECT reporter, batch, filename FROM {_history(files)}"] * bool(files)
    if not parts:
        return set(), set()
    values = [key[name] for name in kind.key] * len(parts)
    asked = " UNION ALL ".join(f"{part} WHERE {is_it}" for part in parts)
    with duckdb.connect() as connection:
        found = connection.execute(asked, values).fetchall()
    tags = {Path(name).name.removesuffix(_TABLES) for _, _, name in found if name}
    return {(reporter, batch) for reporter, batch, _ in found}, tags


def _batches(batches: Sequence[tuple[str, str]]) -> pa.Table:
    """Return reporters and numbers of batches as a table to join with."""
    columns = {"reporter": [each[0] for each in batches], "batch": [each[1] for each in batches]}
    return pa.table({name: pa.array(told, pa.string()) for name, told in columns.items()})


def _history(paths: Sequence[str]) -> str:
    """Return the SQL that reads files of the history, each row with the file that it is from."""
    return f"read_parquet([{', '.join(map(literal, paths))}], filename=true)"
