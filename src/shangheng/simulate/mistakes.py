# SPDX-License-Identifier: Apache-2.0
"""Honest mistakes in reported orders, each with what a faultless intake must do about it.

A spoiled row that must be rejected comes again, in order, in the platform's second file, so that
in the end every order is in the ledger once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator

from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.flows import Course
from shangheng.simulate.orders import Basket, Deal, Money, Terms
from shangheng.simulate.text import Texts, joined, whole
from shangheng.simulate.world import World

Expected = Literal["reject", "warning", "correction", "unchanged", "accepted"]
THOUSAND_YUAN = 100_000
AN_HOUR = 3_600
FULL_WIDTH = "０１２３４５６７８９"


@dataclass(frozen=True, kw_only=True)
class Written:
    """A chunk of orders: the rows as they should be, and the numbers behind them."""

    world: World
    table: pa.Table
    deal: Deal
    filled: Basket
    terms: Terms
    money: Money
    went: Course


Spoil = Callable[[Written, Ints], dict[str, Texts]]
Fits = Callable[[Written], Flags]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A kind of mistake: how often, in which rows it can be, and what it makes of them."""

    code: str
    expected: Expected
    share: float
    spoil: Spoil
    fits: Fits
    extra: bool = False
    """The spoiled row stands beside the right one; otherwise in its place."""
    again: bool = True
    """The right row comes in the second file."""


def _anywhere(chunk: Written) -> Flags:
    return np.ones(len(chunk.deal.index), dtype=np.bool_)


def _paid(chunk: Written) -> Flags:
    return chunk.money.paid_at >= 0


def _paid_after_one(chunk: Written) -> Flags:
    """Return paid orders that were not placed in the very first hour."""
    return (chunk.money.paid_at >= 0) & (chunk.money.ordered_at > AN_HOUR)


def _thousands(chunk: Written) -> Flags:
    return chunk.money.gross >= THOUSAND_YUAN


def _coded(chunk: Written) -> Flags:
    return chunk.world.stock.gtin[chunk.filled.product[0]] > 0


def _inland(chunk: Written) -> Flags:
    return chunk.terms.buyer_place >= 0


def _simple(chunk: Written) -> Flags:
    """Return paid orders of one line, untaxed and not given back: safe to have been miscounted."""
    charged = (chunk.money.paid_at >= 0) & (chunk.money.tax == 0)
    return np.asarray(charged & ~chunk.filled.many & (chunk.went.refunded == 0))


def _as_it_is(_chunk: Written, _rows: Ints) -> dict[str, Texts]:
    return {}


def _cells(chunk: Written, column: str, rows: Ints) -> Texts:
    return chunk.table[column].take(pa.array(rows)).combine_chunks()


def _constant(column: str, value: str | None) -> Spoil:
    def spoil(_chunk: Written, rows: Ints) -> dict[str, Texts]:
        return {column: pa.array([value] * len(rows), pa.string())}

    return spoil


def _other_amount(chunk: Written, rows: Ints) -> dict[str, Texts]:
    write, money = chunk.world.writer.money, chunk.money
    return {
        "freight": write(money.freight[rows] + 100),
        "gross": write(money.gross[rows] + 900),
    }


def _overpaid(chunk: Written, rows: Ints) -> dict[str, Texts]:
    money = chunk.money
    total = money.gross[rows] + money.freight[rows] + money.tax[rows]
    return {"paid": chunk.world.writer.money(total + 100)}


def _paid_early(chunk: Written, rows: Ints) -> dict[str, Texts]:
    return {"paid_at": chunk.world.writer.time(chunk.money.ordered_at[rows] - AN_HOUR)}


def _with_comma(chunk: Written, rows: Ints) -> dict[str, Texts]:
    cells = _cells(chunk, "gross", rows)
    return {"gross": pc.replace_substring_regex(cells, r"^(\d+)(\d{3}\.)", r"\1,\2")}


def _full_width(chunk: Written, rows: Ints) -> dict[str, Texts]:
    cells = _cells(chunk, "gross", rows)
    for digit, wide in enumerate(FULL_WIDTH):
        cells = pc.replace_substring(cells, str(digit), wide)
    return {"gross": cells}


def _negative(chunk: Written, rows: Ints) -> dict[str, Texts]:
    return {"unit_price": joined("-", _cells(chunk, "unit_price", rows))}


def _future(chunk: Written, rows: Ints) -> dict[str, Texts]:
    columns = ("ordered_at", "paid_at", "shipped_at", "received_at")
    return {
        name: pc.replace_substring_regex(_cells(chunk, name, rows), r"^\d{4}", "2099")
        for name in columns
    }


def _wrong_gtin(chunk: Written, rows: Ints) -> dict[str, Texts]:
    gtin = chunk.world.stock.gtin[chunk.filled.product[0][rows]]
    return {"gtin": whole(gtin // 10 * 10 + (gtin % 10 + 1) % 10)}


def _one_too_many(chunk: Written, rows: Ints) -> dict[str, Texts]:
    """Return the first, wrong version of an order that is corrected later: one piece more."""
    write, money = chunk.world.writer.money, chunk.money
    price = chunk.filled.price[0][rows]
    return {
        "quantity": whole(chunk.filled.quantity[0][rows] + 1),
        "gross": write(money.gross[rows] + price),
        "paid": write(money.paid[rows] + price),
    }


def _reject(code: str, spoil: Spoil, fits: Fits = _anywhere, *, extra: bool = False) -> Mistake:
    return Mistake(
        code=code, expected="reject", share=1, spoil=spoil, fits=fits, extra=extra, again=not extra
    )


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        code="duplicate_row",
        expected="unchanged",
        share=2,
        spoil=_as_it_is,
        fits=_anywhere,
        extra=True,
        again=False,
    ),
    _reject("same_number_other_amount", _other_amount, extra=True),
    _reject("amount_with_comma", _with_comma, _thousands),
    _reject("wrong_gtin", _wrong_gtin, _coded),
    Mistake(code="correction", expected="correction", share=3, spoil=_one_too_many, fits=_simple),
    _reject("unknown_region", _constant("buyer_region", "999999"), _inland),
    _reject("paid_over_total", _overpaid, _paid),
    _reject("paid_before_ordered", _paid_early, _paid_after_one),
    _reject("bad_date", _constant("ordered_at", "2026-02-30 10:00:00")),
    _reject("full_width_digits", _full_width),
    _reject("negative_price", _negative),
    _reject("future_order", _future),
    _reject("missing_order_no", _constant("order_no", None)),
    _reject("wrong_mode", _constant("mode", "B2X")),
    Mistake(
        code="sent_again_unchanged", expected="unchanged", share=2, spoil=_as_it_is, fits=_anywhere
    ),
)


@dataclass(frozen=True, kw_only=True)
class Spoiled:
    """The spoiled rows of a chunk, by kind of mistake: which row, and its new cells."""

    mistake: Ints
    row: Ints
    table: pa.Table


def spoil(rng: Generator, chunk: Written, allowed: Flags, share: float) -> Spoiled:
    """Choose rows and spoil them; a row gets one mistake at most."""
    wanted = round(float(allowed.sum()) * share)
    weights = np.array([each.share for each in MISTAKES], dtype=np.float64)
    counts = rng.multinomial(wanted, weights / weights.sum())
    candidates = rng.permutation(np.flatnonzero(allowed))[: 60 * wanted + 100]
    used = np.zeros(len(candidates), dtype=np.bool_)
    kinds, rows, tables = [], [], [chunk.table.slice(0, 0)]
    for number, each in enumerate(MISTAKES):
        fitting = np.flatnonzero(~used & each.fits(chunk)[candidates])[: counts[number]]
        used[fitting] = True
        chosen = np.sort(candidates[fitting])
        kinds.append(np.full(len(chosen), number, dtype=np.int64))
        rows.append(chosen)
        tables.append(_replaced(chunk, chosen, each.spoil(chunk, chosen)))
    return Spoiled(
        mistake=np.concatenate(kinds),
        row=np.concatenate(rows).astype(np.int64),
        table=pa.concat_tables(tables).combine_chunks(),
    )


def _replaced(chunk: Written, rows: Ints, cells: dict[str, Texts]) -> pa.Table:
    table = chunk.table.take(pa.array(rows))
    for name, values in cells.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table
