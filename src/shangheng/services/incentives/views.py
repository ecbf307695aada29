# SPDX-License-Identifier: Apache-2.0
"""The page on which a firm sees what it may receive; nothing that is typed is kept."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel import messages
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction, Library
from shangheng.kernel.service import Registry
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms import typed
from shangheng.services.incentives.forms.places import placed_text

READING = "reading."
VERDICTS = {
    "yes": ("可以", "yes", "good"),
    "no": ("不可以", "no", ""),
    "missing": ("还缺情况", "something is missing", "warn"),
}


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    @property
    def home(self) -> str:
        """Return the name of this installation's jurisdiction."""
        ...

    def library(self) -> Library:
        """Return the policies of every jurisdiction."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Return what the authority has decided where no document prints a number."""
        ...


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def may_receive(request: HttpRequest, office: Office) -> HttpResponse:
    """Take a firm's facts and say for each provision yes, no, or what is missing, and why."""
    library = office.library()
    given = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    home = office.home if office.home in library.jurisdictions else min(library.jurisdictions)
    place = policies.jurisdiction(library, given.get("jurisdiction") or home)
    text = given.get("facts", "").strip() or typed.composed(given)
    facts: dict[str, Any] = {"given": given, "where": place, "text": text}
    if request.method == "POST":
        try:
            facts |= _answered(place, text, given, office)
        except Refusal as refusal:
            told = (messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
            facts |= {"refusal": tuple(told), "code": refusal.code}
    if "refusal" not in facts and given.get("format") == "json" and "answer" in facts:
        return JsonResponse(facts["answer"], json_dumps_params={"ensure_ascii": False})
    facts |= {
        "places": sorted(library.jurisdictions.values(), key=lambda each: each.id),
        "on": given.get("on") or office.now().date().isoformat(),
        "groups": typed.shown(given),
    }
    status = 422 if "refusal" in facts else 200
    return render(request, "incentives/may_receive.html", facts, status=status)


def _answered(
    place: Jurisdiction, text: str, given: Mapping[str, str], office: Office
) -> dict[str, Any]:
    on = _day(given.get("on", ""), office.now().date())
    known = queries.reading_names(queries.provisions(place, on))
    chosen = {
        name.removeprefix(READING): value.strip()
        for name, value in given.items()
        if name.startswith(READING) and value.strip() and name.removeprefix(READING) in known
    }
    services = {each.name: each for each in office.registry.services}
    answer = services["incentives"].jobs["entitlements"](
        place,
        placed_text(text, "facts"),
        on=on,
        readings=chosen,
        configuration=office.decisions(),
        confirm_small="confirm_small" in given,
        close="close" in given,
    )
    asked = {
        question["reading"] for each in answer["provisions"] for question in each["questions"]
    }
    readings = [(each, chosen.get(name, "")) for name, each in known.items()
                if name in asked or name in chosen]  # fmt: skip
    return {"answer": answer, "lines": list(_lines(answer)), "readings": readings, "day": on}


def _lines(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each provision, those that grant something first, with what is missing in words."""
    order = list(VERDICTS)
    words = typed.labels()
    for each in sorted(answer["provisions"], key=lambda one: order.index(one["verdict"])):
        facts = [name for name in each["missing"] if not name.startswith(READING)]
        missing = [words.get(name, (name, name)) for name in facts]
        yield {**each, "word": VERDICTS[each["verdict"]], "missing": missing}


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error
