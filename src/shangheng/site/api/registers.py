# SPDX-License-Identifier: Apache-2.0
"""Registers for programs: what is on file, as at any day; whoever asks sees what is theirs."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from shangheng.kernel.registers import queries
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.kernel.registers.queries import Sought
from shangheng.site import acting, clock, fields
from shangheng.site.api.schemas import Problem
from shangheng.site.api.tokens import Caller
from shangheng.site.pages import reach
from shangheng.site.registry import REGISTRY

router = Router(auth=Caller("registers", strangers=True))
PAGE_MAX = 500


class AskedEntries(Schema):
    """What is looked for in a register."""

    text: str = ""
    region: str = ""
    on: date | None = None
    limit: int = 50
    offset: int = 0
    after: str = ""


def _kind(kind: RegisterKind) -> dict[str, Any]:
    return {
        "name": kind.name,
        "zh": kind.zh,
        "en": kind.en,
        "basis": list(kind.basis),
        "key": list(kind.key),
        "public": list(kind.public),
        "enter": list(kind.enter),
        "confirm": list(kind.confirm),
        "entry": fields.json_schema(kind.fields, f"{kind.zh} {kind.en}"),
    }


def _entry(kind: RegisterKind, each: queries.EntryView) -> dict[str, Any]:
    return {
        "number": each.number,
        "title": each.title,
        "state": each.state,
        "region": each.region,
        "version": each.version,
        "effective_from": each.effective_from,
        "expired": each.expired,
        "values": fields.plain(kind.fields, each.values),
    }


@router.get("", response=list[dict[str, Any]], summary="名录 The registers")
def list_registers(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return every register with its fields."""
    return [_kind(kind) for kind in REGISTRY.registers.values()]


@router.get(
    "/{name}", response={200: dict[str, Any], 404: Problem}, summary="一个名录 One register"
)
def one_register(request: HttpRequest, name: str) -> dict[str, Any]:  # noqa: ARG001
    """Return the declaration of a register."""
    return _kind(REGISTRY.register(name))


@router.get(
    "/{name}/entries",
    response={200: list[dict[str, Any]], 404: Problem, 422: Problem},
    summary="条目 Its entries",
)
def list_entries(
    request: HttpRequest, name: str, asked: Query[AskedEntries]
) -> list[dict[str, Any]]:
    """Return entries as they stood on a day, today without one."""
    kind = REGISTRY.register(name)
    found = queries.listed(
        kind,
        Sought(
            text=asked.text,
            region=asked.region,
            on=asked.on,
            limit=max(1, min(asked.limit, PAGE_MAX)),
            offset=max(0, asked.offset),
            after=asked.after,
        ),
        actor=acting.actor_of(request),
        today=clock.now().date(),
    )
    return [_entry(kind, each) for each in found]


@router.get(
    "/{name}/entries/{number}",
    response={200: dict[str, Any], 404: Problem},
    summary="一个条目 One entry",
)
def one_entry(
    request: HttpRequest, name: str, number: str, on: date | None = None
) -> dict[str, Any]:
    """Return an entry as it stood on a day, today without one."""
    kind, actor = REGISTRY.register(name), acting.actor_of(request)
    if on is None:
        found = queries.entry(kind, number, actor=actor, today=clock.now().date())
        reach.note(kind, found, "api")
    else:
        found = queries.as_at(kind, number, on=on, actor=actor)
    return _entry(kind, found)
