# SPDX-License-Identifier: Apache-2.0
"""The pages of duties: who owes what, and the responsibility matrix."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.policies import queries as policies
from shangheng.services.policy.queries import library as queries
from shangheng.services.policy.queries import tracking
from shangheng.services.policy.rules.tracking import STATES, alarms, state_of
from shangheng.services.policy.views.asking import Office, chosen, day_of, file_of

Progress = dict[str, dict[str, Any]]


def _plain_owed(owed: policies.Owed, progress: Progress | None) -> dict[str, Any]:
    duty = owed.duty
    tracked = {}
    if progress is not None:
        stands = progress.get(owed.ref, {"state": None, "tasks": []})
        numbers = [task.number for task in stands["tasks"]]
        tracked = {"state": stands["state"], "tasks": numbers}
    return tracked | {
        "clause": owed.clause.ref, "id": owed.ref, "zh": duty.zh, "en": duty.en,
        "lead": owed.lead, "departments": list(duty.departments), "others": duty.others,
    }  # fmt: skip


@require_safe
def duties(request: HttpRequest, office: Office) -> HttpResponse:
    """Show who owes what: of one department all it owes, else of all of them."""
    known, place = chosen(request, office)
    name = request.GET.get("department", "").strip()
    department = policies.find_department(place, name) if name else None
    day = day_of(request)
    listed = queries.owed_by(place, name, request.GET.get("text", ""), day)
    progress = _progress(request, office, listed)
    if file := file_of(
        request, office, f"duties-{place.id}", [_plain_owed(each, progress) for each in listed]
    ):
        return file
    facts = {
        "places": known,
        "where": place,
        "asked": request.GET,
        "department": department,
        "tracked": progress is not None,
        "loads": queries.loads(place, day),
        "lines": [(each, queries.role_of(department, each) if department else "",
                   (progress or {}).get(each.ref))
                  for each in listed],
    }  # fmt: skip
    return render(request, "policy/duties.html", facts)


def _progress(
    request: HttpRequest, office: Office, listed: list[policies.Owed]
) -> Progress | None:
    """Return how each duty stands by its tasks, to whoever may see them.

    Whoever works for one body is told of the duties of that body, not of others.
    """
    actor = office.actor(request)
    if not tracking.may_see(actor):
        return None
    held, every = (tracking.tasks(each, office.now()) for each in (actor, tracking.HOUSE))
    today = office.now().date()
    told = alarms(every, today)
    found = {}
    for each in listed:
        mine = tracking.of_duty(held, each)
        bodies = (*each.duty.departments, *((each.lead,) if each.lead else ()))
        if not mine and not tracking.sees_those_of(actor, bodies):
            continue
        found[each.ref] = {
            "state": (state := state_of(mine, today)),
            "words": STATES[state],
            "tasks": mine,
            "alarms": [one.words for task in mine for one in told.get(task.number, ())],
        }
    return found


@require_safe
def matrix(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the responsibility matrix: each duty, and who leads it or is listed for it."""
    known, place = chosen(request, office)
    day = day_of(request)
    bodies = [load.department for load in queries.loads(place, day) if load.duties]
    lines = [
        (owed, [queries.role_of(each, owed) for each in bodies])
        for owed in queries.owed_by(place, "", request.GET.get("text", ""), day)
    ]
    plain = [
        {"id": owed.ref, "zh": owed.duty.zh, "en": owed.duty.en,
         **{each.printed: role for each, role in zip(bodies, roles, strict=True)}}
        for owed, roles in lines
    ]  # fmt: skip
    if file := file_of(request, office, f"matrix-{place.id}", plain):
        return file
    facts = {"places": known, "where": place, "asked": request.GET, "bodies": bodies,
             "lines": lines}  # fmt: skip
    return render(request, "policy/matrix.html", facts)
