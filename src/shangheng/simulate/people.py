# SPDX-License-Identifier: Apache-2.0
"""Who trades: platforms, the owners behind shops, shops of power-law sizes, buyers.

Platforms, people and companies are invented; their codes have valid check characters. Buyers
need no memory: number, address and countryside follow from the buyer's index (see ``codes.mix``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shangheng.simulate import codes, goods
from shangheng.simulate.chance import Flags, Ints, Reals, happens, slots
from shangheng.simulate.places import Jurisdiction, places

SLOTS = 1 << 16


@dataclass(frozen=True)
class Platform:
    """A reporter of orders: code, name, kind, share of orders and of shops."""

    code: str
    zh: str
    kind: str
    orders: float
    shops: float


PLATFORMS: tuple[Platform, ...] = (
    Platform("P01", "万集网", "general", 0.33, 0.34),
    Platform("P02", "购百汇", "general", 0.21, 0.20),
    Platform("P03", "乐播直播", "live", 0.16, 0.14),
    Platform("P04", "鲜到家", "fresh", 0.08, 0.08),
    Platform("P05", "采联工业", "b2b", 0.05, 0.08),
    Platform("P06", "通海优选", "cross", 0.05, 0.05),
    Platform("P07", "惠选商城", "general", 0.06, 0.06),
    Platform("P08", "拼邻团购", "group", 0.06, 0.05),
)
KINDS = tuple(each.kind for each in PLATFORMS)
LIVE, FRESH, B2B, CROSS, UNDER, GROUP = range(2, 8)
"""Platforms by what is special about them; ``UNDER`` reports fewer orders than it has."""

OWNER_KINDS = ("enterprise", "sole_trader", "cooperative", "person")
ENTERPRISE, SOLE_TRADER, COOPERATIVE, PERSON = range(4)

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰志华建国秀梅"
_WORDS = "恒瑞达盛鑫宏博远泰丰源兴隆华美佳诚信通润泽凯腾旺顺康宁益民嘉禾锦程"
_INDUSTRIES = ("电子商务", "贸易", "科技", "商贸", "供应链管理", "食品", "服饰", "家居用品")
_SHOP_ENDINGS = {
    ENTERPRISE: ("旗舰店", "专营店", "专卖店", "官方旗舰店", "工厂店", "企业店"),
    SOLE_TRADER: ("商行", "小店", "优品", "批发", "精品店"),
    COOPERATIVE: ("合作社直营", "产地直发", "农场"),
    PERSON: ("的小铺", "家的店", "杂货铺", "手作", "自家果园"),
}


@dataclass(frozen=True)
class Shops:
    """Every shop as parallel columns; days are counted from the first simulated day."""

    platform: Ints
    number: Ints
    """The platform's own number of the shop."""
    name: list[str]
    owner: Ints
    owner_kind: Ints
    owner_name: list[str]
    owner_code: list[str]
    place: Ints
    rural: Flags
    category: Ints
    opened: Ints
    closed: Ints
    """A day far ahead where the shop is open."""
    slots: Ints
    """For each platform a table of shops to draw from, by size."""
    evergreen: Ints
    """For each platform a shop that is open all the time."""


def shops(rng: Generator, count: int, where: Jurisdiction, days: int) -> tuple[Shops, Ints]:
    """Found the shops; also return, for each, a second category drawn from its platform's mix."""
    share = np.array([each.shops for each in PLATFORMS])
    platform = slots(share, count)
    category, mix = _categories(rng, platform), _categories(rng, platform)
    kind = _owner_kinds(rng, platform, category)
    place, rural = _settle(rng, where, category, kind)
    owner = _owners(rng, kind)
    place, rural, kind = place[owner], rural[owner], kind[owner]
    opened = -(rng.gamma(1.4, 600, count)).astype(np.int64) - 1
    born = happens(rng.random(count), 0.04)
    opened = np.where(born, rng.integers(0, max(1, days), count), opened)
    closed = np.where(happens(rng.random(count), 0.02), rng.integers(1, days + 1, count), 1 << 30)
    closed = np.where(closed <= opened + 1, 1 << 30, closed)
    size = np.minimum(rng.pareto(1.1, count) + 0.05, 60.0)
    firsts = np.searchsorted(platform, np.arange(len(PLATFORMS)))
    opened[firsts], closed[firsts], size[firsts] = -900, 1 << 30, 20.0
    owner_name, owner_code = _identities(rng, kind, place, owner)
    made = Shops(
        platform=platform,
        number=10_000_000
        + codes.scramble(
            np.arange(count, dtype=np.int64), factor=48_271, shift=77, prime=9_999_991
        ),
        name=_shop_names(rng, kind, category),
        owner=owner,
        owner_kind=kind,
        owner_name=owner_name,
        owner_code=owner_code,
        place=place,
        rural=rural,
        category=category,
        opened=opened,
        closed=closed,
        slots=_slot_table(platform, size),
        evergreen=firsts.astype(np.int64),
    )
    return made, mix


def _slot_table(platform: Ints, size: Reals) -> Ints:
    rows = []
    for number in range(len(PLATFORMS)):
        members = np.flatnonzero(platform == number)
        rows.append(members[slots(size[members], SLOTS)])
    return np.stack(rows)


def _categories(rng: Generator, platform: Ints) -> Ints:
    chosen = np.zeros(len(platform), dtype=np.int64)
    for number, each in enumerate(PLATFORMS):
        mix = goods.MIXES[each.kind]
        table = np.array([goods.INDEX[code] for code in mix], dtype=np.int64)
        weights = np.array(list(mix.values()), dtype=np.float64)
        members = np.flatnonzero(platform == number)
        chosen[members] = rng.choice(table, len(members), p=weights / weights.sum())
    return chosen


def _owner_kinds(rng: Generator, platform: Ints, category: Ints) -> Ints:
    luck = rng.random(len(platform))
    kind = np.select(
        [happens(luck, 0.45), happens(luck, 0.78), happens(luck, 0.82)],
        [ENTERPRISE, SOLE_TRADER, COOPERATIVE],
        PERSON,
    )
    agricultural = np.isin(category, goods.AGRICULTURAL)
    kind = np.where(agricultural & happens(luck, 0.85) & ~happens(luck, 0.55), COOPERATIVE, kind)
    kind = np.where(~agricultural & (kind == COOPERATIVE), SOLE_TRADER, kind)
    professional = np.isin(platform, (B2B, CROSS))
    return np.where(professional & (kind >= COOPERATIVE), ENTERPRISE, kind).astype(np.int64)


def _settle(rng: Generator, where: Jurisdiction, category: Ints, kind: Ints) -> tuple[Ints, Flags]:
    """Place owners by the economy of counties; farmers by the countryside's population."""
    all_places = places()
    within = all_places.within(where.prefix)
    economy = all_places.economy[within]
    farming = all_places.population[within] * all_places.rural_share[within]
    n = len(category)
    by_economy = within[rng.choice(len(within), n, p=economy / economy.sum())]
    by_farming = within[rng.choice(len(within), n, p=farming / farming.sum())]
    agricultural = np.isin(category, goods.AGRICULTURAL)
    place = np.where(agricultural & happens(rng.random(n), 0.7), by_farming, by_economy)
    chance = all_places.rural_share[place] + 0.3 * agricultural + 0.5 * (kind == COOPERATIVE)
    return place, rng.random(n) < chance


def _owners(rng: Generator, kind: Ints) -> Ints:
    """Let one in six shops belong to the enterprise of another shop."""
    n = len(kind)
    own = np.arange(n, dtype=np.int64)
    enterprises = np.flatnonzero(kind == ENTERPRISE)
    chain = (kind == ENTERPRISE) & happens(rng.random(n), 0.3)
    heads = enterprises[(rng.random(n) ** 2 * len(enterprises)).astype(np.int64)]
    head_is_own = ~chain[heads]
    return np.where(chain & head_is_own, heads, own)


def _identities(
    rng: Generator, kind: Ints, place: Ints, owner: Ints
) -> tuple[list[str], list[str]]:
    """Return name and code of the owner of each shop; persons have no code."""
    all_places = places()
    luck = rng.integers(0, 1 << 30, (len(kind), 4)).tolist()
    names: dict[int, str] = {}
    registered: dict[int, str] = {}
    kinds, where = kind.tolist(), place.tolist()
    for i in np.unique(owner).tolist():
        what, at = kinds[i], where[i]
        names[i] = _owner_name(what, all_places.cities[at], all_places.names[at], luck[i])
        serial = i * 17 % 1_000_000
        registered[i] = (
            ""
            if what == PERSON
            else codes.credit_code(
                codes.DEPARTMENTS[OWNER_KINDS[what]], all_places.codes[at], serial
            )
        )
    owners = owner.tolist()
    return [names[i] for i in owners], [registered[i] for i in owners]


def _owner_name(kind: int, city: str, county: str, draw: list[int]) -> str:
    first, second = _WORDS[draw[0] % len(_WORDS)], _WORDS[draw[1] % len(_WORDS)]
    if kind == ENTERPRISE:
        place = city.removesuffix("市")
        brackets = draw[3] % 9 == 0
        head = f"{first}{second}（{place}）" if brackets else f"{place}{first}{second}"
        return f"{head}{_INDUSTRIES[draw[2] % len(_INDUSTRIES)]}有限公司"
    if kind == SOLE_TRADER:
        return f"{county}{first}{second}商行（个体工商户）"
    if kind == COOPERATIVE:
        return f"{county}{first}{second}农产品专业合作社"
    return (
        _SURNAMES[draw[0] % len(_SURNAMES)]
        + _GIVEN[draw[1] % len(_GIVEN)]
        + ("" if draw[3] % 3 == 0 else _GIVEN[draw[2] % len(_GIVEN)])
    )


def _shop_names(rng: Generator, kind: Ints, category: Ints) -> list[str]:
    luck = rng.integers(0, 1 << 30, (len(kind), 4)).tolist()
    names = []
    for what, sort, draw in zip(kind.tolist(), category.tolist(), luck, strict=True):
        nouns, endings = goods.CATEGORIES[sort].nouns, _SHOP_ENDINGS[what]
        word = _WORDS[draw[0] % len(_WORDS)] + _WORDS[draw[1] % len(_WORDS)]
        noun = nouns[draw[2] % len(nouns)] if draw[3] % 2 else ""
        names.append(f"{word}{noun}{endings[draw[3] // 2 % len(endings)]}")
    return names


@dataclass(frozen=True)
class Buyers:
    """Where buyers live: tables to look a mixed number up in."""

    count: int
    place: Ints
    rural_of_256: Ints

    def of(self, buyer: Ints) -> tuple[Ints, Flags, Flags]:
        """Return place, whether in the countryside, and whether in a village."""
        mixed = codes.mix(buyer)
        place = self.place[(mixed & np.uint64(SLOTS - 1)).astype(np.int64)]
        luck = ((mixed >> np.uint64(16)) & np.uint64(255)).astype(np.int64)
        rural = luck < self.rural_of_256[place]
        village = rural & (((mixed >> np.uint64(24)) & np.uint64(255)) < np.uint64(120))
        return place, rural, village


def buyers(count: int, where: Jurisdiction) -> Buyers:
    """Settle buyers by population; three in ten live in the shops' own province."""
    all_places = places()
    weights = all_places.population.copy()
    home = all_places.within(where.prefix[:2])
    weights[home] *= 0.3 / 0.7 * (weights.sum() - weights[home].sum()) / weights[home].sum()
    rural = np.round(all_places.rural_share * 256).astype(np.int64)
    return Buyers(count, slots(weights, SLOTS), rural)


def phone(buyer: Ints) -> Ints:
    """Return the buyer's number; it begins with 12, which no network assigns to people."""
    return 12_000_000_000 + codes.scramble(
        buyer, factor=387_420_489, shift=123_457, prime=999_999_937
    )
