# SPDX-License-Identifier: Apache-2.0
"""How many were told of the entries of a register: counted on their pages, listed for officers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import NotFound, NotPermitted
from shangheng.kernel.notices import queries as notices
from shangheng.kernel.registers import reach
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.registers.queries import EntryView
from shangheng.site import acting, clock, places, words
from shangheng.site.formats import csv_file
from shangheng.site.registry import REGISTRY

CARRIED = (
    "已送达 {delivered}，待送 {waiting}，未送达 {given_up}",
    "{delivered} delivered, {waiting} waiting, {given_up} given up",
)


def note(kind: RegisterKind, entry: EntryView, way: str) -> None:
    """Count one more reader from outside; officers who look at their own entries are none."""
    if kind.reach and entry.state == "current" and not entry.is_whole:
        reach.opened(kind, entry, way, clock.now().date())


def way_of(request: HttpRequest) -> str:
    """Return by which way a page was found, as far as its address tells."""
    return "from_email" if request.GET.get("from") == "email" else "page"


def told(kind: RegisterKind, number: str) -> list[tuple[str, int, str]]:
    """Return how many were told of an entry by each way, and what became of e-mails."""
    if not kind.reach:
        return []
    counted = dict.fromkeys(reach.WAYS, 0)
    for each in reach.reached(kind, number):
        counted[each.way] += each.times
    carried = words.either(*CARRIED)
    became = (
        carried.format(**notices.mailed(reach.link_of(kind.name, number, "email")))
        if counted["email"]
        else ""
    )
    return [
        (words.either(*reach.WAYS[way]), n, became if way == "email" else "")
        for way, n in counted.items()
        if n or way in ("email", "page")
    ]


@require_safe
@never_cache
def listed(request: HttpRequest, name: str) -> HttpResponse:
    """List how many were told, by entry, way, region and category, for those who enter them."""
    kind, actor = REGISTRY.register(name), acting.actor_of(request)
    if not kind.reach:
        raise NotFound("register.no_reach", kind=kind.name)
    if not any(post.role in kind.roles for post in actor.posts):
        raise NotPermitted("register.not_yours", what="see", roles=list(kind.roles), region="")
    number = request.GET.get("number", "").strip()
    topic = next(each for each in kind.coded if each.name == kind.reach)
    lines = [(each, _words(each, topic.values)) for each in reach.reached(kind, number)]
    if request.GET.get("format") == "csv":
        header = ("number", "way", "region", kind.reach, "times", "first_day", "last_day")
        rows = [[getattr(e, "topic" if n == kind.reach else n) for n in header] for e, _ in lines]
        return csv_file(f"{kind.name}-reach", header, rows)
    facts: dict[str, Any] = {"kind": kind, "topic": topic, "lines": lines, "number": number}
    return render(request, "site/registers/reach.html", facts)


def _words(each: reach.Reached, topics: Any) -> dict[str, str]:  # noqa: ANN401 - a code list
    everywhere = words.either("全部", "all")
    return {
        "way": words.either(*reach.WAYS[each.way]),
        "region": places.region_name(each.region) if each.region else everywhere,
        "topic": words.coded(each.topic, topics) if each.topic else everywhere,
    }
