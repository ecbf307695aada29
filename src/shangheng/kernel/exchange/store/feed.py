# SPDX-License-Identifier: Apache-2.0
"""What a feed is, wherever it is read from: it says what comes next, and what a span holds."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import duckdb

from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import PUT, WITHDRAW, Span
from shangheng.kernel.exchange.concept.spans import Place
from shangheng.kernel.exchange.store import views
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.reading import literal, quoted
from shangheng.kernel.records.store.staging import connect, optimise
from shangheng.kernel.regions.concept import stem


@dataclass(frozen=True)
class Content:
    """What a parcel holds: a line of JSON for each record, in order."""

    lines: bytes
    records: int
    withdrawn: int

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the lines."""
        return hashlib.sha256(self.lines).hexdigest()


EMPTY = Content(b"", 0, 0)


@dataclass(frozen=True)
class Coming:
    """What comes next in a feed: a span, the place after it, when the first of it was reported."""

    span: Span
    place: Place
    reported_at: datetime


@dataclass(frozen=True)
class Feed(ABC):
    """The view of one edition over what a house keeps; ``formerly`` are its earlier editions.

    A record that an earlier edition covered and this one does not is withdrawn from whoever may
    still have it.
    """

    home: Ledger
    agreement: Agreement
    formerly: tuple[Agreement, ...] = ()

    @abstractmethod
    def coming(self, place: Place, *, most: int) -> Coming | None:
        """Return what comes next after a place, of about so many records; nothing if no more."""

    @abstractmethod
    def events(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return the SELECT of what a span brings: ``act`` and the columns of the view."""

    @abstractmethod
    def standing(self, connection: duckdb.DuckDBPyConnection) -> str | None:
        """Return the SELECT of the records that the view covers now."""

    def content(self, span: Span, *, first: int) -> Content:
        """Return what a span brings, numbered from ``first``; the same whenever it is asked."""
        connection = self.connected()
        try:
            events = self.events(connection, span)
            return EMPTY if events is None else self.told(connection, events, first)
        finally:
            connection.close()

    def connected(self) -> duckdb.DuckDBPyConnection:
        """Return a connection that knows the agreement's own key."""
        connection = connect(self.home)
        optimise(connection, on=True)
        views.prepare(connection, self.agreement, key=self.home.master_key)
        return connection

    def told(self, connection: duckdb.DuckDBPyConnection, events: str, first: int) -> Content:
        """Return events as numbered lines of JSON."""
        order = ", ".join(map(quoted, self.agreement.kind.key))
        sequence = f"row_number() OVER (ORDER BY act, {order}) + {first - 1}"
        lines = " ".join(
            f"WHEN {literal(act)} THEN {views.line(self.agreement, act=act, sequence='sequence')}"
            for act in (PUT, WITHDRAW)
        )
        table = connection.sql(
            f"SELECT act, CASE act {lines} END AS line FROM "
            f"(SELECT *, {sequence} AS sequence FROM ({events})) ORDER BY sequence"
        ).to_arrow_table()
        told = table["line"].to_pylist()
        withdrawn = sum(act == WITHDRAW for act in table["act"].to_pylist())
        return Content("".join(f"{line}\n" for line in told).encode(), len(told), withdrawn)

    @abstractmethod
    def touching(self, key: Mapping[str, str]) -> Callable[[Span], bool]:
        """Return what tells of a span whether it may hold something of a record."""

    def record_id(self, key: Mapping[str, str]) -> str:
        """Return what makes a record one to the receivers, of its key as texts."""
        kind = self.agreement.kind
        typed = ", ".join(
            f"try_cast(? AS {kind.field(name).sql_type}) AS {quoted(name)}" for name in kind.key
        )
        connection = self.connected()
        try:
            asked = f"SELECT {views.record_id(self.agreement)} FROM (SELECT {typed})"
            return str(connection.execute(asked, [key[n] for n in kind.key]).fetchall()[0][0])
        finally:
            connection.close()

    def behind(self, asked: Mapping[str, str], *, most: int) -> tuple[Content, bool]:
        """Return covered records that have some values, as agreed, and whether there are more."""
        kind, names = self.agreement.kind, [*asked]
        values = [
            stem(asked[name]) if isinstance(kind.field(name), f.Region) else asked[name]
            for name in names
        ]
        connection = self.connected()
        try:
            standing = self.standing(connection)
            if standing is None:
                return EMPTY, False
            condition = views.behind(self.agreement, names)
            connection.execute(
                f"CREATE TEMP TABLE found AS SELECT * FROM ({standing}) WHERE {condition} "
                f"ORDER BY {', '.join(map(quoted, kind.key))} LIMIT {most + 1}",
                values,
            )
            events = f"SELECT {literal(PUT)} AS act, * FROM found LIMIT {most}"
            is_more = connection.execute("SELECT count(*) FROM found").fetchall()[0][0] > most
            return self.told(connection, events, 1), is_more
        finally:
            connection.close()

    def matches(self, asked: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
        """Tell for each row of values whether the view covers a record that has them."""
        connection = self.connected()
        try:
            standing = self.standing(connection)
            if standing is None:
                return [False] * len(rows)
            found = (
                f"SELECT count(*) FROM (SELECT 1 FROM ({standing}) "
                f"WHERE {views.matching(asked)} LIMIT 1)"
            )
            return [bool(connection.execute(found, list(row)).fetchall()[0][0]) for row in rows]
        finally:
            connection.close()
