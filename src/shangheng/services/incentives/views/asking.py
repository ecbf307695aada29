# SPDX-License-Identifier: Apache-2.0
"""The page on which a firm sees what it may receive; nothing that is typed is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel import messages
from shangheng.kernel.errors import Refusal
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives import queries
from shangheng.services.incentives.forms import typed
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.jobs import known as filed
from shangheng.services.incentives.jobs.asking import entitlements
from shangheng.services.incentives.rules.decide import READING
from shangheng.services.incentives.rules.provisions import Reading
from shangheng.services.incentives.views.desk import Office, day_of, sees_whole

ORIGINS = {
    "asked": ("本次试算", "tried here"),
    "decided": ("本单位已定", "decided by the house"),
    "proposed": ("建议，尚未决定", "proposed, not yet decided"),
}
VERDICTS = {
    "yes": ("可以", "yes", "good"),
    "no": ("不可以", "no", ""),
    "missing": ("还缺情况", "something is missing", "warn"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def may_receive(request: HttpRequest, office: Office) -> HttpResponse:
    """Take a firm's facts and say for each provision yes, no, or what is missing, and why."""
    library = office.library()
    given = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    home = office.home if office.home in library.jurisdictions else min(library.jurisdictions)
    place = policies.jurisdiction(library, given.get("jurisdiction") or home)
    facts: dict[str, Any] = {"given": given, "where": place, "text": _text(given)}
    if request.method == "POST":
        try:
            if "prefill" in given:
                given |= _prefilled(request, given, office)
                facts["text"] = _text(given)
            facts |= _answered(place, facts["text"], given, office)
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


def _text(given: Mapping[str, str]) -> str:
    """Return what was pasted and what was typed into the fields, as one facts file.

    What was pasted stands first, so that its lines are counted as its writer counts them.
    """
    parts = (given.get("facts", "").strip(), typed.composed(given))
    return "\n".join(part for part in parts if part)


def _prefilled(request: HttpRequest, given: Mapping[str, str], office: Office) -> dict[str, str]:
    """Return what is on file of the firm whose code was typed: fields, the rest as a file."""
    code = given.get("code", "").strip()
    whole = sees_whole(request, office, code)
    found = filed.facts_of(code, office.now().date(), office.house, whole=whole)
    fields, rest = typed.filled(found)
    return {**fields, "facts": filed.as_text(rest) if rest else ""}


def _answered(
    place: Jurisdiction, text: str, given: Mapping[str, str], office: Office
) -> dict[str, Any]:
    on = day_of(given.get("on", ""), office.now().date())
    provisions = queries.provisions(place, on)
    known = queries.reading_names(provisions)
    chosen = {
        name.removeprefix(READING): value.strip()
        for name, value in given.items()
        if name.startswith(READING) and value.strip() and name.removeprefix(READING) in known
    }
    answer = entitlements(
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
    return {
        "answer": answer,
        "lines": list(_lines(answer, known, is_home=place.id == office.home)),
        "readings": readings,
        "day": on,
    }


def _lines(
    answer: Mapping[str, Any], known: Mapping[str, Reading], *, is_home: bool
) -> Iterator[dict[str, Any]]:
    """Yield each provision, those that grant something first; what is to be decided apart."""
    order = list(VERDICTS)
    for each in sorted(answer["provisions"], key=lambda one: order.index(one["verdict"])):
        told = each["missing_in_words"]
        missing = [one for one in told if not one["name"].startswith(READING)]
        used = [(name, known[name].in_words(each["reading"][name]), ORIGINS[origin])
                for name, origin in each["reading_from"].items()]  # fmt: skip
        may_apply = is_home and each["verdict"] == "yes"
        yield {
            **each,
            "may_apply": may_apply,
            "word": VERDICTS[each["verdict"]],
            "missing": missing,
            "used": used,
        }
