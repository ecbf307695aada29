# SPDX-License-Identifier: Apache-2.0
"""A chunk of orders as the rows that reporters write: cells of text in the columns of a kind."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shangheng.simulate import codes, flows, orders, people
from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.flows import Course, Parcels, Payments
from shangheng.simulate.orders import Basket, Deal, Money, Terms
from shangheng.simulate.text import Texts, joined, pick, whole, words
from shangheng.simulate.world import World

COLUMNS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(columns.split())
    for kind, columns in {
        "merchant": "platform shop shop_name shop_url owner_name owner_code owner_kind region area"
        " address category opened_on closed_on as_of",
        "listing": "platform item shop title brand category price list_price currency sold_count"
        " comment_count as_of",
        "order": "platform order_no shop buyer mode nature channel cross_border agricultural"
        " category product gtin hs_code quantity unit_price lines currency gross discount freight"
        " tax paid refunded ordered_at paid_at shipped_at received_at seller_region seller_area"
        " buyer_region buyer_area",
        "payment": "institution payment_no platform order_no payer method currency amount status"
        " paid_at",
        "shipment": "carrier tracking_no platform order_no origin_region destination_region"
        " destination_area to_village weight_kg shipped_at delivered_at",
        "refund": "platform refund_no order_no currency amount reason goods_returned requested_at"
        " refunded_at",
        "series": "series region frequency starts_on value unit publisher released_on",
    }.items()
}

FLAGS = words(("false", "true"))
AREAS = words(("urban", "rural"))
NATURES = words(("goods", "service"))
_MODES = words(orders.MODES)
_CHANNELS = words(orders.CHANNELS)
_CROSS = words(orders.CROSS_BORDER)
_INSTITUTIONS = words(flows.INSTITUTIONS)
_CARRIERS = words(flows.CARRIERS)
_METHODS = words(flows.METHODS)
_REASONS = words(flows.REASONS)
_STATUS = words(("failed", "success"))

_ORDER_PRIME = 99_999_999_977
_REFUND_BASE = 50_000_000_000_000


def table(kind: str, columns: Mapping[str, Texts]) -> pa.Table:
    """Return the columns in the order of the kind."""
    return pa.table({name: columns[name] for name in COLUMNS[kind]})


def order_numbers(world: World, deal: Deal) -> Texts:
    """Return order numbers: the day and a scrambled serial number; distinct everywhere."""
    days = np.array(
        [int(world.calendar.on(i).strftime("%y%m%d")) for i in range(world.wish.days)],
        dtype=np.int64,
    )
    tail = codes.scramble(deal.index, factor=7_919_773, shift=1_234_567, prime=_ORDER_PRIME)
    return whole(days[deal.day] * 10**11 + tail)


def order_rows(
    world: World, deal: Deal, filled: Basket, terms: Terms, money: Money, went: Course
) -> pa.Table:
    """Write the orders."""
    stock, writer, lists = world.stock, world.writer, world.lists
    product = filled.product[0]
    category = stock.category[product]
    place = world.shops.place[deal.shop]
    n = len(deal.index)
    abroad = terms.buyer_place < 0
    gtin = stock.gtin[product]
    return table(
        "order",
        {
            "platform": pick(lists.platforms, deal.platform),
            "order_no": order_numbers(world, deal),
            "shop": pick(lists.shops, deal.shop),
            "buyer": whole(people.phone(deal.buyer)),
            "mode": pick(_MODES, terms.mode),
            "nature": pick(NATURES, terms.service.astype(np.int64)),
            "channel": pick(_CHANNELS, terms.channel),
            "cross_border": pick(_CROSS, terms.cross),
            "agricultural": pick(FLAGS, terms.agricultural.astype(np.int64)),
            "category": pick(lists.categories, category),
            "product": pick(lists.products, stock.name[product]),
            "gtin": whole(gtin, gtin == 0),
            "hs_code": pick(lists.customs, category, terms.cross == orders.NONE),
            "quantity": whole(filled.quantity[0]),
            "unit_price": writer.money(filled.price[0]),
            "lines": _lines(world, filled, terms),
            "currency": pa.repeat("CNY", n),
            "gross": writer.money(money.gross),
            "discount": writer.money(money.discount),
            "freight": writer.money(money.freight),
            "tax": writer.money(money.tax),
            "paid": writer.money(money.paid),
            "refunded": writer.money(went.refunded),
            "ordered_at": writer.time(money.ordered_at),
            "paid_at": writer.time(money.paid_at),
            "shipped_at": writer.time(went.shipped_at),
            "received_at": writer.time(went.received_at),
            "seller_region": pick(lists.places, place),
            "seller_area": pick(AREAS, world.shops.rural[deal.shop].astype(np.int64)),
            "buyer_region": pick(lists.places, terms.buyer_place, abroad),
            "buyer_area": pick(AREAS, terms.buyer_rural.astype(np.int64), abroad),
        },
    )


def _lines(world: World, filled: Basket, terms: Terms) -> Texts:
    """Write the lines of baskets with more than one, as JSON; nothing for the others."""
    rows = np.flatnonzero(filled.many)
    index = np.full(len(filled.many), -1, dtype=np.int64)
    index[rows] = np.arange(len(rows))
    cross = terms.cross[rows] != orders.NONE
    second = joined(
        _line(world, filled, 0, rows, cross), ",", _line(world, filled, 1, rows, cross)
    )
    third = filled.quantity[2][rows] > 0
    last = pc.if_else(pa.array(third), joined(",", _line(world, filled, 2, rows, cross)), "")
    return joined("[", second, last, "]").take(pa.array(index, mask=~filled.many))


def _line(world: World, filled: Basket, line: int, rows: Ints, cross: Flags) -> Texts:
    stock, lists, writer = world.stock, world.lists, world.writer
    product = filled.product[line][rows]
    category = stock.category[product]
    gtin = stock.gtin[product]
    customs = pick(lists.customs, category, ~cross)
    return joined(
        '{"product":"',
        pick(lists.products, stock.name[product]),
        '","category":"',
        pick(lists.categories, category),
        pc.fill_null(joined('","gtin":"', whole(gtin, gtin == 0)), ""),
        pc.fill_null(joined('","hs_code":"', customs), ""),
        '","quantity":',
        whole(filled.quantity[line][rows]),
        ',"unit_price":',
        writer.money(filled.price[line][rows]),
        ',"amount":',
        writer.money(filled.amount(line)[rows]),
        "}",
    )


def payment_rows(world: World, written: pa.Table, money: Money, paid: Payments) -> pa.Table:
    """Write the payments of the orders in the written table."""
    order = pa.array(paid.order)
    due = money.paid[paid.order]
    return table(
        "payment",
        {
            "institution": pick(_INSTITUTIONS, paid.institution),
            "payment_no": whole(paid.number),
            "platform": written["platform"].take(order),
            "order_no": written["order_no"].take(order),
            "payer": written["buyer"].take(order),
            "method": pick(_METHODS, paid.method),
            "currency": pa.repeat("CNY", len(paid.order)),
            "amount": world.writer.money(due),
            "status": pick(_STATUS, paid.success.astype(np.int64)),
            "paid_at": world.writer.time(paid.paid_at),
        },
    )


def parcel_rows(
    world: World, written: pa.Table, terms: Terms, went: Course, sent: Parcels
) -> pa.Table:
    """Write the parcels of the orders in the written table."""
    order = pa.array(sent.order)
    village = terms.village[sent.order].astype(np.int64)
    return table(
        "shipment",
        {
            "carrier": pick(_CARRIERS, sent.carrier),
            "tracking_no": whole(sent.number),
            "platform": written["platform"].take(order),
            "order_no": written["order_no"].take(order),
            "origin_region": written["seller_region"].take(order),
            "destination_region": written["buyer_region"].take(order),
            "destination_area": written["buyer_area"].take(order),
            "to_village": pick(FLAGS, village, terms.buyer_place[sent.order] < 0),
            "weight_kg": world.writer.money(sent.weight),
            "shipped_at": world.writer.time(went.shipped_at[sent.order]),
            "delivered_at": world.writer.time(went.received_at[sent.order]),
        },
    )


def refund_rows(
    world: World, written: pa.Table, deal: Deal, went: Course, order: Ints
) -> pa.Table:
    """Write the refunds of the given rows of the written table."""
    index = pa.array(order)
    return table(
        "refund",
        {
            "platform": written["platform"].take(index),
            "refund_no": whole(_REFUND_BASE + deal.index[order]),
            "order_no": written["order_no"].take(index),
            "currency": pa.repeat("CNY", len(order)),
            "amount": world.writer.money(went.refunded[order]),
            "reason": pick(_REASONS, went.reason[order]),
            "goods_returned": pick(FLAGS, went.goods_back[order].astype(np.int64)),
            "requested_at": world.writer.time(went.requested_at[order]),
            "refunded_at": world.writer.time(went.refund_at[order]),
        },
    )
