# SPDX-License-Identifier: Apache-2.0
"""The frame page: what is decided of each enterprise in a year; an officer takes it over."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel.errors import Invalid, Refusal
from shangheng.services.statistics import actions
from shangheng.services.statistics.queries.frame import Line, lines
from shangheng.services.statistics.records import OWNER_KINDS
from shangheng.services.statistics.rules.frame import STEPS, conditions_on
from shangheng.services.statistics.views.overview import Office

PAGE = 50
FIRST_YEAR, LAST_YEAR = 1990, 2200
STATES = {
    "draft": ("待确认", "to be confirmed"),
    "current": ("在册", "on file"),
    "ended": ("已退出", "has left"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def frame(request: HttpRequest, office: Office) -> HttpResponse:
    """Show every enterprise with its decision of a year; take chosen ones over."""
    office.require_officer(request)
    year, form = _year(request, office), request.GET.get("format", "")
    hand = office.hand(request)
    facts: dict[str, Any] = {"year": year, "asked": request.GET, "steps": STEPS}
    try:
        every = lines(year, house=office.house(), actor=hand.actor, today=office.now().date())
    except Invalid as refusal:
        if form or request.method == "POST":
            raise
        facts |= {"refusal": refusal, "why": office.message(refusal)}
        return render(request, "statistics/frame.html", facts)
    found = _sought(every, request)
    if request.method == "POST":
        wrong = _taken_over(found, request, office)
        if not wrong:
            kept = request.GET.copy()
            kept["year"] = str(year)
            return redirect(f"{request.path}?{kept.urlencode()}")
        facts["wrong"] = wrong
    if form == "json":
        return JsonResponse([each.plain for each in found], safe=False,
                            json_dumps_params={"ensure_ascii": False})  # fmt: skip
    if form == "csv":
        return _file(f"frame-{year}", found, office)
    return _page(request, office, facts, every, found)


def _page(
    request: HttpRequest, office: Office, facts: dict[str, Any], every: list[Line],
    found: list[Line],
) -> HttpResponse:  # fmt: skip
    number = office.page_number(request)
    begin = (number - 1) * PAGE
    days = office.days("order")
    conditions = conditions_on(
        date(facts["year"], 1, 1), office.house().configuration, OWNER_KINDS
    )
    facts |= {
        "conditions": [(OWNER_KINDS[kind], each) for kind, each in conditions.items()],
        "lines": [
            (each, STEPS[each.decision.step], OWNER_KINDS.get(each.decision.firm.kind, ("", "")),
             STATES[each.entry.state] if each.entry else None)
            for each in found[begin : begin + PAGE]
        ],
        "counts": [(STEPS[step], count) for step, count in _counted(every)],
        "found": len(found), "open": sum(each.is_open for each in found),
        "members": sum(each.decision.is_member for each in every),
        "until": days[-1] if days and facts["year"] - days[-1].year in (0, 1) else None,
        "number": number, "more": len(found) > begin + PAGE,
    }  # fmt: skip
    status = 422 if facts.get("wrong") else 200
    return render(request, "statistics/frame.html", facts, status=status)


def _counted(every: Iterable[Line]) -> list[tuple[Any, int]]:
    counts = Counter(each.decision.step for each in every)
    return [(step, counts[step]) for step in STEPS]


def _year(request: HttpRequest, office: Office) -> int:
    """Return the year asked for; else that of the latest sales on file."""
    text = request.GET.get("year", "").strip()
    if not text:
        days = office.days("order")
        return days[-1].year if days else office.now().year
    if not text.isdecimal() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Invalid("question.year_unreadable", text=text)
    return int(text)


def _sought(every: list[Line], request: HttpRequest) -> list[Line]:
    """Return the lines whose name or code says what is looked for, and of one decision."""
    text, step = request.GET.get("text", "").strip(), request.GET.get("step", "")
    return [
        each
        for each in every
        if step in ("", each.decision.step)
        and (text.casefold() in f"{each.decision.firm.name} {each.decision.firm.code}".casefold())
    ]


def _taken_over(found: list[Line], request: HttpRequest, office: Office) -> list[tuple[Line, str]]:
    """Take over what was chosen, each by itself; return what was refused, and why."""
    hand, chosen = office.hand(request), set(request.POST.getlist("code"))
    wrong = []
    for each in found:
        is_meant = each.is_open and "every" in request.POST
        if not is_meant and each.decision.firm.code not in chosen:
            continue
        try:
            actions.take_over(each, hand, office.place.region)
        except Refusal as refusal:
            wrong.append((each, office.message(refusal)))
    return wrong


def _file(name: str, found: list[Line], office: Office) -> HttpResponse:
    rows = [each.plain for each in found]
    for row in rows:
        row["sales_by_year"] = "；".join(f"{y} {v}" for y, v in row["sales_by_year"].items())
    return office.csv_file(name, rows[0] if rows else (), (row.values() for row in rows))
