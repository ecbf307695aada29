# SPDX-License-Identifier: Apache-2.0
"""Statistics 统计监测: from what platforms report to the figures that an authority publishes.

Serves statistics officers, commerce departments and the reporters themselves. Reads and provides
the kinds ``merchant listing order payment shipment refund series`` and keeps the registers
``statistical_frame`` and ``trading_platform``, from which rates take their divisors.

Delivers ``monitoring-indicator-system``, ``platform-transaction-survey``,
``statistical-frame-register`` and, of ``ecommerce-statistics-reporting``, what needs no workflow.

Basis: Jiangsu 2015 (二) (二十九) (三十), Jiangsu 2016 十三, Ganzhou 2015 三(六)3 五3,
Hunan 2015 (二十五), Qinghai 2016 (三) (二十三) (二十四).
"""
