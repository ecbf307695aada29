# SPDX-License-Identifier: Apache-2.0
"""Accounts of people, for administrators: made, given a new password, locked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel.access import queries
from shangheng.kernel.errors import Invalid, NotFound, Refusal
from shangheng.kernel.records.concept.fields import Text
from shangheng.kernel.registers.actions import region_code
from shangheng.kernel.registers.concept.forms import checked
from shangheng.site import accounts, acting, fields, words
from shangheng.site.pages.posts import require_administrator, shown_post
from shangheng.site.people import signed_in

NAME = Text(
    "person", zh="用户名", en="Name", max=150, pattern=r"[\w.@+-]+",
    note="字母、数字、中文和 . @ + - _，例如 zhang.san",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make an account; its first password stands on the answer and nowhere else."""
    require_administrator(request)
    form = (NAME,)
    facts: dict[str, Any] = {"controls": fields.controls(form, {})}
    if request.method != "POST":
        return render(request, "site/access/new_person.html", facts)
    given = fields.typed(request, form)
    try:
        name = checked(form, given, region=region_code)["person"]
        password = accounts.add(name, acting.plain_hand(request))
    except Refusal as refusal:
        wrong = refusal if isinstance(refusal, Invalid) else None
        facts = {
            "controls": fields.controls(form, given, wrong),
            "why": words.message(refusal, words.language()),
            "form_wrong": refusal.code == "form.wrong",
        }
        return render(request, "site/access/new_person.html", facts, status=422)
    return render(request, "site/access/first_password.html", {"name": name, "password": password})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def person(request: HttpRequest, name: str) -> HttpResponse:
    """Show somebody's posts and tokens; give a new first password, lock or unlock."""
    hand, why, status = acting.plain_hand(request), "", 200
    if not accounts.exists(name) or not queries.answers_for(name, actor=hand.actor, at=hand.at):
        raise NotFound("person.unknown", person=name)
    if request.method == "POST":
        act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
        try:
            if act == "renew":
                told = {"name": name, "password": accounts.renew(name, reason, hand)}
                return render(request, "site/access/first_password.html", told)
            accounts.lock(name, reason, hand, locked=act == "lock")
            return redirect("person", name)
        except Refusal as refusal:
            why, status = words.message(refusal, words.language()), 409
    facts = {
        "name": name,
        "locked": accounts.is_locked(name),
        "posts": [shown_post(each, hand.at) for each in queries.held_by(name, at=hand.at)],
        "tokens": [each for each in queries.tokens_of(name) if each.holds(hand.at)],
        "own": name == hand.actor.name,
        "why": why,
        "typed": request.POST,
    }
    return render(request, "site/access/person.html", facts, status=status)
