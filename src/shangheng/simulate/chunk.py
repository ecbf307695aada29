# SPDX-License-Identifier: Apache-2.0
"""One chunk of orders from the first draw to the pieces of files, labels and sums.

A chunk depends on the world and its own number only, so chunks may be made by any number of
threads; they are written in their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from shangheng.simulate import flows, mistakes, orders, people, planted, rows, truth, writing
from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.flows import Parcels, Payments
from shangheng.simulate.mistakes import MISTAKES, Expected, Written
from shangheng.simulate.text import Texts, pick, words
from shangheng.simulate.truth import Label, Sums
from shangheng.simulate.world import World
from shangheng.simulate.writing import Block, Format

SIZE = 65_536

_PLATFORMS = tuple(each.code for each in people.PLATFORMS)
_PLOT_NAMES = words([each.name for each in planted.ORDER_PLOTS])


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a file, its labels, and how its rows must fare."""

    kind: str
    reporter: str
    rows: Block
    second: bool = False
    labels: tuple[Label, ...] = ()
    fate: tuple[tuple[Expected, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """All that comes of a chunk of orders."""

    parts: tuple[Part, ...]
    sums: Sums = field(default_factory=Sums)


def write(world: World, first: int, n: int) -> Written:
    """Draw and write n orders from number ``first`` on."""
    rng = world.random(first)
    deal = orders.deals(world, rng, first, n)
    filled = orders.basket(world, rng, deal)
    terms = orders.terms(world, rng, deal, filled)
    money = orders.money(world, rng, deal, filled, terms)
    went = flows.course(world, rng, deal, terms, money)
    return Written(
        world=world,
        table=rows.order_rows(world, deal, filled, terms, money, went),
        deal=deal,
        filled=filled,
        terms=terms,
        money=money,
        went=went,
    )


def make(world: World, first: int, n: int, fmt: Format) -> Chunk:
    """Make the chunk of n orders from number ``first`` on."""
    rng = world.random(world.wish.orders + first)
    chunk = write(world, first, n)
    paid = flows.payments(rng, chunk.deal, chunk.terms, chunk.money)
    sent = flows.parcels(world, rng, chunk.deal, chunk.filled, chunk.went)
    parts = [
        *_order_parts(rng, chunk, fmt),
        *_payment_parts(chunk, paid, fmt),
        *_parcel_parts(chunk, sent, fmt),
        *_refund_parts(chunk, fmt),
    ]
    return Chunk(parts=tuple(parts), sums=_sums(chunk, paid, sent))


def _sums(chunk: Written, paid: Payments, sent: Parcels) -> Sums:
    world, hidden = chunk.world, chunk.deal.hidden
    good = np.flatnonzero(paid.success)
    due = chunk.money.paid[paid.order[good]]
    back = np.flatnonzero((chunk.went.refunded > 0) & ~hidden)
    kept = np.flatnonzero(hidden)
    day = chunk.deal.day
    return Sums(
        orders=truth.sum_orders(chunk, ~hidden),
        payments=truth.sum_events(
            world,
            {
                "day": paid.paid_at[good] // 86_400,
                "institution": paid.institution[good],
                "platform": chunk.deal.platform[paid.order[good]],
            },
            due,
        ),
        refunds=truth.sum_events(
            world,
            {
                "day": chunk.went.requested_at[back] // 86_400,
                "platform": chunk.deal.platform[back],
            },
            chunk.went.refunded[back],
        ),
        parcels=truth.sum_events(
            world,
            {"day": chunk.went.shipped_at[sent.order] // 86_400, "carrier": sent.carrier},
            sent.weight,
        ),
        unreported=truth.sum_events(
            world,
            {"platform": chunk.deal.platform[kept], "day": day[kept]},
            chunk.money.paid[kept],
        ),
    )


def _cuts(sorted_values: Ints, count: int) -> Iterator[tuple[int, int, int]]:
    """Yield each value that occurs in the sorted column, with its first and last+1 row."""
    bounds = np.searchsorted(sorted_values, np.arange(count + 1)).tolist()
    for value in range(count):
        if bounds[value] < bounds[value + 1]:
            yield value, bounds[value], bounds[value + 1]


def label_of_rings(world: World, row: Ints, key: Texts, what: str, ring: Ints) -> Label:
    """Label rows that belong to rings."""
    return _label(world, row, key, pa.repeat(what, len(row)), ring, "accepted")


def _label(
    world: World, row: Ints, key: Texts, what: Texts, ring: Ints | None, expected: Expected
) -> Label:
    if ring is None:
        empty = pa.nulls(len(row), pa.string())
        return Label(row=row, key=key, what=what, ring=empty, strength=empty, expected=expected)
    return Label(
        row=row,
        key=key,
        what=what,
        ring=pick(world.lists.rings, ring),
        strength=pick(world.lists.ring_strengths, ring),
        expected=expected,
    )


def _order_parts(rng: np.random.Generator, chunk: Written, fmt: Format) -> Iterator[Part]:
    """Cut the orders by platform: the first file with mistakes, the second with what is right."""
    deal, world = chunk.deal, chunk.world
    spoiled = mistakes.spoil(rng, chunk, ~deal.hidden & (deal.ring < 0), world.wish.mistakes)
    extra = np.array([each.extra for each in MISTAKES])[spoiled.mistake]
    again = np.array([each.again for each in MISTAKES])[spoiled.mistake]
    shown = ~deal.hidden
    shown[spoiled.row[~extra]] = False
    whole = np.flatnonzero(shown)
    last = np.searchsorted(deal.platform, deal.platform[spoiled.row], side="right") - 1
    beside = np.minimum(spoiled.row + 40, last) * 2 + 1
    place = np.concatenate((whole * 2, np.where(extra, beside, spoiled.row * 2)))
    order = np.argsort(place, kind="stable")
    source = np.concatenate((whole, len(deal.index) + np.arange(len(spoiled.row))))[order]
    row = np.concatenate((whole, spoiled.row))[order]
    block = writing.block(fmt, chunk.table, spoiled.table, source)
    none = np.full(len(deal.index), -1, dtype=np.int64)
    what = np.concatenate((none, spoiled.mistake))[source]
    for platform, first, end in _cuts(deal.platform[row], len(_PLATFORMS)):
        here = slice(first, end)
        yield _first_file(chunk, platform, block.cut(first, end), row[here], what[here])
    yield from _second_files(chunk, spoiled.row[again], spoiled.mistake[again], fmt)


def _first_file(chunk: Written, platform: int, cut: Block, row: Ints, mistake: Ints) -> Part:
    """Label the rows of a platform's first file; corrected orders are right at first sight."""
    labels: list[Label] = []
    fate: list[tuple[Expected, int]] = []
    numbers = chunk.table["order_no"]
    for code, each in enumerate(MISTAKES):
        found = np.flatnonzero(mistake == code)
        at_once: Expected = (
            each.expected if not each.again or each.expected == "reject" else "accepted"
        )
        fate.append((at_once, len(found)))
        if len(found) and at_once != "accepted":
            key = writing.keys(
                pa.repeat(_PLATFORMS[platform], len(found)), _at(numbers, row[found])
            )
            what = pa.repeat(each.code, len(found))
            labels.append(_label(chunk.world, found, key, what, None, at_once))
    fate.append(("accepted", int((mistake < 0).sum())))
    staged = np.flatnonzero((mistake < 0) & (chunk.deal.ring[row] >= 0))
    if len(staged):
        key = writing.keys(pa.repeat(_PLATFORMS[platform], len(staged)), _at(numbers, row[staged]))
        what = pick(_PLOT_NAMES, chunk.deal.plot[row[staged]])
        ring = chunk.deal.ring[row[staged]]
        labels.append(_label(chunk.world, staged, key, what, ring, "accepted"))
    return Part(
        kind="order",
        reporter=_PLATFORMS[platform],
        rows=cut,
        labels=tuple(labels),
        fate=tuple(fate),
    )


def _second_files(chunk: Written, row: Ints, mistake: Ints, fmt: Format) -> Iterator[Part]:
    """Yield what platforms send later: what was rejected, corrections, and some once more."""
    order = np.argsort(row, kind="stable")
    row, mistake = row[order], mistake[order]
    block = writing.block(fmt, chunk.table.take(pa.array(row)))
    numbers = chunk.table["order_no"]
    for platform, first, end in _cuts(chunk.deal.platform[row], len(_PLATFORMS)):
        labels: list[Label] = []
        fate: list[tuple[Expected, int]] = []
        for code, each in enumerate(MISTAKES):
            found = np.flatnonzero(mistake[first:end] == code)
            rejected = each.expected == "reject"
            expected: Expected = "accepted" if rejected else each.expected
            fate.append((expected, len(found)))
            if len(found):
                sent = row[first:end][found]
                key = writing.keys(pa.repeat(_PLATFORMS[platform], len(found)), _at(numbers, sent))
                what = pa.repeat("sent_again_put_right" if rejected else each.code, len(found))
                labels.append(_label(chunk.world, found, key, what, None, expected))
        yield Part(
            kind="order",
            reporter=_PLATFORMS[platform],
            rows=block.cut(first, end),
            second=True,
            labels=tuple(labels),
            fate=tuple(fate),
        )


def _at(column: pa.ChunkedArray, row: Ints) -> Texts:
    return column.take(pa.array(row)).combine_chunks()


def _payment_parts(chunk: Written, paid: Payments, fmt: Format) -> Iterator[Part]:
    table = rows.payment_rows(chunk.world, chunk.table, chunk.money, paid)
    hidden, plot = chunk.deal.hidden[paid.order], chunk.deal.plot[paid.order]
    marks = [("structuring", plot == planted.STRUCTURING)]
    yield from _flow_parts(
        chunk,
        ("payment", "institution", "payment_no"),
        flows.INSTITUTIONS,
        table,
        (paid.institution, paid.order, hidden),
        marks,
        fmt,
    )


def _parcel_parts(chunk: Written, sent: Parcels, fmt: Format) -> Iterator[Part]:
    table = rows.parcel_rows(chunk.world, chunk.table, chunk.terms, chunk.went, sent)
    marks = [
        ("empty_parcel", sent.empty & ~sent.reused),
        ("reused_number", sent.reused),
    ]
    yield from _flow_parts(
        chunk,
        ("shipment", "carrier", "tracking_no"),
        flows.CARRIERS,
        table,
        (sent.carrier, sent.order, chunk.deal.hidden[sent.order]),
        marks,
        fmt,
    )


def _refund_parts(chunk: Written, fmt: Format) -> Iterator[Part]:
    order = np.flatnonzero((chunk.went.refunded > 0) & ~chunk.deal.hidden)
    table = rows.refund_rows(chunk.world, chunk.table, chunk.deal, chunk.went, order)
    platform = chunk.deal.platform[order]
    none = np.zeros(len(order), dtype=np.bool_)
    names = ("refund", "platform", "refund_no")
    yield from _flow_parts(chunk, names, _PLATFORMS, table, (platform, order, none), [], fmt)


def _flow_parts(
    chunk: Written,
    names: tuple[str, str, str],
    reporters: tuple[str, ...],
    table: pa.Table,
    facts: tuple[Ints, Ints, Flags],
    marks: list[tuple[str, Flags]],
    fmt: Format,
) -> Iterator[Part]:
    """Cut payments, parcels or refunds by reporter and label what is planted in them."""
    reporter, order, hidden = facts
    kind, *key_columns = names
    block = writing.block(fmt, table)
    key = writing.keys(*(table[name].combine_chunks() for name in key_columns))
    for value, first, end in _cuts(reporter, len(reporters)):
        labels = []
        for what, flags in marks:
            found = np.flatnonzero(flags[first:end])
            if len(found):
                ring = chunk.deal.ring[order[first:end][found]]
                labels.append(
                    _label(
                        chunk.world,
                        found,
                        key.take(pa.array(first + found)),
                        pa.repeat(what, len(found)),
                        ring,
                        "accepted",
                    )
                )
        kept = np.flatnonzero(hidden[first:end])
        if len(kept):
            what_kept = pa.repeat("under_reporting", len(kept))
            keys = key.take(pa.array(first + kept))
            labels.append(_label(chunk.world, kept, keys, what_kept, None, "warning"))
        yield Part(
            kind=kind,
            reporter=reporters[value],
            rows=block.cut(first, end),
            labels=tuple(labels),
            fate=(("warning", len(kept)), ("accepted", end - first - len(kept))),
        )
