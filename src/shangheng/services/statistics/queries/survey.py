# SPDX-License-Identifier: Apache-2.0
"""The survey of trading platforms: who was asked, who answered, what all of them come to."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import ibis

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.queries import House, rows_of
from shangheng.kernel.periods import days_in
from shangheng.kernel.regions.concept import stem
from shangheng.kernel.registers import queries as registers
from shangheng.services.statistics.queries.frame import members_on
from shangheng.services.statistics.records import CURRENCY
from shangheng.services.statistics.registers import TRADING_PLATFORM
from shangheng.services.statistics.rules.survey import Answer, Estimate, Stratum, gross_up

Table = Any
"""An Ibis table; Ibis publishes no types."""
Told = dict[str, Any]
Days = tuple[date, date]
YUAN = "CNY"
PROVINCE_DIGITS, CITY_DIGITS, COUNTY_DIGITS = 2, 4, 6


@dataclass(frozen=True)
class Survey:
    """What the platforms of a month told, and what follows for all that are on the register.

    All amounts are of one ``currency``: no document says at which rate others are added.
    ``currencies`` are those in which anything was paid in the month. ``platforms`` are those of
    the register, each with what it paid out as told in its records, or none if no record is on
    file; ``strangers`` have records on file and are not on the register. ``regions`` has the same
    sales by the seller's and by the buyer's place. ``owners`` have shops on several platforms;
    ``shopless`` are enterprises of the frame without a shop on file.
    """

    month: str
    currency: str
    currencies: tuple[str, ...]
    since: date
    until: date
    platforms: tuple[Told, ...]
    strangers: tuple[Told, ...]
    estimate: Estimate | None
    refusal: Invalid | None
    regions: tuple[Told, ...]
    owners: tuple[Told, ...]
    shopless: tuple[Told, ...]

    @property
    def silent(self) -> tuple[Told, ...]:
        """Return the platforms of the register of which no record is on file."""
        return tuple(each for each in self.platforms if each["amount"] is None)

    @property
    def plain(self) -> Told:
        """Return the survey as files and programs have it."""
        told = self.estimate
        return {
            "month": self.month, "currency": self.currency, "currencies": list(self.currencies),
            "platforms": list(self.platforms),
            "silent": [each["platform"] for each in self.silent],
            "strangers": list(self.strangers),
            "estimate": None if told is None else {
                "total": told.total, "standard_error": told.standard_error,
                "low": told.low, "high": told.high,
                "strata": [_plain(each) for each in told.strata],
            },
            "refused": self.refusal.code if self.refusal else "",
            "regions": list(self.regions), "owners": list(self.owners),
            "shopless": list(self.shopless),
        }  # fmt: skip


def _plain(each: Stratum) -> Told:
    return {
        "stratum": each.name, "platforms": each.platforms, "answered": each.answered,
        "weight": each.weight, "total": each.total, "variance": each.variance,
        "standard_error": each.standard_error, "low": each.low, "high": each.high,
    }  # fmt: skip


def paid_by_platform(order: Table, *, days: Days) -> Table:
    """Return what was paid on each platform in these days by currency, and the orders."""
    rows = order.filter(order.day.between(*days))
    return rows.group_by("platform", "currency").aggregate(
        amount=rows.paid.sum().fill_null(0), records=rows.count()
    )


def paid_by_region(
    order: Table, *, days: Days, currency: str, platforms: list[str], home: str
) -> Table:
    """Return what was paid by the place of seller and of buyer; far from home by province."""
    rows = order.filter(
        order.day.between(*days), order.currency == currency, order.paid > 0,
        order.platform.isin(platforms),
    )  # fmt: skip
    digits = CITY_DIGITS if home.endswith("0000") else COUNTY_DIGITS

    def side(name: str) -> Table:
        code = rows[f"{name}_region"]
        inside = code.startswith(stem(home))
        place = ibis.ifelse(inside, code.left(digits), code.left(PROVINCE_DIGITS))
        return rows.group_by(region=place).aggregate(amount=rows.paid.sum()).mutate(
            side=ibis.literal(name)
        )  # fmt: skip

    return ibis.union(side("seller"), side("buyer"))


def owners_on_several(merchant: Table) -> Table:
    """Return the owners whose shops stand on more than one platform, by platform."""
    owned = merchant.filter(merchant.owner_code.notnull(), merchant.closed_on.isnull())
    each = owned.group_by("owner_code", "platform").aggregate(
        shops=owned.count(), name=owned.owner_name.max()
    )
    several = each.group_by("owner_code").aggregate(platforms=each.count())
    return each.semi_join(several.filter(several.platforms > 1), "owner_code")


def owners_among(merchant: Table, *, codes: list[str]) -> Table:
    """Return which of some credit codes own a shop."""
    return merchant.filter(merchant.owner_code.isin(codes)).select("owner_code").distinct()


def survey(month: str, *, house: House, home: str, currency: str = YUAN) -> Survey:
    """Return the survey of a month written 2026-11, by the register as of its last day."""
    if not re.fullmatch(CURRENCY.pattern, currency):
        raise Invalid("question.currency_unreadable", text=currency)
    try:
        days = since, until = days_in("month", month)
    except ValueError as error:
        raise Invalid("question.month_unreadable", text=month) from error
    entries = registers.confirmed_on(TRADING_PLATFORM.name, until)
    told = _told(rows_of(partial(paid_by_platform, days=days), house=house, reads=("order",)))
    platforms = tuple(
        {**values, "entry": number, **_answer(told.get(values["platform"]), currency)}
        for number, values in sorted(entries.items(), key=lambda item: item[1]["platform"])
    )
    known = [each["platform"] for each in platforms]
    strangers = tuple(
        {"platform": code, **_answer(told[code], currency)}
        for code in sorted(told, key=str)
        if code not in known
    )
    estimate, refusal = _estimated(platforms)
    by_region = partial(paid_by_region, days=days, currency=currency, platforms=known, home=home)
    return Survey(
        month, currency, _currencies(told), since, until, platforms, strangers, estimate, refusal,
        _regions(by_region, house), _owners(house), _shopless(house, until),
    )  # fmt: skip


def _told(rows: list[Told]) -> dict[str, dict[str, Told]]:
    """Return amount and count by platform and currency."""
    told: dict[str, dict[str, Told]] = defaultdict(dict)
    for row in rows:
        told[row["platform"]][row["currency"]] = row
    return told


def _currencies(told: Mapping[str, Mapping[str, Told]]) -> tuple[str, ...]:
    """Return the currencies in which anything was paid, the yuan first."""
    found = {name for each in told.values() for name, row in each.items() if row["amount"]}
    return tuple(sorted(found | {YUAN}, key=lambda name: (name != YUAN, name)))


def _answer(told: Mapping[str, Told] | None, currency: str) -> Told:
    """Return what a platform told; without a sale in this currency its answer is nought.

    Nobody knows what one of which no record is on file sold: that is no answer.
    """
    if not told:
        return {"amount": None, "records": 0}
    none: Told = {"amount": Decimal(0), "records": 0}
    row = told.get(currency, none)
    return {"amount": row["amount"], "records": row["records"]}


def _estimated(platforms: tuple[Told, ...]) -> tuple[Estimate | None, Invalid | None]:
    """Return the estimate, or why there can be none."""
    if not platforms:
        return None, None
    answers = [
        Answer(each["platform"], each["stratum"], Decimal(each["amount"]))
        for each in platforms
        if each["amount"] is not None
    ]
    try:
        return gross_up(answers, Counter(each["stratum"] for each in platforms)), None
    except Invalid as refusal:
        return None, refusal


def _regions(build: Any, house: House) -> tuple[Told, ...]:  # noqa: ANN401 - an expression's maker
    found: dict[str, Told] = defaultdict(lambda: {"seller": Decimal(0), "buyer": Decimal(0)})
    for row in rows_of(build, house=house, reads=("order",)):
        code = row["region"].ljust(COUNTY_DIGITS, "0") if row["region"] else ""
        found[code][row["side"]] += row["amount"]
    ordered = sorted(found.items(), key=lambda item: (-item[1]["seller"], -item[1]["buyer"]))
    return tuple({"region": code, **sides} for code, sides in ordered)


def _owners(house: House) -> tuple[Told, ...]:
    found: dict[str, Told] = {}
    for row in rows_of(owners_on_several, house=house, reads=("merchant",)):
        told = found.setdefault(
            row["owner_code"],
            {"code": row["owner_code"], "name": "", "platforms": [], "shops": 0},
        )
        told["name"] = told["name"] or row["name"] or ""
        told["platforms"] = sorted([*told["platforms"], row["platform"]])
        told["shops"] += row["shops"]
    return tuple(
        sorted(
            found.values(),
            key=lambda each: (-len(each["platforms"]), -each["shops"], each["code"]),
        )
    )


def _shopless(house: House, on: date) -> tuple[Told, ...]:
    frame = members_on(on)
    build = partial(owners_among, codes=sorted(frame))
    rows = rows_of(build, house=house, reads=("merchant",)) if frame else []
    selling = {row["owner_code"] for row in rows}
    return tuple(
        {"code": code, "name": values["name"], "region": values["region"]}
        for code, values in sorted(frame.items())
        if code not in selling
    )
