# SPDX-License-Identifier: Apache-2.0
"""The calculators of what the law gives a buyer, for everybody."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.cases.concept.calendar import official
from shangheng.kernel.errors import Invalid
from shangheng.services.consumer import rules


class Office(Protocol):
    """What the site hands to the views of a service."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided."""
        ...


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
        "goods": rules.EXCLUDED,
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
    return render(request, "consumer/rights.html", facts)


def _return(text: str, goods: str, today: date, office: Office) -> rules.ReturnRight:
    return rules.seven_day_return(
        date.fromisoformat(text),
        asked_on=today,
        goods=goods,
        configuration=office.decisions(),
        calendar=official(),
    )


def _treble(text: str, _: str, today: date, office: Office) -> rules.Compensation:
    price = Decimal(text.replace(",", "").removeprefix("¥"))
    if not price.is_finite() or not 0 < price < Decimal(10) ** 12:
        raise ValueError(text)
    return rules.refund_one_pay_three(price, on=today, configuration=office.decisions())
