# SPDX-License-Identifier: Apache-2.0
"""Batches received: landed, read and checked; nothing of them counts yet."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.records.concept import fields, kinds
from shangheng.kernel.records.store import conditions, joining, kept, outcome, sources, staging
from shangheng.kernel.records.store.archive import Sealer, Weigher
from shangheng.kernel.records.store.convoys import Convoy, Member, Order
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.landing import Landed, Landing
from shangheng.kernel.records.store.reading import (
    COUNTY_DIGITS,
    REGION_BITS,
    Fault,
    pads,
    person_key,
    quoted,
)
from shangheng.kernel.regions import queries as regions

ROOM_FACTOR = 3
FEW_BYTES = 1024 * 1024

Opened = Callable[[str], Weigher]
"""Opens where the bytes of one file of a batch go as they came, by the name of that place."""


@lru_cache(maxsize=1)
def region_bits() -> bytes:
    """Return a bitmap of the six-digit division codes valid at any time since 1980."""
    bits = np.zeros(REGION_BITS, dtype=bool)
    bits[[int(code) for code in regions.known_codes() if len(code) == COUNTY_DIGITS]] = True
    return np.packbits(bits).tobytes()


def lasting(home: Ledger) -> staging.Variables:
    """Return what reading and checking need beside the row, whichever batch it is."""
    hidden = pads(person_key(home.master_key))
    return {"region_bits": ("BLOB::BIT", region_bits())} | {
        name: ("BLOB", pad) for name, pad in hidden.items()
    }


def land(
    home: Ledger, order: Order, source: Path | BinaryIO, *, name: str, kept: bool = True
) -> Member:
    """Take a batch's bytes in and see that they can be records of its kind.

    They are archived as they came, unless nothing of them is to be ``kept``.
    """
    work = home.begin_work()

    def opened(file: str) -> Weigher:
        if not kept:
            return Weigher()
        return Sealer(work / file, batch=work.name, master_key=home.master_key)

    sealer = opened("sealed")
    try:
        return _land(home, order, source, name, Landing(sealer, work, order.tell), opened)
    except BaseException:
        sealer.abandon()
        shutil.rmtree(work, ignore_errors=True)
        raise


def _land(
    home: Ledger, order: Order, source: Path | BinaryIO, name: str, landing: Landing,
    opened: Opened,
) -> Member:  # fmt: skip
    work = landing.work
    landed: Callable[[], Landed]
    if isinstance(source, Path):
        _refuse_without_room(home, source)
        path, form, later = landing.file(source, name=name)
        landed = later.result
    else:
        streamed = landing.stream(source, name=name)
        path, form, landed = streamed.path, streamed.format, lambda: streamed
    mapping = order.mapping
    wanted = sources.Wanted(mapping.own_columns, sheet=mapping.sheet, header=mapping.header)
    relation = sources.open_source(path, form, wanted, work=work)
    besides = [
        joining.land(each, order, source, work=work, opened=opened) for each in order.mapping.files
    ]
    main = relation
    for beside in besides:
        relation = joining.joined_to(relation, beside)
    if besides:
        with staging.connect(home) as connection:
            joining.refuse_products(connection, main, besides)
    _refuse_missing_columns(relation.names, order)
    return Member(order, work, relation, joining.as_one(landed, besides), relation.path)


def _refuse_without_room(home: Ledger, source: Path) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    needed, free = source.stat().st_size * ROOM_FACTOR, shutil.disk_usage(home.root).free
    if free < needed:
        raise Unavailable("store.no_room", detail=f"free {free}, needed about {needed} bytes")


def _refuse_missing_columns(names: tuple[str, ...], order: Order) -> None:
    """Refuse a file that lacks a column without which every row would be rejected."""
    needed = {
        name
        for field in order.kind.fields
        if not field.optional and field.name in order.mapping.fields
        for name in order.mapping.fields[field.name].columns
    }
    if missing := sorted(needed - set(names)):
        raise Invalid(
            "file.columns_missing", missing=missing, found=list(names), kind=order.kind.name
        )


def _run(convoy: Convoy) -> None:
    staging.tell(convoy.connection, lasting(convoy.home))
    staging.run(convoy.connection, convoy.plan)


def _are_few(members: Sequence[Member]) -> bool:
    """Return whether planning the pass would cost more than the pass over these few rows."""
    return _bytes(members) <= FEW_BYTES


def _bytes(members: Sequence[Member]) -> int:
    return sum(member.path.stat().st_size for member in members)


def stage(home: Ledger, members: Sequence[Member], *, is_trial: bool = False) -> Convoy:
    """Read and check every row of some batches; nothing of it counts yet.

    Of a trial nothing ever will: its stage holds only what a check has to tell.
    """
    order = members[0].order
    faults = conditions.all_faults(order.kind)
    relations = tuple(member.relation for member in members)
    usual = tuple(member.order.usual for member in members)
    now = order.at.replace(tzinfo=None)
    few = _are_few(members)
    is_kept = few and order.mapping.group is None
    plan = staging.Plan(
        order.kind, order.mapping, relations, faults, usual, now, is_kept, is_trial
    )
    work = home.begin_work()
    connection = staging.connect(home)
    convoy = Convoy(home, work, list(members), connection, plan)
    try:
        staging.make_room(connection, work, rows_bytes=_bytes(members))
        staging.tell(connection, {**plan.paths, **plan.told})
        staging.optimise(connection, on=not few)
        order.tell("check", 0, 0)
        if is_kept:
            kept.run(home, connection, plan, lasting(home))
        else:
            _run(convoy)
        _judge_regions(convoy)
        _place(convoy)
    except BaseException:
        convoy.close()
        raise
    return convoy


def _place(convoy: Convoy) -> None:
    """Find where each batch's rows stand, and which could not be split."""
    if convoy.plan.relation.tells_broken_rows:
        paths = [member.path for member in convoy.members]
        for member, rows in zip(
            convoy.members, sources.broken_rows(convoy.connection, paths), strict=True
        ):
            member.broken = rows
    firsts = dict(
        convoy.connection.execute(
            f"SELECT member, min(rowid) FROM {staging.STAGE} GROUP BY member"
        ).fetchall()
    )
    grouped = convoy.plan.mapping.group is not None
    convoy.returned = [
        outcome.Returned(
            convoy.plan, member.work,
            outcome.Placed(
                firsts.get(at, 0), tuple(line for line, _ in member.broken), grouped,
                member.relation.header,
            ),
        )
        for at, member in enumerate(convoy.members)
    ]  # fmt: skip


def _judge_regions(convoy: Convoy) -> None:
    """Ask for the townships and villages of a stage whether they exist; stage again if not all do.

    The bitmap of the pass over all rows knows counties only. A code of a township that does not
    exist in its county is rare enough for a second pass.
    """
    connection, found = convoy.connection, convoy.kind.of_type(fields.Region)
    if not found:
        return
    asked = " UNION ".join(
        f"SELECT DISTINCT {quoted(field.name)} AS code FROM {staging.STAGE} "
        f"WHERE NOT bad AND strlen({quoted(field.name)}) > {COUNTY_DIGITS}"
        for field in found
    )
    longer = {row[0] for row in connection.execute(asked).fetchall()}
    wrong = sorted(longer - regions.known_codes(villages=True)) if longer else []
    if not wrong:
        return
    connection.execute("SET VARIABLE wrong_regions = ?", [f",{','.join(wrong)},"])
    more = tuple(
        Fault(
            kinds.NO_SUCH_REGION, field,
            f"contains(getvariable('wrong_regions'), ',' || {quoted(field.name)} || ',')",
        )
        for field in found
    )  # fmt: skip
    convoy.plan = replace(convoy.plan, faults=convoy.plan.faults + more)
    connection.execute("DROP TABLE IF EXISTS broken; DROP TABLE IF EXISTS broken_scans")
    _run(convoy)
