# SPDX-License-Identifier: Apache-2.0
"""What the frame of every page needs: navigation, language, wall view, whose platform it is."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from shangheng.site import people, wiring, words
from shangheng.site.registry import REGISTRY

WALL_REFRESH_S = 60


@dataclass(frozen=True)
class Link:
    """A place to go: the name of its address, its words, who sees it."""

    to: str
    zh: str
    en: str
    inside: bool = False


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
BENCH = (
    Link("inboxes", "办件", "Cases", inside=True),
    Link("notices", "通知", "Notices", inside=True),
    Link("incentives:deserving", "政策兑现", "Granting", inside=True),
    Link("reporters", "报送单位", "Reporters", inside=True),
    Link("receipts", "回执", "Receipts", inside=True),
    Link("deliveries", "交换", "Exchange", inside=True),
    Link("uploads", "上传", "Uploads", inside=True),
    Link("statistics:reconciliation", "对账", "Reconciliation", inside=True),
    Link("consumer:outliers", "待提警示", "Warnings to propose", inside=True),
    Link("consumer:stations", "12315站", "Stations", inside=True),
    Link("filing:alarms", "规则与做法", "Rules and practice", inside=True),
    Link("accounts", "账户", "Accounts", inside=True),
    Link("retention:periods", "留存", "Retention", inside=True),
    Link("posts", "岗位", "Posts", inside=True),
    Link("looks", "查看个人信息记录", "Looks", inside=True),
)


SHOWN = (
    Link("consumer:keeping", "促销和退货：说到做到吗", "Promotions and returns: kept or not"),
    Link("consumer:guarantees", "先行赔付保证金", "Guarantees for advance payment"),
    Link("filing:alarms", "规则与做法不一致的平台", "Where practice departs from filed rules"),
    Link("express:coverage", "快递末端网点覆盖", "Coverage by express outlets"),
)
"""Pages that show how what was filed and decided is kept."""
AT_DESKS = {
    "incentives:deserving",
    "inboxes",
    "notices",
    "consumer:outliers",
    "consumer:stations",
    "filing:alarms",
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what ``site/base.html`` needs."""
    match = request.resolver_match
    works, administers = people.has_post(request), people.is_administrator(request)
    officer = people.is_officer(request)
    reports = officer or people.reporter_of(request) is not None
    opens = dict.fromkeys(AT_DESKS, works) | {
        "posts": administers, "looks": works or administers,
        "reporters": officer, "receipts": reports, "uploads": reports,
        "statistics:reconciliation": officer,
    }  # fmt: skip
    return {
        "language": words.language(),
        "html_language": "en" if words.language() == "en" else "zh-Hans",
        "wall": request.GET.get("wall") == "1",
        "wall_refresh": WALL_REFRESH_S,
        "place": wiring.place(),
        "demonstration": wiring.is_demonstration(),
        "here": match.view_name if match else "",
        "public_links": PUBLIC,
        "bench_links": tuple(link for link in BENCH if opens.get(link.to, True)),
        "bench_home": next((link.to for link in BENCH if opens.get(link.to, True)), "account"),
        "shown_links": SHOWN,
        "services": REGISTRY.services,
    }
