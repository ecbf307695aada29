# SPDX-License-Identifier: Apache-2.0
"""Whom a clause concerns, in what order one wants to read it, and who a known party is."""

from collections.abc import Iterable

AUDIENCES = {
    "enterprise": ("企业", "enterprise"),
    "shop": ("网店、个体卖家", "online shop or sole trader"),
    "platform": ("电商平台", "platform"),
    "farmer": ("农户、合作社", "farmer or cooperative"),
    "logistics": ("快递、物流、仓储", "courier, logistics, warehouse"),
    "finance": ("银行、支付、保险", "bank, payment, insurance"),
    "park": ("园区、基地、市场", "park, base, market"),
    "school": ("院校、培训和科研机构", "school, trainer, institute"),
    "talent": ("求职者、创业者、人才", "job seeker, founder, talent"),
    "association": ("行业协会", "association"),
    "consumer": ("消费者", "consumer"),
    "county": ("县（市、区）、乡镇", "county or township"),
    "city": ("设区市、州", "city or prefecture"),
}
"""The codes of ``audience`` in ``jurisdictions/schema/document.json``."""
SCHEMES = {
    "platform": "platform", "carrier": "logistics", "institution": "finance",
    "uscc": "", "org": "", "regno": "", "platform_shop": "shop",
}  # fmt: skip
"""By which code somebody is looked for, and what a code alone already says of them."""
OF_PARTIES = {
    "enterprise": "enterprise", "sole_trader": "shop", "cooperative": "farmer", "shop": "shop",
    "platform": "platform",
}  # fmt: skip
"""The audience that a kind of party belongs to."""
ORDER = ("incentive", "deadline", "rule", "registry", "duty", "quota", "target")
HEADINGS = {
    "incentive": ("可以得到什么", "What there is to receive"),
    "deadline": ("有期限的事", "What has a time limit"),
    "rule": ("要遵守的规则", "Rules to keep"),
    "registry": ("名录、登记和备案", "Registers and filings"),
    "duty": ("主管部门要为此做什么", "What the authorities owe"),
    "quota": ("名额和项目", "Quotas and projects"),
    "target": ("目标", "Targets"),
    "": ("总的说明", "In general"),
}


def heading_of(kinds: Iterable[str]) -> str:
    """Return under which heading a clause stands: the first of its kinds in reading order."""
    there = set(kinds)
    return next((kind for kind in ORDER if kind in there), "")
