# SPDX-License-Identifier: Apache-2.0
"""Pages: what the law gives, what an officer needs to decide, who pays, who keeps to it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.cases import queries as cases
from shangheng.kernel.cases.concept.calendar import known
from shangheng.kernel.cases.concept.views import CaseFile
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.queries import House as Figures
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.registers.queries import Sought
from shangheng.kernel.service import Registry
from shangheng.services.consumer import queries
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.forms import referral_pack, warning_of, warning_of_samples
from shangheng.services.consumer.registers import PRECEDENT, QUALITY_TERM, WARNING
from shangheng.services.consumer.rules import compliance, guarantees, mediation, warnings
from shangheng.services.consumer.rules import rights as law

YEAR = timedelta(days=365)
OFFICERS = ("consumer.officer", "consumer.lead", "consumer.mediator", "consumer.finance")


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand a request acts."""
        ...

    def limited(self, request: HttpRequest, what: str) -> None:
        """Refuse what was done too often from one address."""
        ...

    def house(self) -> Figures:
        """Return where figures are computed."""
        ...

    def ask_all(self, asked: Any) -> list[Figure]:  # noqa: ANN401 - pairs of name and question
        """Return several figures as the public may see them."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...


def _officer(request: HttpRequest, office: Office) -> Hand:
    """Return the hand of somebody who works on complaints; refuse everybody else."""
    hand = office.hand(request)
    if not cases.knows(COMPLAINT, hand.actor):
        raise NotPermitted("case.not_yours", what="see", roles=list(OFFICERS), region="")
    return hand


@require_safe
@never_cache
def shop(request: HttpRequest, office: Office) -> HttpResponse:
    """Find the shop of an order, so that whoever complains need not know what it is called."""
    number = request.GET.get("order_no", "").strip()
    facts: dict[str, Any] = {"order_no": number, "form": reverse("case-new", args=["complaint"])}
    if number:
        office.limited(request, "find_shop")
        found = queries.shops(office.house(), number, today=office.now().date())
        facts["lines"] = [(each, urlencode({**each, "order_no": number})) for each in found]
    return render(request, "consumer/shop.html", facts)


@require_safe
def rights(request: HttpRequest, office: Office) -> HttpResponse:
    """Say until when goods can be returned and what fraud costs, by the readings in force."""
    today, asked = office.now().date(), request.GET
    typed = {
        "received_on": asked.get("received_on", "").strip(),
        "price": asked.get("price", asked.get("claim", "")).strip(),
    }
    facts: dict[str, Any] = {
        "asked": asked,
        "typed_price": typed["price"],
        "goods": law.EXCLUDED,
        "wrong": {},
    }
    for name, work in (("received_on", _return), ("price", _treble)):
        if text := typed[name]:
            try:
                facts[name] = work(text, asked.get("goods", ""), today, office)
            except (ValueError, InvalidOperation):
                facts["wrong"][name] = True
            except Invalid as refusal:
                facts["undecided"] = refusal.facts
    if asked.get("gtin") and typed["received_on"] and "received_on" not in facts["wrong"]:
        facts["promises"] = _promises(asked["gtin"], typed["received_on"], today)
    return render(request, "consumer/rights.html", facts)


def _return(text: str, goods: str, today: date, office: Office) -> law.ReturnRight:
    return law.seven_day_return(
        date.fromisoformat(text),
        asked_on=today,
        goods=goods,
        configuration=office.decisions(),
        calendar=known(office.decisions()),
    )


def _treble(text: str, _: str, today: date, office: Office) -> law.Compensation:
    price = Decimal(text.replace(",", "").removeprefix("¥"))
    if not price.is_finite() or not 0 < price < Decimal(10) ** 12:
        raise ValueError(text)
    return law.refund_one_pay_three(price, on=today, configuration=office.decisions())


def _promises(gtin: str, received_on: str, today: date) -> list[tuple[Any, Any]]:
    """Return for how long a product is guaranteed, by whom, in which way."""
    sought = Sought(where=(("gtin", gtin.strip()),))
    found = entries.listed(QUALITY_TERM, sought, actor=NOBODY, today=today)
    received = date.fromisoformat(received_on)
    return [
        (each.values, [(guarantees.PROMISES[promise.what], promise)
                       for promise in guarantees.promises(each.values, received, today)])
        for each in found
    ]  # fmt: skip


def _file(request: HttpRequest, number: str, office: Office) -> tuple[Hand, CaseFile]:
    hand = office.hand(request)
    return hand, cases.case_file(COMPLAINT, number, actor=hand.actor, at=hand.at, house=hand.house)


@require_safe
@never_cache
def desk(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Show an officer the fast track, the roster with conflicts, precedents and guarantees."""
    hand, file = _file(request, number, office)
    form, today = file.case.values, hand.at.date()
    said = {name: value for step in file.steps for name, value in step.values.items()}
    facts: dict[str, Any] = {
        "number": number,
        "form": form,
        "said": said,
        "mediators": queries.mediators(form, said, today),
        "guarantees": queries.guarantees(today),
        "precedents": entries.listed(
            PRECEDENT, Sought(where=(("ground", form["ground"]),), limit=10), actor=NOBODY,
            today=today,
        ),
    }  # fmt: skip
    try:
        facts["conditions"] = mediation.fast_track(
            form, on=today, configuration=hand.house.configuration
        )
    except Invalid as refusal:
        facts["undecided"] = refusal.facts
    return render(request, "consumer/desk.html", facts)


@require_safe
@never_cache
def referral(request: HttpRequest, number: str, office: Office) -> HttpResponse:
    """Return what a court or an arbitrator needs of a case, as one zip."""
    hand, file = _file(request, number, office)
    response = HttpResponse(
        referral_pack(COMPLAINT, file, hand.house), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="{number}.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def outliers(request: HttpRequest, office: Office) -> HttpResponse:
    """Show where complaints stand out and samples fail; make a draft of a warning of one."""
    hand = _officer(request, office)
    parts = {"complaints": _standing_out(hand), "samples": _failing(hand, office)}
    drafts = {place: draft for part in parts.values() for place, draft in part["lines"]}
    if request.method == "POST":
        place = request.POST.get("place", "")
        if place not in drafts:
            raise Invalid("consumer.no_such_outlier", place=place)
        filing = Filing(home=hand.house.region, sure=True)
        made = registers.enter(WARNING, drafts[place], PlainHand(hand.actor, hand.at), filing)
        return redirect("entry", WARNING.name, made.number)
    return render(request, "consumer/outliers.html", parts | {"count": len(drafts)})


def _standing_out(hand: Hand) -> dict[str, Any]:
    """Return the drafts of warnings that complaints ask for, each under what tells it apart."""
    try:
        decided = warnings.terms(hand.house.configuration, hand.at.date())
    except Invalid as refusal:
        return {"undecided": refusal.facts, "lines": ()}
    found = queries.standing_out(hand.actor, decided, at=hand.at)
    return {
        "decided": decided,
        "exposure": warnings.EXPOSURES[decided.exposure],
        "lines": [("/".join(each.key), warning_of(each, decided)) for each in found],
        "trend": queries.trend(hand.actor, decided, at=hand.at),
    }


def _failing(hand: Hand, office: Office) -> dict[str, Any]:
    """Return the drafts of warnings that samples ask for."""
    try:
        decided = warnings.sampling_terms(hand.house.configuration, hand.at.date())
    except Invalid as refusal:
        return {"undecided": refusal.facts, "lines": ()}
    found = queries.failing(office.house(), decided, at=hand.at, home=hand.house.region)
    lines = [(f"{each.region}/{each.goods}", warning_of_samples(each, decided)) for each in found]
    return {"decided": decided, "lines": lines}


@require_safe
@never_cache
def stations(request: HttpRequest, office: Office) -> HttpResponse:
    """Show how each station did with its claims in the last year."""
    hand = _officer(request, office)
    found = queries.stations(hand.actor, since=hand.at - YEAR, until=hand.at)
    header = ("station", "claims", "settled", "settled_percent", "escalated", "in_time", "ended",
              "satisfaction", "rated")  # fmt: skip
    if request.GET.get("format") == "csv":
        rows = [[getattr(each, name) for name in header] for each in found]
        return office.csv_file("stations", header, rows)
    return render(request, "consumer/stations.html", {"lines": found})


@require_safe
def guarantee_list(request: HttpRequest, office: Office) -> HttpResponse:
    """Rank operators that were asked first: what lies in their guarantee, what they settle."""
    asked = Question(by=("first_operator",))
    names = ("complaints-ended", "complaint-settlement-rate", "advance-payments")
    figures = office.ask_all([(name, asked) for name in names])
    columns = ("ended", "rate", "advanced")
    found: dict[str, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(columns))
    for name, figure in zip(columns, figures, strict=True):
        for row in figure:
            found[str(row["first_operator"])][name] = row["value"]
    lines = [
        (entry, balances, found[str(entry.values["operator"])])
        for entry, balances in queries.guarantees(office.now().date())
    ]
    lines.sort(key=lambda line: (-(line[2]["rate"] or -1), line[0].title))
    if request.GET.get("format") == "csv":
        header = ("operator", "name", "agreed", "deposited", "claimed", "paid_out", "ended",
                  "settled_percent", "advanced")  # fmt: skip
        rows = [
            [entry.values["operator"], entry.title, entry.values["agreed"], *balances.values(),
             *told.values()]
            for entry, balances, told in lines
        ]  # fmt: skip
        return office.csv_file("guarantees", header, rows)
    return render(request, "consumer/guarantees.html", {"lines": lines})


@require_safe
def keeping(request: HttpRequest, office: Office) -> HttpResponse:
    """Show promotions with what was found of them, and how platforms keep the seven-day return."""
    platform, today = request.GET.get("platform", "").strip(), office.now().date()
    captures = office.registry.registers.get("rule_capture")
    judged = queries.promotions(captures, today, platform=platform)
    if request.GET.get("format") == "csv":
        header = ("number", "platform", "title", "starts_on", "ends_on", "findings")
        rows = [
            [each.number, *(each.values[name] for name in header[1:5]), " ".join(each.findings)]
            for each in judged
        ]
        return office.csv_file("promotions", header, rows)
    by = Question(by=("platform",))
    rates, tests = office.ask_all([("seven-day-return-compliance", by), ("test-returns", by)])
    count = {row["platform"]: row["value"] for row in tests}
    facts = {
        "lines": [
            (each, compliance.RUNNING[each.state],
             [compliance.FINDINGS[name] for name in each.findings])
            for each in judged
        ],
        "rates": [(row, count.get(row["platform"])) for row in rates],
        "platform": platform,
    }  # fmt: skip
    return render(request, "consumer/keeping.html", facts)
