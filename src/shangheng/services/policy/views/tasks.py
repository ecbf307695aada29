# SPDX-License-Identifier: Apache-2.0
"""The page of tasks: what was made of the clauses, what is late, what waits for what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel.errors import NotPermitted
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import document_of, label_of
from shangheng.services.policy import actions
from shangheng.services.policy.cases import LEAD, TASK
from shangheng.services.policy.queries import library, tracking
from shangheng.services.policy.rules.tracking import Alarm, Task, alarms
from shangheng.services.policy.rules.words import says
from shangheng.services.policy.views.asking import Office, chosen, file_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: HttpRequest, office: Office) -> HttpResponse:
    """List the tasks of a place with their alarms; or open one for each duty that has none."""
    known, place = chosen(request, office)
    actor = office.actor(request)
    if not tracking.may_see(actor):
        if not actor.name:
            return redirect(f"{reverse('sign-in')}?next={request.get_full_path()}")
        raise NotPermitted("case.not_yours", what="see", roles=list(TASK.roles), region="")
    name = request.GET.get("department", "").strip()
    department = policies.find_department(place, name) if name else None
    if request.method == "POST":
        owed = library.owed_by(place, name, "", office.now().date())
        actions.decompose(place, owed, office.hand(request))
        return redirect(request.get_full_path())
    held, every = (tracking.tasks(each, office.now()) for each in (actor, tracking.HOUSE))
    told = alarms(every, office.now().date(), tracking.references(office.library()))
    listed = [
        each
        for each in (tracking.of_bodies(held, department.forms) if department else held)
        if document_of(each.clause) in {text.id for text in place.documents}
        and (not request.GET.get("alarm") or each.number in told)
        and (request.GET.get("state") in {None, "", each.state})
        and says(request.GET.get("text", ""), (each.number, each.clause, each.work, *each.bodies))
    ]
    plain = [_plain(each, told.get(each.number, [])) for each in listed]
    if file := file_of(request, office, f"tasks-{place.id}", plain):
        return file
    bodies = (*(department.forms if department else ()), TASK.office)
    facts = {
        "places": known, "where": place, "asked": request.GET, "department": department,
        "loads": library.loads(place), "states": TASK.states,
        "may_open": actor.role_for((LEAD,), place.region, bodies=bodies) is not None,
        "late": sum(each.is_late(office.now().date()) for each in listed),
        "lines": [
            {"task": each, "alarms": [one.words for one in told.get(each.number, [])],
             "state": TASK.states[each.state], "document": document_of(each.clause),
             "label": label_of(each.clause)}
            for each in listed
        ],
    }  # fmt: skip
    return render(request, "policy/tasks.html", facts)


def _plain(task: Task, told: list[Alarm]) -> dict[str, Any]:
    return {
        "number": task.number, "clause": task.clause, "work": task.work, "lead": task.lead,
        "units": list(task.units), "state": task.state,
        "due_on": task.due_on.isoformat() if task.due_on else None, "percent": task.percent,
        "needs": list(task.needs), "decision": task.decision, "evidence": task.proofs,
        "alarms": [one.code for one in told], "alarms_zh": [one.words[0] for one in told],
    }  # fmt: skip
