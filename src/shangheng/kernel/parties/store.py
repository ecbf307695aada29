# SPDX-License-Identifier: Apache-2.0
"""Sets of party rows read and written at once: a roster has tens of thousands of them.

Plain statements, since row objects cost more than the rows. Ids stay as the database keeps them
(``StoredId``: 32 hexadecimal digits in SQLite, a uuid in PostgreSQL).
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from shangheng.kernel.parties.concept import Key

StoredId = str | UUID
T = TypeVar("T")

_VALUES_A_QUERY = 900


def stored(party: UUID) -> StoredId:
    """Write an id as this database keeps it."""
    return party if connection.features.has_native_uuid_field else party.hex


def new_ids(at: datetime) -> Iterator[StoredId]:
    """Yield ids that grow with time (RFC 9562 version 7), so that an index grows at its end."""
    moment = int(at.timestamp() * 1000) << 80
    fixed = moment | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62
    numbers = (fixed | number for number in count(secrets.randbits(61)))
    if connection.features.has_native_uuid_field:
        return (UUID(int=number) for number in numbers)
    return (f"{number:032x}" for number in numbers)


def _select(head: str, values: Collection[Any], tail: str, *bound: str) -> Iterator[Sequence[Any]]:
    """Select rows by many values of one column, some hundreds of them a statement."""
    listed = list(values)
    with connection.cursor() as cursor:
        for start in range(0, len(listed), _VALUES_A_QUERY):
            part = listed[start : start + _VALUES_A_QUERY]
            places = ",".join(["%s"] * len(part))
            cursor.execute(f"{head} IN ({places}) {tail}", [*bound, *part])
            yield from cursor.fetchall()


def current_codes(keys: Iterable[Key]) -> dict[Key, StoredId]:
    """Return who bears each code now; a merged duplicate stands for the party it went into."""
    by_scheme: dict[str, list[str]] = {}
    for scheme, value in keys:
        by_scheme.setdefault(scheme, []).append(value)
    head = (
        "SELECT c.value, coalesce(p.merged_into_id, p.uuid) FROM kernel_party_code c "
        "JOIN kernel_party p ON p.uuid = c.party_id WHERE c.scheme = %s AND c.value"
    )
    found: dict[Key, StoredId] = {}
    for scheme, values in by_scheme.items():
        rows = _select(head, sorted(values), "AND c.valid_until IS NULL", scheme)
        found.update({(scheme, value): party for value, party in rows})
    return found


def current_links(
    sources: Collection[StoredId],
) -> dict[tuple[StoredId, str], tuple[int, StoredId]]:
    """Return the row and the target of every link that these parties have now."""
    head = (
        "SELECT l.source_id, l.relation, l.id, coalesce(p.merged_into_id, p.uuid) "
        "FROM kernel_party_link l JOIN kernel_party p ON p.uuid = l.target_id WHERE l.source_id"
    )
    rows = _select(head, sources, "AND l.valid_until IS NULL")
    return {(source, relation): (row, target) for source, relation, row, target in rows}


def names(parties: Collection[StoredId]) -> dict[StoredId, tuple[str, str]]:
    """Return the name and region of parties."""
    rows = _select("SELECT uuid, name, region FROM kernel_party WHERE uuid", parties, "")
    return {party: (name, region) for party, name, region in rows}


def insert_parties(rows: Iterable[tuple[StoredId, str, str, str, str]]) -> None:
    """Add parties: id, kind, name, region, first seen."""
    _insert("kernel_party (uuid, kind, name, region, first_seen)", rows)


def insert_codes(rows: Iterable[tuple[StoredId, str, str, str]]) -> None:
    """Add codes: party, scheme, value, valid from."""
    _insert("kernel_party_code (party_id, scheme, value, valid_from)", rows)


def insert_links(rows: Iterable[tuple[StoredId, str, StoredId, str]]) -> None:
    """Add links: source, relation, target, valid from."""
    _insert("kernel_party_link (source_id, relation, target_id, valid_from)", rows)


def end_links(rows: Iterable[int], on: str) -> None:
    """End links; the day given is the first on which they no longer hold."""
    _many("UPDATE kernel_party_link SET valid_until = %s WHERE id = %s", [(on, r) for r in rows])


def rename(rows: Iterable[tuple[str, str, StoredId]]) -> None:
    """Give parties a new name and region: name, region, id."""
    _many("UPDATE kernel_party SET name = %s, region = %s WHERE uuid = %s", [*rows])


def _insert(into: str, rows: Iterable[Sequence[Any]]) -> None:
    listed = iter(rows)
    first = next(listed, None)
    if first is not None:
        places = ", ".join(["%s"] * len(first))
        _many(f"INSERT INTO {into} VALUES ({places})", [*chain([first], listed)])


def _many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
