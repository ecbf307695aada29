# SPDX-License-Identifier: Apache-2.0
"""Texts about pages, people, requests and simulations."""

TEXTS: dict[str, tuple[str, str]] = {
    "simulate.jurisdiction_unknown": (
        "没有名为 {name} 的地区，可选：{known}",
        "There is no jurisdiction {name}; known are {known}",
    ),
    "simulate.strength_unknown": (
        "没有名为 {name} 的强度，可选：{known}",
        "There is no strength {name}; known are {known}",
    ),
    "simulate.format_unknown": (
        "不支持格式 {name}，可选：{known}",
        "There is no format {name}; known are {known}",
    ),
    "simulate.orders_out_of_range": (
        "订单数 {value} 超出范围，应为 1 至 {most}",
        "{value} orders are out of range; from 1 to {most}",
    ),
    "simulate.days_out_of_range": (
        "天数 {value} 超出范围，应为 1 至 {most}",
        "{value} days are out of range; from 1 to {most}",
    ),
    "simulate.mistakes_out_of_range": (
        "差错比例 {value} 超出范围，应为 0 至 {most}",
        "A share of mistakes of {value} is out of range; from 0 to {most}",
    ),
    "simulate.directory_in_use": (
        "文件夹 {directory} 中有其他文件，请换一个空文件夹",
        "The folder {directory} holds other things; choose an empty one",
    ),
}  # fmt: skip
