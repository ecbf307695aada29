# SPDX-License-Identifier: Apache-2.0
"""What the filing of rules plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.filing.actions import GUARDS
from shangheng.services.filing.cases import CASES
from shangheng.services.filing.jobs import raise_alarms
from shangheng.services.filing.registers import REGISTERS

SERVICE = Service(
    name="filing",
    zh="平台规则备案",
    en="Filing of platforms' rules",
    systems=("platform-rule-filing",),
    registers=REGISTERS,
    cases=CASES,
    urls="shangheng.services.filing.urls",
    watches={"alarms": raise_alarms},
    guards=GUARDS,
)
