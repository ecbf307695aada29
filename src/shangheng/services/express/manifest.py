# SPDX-License-Identifier: Apache-2.0
"""What express permits and outlets plug in."""

from shangheng.kernel.service import Service
from shangheng.services.express.actions import GUARDS
from shangheng.services.express.cases import CASES
from shangheng.services.express.registers import REGISTERS

SERVICE = Service(
    name="express",
    zh="快递许可与末端网点",
    en="Express permits and outlets",
    systems=("express-licence-outlet-filing",),
    registers=REGISTERS,
    cases=CASES,
    urls="shangheng.services.express.urls",
    guards=GUARDS,
)
