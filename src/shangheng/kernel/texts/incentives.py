# SPDX-License-Identifier: Apache-2.0
"""Texts about facts files and readings: each says where, why and what to do."""

_AT_ZH, _AT_EN = "第 {line} 行 {place}：", "line {line}, {place}: "

_FACTS: dict[str, tuple[str, str]] = {
    "facts.not_fields": ("这里应是“字段: 值”", "fields with values are wanted here"),
    "facts.not_a_list": ("这里应是列表，每项以“- ”开头", "a list is wanted here, each entry after a dash"),
    "facts.unknown_field": ("没有字段 {field}，可用的有：{known}", "there is no field {field}; known are {known}"),
    "facts.field_needed": ("缺少字段 {field}，请补上", "the field {field} is needed; add it"),
    "facts.not_a_number": ("“{value}”不是数；金额请以元为单位写数字，如 15000000", "{value} is no number; write amounts in yuan, such as 15000000"),
    "facts.too_precise": ("{value} 超过两位小数，请写到分", "{value} has more than two decimals; write it to the cent"),
    "facts.too_great": ("{value} 过大，请核对单位（元）", "{value} is too great; check the unit, which is yuan"),
    "facts.negative": ("{value} 小于零，请核对", "{value} is below zero; check it"),
    "facts.suspiciously_small": (
        "一年只有 {value} 元？是否漏写了“万”（应为 {meant} 元）？确为 {value} 元的，请加 --confirm-small",
        "only {value} yuan a year? Was ten thousand forgotten ({meant} yuan)? If {value} is right, add --confirm-small",
    ),
    "facts.no_area": ("面积不能为零", "an area cannot be zero"),
    "facts.not_whole": ("“{value}”应为 {low} 到 {high} 之间的整数", "{value} must be a whole number from {low} to {high}"),
    "facts.not_a_day": ("“{value}”不是日期，请写成 2015-06-01", "{value} is no day; write it like 2015-06-01"),
    "facts.not_a_truth": ("“{value}”应为 true 或 false", "{value} must be true or false"),
    "facts.not_a_text": ("“{value}”应为一段短文字", "{value} must be a short text"),
    "facts.not_one_of": ("没有“{value}”，可用的有：{known}", "there is no {value}; known are {known}"),
    "facts.two_places": ("写了 {count} 处；一家企业只有一个注册地，请只写一个", "{count} are given; a firm is registered in one place, so write one"),
    "facts.not_a_region": ("“{value}”不是行政区划代码，请写六位数字，如 360702", "{value} is no code of a division; write six digits such as 360702"),
    "facts.year_twice": ("{year} 年{mode}写了两次，第一次在第 {first} 行；请合并", "{year} {mode} is given twice, first on line {first}; make it one"),
    "facts.award_twice": ("{provision} 在 {day} 的同一笔付款写了两次，第一次在第 {first} 行", "the payment of {provision} on {day} is given twice, first on line {first}"),
    "facts.ends_before_begins": ("{field} {until} 早于起始日 {since}，请核对", "{field} {until} lies before the beginning {since}; check them"),
    "facts.leases_overlap": ("“{where}”的租期与第 {first} 行的重叠", "the lease of {where} overlaps the one on line {first}"),
}  # fmt: skip

TEXTS: dict[str, tuple[str, str]] = {
    **{code: (_AT_ZH + zh, _AT_EN + en) for code, (zh, en) in _FACTS.items()},
    "reading.unknown": ("没有名为 {name} 的读法，可用的有：{known}", "There is no reading {name}; known are {known}"),
    "reading.unreadable": ("读法“{text}”请写成 名称=值", "Write the reading {text} as NAME=VALUE"),
    "reading.twice": ("读法 {name} 给了两个不同的值，请只给一个", "The reading {name} is given two values; give one"),
    "reading.not_a_choice": ("读法 {name} 不能是“{value}”，可选：{known}（{clause}）", "The reading {name} cannot be {value}; choose one of {known} ({clause})"),
    "reading.not_a_number": ("读法 {name} 应为数，不能是“{value}”（{clause}）", "The reading {name} must be a number, not {value} ({clause})"),
    "reading.out_of_range": ("读法 {name} 的值 {value} 不在 {low} 到 {high} 之间（{clause}）", "The reading {name} is {value}, which is not between {low} and {high} ({clause})"),
}  # fmt: skip
