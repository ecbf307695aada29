# SPDX-License-Identifier: Apache-2.0
"""Texts about formulas, the questions put to them and the engines that run them."""

TEXTS: dict[str, tuple[str, str]] = {
    "engine.failed": (
        "计算引擎 {engine} 未能执行：{why}",
        "The engine {engine} could not run it: {why}",
    ),
    "figure.more_than_one_row": (
        "指标 {indicator} 的结果不止一行，请先用条件限定",
        "The figure of {indicator} has more than one row; narrow the question first",
    ),
    "indicator.kind_lacks_dimension": (
        "指标 {indicator} 读取的 {kind} 记录没有维度 {dimension}",
        "The {kind} records that {indicator} reads do not carry {dimension}",
    ),
    "indicator.no_such_dimension": (
        "指标 {indicator} 没有维度“{dimension}”，可选：{known}",
        "{indicator} has no dimension “{dimension}”; it has {known}",
    ),
    "indicator.population_alone": (
        "指标 {indicator} 的声明有误：名录数只能作分母",
        "The declaration of {indicator} is wrong: a population can only be a divisor",
    ),
    "parameter.decided_elsewhere": (
        "{name} 只由名录 {register} 决定；请从 decisions.yaml 中删去 {name}，在 /registers/{register}/ 登记并确认",
        "{name} is decided by the register {register} alone; take it out of decisions.yaml and enter it under /registers/{register}/",
    ),
    "parameter.decided_twice": (
        "decisions.yaml 中 {names} 问的是同一件事，{day} 的答案却不同；请只留一个",
        "{names} of decisions.yaml answer one question differently for {day}; keep one of them",
    ),
    "parameter.not_configured": (
        "“{zh}”没有文件规定的数值（{clause}），请先在 decisions.yaml 中填写 {name}：{question_zh}",
        "No document prints a value for {name} ({clause}); decide it in decisions.yaml first: {question_en}",
    ),
    "parameter.not_entered": (
        "“{zh}”由名录决定（{clause}），该日名录中没有已确认的条目；请在 /registers/{register}/ 登记并确认：{question_zh}",
        "{name} is decided by a register ({clause}) that has no confirmed entry on that day; enter and confirm it under /registers/{register}/: {question_en}",
    ),
    "question.day_unreadable": (
        "“{text}”不是日期，应写作 2026-11-11",
        "“{text}” is not a day; write 2026-11-11",
    ),
    "question.ends_before_it_starts": (
        "起始日 {since} 晚于截止日 {until}",
        "The first day {since} is after the last day {until}",
    ),
    "question.growth_needs_period": (
        "增速须有起止日期，或按月、季、年分组",
        "Growth needs a first and a last day, or a split by month, quarter or year",
    ),
    "question.currency_unreadable": (
        "读不懂币种“{text}”，应为三个大写字母的代码，例如 CNY（ISO 4217）",
        "“{text}” is no currency: write three capital letters such as CNY (ISO 4217)",
    ),
    "question.month_unreadable": (
        "“{text}”不是月份，应写作 2026-11",
        "“{text}” is not a month; write 2026-11",
    ),
    "question.needs": (
        "指标 {indicator} 须按 {dimensions} 分组或限定，否则没有意义",
        "{indicator} means nothing unless it is split by or narrowed to {dimensions}",
    ),
    "question.period_in_where": (
        "{dimensions} 是时间维度，请用起止日期限定",
        "{dimensions} is a time: narrow it by the first and the last day",
    ),
    "question.period_not_wanted": (
        "这个指标本身就跨时期计算，不能再按 {dimension} 分组",
        "This figure spans periods itself and cannot be split by {dimension}",
    ),
    "question.two_periods": (
        "一次只能按一个时间维度分组，现有：{by}",
        "A figure is split by one period at a time, not by {by}",
    ),
    "question.unknown_level": (
        "没有地区层级“{level}”，可选：{known}",
        "There is no level “{level}”; known are {known}",
    ),
    "question.unknown_value": (
        "维度 {dimension} 没有取值“{value}”，可选：{known}",
        "{dimension} has no value “{value}”; known are {known}",
    ),
    "question.where_unreadable": (
        "条件“{text}”应写作 维度=取值",
        "Write the condition “{text}” as dimension=value",
    ),
    "question.year_unreadable": (
        "“{text}”不是年份，应写作 2026",
        "“{text}” is not a year; write 2026",
    ),
    "unit.unknown_scale": (
        "没有数量级“{scale}”，可选：{known}",
        "There is no scale “{scale}”; known are {known}",
    ),
}
