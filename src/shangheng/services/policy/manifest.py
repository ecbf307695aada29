# SPDX-License-Identifier: Apache-2.0
"""What the policy service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.policy.cases import CASES
from shangheng.services.policy.formulas import reported_series

SERVICE = Service(
    name="policy",
    zh="政策库",
    en="Policies",
    systems=("policy-plan-library", "target-scoreboard", "policy-implementation-tracker"),
    cases=CASES,
    reads=("series",),
    indicators=(reported_series,),
    urls="shangheng.services.policy.urls",
)
