# SPDX-License-Identifier: Apache-2.0
"""Awards for yearly sales that break through a level for the first time.

A level is broken when a year's sales by one mode are strictly greater and those of no earlier
year were. Years between the given ones are unknown: where one of them may have been the first,
nothing is decided.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shangheng.kernel.errors import Invalid
from shangheng.kernel.money import cents
from shangheng.services.incentives.rules.provisions import (
    ZERO,
    Computed,
    Piece,
    Reason,
    Setting,
)

Years = Mapping[int, Decimal | None]


@dataclass(frozen=True)
class Crossing:
    """A level that one mode's sales broke through for the first time, and the award for it."""

    mode: str
    year: int
    sales: Decimal
    over: Decimal
    award: Decimal


def first_crossing(setting: Setting) -> Computed:
    """Return the awards for the levels of each mode (``terms``: mode → levels, ascending)."""
    if setting.facts.sales is None:
        return Computed(missing=("sales",))
    factor = factor_of(setting)
    if factor is None:
        return Computed(
            missing=("reading.agricultural_factor",), reasons=(setting.reason("agricultural"),)
        )
    crossings: list[Crossing] = []
    reasons: list[Reason] = []
    missing: list[str] = []
    for mode, years in by_mode(setting).items():
        for level in setting.provision.terms["levels"].get(mode, ()):
            over, award = Decimal(level["over"]) * factor, Decimal(level["award"])
            found, unknown = _first(years, over, setting)
            missing += [f"sales[year={year},mode={mode}]" for year in unknown]
            if found is None:
                reasons.append(_below(setting, mode, years, over))
            elif not unknown:
                sales = years[found] or ZERO
                crossings.append(Crossing(mode, found, sales, over, award))
    pieces, told = _awards(setting, crossings)
    if pieces and (kept := _kept_from_individuals(setting)):
        return kept
    return Computed(
        pieces=tuple(pieces), reasons=(*told, *reasons), missing=tuple(dict.fromkeys(missing))
    )


def _kept_from_individuals(setting: Setting) -> Computed | None:
    """Return what becomes of the awards of a person, who is an operator but no enterprise."""
    allowed = setting.readings.get("c2c_individuals", "yes")
    if setting.facts.party.get("kind") != "person" or allowed == "yes":
        return None
    reason = setting.reason("individual")
    by_case = () if allowed == "no" else (f"officer: {setting.provision.clause}",)
    return Computed(reasons=(reason,), missing=by_case)


def by_mode(setting: Setting) -> dict[str, dict[int, Decimal | None]]:
    """Return sales by mode and year, up to the year that is asked about."""
    found: dict[str, dict[int, Decimal | None]] = defaultdict(dict)
    for sale in setting.facts.sales or ():
        if sale.year <= setting.on.year:
            found[sale.mode][sale.year] = sale.amount
    return {mode: found[mode] for mode in setting.provision.terms["levels"] if mode in found}


def factor_of(setting: Setting) -> Decimal | None:
    """Return by how much levels are multiplied; none if that must be decided first."""
    sold = any(sale.amount for sale in setting.facts.sales or ())
    if setting.facts.party.get("agricultural") is not True or not sold:
        return Decimal(1)
    factor = setting.number("agricultural_factor")
    if factor is not None and not ZERO < factor <= 1:
        raise Invalid(
            "reading.out_of_range", name="agricultural_factor", value=factor, low=0, high=1,
            clause=setting.provision.clause,
        )  # fmt: skip
    return factor


def _first(years: Years, over: Decimal, setting: Setting) -> tuple[int | None, list[int]]:
    """Return the first year above a level, and the years without data that may have been it."""
    breaks: Callable[[Decimal, Decimal], bool] = (
        operator.ge if setting.provision.terms.get("operator") == "at-least" else operator.gt
    )
    above = [year for year, sales in years.items() if sales is not None and breaks(sales, over)]
    first = min(above, default=None)
    last = max(years) if first is None else first
    unknown = [year for year in range(min(years), last + 1) if years.get(year) is None]
    return first, unknown


def _below(setting: Setting, mode: str, years: Years, over: Decimal) -> Reason:
    highest = max((sales for sales in years.values() if sales is not None), default=ZERO)
    return setting.reason("never_above", mode=mode, highest=highest, over=over)


def _awards(setting: Setting, crossings: list[Crossing]) -> tuple[list[Piece], list[Reason]]:
    """Return one piece for each mode and year, levels of one year taken as the reading says."""
    grouped: dict[tuple[str, int], list[Crossing]] = defaultdict(list)
    for each in crossings:
        grouped[each.mode, each.year].append(each)
    first_year = _first_year(setting)
    received: dict[str, Decimal] = defaultdict(lambda: ZERO)
    pieces, reasons = [], []
    for (mode, year), together in sorted(grouped.items(), key=lambda each: each[0][1]):
        if year < first_year:
            reasons += [_told(setting, "above_before_document", each) for each in together]
            continue
        reasons += [_told(setting, "first_above", each) for each in together]
        amount = _of_one_year(setting, [each.award for each in together])
        if setting.readings.get("earlier_level_awards") == "deducted":
            amount = max(ZERO, amount - received[mode])
        received[mode] += amount
        pieces.append(_piece(setting, together, amount))
        reasons += list(_again(setting, together))
    return pieces, reasons


def _first_year(setting: Setting) -> int:
    """Return the first year whose sales count.

    A year's sales are settled in the year after, so those of the year before the document's are
    the first that it can reward, unless the authority decides otherwise.
    """
    decided = setting.number("first_sales_year")
    return setting.provision.first_year - 1 if decided is None else int(decided)


def _of_one_year(setting: Setting, awards: list[Decimal]) -> Decimal:
    several = setting.readings.get("several_levels_in_one_year")
    return cents(sum(awards, ZERO) if several == "sum" else max(awards))


def _piece(setting: Setting, together: list[Crossing], amount: Decimal) -> Piece:
    first = together[0]
    levels = "、".join(f"{each.over:,.0f}" for each in together)
    apart = setting.readings.get("modes_in_one_year") == "sum"
    return Piece(
        year=first.year,
        due_on=min(date(first.year, 12, 31), setting.on),
        amount=amount,
        basis=f"yearly-sales {first.year}" + (f" {first.mode}" if apart else ""),
        zh=f"{first.year} 年 {first.mode} 销售额首次突破 {levels} 元",
        en=f"{first.mode} sales of {first.year} first exceeded {levels} yuan",
    )


def _told(setting: Setting, code: str, each: Crossing) -> Reason:
    return setting.reason(
        code, mode=each.mode, year=each.year, sales=each.sales, over=each.over, award=each.award
    )


def _again(setting: Setting, together: list[Crossing]) -> Iterator[Reason]:
    """Tell of later years that were above as well and bring nothing."""
    years = by_mode(setting)[together[0].mode]
    for each in together:
        later = [y for y, s in years.items() if y > each.year and s is not None and s > each.over]
        if later:
            yield setting.reason(
                "not_first", mode=each.mode, years=sorted(later), year=each.year, over=each.over
            )
