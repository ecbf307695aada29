# SPDX-License-Identifier: Apache-2.0
"""Further exports that lie beside the main one and are joined to its rows (``mapping.files``).

They are part of the batch: archived as received, and the batch's digest is of all of them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept.mapping import Joined
from shangheng.kernel.records.store import sources, staging
from shangheng.kernel.records.store.archive import Weigher
from shangheng.kernel.records.store.convoys import Order
from shangheng.kernel.records.store.landing import Landed, Landing
from shangheng.kernel.records.store.reading import quoted
from shangheng.kernel.records.store.sources import Relation


@dataclass(frozen=True)
class Beside:
    """A further export: what the mapping says of it, its rows, and its bytes once archived."""

    joined: Joined
    relation: Relation
    landed: Callable[[], Landed]


def _found(joined: Joined, main: object, folder: Path | None) -> Path:
    """Return the one file of a folder, other than the main one, that fits the pattern."""
    fitting = sorted(folder.glob(joined.pattern)) if folder else []
    files = [path for path in fitting if path.is_file() and path != main]
    if len(files) != 1:
        raise Invalid(
            "file.beside_not_one", pattern=joined.pattern, found=[path.name for path in files]
        )
    return files[0]


def land(
    joined: Joined, order: Order, main: object, *, work: Path, opened: Callable[[str], Weigher]
) -> Beside:
    """Take a further export in; it must be whole, as a row of it may concern many records."""
    path = _found(joined, main, order.beside)
    folder = work / f"beside-{joined.name}"
    folder.mkdir()
    sealer = opened(f"sealed-{joined.name}")
    try:
        read, form, later = Landing(sealer, folder, order.tell).file(path, name=path.name)
        relation = sources.open_source(
            read, form,
            sources.Wanted(order.mapping.columns_of(joined), header=joined.header, whole=True),
            work=folder,
        )  # fmt: skip
    except BaseException:
        sealer.abandon()
        raise
    return Beside(joined, relation, later.result)


def joined_to(main: Relation, beside: Beside) -> Relation:
    """Return the main file's rows in their order, each with the row beside that has its key."""
    ours, theirs = main.columns.names, beside.relation.columns.names
    on = beside.joined.on
    missing = sorted({*on} - {*ours}) + sorted({*on.values()} - {*theirs})
    if missing:
        raise Invalid(
            "file.columns_missing",
            missing=missing,
            found=[*ours, *theirs],
            kind=beside.joined.name,
        )
    equal = " AND ".join(f"m.{ours[mine]} = d.{theirs[its]}" for mine, its in on.items())
    width = len(main.names)
    more = ", ".join(
        f"d.{column} AS {quoted(f'c{width + at}')}" for at, column in enumerate(theirs.values())
    )
    template = (
        f"SELECT m.* EXCLUDE (main_at, filename), {more}, m.filename "
        f"FROM (SELECT *, row_number() OVER () AS main_at FROM ({main.template})) m "
        f"LEFT JOIN (SELECT *, row_number() OVER () AS beside_at FROM ({beside.relation.sql})) d "
        f"ON {equal} ORDER BY main_at, beside_at"
    )
    names = tuple(f"{beside.joined.name}.{name}" for name in theirs)
    return replace(main, template=template, names=main.names + names)


def refuse_products(
    connection: duckdb.DuckDBPyConnection, main: Relation, besides: Sequence[Beside]
) -> None:
    """Refuse files of which two have several rows for one key: each would meet each, sums grow.

    Raises:
        Invalid: names them (``file.rows_multiply``).
    """
    several = []
    for beside in besides:
        on = beside.joined.on
        if _repeats(connection, beside.relation, on.values()):
            several.append(beside.joined.name)
            if _repeats(connection, main, on):
                several.append(main.path.name)
    if len(several) > 1:
        raise Invalid("file.rows_multiply", files=several)


def _repeats(
    connection: duckdb.DuckDBPyConnection, relation: Relation, names: Iterable[str]
) -> bool:
    key = ", ".join(relation.columns.sql(name) for name in names)
    asked = f"SELECT count(*) > count(DISTINCT row({key})) FROM ({relation.sql})"
    with staging.told_plainly():
        return bool(connection.execute(asked).fetchall()[0][0])


def as_one(main: Callable[[], Landed], besides: Sequence[Beside]) -> Callable[[], Landed]:
    """Return what all the files are together: their bytes, and one digest of their digests."""
    if not besides:
        return main

    def together() -> Landed:
        first, others = main(), [beside.landed() for beside in besides]
        told = "".join(each.digest for each in (first, *others))
        size = sum(each.bytes for each in (first, *others))
        return replace(first, bytes=size, digest=hashlib.sha256(told.encode()).hexdigest())

    return together
