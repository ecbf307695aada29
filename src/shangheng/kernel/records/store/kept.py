# SPDX-License-Identifier: Apache-2.0
"""The staging statement of small batches: planned once and kept, with the tables that it reads.

To plan it takes several times as long as to run it over some hundred rows. DuckDB uses a plan
again as long as the statement asks for no variable, nobody makes or alters a table in the database
that it reads, and the optimiser has worked nothing of the tables' contents into it. So what
differs from one convoy to the next stands in columns of ``rows``, and what stays the same for a
ledger in the one row of ``facts``.
"""

import re
from collections import OrderedDict
from secrets import token_hex
from threading import Lock

import duckdb
import pyarrow as pa

from shangheng.kernel.records.store import staging
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.staging import STAGE, Plan, Variables

KEPT_MAX = 16
"""Shapes of batches (kind, mapping, columns) whose statements are kept, the last used."""
VARIABLE = re.compile(r"getvariable\('(\w+)'\)")
ROWS = "SELECT *, rows.rowid AS n FROM rows, facts"

_kept: OrderedDict[tuple[Ledger, str], "_Statement"] = OrderedDict()
_pen = Lock()


class _Statement:
    """The statement of one shape, on a connection and in a database of its own."""

    def __init__(self, home: Ledger, plan: Plan, sql: str, lasting: Variables) -> None:
        """Make the tables and plan the statement."""
        self._connection, self._name = staging.connect(home), f"kept_{token_hex(8)}"
        self._told = _columns(plan.told)
        columns = {"member": "SMALLINT"} | {f"c{at}": "VARCHAR" for at in range(plan.width)}
        columns |= {f'"@{name}"': sql_type for name, (sql_type, _) in plan.told.items()}
        rows = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
        staging.tell(self._connection, lasting)
        staging.optimise(self._connection, on=False)
        for each in (
            f"ATTACH ':memory:' AS {self._name}; USE {self._name}", f"CREATE TABLE rows ({rows})",
            f"CREATE TABLE facts AS SELECT {_columns(lasting)}", f"PREPARE staging AS {sql}",
        ):  # fmt: skip
            self._connection.execute(each)

    def run(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> pa.Table:
        """Return the stage of what ``connection`` reads, each row with its place ``n``."""
        read = f"SELECT *, {self._told} FROM ({plan.source})"
        try:
            connection.execute(f"INSERT INTO {self._name}.rows {read}")
            return self._connection.sql("EXECUTE staging").to_arrow_table()
        finally:
            self._connection.execute("DELETE FROM rows")

    def close(self) -> None:
        """Let go of the tables and of the connection."""
        self._connection.execute(f"USE memory; DETACH {self._name}")
        self._connection.close()


def _columns(variables: Variables) -> str:
    return ", ".join(f"getvariable('{name}') AS \"@{name}\"" for name in variables)


def run(
    home: Ledger, connection: duckdb.DuckDBPyConnection, plan: Plan, lasting: Variables
) -> None:
    """Fill the stage of a connection as ``staging.run`` does, which needs no planning here.

    Raises:
        Invalid, Unavailable: as ``staging.run``.
    """
    key = home, VARIABLE.sub(r'"@\1"', plan.staged(ROWS))
    with _pen, staging.told_plainly():
        if key not in _kept:
            _kept[key] = _Statement(home, plan, key[1], lasting)
        _kept.move_to_end(key)
        if len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)[1].close()
        connection.register("staged", _kept[key].run(connection, plan))
        connection.execute(
            f"CREATE OR REPLACE TABLE {STAGE} AS SELECT * EXCLUDE (n) FROM staged ORDER BY n"
        )
