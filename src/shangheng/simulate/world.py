# SPDX-License-Identifier: Apache-2.0
"""The province before the first order: everything that all chunks of orders share.

Its size follows the number of orders up to a limit, so memory does not grow without end.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from shangheng.simulate import goods, people, planted, rhythm, text
from shangheng.simulate.chance import Flags, Ints
from shangheng.simulate.goods import Catalogue
from shangheng.simulate.people import Buyers, Shops
from shangheng.simulate.places import CAPITALS, Jurisdiction, distances_km, jurisdiction, places
from shangheng.simulate.planted import Plots, Strength
from shangheng.simulate.rhythm import Calendar

SHOPS = (100, 40_000)
ORDERS_PER_SHOP = 40
ORDERS_PER_BUYER = 2.6


class Wish(NamedTuple):
    """What was asked for."""

    jurisdiction: str
    orders: int
    days: int
    seed: int
    start: date
    strength: Strength
    mistakes: float


@dataclass(frozen=True)
class Lists:
    """Words to pick from when rows are written."""

    platforms: text.Texts
    shops: text.Texts
    places: text.Texts
    categories: text.Texts
    customs: text.Texts
    products: text.Texts
    rings: text.Texts
    ring_strengths: text.Texts


@dataclass(frozen=True)
class Shock:
    """A supply shock: on some days the roads into a province are closed; parcels wait."""

    province: str
    first_day: int
    last_day: int
    hours: int
    places: Flags


@dataclass(frozen=True)
class World:
    """The place, the people and the plans."""

    wish: Wish
    where: Jurisdiction
    calendar: Calendar
    shops: Shops
    stock: Catalogue
    buyers: Buyers
    plots: Plots
    distance_km: Ints
    shock: Shock
    writer: text.Writer
    lists: Lists

    @property
    def end(self) -> int:
        """Return the second at which reporting ends; what happens later is not known yet."""
        return self.wish.days * rhythm.DAY

    def random(self, chunk: int) -> Generator:
        """Return the source of chance of a chunk: the same whoever works on it, and when."""
        return default_rng(SeedSequence(self.wish.seed, spawn_key=(1, chunk)))


def found(wish: Wish) -> World:
    """Found the province."""
    where = jurisdiction(wish.jurisdiction)
    rng = default_rng(SeedSequence(wish.seed, spawn_key=(0,)))
    count = int(np.clip(wish.orders // ORDERS_PER_SHOP, *SHOPS))
    shops, mix = people.shops(rng, count, where, wish.days)
    cities = np.array([int(code[:4]) for code in places().codes], dtype=np.int64)
    stock = goods.catalogue(rng, shops.category, cities[shops.place], mix, where.specialities)
    buyers = people.buyers(max(50, int(wish.orders / ORDERS_PER_BUYER)), where)
    plots = planted.lay(rng, shops, stock, wish.orders, buyers.count)
    return World(
        wish=wish,
        where=where,
        calendar=rhythm.calendar(wish.start, wish.days),
        shops=shops,
        stock=stock,
        buyers=buyers,
        plots=plots,
        distance_km=distances_km(where.prefix),
        shock=_shock(rng, where, wish.days),
        writer=text.Writer(wish.start, wish.days),
        lists=Lists(
            platforms=text.words([each.code for each in people.PLATFORMS]),
            shops=text.whole(shops.number),
            places=text.words(places().codes),
            categories=text.words([each.code for each in goods.CATEGORIES]),
            customs=text.words([each.hs for each in goods.CATEGORIES]),
            products=text.words(stock.names),
            rings=text.words([each.code for each in plots.rings]),
            ring_strengths=text.words([each.strength for each in plots.rings]),
        ),
    )


def _shock(rng: Generator, where: Jurisdiction, days: int) -> Shock:
    """Close the roads into one other province, for four days of every simulation."""
    others = [code for code in CAPITALS if code != where.prefix[:2]]
    province = others[int(rng.integers(len(others)))]
    first = int(rng.integers(max(1, days - 3)))
    hit = np.array([code.startswith(province) for code in places().codes], dtype=np.bool_)
    return Shock(province + "0000", first, first + 3, int(rng.integers(40, 90)), hit)
