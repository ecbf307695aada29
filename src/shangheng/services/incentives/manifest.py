# SPDX-License-Identifier: Apache-2.0
"""What the incentives service plugs in."""

from shangheng.kernel.service import Service
from shangheng.services.incentives.cases import CASES
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.jobs.deciding import GUARDS
from shangheng.services.incentives.jobs.effects import effect
from shangheng.services.incentives.jobs.everybody import deserving, reckoned
from shangheng.services.incentives.jobs.examples import flaws
from shangheng.services.incentives.jobs.known import facts_of, schema
from shangheng.services.incentives.jobs.once import ONCE_GUARDS
from shangheng.services.incentives.jobs.parcels import watch
from shangheng.services.incentives.jobs.vouchers import VOUCHER_GUARDS
from shangheng.services.incentives.registers import REGISTERS
from shangheng.services.incentives.rules.funds import FUND_KINDS
from shangheng.services.incentives.views.desk import sees_whole

SERVICE = Service(
    name="incentives",
    zh="惠企政策兑现",
    en="Incentives",
    systems=(
        "tax-preference-calculator",
        "incentive-application-engine",
        "special-fund-ledger",
        "sales-threshold-awards",
        "rent-fibre-subsidy",
        "brand-demonstration-awards",
        "stacking-disqualification-guard",
        "utility-store-cost-relief",
        "sme-service-voucher",
        "land-use-support",
        "training-subsidy-settlement",
        "project-subsidies",
    ),
    registers=REGISTERS,
    cases=CASES,
    accounts=FUND_KINDS,
    reads=("merchant", "order", "refund"),
    urls="shangheng.services.incentives.urls",
    jobs={
        "entitlements": entitlements,
        "schema": schema,
        "facts": facts_of,
        "sees_whole": sees_whole,
        "reckoned": reckoned,
        "deserving": deserving,
        "effect": effect,
        "flaws": flaws,
    },
    watches={"parcels": watch},
    guards={**GUARDS, **VOUCHER_GUARDS, **ONCE_GUARDS},
)
