# SPDX-License-Identifier: Apache-2.0
"""Spark: runs the same formulas over a cluster; imported only where it is configured.

Needs the extra ``shangheng[spark]`` and Java. The session's time zone must not matter: times in
the ledger are Beijing wall-clock times without a zone.
"""

import hashlib
import threading

import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.formulas.concept import Given, Sources, columns_of
from shangheng.kernel.records.concept.kinds import RecordKind

PARTITION = "/day="
SESSIONS_KEPT = 16
"""How many versions of the ledger stay open at once; the oldest is forgotten."""


class SparkEngine:
    """A Spark session; each version of the ledger has a session of its own with its views."""

    dialect = "pyspark"

    def __init__(self, session: SparkSession) -> None:
        """Use a session that is open, however it was configured."""
        self._session = session
        self._lock = threading.Lock()
        self._sessions: dict[str, SparkSession] = {}

    def run(self, sql: str, sources: Sources) -> pa.Table:
        """Return the rows of a compiled expression over those sources, as an Arrow table."""
        session = self._opened(sources)
        try:
            return session.sql(sql).toArrow()
        except PySparkException as error:
            raise Unavailable("engine.failed", engine="spark", sql=sql, why=str(error)) from error

    def _opened(self, sources: Sources) -> SparkSession:
        key = _digest(sources)
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = _open(self._session.newSession(), sources)
                while len(self._sessions) > SESSIONS_KEPT:
                    del self._sessions[next(iter(self._sessions))]
            return self._sessions[key]


def _open(session: SparkSession, sources: Sources) -> SparkSession:
    for name, (kind, data) in sources.items():
        if isinstance(data, Given):
            frame = session.createDataFrame(data.table)
        elif data.paths:
            base = data.paths[0].partition(PARTITION)[0]
            frame = session.read.option("basePath", base).parquet(*data.paths)
        else:
            frame = session.createDataFrame([], _schema(kind))
        frame.createOrReplaceTempView(f"`{name}`")
    return session


def _schema(kind: RecordKind) -> str:
    """Return the columns of an empty table in Spark's words."""
    return ", ".join(f"`{name}` {_type(sql)}" for name, sql in columns_of(kind).items())


def _type(sql: str) -> str:
    words = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ"}
    if sql.endswith("[]"):
        inner = sql.removeprefix("STRUCT(").removesuffix(")[]").split(", ")
        pairs = (each.split(" ", 1) for each in inner)
        return f"ARRAY<STRUCT<{', '.join(f'{n}: {words.get(t, t)}' for n, t in pairs)}>>"
    return words.get(sql, sql)


def _digest(sources: Sources) -> str:
    digest = hashlib.sha256()
    for name, (_, data) in sorted(sources.items()):
        content = id(data.table) if isinstance(data, Given) else data.paths
        digest.update(repr((name, data.version, content)).encode())
    return digest.hexdigest()
