# SPDX-License-Identifier: Apache-2.0
"""Borders as paths, and values as the five shades of a map."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shangheng.site.maps.projection import albers

DATA = Path(__file__).parent / "data"
SHADES = 5


@dataclass(frozen=True)
class Shape:
    """A division on the map: its outline as an SVG path and where its name goes."""

    code: str
    path: str
    x: int
    y: int


@dataclass(frozen=True)
class Sheet:
    """A map of the divisions just below one region.

    ``corner`` is its north-west corner in metres on the plane, ``scale`` its units for a metre.
    """

    region: str
    width: int
    height: int
    shapes: tuple[Shape, ...]
    corner: tuple[float, float]
    scale: float

    def place(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Return where a point lies on the map; nothing if it lies outside."""
        east, north = albers(lon, lat)
        x, y = (east - self.corner[0]) * self.scale, (self.corner[1] - north) * self.scale
        inside = 0 <= x <= self.width and 0 <= y <= self.height
        return (round(x, 1), round(y, 1)) if inside else None


@cache
def _province(code: str) -> dict[str, Sheet]:
    path = DATA / f"{code}.json"
    if not path.is_file():
        return {}
    plain = json.loads(path.read_text(encoding="utf-8"))
    return {
        region: Sheet(
            region,
            drawn["box"][0],
            drawn["box"][1],
            tuple(
                Shape(shape, each["path"], *each["centre"])
                for shape, each in drawn["shapes"].items()
            ),
            tuple(drawn["corner"]),
            drawn["scale"],
        )
        for region, drawn in plain.items()
    }


def sheet(region: str) -> Sheet | None:
    """Return the map of a province's cities or of a city's counties; none where we have none."""
    return _province(region[:2]).get(region.ljust(6, "0"))


def thresholds(values: Sequence[float]) -> tuple[float, ...]:
    """Return the borders between the shades so that each has about as many divisions.

    Regional sums are skewed (one city sells half of all), so equal counts tell more than equal
    steps.
    """
    ordered = sorted(set(values))
    if len(ordered) <= SHADES:
        return tuple(ordered[1:])
    return tuple(ordered[len(ordered) * step // SHADES] for step in range(1, SHADES))


def shades(values: Mapping[str, float | None]) -> dict[str, str]:
    """Return the class of each division's shade; ``none`` is hatched: withheld or not reported."""
    known = [value for value in values.values() if value is not None]
    limits = thresholds(known)
    first = SHADES - 1 - len(limits)
    return {
        code: "none" if value is None else f"q{first + bisect_right(limits, value)}"
        for code, value in values.items()
    }


@dataclass(frozen=True)
class Band:
    """A line of the legend: a shade and the values it stands for, from the first to the last."""

    shade: str
    low: float
    high: float


def legend(values: Mapping[str, float | None]) -> tuple[Band, ...]:
    """Return what each shade in use stands for, from light to dark."""
    by_shade: dict[str, list[float]] = {}
    for code, shade in shades(values).items():
        value = values[code]
        if value is not None:
            by_shade.setdefault(shade, []).append(value)
    return tuple(Band(shade, min(found), max(found)) for shade, found in sorted(by_shade.items()))
