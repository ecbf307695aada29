# SPDX-License-Identifier: Apache-2.0
"""What goes back to the reporter: rejects and warnings as files, counts by rule, totals."""

import csv
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from pathlib import Path
from typing import Any, TextIO

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept.fields import Field
from shangheng.kernel.records.concept.receipts import RuleCount, Totals
from shangheng.kernel.records.store.keys import KeyIndex
from shangheng.kernel.records.store.lines import rows_at
from shangheng.kernel.records.store.reading import key_number, quoted
from shangheng.kernel.records.store.sources import OWN_COLUMNS
from shangheng.kernel.records.store.staging import Plan

REJECTS, WARNINGS = "rejects.csv", "warnings.csv"
PIECE_ROWS = 10_000
HOME_CURRENCY = "CNY"
RISKY = re.compile(r"[=@\t\r]|[+-](?!\d*\.?\d+$)")
RISKY_SIGNS = frozenset("=@\t\r+-")

Held = tuple[int, int, kinds.Rule, Sequence[Sequence[str | None]]]


@dataclass(frozen=True)
class Placed:
    """Where the rows of one file stand in a stage, and where they stood in the file.

    ``first`` is the place of its first row in the stage, ``broken_at`` the lines that could not be
    split and are not in the stage, ``header`` the line in which the columns are named.
    """

    first: int
    broken_at: tuple[int, ...]
    grouped: bool
    header: int = 1

    @cached_property
    def _starts(self) -> list[int]:
        return [line - 1 - self.header - at for at, line in enumerate(self.broken_at)]

    def sql(self) -> str:
        """Return the SQL of the row number that a person sees, the file's first row being 1."""
        if self.grouped:
            return f"n + {self.header}"
        ordinal = f"(place - {self.first})"
        return f"{ordinal} + {1 + self.header} + {_passed(ordinal, self._starts, 0)}"

    def line(self, place: int, n: int | None) -> int:
        """Return the same for one row."""
        if n is not None:
            return n + self.header
        ordinal = place - self.first
        return ordinal + 1 + self.header + bisect_right(self._starts, ordinal)


def _passed(ordinal: str, starts: list[int], before: int) -> str:
    """Return the SQL of how many starts are not beyond a place: a tree, for there may be many."""
    if not starts:
        return str(before)
    middle = len(starts) // 2
    above = _passed(ordinal, starts[middle + 1 :], before + middle + 1)
    below = _passed(ordinal, starts[:middle], before)
    return f"CASE WHEN {ordinal} >= {starts[middle]} THEN {above} ELSE {below} END"


def safe(text: str | None) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    if not text:
        return ""
    return f"'{text}" if text[0] in RISKY_SIGNS and RISKY.match(text) else text


def _phrase(text: str, field_: Field, language: str) -> str:
    told = text.format(hint_zh=field_.hint_zh, hint_en=field_.hint_en)
    return f"{field_.zh if language == 'zh' else field_.en or field_.name}: {told}"


@dataclass
class Returned:
    """What goes back for one batch: files that are opened when the first row needs them."""

    plan: Plan
    folder: Path
    placed: Placed
    faults: Counter[int] = field(default_factory=Counter)
    others: Counter[kinds.Rule] = field(default_factory=Counter)
    _files: dict[str, TextIO] = field(default_factory=dict)
    _held: list[Held] = field(default_factory=list)
    _said: dict[tuple[int, ...], list[str]] = field(default_factory=dict)

    def _writer(self, name: str, header: Sequence[str]) -> Any:  # noqa: ANN401 - a csv writer
        if name not in self._files:
            self._files[name] = (self.folder / name).open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._files[name], lineterminator="\n").writerow(header)
        return csv.writer(self._files[name], lineterminator="\n")

    @cached_property
    def _kept(self) -> list[int]:
        names = self.plan.relation.names
        return [at for at, name in enumerate(names) if name not in OWN_COLUMNS]

    @cached_property
    def _header(self) -> list[str]:
        names = [self.plan.relation.names[at] for at in self._kept]
        return [*map(safe, names), *OWN_COLUMNS]

    def reject(self, line: int, rows: Sequence[Sequence[str | None]], why: Sequence[str]) -> None:
        """Send source rows back with the place and the reasons (field, rule, zh, en)."""
        writer = self._writer(REJECTS, self._header)
        for row in rows:
            texts = [safe(row[at]) if at < len(row) else "" for at in self._kept]
            writer.writerow([*texts, line, *why])

    def questioned(
        self, line: int, rows: Sequence[Sequence[str | None]], broken: list[int]
    ) -> None:
        """Send back a row that breaks rules, or note the doubts about one that is let in."""
        empty = all(text is None for row in rows for text in row)
        if empty and self.plan.relation.nothing_means_broken:
            self.hold(kinds.BROKEN_ROW, line, rows)
            return
        self._release(line)
        self.faults.update(broken)
        bad = tuple(at for at in broken if not self.plan.faults[at].rule.is_warning)
        if bad:
            self.reject(line, rows, self._reasons(bad))
            return
        writer = self._writer(WARNINGS, OWN_COLUMNS)
        for at in broken:
            writer.writerow([line, *self._reasons((at,))])

    def _reasons(self, broken: tuple[int, ...]) -> list[str]:
        """Return fields, rules and what is said of them; many rows break the same ones."""
        if broken not in self._said:
            self._said[broken] = self._put(broken)
        return self._said[broken]

    def _put(self, broken: tuple[int, ...]) -> list[str]:
        kind, faults = self.plan.kind.name, [self.plan.faults[at] for at in broken]
        return [
            "; ".join(fault.field.name for fault in faults),
            "; ".join(f"{kind}.{fault.rule.number}" for fault in faults),
            "; ".join(_phrase(fault.rule.zh, fault.field, "zh") for fault in faults),
            "; ".join(_phrase(fault.rule.en, fault.field, "en") for fault in faults),
        ]

    def hold(self, rule: kinds.Rule, line: int, rows: Sequence[Sequence[str | None]]) -> None:
        """Send rows back for a reason that lies in no single field, each in its turn by line."""
        self.others[rule] += 1
        heappush(self._held, (line, self.others.total(), rule, rows))

    def _release(self, line: int | None = None) -> None:
        while self._held and (line is None or self._held[0][0] < line):
            at, _, rule, rows = heappop(self._held)
            self.reject(at, rows, ["", f"{self.plan.kind.name}.{rule.number}", rule.zh, rule.en])

    def close(self) -> None:
        """Send back what was held, and close the files."""
        self._release()
        for file in self._files.values():
            file.close()

    def counts(self, *, warnings: bool) -> tuple[RuleCount, ...]:
        """Return how many rows each rule rejected, or questioned, with the rule in words."""
        kind = self.plan.kind.name
        told: dict[tuple[str, str], RuleCount] = {}
        for at, count in sorted(self.faults.items()):
            fault = self.plan.faults[at]
            if fault.rule.is_warning != warnings:
                continue
            key = (fault.rule.number, fault.field.name)
            rows = count + (told[key].rows if key in told else 0)
            zh, en = (_phrase(text, fault.field, lang) for text, lang in
                      ((fault.rule.zh, "zh"), (fault.rule.en, "en")))  # fmt: skip
            told[key] = RuleCount(f"{kind}.{fault.rule.number}", fault.field.name, rows, zh, en)
        counted = list(told.values())
        if not warnings:
            counted += [
                RuleCount(f"{kind}.{rule.number}", "", rows, rule.zh, rule.en)
                for rule, rows in self.others.items()
            ]
        return tuple(counted)


def questioned_rows(
    connection: duckdb.DuckDBPyConnection, plan: Plan
) -> Iterator[tuple[int, int, int | None, list[list[str | None]], list[int]]]:
    """Give the bad and doubted rows of a stage: member, place, n, originals, faults."""
    found = connection.execute(plan.questioned)
    while rows := found.fetchmany(PIECE_ROWS):
        yield from rows


@dataclass(frozen=True)
class Clashing:
    """Rows of a file that clash: their places among its rows, and the lines where they may stand.

    The first line is 0; ``total`` is how many lines the file has if every row is one.
    """

    ordinals: npt.NDArray[np.int64]
    lines: Sequence[int]
    total: int


def clashing_rows(
    connection: duckdb.DuckDBPyConnection, plan: Plan, member: int, clashing: Clashing
) -> list[tuple[int, Sequence[str | None]]]:
    """Fetch the originals of clashing rows; the source is read once more if rows are not lines."""
    if not len(clashing.ordinals) or plan.mapping.group is not None:
        return []
    relation = plan.relations[member]
    if relation.delimiter:
        found = rows_at(
            relation.path, clashing.lines, lines=clashing.total, delimiter=relation.delimiter
        )
        if found and {len(cells) for cells in found} == {len(relation.names)}:
            return list(zip(map(int, clashing.ordinals), found, strict=True))
    connection.register("clash_places", pa.table({"ordinal": clashing.ordinals}))
    return connection.execute(
        f"SELECT ordinal, {plan.originals} FROM (SELECT *, row_number() OVER () - 1 AS ordinal "
        f"FROM ({relation.sql})) SEMI JOIN clash_places USING (ordinal)"
    ).fetchall()


def unreferred(
    connection: duckdb.DuckDBPyConnection, refers: kinds.Refers, rows: str, index: KeyIndex
) -> Counter[int]:
    """Count by member the rows whose ``refers`` names a record that is not on file.

    None where nothing of that kind was ever reported: then the absence says nothing.
    """
    if not len(index):
        return Counter()
    by = ", ".join(quoted(name) for name in refers.by)
    present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in refers.by)
    asked = connection.execute(
        f"SELECT member, rows, (key >> 64)::UBIGINT AS high, "
        f"(key & 18446744073709551615::UHUGEINT)::UBIGINT AS low FROM (SELECT member, count(*) "
        f"AS rows, {key_number(refers.by)} AS key FROM ({rows}) WHERE {present} "
        f"GROUP BY member, {by})"
    ).fetchnumpy()
    missing = np.flatnonzero(~index.find(asked["high"], asked["low"]).known)
    counted: Counter[int] = Counter()
    for at in missing:
        counted[int(asked["member"][at])] += int(asked["rows"][at])
    return counted


def totals(
    connection: duckdb.DuckDBPyConnection, kind: kinds.RecordKind, rows: str
) -> dict[int, Totals]:
    """Add up every amount of these rows, by member and currency."""
    currency = quoted(kind.currency) if kind.has(kind.currency) else f"'{HOME_CURRENCY}'"
    added: dict[int, Totals] = defaultdict(dict)
    if kind.money:
        sums = ", ".join(f"coalesce(sum({quoted(name)}), 0)" for name in kind.money)
        found = connection.execute(
            f"SELECT member, {currency}, {sums} FROM ({rows}) GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        for row in found:
            added[row[0]][row[1]] = dict(zip(kind.money, row[2:], strict=True))
    return added
