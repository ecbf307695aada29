# SPDX-License-Identifier: Apache-2.0
"""Cases as the public meets them: what can be filed, filing it, following it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept import clocks
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import Attached, ClockView, StepView
from shangheng.kernel.errors import Invalid, NotFound, Refusal
from shangheng.kernel.periods import CHINA, day_of
from shangheng.kernel.records.concept.fields import Day, Money
from shangheng.kernel.registers.concept.actors import PUBLIC
from shangheng.site import acting, clock, fields, lifecycle, places, previews, words
from shangheng.site.limits import limited
from shangheng.site.pages import letters
from shangheng.site.registry import REGISTRY

FOLLOWED = "followed"
ASKED = (Day, Money)
FOLLOW_PATH = "/follow/"
SAID = {"reason", "text", "purpose", "holder", "to", "region", "department", "amount"}
ACTS = {
    "open": ("提交", "Filed"),
    "assign": ("分派", "Assigned"),
    "hand_back": ("退回", "Handed back"),
    "transfer": ("移送", "Transferred"),
    "note": ("备注", "Note"),
    "reply": ("补充说明", "Reply"),
    "stopped": ("停钟", "Clock stopped"),
    "resumed": ("恢复计时", "Clock resumed"),
    "extended": ("延长期限", "Prolonged"),
    "ask_joint": ("请协办", "Asked to take part"),
    "answer_joint": ("协办答复", "A department answered"),
    "dispute": ("管辖争议", "Competence disputed"),
    "settle_dispute": ("裁定管辖", "Competence decided"),
    "gather": ("并入他案", "Gathered into another"),
    "gathered": ("并入一件", "Took in another"),
    "letter": ("出具文书", "Letter issued"),
    "post": ("入账", "Posted to accounts"),
    "look": ("查看个人信息", "Looked at personal data"),
    "warned": ("临期提醒", "Reminded"),
    "escalated": ("超期督办", "Escalated"),
}


def act_name(kind: CaseKind, act: str, name: str) -> str:
    """Return what something that was done is called."""
    if act == "step":
        step = kind.step(name)
        return words.either(step.zh, step.en)
    if act == "letter":
        letter = kind.letter(name)
        return f"{words.either(*ACTS[act])}：{words.either(letter.zh, letter.en)}"
    return words.either(*ACTS.get(act, (act, act)))


def timeline(kind: CaseKind, steps: tuple[StepView, ...]) -> list[dict[str, Any]]:
    """Return what was done, as a page tells it; personal and internal values stay out."""
    return [
        {
            "at": step.at,
            "what": act_name(kind, step.act, step.name),
            "target": words.either(*kind.states[step.target]) if step.act == "step" else "",
            "by": step.by,
            "values": _said(kind, step),
            "seal": step.seal,
            "leaf": step.leaf,
            "number": step.number,
        }
        for step in steps
    ]


def _said(kind: CaseKind, step: StepView) -> list[fields.Shown]:
    if step.act == "step":
        return fields.rows(kind.step(step.name).needs, step.values)
    told = SAID & set(step.values)
    return [
        fields.Shown("", _named(kind, name, str(step.values[name])), name)
        for name in sorted(told)
        if step.values[name]
    ]


def _named(kind: CaseKind, name: str, value: str) -> str:
    """Return what a region or a department is called, and other words as they were said."""
    if name == "region":
        return places.region_name(value)
    if name == "department":
        return words.coded(value, kind.departments)
    return value


def deadline(each: ClockView) -> dict[str, Any]:
    """Return a clock as a page shows it: a bar, the last day, and the derivation."""
    found = each.reckoning
    today = (each.ended_at or clock.now()).astimezone(CHINA).date()
    used = sum(day.counted and day.day < today for day in found.days)
    return {
        "label": words.label(each),
        "clock": each,
        "due_on": found.due_on,
        "length": found.length,
        "unit": words.either(*clocks.UNITS[found.unit]),
        "used": min(used, found.length),
        "left": found.length - min(used, found.length),
        "days": [
            {"day": day, "why": words.either(*clocks.WHY[day.why])} for day in found.days
        ],
    }  # fmt: skip


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what can be filed here, and where to follow it."""
    kinds = [kind for kind in REGISTRY.cases.values() if PUBLIC in kind.opens]
    others = [kind for kind in REGISTRY.cases.values() if PUBLIC not in kind.opens]
    return render(request, "site/cases/index.html", {"kinds": kinds, "others": others})


@require_safe
def about(request: HttpRequest, name: str) -> HttpResponse:
    """Document a kind of case: its way, its clocks, who does what, its form."""
    kind = REGISTRY.case_kind(name)
    facts = {
        "kind": kind,
        "intro": words.either(*kind.intro),
        "form": fields.controls(kind.form, {}),
        "steps": [
            {
                "step": step,
                "name": words.either(step.zh, step.en),
                "from": [words.either(*kind.states[source]) for source in step.sources],
                "to": words.either(*kind.states[step.target]),
                "needs": [words.label(field) for field in step.needs],
            }
            for step in kind.steps
        ],
        "clocks": [_clock_about(kind, each) for each in kind.clocks],
        "drawing": lifecycle.drawing(kind),
        "can_file": PUBLIC in kind.opens,
    }
    return render(request, "site/cases/about.html", facts)


def _clock_about(kind: CaseKind, each: clocks.Clock) -> dict[str, Any]:
    unit, length = each.period
    try:
        day = clock.now().date()
        amount, source = clocks.settled(length, acting.house().configuration, day)
    except Invalid as refusal:
        amount, source = 0, words.either(
            refusal.facts.get("question_zh", ""), refusal.facts.get("question_en", "")
        )  # fmt: skip
    return {
        "name": words.label(each),
        "amount": amount,
        "unit": words.either(*clocks.UNITS[unit]),
        "source": source or "；".join(each.basis),
        "runs": [words.either(*kind.states[state]) for state in each.runs],
        "pauses": [words.either(*kind.states[state]) for state in each.pauses],
    }


@require_safe
def life_cycle(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """Return the life cycle as a drawing."""
    drawn = lifecycle.drawing(REGISTRY.case_kind(name))
    return HttpResponse(drawn, content_type="image/svg+xml")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for what a case needs, take it, and show its number and code once."""
    kind = REGISTRY.case_kind(name)
    facts: dict[str, Any] = {
        "kind": kind, "intro": words.either(*kind.intro), "rights": words.either(*kind.rights)
    }  # fmt: skip
    hand = acting.hand_of(request)
    if request.method != "POST":
        try:
            kind.decided(hand.house.configuration, hand.at.date())
        except Invalid as refusal:
            facts |= {"undecided": refusal.facts, "status": 503}
            return render(request, "site/cases/undecided.html", facts, status=503)
        facts["controls"] = fields.controls(kind.form, request.GET.dict())  # links fill in
        return render(request, "site/cases/new.html", facts)
    limited(request, "open_case")
    given = fields.typed(request, kind.form)
    try:
        opened = actions.open_case(kind, given, hand)
    except Invalid as refusal:
        if refusal.code != "form.wrong":
            raise
        facts |= {"controls": fields.controls(kind.form, given, refusal), "wrong": True}
        return render(request, "site/cases/new.html", facts, status=422)
    response = redirect("followed")
    _remember(response, opened.number, opened.code, told=True)
    return response


def _remember(response: HttpResponse, number: str, code: str, *, told: bool = False) -> None:
    """Let this browser follow a case until it is closed; nothing is kept on the server."""
    value = f"{number} {code}{' new' if told else ''}"
    response.set_signed_cookie(
        FOLLOWED, value, path=FOLLOW_PATH, httponly=True, samesite="Lax", max_age=None
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code, and show how the case stands."""
    typed = {"number": request.POST.get("number", ""), "code": request.POST.get("code", "")}
    if request.method != "POST":
        return render(request, "site/cases/follow.html", {"typed": typed})
    number = typed["number"].strip().upper()
    limited(request, "follow_failed", counts=False)
    try:
        queries.followed(
            REGISTRY.cases, number, typed["code"], at=clock.now(), house=acting.house()
        )
    except NotFound as refusal:
        limited(request, "follow_failed")
        facts = {"typed": typed, "why": words.message(refusal, words.language())}
        return render(request, "site/cases/follow.html", facts, status=404)
    response = redirect("followed")
    _remember(response, number, typed["code"])
    return response


def _remembered(request: HttpRequest) -> tuple[str, str, bool] | None:
    try:
        value = str(request.get_signed_cookie(FOLLOWED, default=""))
    except BadSignature:
        return None
    parts = value.split()
    if len(parts) < 2:  # noqa: PLR2004 - number and code
        return None
    return parts[0], parts[1], parts[-1] == "new"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def followed(request: HttpRequest) -> HttpResponse:
    """Show a case to whoever filed it, and take what they add."""
    known = _remembered(request)
    if known is None:
        return redirect("follow")
    number, code, is_new = known
    kind, file = queries.followed(
        REGISTRY.cases, number, code, at=clock.now(), house=acting.house()
    )
    facts: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _follower_acts(request, kind, number, code)
        except Refusal as refusal:
            facts = {"why": words.message(refusal, words.language()), "typed": request.POST}
        else:
            response = redirect("followed")
            _remember(response, number, code)
            return response
    facts |= {
        "kind": kind,
        "file": file,
        "code": code if is_new else "",
        "state": words.either(*kind.states[file.case.state]),
        "rights": words.either(*kind.rights),
        "advised": _advised(kind, file.case.values),
        "advice": _advice(kind, file.case.values),
        "timeline": timeline(kind, file.steps),
        "letters": letters.told(file.letters),
        "clocks": [deadline(each) for each in file.clocks],
        "rows": fields.rows(kind.form, file.case.values, personal=True),
        "next": [
            {"step": step, "name": words.either(step.zh, step.en),
             "controls": fields.controls(step.needs, request.POST)}
            for step in file.next_steps
        ],
    }  # fmt: skip
    return render(
        request, "site/cases/followed.html", facts, status=422 if "why" in facts else 200
    )


def _advised(kind: CaseKind, values: Mapping[str, Any]) -> list[str]:
    """Return what the law gives in this case, in sentences."""
    today, decided = day_of(clock.now()), acting.house().configuration
    return [words.either(*pair) for pair in REGISTRY.advice(kind.name, values, today, decided)]


def _advice(kind: CaseKind, values: Mapping[str, Any]) -> str:
    """Return the address that works out what the law gives in this case."""
    if not kind.advice:
        return ""
    told = {f.name: values[f.name] for f in kind.form if isinstance(f, ASKED) and f.name in values}
    return f"{reverse(kind.advice)}?{urlencode(told)}"


def _follower_acts(request: HttpRequest, kind: CaseKind, number: str, code: str) -> None:
    hand = acting.hand_of(request, code=code)
    act = request.POST.get("act", "")
    if act == "reply":
        actions.reply(kind, number, request.POST.get("text", ""), hand)
    else:
        step = kind.step(act)
        actions.take_step(kind, number, act, fields.typed(request, step.needs), hand)


def file_response(request: HttpRequest, found: Attached) -> HttpResponseBase:
    """Return an attached file, or its preview, so that nothing in it acts as a page of ours.

    Of what cannot be drawn the picture is a sheet of paper; name, type and size stand beside it.
    """
    small = previews.preview(found) if request.GET.get("preview") else None
    if request.GET.get("preview") and small is None:
        return redirect(static("shangheng/paper.svg"))
    response = FileResponse(
        (small or found.path).open("rb"),
        as_attachment=found.media == "application/pdf" and small is None,
        filename=found.name,
        content_type="image/jpeg" if small else found.media,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
@never_cache
def followed_file(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Return a file of the case that this browser follows."""
    known = _remembered(request)
    number, code = known[:2] if known else ("", "")
    house = acting.house()
    _, file = queries.followed(REGISTRY.cases, number, code, at=clock.now(), house=house)
    return file_response(request, queries.attached(file, digest, house))
