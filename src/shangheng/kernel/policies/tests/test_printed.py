# SPDX-License-Identifier: Apache-2.0
"""Numbers and clause numbers as documents print them."""

from itertools import pairwise

import pytest

from shangheng.kernel.policies.printed import (
    follows,
    is_counted_through,
    numbers_in,
    numeral,
    passages,
    path_of,
    plain,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("交易额超过4.5万亿元，达80%以上", ("4.5万亿元", "80%")),
        ("首次突破１亿元、５００万元", ("1亿元", "500万元")),
        ("三年内补贴，租满一年，第一年按30％", ("三年", "一年", "第一年", "30%")),
        ("B2B、O2O、4G和3D打印，1+X培训", ("4G", "3D", "1")),
        ("一批企业，第三方平台，一企一策，一次性，一体化", ()),
        ("三大平台、“双百工程”、退一赔三", ("三大", "双百", "退一赔三")),
        ("十八届三中、四中全会", ("十八届", "三中", "四中")),
        ("七日内无理由退货，二级以上，三个一", ("七日", "二级", "三个")),
        ("2014-2020年，国发〔2015〕24号", ("2014", "2020年", "2015", "24号")),
        ("网址 04.01.2016  19:30", ("04.01", "2016", "19", "30")),
        ("5万元、10万元、5万元", ("5万元", "10万元")),
        ("千亿元规模，10家", ("千亿元", "10家")),
    ],
)
def test_every_number_is_found_with_its_unit_and_once(text: str, found: tuple[str, ...]) -> None:
    assert numbers_in(text) == found


def test_full_and_half_width_are_alike() -> None:
    assert plain("（一）　５０％ ，") == "(一)50%,"


@pytest.mark.parametrize(
    ("text", "value"), [("一", 1), ("十", 10), ("十六", 16), ("二十", 20), ("三十二", 32)]
)
def test_chinese_numerals_count(text: str, value: int) -> None:
    assert numeral(text) == value


def test_a_label_is_read_as_steps() -> None:
    assert path_of("四(二)1") == (("part", 4), ("section", 2), ("item", 1))
    assert path_of("五1") == (("part", 5), ("item", 1))
    assert path_of("(三十二)") == (("section", 32),)
    assert path_of("前言") is None
    assert path_of("") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(一)", "(二)"), ("(三)4", "(四)1"), ("(六)", "(七)1"), ("(十)4", "(十一)"),
        ("二", "三(一)1"), ("三(六)4", "四"), ("四", "四(一)1"), ("四(五)3", "五1"), ("九", "十"),
    ],
)  # fmt: skip
def test_the_next_clause_follows(before: str, after: str) -> None:
    assert follows(path_of(before) or (), path_of(after) or ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(一)", "(三)"), ("(一)", "(一)"), ("(二)", "(一)"), ("(三)4", "(四)2"),
        ("(三)1", "(三)3"), ("二", "三(二)1"), ("三(六)4", "五"), ("(三)1", "(三)"),
        ("三(一)1", "(二)"),
    ],
)  # fmt: skip
def test_a_clause_that_leaves_one_out_does_not_follow(before: str, after: str) -> None:
    assert not follows(path_of(before) or (), path_of(after) or ())


def test_sections_that_begin_anew_are_cited_with_their_part() -> None:
    text = "题\n一、甲\n（一）乙\n1．丙5年\n2．丁\n（二）戊\n二、己\n引言\n（一）庚\n"
    labels = [each.label for each in passages(text)]
    assert labels == ["前言", "一(一)1", "一(一)2", "一(二)", "二", "二(一)"]


def test_sections_that_are_counted_through_are_cited_without_it() -> None:
    text = "题\n一、甲\n（一）乙\n1．丙\n二、己\n（二）庚\n1.辛\n1.5倍\n"
    found = passages(text)
    assert [each.label for each in found] == ["前言", "(一)1", "(二)1"]
    assert found[-1].text.endswith("1.5倍")


def test_articles_are_counted_through_chapters() -> None:
    text = (
        "办法\n第一章 总则\n第一条 甲。\n第二条 乙：\n（一）丙；\n（二）丁。\n"
        "第二章 奖励\n第三条 戊5年。\n"
    )
    found = passages(text)
    labels = [each.label for each in found]
    assert labels == ["前言", "第一条", "第二条(一)", "第二条(二)", "第三条"]
    assert found[-1].text == "第二章奖励戊5年。"
    paths = [path_of(label) or () for label in labels]
    assert all(follows(before, after) for before, after in pairwise(paths))
    assert is_counted_through(labels) is False


def test_how_sections_are_cited_may_be_said_where_the_text_does_not_show_it() -> None:
    text = "题\n一、甲\n二、己\n（一）庚\n"
    assert [each.label for each in passages(text)][-1] == "(一)"
    assert [each.label for each in passages(text, counted_through=False)][-1] == "二(一)"
    assert is_counted_through(["前言", "一", "二(一)"]) is False
    assert is_counted_through(["一", "(一)"]) is True
    assert is_counted_through(["一", "二1"]) is None


def test_a_heading_belongs_to_the_text_below_it() -> None:
    assert passages("题\n一、建3个\n（一）甲\n")[1].text == "建3个甲"
