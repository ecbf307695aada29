# SPDX-License-Identifier: Apache-2.0
"""Tax preferences: a reduced rate, and the extra deduction of development cost.

A deduction is not money: it lowers what is taxed. It is shown, never added to a total.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from shangheng.kernel.money import cents
from shangheng.services.incentives.rules.facts import Research
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Setting,
)


def reduced_rate(setting: Setting) -> Computed:
    """Return the reduced rate of income tax, as printed or, where it is not, as decided."""
    percent = setting.term("percent")
    if percent is None:
        reasons = (setting.reason("amount_not_printed"),)
        return Computed(missing=(setting.open_name("percent"),), reasons=reasons)
    return Computed(
        value={"rate_percent": percent}, reasons=(setting.reason("reduced_rate", percent=percent),)
    )


def research(setting: Setting) -> Computed:
    """Return what may be deducted beyond the actual cost of development.

    Cost that was expensed brings the printed share on top in its year; cost that was capitalised
    is written off at the printed percentage of it, evenly over its years.
    """
    if setting.facts.rnd is None:
        return Computed(missing=("rnd",))
    pieces: list[Piece] = []
    missing: list[str] = []
    wanting: list[str] = []
    for place, each in enumerate(setting.facts.rnd):
        if each.expensed is None and each.capitalised is None:
            missing.append(f"rnd[{place}].expensed")
        pieces += _expensed(setting, each)
        if each.capitalised and each.life_years is None and each.year <= setting.on.year:
            wanting.append(f"rnd[{place}].life_years")
        pieces += _written_off(setting, each)
    reasons = tuple(
        setting.reason("deduction", zh=each.zh, en=each.en, amount=each.amount) for each in pieces
    )
    return Computed(
        pieces=tuple(pieces), missing=tuple(missing), wanting=tuple(wanting), reasons=reasons,
        value=_sums(setting),
    )  # fmt: skip


def _expensed(setting: Setting, each: Research) -> Iterator[Piece]:
    if each.expensed:
        percent = Decimal(setting.provision.terms["expensed_percent"])
        yield Piece(
            year=each.year,
            due_on=min(date(each.year, 12, 31), max(setting.on, date(each.year, 1, 1))),
            amount=cents(each.expensed * percent / 100),
            basis=f"expensed {each.year}",
            zh=f"{each.year} 年费用化研发费用 {each.expensed:,} 元加计 {percent}%",
            en=f"{percent} % on top of {each.expensed:,} yuan expensed in {each.year}",
        )


def _written_off(setting: Setting, each: Research) -> Iterator[Piece]:
    """Yield the extra write-off of each year; the last one takes what rounding left."""
    if not each.capitalised or not each.life_years:
        return
    percent = Decimal(setting.provision.terms["capitalised_percent"])
    extra = cents(each.capitalised * (percent - 100) / 100)
    cost = f"{each.capitalised:,}"
    yearly, before = cents(extra / each.life_years), ZERO
    for number in range(each.life_years):
        year = each.year + number
        amount = extra - before if number == each.life_years - 1 else min(yearly, extra - before)
        before += amount
        yield Piece(
            year=year,
            due_on=min(date(year, 12, 31), max(setting.on, date(year, 1, 1))),
            amount=amount,
            basis=f"written-off {each.year} {year}",
            zh=f"{each.year} 年资本化 {cost} 元按 {percent}% 摊销，{year} 年多摊部分",
            en=f"{year}: extra of writing off {cost} yuan of {each.year} at {percent} %",
        )


def _sums(setting: Setting) -> dict[str, Decimal]:
    """Return the sums over the years until now: cost, extra deduction, what may be written off."""
    terms = setting.provision.terms
    known = [each for each in setting.facts.rnd or () if each.year <= setting.on.year]
    expensed = sum((each.expensed or ZERO for each in known), ZERO)
    capitalised = sum((each.capitalised or ZERO for each in known), ZERO)
    only_extra = setting.readings.get("actual_deduction") == "extra_only"
    extra = cents(expensed * Decimal(terms["expensed_percent"]) / 100)
    return {
        "expensed": expensed,
        "extra_deduction": extra,
        "deductible": extra if only_extra else expensed + extra,
        "capitalised": capitalised,
        "amortisable": cents(capitalised * Decimal(terms["capitalised_percent"]) / 100),
    }
