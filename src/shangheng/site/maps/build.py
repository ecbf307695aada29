# SPDX-License-Identifier: Apache-2.0
"""Make ``data/<province>.json`` from GeoJSON borders; run by hand when the sources change.

``python -m shangheng.site.maps.build BORDERS AREAS.csv`` reads the folder of
``*.geojson.gz`` (one per city, features are counties known by name) and the lists of divisions
that give the names their codes. Borders between two counties are simplified once, so that
neighbours keep fitting. See ``SOURCES.md``.
"""

import csv
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from shangheng.site.maps.projection import Point, albers, simplify

DATA = Path(__file__).parent / "data"
PROVINCES = ("32", "36", "43", "63")
WIDTH = 1000
TOLERANCE = 1.1
SMALLEST_RING = 30.0

RENAMED = {
    "宁乡县": "宁乡市", "邵东县": "邵东市", "祁阳县": "祁阳市", "株洲县": "渌口区",
    "海安县": "海安市", "港闸区": "崇川区", "海门市": "海门区", "东乡县": "东乡区",
    "龙南县": "龙南市", "九江县": "柴桑区", "湾里区": "新建区", "上饶县": "广信区",
    "余江县": "余江区", "同仁县": "同仁市", "湟中县": "湟中区",
    "海西蒙古族藏族自治州直辖": "茫崖市",
}  # fmt: skip
"""Names in the sources whose county has since been renamed or merged, and where it went."""

Edge = frozenset[Point]
Rings = dict[str, list[list[Point]]]


def _rings(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    for polygon in polygons:
        for ring in polygon:
            yield [albers(lon, lat) for lon, lat, *_ in ring]


def read_counties(borders: Path, areas: Path) -> dict[str, Rings]:
    """Return by city the rings of each county, in metres on the plane."""
    by_city: dict[str, dict[str, str]] = defaultdict(dict)
    with areas.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["provinceCode"] in PROVINCES:
                by_city[row["cityCode"]][row["name"]] = row["code"]
    cities: dict[str, Rings] = {}
    for path in sorted(borders.glob("*.geojson.gz")):
        features = json.loads(gzip.decompress(path.read_bytes()))["features"]
        names = {feature["properties"]["name"] for feature in features}
        city = max(by_city, key=lambda code: len(names & set(by_city[code])))
        rings: Rings = defaultdict(list)
        for feature in features:
            name = feature["properties"]["name"]
            code = by_city[city][RENAMED.get(name, name)]
            rings[code].extend(_rings(feature["geometry"]))
        cities[city] = rings
    return cities


def _owners_by_edge(shapes: Rings) -> dict[Edge, frozenset[str]]:
    """Return who lies on either side of each edge; edges inside one shape vanish."""
    seen: dict[Edge, Counter[str]] = defaultdict(Counter)
    for code, rings in shapes.items():
        for ring in rings:
            for edge in pairwise(ring):
                if edge[0] != edge[1]:
                    seen[frozenset(edge)][code] += 1
    owners = {
        edge: frozenset(code for code, count in counts.items() if count % 2)
        for edge, counts in seen.items()
    }
    return {edge: codes for edge, codes in owners.items() if codes}


def _walk(start: Point, neighbours: dict[Point, set[Point]], stops: set[Point]) -> list[Point]:
    line, here = [start], start
    while neighbours[here]:
        step = neighbours[here].pop()
        neighbours[step].discard(here)
        line.append(step)
        here = step
        if here in stops or here == start:
            break
    return line


def _lines(edges: Iterable[Edge], stops: set[Point]) -> Iterator[list[Point]]:
    """Join edges to lines that end at the points where three shapes meet."""
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for edge in edges:
        one, other = tuple(edge)
        neighbours[one].add(other)
        neighbours[other].add(one)
    for starts in (sorted(set(neighbours) & stops), sorted(neighbours)):
        for start in starts:
            while neighbours[start]:
                yield _walk(start, neighbours, stops)


def simplified(shapes: Rings, tolerance: float) -> Rings:
    """Return the shapes with fewer points; a border between two is the same line in both."""
    edges_by_owners: dict[frozenset[str], list[Edge]] = defaultdict(list)
    meets: dict[Point, set[frozenset[str]]] = defaultdict(set)
    for edge, owners in _owners_by_edge(shapes).items():
        edges_by_owners[owners].append(edge)
        for point in edge:
            meets[point].add(owners)
    stops = {point for point, owners in meets.items() if len(owners) > 1}
    pieces: Rings = defaultdict(list)
    for owners, edges in edges_by_owners.items():
        for line in _lines(edges, stops):
            for code in owners:
                pieces[code].append(simplify(line, tolerance))
    return {code: list(_closed(lines)) for code, lines in sorted(pieces.items())}


def _closed(lines: list[list[Point]]) -> Iterator[list[Point]]:
    """Join the lines round one shape to rings."""
    by_end: dict[Point, list[list[Point]]] = defaultdict(list)
    for line in lines:
        if line[0] == line[-1]:
            yield line
        else:
            by_end[line[0]].append(line)
            by_end[line[-1]].append(line)
    while any(by_end.values()):
        ring = next(ends for ends in by_end.values() if ends)[0]
        _take(ring, by_end)
        while ring[-1] != ring[0] and by_end[ring[-1]]:
            line = by_end[ring[-1]][0]
            _take(line, by_end)
            ring = ring + (line[1:] if line[0] == ring[-1] else line[-2::-1])
        yield ring


def _take(line: list[Point], by_end: dict[Point, list[list[Point]]]) -> None:
    for end in (line[0], line[-1]):
        by_end[end] = [other for other in by_end[end] if other is not line]


def _area(ring: list[Point]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _path(rings: list[list[Point]]) -> str:
    largest = max(map(_area, rings))
    parts = []
    for ring in rings:
        if _area(ring) < min(SMALLEST_RING, largest):
            continue
        x, y = round(ring[0][0]), round(ring[0][1])
        part = [f"M{x} {y}l"]
        for point in ring[1:]:
            nx, ny = round(point[0]), round(point[1])
            if (nx, ny) != (x, y):
                part.append(f"{nx - x} {ny - y}")
            x, y = nx, ny
        parts.append(part[0] + " ".join(part[1:]).replace(" -", "-") + "z")
    return "".join(parts)


def _centre(rings: list[list[Point]]) -> tuple[int, int]:
    ring = max(rings, key=_area)
    cross = [a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)]
    total = sum(cross) or 1.0
    sums = [
        sum((a[axis] + b[axis]) * c for a, b, c in zip(ring, ring[1:], cross, strict=False))
        for axis in (0, 1)
    ]
    return round(sums[0] / (3 * total)), round(sums[1] / (3 * total))


def drawn(shapes: Rings) -> dict[str, Any]:
    """Return the shapes fitted into a box ``WIDTH`` wide, as SVG paths with their centres."""
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, north = min(p[0] for p in points), max(p[1] for p in points)
    east, south = max(p[0] for p in points), min(p[1] for p in points)
    scale = WIDTH / max(east - west, north - south)
    fitted = {
        code: [[((x - west) * scale, (north - y) * scale) for x, y in ring] for ring in rings]
        for code, rings in shapes.items()
    }
    return {
        "box": [round((east - west) * scale), round((north - south) * scale)],
        "corner": [west, north],
        "scale": scale,
        "shapes": {
            code: {"path": _path(rings), "centre": _centre(rings)}
            for code, rings in simplified(fitted, TOLERANCE).items()
        },
    }


def main(borders: str, areas: str) -> None:
    """Write one file per province."""
    cities = read_counties(Path(borders), Path(areas))
    for province in PROVINCES:
        mine = {code: rings for code, rings in cities.items() if code.startswith(province)}
        whole = {
            f"{city}00": [ring for rings in counties.values() for ring in rings]
            for city, counties in mine.items()
        }
        maps = {f"{province}0000": drawn(whole)}
        maps |= {f"{city}00": drawn(counties) for city, counties in sorted(mine.items())}
        text = json.dumps(maps, ensure_ascii=False, separators=(",", ":"))
        (DATA / f"{province}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
