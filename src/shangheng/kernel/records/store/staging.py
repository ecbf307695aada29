# SPDX-License-Identifier: Apache-2.0
"""A landed file read, cast and checked in one streaming pass into a stage.

The stage is a Parquet file with one row for each row of the source, in its order: the values, and
``bad``, ``doubted``, ``skip``, the key, the record's hash and, for rows that are bad or doubted
only, the original texts. Why exactly such a row is bad is worked out afterwards, on those rows
alone: the pass over all rows only needs to know whether.
"""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.mapping import Mapping
from shangheng.kernel.records.store import mapped, reading
from shangheng.kernel.records.store.reading import Fault, quoted
from shangheng.kernel.records.store.sources import Relation

STAGE = "FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 122880"


@dataclass(frozen=True)
class Facts:
    """What checks need beside the row: the hour, and what this reporter usually sends."""

    now: datetime
    usual: Map[str, float]
    inner_pad: bytes
    outer_pad: bytes


class _Usual:
    """Gives ``usual.<field>`` as a number, or nothing when the reporter has no history."""

    def __init__(self, usual: Map[str, float]) -> None:
        self._usual = usual

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an Ibis value
        known = self._usual.get(name)
        return ibis.null("float64") if known is None else ibis.literal(known)


class _Row:
    """A record's columns as attributes, as declared checks expect them."""

    def __init__(self, table: Any, usual: Map[str, float]) -> None:  # noqa: ANN401 - an Ibis table
        self._table = table
        self.usual = _Usual(usual)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an Ibis column
        return self._table[name]


IBIS_TYPES = {
    "VARCHAR": "string", "BIGINT": "int64", "DECIMAL(18,4)": "decimal(18,4)",
    "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "boolean",
}  # fmt: skip


def check_faults(kind: kinds.RecordKind, usual: Map[str, float]) -> list[Fault]:
    """Return the kind's own checks as conditions that are true when a row breaks them."""
    plain = [field for field in kind.fields if not isinstance(field, f.Lines)]
    table = ibis.table({each.name: IBIS_TYPES[each.sql_type] for each in plain}, name="typed")
    row = _Row(table, usual)
    found = []
    for check in kind.checks:
        sql = ibis.to_sql(table.select(broken=~check.holds(row)), dialect="duckdb")
        condition = str(sql).split("SELECT", 1)[1].rsplit(' AS "broken"', 1)[0]
        condition = condition.replace('"t0".', "")
        found.append(Fault(check.rule, kind.field(check.field), condition))
    return found


def all_faults(kind: kinds.RecordKind, facts: Facts) -> list[Fault]:
    """Return every condition that can make a row of this kind bad or doubted."""
    now = f"TIMESTAMP '{facts.now:%Y-%m-%d %H:%M:%S}' + INTERVAL 1 DAY"
    own = [fault for field in kind.fields for fault in reading.faults(field, now=now)]
    return own + check_faults(kind, facts.usual)


def _any(faults: list[Fault]) -> str:
    """Return whether any fault is there; an unknown condition is none."""
    return f"coalesce({' OR '.join(f'({fault.when})' for fault in faults) or 'false'}, false)"


@dataclass(frozen=True)
class Plan:
    """Everything that decides how a source becomes a stage."""

    kind: kinds.RecordKind
    mapping: Mapping
    relation: Relation
    faults: tuple[Fault, ...]

    @property
    def originals(self) -> str:
        """Return the source's columns of a row as a list of texts."""
        columns = (quoted(f"c{at}") for at in range(len(self.relation.names)))
        return f"[{', '.join(columns)}]"

    def raw(self, source: str, carry: str = "") -> str:
        """Return the SELECT that gives raw texts per field beside the original columns."""
        columns, group = self.relation.columns, self.mapping.group
        skip = mapped.skip_condition(self.mapping, columns)
        if group is None:
            texts = mapped.raw_columns(self.kind, self.mapping, columns)
            return f"SELECT *, {skip} AS skip, {texts} FROM ({source})"
        by = ", ".join(columns.sql(name) for name in group.by)
        texts = mapped.gathered_columns(self.kind, self.mapping, group, columns)
        return (
            f"SELECT {carry}min(n) AS n, count(*) AS members, list({self.originals} ORDER BY n) "
            f"AS originals, false AS skip, {texts} FROM ({source}) WHERE NOT ({skip}) "
            f"GROUP BY {by} ORDER BY min(n)"
        )

    def typed(self, source: str, carry: str = "") -> str:
        """Return the SELECT that reads the raw texts into values."""
        values = ", ".join(
            f"{reading.value(field)} AS {quoted(field.name)}" for field in self.kind.fields
        )
        return f"SELECT *, {values} FROM ({self.raw(source, carry)})"

    def judged(self, source: str) -> str:
        """Return the SELECT that tells for each row whether it is bad or doubted."""
        bad = [fault for fault in self.faults if not fault.rule.is_warning]
        doubted = [fault for fault in self.faults if fault.rule.is_warning]
        return (
            f"SELECT *, {_any(bad)} AS bad, {_any(doubted)} AS doubted FROM ({self.typed(source)})"
        )

    def staged(self) -> str:
        """Return the SELECT of the stage."""
        kept = ", ".join(quoted(field.name) for field in self.kind.fields)
        grouped = self.mapping.group is not None
        originals = "originals" if grouped else f"[{self.originals}]"
        place = "n, members, " if grouped else ""
        source = self.relation.sql
        if grouped:
            source = f"SELECT *, row_number() OVER () AS n FROM ({source})"
        rows = (
            f"SELECT {kept}, skip, bad AND NOT skip AS bad, doubted AND NOT skip AS doubted, "
            f"{place}CASE WHEN (bad OR doubted) AND NOT skip THEN {originals} END AS originals, "
            f"{reading.key_number(self.kind.key)} AS key, "
            f"unhex(sha256({reading.canonical(self.kind)})) AS hash FROM ({self.judged(source)})"
        )
        halves = (
            "(key >> 64)::UBIGINT AS high, "
            "(key & 18446744073709551615::UHUGEINT)::UBIGINT AS low"
        )
        return f"SELECT * EXCLUDE (key), {halves} FROM ({rows})"

    def reasons(self, stage: Path) -> str:
        """Return the SELECT that says, for each bad or doubted row, which rules it breaks.

        ``place`` is the row's place in the stage, ``rules`` the places of the faults in
        ``self.faults``. The originals are read and judged again, fault by fault.
        """
        told = ", ".join(
            f"CASE WHEN coalesce({fault.when}, false) THEN {at} END"
            for at, fault in enumerate(self.faults)
        )
        columns = ", ".join(f"row[{at + 1}] AS c{at}" for at in range(len(self.relation.names)))
        source = (
            f"SELECT place, row_number() OVER () AS n, {columns} FROM (SELECT file_row_number AS "
            f"place, unnest(originals) AS row FROM read_parquet({reading.literal(str(stage))}, "
            "file_row_number=true) WHERE bad OR doubted)"
        )
        judged = self.typed(source, carry="min(place) AS place, ")
        return f"SELECT place, list_filter([{told}], lambda x: x IS NOT NULL) AS rules FROM ({judged})"


def connect(*, memory_mb: int, threads: int, work: Path) -> duckdb.DuckDBPyConnection:
    """Open a private DuckDB that spills into ``work`` and reaches no network."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(work / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'Asia/Shanghai'; SET enable_progress_bar = false")
    return connection


def prepare(
    connection: duckdb.DuckDBPyConnection, facts: Facts, *, regions: pa.Table
) -> None:
    """Give the connection what the expressions of ``reading`` refer to."""
    connection.execute("SET VARIABLE inner_pad = ?::BLOB", [facts.inner_pad])
    connection.execute("SET VARIABLE outer_pad = ?::BLOB", [facts.outer_pad])
    connection.register("region_codes", regions)


def run(connection: duckdb.DuckDBPyConnection, plan: Plan, stage: Path) -> None:
    """Write the stage in one streaming pass.

    Raises:
        Invalid: the file as a whole cannot be read (``file.unreadable``).
        Unavailable: the disk is full or memory ran out (``store.no_room``).
    """
    try:
        connection.execute(f"COPY ({plan.staged()}) TO {reading.literal(str(stage))} ({STAGE})")
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise Invalid("file.unreadable", detail=str(error).splitlines()[0][:300]) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise Unavailable("store.no_room", detail=str(error).splitlines()[0][:300]) from error
