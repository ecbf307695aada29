# SPDX-License-Identifier: Apache-2.0
"""The truth beside the files: labels of single rows, and totals a faultless ledger must show.

Totals are whole cents until they are written; a float never touches them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from shangheng.simulate import flows, goods, orders, people
from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.mistakes import Expected, Written
from shangheng.simulate.places import places
from shangheng.simulate.text import Texts
from shangheng.simulate.world import World

LABELS = ("kind", "reporter", "file", "line", "key", "what", "ring", "strength", "expected")
MEASURES = ("orders", "gross", "discount", "freight", "tax", "paid", "refunded", "retail")
"""What is summed over orders; ``retail`` is what was paid for B2C and C2C orders that were not
given back in full."""

Table = dict[str, Ints]
"""Sums by dimension: one row of measures for each value of the dimension."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """Labels of some rows of one part of a file; ``row`` counts from the part's first."""

    row: Ints
    key: Texts
    what: Texts
    ring: Texts
    strength: Texts
    expected: Expected


@dataclass
class Counts:
    """How the rows of a kind must fare.

    ``warned`` rows are among the accepted: nothing that they refer to was reported.
    """

    rows: int = 0
    accepted: int = 0
    warned: int = 0
    corrected: int = 0
    unchanged: int = 0
    rejected: int = 0

    def add(self, expected: Expected, amount: int) -> None:
        """Count rows by what must become of them."""
        self.rows += amount
        if expected == "reject":
            self.rejected += amount
        elif expected == "correction":
            self.corrected += amount
        elif expected == "unchanged":
            self.unchanged += amount
        else:
            self.accepted += amount
            self.warned += amount if expected == "warning" else 0


@dataclass
class Sums:
    """Sums of one chunk, or of all."""

    orders: Table = field(default_factory=dict)
    payments: Table = field(default_factory=dict)
    refunds: Table = field(default_factory=dict)
    parcels: Table = field(default_factory=dict)
    unreported: Table = field(default_factory=dict)

    def add(self, other: "Sums") -> None:
        """Add the sums of another chunk."""
        for name in ("orders", "payments", "refunds", "parcels", "unreported"):
            mine, more = getattr(self, name), getattr(other, name)
            for dimension, values in more.items():
                mine[dimension] = mine[dimension] + values if dimension in mine else values


def dimensions(world: World) -> Mapping[str, list[str]]:
    """Return the values of each dimension, in the order of the rows of a table."""
    return {
        "day": [world.calendar.on(i).isoformat() for i in range(world.wish.days)],
        "seller_city": places().city_of()[0],
        "platform": [each.code for each in people.PLATFORMS],
        "mode": list(orders.MODES),
        "category": [each.code for each in goods.CATEGORIES],
        "institution": list(flows.INSTITUTIONS),
        "carrier": list(flows.CARRIERS),
    }


def _by(index: Ints, size: int, measures: Iterable[Ints]) -> Ints:
    columns = [np.bincount(index, weights=each, minlength=size) for each in measures]
    return np.stack(columns, axis=1).astype(np.int64)


def sum_orders(chunk: Written, reported: Flags) -> Table:
    """Return the sums of the reported orders by every dimension of orders."""
    money, deal = chunk.money, chunk.deal
    refunded = chunk.went.refunded
    retail = (chunk.terms.mode != orders.B2B) & ((refunded < money.paid) | (money.paid == 0))
    columns = (
        np.ones(len(deal.index), dtype=np.int64),
        money.gross,
        money.discount,
        money.freight,
        money.tax,
        money.paid,
        refunded,
        np.where(retail, money.paid, 0),
    )
    picked = [each[reported] for each in columns]
    world = chunk.world
    cities = places().city_of()[1][world.shops.place[deal.shop]]
    index = {
        "day": deal.day,
        "seller_city": cities,
        "platform": deal.platform,
        "mode": chunk.terms.mode,
        "category": world.stock.category[chunk.filled.product[0]],
    }
    sizes = {name: len(values) for name, values in dimensions(world).items()}
    return {name: _by(values[reported], sizes[name], picked) for name, values in index.items()}


def sum_events(world: World, index: Mapping[str, Ints], amount: Ints) -> Table:
    """Return number and amount of events by the dimensions given."""
    one = np.ones(len(amount), dtype=np.int64)
    sizes = {name: len(values) for name, values in dimensions(world).items()}
    return {name: _by(values, sizes[name], (one, amount)) for name, values in index.items()}


def yuan(cents: int) -> str:
    """Return cents as an amount in yuan."""
    return f"{cents // 100}.{cents % 100:02d}"


def named(world: World, table: Table, measures: tuple[str, ...], count: str) -> dict[str, Any]:
    """Return sums with names: the grand total, then by each dimension, zeros left out."""
    every = dimensions(world)
    answer: dict[str, Any] = {}
    for dimension, values in table.items():
        if not answer:
            answer |= _row(values.sum(axis=0), measures, count)
        answer[f"by_{dimension}"] = {
            name: _row(row, measures, count)
            for name, row in zip(every[dimension], values, strict=True)
            if row.any()
        }
    return answer


def _row(values: Ints, measures: tuple[str, ...], count: str) -> dict[str, Any]:
    return {
        name: int(value) if name == count else {"CNY": yuan(int(value))}
        for name, value in zip(measures, values, strict=True)
    }


def label_table(name: tuple[str, str, str], first_line: int, label: Label) -> pa.Table:
    """Return labels as rows of ``planted.csv``; ``name`` is kind, reporter and file."""
    n = len(label.row)
    columns = {
        "kind": pa.repeat(name[0], n),
        "reporter": pa.repeat(name[1], n),
        "file": pa.repeat(name[2], n),
        "line": pa.array(label.row + first_line).cast(pa.string()),
        "key": label.key,
        "what": label.what,
        "ring": label.ring,
        "strength": label.strength,
        "expected": pa.repeat(label.expected, n),
    }
    return pa.table(columns)
