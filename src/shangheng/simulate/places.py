# SPDX-License-Identifier: Apache-2.0
"""Where it happens: counties of the four provinces, big cities elsewhere, and how far apart.

``facts/places.csv`` holds GB/T 2260 county codes (list of 2023), the county's economy (its share
of the city's gross domestic product of 2023, 亿元, rounded, zero outside the four provinces)
and population (万人, its share of the public figure of 2024). Retail totals are the rounded
published figures of 2023.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from shangheng.kernel.errors import Invalid
from shangheng.simulate.chance import Ints, Reals

NO_PLACE = -1
"""The index that stands for "abroad or unknown"; written as an empty cell."""

# Province code → longitude, latitude of its capital, degrees.
CAPITALS: dict[str, tuple[float, float]] = {
    "11": (116.4, 39.9), "12": (117.2, 39.1), "13": (114.5, 38.0), "14": (112.5, 37.9),
    "15": (111.7, 40.8), "21": (123.4, 41.8), "22": (125.3, 43.9), "23": (126.6, 45.8),
    "31": (121.5, 31.2), "32": (118.8, 32.1), "33": (120.2, 30.3), "34": (117.3, 31.9),
    "35": (119.3, 26.1), "36": (115.9, 28.7), "37": (117.0, 36.7), "41": (113.7, 34.8),
    "42": (114.3, 30.6), "43": (113.0, 28.2), "44": (113.3, 23.1), "45": (108.3, 22.8),
    "46": (110.3, 20.0), "50": (106.5, 29.5), "51": (104.1, 30.7), "52": (106.7, 26.6),
    "53": (102.7, 25.0), "54": (91.1, 29.7), "61": (108.9, 34.3), "62": (103.8, 36.1),
    "63": (101.8, 36.6), "64": (106.3, 38.5), "65": (87.6, 43.8),
}  # fmt: skip

# Share of people who live in the countryside, by the last character of a county's name.
RURAL_SHARE = {"区": 0.10, "市": 0.35}
RURAL_SHARE_COUNTY = 0.5


@dataclass(frozen=True)
class Speciality:
    """A product a city is known for: the city, its name, category and price in yuan."""

    city: str
    name: str
    category: str
    price: float


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A province or city whose shops are simulated."""

    name: str
    zh: str
    prefix: str
    region: str
    retail: float
    """Yearly total retail sales, 亿元."""
    specialities: tuple[Speciality, ...]


JURISDICTIONS: dict[str, Jurisdiction] = {
    each.name: each
    for each in (
        Jurisdiction(
            name="jiangsu",
            zh="江苏省",
            prefix="32",
            region="320000",
            retail=45547.5,
            specialities=(
                Speciality("3205", "阳澄湖大闸蟹礼盒", "fresh", 268),
                Speciality("3205", "碧螺春绿茶125g", "agri_processed", 168),
                Speciality("3205", "真丝围巾", "apparel", 199),
                Speciality("3206", "南通家纺四件套", "home", 239),
                Speciality("3208", "盱眙小龙虾尾500g", "fresh", 59.9),
                Speciality("3201", "南京盐水鸭1kg", "food", 49.9),
                Speciality("3210", "高邮咸鸭蛋20枚", "agri_processed", 45.8),
                Speciality("3209", "射阳大米5kg", "agri_processed", 59.9),
                Speciality("3202", "宜兴紫砂壶", "home", 358),
                Speciality("3203", "丰县红富士苹果5斤", "fresh", 39.9),
                Speciality("3211", "镇江香醋500ml", "food", 19.9),
                Speciality("3207", "东海水晶手串", "jewellery", 129),
            ),
        ),
        Jurisdiction(
            name="ganzhou",
            zh="赣州市",
            prefix="3607",
            region="360700",
            retail=2170.0,
            specialities=(
                Speciality("3607", "赣南脐橙10斤", "fresh", 59.9),
                Speciality("3607", "赣南脐橙5斤", "fresh", 35.8),
                Speciality("3607", "南康实木床", "home", 1899),
                Speciality("3607", "南康实木餐桌", "home", 1299),
                Speciality("3607", "崇义南酸枣糕500g", "agri_processed", 29.9),
                Speciality("3607", "宁都黄鸡1只", "fresh", 88),
                Speciality("3607", "赣南茶油1L", "agri_processed", 118),
            ),
        ),
        Jurisdiction(
            name="hunan",
            zh="湖南省",
            prefix="43",
            region="430000",
            retail=20203.3,
            specialities=(
                Speciality("4309", "安化黑茶1kg", "agri_processed", 158),
                Speciality("4301", "浏阳豆豉500g", "food", 19.9),
                Speciality("4303", "湘潭槟榔芋粉", "agri_processed", 25.8),
                Speciality("4312", "靖州杨梅3斤", "fresh", 79),
                Speciality("4305", "邵阳猪血丸子", "food", 36.8),
                Speciality("4302", "醴陵釉下五彩瓷杯", "home", 99),
                Speciality("4331", "湘西腊肉1kg", "agri_processed", 89),
                Speciality("4310", "永兴冰糖橙8斤", "fresh", 45.9),
            ),
        ),
        Jurisdiction(
            name="qinghai",
            zh="青海省",
            prefix="63",
            region="630000",
            retail=990.0,
            specialities=(
                Speciality("6328", "柴达木枸杞500g", "agri_processed", 68),
                Speciality("6328", "黑枸杞250g", "agri_processed", 128),
                Speciality("6327", "玉树牦牛肉1kg", "fresh", 136),
                Speciality("6301", "牦牛肉干250g", "agri_processed", 59.9),
                Speciality("6302", "循化线椒辣酱", "food", 22.8),
                Speciality("6325", "藏毯手工挂毯", "home", 680),
                Speciality("6323", "尖扎青稞酒500ml", "food", 88),
            ),
        ),
    )
}


@dataclass(frozen=True)
class Places:
    """All places as parallel columns; an index into them is "a place"."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    cities: tuple[str, ...]
    economy: Reals
    population: Reals
    rural_share: Reals

    def within(self, prefix: str) -> Ints:
        """Return the places whose code starts with the prefix."""
        found = [i for i, code in enumerate(self.codes) if code.startswith(prefix)]
        return np.array(found, dtype=np.int64)

    def city_of(self) -> tuple[list[str], Ints]:
        """Return the city codes (six digits) and, for each place, which of them it lies in."""
        codes = sorted({code[:4] + "00" for code in self.codes})
        index = {code: i for i, code in enumerate(codes)}
        return codes, np.array([index[code[:4] + "00"] for code in self.codes], dtype=np.int64)


def jurisdiction(name: str) -> Jurisdiction:
    """Return the place to simulate, or say which there are."""
    if name not in JURISDICTIONS:
        raise Invalid("simulate.jurisdiction_unknown", name=name, known=sorted(JURISDICTIONS))
    return JURISDICTIONS[name]


@cache
def places() -> Places:
    """Return the places of ``facts/places.csv``."""
    source = files("shangheng.simulate").joinpath("facts/places.csv")
    with source.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return Places(
        codes=tuple(row["code"] for row in rows),
        names=tuple(row["name"] for row in rows),
        cities=tuple(row["city"] for row in rows),
        economy=np.array([float(row["economy"]) for row in rows]),
        population=np.array([float(row["population"]) for row in rows]),
        rural_share=np.array([_rural_share(row["name"]) for row in rows]),
    )


def _rural_share(name: str) -> float:
    return RURAL_SHARE.get(name[-1], RURAL_SHARE_COUNTY)


def distances_km(origin: str) -> Ints:
    """Return the rough distance of every place from the capital of the origin's province, km.

    Within the province 120 km; a degree is taken as 100 km, which is good enough for a parcel.
    """
    here = CAPITALS[origin[:2]]
    table = {
        code: round(100 * float(np.hypot(here[0] - lon, here[1] - lat))) + 120
        for code, (lon, lat) in CAPITALS.items()
    }
    return np.array([table[code[:2]] for code in places().codes], dtype=np.int64)
