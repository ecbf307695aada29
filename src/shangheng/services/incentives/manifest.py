# SPDX-License-Identifier: Apache-2.0
"""What the incentives service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.incentives.cases import CASES
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.jobs.deciding import HOOKS
from shangheng.services.incentives.registers import REGISTERS

SERVICE = Service(
    name="incentives",
    zh="惠企政策兑现",
    en="Incentives",
    systems=("tax-preference-calculator", "incentive-application-engine"),
    registers=REGISTERS,
    cases=CASES,
    urls="shangheng.services.incentives.urls",
    jobs={"entitlements": entitlements},
    hooks=HOOKS,
)
