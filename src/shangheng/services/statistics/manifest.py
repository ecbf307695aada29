# SPDX-License-Identifier: Apache-2.0
"""What the statistics service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.statistics.actions import learn_merchants
from shangheng.services.statistics.formulas.dictionary import INDICATORS
from shangheng.services.statistics.records import KINDS
from shangheng.services.statistics.rules.publication import fit_to_publish

SERVICE = Service(
    name="statistics",
    zh="统计监测",
    en="Statistics",
    systems=(
        "monitoring-indicator-system",
        "platform-transaction-survey",
        "statistical-frame-register",
        "ecommerce-statistics-reporting",
    ),
    kinds=KINDS,
    reads=("merchant", "listing", "order", "payment", "shipment", "refund", "series"),
    indicators=INDICATORS,
    urls="shangheng.services.statistics.urls",
    after={"merchant": learn_merchants},
    jobs={"fit-to-publish": fit_to_publish},
)
