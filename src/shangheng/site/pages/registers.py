# SPDX-License-Identifier: Apache-2.0
"""Registers as everybody meets them: lists with filters and search, entries with their history."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.records.concept.fields import Field, OneOf
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers import queries
from shangheng.kernel.registers.concept.actors import Actor
from shangheng.kernel.registers.concept.kinds import Difference, RegisterKind, differences
from shangheng.kernel.registers.queries import PAGE, Sought
from shangheng.site import acting, clock, fields, places, wiring, words
from shangheng.site.formats import csv_file
from shangheng.site.maps import drawing
from shangheng.site.pages import reach
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

STATES = {
    "current": ("有效", "in force"),
    "draft": ("待确认", "to be confirmed"),
    "ended": ("已终止", "ended"),
}
ACTS = {
    "enter": ("登记", "entered"),
    "amend": ("变更", "amended"),
    "correct": ("更正", "corrected"),
    "end": ("终止", "ended"),
}
LISTED_COLUMNS = 6
POINTS_MAX = 2_000


def _count(kind: RegisterKind, sought: Sought, actor: Actor) -> str:
    found = queries.count(kind, sought, actor=actor)
    return words.counted(found, queries.most_counted(sought))


def _visible(kind: RegisterKind, actor: Actor) -> tuple[Field, ...]:
    inside = any(post.role in kind.roles for post in actor.posts)
    return kind.fields if inside else kind.public_fields


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the registers that the reader may see."""
    actor = acting.actor_of(request)
    lines = [
        {"kind": kind, "entries": _count(kind, Sought(), actor)}
        for kind in REGISTRY.registers.values()
        if _visible(kind, actor)
    ]
    return render(request, "site/registers/index.html", {"lines": lines})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error


def sought_of(request: HttpRequest, kind: RegisterKind) -> Sought:
    """Return what is asked of a register: text, region, state, a day, values of code lists."""
    asked = request.GET
    region = asked.get("region", "").strip()
    where = tuple(
        (field.name, asked[field.name])
        for field in _visible(kind, acting.actor_of(request))
        if isinstance(field, OneOf) and asked.get(field.name) in field.values
    )
    state = asked.get("state", "current")
    return Sought(
        text=asked.get("text", ""),
        region=regions.lookup(region).code if region else "",
        state=state if state in STATES else "",
        where=where,
        on=_day(asked.get("on", "")),
    )


@require_safe
def entries(request: HttpRequest, name: str) -> HttpResponse:
    """List the entries of a register as at a day, with filters, search and export."""
    kind, actor, today = REGISTRY.register(name), acting.actor_of(request), clock.now().date()
    sought, visible = sought_of(request, kind), _visible(kind, actor)
    if request.GET.get("format") == "csv":
        found = queries.listed(kind, replace(sought, limit=None), actor=actor, today=today)
        return _export(kind, visible, found)
    page = page_number(request.GET)
    part = replace(sought, limit=PAGE + 1, offset=(page - 1) * PAGE)
    found = queries.listed(kind, part, actor=actor, today=today)
    columns = [f for f in visible if f.sensitivity != "personal" and f.name != kind.title]
    facts = {
        "kind": kind,
        "intro": words.either(*kind.intro),
        "asked": request.GET,
        "columns": columns[:LISTED_COLUMNS],
        "lists": fields.controls([f for f in visible if isinstance(f, OneOf)], request.GET),
        "states": [(code, words.either(*pair)) for code, pair in STATES.items()],
        "state": sought.state,
        "lines": [_line(each, columns[:LISTED_COLUMNS]) for each in found[:PAGE]],
        "more": len(found) > PAGE,
        "number": page,
        "total": _count(kind, sought, actor),
        "may_enter": may_enter(kind, actor),
        "has_map": bool(kind.point) and set(kind.point) <= {field.name for field in visible},
    }
    return render(request, "site/registers/entries.html", facts)


@require_safe
def on_map(request: HttpRequest, name: str) -> HttpResponse:
    """Show the entries that are sought as points on the map of a province or a city."""
    kind, actor, today = REGISTRY.register(name), acting.actor_of(request), clock.now().date()
    visible = {field.name for field in _visible(kind, actor)}
    if not kind.point or not set(kind.point) <= visible:
        raise NotFound("register.no_map", kind=kind.name)
    sought = sought_of(request, kind)
    region = sought.region or wiring.place().region
    found = queries.listed(kind, replace(sought, limit=POINTS_MAX + 1), actor=actor, today=today)
    sheet = drawing.sheet(region) or drawing.sheet(region[:4])
    shapes = sheet.shapes if sheet else ()
    points = [_point(kind, each, sheet) for each in found[:POINTS_MAX]]
    facts = {
        "kind": kind,
        "asked": request.GET,
        "region": places.region_name(region) if region else "",
        "sheet": sheet,
        "shapes": [(each, places.region_name(each.code)) for each in shapes],
        "points": points,
        "unplaced": sum(point["at"] is None for point in points),
        "more": len(found) > POINTS_MAX,
        "most": POINTS_MAX,
    }
    return render(request, "site/registers/map.html", facts)


def _point(
    kind: RegisterKind, each: queries.EntryView, sheet: drawing.Sheet | None
) -> dict[str, Any]:
    there = kind.point_of(each.values)
    return {"entry": each, "at": sheet.place(*there) if sheet and there else None, "there": there}


def may_enter(kind: RegisterKind, actor: Actor) -> bool:
    """Tell whether the reader may enter anything anywhere."""
    return any(post.role in kind.enter for post in actor.posts)


def _line(each: queries.EntryView, columns: list[Field]) -> dict[str, Any]:
    return {
        "entry": each,
        "state": words.either(*STATES[each.state]),
        "cells": [
            (words.label(field), fields.shown(field, each.values.get(field.name)))
            for field in columns
        ],
    }


def _export(
    kind: RegisterKind, visible: tuple[Field, ...], found: list[queries.EntryView]
) -> HttpResponse:
    open_ = [field for field in visible if field.sensitivity != "personal"]
    header = ["number", "state", *(field.name for field in open_)]
    rows = [
        [each.number, each.state, *(each.values.get(field.name) for field in open_)]
        for each in found
    ]
    return csv_file(kind.name, header, rows)


@require_safe
def entry(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Show an entry as at a day, with its history and what each version changed."""
    kind = REGISTRY.register(name)
    return entry_page(request, kind, number, {"counts": request.method == "GET"})


def entry_page(
    request: HttpRequest,
    kind: RegisterKind,
    number: str,
    more: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Return the page of an entry, with what an officer may do to it."""
    actor, today = acting.actor_of(request), clock.now().date()
    on = _day(request.GET.get("on", ""))
    now = queries.entry(kind, number, actor=actor, today=today)
    seen = queries.as_at(kind, number, on=on, actor=actor) if on else now
    versions = queries.history(kind, number, actor=actor)
    if more.get("counts"):
        reach.note(kind, now, reach.way_of(request))
    facts = {
        "kind": kind,
        "entry": seen,
        "on": on,
        "state": words.either(*STATES[seen.state]),
        "region": places.region_name(seen.region) if seen.region else "",
        "rows": fields.rows(
            kind.fields, {**seen.values, **more.get("personal", {})}, personal="personal" in more
        ),
        "has_personal": any(
            field.sensitivity == "personal" and field.name in seen.values for field in kind.fields
        ),
        "versions": [_version(each) for each in versions[::-1]],
        "numbers": [each.number for each in versions],
        "compared": _compared(request, kind, versions),
        "reach": reach.told(kind, number),
        "may_enter": seen.is_whole and actor.role_for(kind.enter, seen.region),
        "waits": versions[-1].confirmed_at is None,
        "may_confirm": seen.is_whole
        and versions[-1].confirmed_at is None
        and actor.role_for(kind.confirm, seen.region),
    }
    return render(request, "site/registers/entry.html", {**facts, **more}, status=status)


def _compared(
    request: HttpRequest, kind: RegisterKind, versions: tuple[queries.VersionView, ...]
) -> dict[str, Any] | None:
    """Return what two chosen versions say differently; nothing where none were chosen."""
    by_number = {str(each.number): each for each in versions}
    one, other = (by_number.get(request.GET.get(name, "")) for name in ("one", "other"))
    if one is None or other is None:
        return None
    changed = differences(kind, one.values, other.values)
    return {"one": one, "other": other, "changed": _changed(changed)}


def _changed(changes: Iterable[Difference]) -> list[tuple[str, str, str]]:
    return [
        (
            words.label(change.field),
            fields.shown(change.field, change.before) or "—",
            fields.shown(change.field, change.after) or "—",
        )
        for change in changes
        if change.field.sensitivity != "personal"
    ]


def _version(each: queries.VersionView) -> dict[str, Any]:
    return {
        "version": each,
        "act": words.either(*ACTS[each.act]),
        "changed": _changed(each.changed),
    }


@require_safe
def about(request: HttpRequest, name: str) -> HttpResponse:
    """Document a register: its fields, who enters, confirms and sees, what is public."""
    kind = REGISTRY.register(name)
    form = fields.controls(kind.fields, {})
    facts = {"kind": kind, "form": form, "intro": words.either(*kind.intro)}
    return render(request, "site/registers/about.html", facts)
