# SPDX-License-Identifier: Apache-2.0
"""What is said for each reason, in Chinese and English; facts stand in braces."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shangheng.services.incentives.registers import FINDING_KINDS
from shangheng.services.incentives.rules.provisions import Reason

REASONS: dict[str, tuple[str, str]] = {
    "not_in_force": ("{day} 当日该条款未施行", "not in force on {day}"),
    "condition_met": ("符合：{zh}", "met: {en}"),
    "condition_not_met": ("不符合：{zh}", "not met: {en}"),
    "excluded": ("属排除情形：{zh}", "excluded: {en}"),
    "amount_not_printed": (
        "文件没有写明金额，须由主管部门确定",
        "the document prints no amount; the authority has to fix it",
    ),
    "agricultural": (
        "从事农产品销售的企业门槛适当降低，降低多少文件未写明",
        "levels are lowered for sellers of farm products; by how much is not printed",
    ),
    "individual": (
        "经营者是个人：奖励写给“经营主体”，资格写给“企业”，须按主管部门的读法",
        "the operator is a person: awards name operators, eligibility names enterprises",
    ),
    "never_above": (
        "{mode} 年销售额最高 {highest} 元，未超过 {over} 元",
        "{mode} sales were at most {highest} yuan a year, not above {over}",
    ),
    "first_above": (
        "{year} 年 {mode} 销售额 {sales} 元，首次突破 {over} 元，奖励 {award} 元",
        "{mode} sales of {year} were {sales} yuan, above {over} for the first time: {award}",
    ),
    "not_first": (
        "{years} 年 {mode} 销售额也超过 {over} 元，但 {year} 年已突破，不是首次",
        "{mode} sales of {years} exceeded {over} yuan as well, but {year} was the first",
    ),
    "above_before_document": (
        "{year} 年 {mode} 销售额 {sales} 元已突破 {over} 元，早于文件所及年度，此后不再是首次",
        "{mode} sales of {year}, {sales} yuan, exceeded {over} before the document",
    ),
    "used_otherwise": (
        "场所不作办公使用或已转作他用，不予补贴，已得补贴全额退回",
        "the premises are not or no longer an office: nothing is paid, all received is refunded",
    ),
    "rent_year": (
        "{since} 至 {until} 租金满一年，应补 {amount} 元",
        "rent ran for a full year from {since} to {until}: {amount} yuan",
    ),
    "no_full_year": ("租期内没有满一年的租金", "no full year of rent lies within the lease"),
    "line_not_new": ("不是新租用的光纤专线", "the line is not newly rented"),
    "before_document": ("{day} 早于文件所及年度", "{day} lies before the years of the document"),
    "fibre_share": (
        "首年租费 {rent} 元的 {percent}% 为 {amount} 元",
        "{percent} % of the first year's rent of {rent} yuan is {amount}",
    ),
    "level_without_award": (
        "{day} 认定的{zh}，文件没有规定奖励",
        "the document has no award for a {en} recognised on {day}",
    ),
    "recognised": (
        "{day} 新认定{zh}，奖励 {amount} 元",
        "{en} recognised on {day}: {amount} yuan",
    ),
    "reduced_rate": ("减按 {percent}% 税率缴纳企业所得税", "income tax at {percent} %"),
    "deduction": ("{zh}：{amount} 元", "{en}: {amount} yuan"),
    "talent_years": (
        "奖励 {first} 年至 {last} 年实缴个人所得税的地方留成部分",
        "the local part of the income tax paid from {first} to {last} is rewarded",
    ),
    "trained": (
        "{hires} 名新录用人员中 {count} 名符合培训补贴条件",
        "{count} of {hires} newly hired persons meet the conditions of the training subsidy",
    ),
    "no_such_cost": (
        "没有这项补贴所计的费用或服务",
        "nothing that this subsidy counts was stated",
    ),
    "costs_counted": (
        "{count} 项计补，共 {amount} 元",
        "{count} items are subsidised, {amount} yuan in all",
    ),
    "bills_reckoned": (
        "{count} 张账单按工业价格重算，高出 {amount} 元",
        "{count} bills at the industrial price: {amount} yuan above it",
    ),
    "average_cheaper": (
        "按平均电价 {average} 元，按峰谷分时 {by_hours} 元：选平均电价",
        "{average} yuan at the average, {by_hours} by the hours: choose the average",
    ),
    "peak_valley_cheaper": (
        "按平均电价 {average} 元，按峰谷分时 {by_hours} 元：选峰谷分时",
        "{average} yuan at the average, {by_hours} by the hours: choose the hours",
    ),
    "land_clock_runs": (
        "{since} 起保持原用途，至 {until}，还有 {days} 天",
        "the use is kept from {since} until {until}, {days} days more",
    ),
    "land_clock_over": (
        "{since} 起的期限已于 {until} 届满，变更须办手续",
        "the term from {since} ended on {until}; a change needs the normal procedure",
    ),
    "land_clock_not_begun": (
        "期限从 {since} 起，至 {until}",
        "the term begins on {since} and ends on {until}",
    ),
    "disqualified": (
        "{year} 年发生{kinds}，取消该年度享受优惠政策资格",
        "{kinds} in {year}: the preferences of that year are lost",
    ),
    "lost": ("{zh}：{amount} 元因此不予兑现", "{en}: {amount} yuan is therefore not paid"),
    "capped": ("{zh}：{full} 元，受上限限制计 {amount} 元", "{en}: {full} yuan, cut to {amount}"),
    "falls_due": ("{zh}：{amount} 元于 {day} 到期", "{en}: {amount} yuan falls due on {day}"),
    "stacked": (
        "{count} 项依据相同，按最高标准计 {kept} 元，不重复享受",
        "{count} amounts stand on one basis: the highest standard, {kept} yuan, counts once",
    ),
    "repay": ("应退回已得补贴 {amount} 元", "{amount} yuan received is to be refunded"),
    "paid": ("应得 {due} 元，已付 {paid} 元", "{due} yuan was due, {paid} has been paid"),
}


def said(reason: Reason) -> dict[str, str]:
    """Return a reason in Chinese and English with its clause."""
    zh, en = REASONS[reason.code]
    facts = reason.facts
    return {
        "zh": zh.format_map(_plain(facts, 0)),
        "en": en.format_map(_plain(facts, 1)),
        "clause": reason.clause,
    }


def _plain(facts: Mapping[str, Any], language: int) -> dict[str, str]:
    return {name: _text(value, language) for name, value in facts.items()}


def _text(value: Any, language: int) -> str:  # noqa: ANN401 - facts are of any type
    match value:
        case Decimal():
            whole = value == value.to_integral_value()
            return f"{value:,.0f}" if whole else f"{value:,.2f}"
        case list():
            named = [
                FINDING_KINDS[each][language] if each in FINDING_KINDS else str(each)
                for each in value
            ]
            return ("、" if language == 0 else ", ").join(named)
        case date():
            return value.isoformat()
        case _:
            return str(value)
