# SPDX-License-Identifier: Apache-2.0
"""Who reported what, and where they differ; sales of each enterprise for the frame."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Indicator, Question
from shangheng.kernel.formulas.queries import House, answer, rows_of
from shangheng.services.statistics.rules.decisions import CELL_MINIMUM, DISCREPANCY_PERCENT
from shangheng.services.statistics.rules.frame import Decision, conditions_on, decide
from shangheng.services.statistics.rules.publication import fit_to_publish

Table = Any
"""An Ibis table; Ibis publishes no types."""

MONEY_SOURCES = ("platform", "payments", "merchants", "unreported")


@dataclass(frozen=True)
class Reconciled:
    """What was said of one platform's sales of one month, by whom, in one currency.

    ``platform`` is what the platform itself reported as paid; ``payments`` what payment
    institutions took for it; ``merchants`` what second reporters claimed of the same orders, which
    no figure counts; ``unreported`` are successful payments for orders that the platform never
    reported. Counts are of orders, payments, claims and such payments; ``parcels`` are the
    couriers', of which ``parcels_unknown`` carry an order number that is not on file.
    """

    platform: str | None
    month: date
    currency: str
    amounts: Mapping[str, Decimal]
    counts: Mapping[str, int]
    parcels: int
    parcels_unknown: int
    must_explain: bool | None

    @property
    def difference(self) -> Decimal:
        """Return by how much payments exceed what the platform reported."""
        return self.amounts["payments"] - self.amounts["platform"]

    @property
    def difference_percent(self) -> Decimal | None:
        """Return the difference as a percentage of the payments."""
        paid = self.amounts["payments"]
        return self.difference * 100 / paid if paid else None


def money_by_source(order: Table, payment: Table, order_claims: Table) -> Table:
    """Return amount and count by platform, month, currency and who says so."""
    succeeded = payment.filter(payment.status == "success")
    named = succeeded.filter(succeeded.order_no.notnull())
    unknown = named.anti_join(order, ["platform", "order_no"])
    parts = (
        ("platform", order.filter(order.paid > 0), "paid"),
        ("payments", succeeded, "amount"),
        ("merchants", order_claims.filter(order_claims.paid > 0), "paid"),
        ("unreported", unknown, "amount"),
    )
    return ibis.union(
        *(
            rows.group_by(
                platform=rows.platform, month=rows.day.truncate("M"), currency=rows.currency
            )
            .aggregate(amount=rows[amount].sum().cast("decimal(38,4)"), records=rows.count())
            .mutate(source=ibis.literal(source))
            for source, rows, amount in parts
        )
    )


def parcels_by_platform(shipment: Table, order: Table) -> Table:
    """Return parcels by platform and month, and those whose order is not on file."""
    named = shipment.filter(shipment.order_no.notnull())
    unknown = named.anti_join(order, ["platform", "order_no"])
    parts = (("all", shipment), ("unknown", unknown))
    return ibis.union(
        *(
            rows.group_by(platform=rows.platform, month=rows.day.truncate("M"))
            .aggregate(records=rows.count())
            .mutate(source=ibis.literal(source))
            for source, rows in parts
        )
    )


def reconciliation(*, house: House, at: datetime) -> list[Reconciled]:
    """Return who reported what by platform and month, the greatest shortfall first.

    Nothing is counted twice: figures use the platform's word alone, and this report says where
    others differ. Without a configured threshold nobody is told to explain.
    """
    money = rows_of(money_by_source, house=house, reads=("order", "payment", "order_claims"))
    parcels = rows_of(parcels_by_platform, house=house, reads=("shipment", "order"))
    sent = {
        (row["platform"], _day(row["month"]), row["source"]): row["records"] for row in parcels
    }
    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for row in money:
        found[row["platform"], _day(row["month"]), row["currency"]][row["source"]] = row
    lines = [_reconciled(key, told, sent, _threshold(house, at)) for key, told in found.items()]
    return sorted(lines, key=lambda line: (-line.difference, str(line.platform), line.month))


def _day(moment: Any) -> date:  # noqa: ANN401 - engines return a date or a moment
    return moment.date() if isinstance(moment, datetime) else moment


def _threshold(house: House, at: datetime) -> Decimal | None:
    try:
        return Decimal(str(DISCREPANCY_PERCENT.on(at.date(), house.configuration)))
    except Invalid:  # not decided yet: the report stands, nobody is judged
        return None


def _reconciled(
    key: tuple[Any, ...],
    told: Mapping[str, Any],
    sent: Mapping[tuple[Any, ...], int],
    threshold: Decimal | None,
) -> Reconciled:
    platform, month, currency = key
    amounts = {
        name: told[name]["amount"] if name in told else Decimal(0) for name in MONEY_SOURCES
    }
    counts = {name: told[name]["records"] if name in told else 0 for name in MONEY_SOURCES}
    gap, paid = abs(amounts["payments"] - amounts["platform"]), amounts["payments"]
    judged = threshold is not None and paid > 0
    return Reconciled(
        platform=platform,
        month=month,
        currency=currency,
        amounts=amounts,
        counts=counts,
        parcels=sent.get((platform, month, "all"), 0),
        parcels_unknown=sent.get((platform, month, "unknown"), 0),
        must_explain=gap * 100 / paid >= threshold if judged and threshold is not None else None,
    )


def sales_by_enterprise(order: Table, merchant: Table) -> Table:
    """Return what each enterprise sold online by year, over all its shops on all platforms."""
    owners = merchant.filter(merchant.owner_code.notnull()).select(
        "platform", "shop", "owner_code", "owner_name", "owner_kind"
    )
    sold = order.filter(order.paid > 0, order.currency == "CNY")
    joined = sold.inner_join(owners, ["platform", "shop"])
    return joined.group_by("owner_code", year=joined.day.year()).aggregate(
        sales=joined.paid.sum(),
        owner_name=joined.owner_name.max(),
        owner_kind=joined.owner_kind.max(),
        records=joined.count(),
    )


def frame_proposals(
    year: int, *, members: frozenset[str], house: House
) -> list[tuple[Decision, str]]:
    """Return for each enterprise whether it belongs to the frame in a year, with its name.

    ``members`` are the credit codes in the frame so far. The same question about a past year, with
    the members of then, gives the same answer as then if the ledger has not been corrected.
    """
    sales: dict[str, dict[int, Decimal]] = defaultdict(dict)
    facts: dict[str, tuple[str, str]] = dict.fromkeys(members, ("", "enterprise"))
    for row in rows_of(sales_by_enterprise, house=house, reads=("order", "merchant")):
        sales[row["owner_code"]][int(row["year"])] = row["sales"]
        facts[row["owner_code"]] = (row["owner_name"] or "", row["owner_kind"])
    decisions = []
    for code, (name, kind) in sorted(facts.items()):
        conditions = conditions_on(kind, date(year, 1, 1), house.configuration)
        decision = decide(
            code, sales[code], year=year, was_member=code in members, conditions=conditions
        )
        decisions.append((decision, name))
    return decisions


def public_figure(
    indicator: Indicator, question: Question, *, house: House, at: datetime
) -> Figure:
    """Return the figure as the public may see it: cells of too few parties withheld."""
    minimum = int(CELL_MINIMUM.on(question.until or at.date(), house.configuration))
    figure = answer(indicator, question, house=house, at=at, parties=True)
    return fit_to_publish(figure, minimum)
