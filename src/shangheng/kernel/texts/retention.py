# SPDX-License-Identifier: Apache-2.0
"""Texts about retention, holds, disposal and questions put to retained records."""

TEXTS: dict[str, tuple[str, str]] = {
    "retention.below_floor": (
        "留存期 {months} 个月短于下限 {floor} 个月（{sources}）；只能延长，请在 decisions.yaml 中改正",
        "{months} months is below the floor of {floor} ({sources}); it may only be raised, mend it in decisions.yaml",
    ),
    "retention.reason_missing": ("请写明理由或用途", "say for which reason or purpose"),
    "retention.reason_too_long": (
        "理由最多 {most} 字，请缩短",
        "a reason has at most {most} characters, shorten it",
    ),
    "retention.values_without_kind": (
        "按字段 {fields} 查找时须指明记录种类",
        "name the record kind when you look for values of {fields}",
    ),
    "retention.no_such_field": (
        "记录种类“{kind}”不能按 {fields} 查找；可用的字段：{known}",
        "records of kind “{kind}” cannot be found by {fields}; use one of {known}",
    ),
    "retention.days_reversed": (
        "截止日 {until} 早于起始日 {since}，请改正",
        "the last day {until} is before {since}, mend it",
    ),
    "retention.hold_unknown": ("没有冻结“{number}”", "there is no hold “{number}”"),
    "retention.hold_released": (
        "冻结“{number}”已由 {by} 解除",
        "hold “{number}” was released by {by}",
    ),
    "retention.held_meanwhile": (
        "刚有人为办案冻结了记录；请重新查看“{kind}”的处置清单再决定",
        "records were held for a case meanwhile; look at what is due of “{kind}” again",
    ),
    "answer.unknown": ("没有调取结果“{number}”", "there is no answer “{number}”"),
    "answer.destroyed": (
        "调取结果“{number}”已销毁，只留保管记录",
        "answer “{number}” was destroyed; only its chain of custody is left",
    ),
    "answer.altered": (
        "调取结果“{number}”与封存时不同（应为 {digest}）；请停止使用并报告",
        "answer “{number}” is not what was sealed ({digest}); do not use it, and report this",
    ),
}
