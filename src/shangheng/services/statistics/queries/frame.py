# SPDX-License-Identifier: Apache-2.0
"""Who belongs to the statistical frame in a year: every enterprise with its decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import ibis
import pyarrow as pa

from shangheng.kernel.formulas.queries import House, rows_of
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.registers.queries import EntryView, Sought
from shangheng.services.statistics.records import OWNER_KINDS
from shangheng.services.statistics.registers import STATISTICAL_FRAME
from shangheng.services.statistics.rules.frame import (
    STEPS,
    Decision,
    Firm,
    conditions_on,
    decide,
)

Table = Any
"""An Ibis table; Ibis publishes no types."""

COUNTY_DIGITS = 6
AMOUNT = pa.decimal128(38, 4)
PERMITS = "express_permit"
"""The register of express firms, whichever service keeps it."""


def sales_by_enterprise(order: Table, merchant: Table) -> Table:
    """Return what each enterprise sold online by year, over all its shops on all platforms."""
    joined = _sold(order, merchant)
    return joined.group_by("owner_code", year=joined.day.year()).aggregate(
        sales=joined.paid.sum(),
        owner_name=joined.owner_name.max(),
        owner_kind=joined.owner_kind.max(),
        owner_region=joined.owner_region.max(),
        records=joined.count(),
    )


def days_reached(order: Table, merchant: Table, limits: Table, *, year: int) -> Table:
    """Return the day of a year on which each of some enterprises had sold as much as its limit.

    ``limits`` has ``code`` and ``limit``, yuan.
    """
    sold = _sold(order, merchant)
    sold = sold.filter(sold.day.year() == year)
    daily = sold.group_by("owner_code", "day").aggregate(sold=sold.paid.sum())
    daily = daily.inner_join(limits, daily.owner_code == limits.code)
    until_then = ibis.cumulative_window(group_by="owner_code", order_by="day")
    summed = daily.mutate(summed=daily["sold"].sum().over(until_then))
    reached = summed.filter(summed["summed"] >= summed["limit"])
    return reached.group_by("owner_code").aggregate(day=reached["day"].min())


def _sold(order: Table, merchant: Table) -> Table:
    """Return the orders paid in yuan, each with who owns its shop."""
    owners = merchant.filter(merchant.owner_code.notnull()).select(
        "platform", "shop", "owner_code", "owner_name", "owner_kind", owner_region="region"
    )
    sold = order.filter(order.paid > 0, order.currency == "CNY")
    return sold.inner_join(owners, ["platform", "shop"])


def members_before(year: int) -> dict[str, Mapping[str, Any]]:
    """Return who was in the frame on the last day before a year, by credit code.

    What is decided for the year holds from its first day on, so that the same question asked
    later, when it has long been decided, begins where it began.
    """
    return members_on(_eve(year))


def members_on(day: date) -> dict[str, Mapping[str, Any]]:
    """Return who is in the frame on a day, by credit code."""
    return _by_code(registers.confirmed_on(STATISTICAL_FRAME.name, day).values(), "code")


def _eve(year: int) -> date:
    return date(year, 1, 1) - timedelta(days=1)


def _by_code(entries: Iterable[Mapping[str, Any]], name: str) -> dict[str, Mapping[str, Any]]:
    return {str(each[name]): each for each in entries}


def _express(on: date) -> dict[str, Mapping[str, Any]]:
    """Return the firms whose express permit holds on a day, by credit code."""
    permits = registers.confirmed_on(PERMITS, on).values()
    return _by_code((each for each in permits if each["valid_until"] >= on.isoformat()), "uscc")


def proposals(year: int, *, house: House) -> list[Decision]:
    """Return for each enterprise whether it belongs to the frame in a year, and why.

    A past year is judged by the members of then and by the thresholds that held on its first day;
    the running one as far as its sales are on file.
    """
    conditions = conditions_on(date(year, 1, 1), house.configuration, OWNER_KINDS)
    members, express = members_before(year), _express(_eve(year))
    sold: dict[str, dict[int, Any]] = defaultdict(dict)
    shops: dict[str, Mapping[str, Any]] = {}
    for row in rows_of(sales_by_enterprise, house=house, reads=("order", "merchant")):
        sold[row["owner_code"]][int(row["year"])] = row["sales"]
        shops[row["owner_code"]] = {
            "name": row["owner_name"], "kind": row["owner_kind"], "region": row["owner_region"]
        }  # fmt: skip
    permits = {code: {**each, "name": each["firm"]} for code, each in express.items()}
    firms = [
        Firm(
            code=code, name=told["name"] or "", kind=told.get("kind") or "enterprise",
            region=(told["region"] or "")[:COUNTY_DIGITS], was_member=code in members,
            express=code in express or bool(told.get("express")),
            sales_by_year=dict(sorted(sold[code].items())),
        )
        for code, told in sorted((permits | shops | members).items())
    ]  # fmt: skip
    asked = {kind: each.sales_yuan for kind, each in conditions.items()}
    limits = {
        firm.code: asked[firm.kind]
        for firm in firms
        if firm.kind in asked and firm.sales_by_year.get(year, 0) >= asked[firm.kind]
    }
    reached = _reached(limits, year, house)
    return [
        decide(replace(firm, reached_on=reached.get(firm.code)), year, conditions.get(firm.kind))
        for firm in firms
    ]


def _reached(limits: Mapping[str, Decimal], year: int, house: House) -> dict[str, date]:
    """Return the day of a year on which enterprises that reach their limits in it reached them."""
    if not limits:
        return {}
    given = pa.table({
        "code": pa.array(limits, pa.string()),
        "limit": pa.array(limits.values(), AMOUNT),
    })  # fmt: skip
    found = rows_of(
        partial(days_reached, year=year), house=house, reads=("order", "merchant"),
        given={"limits": given},
    )  # fmt: skip
    return {row["owner_code"]: row["day"] for row in found}


@dataclass(frozen=True)
class Line:
    """A decision, what the register says of the enterprise, and whether it is still to be done."""

    decision: Decision
    entry: EntryView | None
    is_open: bool

    @property
    def waits(self) -> bool:
        """Return whether the newest version of the entry is still to be confirmed."""
        entry = self.entry
        return entry is not None and (entry.state == "draft" or entry.version != entry.holds)

    @property
    def plain(self) -> dict[str, Any]:
        """Return the line as files and programs have it."""
        entry = self.entry
        told = {"entry": entry.number, "state": entry.state} if entry else {}
        return {**self.decision.plain, "entry": "", "state": "", **told, "open": self.is_open}


def lines(year: int, *, house: House, actor: Actor, today: date) -> list[Line]:
    """Return the decisions for a year beside the register, those still to be done first."""
    entries = _newest(actor, today)
    then = members_on(date(year, 1, 1))
    found = []
    for each in proposals(year, house=house):
        entry = entries.get(each.firm.code)
        is_free = entry is None or entry.state == "ended"
        is_settled = (
            entry is not None and entry.state == "current" and entry.version == entry.holds
        )
        is_in = each.firm.code in then
        is_open = (each.step == "enter" and is_free and not is_in) or (
            each.step == "leave" and is_settled and is_in
        )
        found.append(Line(each, entry, is_open))
    order = list(STEPS)
    return sorted(
        found,
        key=lambda line: (
            not line.is_open, order.index(line.decision.step), -line.decision.sales_yuan,
            line.decision.firm.code,
        ),
    )  # fmt: skip


def _newest(actor: Actor, today: date) -> dict[str, EntryView]:
    """Return the entry of each enterprise by credit code, one in use before one that ended."""
    sought = Sought(state="", limit=None)
    entries = registers.listed(STATISTICAL_FRAME, sought, actor=actor, today=today)
    ordered = sorted(entries, key=lambda each: each.state != "ended")
    return {str(each.values["code"]): each for each in ordered}
