# SPDX-License-Identifier: Apache-2.0
"""The pages of targets."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.services.policy.queries import targets as queries
from shangheng.services.policy.rules.standing import Standing
from shangheng.services.policy.views.asking import Office, chosen, cited, file_of, year_of

SHARE_DIGITS = 6


OPERATORS = {">": ("超过", "above"), ">=": ("不低于", "at least"), "=": ("达到", "reach"),
             "full": ("全部", "all")}  # fmt: skip


def _plain_standing(each: Standing) -> dict[str, Any]:
    target = each.target
    share = None if each.share is None else round(each.share, SHARE_DIGITS)
    return {
        "id": target.id, "clause": target.clause, "zh": target.zh, "en": target.en,
        "operator": target.operator, "value": _number(target.value), "unit": target.unit,
        "year": target.year, "base_unit": target.base_unit, "amount": _number(target.amount),
        "indicator": target.indicator, "judged_by": target.judged_by, "state": each.state,
        "present": _number(each.value), "share_percent": _number(share),
        "reached": each.reached,
        "from": each.since.isoformat() if each.since else None,
        "to": each.until.isoformat() if each.until else None,
    }  # fmt: skip


def _number(value: Any) -> str | None:  # noqa: ANN401 - an int or a Decimal
    return None if value is None else str(value)


@require_safe
def targets(request: HttpRequest, office: Office) -> HttpResponse:
    """Show each target of a place beside what the ledger says of it."""
    known, place = chosen(request, office)
    days, reader = office.days("order"), office.reader(request)
    scope = queries.Scope(
        days=days,
        year=year_of(request.GET.get("year", ""), days),
        region="" if place.id == office.home else place.region,
        ask=lambda name, question: office.ask(name, question, reader),
    )
    listed = queries.standings(place, scope, request.GET.get("text", ""))
    if file := file_of(
        request, office, f"targets-{place.id}", [_plain_standing(each) for each in listed]
    ):
        return file
    facts = {
        "places": known,
        "where": place,
        "asked": request.GET,
        "years": sorted({day.year for day in days}, reverse=True),
        "year": scope.year,
        "lines": [
            {
                "standing": each,
                "indicator": office.registry.indicators.get(each.target.indicator or ""),
                "operator": OPERATORS[each.target.operator],
                "cited": cited(each.target.clause),
            }
            for each in listed
        ],
    }
    return render(request, "policy/targets.html", facts)
