# SPDX-License-Identifier: Apache-2.0
"""What goes back to the reporter: rejects and warnings as files, counts by rule, totals."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.receipts import RuleCount
from shangheng.kernel.records.store.keys import KeyIndex
from shangheng.kernel.records.store.reading import Fault, key_number, literal, quoted
from shangheng.kernel.records.store.sources import OWN_COLUMNS
from shangheng.kernel.records.store.staging import Plan

BROKEN = -1
CLASH = -2


@dataclass(frozen=True)
class Placed:
    """Where a stage's rows stood in the file: SQL from ``place`` to the row of a spreadsheet."""

    broken_at: tuple[int, ...]
    grouped: bool

    def line(self, place: str = "place") -> str:
        """Return the SQL of the row number that a person sees, the header being row 1."""
        if self.grouped:
            return "n + 1"
        if not self.broken_at:
            return f"{place} + 2"
        starts = [line - 2 - at for at, line in enumerate(self.broken_at)]
        listed = ", ".join(map(str, starts))
        return f"{place} + 2 + len(list_filter([{listed}], lambda x: x <= {place}))"


def register_reasons(
    connection: duckdb.DuckDBPyConnection, plan: Plan, stage: Path, placed: Placed
) -> None:
    """Make the temporary table ``reasons``: place, line, fault (its place among the plan's)."""
    grouped = "n," if placed.grouped else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE reasons AS SELECT place, {placed.line()} AS line, "
        f"unnest(rules)::INTEGER AS fault FROM ({plan.reasons(stage)}) "
        + (
            f"JOIN (SELECT file_row_number AS place, {grouped} FROM read_parquet("
            f"{literal(str(stage))}, file_row_number=true)) USING (place)"
            if placed.grouped
            else ""
        )
    )


def add_broken(connection: duckdb.DuckDBPyConnection, rows: list[tuple[int, str, str]]) -> None:
    """Keep the rows that could not be split, beside the others that go back."""
    table = pa.table({
        "line": pa.array([row[0] for row in rows], pa.int64()),
        "text": pa.array([row[1] for row in rows], pa.string()),
    })  # fmt: skip
    connection.register("broken_rows", table)


def add_clashes(
    connection: duckdb.DuckDBPyConnection, plan: Plan, stage: Path, places: npt.NDArray[np.int64]
) -> None:
    """Fetch the originals of rows that clash within the batch; the source is read once more."""
    connection.register("clash_places", pa.table({"place": places}))
    if not len(places):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE clashes AS "
            "SELECT 0::BIGINT AS place, []::VARCHAR[][] AS originals WHERE false"
        )
    elif plan.mapping.group is not None:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE clashes AS SELECT place, []::VARCHAR[][] AS originals "
            "FROM clash_places"
        )
    else:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE clashes AS SELECT place, [{plan.originals}] AS originals "
            f"FROM (SELECT *, row_number() OVER () - 1 AS place FROM ({plan.relation.sql})) "
            "SEMI JOIN clash_places USING (place)"
        )


def _safe(column: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula; a plain number is none."""
    number = f"regexp_full_match({column}, '[+-]?[0-9.]+([eE][+-]?[0-9]+)?')"
    risky = f"regexp_matches({column}, '^[=@+\\-＝＠＋－\\t\\r]') AND NOT {number}"
    return f"CASE WHEN {risky} THEN '''' || {column} ELSE {column} END"


def _safe_name(name: str) -> str:
    return quoted(f"'{name}" if name.startswith(tuple("=@+-＝＠＋－")) else name)


def _told(faults: tuple[Fault, ...]) -> pa.Table:
    told = [(at, each.field.name, each.rule, each.field) for at, each in enumerate(faults)]
    rows = [
        (at, name, rule.number, _phrase(rule.zh, field.hint_zh, field.zh),
         _phrase(rule.en, field.hint_en, field.en or name))
        for at, name, rule, field in told
    ]  # fmt: skip
    rows.append((BROKEN, "", kinds.BROKEN_ROW.number, kinds.BROKEN_ROW.zh, kinds.BROKEN_ROW.en))
    clash = kinds.TWICE_IN_BATCH
    rows.append((CLASH, "", clash.number, clash.zh, clash.en))
    names = ("fault", "field", "rule", "zh", "en")
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def _phrase(text: str, hint: str, field: str) -> str:
    return f"{field}: {text.format(hint_zh=hint, hint_en=hint)}"


def write_rejects(
    connection: duckdb.DuckDBPyConnection, plan: Plan, stage: Path, placed: Placed, path: Path
) -> int:
    """Write the rows that go back, each with its place and reasons; return how many."""
    connection.register("told", _told(plan.faults))
    names = plan.relation.names
    told = [f"{_safe(f'row[{at + 1}]')} AS {_safe_name(name)}" for at, name in enumerate(names)
            if name not in OWN_COLUMNS]  # fmt: skip
    columns = ", ".join(told)
    stage_rows = f"read_parquet({literal(str(stage))}, file_row_number=true)"
    place_line = placed.line("file_row_number")
    select = f"""
      WITH reasoned AS (
        SELECT line, place, string_agg(field, '; ' ORDER BY fault) AS field,
               string_agg({literal(plan.kind.name + '.')} || rule, '; ' ORDER BY fault) AS rule,
               string_agg(zh, '; ' ORDER BY fault) AS zh, string_agg(en, '; ' ORDER BY fault) AS en
        FROM reasons JOIN told USING (fault) WHERE rule NOT LIKE 'W%' GROUP BY line, place),
      whole AS (
        SELECT r.line, r.field, r.rule, r.zh, r.en, unnest(s.originals) AS row
        FROM reasoned r JOIN {stage_rows} s ON s.file_row_number = r.place WHERE s.bad
        UNION ALL
        SELECT {place_line}, field, {literal(plan.kind.name + '.')} || rule, zh, en,
               unnest(c.originals)
        FROM clashes c JOIN {stage_rows} s ON s.file_row_number = c.place, told
        WHERE told.fault = {CLASH}
        UNION ALL
        SELECT line, field, {literal(plan.kind.name + '.')} || rule, zh, en, [b.text]
        FROM broken_rows b, told WHERE told.fault = {BROKEN})
      SELECT {columns}, line AS _line, field AS _field, rule AS _rule, zh AS _reason_zh,
             en AS _reason_en
      FROM whole ORDER BY whole.line"""
    return _write_csv(connection, select, path)


def write_warnings(connection: duckdb.DuckDBPyConnection, plan: Plan, path: Path) -> int:
    """Write which rows were let in with a doubt, and why; return how many lines."""
    select = (
        f"SELECT line AS _line, field AS _field, {literal(plan.kind.name + '.')} || rule AS _rule, "
        "zh AS _reason_zh, en AS _reason_en FROM reasons JOIN told USING (fault) "
        "WHERE rule LIKE 'W%' ORDER BY line, fault"
    )
    return _write_csv(connection, select, path)


def _write_csv(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> int:
    plain = path.with_suffix(".plain")
    rows = connection.execute(
        f"COPY ({select}) TO {literal(str(plain))} (FORMAT csv, HEADER)"
    ).fetchall()
    with path.open("wb") as out, plain.open("rb") as source:
        out.write(b"\xef\xbb\xbf")
        while piece := source.read(1 << 20):
            out.write(piece)
    plain.unlink()
    return int(rows[0][0])


def counted(
    connection: duckdb.DuckDBPyConnection, plan: Plan, *, broken: int, clashes: int
) -> tuple[tuple[RuleCount, ...], tuple[RuleCount, ...]]:
    """Return how many rows each rule rejected, and how many each questioned."""
    rows: Counter[int] = Counter()
    found = connection.execute("SELECT fault, count(*) FROM reasons GROUP BY fault").fetchall()
    rows.update({int(fault): int(count) for fault, count in found})
    told = [
        (_count(plan, fault, rows[at]), fault.rule.is_warning)
        for at, fault in enumerate(plan.faults)
        if rows[at]
    ]
    rejected = [count for count, warning in told if not warning]
    for rule, count in ((kinds.BROKEN_ROW, broken), (kinds.TWICE_IN_BATCH, clashes)):
        if count:
            name = f"{plan.kind.name}.{rule.number}"
            rejected.append(RuleCount(name, "", count, rule.zh, rule.en))
    return tuple(rejected), tuple(count for count, warning in told if warning)


def _count(plan: Plan, fault: Fault, rows: int) -> RuleCount:
    field, rule = fault.field, fault.rule
    return RuleCount(
        f"{plan.kind.name}.{rule.number}", field.name, rows,
        _phrase(rule.zh, field.hint_zh, field.zh),
        _phrase(rule.en, field.hint_en, field.en or field.name),
    )  # fmt: skip


def unreferred(
    connection: duckdb.DuckDBPyConnection, kind: kinds.RecordKind, rows: str, refers: kinds.Refers, index: KeyIndex
) -> RuleCount | None:
    """Count the rows whose ``refers`` names a record that is not on file; none if none is at all."""
    if not len(index):
        return None
    by = ", ".join(quoted(name) for name in refers.by)
    present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in refers.by)
    asked = connection.execute(
        f"SELECT rows, (key >> 64)::UBIGINT AS high, "
        f"(key & 18446744073709551615::UHUGEINT)::UBIGINT AS low FROM (SELECT count(*) AS rows, "
        f"{key_number(refers.by)} AS key FROM ({rows}) WHERE {present} GROUP BY {by})"
    ).fetchnumpy()
    missing = ~index.find(asked["high"], asked["low"]).known
    count = int(asked["rows"][missing].sum())
    if not count:
        return None
    return RuleCount(f"{kind.name}.{refers.number}", refers.by[-1], count, refers.zh, refers.en)


def totals(
    connection: duckdb.DuckDBPyConnection, kind: kinds.RecordKind, rows: str
) -> dict[str, dict[str, Decimal]]:
    """Add up every amount of these rows, by currency."""
    if not kind.money:
        return {}
    sums = ", ".join(f"coalesce(sum({quoted(name)}), 0)" for name in kind.money)
    found = connection.execute(
        f"SELECT {quoted(kind.currency)}, {sums} FROM ({rows}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {row[0]: dict(zip(kind.money, row[1:], strict=True)) for row in found}
