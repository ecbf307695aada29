# SPDX-License-Identifier: Apache-2.0
"""Who looked at personal data and why; what each role may."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shangheng.kernel.access import queries
from shangheng.kernel.access.concept import HOUSE_ROLES, Look, administered
from shangheng.kernel.access.queries import PAGE, SoughtLooks
from shangheng.kernel.errors import Invalid
from shangheng.site import accounts, acting, words
from shangheng.site.formats import csv_file
from shangheng.site.pages.posts import EXPORT_MAX, day_begins, role_name
from shangheng.site.people import signed_in
from shangheng.site.permissions import permissions
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY


@require_safe
@signed_in
def roles(request: HttpRequest) -> HttpResponse:
    """Say what each role may, as the declarations have it."""
    found: dict[str, list[dict[str, str]]] = {role: [] for role in accounts.known_roles()}
    for each in permissions(REGISTRY):
        if each.role in found:
            found[each.role].append(
                {"kind": words.either(*each.kind_name), "act": words.either(*each.act_name)}
            )
    lines = [
        {"role": role, "name": role_name(role), "may": may, "house": role in HOUSE_ROLES}
        for role, may in found.items()
    ]
    return render(request, "site/access/roles.html", {"lines": lines})


@require_safe
@signed_in
@never_cache
def looks(request: HttpRequest) -> HttpResponse:
    """List one's own looks at personal data, and those in the regions one answers for."""
    asked, actor, number = request.GET, acting.actor_of(request), page_number(request.GET)
    sought = SoughtLooks(
        text=asked.get("text", ""),
        since=_asked_day(asked.get("since", "")),
        until=_after(_asked_day(asked.get("until", ""))),
        limit=PAGE,
        offset=(number - 1) * PAGE,
    )
    if asked.get("format") == "csv":
        whole = replace(sought, limit=EXPORT_MAX, offset=0)
        return _export_looks(queries.looks(whole, actor=actor))
    total = queries.count_looks(sought, actor=actor)
    facts = {
        "lines": [_look(each) for each in queries.looks(sought, actor=actor)],
        "asked": asked,
        "total": total,
        "number": number,
        "more": number * PAGE < total,
        "answers": bool(administered(actor)),
    }
    return render(request, "site/access/looks.html", facts)


def _asked_day(text: str) -> datetime | None:
    try:
        return day_begins(text) if text else None
    except ValueError as error:
        raise Invalid("question.day_unreadable", text=text) from error


def _after(day: datetime | None) -> datetime | None:
    return day + timedelta(days=1) if day else None


def _kind_name(look: Look) -> str:
    kinds = REGISTRY.cases if look.noun == "case" else REGISTRY.registers
    return words.label(kinds.get(look.kind)) or look.kind


def _look(look: Look) -> dict[str, Any]:
    return {"look": look, "kind": _kind_name(look), "role": role_name(look.role)}


def _export_looks(found: list[Look]) -> HttpResponse:
    header = ("at", "by", "role", "noun", "kind", "number", "region", "fields", "purpose", "leaf")
    rows = [
        (each.at.isoformat(), each.by, each.role, each.noun, each.kind, each.number, each.region,
         " ".join(each.fields), each.purpose, each.leaf)
        for each in found
    ]  # fmt: skip
    return csv_file("looks", header, rows)
