# SPDX-License-Identifier: Apache-2.0
"""What the incentives service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.incentives.jobs import entitlements

SERVICE = Service(
    name="incentives",
    zh="惠企政策兑现",
    en="Incentives",
    systems=("tax-preference-calculator", "incentive-application-engine"),
    urls="shangheng.services.incentives.urls",
    jobs={"entitlements": entitlements},
)
