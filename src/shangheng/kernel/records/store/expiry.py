# SPDX-License-Identifier: Apache-2.0
"""What is still there of each batch of a kind, when its last record is due, and what holds it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from shangheng.kernel.periods import day_of
from shangheng.kernel.records.concept.fields import Day, Time
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.retention import (
    Content,
    Hold,
    Period,
    Plan,
    Selection,
    due_on,
)
from shangheng.kernel.records.models import BatchRow
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.reading import literal, quoted
from shangheng.kernel.records.store.tables import files_of, scan


@dataclass(frozen=True)
class _Rows:
    """The rows of one batch: how many, from which day to which, and which holds they meet."""

    count: int
    first: date
    last: date
    holds: tuple[str, ...]


def places(home: Ledger, kind: RecordKind) -> Iterator[tuple[str, str]]:
    """Give every place where rows of a kind lie: what they are there, the SQL that reads it."""
    for name, table in (("current", home.table(kind.name)), ("claim", home.claims(kind.name))):
        if paths := files_of(table).paths:
            yield name, scan(paths)
    for path in sorted(home.history(kind.name).glob("*.parquet")):
        yield "replaced", f"read_parquet({literal(str(path))})"


def condition(asked: Selection) -> str:
    """Return the SQL of whether a row is meant."""
    parts = [f"{quoted(name)} = {literal(value)}" for name, value in asked.where.items()]
    parts += [
        f"{name} = {literal(value)}"
        for name, value in (("reporter", asked.reporter), ("batch", asked.batch))
        if value
    ]
    if asked.since:
        parts.append(f"day >= DATE '{asked.since}'")
    if asked.until:
        parts.append(f"day <= DATE '{asked.until}'")
    return " AND ".join(parts) or "true"


def plan(
    home: Ledger, kind: RecordKind, period: Period, *, on: date, holds: Sequence[Hold]
) -> Plan:
    """Return what a disposal of a kind on a day would do; nothing is changed."""
    holding = [hold for hold in holds if hold.covers(kind)]
    rows = _rows(home, kind, holding)
    waiting = BatchRow.objects.filter(kind=kind.name, disposal=None).select_related("reporter")
    found = [_content(row, rows, holding, period) for row in waiting.order_by("pk")]
    due = [each for each in found if each.is_due(on)]
    return Plan(
        kind.name, on, period,
        goes=tuple(each for each in due if not each.holds),
        held=tuple(each for each in due if each.holds),
        waits=tuple(each for each in found if not each.is_due(on)),
        holds=tuple(hold.number for hold in holds),
    )  # fmt: skip


def _content(
    row: BatchRow,
    rows: Mapping[tuple[str, str], _Rows],
    holds: Sequence[Hold],
    period: Period,
) -> Content:
    """Return what there is of a batch; without a record its period runs from its receipt."""
    reporter = row.reporter.code
    found = rows.get((reporter, row.number))
    if found is None:
        day = day_of(row.received_at)
        found = _Rows(0, day, day, _held_without_rows(row, reporter, day, holds))
    return Content(
        folder=row.folder, reporter=reporter, batch=row.number, records=found.count,
        first=found.first, last=found.last, due_on=due_on(found.last, period.months),
        holds=found.holds,
    )  # fmt: skip


def _held_without_rows(
    row: BatchRow, reporter: str, day: date, holds: Sequence[Hold]
) -> tuple[str, ...]:
    """Return what holds a batch of which only the original is there.

    What its rows say nobody has read, so a hold on values may mean it as well.
    """
    return tuple(
        hold.number
        for hold in holds
        if hold.reporter in ("", reporter) and hold.batch in ("", row.number)
        if (hold.since is None or hold.since <= day) and (hold.until is None or day <= hold.until)
    )


def _rows(home: Ledger, kind: RecordKind, holds: Sequence[Hold]) -> dict[tuple[str, str], _Rows]:
    """Return what the tables, the claims and the history hold of each batch.

    A record's last moment is the latest of all that it tells.
    """
    found = [source for _, source in places(home, kind)]
    if not found:
        return {}
    moments = ", ".join(f"{quoted(each.name)}::DATE" for each in kind.of_type(Time, Day))
    held = "".join(
        f", bool_or(coalesce({condition(hold)}, false)) AS hold_{at}"
        for at, hold in enumerate(holds)
    )
    needed = {"reporter", "batch", "day", *(name for hold in holds for name in hold.where)}
    columns = ", ".join(map(quoted, sorted(needed)))
    rows = " UNION ALL ".join(
        f"SELECT {columns}, greatest({moments}) AS last FROM {source}" for source in found
    )
    with duckdb.connect() as connection:
        told = connection.execute(
            f"SELECT reporter, batch, count(*), min(day), max(last){held} FROM ({rows}) "
            "GROUP BY reporter, batch"
        ).fetchall()
    return {
        (reporter, batch): _Rows(
            count, first, last,
            tuple(hold.number for hold, is_held in zip(holds, meets, strict=True) if is_held),
        )
        for reporter, batch, count, first, last, *meets in told
    }  # fmt: skip
