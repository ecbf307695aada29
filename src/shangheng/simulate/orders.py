# SPDX-License-Identifier: Apache-2.0
"""A chunk of orders as numbers: who buys what from whom, when, for how much.

Money is in cents, times in seconds since midnight of the first day, -1 = not (yet). Rows are
sorted by platform and time, because each platform reports its own. No loop runs over orders.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shangheng.simulate import goods, people, planted, rhythm
from shangheng.simulate.chance import Flags, Ints, Luck, counts, happens
from shangheng.simulate.places import NO_PLACE
from shangheng.simulate.world import World

MODES = ("B2B", "B2C", "C2C")
CHANNELS = ("own_site", "platform", "live_stream", "mini_programme")
CROSS_BORDER = ("none", "import", "export")
B2B, B2C, C2C = range(3)
NONE, IMPORT, EXPORT = range(3)

# Chances of own site, platform, live stream, mini programme, by kind of platform.
_CHANNELS: dict[str, tuple[float, float, float, float]] = {
    "general": (0.0, 0.8, 0.08, 0.12),
    "live": (0.0, 0.15, 0.83, 0.02),
    "fresh": (0.0, 0.45, 0.05, 0.5),
    "b2b": (0.3, 0.7, 0.0, 0.0),
    "cross": (0.2, 0.75, 0.05, 0.0),
    "group": (0.0, 0.2, 0.05, 0.75),
}
FREE_FREIGHT_FROM = 9_900
"""Whoever buys for 99 yuan pays no freight, in cents."""

IMPORT_TAX_PER_MILLE = 91
"""Cross-border retail import: seventy per cent of the value-added tax of 13 %."""

STRUCTURED_BELOW = 5_000_000
"""The large-value reporting line of 50,000 yuan, in cents."""


@dataclass(frozen=True, kw_only=True)
class Deal:
    """Who buys what, when: the part of an order that is settled before money is."""

    index: Ints
    """The order's number in the whole simulation; orders kept from us count on behind them."""
    hidden: Flags
    platform: Ints
    day: Ints
    second: Ints
    ring: Ints
    plot: Ints
    shop: Ints
    product: Ints
    buyer: Ints


@dataclass(frozen=True, kw_only=True)
class Basket:
    """Up to three lines; a line that is not there has quantity 0."""

    product: tuple[Ints, Ints, Ints]
    quantity: tuple[Ints, Ints, Ints]
    price: tuple[Ints, Ints, Ints]

    @property
    def many(self) -> Flags:
        """Return which orders have more than one line."""
        return self.quantity[1] > 0

    def amount(self, line: int) -> Ints:
        """Return what a line costs."""
        return self.quantity[line] * self.price[line]

    @property
    def pieces(self) -> Ints:
        """Return how many pieces there are."""
        return self.quantity[0] + self.quantity[1] + self.quantity[2]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What kind of trade it is, and between which places."""

    mode: Ints
    channel: Ints
    cross: Ints
    service: Flags
    agricultural: Flags
    buyer_place: Ints
    buyer_rural: Flags
    village: Flags


@dataclass(frozen=True, kw_only=True)
class Money:
    """What is charged and paid; ``due`` is what a payer owes, ``paid`` what was paid of it."""

    gross: Ints
    discount: Ints
    freight: Ints
    tax: Ints
    paid: Ints
    ordered_at: Ints
    paid_at: Ints


def chances(n: int, total: int, first: int) -> tuple[float, float]:
    """Return the stretch of the year's orders, as shares, that a chunk covers."""
    return first / total, (first + n) / total


def deals(world: World, rng: Generator, first: int, n: int) -> Deal:
    """Draw who buys what, when, for the orders from ``first`` on."""
    platform, hidden = _platforms(world, rng, n)
    size = len(platform)
    low, high = chances(n, world.wish.orders, first)
    day = np.searchsorted(world.calendar.cumulative, rng.uniform(low, high, size), side="right")
    day = np.minimum(day, world.wish.days - 1)
    ring = planted.assign(
        rng, world.plots, platform, day, planted.AMOUNT[world.wish.strength], hidden
    )
    second = _seconds(world, rng, platform, day, ring)
    order = np.argsort((platform * world.wish.days + day) * rhythm.DAY + second, kind="stable")
    platform, hidden, day = platform[order], hidden[order], day[order]
    second, ring = second[order], ring[order]
    index = np.empty(size, dtype=np.int64)
    index[~hidden] = first + np.arange(n)
    index[hidden] = world.wish.orders + first + np.arange(size - n)
    shop = _shops(world, rng, platform, day)
    start, end = world.stock.first[shop], world.stock.first[shop + 1]
    product = start + ((end - start) * rng.random(size) ** 1.8).astype(np.int64)
    buyer = (world.buyers.count * rng.random(size) ** 1.7).astype(np.int64)
    chosen = ring >= 0
    rings = ring[chosen]
    shop[chosen], product[chosen] = world.plots.shop[rings], world.plots.product[rings]
    accounts = world.plots.accounts[rings]
    own = world.plots.buyer[rings] + (accounts * rng.random(len(rings))).astype(np.int64)
    buyer[chosen] = np.where(accounts > 0, own, buyer[chosen])
    plot = np.where(chosen, world.plots.what[ring], -1)
    return Deal(
        index=index,
        hidden=hidden,
        platform=platform,
        day=day,
        second=second,
        ring=ring,
        plot=plot,
        shop=shop,
        product=product,
        buyer=buyer,
    )


def _platforms(world: World, rng: Generator, n: int) -> tuple[Ints, Flags]:
    """Draw the platforms of n reported orders and of those that are kept from us beside them."""
    reported = rng.multinomial(n, [each.orders for each in people.PLATFORMS])
    share = planted.HIDDEN[world.wish.strength]
    kept = round(int(reported[people.UNDER]) * share / (1 - share))
    theirs = np.repeat(np.arange(len(reported), dtype=np.int64), reported)
    platform = np.concatenate((theirs, np.full(kept, people.UNDER, dtype=np.int64)))
    return platform, np.arange(len(platform)) >= n


def _seconds(world: World, rng: Generator, platform: Ints, day: Ints, ring: Ints) -> Ints:
    """Draw the second of the day by the platform's rhythm, or by the ring's hours."""
    profile = np.full(len(people.PLATFORMS), rhythm.HOME)
    profile[people.LIVE], profile[people.B2B] = rhythm.LIVE, rhythm.OFFICE
    chosen = profile[platform]
    home = (day == world.calendar.festival) & (chosen != rhythm.OFFICE)
    chosen = np.where(home, rhythm.FESTIVAL, chosen)
    size = len(platform)
    second = world.calendar.seconds[chosen, rng.integers(0, rhythm.SECOND_SLOTS, size)]
    second = np.minimum(second + rng.integers(0, 10, size), rhythm.DAY - 1)
    burst = np.flatnonzero(ring >= 0)
    width = world.plots.width[ring[burst]]
    at = world.plots.opening[ring[burst]] + (width * rng.random(len(burst))).astype(np.int64)
    second[burst] = np.where(width > 0, np.minimum(at, rhythm.DAY - 1), second[burst])
    return np.asarray(second, dtype=np.int64)


def _shops(world: World, rng: Generator, platform: Ints, day: Ints) -> Ints:
    """Draw shops by size; an order meant for a shop not open on the day goes to a steady one."""
    shops = world.shops
    shop = shops.slots[platform, rng.integers(0, people.SLOTS, len(platform))]
    is_open = (shops.opened[shop] < day) & (shops.closed[shop] > day)
    return np.where(is_open, shop, shops.evergreen[platform])


def basket(world: World, rng: Generator, deal: Deal) -> Basket:
    """Fill the baskets: a quarter have a second line, some a third."""
    size = len(deal.index)
    luck = rng.random((3, size), dtype=np.float32)
    ordinary = deal.ring < 0
    lines = 1 + (ordinary & happens(luck[0], 0.27)) + (ordinary & happens(luck[0], 0.07))
    start = world.stock.first[deal.shop]
    many = world.stock.first[deal.shop + 1] - start
    lines = np.minimum(lines, many)
    business = deal.platform == people.B2B
    products, quantities, prices = [], [], []
    for line in range(3):
        product = start + (deal.product - start + line) % many
        few = 1 + counts(~happens(luck[1], 0.8)) + ~happens(luck[2], 0.95)
        bulk = 5 + (400 * luck[1].astype(np.float64) ** 4).astype(np.int64)
        quantity = np.where(business, bulk, few) if line == 0 else np.where(business, 10, 1)
        there = lines > line
        price = world.stock.price_on(product, deal.day, world.calendar.festival)
        price = np.where(business, price * 6 // 10, price)
        products.append(product)
        quantities.append(np.where(there, quantity, 0))
        prices.append(price)
    _staged(rng, deal, quantities[0], prices[0])
    return Basket(
        product=(products[0], products[1], products[2]),
        quantity=(quantities[0], quantities[1], quantities[2]),
        price=(prices[0], prices[1], prices[2]),
    )


def _staged(rng: Generator, deal: Deal, quantity: Ints, price: Ints) -> None:
    """Give staged orders their amounts: just below the line, round sums, or a low price."""
    rows = np.flatnonzero(deal.plot >= 0)
    plot, luck = deal.plot[rows], rng.random(len(rows))
    single = plot != planted.LIVE_BURST
    quantity[rows] = np.where(single, 1, quantity[rows])
    below = STRUCTURED_BELOW - 1000 * (1 + (99 * luck).astype(np.int64))
    amounts = [below, 100_000 * (5 + (40 * luck).astype(np.int64)), price[rows] * 4 // 10]
    staged = [planted.STRUCTURING, planted.WHOLESALE, planted.FLASH_SALE]
    price[rows] = np.select([plot == each for each in staged], amounts, price[rows])


def terms(world: World, rng: Generator, deal: Deal, filled: Basket) -> Terms:
    """Settle mode, channel, border and places."""
    size = len(deal.index)
    category = world.stock.category[filled.product[0]]
    service = np.isin(category, goods.SERVICES)
    private = world.shops.owner_kind[deal.shop] == people.PERSON
    mode = np.where(private, C2C, B2C)
    mode = np.where(deal.platform == people.B2B, B2B, mode)
    thresholds = np.cumsum([_CHANNELS[kind] for kind in people.KINDS], axis=1)
    luck = rng.random((2, size), dtype=np.float32)
    channel = (luck[0][:, None] >= thresholds[deal.platform, :3]).sum(axis=1)
    abroad = deal.platform == people.CROSS
    cross = np.where(abroad, np.where(happens(luck[1], 0.55), EXPORT, IMPORT), NONE)
    cross = np.where(service, NONE, cross)
    place, rural, village = world.buyers.of(deal.buyer)
    rows = np.flatnonzero(deal.ring >= 0)
    one_place = world.plots.place[deal.ring[rows]]
    place[rows] = np.where(one_place >= 0, one_place, place[rows])
    export = cross == EXPORT
    return Terms(
        mode=mode,
        channel=channel,
        cross=cross,
        service=service,
        agricultural=np.isin(category, goods.AGRICULTURAL),
        buyer_place=np.where(export, NO_PLACE, place),
        buyer_rural=rural & ~export,
        village=village & ~export & ~service,
    )


def money(world: World, rng: Generator, deal: Deal, filled: Basket, kind: Terms) -> Money:
    """Charge and collect: coupons, freight, tax; one in sixteen orders is never paid."""
    size = len(deal.index)
    luck = rng.random((5, size), dtype=np.float32)
    gross = filled.amount(0) + filled.amount(1) + filled.amount(2)
    festive = deal.day == world.calendar.festival
    staged = deal.ring >= 0
    tier = np.where(happens(luck[0], np.where(festive, 0.8, 0.35)), gross // 30_000 * 3_000, 0)
    coupon = np.where(happens(luck[1], 0.18), 100 * (1 + (luck[2] * 10).astype(np.int64)), 0)
    free = kind.service | staged | (kind.mode == B2B)
    discount = np.where(free, 0, np.minimum(tier + coupon, gross // 2))
    steps = np.array([500, 600, 800, 1000, 1200, 1500], dtype=np.int64)
    posted = steps[(luck[2] * 6).astype(np.int64)]
    charged = ~kind.service & ~staged & (gross < FREE_FREIGHT_FROM) & happens(luck[3], 0.4)
    freight = np.where(charged, posted, 0)
    freight = np.where((kind.mode == B2B) & ~staged, gross // 100, freight)
    taxed = (gross - discount) * IMPORT_TAX_PER_MILLE // 1000
    tax = np.where(kind.cross == IMPORT, taxed, 0)
    ordered_at = deal.day * rhythm.DAY + deal.second
    at = ordered_at + _pay_delay(luck[4], rng, size)
    paid_at = np.where(happens(luck[4], 0.0625) & ~staged | (at >= world.end), -1, at)
    due = gross - discount + freight + tax
    return Money(
        gross=gross,
        discount=discount,
        freight=freight,
        tax=tax,
        paid=np.where(paid_at >= 0, due, 0),
        ordered_at=ordered_at,
        paid_at=paid_at,
    )


def _pay_delay(luck: Luck, rng: Generator, size: int) -> Ints:
    """Return seconds until payment: mostly at once, a quarter within twenty hours."""
    quick = 4 + (40 * rng.random(size, dtype=np.float32)).astype(np.int64)
    late = np.maximum(0, (luck - 0.75) * 4) ** 3
    return quick + counts(20 * rhythm.HOUR * late)
