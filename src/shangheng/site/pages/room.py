# SPDX-License-Identifier: Apache-2.0
"""The room in which whoever a case is against sees it and gives their side, with a link alone.

The link is signed and names one case; an officer hands it on. Both sides and the officer read the
same statements, each in their own time, and every word is a sealed step of the case.
"""

from dataclasses import replace
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.errors import Invalid, NotFound, NotPermitted, Refusal
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.site import acting, clock, fields, words
from shangheng.site.limits import limited
from shangheng.site.pages import letters
from shangheng.site.pages.cases import deadline, file_response, timeline
from shangheng.site.registry import REGISTRY

SALT = "shangheng.room"


def token_of(kind: CaseKind, number: str) -> str:
    """Return what opens the room of a case to the other side."""
    return signing.dumps([kind.name, number], salt=SALT)


def _case_of(token: str) -> tuple[CaseKind, str]:
    try:
        name, number = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotFound("case.no_such_room") from error
    return REGISTRY.case_kind(name), number


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def room(request: HttpRequest, token: str) -> HttpResponse:
    """Show a case to whoever it is against, and take their step."""
    kind, number = _case_of(token)
    facts: dict[str, Any] = {}
    act, wrong = request.POST.get("act", ""), None
    if request.method == "POST":
        try:
            _step(request, kind, number, act)
        except Refusal as refusal:
            facts = {"why": words.message(refusal, words.language())}
            wrong = refusal if isinstance(refusal, Invalid) else None
        else:
            return redirect("room", token)
    file = queries.other_side(kind, number, at=clock.now(), house=acting.house())
    facts |= {
        "kind": kind,
        "file": file,
        "token": token,
        "state": words.either(*kind.states[file.case.state]),
        "timeline": timeline(kind, file.steps),
        "letters": letters.told(file.letters),
        "clocks": [deadline(each) for each in file.clocks],
        "rows": fields.rows(kind.form, file.case.values),
        "next": [
            {"step": step, "name": words.either(step.zh, step.en), "open": step.name == act,
             "controls": fields.controls(
                 step.needs, request.POST if step.name == act else {},
                 wrong if step.name == act else None)}
            for step in file.next_steps
        ],
    }  # fmt: skip
    return render(request, "site/cases/room.html", facts, status=422 if "why" in facts else 200)


def _step(request: HttpRequest, kind: CaseKind, number: str, act: str) -> None:
    step, plain = kind.step(act), acting.hand_of(request)
    actor = Actor(f"{number}/{kind.other_side}", (Post(kind.other_side),))
    hand = replace(plain, actor=actor)
    limited(request, "sign_failed", counts=False)
    try:
        actions.take_step(kind, number, act, fields.typed(request, step.needs), hand)
    except NotPermitted:
        limited(request, "sign_failed")
        raise


@require_safe
@never_cache
def room_file(request: HttpRequest, token: str, digest: str) -> HttpResponseBase:
    """Return a file of the case to whoever it is against."""
    kind, number = _case_of(token)
    house = acting.house()
    file = queries.other_side(kind, number, at=clock.now(), house=house)
    return file_response(request, queries.attached(file, digest, house))
