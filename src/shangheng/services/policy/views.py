# SPDX-License-Identifier: Apache-2.0
"""The pages of the policies: library, documents, targets, duties, comparison."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import (
    Clause,
    Document,
    Jurisdiction,
    Library,
    Side,
    Topic,
    document_of,
    label_of,
)
from shangheng.kernel.service import Registry
from shangheng.services.policy import queries
from shangheng.services.policy.rules import Standing

SHARE_DIGITS = 6
KINDS = {
    "target": ("目标", "target"),
    "duty": ("职责", "duty"),
    "incentive": ("优惠", "incentive"),
    "registry": ("名录", "register"),
    "rule": ("规则", "rule"),
    "deadline": ("期限", "deadline"),
    "quota": ("名额", "quota"),
}
TOPIC_KINDS = {
    "contradiction": ("互相矛盾", "contradiction"),
    "difference": ("各有不同", "difference"),
    "open": ("没有写明", "left open"),
    "wording": ("用语不同", "wording"),
}
OPERATORS = {">": ("超过", "above"), ">=": ("不低于", "at least"), "=": ("达到", "reach"),
             "full": ("全部", "all")}  # fmt: skip


class Office(Protocol):
    """What the site hands to the views of a service."""

    registry: Registry

    @property
    def home(self) -> str:
        """Return the name of this installation's jurisdiction."""
        ...

    def library(self) -> Library:
        """Return the policies of every jurisdiction."""
        ...

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def csv_file(
        self, name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
    ) -> HttpResponse:
        """Return a list as a CSV file."""
        ...

    def reader(self, request: HttpRequest) -> Any:  # noqa: ANN401 - what ask wants to know
        """Return who looks."""
        ...

    def ask(self, name: str, question: Question, reader: Any) -> Figure:  # noqa: ANN401
        """Return one figure as the reader may see it."""
        ...

    def days(self, kind: str) -> tuple[date, ...]:
        """Return the days for which there are records of a kind."""
        ...


def _chosen(request: HttpRequest, office: Office) -> tuple[list[Jurisdiction], Jurisdiction]:
    """Return every jurisdiction, and the one that is asked for: by default that of the house."""
    library = office.library()
    known = queries.places(library, office.home)
    name = request.GET.get("jurisdiction") or known[0].id
    return known, policies.jurisdiction(library, name)


def _file(
    request: HttpRequest, office: Office, name: str, lines: Sequence[Mapping[str, Any]]
) -> HttpResponse | None:
    """Return a list as CSV or JSON where the address asks for it."""
    form = request.GET.get("format", "")
    if form == "json":
        return JsonResponse(list(lines), safe=False, json_dumps_params={"ensure_ascii": False})
    if form != "csv":
        return None
    return office.csv_file(name, lines[0] if lines else (), (line.values() for line in lines))


def _plain_clause(found: queries.Found) -> dict[str, Any]:
    clause = found.clause
    return {
        "clause": clause.ref, "jurisdiction": found.place.id, "kinds": list(clause.kinds),
        "zh": clause.zh, "en": clause.en, "numbers": list(clause.numbers),
        "departments": [name for duty in clause.duties for name in duty.departments],
        "systems": list(clause.serves),
    }  # fmt: skip


@require_safe
def library(request: HttpRequest, office: Office) -> HttpResponse:
    """List the documents; with words, a kind or a place also the clauses that fit."""
    known, asked = office.library(), request.GET
    text, name, kind = (asked.get(key, "").strip() for key in ("text", "jurisdiction", "kind"))
    if name:
        policies.jurisdiction(known, name)
    found = queries.search(known, text, home=office.home, jurisdiction=name, kind=kind)
    if file := _file(request, office, "clauses", [_plain_clause(each) for each in found]):
        return file
    facts = {
        "places": queries.places(known, office.home),
        "home": office.home,
        "asked": asked,
        "kinds": KINDS,
        "searched": bool(text or name or kind),
        "found": [(each, _kinds(each.clause)) for each in found],
    }
    return render(request, "policy/library.html", facts)


@require_safe
def document(request: HttpRequest, office: Office, name: str) -> HttpResponse:
    """Show a document clause by clause."""
    known = office.library()
    place, text = queries.document(known, name)
    listed = [queries.Found(place, text, each) for each in text.clauses]
    if file := _file(request, office, text.id, [_plain_clause(each) for each in listed]):
        return file
    facts = {
        "where": place,
        "document": text,
        "lines": _lines(known, place, text),
        "later": queries.later(known, name),
        "cited_by": queries.cited_by(known, name),
    }
    return render(request, "policy/document.html", facts)


def _lines(known: Library, place: Jurisdiction, text: Document) -> list[dict[str, Any]]:
    """Return each clause with the heading above it and all that belongs to it."""
    owed = policies.duties(place)
    parts = {part.label: part for part in text.parts}
    above = ["", *(each.part for each in text.clauses)]
    return [
        {
            "clause": each,
            "kinds": _kinds(each),
            "heading": parts.get(each.part or "") if each.part != before else None,
            "cites": [one for one in text.cites if one.clause == each.label],
            "duties": [one for one in owed if one.clause.ref == each.ref],
            "systems": [known.systems[one] for one in each.serves if one in known.systems],
        }
        for each, before in zip(text.clauses, above, strict=False)
    ]


def _kinds(clause: Clause) -> list[tuple[str, str]]:
    return [KINDS[each] for each in clause.kinds]


def _cited(ref: str) -> tuple[str, str, str]:
    """Return a reference with its document and the number of its clause, for a link."""
    return ref, document_of(ref), label_of(ref)


def _year(text: str, days: Sequence[date]) -> int | None:
    """Return the year that is asked for, by default the latest with data."""
    if not text:
        return days[-1].year if days else None
    if not (text.isascii() and text.isdigit()):
        raise Invalid("question.year_unreadable", text=text)
    return int(text)


def _plain_standing(each: Standing) -> dict[str, Any]:
    target = each.target
    share = None if each.share is None else round(each.share, SHARE_DIGITS)
    return {
        "id": target.id, "clause": target.clause, "zh": target.zh, "en": target.en,
        "operator": target.operator, "value": _number(target.value), "unit": target.unit,
        "year": target.year, "base_unit": target.base_unit, "amount": _number(target.amount),
        "indicator": target.indicator, "judged_by": target.judged_by, "state": each.state,
        "present": _number(each.value), "share_percent": _number(share),
        "reached": each.reached,
        "from": each.since.isoformat() if each.since else None,
        "to": each.until.isoformat() if each.until else None,
    }  # fmt: skip


def _number(value: Any) -> str | None:  # noqa: ANN401 - an int or a Decimal
    return None if value is None else str(value)


@require_safe
def targets(request: HttpRequest, office: Office) -> HttpResponse:
    """Show each target of a place beside what the ledger says of it."""
    known, place = _chosen(request, office)
    days, reader = office.days("order"), office.reader(request)
    scope = queries.Scope(
        days=days,
        year=_year(request.GET.get("year", ""), days),
        region="" if place.id == office.home else place.region,
        ask=lambda name, question: office.ask(name, question, reader),
    )
    listed = queries.standings(place, scope, request.GET.get("text", ""))
    if file := _file(
        request, office, f"targets-{place.id}", [_plain_standing(each) for each in listed]
    ):
        return file
    facts = {
        "places": known,
        "where": place,
        "asked": request.GET,
        "years": sorted({day.year for day in days}, reverse=True),
        "year": scope.year,
        "lines": [
            {
                "standing": each,
                "indicator": office.registry.indicators.get(each.target.indicator or ""),
                "operator": OPERATORS[each.target.operator],
                "cited": _cited(each.target.clause),
            }
            for each in listed
        ],
    }
    return render(request, "policy/targets.html", facts)


def _plain_owed(owed: policies.Owed) -> dict[str, Any]:
    duty = owed.duty
    return {
        "clause": owed.clause.ref, "id": owed.ref, "zh": duty.zh, "en": duty.en,
        "lead": owed.lead, "departments": list(duty.departments), "others": duty.others,
    }  # fmt: skip


@require_safe
def duties(request: HttpRequest, office: Office) -> HttpResponse:
    """Show who owes what: of one department all it owes, else of all of them."""
    known, place = _chosen(request, office)
    name = request.GET.get("department", "").strip()
    department = policies.find_department(place, name) if name else None
    listed = queries.owed_by(place, name, request.GET.get("text", ""))
    if file := _file(
        request, office, f"duties-{place.id}", [_plain_owed(each) for each in listed]
    ):
        return file
    facts = {
        "places": known,
        "where": place,
        "asked": request.GET,
        "department": department,
        "loads": queries.loads(place),
        "lines": [(each, queries.role_of(department, each) if department else "")
                  for each in listed],
    }  # fmt: skip
    return render(request, "policy/duties.html", facts)


@require_safe
def matrix(request: HttpRequest, office: Office) -> HttpResponse:
    """Show the responsibility matrix: each duty, and who leads it or is listed for it."""
    known, place = _chosen(request, office)
    bodies = [load.department for load in queries.loads(place) if load.duties]
    lines = [
        (owed, [queries.role_of(each, owed) for each in bodies])
        for owed in queries.owed_by(place, "", request.GET.get("text", ""))
    ]
    plain = [
        {"id": owed.ref, "zh": owed.duty.zh, "en": owed.duty.en,
         **{each.printed: role for each, role in zip(bodies, roles, strict=True)}}
        for owed, roles in lines
    ]  # fmt: skip
    if file := _file(request, office, f"matrix-{place.id}", plain):
        return file
    facts = {"places": known, "where": place, "asked": request.GET, "bodies": bodies,
             "lines": lines}  # fmt: skip
    return render(request, "policy/matrix.html", facts)


@require_safe
def compare(request: HttpRequest, office: Office) -> HttpResponse:
    """Put what the documents say on a matter side by side."""
    known, asked = office.library(), request.GET
    kind = asked.get("kind", "")
    listed = queries.topics(known, asked.get("text", ""), kind)
    plain = [
        {"topic": topic.id, "zh": topic.zh, "en": topic.en, "kind": topic.kind,
         "document": side.document, "clauses": list(side.clauses), "says_zh": side.zh,
         "says_en": side.en}
        for topic in listed
        for side in topic.sides
    ]  # fmt: skip
    if file := _file(request, office, "comparison", plain):
        return file
    columns = [
        (place, each) for place in queries.places(known, office.home) for each in place.documents
    ]
    lines = [
        {
            "topic": topic,
            "kind": TOPIC_KINDS[topic.kind],
            "cells": [(each, _sides(topic, each.id)) for _, each in columns],
        }
        for topic in listed
    ]
    facts = {"columns": columns, "lines": lines, "kinds": TOPIC_KINDS, "asked": asked}
    return render(request, "policy/compare.html", facts)


def _sides(topic: Topic, name: str) -> list[tuple[Side, list[tuple[str, str, str]]]]:
    """Return what a document says on a matter, with its clauses."""
    told = [each for each in topic.sides if each.document == name]
    return [(each, [_cited(ref) for ref in each.clauses]) for each in told]
