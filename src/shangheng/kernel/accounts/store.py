# SPDX-License-Identifier: Apache-2.0
"""What a batch of transfers needs of the rows, read and written at once.

Plain statements: row objects would cost more than the rows. A batch is five statements, however
large it is: entries by key, accounts locked in the order of their ids, holds, insert, update. In
PostgreSQL the rows of a large batch are copied in.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from shangheng.kernel.accounts.concept.book import State
from shangheng.kernel.accounts.concept.transfers import Entry, Phase

Row = tuple[Any, ...]
LATEST = datetime.max.replace(tzinfo=UTC)
_VALUES_A_QUERY = 900
_COPIED_FROM = 100
"""Rows from which copying is faster than one statement with all of them."""
_ENTRY = (
    "SELECT t.key, s.code, d.code, t.amount, t.kind, t.phase, coalesce(t.pending, ''), t.at, "
    "t.expires_at, t.chain, t.facts, t.source_after, t.target_after FROM kernel_transfer t "
    "JOIN kernel_account s ON s.id = t.source_id JOIN kernel_account d ON d.id = t.target_id "
    "WHERE "
)
_STATE = (
    "SELECT id, code, unit_id, floor, ceiling, closed_at IS NOT NULL, posted, held_out, held_in, "
    "last_at, next_expiry FROM kernel_account WHERE "
)


_IN_ORDER = "ORDER BY id FOR NO KEY UPDATE"
_KNOWN = "SELECT count(*) FROM kernel_transfer WHERE key = ANY(%s)"


@dataclass(frozen=True)
class Table:
    """A table as it is written: its columns with their types in PostgreSQL."""

    name: str
    columns: Mapping[str, str]


TRANSFERS = Table(
    "kernel_transfer",
    {
        "key": "text", "source_id": "bigint", "target_id": "bigint", "amount": "bigint",
        "kind": "text", "phase": "text", "pending": "text", "at": "timestamptz",
        "expires_at": "timestamptz", "chain": "text", "facts": "jsonb", "source_after": "bigint",
        "target_after": "bigint", "posting": "uuid",
    },
)  # fmt: skip
HOLDS = Table(
    "kernel_hold",
    {
        "transfer_id": "text", "source_id": "bigint", "target_id": "bigint",
        "expires_at": "timestamptz",
    },
)  # fmt: skip
STATES = Table(
    "kernel_account",
    {
        "id": "bigint", "posted": "bigint", "held_out": "bigint", "held_in": "bigint",
        "last_at": "timestamptz", "next_expiry": "timestamptz",
    },
)  # fmt: skip


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


@contextmanager
def few_trips(rows: int) -> Iterator[None]:
    """Send PostgreSQL what is asked of it together, up to where an answer is read.

    Each trip there and back costs a small batch as much as its rows. Copying cannot be sent so.
    """
    if not _is_postgresql() or rows >= _COPIED_FROM:
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _selected(head: str, column: str, values: Collection[Any], tail: str = "") -> Iterator[Any]:
    """Select by many values of one column; in PostgreSQL always by one statement."""
    listed = list(values)
    with connection.cursor() as cursor:
        if _is_postgresql():
            cursor.execute(f"{head}{column} = ANY(%s) {tail}", [listed])
            yield from cursor.fetchall()
            return
        for start in range(0, len(listed), _VALUES_A_QUERY):
            part = listed[start : start + _VALUES_A_QUERY]
            places = ",".join(["%s"] * len(part))
            cursor.execute(f"{head}{column} IN ({places}) {tail}", part)
            yield from cursor.fetchall()


def moment(value: datetime | str | None) -> Any:  # noqa: ANN401 - as may be absent as its column
    """Read a moment as the database keeps it: SQLite writes UTC without saying so."""
    told = datetime.fromisoformat(value) if isinstance(value, str) else value
    return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told


def entries(keys: Collection[str]) -> dict[str, Entry]:
    """Return what is booked under keys."""
    return {row[0]: _entry(row) for row in _selected(_ENTRY, "t.key", keys)}


def _entry(row: Sequence[Any]) -> Entry:
    key, source, target, amount, kind, phase, pending, at, expires_at, chain, facts, *after = row
    return Entry(
        key=key, source=source, target=target, amount=amount, kind=kind, phase=phase,
        pending=pending, at=moment(at), expires_at=moment(expires_at), chain=chain,
        facts=json.loads(facts), source_after=after[0], target_after=after[1],
    )  # fmt: skip


def locked(codes: Collection[str]) -> dict[str, State]:
    """Return accounts as they stand, locked until the transaction ends.

    They are locked in the order of their ids by whoever locks any, so that no two transactions can
    wait for each other. SQLite has one writer at a time and needs no lock.
    """
    tail = _IN_ORDER if _is_postgresql() else ""
    return {row[1]: _state(row) for row in _selected(_STATE, "code", codes, tail)}


def locked_with(
    codes: Collection[str], keys: Collection[str]
) -> tuple[dict[str, State], dict[str, Entry]]:
    """Return accounts as ``locked`` does, and what is booked under keys: as a rule nothing."""
    if not _is_postgresql():
        known = entries(keys)
        return locked(codes), known
    head = _STATE.replace(" FROM", ", (" + _KNOWN + ") FROM")
    with connection.cursor() as cursor:
        cursor.execute(f"{head}code = ANY(%s) {_IN_ORDER}", [list(keys), list(codes)])
        rows = cursor.fetchall()
    may_be_known = not rows or rows[0][-1]
    return {row[1]: _state(row[:-1]) for row in rows}, entries(keys) if may_be_known else {}


def _state(row: Sequence[Any]) -> State:
    id_, code, unit, floor, ceiling, is_closed, posted, held_out, held_in, *moments = row
    last_at, next_expiry = map(moment, moments)
    return State(
        id_, code, unit, floor, ceiling, bool(is_closed), posted, held_out, held_in, last_at,
        next_expiry,
    )  # fmt: skip


def ended(pendings: Collection[str]) -> dict[str, Phase]:
    """Return how holds ended, of those that did; to be asked once their accounts are locked."""
    head = "SELECT pending, phase FROM kernel_transfer WHERE "
    return dict(_selected(head, "pending", pendings))


def overdue(at: datetime, limit: int) -> list[Entry]:
    """Return open holds that are past their time, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transfer_id FROM kernel_hold WHERE expires_at <= %s "
            "ORDER BY expires_at, transfer_id LIMIT %s",
            [_cell(at), limit],
        )
        keys = [key for (key,) in cursor.fetchall()]
    found = entries(keys)
    return [found[key] for key in keys]


def overdue_of(states: Collection[State], at: datetime) -> list[Entry]:
    """Return open holds of accounts that are past their time."""
    ids = [state.id for state in states]
    late: set[str] = set()
    for side in ("source_id", "target_id"):
        head = "SELECT transfer_id, expires_at FROM kernel_hold WHERE expires_at IS NOT NULL AND "
        late.update(key for key, ends in _selected(head, side, ids) if moment(ends) <= at)
    return list(entries(late).values())


def write(
    booked: Sequence[Entry], states: Sequence[State], seal: Callable[[Sequence[Row]], str]
) -> None:
    """Add entries and holds, take away the holds that ended, and bring accounts up to date.

    ``seal`` is given the entries as they are written, and returns the number of their posting.
    """
    id_of = {state.code: state.id for state in states}
    added = [_transfer_row(entry, id_of) for entry in booked]
    posting = seal(added)
    _insert(TRANSFERS, [(*row, posting) for row in added])
    over = {entry.pending for entry in booked if entry.pending}
    begun = [each for each in booked if each.phase == "pending" and each.key not in over]
    if begun:
        rows = [
            (each.key, id_of[each.source], id_of[each.target], each.expires_at) for each in begun
        ]
        _insert(HOLDS, rows)
    if over:
        _delete_holds(sorted(over))
        _look_again([state for state in states if state.next_expiry])
    _update(STATES, [_state_row(state) for state in states])


def _transfer_row(entry: Entry, id_of: Mapping[str, int]) -> Row:
    return (
        entry.key, id_of[entry.source], id_of[entry.target], entry.amount, entry.kind, entry.phase,
        entry.pending or None, entry.at, entry.expires_at, entry.chain, dict(entry.facts),
        entry.source_after, entry.target_after,
    )  # fmt: skip


def _state_row(state: State) -> tuple[Any, ...]:
    return (
        state.id, state.posted, state.held_out, state.held_in, state.last_at, state.next_expiry,
    )  # fmt: skip


def _delete_holds(keys: list[str]) -> None:
    for _ in _selected("DELETE FROM kernel_hold WHERE ", "transfer_id", keys, "RETURNING 1"):
        pass


def _look_again(states: Iterable[State]) -> None:
    """Find the next end of time of accounts one of whose holds has just ended."""
    by_id = {state.id: state for state in states}
    for state in by_id.values():
        state.next_expiry = None
    for side in ("source_id", "target_id"):
        head = f"SELECT {side}, expires_at FROM kernel_hold WHERE expires_at IS NOT NULL AND "
        for account, expires_at in _selected(head, side, by_id):
            state = by_id[account]
            state.next_expiry = min(moment(expires_at), state.next_expiry or LATEST)


def _insert(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(table.columns)
    if _is_postgresql() and len(rows) >= _COPIED_FROM:
        _copy(table, rows)
        return
    if _is_postgresql():
        _from_json(f"INSERT INTO {table.name} ({names}) SELECT {names}", table, rows)
        return
    places = ", ".join(["%s"] * len(table.columns))
    _many(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)


def _update(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write all columns of rows that are there, found by the first."""
    key, *others = table.columns
    if _is_postgresql():
        changes = ", ".join(f"{name} = given.{name}" for name in others)
        found = f"WHERE row.{key} = given.{key}"
        _from_json(f"UPDATE {table.name} row SET {changes}", table, rows, found)
        return
    changes = ", ".join(f"{name} = %s" for name in others)
    ordered = [(*values, id_) for id_, *values in rows]
    _many(f"UPDATE {table.name} SET {changes} WHERE {key} = %s", ordered)


def _from_json(head: str, table: Table, rows: Sequence[Sequence[Any]], tail: str = "") -> None:
    """Give PostgreSQL all rows as one value: one statement to plan, and nothing to bind but it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    told = json.dumps(
        [dict(zip(table.columns, row, strict=True)) for row in rows], default=datetime.isoformat
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{head} FROM json_to_recordset(%s) AS given({columns}) {tail}", [told])


def _copy(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Let PostgreSQL read rows as they stream in: half the time, but two round trips more."""
    as_json = [at for at, kind in enumerate(table.columns.values()) if kind == "jsonb"]
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN") as copied,
    ):
        for row in rows:
            cells = list(row)
            for at in as_json:
                cells[at] = json.dumps(cells[at]) if cells[at] else "{}"
            copied.write_row(cells)


def _many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, [tuple(map(_cell, row)) for row in rows])


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """Write a value as a database without types of its own for it keeps it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
