# SPDX-License-Identifier: Apache-2.0
"""The equal-area projection of the maps, and fewer points for the same line."""

from math import cos, hypot, radians, sin, sqrt

Point = tuple[float, float]

EARTH_RADIUS_M = 6_371_007.2
"""Radius of the sphere that has the area of the Earth."""
_SOUTH, _NORTH, _MIDDLE = radians(25), radians(47), radians(105)
_N = (sin(_SOUTH) + sin(_NORTH)) / 2
_C = cos(_SOUTH) ** 2 + 2 * _N * sin(_SOUTH)


def albers(lon: float, lat: float) -> Point:
    """Return metres east and north in Albers' conic for China: 25°N, 47°N, 105°E.

    The parallels are those of the national atlas; a square kilometre has the same size on paper
    everywhere (Snyder, Map Projections, 1987, chapter 14).
    """
    rho = EARTH_RADIUS_M * sqrt(_C - 2 * _N * sin(radians(lat))) / _N
    theta = _N * (radians(lon) - _MIDDLE)
    return round(rho * sin(theta), 1), round(-rho * cos(theta), 1)


def _farthest(line: list[Point], first: int, last: int) -> tuple[float, int]:
    (x1, y1), (x2, y2) = line[first], line[last]
    dx, dy = x2 - x1, y2 - y1
    length = hypot(dx, dy)
    worst, where = 0.0, first
    for index in range(first + 1, last):
        x, y = line[index]
        away = abs(dx * (y1 - y) - dy * (x1 - x)) / length if length else hypot(x - x1, y - y1)
        if away > worst:
            worst, where = away, index
    return worst, where


def simplify(line: list[Point], tolerance: float) -> list[Point]:
    """Leave out points that lie within ``tolerance`` of the line without them.

    This is the method of Douglas and Peucker (1973); both ends stay where they are.
    """
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        worst, where = _farthest(line, first, last)
        if worst > tolerance:
            keep.add(where)
            spans += [(first, where), (where, last)]
    return [line[index] for index in sorted(keep)]
