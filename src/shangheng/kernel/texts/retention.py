# SPDX-License-Identifier: Apache-2.0
"""Texts about retention, holds, disposal and questions put to retained records."""

TEXTS: dict[str, tuple[str, str]] = {
    "retention.below_floor": (
        "留存期 {months} 个月短于下限 {floor} 个月（{sources}）；只能延长，请在 decisions.yaml 中改正",
        "{months} months is below the floor of {floor} ({sources}); it may only be raised, mend it in decisions.yaml",
    ),
    "retention.source_missing": (
        "{name} 的 {months} 个月须写明依据的国家法律条文：在 decisions.yaml 中写成 value（月数）与 source（条文）",
        "name the article of national law for the {months} months of {name}: write value and source in decisions.yaml",
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
    "retention.months_malformed": (
        "decisions.yaml 中“{name}”应为整月数，现为 {value}",
        "“{name}” in decisions.yaml must be a whole number of months, not {value}",
    ),
    "retention.not_approved": (
        "数据调取“{number}”尚未批准；请负责人先批准",
        "request “{number}” is not approved yet; a lead has to approve it first",
    ),
    "retention.not_yours": (
        "您没有留存管理岗位（{roles}）；请管理员授予",
        "you hold no post in retention ({roles}); ask for one",
    ),
    "retention.day_unreadable": (
        "“{text}”不是日期；请写成 2026-11-21",
        "“{text}” is no day; write 2026-11-21",
    ),
    "retention.value_unreadable": (
        "“{text}”看不懂；每行写一个 字段=值，例如 ip=203.0.113.7",
        "“{text}” cannot be read; write field=value, one a line, such as ip=203.0.113.7",
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
