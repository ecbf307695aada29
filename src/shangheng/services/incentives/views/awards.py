# SPDX-License-Identifier: Apache-2.0
"""The desk of those who grant: who deserves what, what it costs, what funds hold, publicity."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel import messages
from shangheng.kernel.accounts import queries as accounts
from shangheng.kernel.accounts.concept.units import amount_of
from shangheng.kernel.cases import across as cases
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.kernel.regions import queries as regions
from shangheng.services.incentives import actions, queries
from shangheng.services.incentives.actions import Line
from shangheng.services.incentives.cases import APPLICATION
from shangheng.services.incentives.jobs import effects, everybody
from shangheng.services.incentives.jobs.everybody import Reckoned, is_in_the_ledger
from shangheng.services.incentives.rules.funds import FUND_PLAN, PURSES
from shangheng.services.incentives.rules.provisions import Provision
from shangheng.services.incentives.views.desk import Office, day_of, home_of, require_post

SET = "set."
POTS = ("available", "committed", "paid")


@login_required
@never_cache
@require_safe
def deserving(request: HttpRequest, office: Office) -> HttpResponse:
    """Show which firms are due an award without applying, and which of them the funds can pay."""
    require_post(request, office)
    facts = _asked(request, office, is_in_the_ledger)
    if not facts["provisions"]:
        return render(request, "incentives/deserving.html", facts)
    try:
        found = everybody.deserving(_reckoned(facts, office))
    except Refusal as refusal:
        return _refused(request, "incentives/deserving.html", facts, refusal)
    lines = [_line(each, found) for each in found["firms"]]
    if request.GET.get("format") == "csv":
        head = ("code", "name", "county", *found["choices"], "dropped", "findings", "fund_covers")
        rows = ((each["code"], each["name"], each["county"], *each["sums"], each["dropped"],
                 "；".join(each["why_zh"]), each["covered"]) for each in lines)  # fmt: skip
        return office.csv_file("deserving", head, rows)
    facts |= {
        "found": found,
        "lines": [each for each in lines if not each["dropped"]],
        "dropped": [each for each in lines if each["dropped"]],
        "choices": [(everybody.in_words(name, found["provision"]), found["sums"].get(name),
                     found["funds"][name]) for name in found["choices"]],
    }  # fmt: skip
    return render(request, "incentives/deserving.html", facts)


def _asked(
    request: HttpRequest, office: Office, is_listed: Callable[[Provision], bool]
) -> dict[str, Any]:
    place = home_of(office)
    on = day_of(request.GET.get("on", ""), office.now().date())
    listed = [each for each in queries.provisions(place, on) if is_listed(each)]
    name = request.GET.get("provision") or (listed[0].id if listed else "")
    return {"where": place, "on": on, "provisions": listed, "name": name, "asked": request.GET}


def _reckoned(asked: Mapping[str, Any], office: Office) -> Reckoned:
    return everybody.reckoned(asked["where"], asked["name"], asked["on"], office.house())


def _line(firm: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a firm with its sum under each reading, and whether the funds cover it under each."""
    told = firm["without"] if firm["dropped"] else firm["amounts"]
    covered = [firm["code"] in found["funds"][name]["covered"] for name in found["choices"]]
    return {
        **firm, "sums": [told.get(name) for name in found["choices"]],
        "county_name": regions.find(firm["county"]).name, "covered": all(covered),
        "why_zh": [f"{each['year']}{each['zh']}" for each in firm["findings"]],
    }  # fmt: skip


def _refused(
    request: HttpRequest, template: str, facts: dict[str, Any], refusal: Refusal
) -> HttpResponse:
    told = tuple(messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
    whole = {**facts, "refusal": told, "code": refusal.code}
    return render(request, template, whole, status=422)


@login_required
@never_cache
@require_safe
def effect(request: HttpRequest, office: Office) -> HttpResponse:
    """Show what other numbers of a provision would cost, before anybody makes them law."""
    require_post(request, office)
    facts = _asked(request, office, effects.can_be_changed)
    changes = {
        key.removeprefix(SET): value.strip()
        for key, value in request.GET.items()
        if key.startswith(SET) and isinstance(value, str) and value.strip()
    }
    try:
        asked = _reckoned(facts, office)
        names = effects.names_of(asked)
        facts["numbers"] = [
            {"path": path, "field": f"{SET}{path}", "name": names[path], "now": number,
             "typed": changes.get(path, "")}
            for path, number in effects.numbers_of(asked).items()
        ]  # fmt: skip
        if changes:
            facts["found"] = effects.effect(asked, changes)
            for line in facts["found"]["lines"]:
                line["words"] = everybody.in_words(line["reading"], asked.provision)
    except Refusal as refusal:
        return _refused(request, "incentives/effect.html", facts, refusal)
    return render(request, "incentives/effect.html", facts)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def funds(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the budget lines of a year with what is free, committed and paid; appropriate more."""
    place = require_post(request, office)
    year = _year(request, office.now())
    facts: dict[str, Any] = {"where": place, "year": year, "typed": request.POST}
    if request.method == "POST":
        try:
            actions.appropriate(*_appropriation(request, place, year), office.hand(request))
        except Refusal as refusal:
            facts |= {"lines": list(_fund_lines(place, year)), "purses": PURSES}
            return _refused(request, "incentives/funds.html", facts, refusal)
        return redirect(f"{request.path}?year={year}")
    facts |= {"lines": list(_fund_lines(place, year)), "purses": PURSES}
    if request.GET.get("format") == "csv":
        head = ("fund", "region", "unit", *POTS, *(f"{pot}_with_below" for pot in POTS))
        rows = ((each["code"], each["region"], each["unit"].code,
                 *(sum_[0] for sum_ in each["sums"]), *(sum_[1] for sum_ in each["sums"]))
                for each in facts["lines"])  # fmt: skip
        return office.csv_file("funds", head, rows)
    return render(request, "incentives/funds.html", facts)


def _year(request: HttpRequest, now: datetime) -> int:
    text = request.GET.get("year", "") or request.POST.get("year", "")
    return int(text) if text.isdigit() and len(text) == 4 else now.year  # noqa: PLR2004


def _appropriation(
    request: HttpRequest, place: Jurisdiction, year: int
) -> tuple[Line, Decimal, str]:
    said = request.POST
    region = regions.lookup(said.get("region", "").strip()).code[:6]
    text = said.get("amount", "").replace(",", "").strip()
    purse = next((each for each in PURSES if each == said.get("purse")), None)
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise Invalid("amount.not_a_number", amount=text) from error
    if purse is None:
        raise Invalid("incentive.no_such_purse", purse=said.get("purse", ""), known=[*PURSES])
    document = said.get("document", "").strip()
    line = Line(purse=purse, region=region, year=year, home=place.region)
    return line, amount, document


def _fund_lines(place: Jurisdiction, year: int) -> Iterator[dict[str, Any]]:
    """Yield the lines of the house and of what lies below it, those that were opened.

    ``whole`` is what a line holds together with those below it; a county has none below.
    """
    below = [place.region, *_counties(place.region)]
    codes = {f"fund/{purse}/{region}/{year}": (purse, region)
             for purse in PURSES for region in below}  # fmt: skip
    pots = accounts.balances([FUND_PLAN.account(code, pot) for code in codes for pot in POTS])
    for code, (purse, region) in codes.items():
        if FUND_PLAN.account(code, POTS[0]) in pots:
            unit = PURSES[purse][2]
            named = [FUND_PLAN.account(code, pot) for pot in POTS]
            sums = [amount_of(pots[each], unit) for each in named]
            whole = sums
            if region.endswith("00"):
                whole = [amount_of(accounts.total(each).posted, unit) for each in named]
            yield {"code": code, "purse": PURSES[purse], "region": regions.find(region).name,
                   "unit": unit, "sums": [*zip(sums, whole, named, strict=True)]}  # fmt: skip


def _counties(region: str) -> Iterator[str]:
    """Yield every city and county below a region."""
    for each in regions.children(region):
        yield each.code
        if each.code.endswith("00"):
            yield from _counties(each.code)


@require_safe
def publicity(request: HttpRequest, office: Office) -> HttpResponse:
    """List the awards in publicity, to which everybody may object."""
    found = cases.in_states(APPLICATION, ("public",))
    fixed = {each.number: each for each in cases.taken(APPLICATION, ("check",))}
    lines = [
        {"number": each.number, "name": each.values["name"], "at": each.changed_at,
         "provision": each.values["provision"], "clause": told["clause"],
         "amount": Decimal(told["amount"])}
        for each in found
        for told in [fixed[each.number].values]
    ]  # fmt: skip
    if request.GET.get("format") == "csv":
        head = ("number", "name", "provision", "clause", "amount", "public_since")
        rows = ((each["number"], each["name"], each["provision"], each["clause"], each["amount"],
                 each["at"].isoformat()) for each in lines)  # fmt: skip
        return office.csv_file("publicity", head, rows)
    return render(request, "incentives/publicity.html", {"lines": lines})
