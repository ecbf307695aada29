# SPDX-License-Identifier: Apache-2.0
"""What the ledger knows of firms: who runs which shops, and what they sold by mode and year.

A firm is a credit code on a platform's roster of sellers; shops without one are nobody's here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.services.incentives.formulas.entitled import MONEY

Table = Any
READS = ("merchant", "order", "refund")
PAID, KEPT = "paid", "paid-less-refunds"
MEASURE = Parameter(
    name="incentives.sales_measure",
    zh="年销售收入口径",
    en="what counts as yearly sales",
    unit="enum",
    clause="ganzhou-2015 四(二)1",
    question_zh="年销售收入按实付金额计（paid），还是扣除退款（paid-less-refunds）？",
    question_en="Do yearly sales count what was paid (paid), or less refunds (paid-less-refunds)?",
)


def measure_on(on: date, configuration: Configuration) -> str:
    """Return what the authority decided to count as sales."""
    told = str(MEASURE.on(on, configuration))
    if told not in (PAID, KEPT):
        raise Invalid("incentive.measure_unknown", value=told, known=[PAID, KEPT])
    return told


def candidates(tables: Mapping[str, Table], region: str, measure: str, least: Decimal) -> Table:
    """Return the sales of every firm that sold more than the lowest level in some year.

    All others are due nothing, whatever the readings; each row carries the firm's name, whether a
    shop of it is in the region, and in which county.
    """
    owned = tables["merchant"].filter(tables["merchant"].owner_code.notnull())
    sold = sales(tables, owned, measure)
    most = sold.amount.max().over(group_by="firm")
    above = sold.mutate(most=most).filter(ibis._.most >= ibis.literal(least).cast(MONEY))
    joined = above.left_join(firms(owned, region), "firm").drop("firm_right", "most")
    return joined.order_by("firm", "mode", "year")


def firms(owned: Table, region: str) -> Table:
    """Return the firms: by which name, in which county of the region, if they are in it."""
    stem = region
    while stem.endswith("00"):
        stem = stem[:-2]
    inside = owned.region.startswith(stem)
    return owned.group_by(firm="owner_code").aggregate(
        name=owned.owner_name.max(),
        here=inside.any(),
        county=owned.region.substr(0, 6).min(where=inside),
    )


def sales(tables: Mapping[str, Table], owned: Table, measure: str) -> Table:
    """Return what firms sold, by mode and calendar year of the order, in yuan."""
    order = tables["order"]
    kept = order.filter(order.currency == "CNY", order.paid > 0, order.mode.notnull())
    if measure == KEPT:
        kept = _less_refunds(kept, tables["refund"])
    kept = kept.select("platform", "shop", "mode", "ordered_at", "paid")
    shops = owned.select("platform", "shop", firm="owner_code")
    sold = kept.inner_join(shops, ["platform", "shop"])
    return sold.group_by("firm", "mode", year=sold.ordered_at.year()).aggregate(
        amount=sold.paid.sum().round(2).cast(MONEY)
    )


def _less_refunds(order: Table, refund: Table) -> Table:
    """Return orders with what was kept of ``paid``; an order's own total outranks refunds."""
    key = ["platform", "order_no", "currency"]
    amounts = refund.group_by(*key).aggregate(told=refund.amount.sum())
    joined = order.left_join(amounts, key, rname="refund_{name}")
    back = ibis.coalesce(joined.refunded, joined.told, ibis.literal(0)).cast("decimal(18,4)")
    return joined.select(
        "platform", "shop", "mode", "ordered_at",
        paid=ibis.greatest(joined.paid - back, ibis.literal(0).cast("decimal(18,4)")),
    )  # fmt: skip


def of_one(tables: Mapping[str, Table], code: str, measure: str) -> Table:
    """Return the sales of one firm, to fill a facts file in."""
    merchant = tables["merchant"]
    return sales(tables, merchant.filter(merchant.owner_code == code), measure).order_by(
        "year", "mode"
    )
