# SPDX-License-Identifier: Apache-2.0
from shangheng.kernel.regions.build_data import Place, Successions, region_rows


def place(code: str, name: str, first: int, last: int) -> Place:
    return Place(code, first, last, {first: name})


def outcome(gone: Place, *others: Place) -> tuple[str, str] | None:
    return Successions({p.code: p for p in (gone, *others)}).of(gone)


def test_a_county_that_moved_to_a_city_keeps_its_name() -> None:
    gone = place("322726", "昆山县", 1980, 1982)
    assert outcome(gone, place("320523", "昆山县", 1983, 2023)) == ("same-name", "320523")


def test_a_county_that_became_a_district_keeps_its_stem() -> None:
    gone = place("320125", "高淳县", 1983, 2012)
    assert outcome(gone, place("320118", "高淳区", 2013, 2023)) == ("renamed", "320118")


def test_a_county_of_one_character_grows_by_one() -> None:
    gone = place("120225", "蓟县", 1980, 2015)
    assert outcome(gone, place("120119", "蓟州区", 2016, 2023)) == ("renamed", "120119")


def test_a_county_city_raised_to_a_prefecture_becomes_its_first_district() -> None:
    gone = place("320881", "宿迁市", 1995, 1995)
    city, district = place("321300", "宿迁市", 1996, 2023), place("321302", "宿城区", 1996, 2023)
    assert outcome(gone, city, district) == ("promoted", "321302")


def test_two_places_of_one_name_leave_the_outcome_open() -> None:
    gone = place("322726", "昆山县", 1980, 1982)
    born = [place(code, "昆山县", 1983, 2023) for code in ("320523", "320623")]
    assert outcome(gone, *born) is None


def test_a_suburb_is_not_found_again_in_another_city() -> None:
    gone = place("320511", "郊区", 1983, 1999)
    assert outcome(gone, place("321011", "郊区", 2000, 2023)) is None


def test_a_renamed_code_gets_one_line_for_each_name() -> None:
    renamed = Place("320803", 2000, 2023, {2000: "楚州区", 2011: "楚州区", 2012: "淮安区"})
    rows = [row for row in region_rows({"320803": renamed}) if row.startswith("320803")]
    assert rows == ["320803,楚州区,2000,2011", "320803,淮安区,2012,"]
