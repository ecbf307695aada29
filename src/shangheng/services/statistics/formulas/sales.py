# SPDX-License-Identifier: Apache-2.0
"""What a sale is: paid, kept or paid back; and how the volume of some sales is declared."""

import inspect
from collections.abc import Callable
from typing import Any

import ibis

from shangheng.kernel.formulas.concept import CNY, Indicator, Measure, Total, indicator
from shangheng.services.statistics.formulas.dimensions import OF_ORDERS

Table = Any
"""An Ibis table; Ibis publishes no types."""
Condition = Callable[[Table], Any]

RETAIL = ("B2C", "C2C")
ORDER_KEY = ("platform", "order_no", "currency")


def settled(order: Table, refund: Table) -> Table:
    """Return orders with ``returned``: what was paid back, by the order itself or by refunds.

    An order's own ``refunded`` is cumulative and outranks refund records; only orders that do not
    carry it look for refund records of the same order and currency.
    """
    told = order.filter(order.refunded.notnull())
    untold = order.filter(order.refunded.isnull())
    # Where every order carries it, refunds need not be read: an engine sees that at once.
    # (Put otherwise than above, lest the two be shared and kept in memory.)
    lacking = order.filter(~order.refunded.notnull()).count()
    wanted = refund.filter(lacking.as_scalar() > 0)
    amounts = wanted.group_by(*ORDER_KEY).aggregate(amount=wanted.amount.sum())
    joined = untold.left_join(amounts, ORDER_KEY, rname="refund_{name}")
    found = joined.amount.cast("decimal(18,4)").fill_null(ibis.literal(0).cast("decimal(18,4)"))
    return ibis.union(
        told.mutate(returned=told.refunded),
        joined.select(*order.columns, returned=found),
    )


def paid(order: Table) -> Any:  # noqa: ANN401
    """Return whether an order was paid."""
    return order.paid > 0


def in_retail(order: Table) -> Any:  # noqa: ANN401
    """Return whether an order is a retail sale that was not paid back in full."""
    return order.mode.isin(RETAIL) & (order.paid > 0) & (order.returned < order.paid)


def volume(name: str, *, of: tuple[str, str], **declared: Any) -> Callable[[Condition], Indicator]:  # noqa: ANN401
    """Declare the paid amount of the paid orders for which the function below holds."""

    def declare(condition: Condition) -> Indicator:
        return indicator(
            name,
            definition_zh=f"{of[0]}的实付金额合计（含运费和税费，不扣退款）",
            definition_en=f"Paid amount of {of[1]}, freight and tax included, refunds kept in",
            unit=CNY,
            reads=("order",),
            by=OF_ORDERS,
            additive=True,
            source=inspect.getsource(condition),
            **declared,
        )(lambda order: Measure(order, Total("paid"), where=lambda o: paid(o) & condition(o)))

    return declare


def retail(name: str, *, of: tuple[str, str], **declared: Any) -> Callable[[Condition], Indicator]:  # noqa: ANN401
    """Declare the retail sales for which the function below holds."""

    def declare(condition: Condition) -> Indicator:
        return indicator(
            name,
            definition_zh=(
                f"{of[0]}的实付金额合计，模式为 B2C 或 C2C（模式不明的不计），已全额退款的订单不计"
            ),
            definition_en=f"Paid amount of {of[1]}, B2C or C2C, fully refunded orders left out",
            unit=CNY,
            reads=("order", "refund"),
            by=OF_ORDERS,
            additive=True,
            source=inspect.getsource(in_retail) + "\n\n" + inspect.getsource(condition),
            **declared,
        )(
            lambda order, refund: Measure(
                settled(order, refund),
                Total("paid"),
                where=lambda o: in_retail(o) & condition(o),
            )
        )

    return declare
