# SPDX-License-Identifier: Apache-2.0
"""What is planted on purpose: schemes that cheat, and honest shops that look alike.

A scheme is one ring: a shop, its buyers, its hours. ``strength`` of a ring says how blatant it
is; the strength of a simulation says how much is planted. ``truth/rings.csv`` lists them all.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.random import Generator

from shangheng.kernel.errors import Invalid
from shangheng.simulate import goods, people
from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.goods import Catalogue
from shangheng.simulate.people import Shops
from shangheng.simulate.places import places

Strength = Literal["low", "medium", "high"]
STRENGTHS: tuple[Strength, ...] = ("low", "medium", "high")
AMOUNT = {"low": 0.5, "medium": 1.0, "high": 2.0}
HIDDEN = {"low": 0.15, "medium": 0.3, "high": 0.5}
"""Share of its orders that the under-reporting platform keeps to itself."""

HOUR = 3_600
STEADY_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A way to cheat, or its honest look-alike, with the share of a platform's orders it takes."""

    name: str
    honest: bool
    share: dict[int, float] = field(default_factory=dict)
    buyers: tuple[int, int, int] = (0, 0, 0)
    """Accounts that belong to the ring, by strength; 0 = ordinary buyers."""
    width: tuple[int, int, int] = (0, 0, 0)
    """Seconds within which a day's orders fall, by strength; 0 = any time."""
    hours: tuple[int, int] = (0, 24)
    one_place: bool = False
    per_ring: int = 60
    """How many orders a ring has, roughly."""


SELF_BUYING, STRUCTURING, FLASH_SALE, LIVE_BURST, GROUP_BUY, DORMITORY, WHOLESALE = range(7)
ORDER_PLOTS: tuple[Plot, ...] = (
    Plot(
        name="self_buying",
        honest=False,
        share={0: 0.01, 1: 0.01, 2: 0.012, 7: 0.006},
        buyers=(40, 15, 6),
        width=(0, 4 * HOUR, HOUR // 2),
        hours=(1, 5),
    ),
    Plot(
        name="structuring",
        honest=False,
        share={4: 0.03},
        buyers=(6, 3, 1),
        width=(8 * HOUR, 4 * HOUR, HOUR),
        hours=(9, 12),
        per_ring=30,
    ),
    Plot(
        name="flash_sale",
        honest=True,
        share={0: 0.01, 1: 0.01},
        width=(900, 900, 900),
        hours=(10, 11),
        per_ring=200,
    ),
    Plot(
        name="live_burst",
        honest=True,
        share={2: 0.03},
        width=(1500, 1500, 1500),
        hours=(20, 22),
        per_ring=200,
    ),
    Plot(
        name="group_buy",
        honest=True,
        share={7: 0.05},
        width=(2 * HOUR, 2 * HOUR, 2 * HOUR),
        hours=(11, 14),
        one_place=True,
        per_ring=100,
    ),
    Plot(
        name="dormitory",
        honest=True,
        share={0: 0.005},
        buyers=(60, 60, 60),
        hours=(0, 24),
        one_place=True,
    ),
    Plot(name="wholesale_round", honest=True, share={4: 0.05}, buyers=(8, 8, 8), per_ring=80),
)
EMPTY_PARCEL = (0.15, 0.6, 1.0)
"""Share of a self-buying ring's parcels that weigh nothing, by strength."""
REUSED_NUMBER = (0.03, 0.1, 0.25)
"""Share of them that go under the number of another carrier's parcel."""
RAISED = (1.15, 1.35, 1.7)
FALSE_REFERENCE = (2.5, 4.0, 8.0)


@dataclass(frozen=True)
class Ring:
    """One planted scheme for ``truth/rings.csv``."""

    code: str
    what: str
    honest: bool
    strength: Strength
    platform: int
    shop: int
    product: int
    accounts: int


@dataclass(frozen=True)
class Plots:
    """All rings; the columns run over the rings that place orders, ``rings`` over all."""

    rings: tuple[Ring, ...]
    what: Ints
    strength: Ints
    shop: Ints
    product: Ints
    buyer: Ints
    """First of the accounts that belong to the ring; -1 = ordinary buyers."""
    accounts: Ints
    place: Ints
    """Where all its parcels go; -1 = where its buyers live."""
    opening: Ints
    width: Ints
    start: Ints
    """First ring of a plot on a platform, by plot and platform; with ``count`` beside it."""
    count: Ints
    listing: dict[str, Ints]
    """Products with a planted price, by scheme; and their rings beside them."""
    listing_rings: dict[str, Ints]
    merchant: dict[str, Ints]
    merchant_rings: dict[str, Ints]


def lay(rng: Generator, shops: Shops, stock: Catalogue, orders: int, first_buyer: int) -> Plots:
    """Choose the rings; prices in the catalogue and shop names are changed in place."""
    service = np.isin(stock.category[stock.first[:-1]], goods.SERVICES)
    steady = (shops.opened < -STEADY_DAYS) & (shops.closed >= 1 << 30) & ~service
    rings: list[Ring] = []
    table: list[tuple[int, ...]] = []
    shape = (len(ORDER_PLOTS), len(people.PLATFORMS))
    start, count = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for number, plot in enumerate(ORDER_PLOTS):
        for platform, share in plot.share.items():
            wanted = orders * people.PLATFORMS[platform].orders * share / plot.per_ring
            amount = int(np.clip(round(wanted), 3, 600))
            candidates = np.flatnonzero(steady & (shops.platform == platform))
            chosen = rng.choice(candidates, amount)
            start[number, platform], count[number, platform] = len(table), amount
            for i, found in enumerate(chosen.tolist()):
                row, first_buyer = _row(rng, number, i % 3, found, stock, first_buyer)
                table.append(row)
                rings.append(_ring(rings, plot, i % 3, platform, found, row[3]))
    what, strength, shop, product, buyer, accounts, place, opening, width = np.array(table).T
    listing, listing_rings = _plant_prices(rng, shops, stock, rings)
    merchant, merchant_rings = _plant_brands(rng, shops, rings)
    return Plots(
        rings=tuple(rings),
        what=what,
        strength=strength,
        shop=shop,
        product=product,
        buyer=buyer,
        accounts=accounts,
        place=place,
        opening=opening,
        width=width,
        start=start,
        count=count,
        listing=listing,
        listing_rings=listing_rings,
        merchant=merchant,
        merchant_rings=merchant_rings,
    )


def _row(
    rng: Generator, number: int, strength: int, shop: int, stock: Catalogue, first_buyer: int
) -> tuple[tuple[int, ...], int]:
    plot = ORDER_PLOTS[number]
    accounts = plot.buyers[strength]
    place = int(rng.integers(0, len(places().codes))) if plot.one_place else -1
    opening = int(rng.integers(plot.hours[0] * HOUR, plot.hours[1] * HOUR))
    buyer = first_buyer if accounts else -1
    row = (
        number,
        strength,
        shop,
        int(stock.first[shop]),
        buyer,
        accounts,
        place,
        min(opening, 24 * HOUR - plot.width[strength]),
        plot.width[strength],
    )
    return row, first_buyer + accounts


def _ring(
    rings: list[Ring], plot: Plot, strength: int, platform: int, shop: int, product: int
) -> Ring:
    code = f"R{len(rings) + 1:05d}"
    degree = STRENGTHS[strength]
    accounts = plot.buyers[strength]
    return Ring(code, plot.name, plot.honest, degree, platform, shop, product, accounts)


def _plant_prices(
    rng: Generator, shops: Shops, stock: Catalogue, rings: list[Ring]
) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """Raise prices before the festival, invent reference prices, clear stock honestly."""
    schemes = (
        Plot(name="price_raised", honest=False),
        Plot(name="false_reference", honest=False),
        Plot(name="clearance", honest=True),
    )
    each = max(3, len(stock.shop) // 400)
    chosen = rng.choice(len(stock.shop), (len(schemes), each), replace=False)
    products: dict[str, Ints] = {}
    of_ring: dict[str, Ints] = {}
    for plot, members in zip(schemes, chosen, strict=True):
        strength = np.arange(each) % 3
        price = stock.price[members]
        if plot.name == "price_raised":
            raised = (price * np.array(RAISED)[strength]).astype(np.int64)
            stock.raised_price[members] = goods.real_ending(raised + 100)
            stock.festival_price[members] = price
            stock.list_price[members] = stock.raised_price[members]
        elif plot.name == "false_reference":
            invented = (price * np.array(FALSE_REFERENCE)[strength]).astype(np.int64)
            stock.list_price[members] = goods.real_ending(invented)
        else:
            stock.list_price[members] = price
            stock.festival_price[members] = np.maximum(190, price // 2)
        products[plot.name] = members
        of_ring[plot.name] = np.arange(len(rings), len(rings) + each)
        for i, product in enumerate(members.tolist()):
            shop = int(stock.shop[product])
            rings.append(_ring(rings, plot, i % 3, int(shops.platform[shop]), shop, product))
    return products, of_ring


def _plant_brands(
    rng: Generator, shops: Shops, rings: list[Ring]
) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """Give some small shops the face of a brand, and some brands many shops of their own."""
    fake, many = Plot(name="lookalike_brand", honest=False), Plot(name="brand_shops", honest=True)
    endings = ("官方旗舰店", "旗舰店", "专卖店", "工厂店", "outlets店", "官方店")
    imitations = ("官方旗靓店", "旗舰店铺", "官方旗舰店（正品）")
    small = np.flatnonzero(shops.owner_kind >= people.SOLE_TRADER)
    heads, sizes = np.unique(
        shops.owner[shops.owner_kind == people.ENTERPRISE], return_counts=True
    )
    brands = heads[np.argsort(-sizes, kind="stable")][: max(3, len(shops.name) // 500)]
    members: dict[str, list[int]] = {fake.name: [], many.name: []}
    of_ring: dict[str, list[int]] = {fake.name: [], many.name: []}
    for i, head in enumerate(brands.tolist()):
        brand = goods.BRANDS[i * 7 % len(goods.BRANDS)] + ("" if i < len(goods.BRANDS) else str(i))
        own = np.flatnonzero(shops.owner == head).tolist()
        imitators = small[rng.integers(0, len(small), 2)].tolist()
        for plot, group in ((many, own), (fake, imitators)):
            platform = int(shops.platform[group[0]])
            rings.append(_ring(rings, plot, i % 3, platform, group[0], -1))
            words = endings if plot.honest else imitations
            for j, shop in enumerate(group):
                if plot.honest or shop not in members[fake.name]:
                    shops.name[shop] = brand + words[(j if plot.honest else i % 3) % len(words)]
                    members[plot.name].append(shop)
                    of_ring[plot.name].append(len(rings) - 1)
    arrays = {name: np.array(found, dtype=np.int64) for name, found in members.items()}
    return arrays, {name: np.array(found, dtype=np.int64) for name, found in of_ring.items()}


def assign(
    rng: Generator, plots: Plots, platform: Ints, day: Ints, amount: float, barred: Flags
) -> Ints:
    """Return for each row the ring that places it, or -1; on a day few rings are at work."""
    luck = rng.random(len(platform))
    turn = rng.integers(0, 3, len(platform))
    ring = np.full(len(platform), -1, dtype=np.int64)
    low = np.zeros(len(platform))
    for number, plot in enumerate(ORDER_PLOTS):
        share = np.zeros(len(people.PLATFORMS))
        for where, part in plot.share.items():
            share[where] = part * amount
        high = low + share[platform]
        rows = np.flatnonzero((luck >= low) & (luck < high) & ~barred)
        where_rows = platform[rows]
        step = (day[rows] * 3 + turn[rows]) % plots.count[number, where_rows]
        ring[rows] = plots.start[number, where_rows] + step
        low = high
    return ring


def strength_of(name: str) -> Strength:
    """Return the strength of that name, or say which there are."""
    for each in STRENGTHS:
        if each == name:
            return each
    raise Invalid("simulate.strength_unknown", name=name, known=STRENGTHS)
