# SPDX-License-Identifier: Apache-2.0
"""What consumer protection plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.consumer.actions import GUARDS
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.cases.others import DEPOSIT, SUBSCRIPTION
from shangheng.services.consumer.formulas import INDICATORS
from shangheng.services.consumer.jobs import tell_warnings
from shangheng.services.consumer.records import KINDS
from shangheng.services.consumer.registers import REGISTERS
from shangheng.services.consumer.rules.guarantees import FUND_KINDS
from shangheng.services.consumer.rules.rights import advice

SERVICE = Service(
    name="consumer",
    zh="消费维权",
    en="Consumer protection",
    systems=(
        "rights-station-12315",
        "online-complaint-management",
        "dispute-mediation",
        "return-refund-promotion-compliance",
        "advance-compensation-guarantee",
        "consumption-warning-education",
    ),
    kinds=KINDS,
    registers=REGISTERS,
    cases=(COMPLAINT, DEPOSIT, SUBSCRIPTION),
    accounts=FUND_KINDS,
    reads=("order", "merchant"),
    indicators=INDICATORS,
    urls="shangheng.services.consumer.urls",
    chores={"warnings": tell_warnings},
    guards=GUARDS,
    advises={COMPLAINT.name: advice},
)
