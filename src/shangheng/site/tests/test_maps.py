# SPDX-License-Identifier: Apache-2.0
import pytest

from shangheng.kernel.regions import queries as regions
from shangheng.site.maps import drawing
from shangheng.site.maps.build import drawn, simplified
from shangheng.site.maps.projection import albers, simplify

PROVINCES = ("320000", "360000", "430000", "630000")
BUDGET_BYTES = 1_500_000


def test_all_maps_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in drawing.DATA.glob("*.json")) < BUDGET_BYTES


@pytest.mark.parametrize("province", PROVINCES)
def test_a_province_shows_every_city_and_each_city_its_counties(province: str) -> None:
    sheet = drawing.sheet(province)
    assert sheet
    cities = {each.code for each in regions.children(province)}
    assert {shape.code for shape in sheet.shapes} <= cities
    assert len(sheet.shapes) >= len(cities) - 1
    for city in sheet.shapes:
        counties = drawing.sheet(city.code)
        assert counties
        assert {shape.code for shape in counties.shapes} <= regions.known_codes()


def test_a_region_without_a_map_has_none() -> None:
    assert drawing.sheet("110000") is None
    assert drawing.sheet("") is None


def test_the_projection_keeps_areas() -> None:
    def area(lon: float, lat: float) -> float:
        west, east = albers(lon, lat), albers(lon + 0.01, lat)
        north = albers(lon, lat + 0.01)
        return abs(
            (east[0] - west[0]) * (north[1] - west[1]) - (north[0] - west[0]) * (east[1] - west[1])
        )

    degrees = 0.01 * 3.141592653589793 / 180
    expected = 6_371_007.2**2 * degrees * degrees * 0.8517
    assert area(119, 31.6) == pytest.approx(expected, rel=0.002)


def test_points_on_a_straight_line_are_left_out() -> None:
    assert simplify([(0, 0), (1, 0.001), (2, 0), (2, 2)], 0.1) == [(0, 0), (2, 0), (2, 2)]


def test_neighbours_keep_the_same_border_and_inner_borders_vanish() -> None:
    left = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    right = [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (1.0, 0.5), (1.0, 0.0)]
    kept = simplified({"a": [left], "b": [right]}, 0.1)
    assert {frozenset(p) for p in kept["a"]} & {frozenset(p) for p in kept["b"]} == set()
    assert (1.0, 0.5) not in kept["a"][0]
    assert (1.0, 0.5) not in kept["b"][0]
    merged = simplified({"c": [left, right]}, 0.1)
    assert len(merged["c"]) == 1
    assert set(drawn({"c": [left, right]})["shapes"]) == {"c"}


def test_shades_have_about_as_many_places_each() -> None:
    values = {str(n): float(n) for n in range(10)}
    shades = drawing.shades({**values, "none": None})
    assert shades["none"] == "none"
    assert [list(shades.values()).count(f"q{n}") for n in range(5)] == [2, 2, 2, 2, 2]
    assert drawing.legend(values)[0] == drawing.Band("q0", 0.0, 1.0)


def test_one_value_gets_the_darkest_shade() -> None:
    assert drawing.shades({"a": 5.0}) == {"a": "q4"}
