# SPDX-License-Identifier: Apache-2.0
"""Interest on a page: what an account's balances come to at terms that are typed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.concept.interest import DAY_COUNTS
from shangheng.kernel.accounts.concept.rounding import ROUNDINGS
from shangheng.kernel.accounts.concept.units import written
from shangheng.kernel.errors import Invalid
from shangheng.site import clock, formats, interest, words
from shangheng.site.pages.accounts import day_asked, keepers_only

HEADER = ("since", "until", "days", "balance", "balance_times_days")


@require_safe
@keepers_only
def reckon(request: HttpRequest, code: str) -> HttpResponse:
    """Reckon the interest of an account for a period that is over; as a page or a CSV file."""
    asked, today = request.GET, clock.now().date()
    facts: dict[str, Any] = {
        "code": queries.account(code).code, "asked": asked, "day_counts": [*DAY_COUNTS],
        "roundings": ROUNDINGS, "since": asked.get("since") or today.replace(day=1).isoformat(),
        "until": asked.get("until") or today.isoformat(),
    }  # fmt: skip
    if "rate" not in asked:
        return render(request, "site/accounts/interest.html", facts)
    try:
        since, until = (day_asked(facts[name], today) for name in ("since", "until"))
        found = interest.reckon(code, since, until, interest.terms(asked.dict()))
    except Invalid as refusal:
        facts["why"] = words.message(refusal, words.language())
        return render(request, "site/accounts/interest.html", facts, status=422)
    unit = found.unit
    rows = [
        (each.since, each.until, each.days, written(each.balance, unit),
         written(each.balance * each.days, unit))
        for each in found.held
    ]  # fmt: skip
    if asked.get("format") == "csv":
        return formats.csv_file("interest", HEADER, rows)
    facts |= {"rows": rows, "unit": unit, "interest": written(found.interest, unit)}
    return render(request, "site/accounts/interest.html", facts)
