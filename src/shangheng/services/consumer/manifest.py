# SPDX-License-Identifier: Apache-2.0
"""What consumer protection plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.consumer.cases import CASES
from shangheng.services.consumer.registers import REGISTERS

SERVICE = Service(
    name="consumer",
    zh="消费维权",
    en="Consumer protection",
    systems=(
        "online-complaint-management",
        "return-refund-promotion-compliance",
        "rights-station-12315",
    ),
    registers=REGISTERS,
    cases=CASES,
    urls="shangheng.services.consumer.urls",
)
