# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.registers.concept.wording import compared, departures, sentences

FILED = "第一条 七日内可以退货。\n第二条 运费由商家承担；定作商品除外。"


def test_a_text_that_is_spaced_and_typed_otherwise_says_the_same() -> None:
    assert (
        departures(FILED, "第一条  七日内可以退货。 第二条\u3000运费由商家承担; 定作商品除外。")
        == ()
    )


def test_what_was_worded_anew_left_out_or_added_is_told() -> None:
    seen = "第一条 七日内可以退货。\n第二条 运费由买家承担；\n第三条 活动商品不退不换。"
    told = [(each.what, each.before, each.after) for each in compared(FILED, seen)]
    assert told == [
        ("same", "第一条 七日内可以退货。", "第一条 七日内可以退货。"),
        ("changed", "第二条 运费由商家承担；", "第二条 运费由买家承担；"),
        ("changed", "定作商品除外。", "第三条 活动商品不退不换。"),
    ]
    assert [each.what for each in departures(FILED, "第一条 七日内可以退货。")] == ["removed"] * 2
    assert [each.what for each in departures("", FILED)] == ["added"] * 3


@given(st.text("甲乙。；\n ", max_size=40), st.text("甲乙。；\n ", max_size=40))
def test_both_texts_can_be_read_off_the_comparison(before: str, after: str) -> None:
    found = compared(before, after)
    assert tuple(each.before for each in found if each.before) == sentences(before)
    assert tuple(each.after for each in found if each.after) == sentences(after)
    assert departures(before, before) == ()
