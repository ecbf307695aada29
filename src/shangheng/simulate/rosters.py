# SPDX-License-Identifier: Apache-2.0
"""What is reported beside the orders: rosters of shops, snapshots of offers, a statistic."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from shangheng.simulate import codes, goods, people, rows
from shangheng.simulate.chance import Ints
from shangheng.simulate.places import places
from shangheng.simulate.text import joined, pick, whole, words
from shangheng.simulate.world import World

RETAIL_SERIES = "total-retail-sales"
RETAIL_UNIT = "亿元"
RETAIL_MONTHS_BEFORE = 24
_RETAIL_BASE_YEAR = 2023
_RETAIL_GROWTH = 1.045
# Share of the year's retail sales by month: more in the first and the last months.
_RETAIL_SEASON = (1.02, 0.98, 0.94, 0.91, 0.97, 1.02, 0.94, 0.96, 1.0, 1.09, 1.06, 1.11)

_BLOCK = 50_000
_OPEN = 1 << 30
_ITEM_PRIME = 99_999_999_977


def merchants(world: World) -> tuple[pa.Table, Ints]:
    """Return the rosters of all platforms as of the last day, and the shop of each row."""
    shops, lists = world.shops, world.lists
    days = world.wish.days
    known = shops.opened < days
    n = len(shops.name)
    number = lists.shops
    hosts = words([f"https://{each.code.lower()}.example/shop/" for each in people.PLATFORMS])
    place = words([a + b for a, b in zip(places().cities, places().names, strict=True)])
    street = whole(codes.scramble(np.arange(n), factor=61, shift=7, prime=997) + 1)
    made = rows.table(
        "merchant",
        {
            "platform": pick(lists.platforms, shops.platform),
            "shop": number,
            "shop_name": words(shops.name),
            "shop_url": joined(pick(hosts, shops.platform), number),
            "owner_name": words(shops.owner_name),
            "owner_code": words(shops.owner_code),
            "owner_kind": pick(words(people.OWNER_KINDS), shops.owner_kind),
            "region": pick(lists.places, shops.place),
            "area": pick(rows.AREAS, shops.rural.astype(np.int64)),
            "address": joined(pick(place, shops.place), "商贸路", street, "号"),
            "category": pick(lists.categories, shops.category),
            "opened_on": _dates(world, shops.opened),
            "closed_on": _dates(world, np.where(shops.closed > days, _OPEN, shops.closed)),
            "as_of": pa.repeat(world.calendar.on(days - 1).isoformat(), n),
        },
    )
    return made.filter(pa.array(known)).combine_chunks(), np.flatnonzero(known)


def _dates(world: World, days: Ints) -> pa.Array:
    whole_days = np.datetime64(world.wish.start, "D") + np.where(days >= _OPEN, 0, days)
    return pa.array(whole_days, mask=days >= _OPEN).cast(pa.string())


def snapshot_days(world: World) -> list[int]:
    """Return the days on which offers are looked at: first, last, and around the festival."""
    last, festival = world.wish.days - 1, world.calendar.festival
    days = {0, last // 2, last}
    if festival >= 0:
        days |= {max(0, festival - 12), max(0, festival - 5), max(0, festival - 1), festival}
    return sorted(days)


def listed(world: World) -> Ints:
    """Return the products that are looked at: a third of all, and every planted one."""
    n = len(world.stock.shop)
    chosen = np.arange(n) % 3 == 0
    for members in world.plots.listing.values():
        chosen[members] = True
    return np.flatnonzero(chosen)


def listings(world: World) -> Iterator[tuple[Ints, Ints, pa.Table]]:
    """Yield snapshots in blocks: the products, the days, the rows; by platform, product, day."""
    products = listed(world)
    days = np.array(snapshot_days(world), dtype=np.int64)
    step = max(1, _BLOCK // len(days))
    for first in range(0, len(products), step):
        some = products[first : first + step]
        product, day = np.repeat(some, len(days)), np.tile(days, len(some))
        shop = world.stock.shop[product]
        there = (world.shops.opened[shop] <= day) & (world.shops.closed[shop] > day)
        yield product[there], day[there], _offers(world, product[there], day[there])


def _offers(world: World, product: Ints, day: Ints) -> pa.Table:
    stock, lists = world.stock, world.lists
    shop = stock.shop[product]
    price = stock.price_on(product, day, world.calendar.festival)
    sold = (stock.popularity[product] * (60 + day * 5)).astype(np.int64)
    named = stock.brand[product]
    brand = pick(words(goods.BRANDS), named, named < 0)
    name = pick(lists.products, stock.name[product])
    praise = words([f" {word}" for word in ("包邮", "正品保障", "新款", "产地直发", "限时优惠")])
    return rows.table(
        "listing",
        {
            "platform": pick(lists.platforms, world.shops.platform[shop]),
            "item": whole(item_numbers(product)),
            "shop": pick(lists.shops, shop),
            "title": joined(name, pick(praise, product % 5)),
            "brand": brand,
            "category": pick(lists.categories, stock.category[product]),
            "price": world.writer.money(price),
            "list_price": world.writer.money(np.maximum(price, stock.list_price[product])),
            "currency": pa.repeat("CNY", len(product)),
            "sold_count": whole(sold),
            "comment_count": whole(sold * (20 + product % 40) // 100),
            "as_of": _dates(world, day),
        },
    )


def item_numbers(product: Ints) -> Ints:
    """Return the platform's number of a product."""
    return 600_000_000_000 + codes.scramble(
        product, factor=1_000_003, shift=987_654, prime=_ITEM_PRIME
    )


def series(world: World) -> pa.Table:
    """Return monthly total retail sales of the jurisdiction, as far as published by the end."""
    end = world.calendar.on(world.wish.days - 1)
    months = [_month(world.wish.start, i - RETAIL_MONTHS_BEFORE) for i in range(10_000 // 28)]
    published = [(month, _month(month, 1) + timedelta(days=14)) for month in months]
    known = [pair for pair in published if pair[1] <= end]
    n = len(known)
    return rows.table(
        "series",
        {
            "series": pa.repeat(RETAIL_SERIES, n),
            "region": pa.repeat(world.where.region, n),
            "frequency": pa.repeat("month", n),
            "starts_on": pa.array([month.isoformat() for month, _ in known], pa.string()),
            "value": pa.array([f"{_retail(world, month):.2f}" for month, _ in known], pa.string()),
            "unit": pa.repeat(RETAIL_UNIT, n),
            "publisher": pa.repeat(f"{world.where.zh}统计局", n),
            "released_on": pa.array([on.isoformat() for _, on in known], pa.string()),
        },
    )


def _month(day: date, offset: int) -> date:
    months = day.year * 12 + day.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def _retail(world: World, month: date) -> float:
    yearly = world.where.retail * _RETAIL_GROWTH ** (month.year - _RETAIL_BASE_YEAR)
    return float(yearly / 12 * _RETAIL_SEASON[month.month - 1])
