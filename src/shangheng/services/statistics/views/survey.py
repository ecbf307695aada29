# SPDX-License-Identifier: Apache-2.0
"""The survey page: platforms by size class, who answered, what all of them come to."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Question
from shangheng.services.statistics.queries import survey as queries
from shangheng.services.statistics.queries.survey import Survey
from shangheng.services.statistics.registers import FORMS, STRATA
from shangheng.services.statistics.rules.decisions import DISCREPANCY_PERCENT
from shangheng.services.statistics.views.overview import Office

SHOWN = 50
LISTS = ("platforms", "regions", "owners", "shopless")


@require_safe
@never_cache
def survey(request: HttpRequest, office: Office) -> HttpResponse:
    """Show what the platforms of a month told, and what follows for all on the register."""
    office.require_officer(request)
    months = sorted({f"{day:%Y-%m}" for day in office.days("order")}, reverse=True)
    month = request.GET.get("month", "") or (months or [f"{office.now():%Y-%m}"])[0]
    house = office.house()
    currency = request.GET.get("currency", "") or queries.YUAN
    found = queries.survey(month, house=house, home=office.place.region, currency=currency)
    if file := _file(request, office, found):
        return file
    facts: dict[str, Any] = {
        "found": found,
        "unit": ("元", "yuan") if found.currency == queries.YUAN else (found.currency,) * 2,
        "currencies": sorted({*found.currencies, found.currency}),
        "months": sorted({*months, month}, reverse=True),
        "why": office.message(found.refusal) if found.refusal else "",
        "strata": _strata(found),
        "platforms": [
            (each, FORMS[each["form"]], STRATA[each["stratum"]]) for each in found.platforms
        ],
        "sides": {name: sum(each[name] for each in found.regions) for name in ("seller", "buyer")},
        "owners": found.owners[:SHOWN],
        "shopless": found.shopless[:SHOWN],
        "figure": _figure(request, office, found),
    }
    try:
        facts["threshold"] = DISCREPANCY_PERCENT.on(found.until, house.configuration)
    except Invalid as refusal:  # not decided yet: the page says so
        facts["threshold_why"] = office.message(refusal)
    return render(request, "statistics/survey.html", facts)


def _figure(request: HttpRequest, office: Office, found: Survey) -> Any:  # noqa: ANN401 - a figure
    if found.currency != queries.YUAN or not any(each["records"] for each in found.platforms):
        return None
    question = Question(by=("platform",), since=found.since, until=found.until)
    return office.ask_all([("paid-amount", question)], office.reader(request))[0]


def _strata(found: Survey) -> list[Any]:
    """Return for each size class how many are on the register and answered, and its estimate."""
    estimated = {each.name: each for each in found.estimate.strata} if found.estimate else {}
    lines = []
    for name, words in STRATA.items():
        asked = [each for each in found.platforms if each["stratum"] == name]
        told = [each["amount"] for each in asked if each["amount"] is not None]
        if asked:
            lines.append((words, len(asked), len(told), sum(told), estimated.get(name)))
    return lines


def _file(request: HttpRequest, office: Office, found: Survey) -> HttpResponse | None:
    """Return the survey as JSON, or one of its lists as CSV, where the address asks for it."""
    form = request.GET.get("format", "")
    if form == "json":
        return JsonResponse(found.plain, json_dumps_params={"ensure_ascii": False})
    if form != "csv":
        return None
    name = request.GET.get("list", "")
    name = name if name in LISTS else LISTS[0]
    rows = found.plain[name]
    title = f"survey-{found.month}-{found.currency}-{name}"
    return office.csv_file(title, rows[0] if rows else (), (row.values() for row in rows))
