# SPDX-License-Identifier: Apache-2.0
"""Cases for programs: what can be opened, opening it, following it, and the officers' work."""

from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Header, Router, Schema, Status

from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept import clocks
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import CaseFile, Wanted
from shangheng.kernel.errors import NotFound
from shangheng.site import acting, clock, fields
from shangheng.site.api.schemas import Problem
from shangheng.site.api.tokens import Caller
from shangheng.site.limits import limited
from shangheng.site.registry import REGISTRY

router = Router(auth=Caller("cases", strangers=True))
REFUSALS: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
PAGE_MAX = 500


class OpenedOut(Schema):
    """A case that was opened; the code is told this once."""

    number: str
    code: str


class MovedOut(Schema):
    """A case after an act."""

    number: str
    state: str
    version: int
    seal: str


def _kind(kind: CaseKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "zh": kind.zh,
        "en": kind.en,
        "basis": list(kind.basis),
        "opens": list(kind.opens),
        "form": fields.json_schema(kind.form, f"{kind.zh} {kind.en}"),
        "states": {name: {"zh": zh, "en": en} for name, (zh, en) in kind.states.items()},
        "steps": [
            {
                "name": step.name, "zh": step.zh, "en": step.en, "from": list(step.sources),
                "to": step.target, "by": list(step.roles),
                "needs": fields.json_schema(step.needs, step.zh),
            }
            for step in kind.steps
        ],
        "clocks": [{"name": each.name, "zh": each.zh, "en": each.en} for each in kind.clocks],
    }  # fmt: skip


def _day(day: clocks.Day) -> dict[str, Any]:
    return {"day": day.day, "number": day.number, "why": day.why, "counted": day.counted}


def _file(kind: CaseKind, file: CaseFile) -> dict[str, Any]:
    case = file.case
    return {
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "outcome": case.outcome,
        "region": case.region,
        "version": case.version,
        "opened_at": case.opened_at,
        "values": fields.plain(kind.form, case.values),
        "steps": [
            {"at": step.at, "act": step.act, "step": step.name, "to": step.target,
             "seal": step.seal, "leaf": step.leaf}
            for step in file.steps
        ],
        "clocks": [
            {"name": each.name, "due_on": each.reckoning.due_on, "ended_at": each.ended_at,
             "is_late": each.is_late, "stands": each.stands,
             "days": [_day(day) for day in each.reckoning.days]}
            for each in file.clocks
        ],
        "notes": [{"at": note.at, "text": note.text} for note in file.notes if note.outward],
        "next": [step.name for step in file.next_steps],
    }  # fmt: skip


@router.get("", response=list[dict[str, Any]], summary="办件种类 The kinds of case")
def list_case_kinds(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return every kind of case with its form, life cycle and clocks."""
    return [_kind(kind) for kind in REGISTRY.cases.values()]


@router.get(
    "/{name}", response={200: dict[str, Any], 404: Problem}, summary="一种办件 One kind of case"
)
def one_case_kind(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001
    """Return the declaration of a kind of case."""
    return _kind(REGISTRY.case_kind(name))


@router.post("/{name}", response={201: OpenedOut, **REFUSALS}, summary="提交办件 Open a case")
def open_case(
    request: HttpRequest,
    name: str,
    given: Body[dict[str, Any]],
) -> Status[dict[str, str]]:
    """Open a case from its form; nobody has to sign in where the kind is open to the public."""
    limited(request, "open_case")
    opened = actions.open_case(REGISTRY.case_kind(name), given, acting.hand_of(request))
    return Status(HTTPStatus.CREATED, {"number": opened.number, "code": opened.code})


@router.get(
    "/{name}/cases/{number}",
    response={200: dict[str, Any], **REFUSALS},
    summary="一个办件 One case",
)
def one_case(
    request: HttpRequest,
    name: str,
    number: str,
    case_code: Annotated[str, Header(alias="Case-Code")] = "",
) -> dict[str, Any]:
    """Return a case to whoever shows its code, or to an officer who may see it."""
    at, house = clock.now(), acting.house()
    kind = REGISTRY.case_kind(name)
    if case_code:
        return _file(kind, _followed(request, kind, number, case_code))
    actor = acting.actor_of(request)
    return _file(kind, queries.case_file(kind, number, actor=actor, at=at, house=house))


def _followed(request: HttpRequest, kind: CaseKind, number: str, code: str) -> CaseFile:
    at, house = clock.now(), acting.house()
    limited(request, "follow_failed", counts=False)
    try:
        return queries.followed({kind.name: kind}, number, code, at=at, house=house)[1]
    except NotFound:
        limited(request, "follow_failed")
        raise


@router.get(
    "/{name}/cases",
    auth=Caller("cases"),
    response={200: list[dict[str, Any]], **REFUSALS},
    summary="收件箱 The inbox",
)
def inbox(
    request: HttpRequest, name: str, state: str = "", text: str = "", limit: int = 50
) -> list[dict[str, Any]]:
    """Return the cases that the signed-in officer may see."""
    kind = REGISTRY.case_kind(name)
    found = queries.inbox(
        kind,
        Wanted(state=state, text=text, limit=max(1, min(limit, PAGE_MAX))),
        actor=acting.actor_of(request),
        at=clock.now(),
    )
    return [
        {"number": each.number, "state": each.state, "region": each.region, "due_at": each.due_at,
         "holder": each.holder, "version": each.version, "is_late": each.is_late}
        for each in found
    ]  # fmt: skip


@router.post(
    "/{name}/cases/{number}/steps/{step}",
    auth=Caller("cases"),
    response={200: MovedOut, **REFUSALS},
    summary="办一步 Take a step",
)
def take_step(
    request: HttpRequest, name: str, number: str, step: str, given: Body[dict[str, Any]]
) -> dict[str, Any]:
    """Take a step; ``version`` in the body is the version that was looked at."""
    version = given.pop("version", None)
    hand = acting.hand_of(request, version=version if isinstance(version, int) else None)
    done = actions.take_step(REGISTRY.case_kind(name), number, step, given, hand)
    return {
        "number": done.number, "state": done.state, "version": done.version, "seal": done.seal
    }  # fmt: skip
