# SPDX-License-Identifier: Apache-2.0
"""Reading the place out of a free-text address. Pure, and never a silent guess.

An address is read from its front: province, city, county, township, each of them optional. What is
found under a place named before it is sure; a name that stands alone is believed only when one
place in the country has it, and less when it is short. Below ``BELIEVED`` nothing is claimed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from shangheng.kernel.regions import concept
from shangheng.kernel.regions.concept import Reading

BELIEVED = Decimal("0.60")
_SURE, _SURE_SHORT = Decimal("0.99"), Decimal("0.93")
_ALONE, _ALONE_SHORT = Decimal("0.90"), Decimal("0.75")
_BROAD, _BROAD_SHORT = Decimal("0.95"), Decimal("0.85")
_FORMER, _SKIPPED = Decimal("0.05"), Decimal("0.15")
_NOTHING = Decimal(0)
_SKIP_AT_MOST = 10
_NAME_AT_MOST = 16

_FRONT = re.compile(r"[\s,，、。;；:：\-—_/\\|·()（）\[\]【】\d]*(?:中华人民共和国|中国)?")
_GAP = re.compile(r"[,，、\-—/|·省市]*")
_BLANK = re.compile(r"\s+")
# A short name before one of these names a street or a building, not the place (北京西路).
_STREET = re.compile(
    r"[东南西北中一二三]?(?:路|街|大道|道|巷|弄|桥|寺|广场|大厦|大楼|花园|小区|大学|学院|学校|中学|"
    r"公园|新村|镇|乡|村)"
)
_TOWNSHIP = re.compile(r"街道办事处|街道|镇|乡|苏木")
_TOWNSHIP_WITHIN = 14

Hits = tuple[str, ...]


class Names:
    """The names that may stand next in an address, with the codes that bear them."""

    def __init__(self) -> None:
        """Start empty."""
        self._codes: dict[str, dict[str, None]] = {}
        self._longest = 0

    def add(self, name: str, code: str) -> None:
        """Let a name stand for a code, beside others that it may stand for."""
        self._codes.setdefault(name, {})[code] = None
        self._longest = min(max(self._longest, len(name)), _NAME_AT_MOST)

    def codes(self, name: str) -> Hits:
        """Return the codes that bear the name."""
        return tuple(self._codes.get(name, ()))

    def at(self, text: str, position: int, *, short: bool = False) -> tuple[str, Hits]:
        """Return the longest name that stands at a position; an empty name when none does."""
        for length in range(min(self._longest, len(text) - position), 1, -1):
            name = text[position : position + length]
            if name in self._codes:
                if short and _STREET.match(text, position + length):
                    continue
                return name, tuple(self._codes[name])
        return "", ()


class _Shelf:
    """Full and short names kept apart, since they are believed differently."""

    def __init__(self) -> None:
        self.full, self.short = Names(), Names()

    def add(self, name: str, code: str) -> None:
        self.full.add(name, code)
        for form in concept.short_names(name):
            self.short.add(form, code)

    def at(self, text: str, position: int) -> tuple[str, Hits, bool]:
        name, hits = self.full.at(text, position)
        if hits:
            return name, hits, False
        name, hits = self.short.at(text, position, short=True)
        return name, hits, True


class AddressReader:
    """Knows the names of the country and reads addresses with them."""

    def __init__(
        self,
        regions: Mapping[str, str],
        former: Iterable[tuple[str, str]],
        townships_of: Callable[[str], Iterable[tuple[str, str]]],
    ) -> None:
        """Take today's regions, former names with today's codes, and the townships by county."""
        self._provinces, self._cities, self._counties = _Shelf(), _Shelf(), _Shelf()
        self._within: dict[str, _Shelf] = {}
        self._former: dict[str, Names] = {}
        self._townships_of = townships_of
        self._townships: dict[str, dict[str, str]] = {}
        for code, name in regions.items():
            self._learn(code, name, regions)
        for name, code in former:
            for prefix in ("", code[:2], code[:4]):
                self._former.setdefault(prefix, Names()).add(name, code)

    def _learn(self, code: str, name: str, regions: Mapping[str, str]) -> None:
        if concept.is_grouping(code):
            return
        level = concept.level_of(code)
        if level == "province":
            self._provinces.add(name, code)
        elif level == "city":
            self._cities.add(name, code)
            self._shelf(code[:2]).add(name, code)
        elif level == "county":
            self._counties.add(name, code)
            self._shelf(code[:2]).add(name, code)
            self._shelf(code[:4]).add(name, code)
            city = concept.stem_of(regions.get(code[:4] + "00", ""))
            if city and name.startswith(city) and len(name) > len(city) + 2:
                self._shelf(code[:4]).full.add(name[len(city) :], code)

    def _shelf(self, prefix: str) -> _Shelf:
        return self._within.setdefault(prefix, _Shelf())

    def read(self, text: str) -> Reading:
        """Return the place an address names, how surely, and what else it could be."""
        clean = _BLANK.sub("", text)
        front = _FRONT.match(clean)
        start = front.end() if front else 0
        name, hits, short = self._provinces.at(clean, start)
        if hits and not (short and self._is_longer(clean, start, name)):
            return self._below_province(clean, start, start + len(name), hits[0], name)
        return self._alone(clean, start)

    def _is_longer(self, text: str, start: int, province: str) -> bool:
        """Tell whether the short name of a province only begins a full one (河北区, 吉林市)."""
        shelves = (self._cities, self._counties)
        return any(len(shelf.full.at(text, start)[0]) > len(province) for shelf in shelves)

    def _below_province(
        self, text: str, start: int, end: int, province: str, said: str
    ) -> Reading:
        known = province[:2]
        position = end
        twice = _skip(text, end)
        if known in concept.MUNICIPALITIES and text.startswith(concept.stem_of(said), twice):
            position = twice + len(concept.stem_of(said))
        found = self._next(text, start, position, known)
        if found:
            return found
        broad = _BROAD if said.endswith(("省", "市", "区")) else _BROAD_SHORT
        inside = self._further(text, start, position, known)
        return inside or Reading(province, broad, text[start:end])

    def _next(self, text: str, start: int, position: int, known: str) -> Reading | None:
        """Read the name that stands here, or after a comma or a repeated 市 (not 市中区)."""
        found = self._here(text, start, position, known)
        after = _skip(text, position)
        return found or (self._here(text, start, after, known) if after > position else None)

    def _here(self, text: str, start: int, position: int, known: str) -> Reading | None:
        """Read a city or a county that stands at the position, under what is known already."""
        shelf = self._within.get(known)
        name, hits, short = shelf.at(text, position) if shelf else ("", (), False)
        if not hits:
            return self._by_former_name(text, start, position, known)
        if len(hits) > 1:
            hits = _outermost(hits)
        end = position + len(name)
        if len(hits) > 1:
            return _undecided(text[start:end], hits)
        code = hits[0]
        if concept.level_of(code) == "city":
            return self._below_city(text, start, end, code, short=short)
        return self._county(text, start, end, code, _SURE_SHORT if short else _SURE)

    def _below_city(self, text: str, start: int, end: int, city: str, *, short: bool) -> Reading:
        known = city[:4]
        found = self._next(text, start, end, known) or self._further(text, start, end, known)
        if found:
            return found
        return self._county(text, start, end, city, _BROAD_SHORT if short else _BROAD)

    def _further(self, text: str, start: int, position: int, known: str) -> Reading | None:
        """Look a little further on for a county's full name (深圳市高新园南山区 …)."""
        shelf = self._within.get(known)
        if shelf is None:
            return None
        for ahead in range(position + 1, min(position + _SKIP_AT_MOST, len(text))):
            name, hits = shelf.full.at(text, ahead)
            if len(hits) == 1 and len(name) > 2 and concept.level_of(hits[0]) == "county":  # noqa: PLR2004
                sure = _SURE - _SKIPPED
                return self._county(text, start, ahead + len(name), hits[0], sure)
        return None

    def _by_former_name(self, text: str, start: int, position: int, known: str) -> Reading | None:
        names = self._former.get(known)
        if names is None:
            return None
        name, hits = names.at(text, position)
        if not hits:
            return None
        sure, end = (_SURE if known else _ALONE) - _FORMER, position + len(name)
        readings = [self._county(text, start, end, code, sure) for code in hits]
        if len(hits) > 1:  # a divided county: only the township tells which part
            readings = [r for r in readings if r.code not in hits]
        return readings[0] if len(readings) == 1 else _undecided(text[start:end], hits)

    def _alone(self, text: str, start: int) -> Reading:
        """Read an address that begins below the province."""
        name, hits, short = self._cities.at(text, start)
        county, counties, county_short = self._counties.at(text, start)
        if len(hits) == 1 and not (len(county) > len(name) and not county_short):
            return self._below_city(text, start, start + len(name), hits[0], short=short)
        if not counties:
            former = self._by_former_name(text, start, start, "")
            return former or Reading(None, _NOTHING, "")
        end = start + len(county)
        if len(counties) > 1:
            return _undecided(county, counties)
        sure = _ALONE_SHORT if county_short else _ALONE
        return self._county(text, start, end, counties[0], sure)

    def _county(self, text: str, start: int, end: int, county: str, sure: Decimal) -> Reading:
        """Add the township when the address goes on with one."""
        position = _skip(text, end)
        known = self._known_townships(county)
        for mark in _TOWNSHIP.finditer(text, position, position + _TOWNSHIP_WITHIN):
            for begin in range(position, mark.start()):
                code = known.get(text[begin : mark.end()])
                if code:
                    near = sure if begin == position else sure - _FORMER
                    return Reading(code, near, text[start : mark.end()])
        return Reading(county, sure, text[start:end])

    def _known_townships(self, county: str) -> dict[str, str]:
        known = self._townships.get(county)
        if known is None:
            known = {}
            for code, name in self._townships_of(county):
                for form in _township_forms(name):
                    known.setdefault(form, code)
            self._townships[county] = known
        return known


def _township_forms(name: str) -> tuple[str, ...]:
    if name.endswith("街道办事处"):
        return name, name[:-3]
    return (name, name + "办事处") if name.endswith("街道") else (name,)


def _skip(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _outermost(hits: Hits) -> Hits:
    """Prefer the city where a city and a county of it share a name."""
    cities = tuple(code for code in hits if concept.level_of(code) == "city")
    return cities if len(cities) == 1 else hits


def _undecided(matched: str, hits: Hits) -> Reading:
    return Reading(None, round(Decimal(1) / len(hits), 2), matched, hits)
