# SPDX-License-Identifier: Apache-2.0
"""Which level keeps a file, which outlets are too near each other, how counties are covered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Dated, Parameter
from shangheng.kernel.registers.concept.kinds import metres_between

DIGITS = {"province": 2, "city": 4, "county": 6}
OUTLET_LEVEL = Parameter(
    name="express.outlet_level",
    zh="末端网点备案的级别",
    en="level that keeps outlets on file",
    unit="reading",
    clause="hunan-2015 (四)",
    question_zh="末端网点在哪一级备案：province、city（市州，湖南文件所定）还是 county？",
    question_en="Which level keeps outlets on file: province, city or county? Hunan prints city",
)
NEAR_METRES = Parameter(
    name="express.near_metres",
    zh="疑似重复网点的距离",
    en="distance within which outlets may be the same",
    unit="m",
    clause="hunan-2015 (四)",
    question_zh="同一品牌的两个网点相距多少米以内须核实是否重复？",
    question_en="Within how many metres may two outlets of one brand be the same?",
)
FILING_DAYS = Parameter(
    name="express.filing_days",
    zh="网点开办后备案的期限",
    en="days to file an outlet after it opened",
    unit="calendar days",
    clause="hunan-2015 (四)",
    question_zh="网点开办后多少日内应当备案？",
    question_en="Within how many days of its opening must an outlet be filed?",
    values=(Dated(date(2018, 5, 1), 20, "快递暂行条例 第十八条"),),
)
COMPETENT = {
    "province": ("省级邮政管理机构", "the provincial postal administration"),
    "interprovincial": ("国务院邮政管理部门", "the State Post Bureau"),
    "international": ("国务院邮政管理部门", "the State Post Bureau"),
}
COMPETENT_BASIS = "邮政法 第五十三条"


def kept_by(region: str, *, on: date, configuration: Configuration) -> tuple[str, str]:
    """Return the division whose administration keeps an outlet on file, and by which rule."""
    level, source = OUTLET_LEVEL.sourced(on, configuration)
    if level not in DIGITS:
        raise Invalid("express.no_such_level", name=OUTLET_LEVEL.name, known=list(DIGITS))
    return region[: DIGITS[level]].ljust(6, "0"), source


@dataclass(frozen=True)
class Near:
    """An outlet on file that may be the one that is being filed, and how far it is, in metres."""

    number: str
    name: str
    metres: int


def near(
    point: tuple[float, float],
    brand: str,
    others: Iterable[tuple[str, Mapping[str, Any]]],
    metres: float,
) -> tuple[Near, ...]:
    """Return the outlets of the same brand within a distance, the nearest first."""
    found = []
    for number, values in others:
        if values["brand"] != brand:
            continue
        there = (float(values["longitude"]), float(values["latitude"]))
        away = metres_between(point, there)
        if away <= metres:
            found.append(Near(number, str(values["name"]), round(away)))
    return tuple(sorted(found, key=lambda each: (each.metres, each.number)))


def days_late(opened_on: date, filed_on: date, *, configuration: Configuration) -> int:
    """Return by how many days an outlet was filed too late; 0 where it was in time."""
    return max(0, (filed_on - opened_on).days - int(FILING_DAYS.on(filed_on, configuration)))


@dataclass(frozen=True)
class Coverage:
    """How far a county is covered: outlets, brands, outlets that serve villages, villages."""

    region: str
    outlets: int
    brands: int
    to_village: int
    villages: int


def coverage(counties: Sequence[str], outlets: Iterable[Mapping[str, Any]]) -> Iterator[Coverage]:
    """Yield the coverage of each county, those without any outlet too."""
    by_county: dict[str, list[Mapping[str, Any]]] = {county: [] for county in counties}
    for each in outlets:
        by_county.setdefault(str(each["region"])[:6], []).append(each)
    for county, found in sorted(by_county.items()):
        yield Coverage(
            county,
            outlets=len(found),
            brands=len({each["brand"] for each in found}),
            to_village=sum(bool(each.get("to_village")) for each in found),
            villages=sum(int(each.get("villages") or 0) for each in found),
        )
