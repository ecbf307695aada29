# SPDX-License-Identifier: Apache-2.0
import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.regions import queries, store
from shangheng.kernel.regions.addresses import BELIEVED

SHARED = Path(__file__).resolve().parents[6] / "shared" / "data" / "reference" / "address"
COUNTIES = sorted(
    code
    for code, spans in store.atlas().spans.items()
    if spans[-1].until is None
    and not code.endswith("00")
    and code != "620201"  # 嘉峪关市 is also its city
)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("江苏省苏州市昆山市玉山镇前进路1号", "320583100"),
        ("江苏省昆山市前进路1号", "320583"),
        ("昆山市前进路1号", "320583"),
        ("南京鼓楼区中山北路2号", "320106"),
        ("济南市市中区经二纬四路88号", "370103"),
        ("上海市上海市浦东新区世纪大道1号", "310115"),
        ("苏州市工业园区星湖街328号", "320576"),
        ("深圳市高新园南山区科技路1号", "440305"),
        ("中国 北京市 海淀区 中关村大街1号", "110108"),
        ("广东省东莞市虎门镇大宁社区", "441900121"),
        ("江苏省吴县市东山镇", "320506107"),
        ("湖北省仙桃市沔阳大道", "429004"),
        ("广州市东风中路418号", "440100"),
        ("河北区昆纬路116号", "120105"),
        ("河北石家庄长安区", "130102"),
        ("吉林市船营区解放大路", "220204"),
    ],
)
def test_an_address_is_read_to_the_place_it_names(address: str, code: str) -> None:
    match = queries.from_address(address)
    assert match.region is not None
    assert match.region.code == code
    assert BELIEVED <= match.confidence <= 1


@pytest.mark.parametrize("address", ["朝阳区建国路88号", "鼓楼区中山路1号"])
def test_an_address_that_fits_several_places_is_left_open(address: str) -> None:
    match = queries.from_address(address)
    assert match.region is None
    assert len(match.alternatives) > 1
    assert match.confidence < BELIEVED


@pytest.mark.parametrize(
    "address", ["", "南京路100号", "北京西路2号", "人民南路四段45号", "Main St 1"]
)
def test_a_street_alone_names_no_place(address: str) -> None:
    match = queries.from_address(address)
    assert (match.region, match.confidence) == (None, Decimal(0))


def test_an_explicit_address_is_believed_more_than_a_lone_short_name() -> None:
    explicit = queries.from_address("江苏省苏州市昆山市前进路").confidence
    lone = queries.from_address("昆山前进东路").confidence
    assert explicit > lone


@given(st.sampled_from(COUNTIES), st.sampled_from(["", "解放大道8号", "XX路1号", " 8栋"]))
@settings(max_examples=300)
def test_a_full_address_always_leads_to_its_county(county: str, street: str) -> None:
    match = queries.from_address(queries.full_name(county) + street)
    found = {match.region.code} if match.region else {r.code for r in match.alternatives}
    assert county in {code[:6] for code in found}


@given(st.text())
@settings(max_examples=200)
def test_any_text_gets_an_answer_within_bounds(text: str) -> None:
    match = queries.from_address(text)
    assert 0 <= match.confidence <= 1
    assert (match.region is None) == (match.confidence < BELIEVED)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_most_addresses_typed_by_companies_are_resolved() -> None:
    with (SHARED / "company_addresses_18k.csv").open(encoding="utf-8-sig") as file:
        typed = [row["原始地址"] for row in csv.DictReader(file) if row["原始地址"].strip()]
    resolved = sum(1 for text in typed if queries.from_address(text).region)
    assert resolved / len(typed) > 0.8
