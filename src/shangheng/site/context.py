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
    Link("log", "存证", "Evidence"),
    Link("send", "报送", "Report"),
    Link("help", "帮助", "Help"),
)
BENCH = (
    Link("inboxes", "办件", "Cases", inside=True),
    Link("notices", "通知", "Notices", inside=True),
    Link("reporters", "报送单位", "Reporters", inside=True),
    Link("receipts", "回执", "Receipts", inside=True),
    Link("uploads", "上传", "Uploads", inside=True),
    Link("statistics:reconciliation", "对账", "Reconciliation", inside=True),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what ``site/base.html`` needs."""
    match = request.resolver_match
    works = people.has_post(request)
    return {
        "language": words.language(),
        "html_language": "en" if words.language() == "en" else "zh-Hans",
        "wall": request.GET.get("wall") == "1",
        "wall_refresh": WALL_REFRESH_S,
        "place": wiring.place(),
        "demonstration": wiring.is_demonstration(),
        "here": match.view_name if match else "",
        "public_links": PUBLIC,
        "bench_links": tuple(
            link for link in BENCH if works or link.to not in ("inboxes", "notices")
        ),
        "bench_home": "inboxes" if works else "reporters",
        "services": REGISTRY.services,
    }
