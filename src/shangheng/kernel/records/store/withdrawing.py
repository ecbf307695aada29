# SPDX-License-Identifier: Apache-2.0
"""Records taken back by who reported them: out of the tables, into the history, index told.

The steps are those of ``committing``, and a crash is met in the same way: the intent first, what
leaves goes to the history, the claims are committed, then the kind's table, which makes it true.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from shangheng.kernel.evidence.store import flush
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store import committing
from shangheng.kernel.records.store.home import Ledger, write_durably
from shangheng.kernel.records.store.keys import TYPES, WITHDRAWN, Entries, KeyIndex
from shangheng.kernel.records.store.names import INTENT, RECEIPTS
from shangheng.kernel.records.store.reading import key_number, literal, quoted, sql_type
from shangheng.kernel.records.store.resolving import as_claims
from shangheng.kernel.records.store.staging import connect, optimise
from shangheng.kernel.records.store.tables import Table


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What a reporter takes back: records by their keys (as texts), under a number, and why."""

    kind: RecordKind
    reporter: str
    number: str
    keys: Sequence[Mapping[str, str]]
    reason: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of which records are meant."""
        keys = [[str(key[name]) for name in self.kind.key] for key in self.keys]
        return hashlib.sha256(json.dumps([self.kind.name, keys]).encode()).hexdigest()


def asked_entries(
    connection: duckdb.DuckDBPyConnection, asked: Withdrawal, *, source: int
) -> Entries:
    """Return keys, given as texts, as entries of the index."""
    kind = asked.kind
    optimise(connection, on=True)
    given = pa.table(
        {name: pa.array([str(key[name]) for key in asked.keys], pa.string()) for name in kind.key}
    )
    connection.register("withdrawn_keys", given)
    typed = ", ".join(
        f"try_cast({quoted(name)} AS {sql_type(kind.field(name))}) AS {quoted(name)}"
        for name in kind.key
    )
    found = connection.execute(
        "SELECT DISTINCT (key >> 64)::UBIGINT AS high, "
        "(key & 18446744073709551615::UHUGEINT)::UBIGINT AS low FROM "
        f"(SELECT {key_number(kind.key)} AS key FROM (SELECT {typed} FROM withdrawn_keys))"
    ).fetchnumpy()
    count = len(found["high"])
    return Entries(
        {
            "high": np.asarray(found["high"], np.uint64),
            "low": np.asarray(found["low"], np.uint64),
            "print": np.zeros(count, TYPES["print"]), "day": np.zeros(count, TYPES["day"]),
            "source": np.full(count, source, TYPES["source"]),
            "rank": np.full(count, WITHDRAWN, TYPES["rank"]),
        }
    )  # fmt: skip


def _own(index: KeyIndex, asked: Entries, source: int) -> Entries:
    """Return what the index holds of the asked records that this source has told of."""
    found = index.find(asked["high"], asked["low"])
    at = np.flatnonzero(found.known & (found.entries["source"] == source))
    keys = asked.take(at)
    return Entries({**found.entries.take(at).columns, "high": keys["high"], "low": keys["low"]})


def _gone(entries: Entries) -> Entries:
    return Entries({**entries.columns, "rank": np.full(len(entries), WITHDRAWN, TYPES["rank"])})


def take_back(home: Ledger, asked: Withdrawal, *, source: int, at: datetime) -> Path | None:
    """Take records of one source out of the ledger; the caller holds the pen of the kind.

    Returns the folder in which it is to be finished, or nothing if there was no such record.
    """
    told = {
        "reporter": asked.reporter, "number": asked.number,
        "reason": asked.reason[:500], "digest": asked.digest, "at": at.isoformat(),
        "source": source,
    }  # fmt: skip
    connection = connect(home)
    try:
        entries = asked_entries(connection, asked, source=source)
        return _take_back(home, asked.kind, entries, connection, told)
    finally:
        connection.close()


def _take_back(
    home: Ledger, kind: RecordKind, asked: Entries, connection: duckdb.DuckDBPyConnection,
    told: Mapping[str, Any],
) -> Path | None:  # fmt: skip
    source = int(told["source"])
    table = Table(home.table(kind.name), kind)
    index = committing.index_of(home, kind.name, table)
    own = _own(index, asked, source)
    claims = Table(home.claims(kind.name), kind) if home.claims(kind.name).exists() else None
    claims_index = committing.index_of(home, kind.name, claims, claims=True) if claims else None
    claimed = _own(claims_index, as_claims(asked), source) if claims_index else Entries.empty()
    if not len(own) and not len(claimed):
        return None
    work = home.begin_work()
    tag = work.name
    intent: dict[str, Any] = {
        "kind": kind.name, "tag": tag, "table_version": table.version,
        "claims_version": claims.version if claims else None, "members": [],
        "withdrawal": {**told, "tag": tag, "records": len(own) + len(claimed),
                       "ledger_version": table.version + 1},
    }  # fmt: skip
    write_durably(work / INTENT, json.dumps(intent).encode())
    out = _Out(home, kind, connection, intent["withdrawal"])
    if claims is not None and claims_index is not None and len(claimed):
        reporter = f" AND reporter = {literal(str(told['reporter']))}"
        change = out.change(claims, _under_record(claimed), only=reporter)
        claims_index.prepare(_gone(claimed))
        claims_index.adopt()
        claims.commit(change.adds, change.removes, facts={"tag": tag}, beside=change.beside)
    change = out.change(table, own)
    index.prepare(_gone(own))
    index.adopt()
    write_durably(work / RECEIPTS, b"[]")
    facts = {"tag": tag, "withdrawn": str(len(own))}
    table.commit(change.adds, change.removes, facts=facts, beside=change.beside)
    index.settle()
    if claims_index is not None:
        claims_index.settle()
    return work


def _under_record(claimed: Entries) -> Entries:
    """Return claims under the key of their record, as the claims table holds it."""
    return Entries({**claimed.columns, "low": as_claims(claimed)["low"]})


class _Out:
    """Writes what is left of the files from which records go."""

    def __init__(
        self, home: Ledger, kind: RecordKind, connection: duckdb.DuckDBPyConnection,
        told: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self._home, self._kind, self._connection, self._told = home, kind, connection, told

    def change(self, table: Table, old: Entries, *, only: str = "") -> committing.Change:
        """Keep what leaves in the history and rewrite the files without it; nothing counts yet."""
        touched, stay = committing.leaving(self._connection, table, old, only=only)
        if not touched:
            return committing.Change()
        folder = self._home.history(self._kind.name)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._told['tag']}-{table.path.parent.name}.parquet"
        self._connection.execute(
            f"COPY (SELECT * EXCLUDE (filename, high, low), {literal(self._told['number'])} AS "
            f"replaced_by FROM leaving) TO {literal(str(path))} (FORMAT parquet)"
        )
        flush(path)
        adds = table.write(self._connection, stay, tag=str(self._told["tag"]))
        return committing.Change(adds, touched, [path])
