# SPDX-License-Identifier: Apache-2.0
"""What the policy service plugs in."""

from shangheng.kernel.service import Service

SERVICE = Service(
    name="policy",
    zh="政策库",
    en="Policies",
    systems=("policy-plan-library", "target-scoreboard", "policy-implementation-tracker"),
    urls="shangheng.services.policy.urls",
)
