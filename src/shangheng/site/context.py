# SPDX-License-Identifier: Apache-2.0
"""What the frame of every page needs: navigation, language, wall view, whose platform it is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from shangheng.kernel.access.concept import ADMINISTRATOR, OFFICER, REPORTER
from shangheng.site import people, wiring, words
from shangheng.site.registry import REGISTRY

WALL_REFRESH_S = 60


@dataclass(frozen=True)
class Link:
    """A place to go: the name of its address, its words, and the roles that it is for, if any."""

    to: str
    zh: str
    en: str
    roles: Collection[str] = ()

    def opens_to(self, held: set[str]) -> bool:
        """Return whether somebody with these roles may go there."""
        return not self.roles or not held.isdisjoint(self.roles)


PUBLIC = (
    Link("statistics:overview", "总览", "Overview"),
    Link("indicators", "指标", "Indicators"),
    Link("policy:library", "政策", "Policies"),
    Link("incentives:may_receive", "优惠", "Incentives"),
    Link("cases", "办事", "Services"),
    Link("registers", "名录", "Registers"),
    Link("kinds", "数据字典", "Data dictionary"),
    Link("exchange", "共享", "Data sharing"),
    Link("log", "存证", "Evidence"),
    Link("send", "报送", "Report"),
    Link("help", "帮助", "Help"),
)
DESKS = REGISTRY.roles
"""Whoever works on cases or registers."""
REPORTING = (OFFICER, REPORTER)
COMPLAINTS = REGISTRY.case_kind("complaint").roles
GRANTING = REGISTRY.case_kind("incentive_application").roles
BENCH = (
    Link("inboxes", "办件", "Cases", DESKS),
    Link("notices", "通知", "Notices", DESKS),
    Link("incentives:deserving", "政策兑现", "Granting", GRANTING),
    Link("reporters", "报送单位", "Reporters", (OFFICER,)),
    Link("receipts", "回执", "Receipts", REPORTING),
    Link("deliveries", "交换", "Exchange", (OFFICER,)),
    Link("uploads", "上传", "Uploads", REPORTING),
    Link("statistics:reconciliation", "对账", "Reconciliation", (OFFICER,)),
    Link("consumer:outliers", "待提警示", "Warnings to propose", COMPLAINTS),
    Link("consumer:stations", "12315站", "Stations", COMPLAINTS),
    Link("filing:alarms", "规则与做法", "Rules and practice", DESKS),
    Link("parties", "主体", "Parties", (OFFICER,)),
    Link("accounts", "账户", "Accounts", (OFFICER,)),
    Link("retention:periods", "留存", "Retention", (OFFICER,)),
    Link("posts", "岗位", "Posts", (ADMINISTRATOR,)),
    Link("looks", "查看个人信息记录", "Looks", (ADMINISTRATOR, *DESKS)),
)


SHOWN = (
    Link("consumer:keeping", "促销和退货：说到做到吗", "Promotions and returns: kept or not"),
    Link("consumer:guarantees", "先行赔付保证金", "Guarantees for advance payment"),
    Link("filing:alarms", "规则与做法不一致的平台", "Where practice departs from filed rules"),
    Link("express:coverage", "快递末端网点覆盖", "Coverage by express outlets"),
)
"""Pages that show how what was filed and decided is kept."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what ``site/base.html`` needs."""
    match = request.resolver_match
    held = {post.role for post in people.posts_of(request)}
    bench = tuple(link for link in BENCH if link.opens_to(held))
    return {
        "language": words.language(),
        "html_language": "en" if words.language() == "en" else "zh-Hans",
        "wall": request.GET.get("wall") == "1",
        "wall_refresh": WALL_REFRESH_S,
        "place": wiring.place(),
        "demonstration": wiring.is_demonstration(),
        "here": match.view_name if match else "",
        "public_links": PUBLIC,
        "bench_links": bench,
        "bench_home": bench[0].to if bench else "account",
        "shown_links": SHOWN,
        "services": REGISTRY.services,
    }
