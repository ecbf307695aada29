# SPDX-License-Identifier: Apache-2.0
"""Texts about registers."""

TEXTS: dict[str, tuple[str, str]] = {
    "register.no_map": (
        "名录 {kind} 没有公开的坐标，不能显示地图；请看列表",
        "Register {kind} has no point that you may see, so there is no map; see the list",
    ),
    "register.no_reach": (
        "名录 {kind} 不统计传播情况；请看消费警示或网购安全知识",
        "How many were told is not counted for {kind}; see warnings or how to shop safely",
    ),
    "register.unknown": (
        "没有登记号 {number}，或不对您公开",
        "There is no entry {number}, or it is not open to you",
    ),
    "register.not_in_force": (
        "{number} 在 {day} 无有效登记",
        "{number} was not in force on {day}",
    ),
    "register.not_yours": (
        "须有角色 {roles}（辖区 {region}）；请联系本部门管理员",
        "This needs a role of {roles} (region {region}); ask your department's administrator",
    ),
    "register.key_taken": (
        "{key} 已登记为 {number} {title}；请在该条目上变更",
        "{key} is on file as {number} {title}; amend that entry",
    ),
    "register.similar": (
        "可能已经登记：{candidates}；请先核对，确非同一后再提交",
        "It may be on file already: {candidates}; compare, and send again if it is another",
    ),
    "register.moved": (
        "{by} 已先变更 {number}，现为第 {version} 版；请刷新后再办",
        "{by} changed {number} first, it is at version {version}; reload and go on from there",
    ),
    "register.confirmed": (
        "{number} 已经确认",
        "{number} is confirmed already",
    ),
    "register.unconfirmed": (
        "{number} 有待确认的版本；请先确认",
        "{number} has a version to be confirmed first",
    ),
    "register.four_eyes": (
        "由 {by} 登记的内容须由另一人确认",
        "{by} entered it; somebody else must confirm it",
    ),
    "register.ended": (
        "{number} 已终止",
        "{number} has ended",
    ),
    "register.reason_missing": (
        "请写明理由",
        "Write the reason",
    ),
    "register.not_utf8": (
        "文件不是 UTF-8 编码（第 {at} 字节）；请另存为 CSV UTF-8",
        "The file is not UTF-8 (byte {at}); save it as CSV UTF-8",
    ),
    "register.columns": (
        "不认识的列：{unknown}；应为 {known}",
        "Unknown columns {unknown}; known are {known}",
    ),
    "register.too_many": (
        "文件有 {rows} 行，一次至多 {most} 行；请分次导入",
        "The file has {rows} lines, at most {most} at once; send it in parts",
    ),
    "register.too_large": (
        "文件有 {bytes} 字节，一次至多 {most} 字节；请分次导入",
        "The file has {bytes} bytes, at most {most} at once; send it in parts",
    ),
    "register_kind.wrong": (
        "名录 {kind} 的声明有误：{wrong}",
        "The declaration of register {kind} is wrong: {wrong}",
    ),
    "register_kind.unknown": (
        "没有名录 {kind}，可选：{known}",
        "There is no register {kind}; known are {known}",
    ),
}  # fmt: skip
