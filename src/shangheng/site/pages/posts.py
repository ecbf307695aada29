# SPDX-License-Identifier: Apache-2.0
"""Who holds which post, for administrators; who looked at personal data; what each role may."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.access import actions, queries
from shangheng.kernel.access.concept import (
    REPORTER,
    Appointment,
    HeldPost,
)
from shangheng.kernel.access.queries import PAGE, SoughtPosts
from shangheng.kernel.errors import Invalid, NotFound, NotPermitted, Refusal
from shangheng.kernel.periods import CHINA, day_of
from shangheng.kernel.records.concept.fields import Day, Field, Flag, OneOf, Region, Text
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers.actions import region_code
from shangheng.kernel.registers.concept.forms import checked
from shangheng.site import (
    accounts,
    acting,
    clock,
    fields,
    jurisdictions,
    people,
    permissions,
    places,
    words,
)
from shangheng.site.formats import csv_file
from shangheng.site.people import signed_in
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

STATES = {
    "current": ("在任", "in force"),
    "future": ("未到任", "to come"),
    "over": ("已结束", "over"),
    "void": ("已撤回", "taken back"),
}
ACTS = {"given": ("授予", "given"), "ended": ("结束", "ended"), "undone": ("撤回上一步", "undone")}
EXPORT_MAX = 50_000


def role_name(role: str) -> str:
    """Return what a role is called, in the reader's language."""
    return words.either(*permissions.role_name(role, REGISTRY))


def shown_post(post: HeldPost, at: datetime) -> dict[str, Any]:
    """Return a post as a page shows it."""
    state = post.state(at)
    last = post.until - timedelta(microseconds=1) if post.until else None
    return {
        "post": post,
        "role": role_name(post.role),
        "region": places.region_name(post.region) if post.region else words.either("全国", "all"),
        "state": words.either(*STATES[state]),
        "code": state,
        "until": last,
    }


def require_administrator(request: HttpRequest) -> None:
    """Refuse everybody but administrators of posts."""
    if not people.is_administrator(request):
        raise NotPermitted("access.not_administrator", region="")


@require_safe
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """List the posts in the administrator's regions, with search, filters and export."""
    asked, now = request.GET, clock.now()
    region = asked.get("region", "").strip()
    state = asked.get("state", "current")
    number = page_number(request.GET)
    sought = SoughtPosts(
        at=now,
        text=asked.get("text", ""),
        role=asked.get("role", ""),
        region=regions.lookup(region).code if region else "",
        state=state if state in STATES else "",
        limit=PAGE,
        offset=(number - 1) * PAGE,
    )
    actor = acting.actor_of(request)
    if asked.get("format") == "csv":
        whole = replace(sought, limit=EXPORT_MAX, offset=0)
        return _export(queries.posts(whole, actor=actor), now)
    total = queries.count_posts(sought, actor=actor)
    facts = {
        "lines": [shown_post(each, now) for each in queries.posts(sought, actor=actor)],
        "asked": asked,
        "state": sought.state,
        "states": [(code, words.either(*pair)) for code, pair in STATES.items()],
        "roles": [(role, role_name(role)) for role in accounts.known_roles()],
        "total": total,
        "number": number,
        "more": number * PAGE < total,
    }
    return render(request, "site/access/posts.html", facts)


def _export(found: list[HeldPost], at: datetime) -> HttpResponse:
    header = ("person", "role", "region", "department", "party", "since", "until", "state",
              "given_by", "reason")  # fmt: skip
    rows = [
        (each.person, each.role, each.region, each.department, each.party,
         each.since.isoformat(), each.until.isoformat() if each.until else "", each.state(at),
         each.given_by, each.reason)
        for each in found
    ]  # fmt: skip
    return csv_file("posts", header, rows)


def form_of_post() -> tuple[Field, ...]:
    """Return the fields of a new post.

    Roles come from the declarations, departments from the jurisdiction's own documents.
    """
    roles = {role: (role_name(role), role_name(role)) for role in accounts.known_roles()}
    bodies = {each.printed: (each.zh, each.en) for each in jurisdictions.departments()}
    return (
        Text("person", zh="用户名", en="Name", max=150, note="登录用的名字"),
        OneOf("role", zh="角色", en="Role", values=roles),
        Region("region", zh="辖区", en="Region", optional=True,
               note="岗位在这里及其下辖各地有效，例如 苏州市；全国请留空"),
        OneOf("department", zh="代表的部门", en="For the department", values=bodies,
              optional=True),
        Text("party", zh="报送单位代码", en="Code of the reporter", max=64, optional=True,
             note="仅报送员填写"),
        Day("since", zh="起", en="From"),
        Day("until", zh="止（含当日）", en="Until (that day included)", optional=True),
        Flag("second_factor", zh="须双重验证", en="Only with a second factor", optional=True,
             note="勾选后，只凭密码登录（或用程序令牌）打不开这个岗位"),
        Text("reason", zh="依据", en="Reason", max=500, note="例如 任命文号"),
    )  # fmt: skip


def day_begins(text: str) -> datetime:
    """Return the first moment of a day in China."""
    return datetime.combine(date.fromisoformat(text), time(), CHINA)


def _appointment(values: Mapping[str, Any], now: datetime) -> Appointment:
    """Return what was asked for; a post from today holds at once."""
    if not accounts.exists(values["person"]):
        raise NotFound("person.unknown", person=values["person"])
    if (values["role"] == REPORTER) != bool(values.get("party")):
        raise Invalid("access.party", role=role_name(REPORTER))
    since = day_begins(values["since"])
    until = values.get("until")
    return Appointment(
        person=values["person"], role=values["role"], region=values.get("region", ""),
        department=values.get("department", ""), party=values.get("party", ""),
        since=now if since.date() == day_of(now) else since,
        until=day_begins(until) + timedelta(days=1) if until else None,
        reason=values["reason"], second_factor=bool(values.get("second_factor")),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new post and give it."""
    require_administrator(request)
    form, now = form_of_post(), clock.now()
    if request.method != "POST":
        known = {"person": request.GET.get("person", ""), "since": now.date().isoformat()}
        return _form(request, {"controls": fields.controls(form, known)})
    given = fields.typed(request, form)
    try:
        values = checked(form, given, region=region_code)
        uuid = actions.give(_appointment(values, now), acting.plain_hand(request))
    except Refusal as refusal:
        wrong = refusal if isinstance(refusal, Invalid) else None
        facts = {
            "controls": fields.controls(form, given, wrong),
            "why": words.message(refusal, words.language()),
            "form_wrong": refusal.code == "form.wrong",
        }
        return _form(request, facts, status=422)
    return redirect("post", uuid)


def _form(request: HttpRequest, facts: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "site/access/post_form.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a post with what was done to it; end it, or undo what was last done."""
    why, status, hand = "", 200, acting.plain_hand(request)
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        act = actions.undo if request.POST.get("act") == "undo" else actions.end
        try:
            act(uuid, reason, hand)
            return redirect("post", uuid)
        except Refusal as refusal:
            why, status = words.message(refusal, words.language()), 409
    post, acts = queries.post(uuid, actor=hand.actor)
    facts = {
        **shown_post(post, hand.at),
        "acts": [{"act": each, "name": words.either(*ACTS[each.act])} for each in acts[::-1]],
        "may_undo": acts[-1].act != "undone" and post.person != hand.actor.name,
        "may_end": post.state(hand.at) in ("current", "future") and post.person != hand.actor.name,
        "undo_name": words.either(*ACTS[acts[-1].act]),
        "why": why,
        "typed": request.POST,
    }
    return render(request, "site/access/post.html", facts, status=status)
