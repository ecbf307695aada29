# SPDX-License-Identifier: Apache-2.0
"""How targets are told in a sentence, in Chinese and English, for a page and for paper."""

from collections.abc import Callable
from decimal import Decimal

from shangheng.kernel.money import SCALES, natural_scale, scaled
from shangheng.services.policy.rules.standing import YUAN, Standing

Pair = tuple[str, str]
Name = Callable[[str], str]
OPERATORS = {">": ("超过", "above"), ">=": ("不低于", "at least"), "=": ("达到", "reach"),
             "full": ("全部", "all")}  # fmt: skip
UNITS = {"percent": ("%", "%"), "percent/year": ("%/年", "% a year"), "years": ("年", "years")}
CITIES_TOLD = 3


def amount(value: Decimal, base_unit: str) -> Pair:
    """Return an amount in words of size: 4.23 万亿元."""
    if base_unit == YUAN:
        scale = natural_scale(value)
        number = f"{scaled(value, scale):,.2f}"
        return f"{number} {scale}元", f"{number} {SCALES[scale][1]} yuan".replace("  ", " ")
    zh, en = UNITS.get(base_unit, ("", ""))
    return f"{value:,.1f}{zh}", f"{value:,.1f}{en}"


def wanted(each: Standing) -> Pair:
    """Return what a target wants, as it is printed."""
    zh, en = OPERATORS[each.target.operator]
    printed = f"{each.target.value} {each.target.unit or ''}" if each.target.value else ""
    year = str(each.target.year or "")
    return (
        f"{year}年" if year else ""
    ) + f"{zh}{printed}".strip(), f"{en} {printed} {year}".strip()


def present(each: Standing) -> Pair | None:
    """Return the value of today, until when and from where; nothing without one."""
    if each.value is None or each.until is None:
        return None
    zh, en = amount(each.value, each.target.base_unit)
    if each.source == "series":
        return f"{zh}（{each.until.year}年发布值）", f"{en} (published for {each.until.year})"
    span = f"{each.since} – {each.until}"
    return f"{zh}（账本，{span}）", f"{en} (ledger, {span})"


def outlook(each: Standing) -> Pair | None:
    """Return what it still takes, where it is heading and by how much it misses."""
    zh, en = [], []
    if each.required is not None:
        unit_zh, unit_en = ("个百分点", " points") if each.is_share else ("%", " %")
        zh.append(f"还需每年增长 {each.required}{unit_zh}")
        en.append(f"takes {each.required}{unit_en} a year")
    if (found := each.projection) is not None:
        value = amount(found.value, each.target.base_unit)
        zh.append(f"按现在的速度 {found.year} 年约 {value[0]}")
        en.append(f"at this rate {value[1]} in {found.year}")
        if found.low is not None and found.high is not None:
            low, high = (amount(one, each.target.base_unit) for one in (found.low, found.high))
            zh.append(f"八成可能在 {low[0]} 到 {high[0]} 之间")
            en.append(f"four times out of five between {low[1]} and {high[1]}")
        else:
            zh.append("年份太少，说不出误差")
            en.append("too few years to tell how sure")
    if each.gap is not None:
        zh.append(f"{'高出' if each.gap >= 0 else '差'} {abs(each.gap)}%")
        en.append(f"{abs(each.gap)} % {'above' if each.gap >= 0 else 'short'}")
    return ("，".join(zh), ", ".join(en)) if zh else None


def cities(each: Standing, name: Name) -> Pair | None:
    """Return in which cities a target will be missed, the largest shortfall first."""
    short = [part for part in each.parts if part.gap is not None and part.gap < 0]
    if not short:
        return None
    told = "、".join(
        f"{name(part.region)}（差 {-(part.gap or 0)}%）" for part in short[:CITIES_TOLD]
    )
    en = ", ".join(f"{name(part.region)} ({-(part.gap or 0)} %)" for part in short[:CITIES_TOLD])
    more = len(short) - CITIES_TOLD
    beyond = (f"等 {len(short)} 个市", f" and {more} more") if more > 0 else ("", "")
    return f"差距主要在{told}{beyond[0]}", f"the gap is in {en}{beyond[1]}"
