# SPDX-License-Identifier: Apache-2.0
"""What the policy service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.policy.cases import CASES
from shangheng.services.policy.formulas import reported_series
from shangheng.services.policy.jobs import JOBS

SERVICE = Service(
    name="policy",
    zh="政策库",
    en="Policies",
    systems=(
        "policy-plan-library",
        "policy-implementation-tracker",
        "target-scoreboard",
        "development-evaluation-index",
    ),
    cases=CASES,
    indicators=(reported_series,),
    jobs=JOBS,
    urls="shangheng.services.policy.urls",
)
