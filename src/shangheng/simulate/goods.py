# SPDX-License-Identifier: Apache-2.0
"""What is sold: categories (``facts/categories.csv``), product names, every shop's catalogue.

Medians and spreads of prices, weights and return rates are plausible, not measured. Customs codes
are ten-digit lines of the Chinese tariff (edition of 2017). Brands are invented.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.random import Generator

from shangheng.simulate import codes
from shangheng.simulate.chance import Flags, Ints, Reals, happens
from shangheng.simulate.places import Speciality


@dataclass(frozen=True)
class Category:
    """A category: its price (yuan), weight of a piece (10 g), returns and typical nouns."""

    code: str
    median: float
    sigma: float
    weight: int
    returns: float
    hs: str
    nouns: tuple[str, ...]


def _categories() -> Iterator[Category]:
    source = files("shangheng.simulate").joinpath("facts/categories.csv")
    with source.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield Category(
                code=row["code"],
                median=float(row["median_yuan"]),
                sigma=float(row["spread"]),
                weight=int(row["weight_10g"]),
                returns=float(row["return_rate"]),
                hs=row["hs_code"],
                nouns=tuple(row["nouns"].split()),
            )


CATEGORIES: tuple[Category, ...] = tuple(_categories())

INDEX = {each.code: i for i, each in enumerate(CATEGORIES)}
SERVICES = tuple(
    INDEX[code] for code in ("travel", "catering", "education", "local_service", "digital_goods")
)
AGRICULTURAL = (INDEX["fresh"], INDEX["agri_processed"])
_UNPACKED = {INDEX["fresh"], INDEX["jewellery"], INDEX["textile"], *SERVICES}

# Kind of platform → weight of categories sold there.
MIXES: dict[str, dict[str, float]] = {
    "general": {
        "food": 10, "fresh": 4, "agri_processed": 6, "apparel": 20, "home": 12, "appliance": 7,
        "electronics": 10, "beauty": 8, "mother_baby": 5, "books": 3, "health": 3, "auto": 3,
        "building": 2, "jewellery": 1, "sports": 4, "travel": 2, "catering": 3, "education": 1,
        "local_service": 2, "digital_goods": 4, "other": 3,
    },
    "live": {"apparel": 30, "beauty": 18, "food": 14, "agri_processed": 8, "fresh": 6, "home": 10,
             "jewellery": 6, "mother_baby": 4, "catering": 3, "travel": 1},
    "fresh": {"fresh": 60, "agri_processed": 22, "food": 18},
    "b2b": {"industrial": 34, "chemical": 18, "textile": 22, "building": 14, "electronics": 6,
            "agri_processed": 6},
    "cross": {"beauty": 24, "mother_baby": 20, "health": 16, "food": 8, "apparel": 16,
              "electronics": 10, "home": 6},
    "group": {"food": 20, "fresh": 20, "agri_processed": 16, "home": 18, "apparel": 18,
              "other": 8},
}  # fmt: skip

BRANDS = tuple(
    a + b for a in "禾锦瑞安云泽清和嘉福" for b in ("润", "桥", "田", "悦", "川", "舍")
)  # fmt: skip
CHEAPEST = 190
"""No price is below 1.90 yuan, in cents."""
_MIDDLE, _LARGE = 2_000, 20_000
_SPECS = ("", "（升级款）", "（家庭装）", "（礼盒装）", "（2件装）")


@dataclass(frozen=True)
class Catalogue:
    """Every product of every shop as parallel columns; prices in cents."""

    shop: Ints
    category: Ints
    name: Ints
    brand: Ints
    """Index into ``BRANDS``; -1 = none."""
    price: Ints
    festival_price: Ints
    raised_price: Ints
    """What it costs in the weeks before the festival; equals ``price`` unless it is raised."""
    list_price: Ints
    gtin: Ints
    """0 where the goods have none."""
    popularity: Reals
    names: tuple[str, ...]
    first: Ints
    """Index of each shop's first product; one more entry than there are shops."""

    def price_on(self, products: Ints, days: Ints, festival: int) -> Ints:
        """Return the price in cents of the products on the days (indices of the calendar)."""
        if festival < 0:
            return self.price[products]
        before = (days >= festival - 12) & (days < festival)
        price = np.where(before, self.raised_price[products], self.price[products])
        return np.where(days == festival, self.festival_price[products], price)


def real_ending(cents: Ints) -> Ints:
    """Return prices as shops write them: 9.9, 39, 59.9, 199, 1,299."""
    small = cents // 100 * 100 + 90
    middle = cents // 1_000 * 1_000 + np.where(cents % 3 == 0, 990, 900)
    large = cents // 10_000 * 10_000 + 9_900
    chosen = np.where(cents < _MIDDLE, small, np.where(cents < _LARGE, middle, large))
    return np.maximum(chosen, CHEAPEST)


@dataclass(frozen=True)
class Names:
    """All product names, the brand in each (-1 = none), and the names of each category."""

    texts: tuple[str, ...]
    brand: Ints
    by_category: tuple[Ints, ...]


def _names(specialities: tuple[Speciality, ...]) -> Names:
    """Combine brands, nouns and sizes; specialities have no brand."""
    names: list[str] = []
    brands: list[int] = []
    by_category: list[Ints] = []
    for number, category in enumerate(CATEGORIES):
        first = len(names)
        service = number in SERVICES
        for i, noun in enumerate(category.nouns):
            for j, spec in enumerate(_SPECS[:1] if service else _SPECS):
                chosen = [(i * 7 + j * 11 + k) % len(BRANDS) for k in range(4)]
                brands.extend(chosen)
                names.extend(f"{BRANDS[brand]}{noun}{spec}" for brand in chosen)
        by_category.append(np.arange(first, len(names), dtype=np.int64))
    names.extend(each.name for each in specialities)
    brands.extend([-1] * len(specialities))
    return Names(tuple(names), np.array(brands, dtype=np.int64), tuple(by_category))


def catalogue(
    rng: Generator,
    shop_category: Ints,
    shop_city: Ints,
    mix: Ints,
    specialities: tuple[Speciality, ...],
) -> Catalogue:
    """Give every shop its products.

    ``mix`` is a category drawn for each shop from its platform's mix: three in ten products come
    from it, the others from the shop's own. ``shop_city`` holds four-digit city codes.
    """
    many = np.minimum(12, 1 + rng.geometric(0.32, len(shop_category)))
    first = np.concatenate(([0], np.cumsum(many)))
    shop = np.repeat(np.arange(len(shop_category), dtype=np.int64), many)
    n = len(shop)
    category = np.where(happens(rng.random(n), 0.7), shop_category[shop], mix[shop])
    names = _names(specialities)
    name = np.zeros(n, dtype=np.int64)
    for number, candidates in enumerate(names.by_category):
        chosen = np.flatnonzero(category == number)
        name[chosen] = candidates[rng.integers(0, len(candidates), len(chosen))]
    medians = np.array([each.median for each in CATEGORIES])
    sigmas = np.array([each.sigma for each in CATEGORIES])
    yuan = medians[category] * np.exp(sigmas[category] * rng.standard_normal(n))
    price = real_ending(np.minimum(yuan * 100, 2_000_000).astype(np.int64))
    _specialise(rng, specialities, shop_city[shop], category, name, price, len(names.texts))
    off = np.where(happens(rng.random(n), 0.6), rng.uniform(0.7, 0.92, n), 1.0)
    festival = np.where(off < 1, real_ending((price * off).astype(np.int64)), price)
    packed = ~np.isin(category, list(_UNPACKED)) & happens(rng.random(n), 0.6)
    bodies = 690_000_000_000 + codes.scramble(
        np.arange(n, dtype=np.int64), factor=7_368_787, shift=4_211, prime=9_999_999_967
    )
    return Catalogue(
        shop=shop,
        category=category,
        name=name,
        brand=names.brand[name],
        price=price,
        festival_price=np.minimum(festival, price),
        raised_price=price.copy(),
        list_price=np.maximum(
            price, real_ending((price * rng.uniform(1.1, 1.6, n)).astype(np.int64))
        ),
        gtin=np.where(packed, codes.gtin13(bodies), 0),
        popularity=rng.pareto(1.2, n) + 0.2,
        names=names.texts,
        first=first.astype(np.int64),
    )


def _specialise(
    rng: Generator,
    specialities: tuple[Speciality, ...],
    city: Ints,
    category: Ints,
    name: Ints,
    price: Ints,
    names: int,
) -> None:
    """Turn four in ten products of a speciality's city and category into the speciality."""
    luck = rng.random(len(city))
    start = names - len(specialities)
    for i, each in enumerate(specialities):
        fits: Flags = (city == int(each.city)) & (category == INDEX[each.category])
        chosen = np.flatnonzero(fits & (luck >= 0.2 * (i % 3)) & (luck < 0.2 * (i % 3) + 0.4))
        name[chosen] = start + i
        cents = np.round(each.price * 100 * rng.uniform(0.85, 1.2, len(chosen)))
        price[chosen] = real_ending(cents.astype(np.int64))


def weights() -> Ints:
    """Return the weight of one piece by category, in units of 10 g."""
    return np.array([each.weight for each in CATEGORIES], dtype=np.int64)


def return_rates() -> Reals:
    """Return the share of orders by category that come back."""
    return np.array([each.returns for each in CATEGORIES])
