# SPDX-License-Identifier: Apache-2.0
"""What the statistics service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.statistics.actions import GUARDS, learn_merchants, release_due
from shangheng.services.statistics.cases import offered
from shangheng.services.statistics.formulas import derived, fulfilment, orders, reporting, shops
from shangheng.services.statistics.queries import releases
from shangheng.services.statistics.queries.frame import proposals
from shangheng.services.statistics.queries.survey import survey
from shangheng.services.statistics.records import KINDS
from shangheng.services.statistics.registers import REGISTERS
from shangheng.services.statistics.rules.holidays import notes_between
from shangheng.services.statistics.rules.publication import fit_to_publish

INDICATORS = (
    *orders.INDICATORS,
    *shops.INDICATORS,
    *derived.INDICATORS,
    *fulfilment.INDICATORS,
    *reporting.INDICATORS,
)
"""In the order in which the dictionary lists them."""

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
    registers=REGISTERS,
    cases=offered(INDICATORS),
    indicators=INDICATORS,
    urls="shangheng.services.statistics.urls",
    after={"merchant": learn_merchants},
    guards=GUARDS,
    chores={"release": release_due},
    jobs={
        "fit-to-publish": fit_to_publish,
        "embargo": releases.embargo,
        "releases": releases.listed,
        "notes-between": notes_between,
        "frame": proposals,
        "survey": survey,
    },
)
