# SPDX-License-Identifier: Apache-2.0
"""What changed in an agreement's view between two leaves of the log, from a register's versions.

Versions are only ever added, so what the view held by the time of a leaf can be told whenever it
is asked. A span brings the difference, for every entry that it touched:

1. *inside* is a version that held on an agreed day and has the agreed values;
2. where an entry is no longer inside after a version that was, it is told as ended from that day
   on, without a word of why;
3. what the view holds after the span and not before it is put, what it held before and not after
   it is withdrawn.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import PUT, WITHDRAW, Span
from shangheng.kernel.exchange.concept.registered import (
    CURRENT,
    ENDED,
    HOUSE,
    NUMBER,
    SINCE,
    STATE,
    Registered,
)
from shangheng.kernel.exchange.concept.spans import Place
from shangheng.kernel.exchange.store import views
from shangheng.kernel.exchange.store.feed import Coming, Feed
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.store.reading import literal, quoted, raw, value
from shangheng.kernel.registers import store as registers
from shangheng.kernel.registers.store import Held

END = "end"
_KEY = f"({NUMBER}, {SINCE})"


@dataclass(frozen=True)
class EntryFeed(Feed):
    """A feed that is read from the versions of a register's entries."""

    @property
    def kind(self) -> Registered:
        """Return the register as records."""
        assert isinstance(self.agreement.kind, Registered)  # noqa: S101 - chosen by it
        return self.agreement.kind

    def coming(self, place: Place, *, most: int) -> Coming | None:
        """Return the acts that come next: a place is the leaf from which on nothing was told."""
        found = registers.held(self.kind.name, place.version, limit=most)
        if not found:
            return None
        end = found[-1].leaf + 1
        reported_at = min(each.at for each in found)
        return Coming(Span((), leaves=(place.version, end)), Place(end, 0), reported_at)

    def events(self, connection: duckdb.DuckDBPyConnection, span: Span) -> str | None:
        """Return how the view differs after a span, by the steps 1 to 3 of the module."""
        if span.leaves is None:
            return None
        first, end = span.leaves
        touched = {each.entry for each in registers.held(self.kind.name, first, end)}
        self._load(connection, registers.held_of(self.kind.name, end, touched))
        before = [self._view(self.agreement, first)]
        before += [self._view(each, end) for each in self.formerly]
        known = " UNION BY NAME ".join(f"({each})" for each in before)
        return (
            f"WITH now AS ({self._view(self.agreement, end)}) "
            f"SELECT {literal(PUT)} AS act, * FROM (FROM now EXCEPT ({before[0]})) "
            f"UNION ALL BY NAME SELECT DISTINCT {literal(WITHDRAW)} AS act, {HOUSE}, {NUMBER}, "
            f"{SINCE} FROM ({known}) WHERE {_KEY} NOT IN (SELECT {_KEY} FROM now)"
        )

    def standing(self, connection: duckdb.DuckDBPyConnection) -> str | None:
        """Return the entries that are covered, as their newest words stand."""
        said = registers.held_of(self.kind.name, None)
        self._load(connection, said)
        end = said[-1].leaf + 1 if said else 0
        return (
            f"SELECT * FROM ({self._view(self.agreement, end)}) QUALIFY row_number() OVER "
            f"(PARTITION BY {NUMBER} ORDER BY {SINCE} DESC) = 1 AND {STATE} = {literal(CURRENT)}"
        )

    def touching(self, key: Mapping[str, str]) -> Callable[[Span], bool]:
        """Tell by the leaves of the acts on an entry."""
        acts = [each.leaf for each in registers.held_of(self.kind.name, None, [key[NUMBER]])]

        def touches(span: Span) -> bool:
            first, end = span.leaves or (0, 0)
            return any(first <= leaf < end for leaf in acts)

        return touches

    def _load(self, connection: duckdb.DuckDBPyConnection, said: Iterable[Held]) -> None:
        """Let the connection read what was said, each field in its type."""
        fields = self._fields
        rows = [
            {
                "leaf": each.leaf, "act": each.act, NUMBER: each.entry, SINCE: each.since,
                **{raw_name: _text(each.values.get(name)) for name, raw_name in fields.items()},
            }
            for each in said
        ]  # fmt: skip
        texts = [(name, pa.string()) for name in ("act", NUMBER, *fields.values())]
        shape = pa.schema([("leaf", pa.int64()), (SINCE, pa.date32()), *texts])
        connection.register("said_as_text", pa.Table.from_pylist(rows, shape))
        typed = ", ".join(f"{_read(self.kind.field(name))} AS {quoted(name)}" for name in fields)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE said AS SELECT leaf, act, {NUMBER}, {SINCE}, "
            f"{literal(self.agreement.provider)} AS {HOUSE}, {literal(CURRENT)} AS {STATE}, "
            f"{typed} FROM said_as_text"
        )

    @property
    def _fields(self) -> dict[str, str]:
        """Return the register's own fields, and the columns in which their texts stand."""
        own = (HOUSE, NUMBER, SINCE, STATE)
        return {each.name: f"raw_{each.name}" for each in self.kind.fields if each.name not in own}

    def _view(self, agreement: Agreement, end: int) -> str:
        """Return the SELECT of what an agreement covered by the time of a leaf."""
        following = f"lead({SINCE}) OVER (PARTITION BY {NUMBER} ORDER BY {SINCE})"
        told = [f"act <> {literal(END)}", *views.meant(agreement)]
        if agreement.days.since is not None:
            told.append(f"coalesce(following > DATE '{agreement.days.since}', true)")
        until = f"{SINCE} <= DATE '{agreement.days.until}'" if agreement.days.until else "true"
        fields = ", ".join(
            f"CASE WHEN inside THEN {name} END AS {name}" for name in map(quoted, self._fields)
        )
        return (
            f"SELECT {HOUSE}, {NUMBER}, {SINCE}, if(inside, {literal(CURRENT)}, {literal(ENDED)}) "
            f"AS {STATE}, {fields} FROM (SELECT *, lag(inside) OVER "
            f"(PARTITION BY {NUMBER} ORDER BY {SINCE}) AS was_inside FROM "
            f"(SELECT *, coalesce({' AND '.join([*told, until])}, false) AS inside FROM "
            f"(SELECT *, {following} AS following FROM said WHERE leaf < {end} QUALIFY "
            f"row_number() OVER (PARTITION BY {NUMBER}, {SINCE} ORDER BY leaf DESC) = 1))) "
            f"WHERE inside OR (was_inside AND {until})"
        )


def _read(field: f.Field) -> str:
    """Return how a text is read; a person is known to a register by name, not by pseudonym."""
    return raw(field) if isinstance(field, f.Person) else value(field)


def _text(given: object) -> str | None:
    """Return a value of an entry as text, in the form in which the ledger reads it."""
    if given is None:
        return None
    return str(given).lower() if isinstance(given, bool) else str(given)
