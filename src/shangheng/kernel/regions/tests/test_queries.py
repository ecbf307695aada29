# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.regions import queries, store
from shangheng.kernel.regions.concept import level_of, path_names, short_names

SIX_DIGITS = sorted(store.atlas().spans)
FOUR_PROVINCES = ("32", "36", "43", "63")


@pytest.mark.parametrize(
    ("written", "code", "name"),
    [
        ("32", "320000", "江苏省"),
        ("3205", "320500", "苏州市"),
        ("320500000000", "320500", "苏州市"),
        (" 320583 ", "320583", "昆山市"),
        ("320583100", "320583100", "玉山镇"),
        ("320583100000", "320583100", "玉山镇"),
        ("110000", "110000", "北京市"),
    ],
)
def test_a_code_of_any_length_is_found(written: str, code: str, name: str) -> None:
    found = queries.find(written)
    assert (found.code, found.name) == (code, name)


def test_a_village_of_the_four_provinces_is_found_below_its_township() -> None:
    village = queries.find("320102002001")
    assert (village.level, village.parent) == ("village", "320102002")
    assert village in queries.children("320102002")


@pytest.mark.parametrize(
    "code", ["", "3", "999999", "32058a", "３２０５", "3205830", "320583999999"]
)
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(NotFound, match=r"region\.unknown"):
        queries.find(code)


def test_a_code_bears_the_name_of_the_year() -> None:
    assert queries.find("320803").name == "淮安区"
    assert queries.find("320803", year=2005).name == "楚州区"
    with pytest.raises(NotFound, match=r"region\.not_valid_then"):
        queries.find("320508", year=2000)


def test_an_ended_code_says_until_when_it_was_valid_and_what_followed() -> None:
    ended = queries.find("320586")
    assert (ended.name, ended.valid_from, ended.valid_until) == ("吴县市", 1995, 1999)
    assert ended.successor == ("320506", "320507")


@pytest.mark.parametrize(
    ("ended", "today"),
    [
        ("320586", "320506"),
        ("320502", "320508"),
        ("320503", "320508"),
        ("320504", "320508"),
        ("320107", "320106"),
        ("320103", "320104"),
        ("320125", "320118"),
        ("320124", "320117"),
        ("320121", "320115"),
        ("320123", "320116"),
        ("320882", "320803"),
        ("322728", "320509"),
        ("320222", "320205"),
        ("360721", "360704"),
        ("360782", "360703"),
        ("362301", "361102"),
        ("360105", "360112"),
        ("430122", "430112"),
        ("431121", "431181"),
        ("432301", "430902"),
        ("630122", "630106"),
        ("632321", "632301"),
        ("632123", "630202"),
        ("632121", "630203"),
        ("110103", "110101"),
        ("310108", "310106"),
        ("469003", "460400"),
    ],
)
def test_an_ended_code_resolves_to_the_code_of_today(ended: str, today: str) -> None:
    assert queries.successor(ended) == today


def test_every_successor_of_a_divided_county_is_named() -> None:
    assert queries.successors("320586") == ("320506", "320507")
    with pytest.raises(Invalid, match=r"region\.divided") as refused:
        queries.successor("320304")
    assert "320302" in refused.value.facts["candidates"]


def test_a_code_whose_fate_no_list_tells_is_refused_and_not_guessed() -> None:
    with pytest.raises(NotFound, match=r"region\.no_successor"):
        queries.successor("321271")


@pytest.mark.parametrize("province", FOUR_PROVINCES)
def test_nearly_every_county_of_the_four_provinces_has_a_known_fate(province: str) -> None:
    ended = [c for c in SIX_DIGITS if c.startswith(province) and queries.find(c).valid_until]
    lost = [c for c in ended if not queries.successors(c)]
    assert [c for c in lost if c not in {"321271", "430471"}] == []


@given(st.sampled_from(SIX_DIGITS), st.integers(1980, 2023))
@settings(max_examples=300)
def test_what_is_resolved_to_a_year_is_valid_in_it(code: str, year: int) -> None:
    try:
        found = queries.as_of(code, year)
    except (Invalid, NotFound):
        return
    assert queries.find(found, year=year).code == found
    assert level_of(found) == level_of(code) or "460400" in {code, queries.successor(code)}


@given(st.integers(1980, 2023))
@settings(max_examples=20)
def test_a_map_of_borders_places_every_county_somewhere_valid(year: int) -> None:
    placed = queries.border_map(year)
    assert set(placed) == {c for c in SIX_DIGITS if level_of(c) == "county"}
    assert all(queries.find(code, year=year) for code in set(placed.values()))


def test_a_map_of_borders_keeps_valid_codes_and_moves_the_others() -> None:
    placed = queries.border_map(2010)
    assert placed["320508"] == "320500"
    assert placed["320502"] == "320502"
    assert placed["320509"] == "320584"
    assert queries.border_map(2023)["320584"] == "320509"


def test_the_borders_of_an_earlier_year_are_known() -> None:
    assert queries.as_of("320506", 1999) == "320586"
    assert queries.as_of("320583", 1993) == "329012"
    assert queries.as_of("360704", 2000) == "360721"
    with pytest.raises(Invalid, match=r"region\.divided"):
        queries.as_of("320508", 2010)
    with pytest.raises(NotFound, match=r"region\.no_history"):
        queries.as_of("320583100", 2010)


def test_each_code_knows_what_is_above_and_below() -> None:
    assert [r.code for r in queries.ancestors("320583100")] == ["320000", "320500", "320583"]
    assert "320583" in {r.code for r in queries.children("320500")}
    assert queries.children("441900")[0].level == "township"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江苏", "320000"),
        ("江苏省", "320000"),
        ("苏州", "320500"),
        ("苏州市", "320500"),
        ("内蒙古", "150000"),
        ("广西", "450000"),
        ("恩施州", "422800"),
        ("恩施", "422800"),
        ("湘西州", "433100"),
        ("江苏省苏州市昆山市", "320583"),
        ("江苏昆山", "320583"),
        ("北京市", "110000"),
        ("西安", "610100"),
        ("吉林", "220000"),
        ("嘉峪关市", "620200"),
        ("仙桃", "429004"),
        ("吴江市", "320509"),
        ("320583", "320583"),
    ],
)
def test_a_name_in_usual_forms_is_looked_up(text: str, code: str) -> None:
    assert queries.lookup(text).code == code


@pytest.mark.parametrize("name", ["朝阳", "鼓楼区", "朝阳区", "吴县市"])
def test_a_name_that_several_places_bear_is_refused_with_all_of_them(name: str) -> None:
    with pytest.raises(Invalid, match=r"region\.ambiguous") as refused:
        queries.lookup(name)
    assert len(refused.value.facts["candidates"]) > 1


def test_an_ambiguous_name_is_settled_by_where_it_lies() -> None:
    assert queries.lookup("鼓楼区", within="3201").code == "320106"
    assert queries.lookup("玉山镇", within="320583").code == "320583100"
    with pytest.raises(NotFound, match=r"region\.unknown_name"):
        queries.lookup("火星")


def test_known_codes_hold_every_year_and_every_township() -> None:
    known = queries.known_codes()
    assert {"320500", "320586", "320583100"} <= known
    assert "320102002001" not in known
    assert "320102002001" in queries.known_codes(villages=True)


def test_the_code_of_a_name_is_never_guessed() -> None:
    assert queries.code_named("江苏苏州昆山") == queries.code_named("昆山") == "320583"
    assert queries.code_named("朝阳") is None
    assert queries.code_named("某地") is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("江苏省 徐州市 丰县", "320321"),
        ("北京市市辖区朝阳区", "110105"),
        ("北京 北京市 朝阳区", "110105"),
        ("上海市上海市浦东新区", "310115"),
        ("重庆市县云阳县", "500235"),
        ("广东省东莞市东莞市", "441900"),
        ("海南省省直辖县级行政区划琼海市", "469002"),
        ("江苏省南京市市辖区", "320100"),
        ("吉林省吉林市船营区", "220204"),
    ],
)
def test_a_level_that_says_nothing_or_the_same_again_is_passed_over(
    written: str, code: str
) -> None:
    assert queries.code_named(written) == queries.lookup(written).code == code


def test_short_names_are_never_single_characters() -> None:
    assert short_names("恩施土家族苗族自治州") == ("恩施", "恩施州")
    assert short_names("东乡族自治县") == ("东乡", "东乡县")
    assert short_names("赣县") == ()
    assert "江苏苏州" in path_names(["江苏省", "苏州市"])
