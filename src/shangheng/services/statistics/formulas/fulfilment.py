# SPDX-License-Identifier: Apache-2.0
"""What becomes of orders: payments, parcels, the time that they take."""

from typing import Any

from shangheng.kernel.formulas.concept import (
    CNY,
    HOURS,
    PERCENT,
    Measure,
    Quantile,
    Ratio,
    Total,
    indicator,
)
from shangheng.services.statistics.formulas.dimensions import OF_PAYMENTS, OF_SHIPMENTS, PARCELS

Table = Any
"""An Ibis table; Ibis publishes no types."""


@indicator(
    "payment-amount",
    zh="支付金额",
    en="payments",
    definition_zh="支付机构上报的成功支付金额",
    definition_en="Successful payments as payment institutions report them",
    unit=CNY,
    reads=("payment",),
    by=OF_PAYMENTS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十五)", "qinghai-2016 (七)"),
    additive=True,
    party=("institution",),
)
def payment_amount(payment: Table) -> Measure:
    """Add up the payments that succeeded."""
    succeeded = lambda p: p.status == "success"  # noqa: E731
    return Measure(payment, Total("amount"), where=succeeded, kind="payment")


@indicator(
    "payment-success-rate",
    zh="支付成功率",
    en="payment success rate",
    definition_zh="成功支付笔数占全部支付笔数的比重",
    definition_en="Successful payments as a share of all attempts",
    unit=PERCENT,
    reads=("payment",),
    by=OF_PAYMENTS,
    basis=("jiangsu-2015 (三十)", "hunan-2015 (十五)", "qinghai-2016 (七)"),
    party=("institution",),
)
def payment_success_rate(payment: Table) -> Ratio:
    """Divide the payments that succeeded by all."""
    succeeded = Measure(payment, where=lambda p: p.status == "success", kind="payment")
    return Ratio(succeeded, Measure(payment, kind="payment"), times=100)


@indicator(
    "parcels",
    zh="快递件数",
    en="parcels",
    definition_zh="揽收的快递件数",
    definition_en="Parcels handed to carriers",
    unit=PARCELS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    additive=True,
    party=("carrier",),
)
def parcels(shipment: Table) -> Measure:
    """Count parcels."""
    return Measure(shipment, kind="shipment")


@indicator(
    "village-parcels",
    zh="到村快递件数",
    en="parcels to villages",
    definition_zh="送达到村的快递件数",
    definition_en="Parcels delivered in a village",
    unit=PARCELS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("qinghai-2016 (十四)",),
    additive=True,
    party=("carrier",),
)
def village_parcels(shipment: Table) -> Measure:
    """Count parcels that went to a village."""
    return Measure(shipment, where=lambda s: s.to_village, kind="shipment")


@indicator(
    "village-parcel-rate",
    zh="到村快递占比",
    en="share of parcels to villages",
    definition_zh="送达到村的快递占寄往农村快递的比重",
    definition_en="Parcels delivered in a village as a share of those sent to the countryside",
    unit=PERCENT,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("qinghai-2016 (十四)",),
    party=("carrier",),
)
def village_parcel_rate(shipment: Table) -> Ratio:
    """Divide the parcels to villages by all that went to the countryside."""
    rural = shipment.filter(shipment.destination_area == "rural")
    reached = Measure(rural, where=lambda s: s.to_village, kind="shipment")
    return Ratio(reached, Measure(rural, kind="shipment"), times=100)


def _hours(shipment: Table) -> Any:  # noqa: ANN401
    took = shipment.delivered_at.epoch_seconds() - shipment.shipped_at.epoch_seconds()
    return took / 3600


@indicator(
    "delivery-hours-median",
    zh="配送时长中位数",
    en="median delivery time",
    definition_zh="从揽收到签收的小时数的中位数，未签收的不计",
    definition_en="Median of the hours from hand-over to delivery; undelivered left out",
    unit=HOURS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    party=("carrier",),
)
def delivery_hours_median(shipment: Table) -> Measure:
    """Take the middle delivery time."""
    delivered = shipment.filter(shipment.delivered_at.notnull())
    return Measure(delivered, Quantile(_hours), kind="shipment")


@indicator(
    "delivery-hours-p90",
    zh="配送时长九成分位数",
    en="delivery time, ninth decile",
    definition_zh="九成快递在该小时数内签收，未签收的不计",
    definition_en="The hours within which nine parcels in ten were delivered",
    unit=HOURS,
    reads=("shipment",),
    by=OF_SHIPMENTS,
    basis=("jiangsu-2015 (十六)",),
    party=("carrier",),
)
def delivery_hours_p90(shipment: Table) -> Measure:
    """Take the time that nine in ten stay below."""
    delivered = shipment.filter(shipment.delivered_at.notnull())
    return Measure(delivered, Quantile(_hours, 0.9), kind="shipment")


INDICATORS = (
    payment_amount,
    payment_success_rate,
    parcels,
    village_parcels,
    village_parcel_rate,
    delivery_hours_median,
    delivery_hours_p90,
)
