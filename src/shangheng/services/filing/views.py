# SPDX-License-Identifier: Apache-2.0
"""A filed rule with its versions and what may be unfair in it; where practice departs from it."""

from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.cases import queries as cases
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.concept.wording import compared
from shangheng.services.filing import queries, rules
from shangheng.services.filing.cases import RULE_FILING
from shangheng.services.filing.registers import TRADING_RULE


class Office(Protocol):
    """What the site hands to the views of a service."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand a request acts."""
        ...

    def csv_file(self, name: str, header: Any, rows: Any) -> HttpResponse:  # noqa: ANN401
        """Return a list as a CSV file."""
        ...


@require_safe
def rule(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Show a rule, how two of its versions differ, and the terms that may be unfair."""
    entry = registers.entry(TRADING_RULE, number, actor=NOBODY, today=office.now().date())
    versions = queries.versions(number)
    last = versions[-1].number
    before = _whole(request.GET.get("before", ""), max(1, last - 1))
    after = _whole(request.GET.get("after", ""), last)
    facts = {
        "entry": entry,
        "rule": entry.values,
        "versions": versions,
        "before": before,
        "after": after,
        "passages": queries.differences(number, before, after) if before != after else (),
        "findings": rules.screened(str(entry.values["text"])),
        "alarms": [
            each
            for each in queries.alarms(office.now().date(), platform=entry.values["platform"])
            if each.rule and each.rule.number == number
        ],
    }
    return render(request, "filing/rule.html", facts)


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise  # noqa: PLR2004


@require_safe
def alarms(request: HttpRequest, office: Office) -> HttpResponse:
    """List where a platform's pages depart from what it filed; also as CSV."""
    platform = request.GET.get("platform", "").strip()
    found = list(queries.alarms(office.now().date(), platform=platform))
    if request.GET.get("format") == "csv":
        header = ("platform", "title", "why", "rule", "capture", "captured_on", "passages")
        return office.csv_file("rule-alarms", header, map(_row, found))
    lines = [(each, queries.WHY[each.why]) for each in found]
    return render(request, "filing/alarms.html", {"lines": lines, "platform": platform})


def _row(each: queries.Alarm) -> list[object]:
    seen = each.capture.values
    rule_number = each.rule.number if each.rule else ""
    return [seen["platform"], seen["title"], each.why, rule_number, each.capture.number,
            seen["captured_on"], len(each.passages)]  # fmt: skip


@require_safe
@never_cache
def desk(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Show an officer what a filing lacks, what may be unfair in it and what it changes."""
    hand = office.hand(request)
    file = cases.case_file(RULE_FILING, number, actor=hand.actor, at=hand.at, house=hand.house)
    form = file.case.values
    known = queries.filed(str(form["platform"]), str(form["title"]))
    facts: dict[str, Any] = {
        "number": number,
        "rule": form,
        "known": known,
        "findings": rules.screened(str(form["text"])),
        "flaws": rules.flaws(form, is_change=bool(known), configuration=hand.house.configuration),
    }
    if known:
        facts["passages"] = compared(
            str(queries.versions(known)[-1].values["text"]), str(form["text"])
        )
    return render(request, "filing/desk.html", facts)
