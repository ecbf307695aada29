# SPDX-License-Identifier: Apache-2.0
"""The workbench over cases: inboxes, one case with everything that can be done, statistics."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shangheng.kernel.cases import actions, joint, proofs, queries, trends
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import (
    PAGE,
    CaseView,
    ClockView,
    JointView,
    Statistics,
    Wanted,
)
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.kernel.periods import CHINA
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.site import acting, clock, fields, places, words
from shangheng.site.formats import csv_file
from shangheng.site.pages import letters
from shangheng.site.pages.cases import deadline, file_response, timeline
from shangheng.site.pages.room import token_of
from shangheng.site.people import signed_in
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

EXPORT_MAX = 50_000


@require_safe
@signed_in
@never_cache
def inboxes(request: HttpRequest) -> HttpResponse:
    """Show what lies in the reader's inboxes, by kind, and what is late."""
    actor, at = acting.actor_of(request), clock.now()
    mine = [kind for kind in REGISTRY.cases.values() if queries.knows(kind, actor)]
    lines = [
        {
            "kind": kind,
            "open": _count(kind, Wanted(is_open=True), actor),
            "unclaimed": _count(kind, Wanted(is_open=True, holder="-"), actor),
            "mine": _count(kind, Wanted(is_open=True, holder=actor.name), actor),
            "late": _count(kind, Wanted(late_at=at), actor),
        }
        for kind in mine
    ]
    late = queries.overdue({kind.name: kind for kind in mine}, actor=actor, at=at, limit=20)
    facts = {"lines": lines, "late": [_line(REGISTRY.cases[each.kind], each) for each in late]}
    return render(request, "site/cases/inboxes.html", facts)


def _count(kind: CaseKind, wanted: Wanted, actor: Actor) -> str:
    return words.counted(queries.count(kind, wanted, actor=actor), queries.COUNTED_MAX)


def _line(kind: CaseKind, each: CaseView) -> dict[str, Any]:
    due = each.due_at.astimezone(CHINA) - timedelta(microseconds=1) if each.due_at else None
    return {
        "case": each,
        "kind": kind,
        "state": words.either(*kind.states[each.state]),
        "region": places.region_name(each.region) if each.region else "",
        "due_on": due.date() if due else None,
    }


def _wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    region = asked.get("region", "").strip()
    named = asked.get("holder", "")
    holder = {"none": "-", "me": request.user.get_username()}.get(named, named)
    return Wanted(
        state=asked.get("state", ""),
        region=regions.lookup(region).code if region else "",
        holder=holder,
        text=asked.get("text", ""),
        late_at=clock.now() if asked.get("late") else None,
        is_open=None if asked.get("state") or asked.get("all") else True,
    )


@require_safe
@signed_in
@never_cache
def inbox(request: HttpRequest, name: str) -> HttpResponse:
    """List the cases of a kind, oldest first, with filters, search and export."""
    kind, actor, at = REGISTRY.case_kind(name), acting.actor_of(request), clock.now()
    wanted = _wanted(request)
    if request.GET.get("format") == "csv":
        whole = replace(wanted, limit=EXPORT_MAX)
        return _export(kind, queries.inbox(kind, whole, actor=actor, at=at))
    page = page_number(request.GET)
    part = replace(wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)
    found = queries.inbox(kind, part, actor=actor, at=at)
    facts = {
        "kind": kind,
        "asked": request.GET,
        "loads": queries.loads(kind, actor=actor, at=at) if request.GET.get("loads") else (),
        "states": [(code, words.either(*pair)) for code, pair in kind.states.items()],
        "lines": [_line(kind, each) for each in found[:PAGE]],
        "more": len(found) > PAGE,
        "number": page,
        "total": _count(kind, wanted, actor),
    }
    return render(request, "site/cases/inbox.html", facts)


def _export(kind: CaseKind, found: list[CaseView]) -> HttpResponse:
    open_ = [field for field in kind.form if field.sensitivity != "personal"]
    head = ["number", "state", "region", "holder", "opened_at", "due_at", "outcome"]
    rows = []
    for each in found:
        due = each.due_at.isoformat() if each.due_at else ""
        told = [each.number, each.state, each.region, each.holder, each.opened_at.isoformat(), due]
        rows.append([*told, each.outcome, *(each.values.get(field.name) for field in open_)])
    return csv_file(kind.name, [*head, *(field.name for field in open_)], rows)


@require_safe
@signed_in
@never_cache
def detail(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Show a case with its clocks, its timeline and what can be done next."""
    kind = REGISTRY.case_kind(name)
    return _page(request, kind, number, {})


def _page(
    request: HttpRequest, kind: CaseKind, number: str, more: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    actor = acting.actor_of(request)
    file = queries.case_file(kind, number, actor=actor, at=clock.now(), house=acting.house())
    refusal, act = more.get("refusal"), str(more.get("act", ""))
    wrong = refusal if isinstance(refusal, Invalid) else None
    facts = {
        "kind": kind,
        "file": file,
        "line": _line(kind, file.case),
        "outcome": words.either(*kind.outcomes[file.case.outcome]) if file.case.outcome else "",
        "rows": fields.rows(kind.form, {**file.case.values, **more.get("personal", {})},
                            personal="personal" in more),
        "has_personal": any(
            field.sensitivity == "personal" and field.name in file.case.values
            for field in kind.form
        ),
        "timeline": timeline(kind, file.steps)[::-1],
        "clocks": [_clock(kind, each) for each in file.clocks],
        "next": [
            {
                "step": step,
                "name": words.either(step.zh, step.en),
                "open": act == step.name,
                "controls": fields.controls(
                    step.needs,
                    request.POST if act == step.name else {},
                    wrong if act == step.name else None,
                ),
            }
            for step in file.next_steps
        ],
        "leads": queries.may(kind, kind.leads, file.case, actor),
        "departments": [(code, words.either(*pair)) for code, pair in kind.departments.items()],
        "similar": [_line(kind, each) for each in queries.similar(kind, number, actor=actor)],
        "letters": letters.told(file.letters),
        "joint": [_joint(kind, each) for each in file.joint],
        "may_answer": any(
            not each.answered_at and actor.role_for(kind.roles, each.region, each.department)
            for each in file.joint
        ),
        "intact": proofs.intact(number),
        "why": words.message(refusal, words.language()) if refusal else "",
        "typed": request.POST,
        "room": token_of(kind, number) if kind.other_side else "",
        "to_sign": queries.code_to_sign(kind, number, actor=actor, house=acting.house()),
    }  # fmt: skip
    return render(request, "site/cases/detail.html", facts, status=status)


def _joint(kind: CaseKind, each: JointView) -> dict[str, Any]:
    """Return a department that takes part, as a page names it."""
    department = words.either(*kind.departments.get(each.department, ("", "")))
    region = places.region_name(each.region) if each.region else ""
    return {"joint": each, "who": f"{region} {department}".strip()}


def _clock(kind: CaseKind, each: ClockView) -> dict[str, Any]:
    declared = kind.clock(each.name)
    return {**deadline(each), "may_stop": declared.may_stop, "may_extend": declared.may_extend}


@require_POST
@signed_in
def act(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Do one thing with a case, then show it; what was refused keeps what was typed."""
    kind = REGISTRY.case_kind(name)
    hand, wanted = acting.hand_of(request), request.POST.get("act", "")
    try:
        if wanted == "look":
            purpose = request.POST.get("purpose", "")
            personal = actions.look(kind, number, purpose, hand)
            return _page(request, kind, number, {"personal": personal})
        _do(kind, number, wanted, hand, request)
    except Refusal as refusal:
        step = wanted.removeprefix("step:")
        return _page(request, kind, number, {"refusal": refusal, "act": step}, status=409)
    return redirect("inbox", name) if wanted == "transfer" else redirect("case", name, number)


def _do(kind: CaseKind, number: str, wanted: str, hand: Hand, request: HttpRequest) -> None:
    said = request.POST
    reason = said.get("reason", "")
    acts: dict[str, Callable[[], object]] = {
        "claim": lambda: actions.assign(kind, number, hand.actor.name, hand),
        "assign": lambda: actions.assign(kind, number, said.get("holder", "").strip(), hand),
        "hand_back": lambda: actions.hand_back(kind, number, reason, hand),
        "transfer": lambda: actions.transfer(kind, number, said.dict(), hand),
        "note": lambda: actions.add_note(
            kind, number, said.get("text", ""), hand, outward=bool(said.get("outward"))
        ),
        "stop": lambda: actions.stop_clock(kind, number, said.get("clock", ""), reason, hand),
        "resume": lambda: actions.resume_clock(kind, number, said.get("clock", ""), reason, hand),
        "extend": lambda: actions.extend_clock(kind, number, said.get("clock", ""), reason, hand),
        "ask_joint": lambda: joint.ask(kind, number, said.dict(), hand),
        "answer_joint": lambda: joint.answer(kind, number, reason, hand),
        "dispute": lambda: joint.dispute(kind, number, reason, hand),
        "settle_dispute": lambda: joint.settle(kind, number, said.dict(), hand),
        "gather": lambda: actions.gather(kind, number, said.get("into", ""), reason, hand),
    }
    if wanted.startswith("step:"):
        step = kind.step(wanted.removeprefix("step:"))
        actions.take_step(kind, number, step.name, fields.typed(request, step.needs), hand)
    elif wanted in acts:
        acts[wanted]()
    else:
        raise Invalid("case.no_such_step", kind=kind.name, step=wanted)


@require_safe
@signed_in
def statistics(request: HttpRequest, name: str) -> HttpResponse:
    """Show how many cases came in a year, how they stand, and how many were in time."""
    kind, at = REGISTRY.case_kind(name), clock.now()
    text = request.GET.get("year", "")
    year = int(text) if text.isdigit() and len(text) == 4 else at.year  # noqa: PLR2004
    since = datetime.combine(at.date().replace(year=year, month=1, day=1), time(), at.tzinfo)
    until = since.replace(year=year + 1)
    found = trends.statistics(
        kind, actor=acting.actor_of(request), since=since, until=until, at=at
    )
    facts = {
        "kind": kind,
        "year": year,
        "found": found,
        "late": words.counted(found.late, queries.COUNTED_MAX),
        "tables": _tables(kind, found),
        "clocks": [
            (words.label(each), *found.by_clock.get(each.name, (0, 0)),
             found.on_time_percent(each.name))
            for each in kind.clocks
        ],
    }  # fmt: skip
    return render(request, "site/cases/statistics.html", facts)


def _tables(kind: CaseKind, found: Statistics) -> list[tuple[str, list[tuple[str, int]]]]:
    states = [(words.either(*kind.states[state]), n) for state, n in found.by_state.items()]
    outcomes = [(words.either(*kind.outcomes[name]), n) for name, n in found.by_outcome.items()]
    regions_ = [(places.region_name(code), n) for code, n in found.by_region.items()]
    return [
        (words.either("状态", "State"), states),
        (words.either("结果", "Outcome"), outcomes),
        (words.either("辖区", "Region"), sorted(regions_, key=lambda pair: -pair[1])),
    ]


@require_safe
@signed_in
@never_cache
def case_file(request: HttpRequest, name: str, number: str, digest: str) -> HttpResponseBase:
    """Return a file of a case that the reader may see."""
    kind, actor, house = REGISTRY.case_kind(name), acting.actor_of(request), acting.house()
    file = queries.case_file(kind, number, actor=actor, at=clock.now(), house=house)
    return file_response(request, queries.attached(file, digest, house))
