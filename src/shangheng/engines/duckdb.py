# SPDX-License-Identifier: Apache-2.0
"""DuckDB: runs formulas inside this process, over the ledger's Parquet files."""

import hashlib
import threading

import duckdb
import pyarrow as pa

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.formulas.concept import Given, Sources, columns_of
from shangheng.kernel.records.concept.kinds import RecordKind

SCHEMAS_KEPT = 64
"""How many versions of the ledger stay open at once; the oldest is closed."""


class DuckDBEngine:
    """One database in memory for the process; every thread has a cursor of its own.

    Each version of the ledger is a schema of views named like the kinds, so that a compiled query
    serves every version.
    """

    dialect = "duckdb"

    def __init__(
        self, *, memory: str = "2GB", threads: int | None = None, spill: str | None = None
    ) -> None:
        """Open it with a limit of memory, and a folder to which it may spill."""
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET memory_limit = ?", [memory])
        if threads:
            self._connection.execute("SET threads = ?", [threads])
        if spill:
            self._connection.execute("SET temp_directory = ?", [spill])
        self._connection.execute("SET parquet_metadata_cache = true")
        self._local = threading.local()
        self._lock = threading.Lock()
        self._schemas: dict[str, Sources] = {}

    def run(self, sql: str, sources: Sources) -> pa.Table:
        """Return the rows of a compiled expression over those sources."""
        cursor = self._cursor()
        schema = self._schema(sources)
        try:
            cursor.execute(f'SET schema = "{schema}"')
            return cursor.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise Unavailable("engine.failed", engine="duckdb", sql=sql, why=str(error)) from error

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def _schema(self, sources: Sources) -> str:
        """Return the schema with views of these sources, made on first use."""
        name = "ledger_" + _digest(sources)
        with self._lock:
            if name not in self._schemas:
                self._open(name, sources)
                while len(self._schemas) > SCHEMAS_KEPT:
                    self._close(next(iter(self._schemas)))
        return name

    def _open(self, schema: str, sources: Sources) -> None:
        cursor = self._connection.cursor()
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        for name, (kind, data) in sources.items():
            if isinstance(data, Given):
                cursor.register("given", data.table)
                cursor.execute(f'CREATE TABLE "{schema}"."{name}" AS SELECT * FROM given')
                cursor.unregister("given")
            else:
                rows = _read(data.paths) if data.paths else _nothing(kind)
                cursor.execute(f'CREATE OR REPLACE VIEW "{schema}"."{name}" AS {rows}')
        cursor.close()
        self._schemas[schema] = sources

    def _close(self, schema: str) -> None:
        del self._schemas[schema]
        self._connection.cursor().execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def _digest(sources: Sources) -> str:
    digest = hashlib.sha256()
    for name, (_, data) in sorted(sources.items()):
        content = id(data.table) if isinstance(data, Given) else data.paths
        digest.update(repr((name, data.version, content)).encode())
    return digest.hexdigest()[:24]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read(paths: tuple[str, ...]) -> str:
    files = ", ".join(_quoted(path) for path in paths)
    return (
        f"SELECT * FROM read_parquet([{files}], hive_partitioning = true, "
        "hive_types = {'day': DATE})"
    )


def _nothing(kind: RecordKind) -> str:
    empty = ", ".join(
        f'CAST(NULL AS {sql_type}) AS "{name}"' for name, sql_type in columns_of(kind).items()
    )
    return f"SELECT {empty} WHERE false"
