# SPDX-License-Identifier: Apache-2.0
"""Entering into registers: forms that keep what was typed, confirmation, import with a dry run."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel import messages
from shangheng.kernel.errors import Conflict, Invalid, NotPermitted, Refusal
from shangheng.kernel.registers import actions, queries
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.site import acting, clock, fields, words
from shangheng.site.pages.kinds import template_file
from shangheng.site.pages.registers import ACTS, entry_page, may_enter
from shangheng.site.people import signed_in
from shangheng.site.registry import REGISTRY

IMPORT_BYTES_MAX = 10_000_000


def _filing(request: HttpRequest) -> Filing:
    said = request.POST
    try:
        since = date.fromisoformat(said["since"]) if said.get("since") else None
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=said["since"]) from error
    return replace(
        acting.home_filing(),
        since=since,
        parent=said.get("parent", "").strip(),
        reason=said.get("reason", ""),
        sure=bool(said.get("sure")),
    )


def _require_clerk(request: HttpRequest, kind: RegisterKind) -> None:
    if not may_enter(kind, acting.actor_of(request)):
        raise NotPermitted("register.not_yours", roles=list(kind.enter), region="")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a new entry and put it on file."""
    kind = REGISTRY.register(name)
    _require_clerk(request, kind)
    if request.method != "POST":
        return _form(request, kind, {"controls": fields.controls(kind.fields, {})})
    given = fields.typed(request, kind.fields)
    try:
        done = actions.enter(kind, given, acting.plain_hand(request), _filing(request))
    except (Invalid, Conflict) as refusal:
        return _form(request, kind, _refused(kind, given, refusal), status=422)
    return redirect("entry", kind.name, done.number)


def _refused(kind: RegisterKind, given: dict[str, str], refusal: Refusal) -> dict[str, Any]:
    wrong = refusal if isinstance(refusal, Invalid) else None
    return {
        "controls": fields.controls(kind.fields, given, wrong),
        "why": words.message(refusal, words.language()),
        "similar": refusal.code == "register.similar",
        "form_wrong": refusal.code == "form.wrong",
    }


def _form(
    request: HttpRequest, kind: RegisterKind, facts: dict[str, Any], status: int = 200
) -> HttpResponse:
    told = {"kind": kind, "typed": request.POST, "today": clock.now().date(), **facts}
    return render(request, "site/registers/form.html", told, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def change(request: HttpRequest, name: str, number: str, act: str) -> HttpResponse:
    """Amend, correct, end or confirm an entry."""
    kind, hand = REGISTRY.register(name), acting.plain_hand(request)
    today = clock.now().date()
    now = queries.entry(kind, number, actor=hand.actor, today=today)
    if act == "confirm":
        return _confirm(request, kind, number)
    facts = {"act": act, "act_name": words.either(*ACTS[act]), "entry": now}
    if request.method != "POST":
        _require_clerk(request, kind)
        return _form(
            request, kind, {**facts, "controls": fields.controls(kind.fields, now.values)}
        )
    given = fields.typed(request, kind.fields)
    try:
        if act == "end":
            actions.end(kind, number, hand, _filing(request))
        else:
            work = actions.amend if act == "amend" else actions.correct
            work(kind, number, given, hand, _filing(request))
    except (Invalid, Conflict) as refusal:
        return _form(request, kind, {**facts, **_refused(kind, given, refusal)}, status=422)
    return redirect("entry", kind.name, number)


def _confirm(request: HttpRequest, kind: RegisterKind, number: str) -> HttpResponse:
    if request.method == "POST":
        try:
            actions.confirm(kind, number, acting.plain_hand(request))
        except Refusal as refusal:
            why = {"why": words.message(refusal, words.language())}
            return entry_page(request, kind, number, why, status=409)
    return redirect("entry", kind.name, number)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def load(request: HttpRequest, name: str) -> HttpResponse:
    """Take a CSV file or a workbook: first try it, then take it."""
    kind = REGISTRY.register(name)
    _require_clerk(request, kind)
    facts: dict[str, Any] = {"kind": kind}
    file = request.FILES.get("file")
    if request.method == "POST" and file is not None:
        try:
            _refuse_large(file.size or 0)
            done = _load(request, kind, file.read())
            facts |= {"done": done, "wrong": [_wrong(kind, each) for each in done.wrong[:200]]}
        except Invalid as refusal:
            facts["why"] = words.message(refusal, words.language())
    status = 422 if "why" in facts else 200
    return render(request, "site/registers/load.html", facts, status=status)


def _refuse_large(size: int) -> None:
    if size > IMPORT_BYTES_MAX:
        raise Invalid("register.too_large", bytes=size, most=IMPORT_BYTES_MAX)


def _load(request: HttpRequest, kind: RegisterKind, content: bytes) -> actions.Loaded:
    dry_run = request.POST.get("work") != "take"
    hand, filing = acting.plain_hand(request), _filing(request)
    return actions.load(kind, content, hand, filing, dry_run=dry_run)


def _wrong(kind: RegisterKind, each: actions.LineWrong) -> dict[str, Any]:
    language = words.language()
    told = each.facts.get("wrong")
    if each.code != "form.wrong" or not told:
        return {"line": each.line, "why": [messages.text(each.code, each.facts, language)]}
    labels = {field.name: words.label(field) for field in kind.fields}
    return {
        "line": each.line,
        "why": [
            f"{labels[name]}: {messages.text(fact['code'], fact, language)}"
            for name, fact in told.items()
        ],
    }


@require_safe
def template(request: HttpRequest, name: str, form: str) -> HttpResponse:  # noqa: ARG001
    """Return an empty file with the columns of a register."""
    return template_file(REGISTRY.register(name), form)
