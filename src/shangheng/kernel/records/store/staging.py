# SPDX-License-Identifier: Apache-2.0
"""A landed file read, cast and checked in one streaming pass into a stage.

The stage is a table of the connection with one row for each row of the source, in its order, so
that ``rowid`` is the row's place: the values, and ``bad``, ``doubted``, ``skip``, the key and, for
rows that are bad or doubted only, the original texts. Which rules these break is worked out on
those rows alone; all others only need to be known good.
It lies in memory, or in a file of the convoy's work folder where the source is large.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from duckdb.func import PythonUDFType

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.mapping import Mapping
from shangheng.kernel.records.store import mapped, reading
from shangheng.kernel.records.store.conditions import any_of
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.reading import Fault, quoted
from shangheng.kernel.records.store.sources import Relation
from shangheng.kernel.regions import queries as regions

STAGE = "stage"
PLACES = DROPPED, CLAIMED = "dropped", "claimed"
"""Tables beside the stage: places of rows that are left out, and of what second sources claim."""
NO_ROOM = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.TransactionException)
"""What a full disk looks like: the last where the stage's file cannot be committed."""
INSTANCES_MAX = 2
"""Ledgers whose DuckDB a process keeps: each has threads and memory of its own."""
IN_MEMORY_BYTES = 256 * 1024 * 1024
"""Sources up to this size are staged in memory."""
PATHS = "getvariable('paths')"
SESSION = (
    "SET TimeZone = 'Asia/Shanghai'; SET enable_progress_bar = false; "
    "SET arrow_large_buffer_size = true"
)


Variables = Map[str, tuple[str, object]]
"""Variables of a connection: each with its SQL type and its value."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides how sources become one stage.

    Several small batches that look alike share a stage: planning the query costs more than running
    it over a hundred rows. ``member`` tells their rows apart. What differs from one convoy to the
    next (paths, the hour, what each reporter usually sends) stands in variables of the connection,
    so that the statement need not be parsed again.
    """

    kind: kinds.RecordKind
    mapping: Mapping
    relations: tuple[Relation, ...]
    faults: tuple[Fault, ...]
    usual: tuple[Map[str, float], ...]
    now: datetime
    is_kept: bool = False
    is_trial: bool = False

    @property
    def relation(self) -> Relation:
        """Return the first source; all have the same columns."""
        return self.relations[0]

    @property
    def source(self) -> str:
        """Return the SELECT of all rows, each with the number of its source."""
        member = "0" if self.is_alone else f"list_position({PATHS}, filename) - 1"
        return (
            f"SELECT ({member})::SMALLINT AS member, * EXCLUDE (filename) "
            f"FROM ({self.relation.reading(PATHS)})"
        )

    @property
    def is_alone(self) -> bool:
        """Return whether there is but one source, and the statement is for this case only."""
        return len(self.relations) == 1 and not self.is_kept

    @property
    def width(self) -> int:
        """Return how many columns the sources have."""
        return len(self.relation.names)

    @property
    def paths(self) -> Variables:
        """Return the variable that says what is read."""
        return {"paths": ("VARCHAR[]", [str(relation.path) for relation in self.relations])}

    @property
    def told(self) -> Variables:
        """Return the variables by which the rows of one convoy are judged."""
        told: dict[str, tuple[str, object]] = {"now": ("TIMESTAMP", self.now)}
        for name in self.kind.money:
            values = [usual.get(name) for usual in self.usual]
            one = ("DOUBLE", values[0]) if self.is_alone else ("DOUBLE[]", values)
            told[f"usual_{name}"] = one
        return told

    @property
    def originals(self) -> str:
        """Return the source's columns of a row as a list of texts."""
        columns = (quoted(f"c{at}") for at in range(self.width))
        return f"[{', '.join(columns)}]"

    @property
    def skipped(self) -> str:
        """Return the SELECT of how many rows each source skips before its rows are gathered."""
        return f"SELECT member, count(*) FROM ({self.source}) WHERE {self.skip} GROUP BY member"

    @property
    def skips(self) -> bool:
        """Return whether any row may be left out."""
        return bool(self.mapping.skip) or self.relation.has_blank_rows

    @property
    def skip(self) -> str:
        """Return the condition under which a row of the source is left out."""
        condition = mapped.skip_condition(self.mapping, self.relation.columns)
        if not self.relation.has_blank_rows:
            return condition
        texts = ", ".join(quoted(f"c{at}") for at in range(self.width))
        return f"({condition}) OR concat({texts}) = ''"

    def raw(self, source: str) -> str:
        """Return the SELECT that gives raw texts per field beside the original columns."""
        columns, group, skip = self.relation.columns, self.mapping.group, self.skip
        if group is None:
            texts = mapped.raw_columns(self.kind, self.mapping, columns)
            return f"SELECT *, {skip} AS skip, {texts} FROM ({source})"
        by = ", ".join(columns.sql(name) for name in group.by)
        texts = mapped.gathered_columns(self.kind, self.mapping, group, columns)
        return (
            f"SELECT member, min(n) AS n, list({self.originals} ORDER BY n) "
            f"AS originals, false AS skip, {texts} FROM ({source}) WHERE NOT ({skip}) "
            f"GROUP BY member, {by} ORDER BY min(n)"
        )

    def typed(self, source: str) -> str:
        """Return the SELECT that reads the raw texts into values."""
        values = [f"{reading.value(field)} AS {quoted(field.name)}" for field in self.kind.fields]
        for name in self.kind.money:
            told = f"getvariable('usual_{name}')" + ("" if self.is_alone else "[member + 1]")
            values.append(f"{told} AS usual_{name}")
        return f"SELECT *, {', '.join(values)} FROM ({self.raw(source)})"

    def judged(self, source: str) -> str:
        """Return the SELECT that tells for each row whether it is bad or doubted."""
        bad = [fault for fault in self.faults if not fault.rule.is_warning]
        doubted = [fault for fault in self.faults if fault.rule.is_warning]
        told = f"{any_of(bad)} AS bad, {any_of(doubted)} AS doubted"
        return f"SELECT *, {told} FROM ({self.typed(source)})"

    def staged(self, source: str = "") -> str:
        """Return the SELECT of the stage; ``source`` gives other rows, with their places ``n``."""
        grouped = self.mapping.group is not None
        originals = "originals" if grouped else f"[{self.originals}]"
        place = "member, n, " if grouped or source else "member, "
        source = source or self.source
        if grouped:
            source = f"SELECT *, row_number() OVER () AS n FROM ({source})"
        rows = (
            f"SELECT {self._values}, skip, bad AND NOT skip AS bad, "
            f"doubted AND NOT skip AS doubted, "
            f"{place}CASE WHEN (bad OR doubted) AND NOT skip THEN {originals} END AS originals, "
            f"{self._rules if self.is_kept else 'NULL'} AS rules, "
            f"{reading.key_number(self.kind.key)} AS key FROM ({self.judged(source)})"
        )
        halves = (
            "(key >> 64)::UBIGINT AS high, (key & 18446744073709551615::UHUGEINT)::UBIGINT AS low"
        )
        return f"SELECT * EXCLUDE (key), {halves} FROM ({rows})"

    @property
    def _values(self) -> str:
        """Return the values that the stage holds of each row; of a trial, what is told of it.

        Then also a number by which rows of one key that say the same are known.
        """
        kind = self.kind
        if not self.is_trial:
            return ", ".join(quoted(field.name) for field in kind.fields)
        told = {*kind.money, kind.currency, *(name for each in kind.refers for name in each.by)}
        kept = [quoted(field.name) for field in kind.fields if field.name in told]
        kept += [
            f"CASE WHEN strlen({name}) > {reading.COUNTY_DIGITS} THEN {name} END AS {name}"
            for name in (quoted(each.name) for each in kind.of_type(f.Region))
        ]
        values = (
            reading.raw(field) if isinstance(field, f.Person) else quoted(field.name)
            for field in kind.fields
        )
        return ", ".join([*kept, f"hash({', '.join(values)}) AS print"])

    @property
    def _rules(self) -> str:
        """Return the list of the faults that a bad or doubted row has."""
        told = ", ".join(
            f"CASE WHEN {fault.when} THEN {at} END" for at, fault in enumerate(self.faults)
        )
        found = f"list_filter([{told}]::SMALLINT[], lambda x: x IS NOT NULL)"
        return f"CASE WHEN (bad OR doubted) AND NOT skip THEN {found} END"

    @property
    def questioned(self) -> str:
        """Return the SELECT of the bad and doubted rows: member, place, n, originals, rules.

        Bad rows are few, but everywhere: asked in the pass over many rows, which rules they break
        would take a fifth of its time. So they are read from their original texts once more; not
        so where a plan is kept, for to plan this takes longer than to read some hundred rows.
        """
        asked = f"FROM {STAGE} WHERE bad OR doubted"
        grouped = self.mapping.group is not None
        if self.is_kept:
            return f"SELECT member, rowid, NULL, originals, rules {asked} ORDER BY rowid"
        each = (
            "n + unnest(range(len(originals))) AS n, unnest(originals) AS texts"
            if grouped
            else "rowid AS place, NULL AS n, originals, originals[1] AS texts"
        )
        texts = ", ".join(f"texts[{at + 1}] AS {quoted(f'c{at}')}" for at in range(self.width))
        source = f"SELECT * EXCLUDE (texts), {texts} FROM (SELECT member, {each} {asked})"
        place = "n" if grouped else "place"
        return (
            f"SELECT member, {place}, n, originals, {self._rules} FROM ({self.judged(source)}) "
            f"ORDER BY {place}"
        )


@lru_cache(maxsize=INSTANCES_MAX)
def _instance(memory_mb: int, threads: int, spill: Path) -> duckdb.DuckDBPyConnection:
    instance = duckdb.connect(
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "force_compression": "uncompressed",
        }
    )
    instance.create_function(
        "region_code", _region_codes, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW
    )
    return instance


def _region_codes(names: pa.Array) -> pa.Array:
    """Return the code of each name of a division; a join would lose the order of the rows.

    What names none comes back as it is: the check of its field refuses it.
    """
    return pa.array([regions.code_named(name) or name for name in names.to_pylist()], pa.string())


_opening = Lock()


def connect(home: Ledger) -> duckdb.DuckDBPyConnection:
    """Open a connection of its own to this process's DuckDB; it reaches no network."""
    with _opening:
        spill = home.root / "work" / "spill"
        connection = _instance(home.memory_mb, home.threads, spill).cursor()
    connection.execute(SESSION)
    return connection


def alongside(connection: duckdb.DuckDBPyConnection, work: Path) -> duckdb.DuckDBPyConnection:
    """Open another connection to the stage of a convoy."""
    other = connection.cursor()
    other.execute(f"{SESSION}; USE {quoted(_room(work))}")
    return other


def optimise(connection: duckdb.DuckDBPyConnection, *, on: bool) -> None:
    """Let the optimiser work or leave it out: for a hundred rows it costs more than it saves."""
    connection.execute(f"PRAGMA {'enable' if on else 'disable'}_optimizer")


def tell(connection: duckdb.DuckDBPyConnection, variables: Variables) -> None:
    """Give the connection what the expressions of ``reading`` and of the plan refer to."""
    for name, (type_, value) in variables.items():
        connection.execute(f"SET VARIABLE {name} = ?::{type_}", [value])


@lru_cache(maxsize=64)
def _parsed(sql: str) -> duckdb.Statement:
    """Return a statement parsed once; parsing this much text takes longer than a hundred rows."""
    return duckdb.extract_statements(sql)[0]


def make_room(connection: duckdb.DuckDBPyConnection, work: Path, *, rows_bytes: int) -> None:
    """Let the stage of a large source lie in a file, from which it need not be spilled."""
    where = str(work / "stage.duckdb") if rows_bytes > IN_MEMORY_BYTES else ":memory:"
    name = quoted(_room(work))
    connection.execute(f"ATTACH {reading.literal(where)} AS {name}; USE {name}")


def _room(work: Path) -> str:
    return f"stage_{work.name}"


def tell_places(
    connection: duckdb.DuckDBPyConnection, name: str, places: npt.NDArray[np.int64]
) -> None:
    """Put places of rows into a table beside the stage, where every connection finds them."""
    connection.register("told_places", pa.table({"place": places}))
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM told_places")
    connection.unregister("told_places")


def give_back_room(connection: duckdb.DuckDBPyConnection, work: Path) -> None:
    """Let go of the stage and of the connection; a table that is dropped is not written out."""
    for table in (STAGE, *PLACES):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(f"USE memory; DETACH {quoted(_room(work))}")
    connection.close()


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell what went wrong while a file was read as what it means to its reporter.

    Raises:
        Invalid: the file as a whole cannot be read (``file.unreadable``).
        Unavailable: the disk is full or memory ran out (``store.no_room``).
    """
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise Invalid("file.unreadable", detail=str(error).splitlines()[0][:300]) from error
    except NO_ROOM as error:
        raise Unavailable("store.no_room", detail=str(error).splitlines()[0][:300]) from error


def run(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Fill the stage in one streaming pass; what goes wrong is ``told_plainly``."""
    with told_plainly():
        connection.execute(_parsed(f"CREATE OR REPLACE TABLE {STAGE} AS {plan.staged()}"))
