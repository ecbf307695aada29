# SPDX-License-Identifier: Apache-2.0
"""The pages of the documents: library, one document, citations, whom it concerns, comparison."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import (
    Clause,
    Document,
    Jurisdiction,
    Library,
    Side,
    Topic,
)
from shangheng.services.policy import actions
from shangheng.services.policy.queries import concerns as concerning
from shangheng.services.policy.queries import finding
from shangheng.services.policy.queries import library as queries
from shangheng.services.policy.rules import words
from shangheng.services.policy.rules.audience import AUDIENCES
from shangheng.services.policy.rules.graph import drawn
from shangheng.services.policy.views.asking import Office, cited, day_of, file_of

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


def _plain_clause(found: queries.Found) -> dict[str, Any]:
    clause = found.clause
    return {
        "clause": clause.ref, "jurisdiction": found.place.id, "kinds": list(clause.kinds),
        "zh": clause.zh, "en": clause.en, "numbers": list(clause.numbers),
        "departments": [name for duty in clause.duties for name in duty.departments],
        "systems": list(clause.serves), "audience": list(clause.audience),
    }  # fmt: skip


@require_safe
def library(request: HttpRequest, office: Office) -> HttpResponse:
    """List the documents; with words, a kind, a place or an audience also the clauses that fit."""
    known, asked = office.library(), request.GET
    text = asked.get("text", "").strip()
    wanted = _wanted(request, known)
    refs = _found(known, text)
    found = queries.clauses(known, wanted, home=office.home, refs=refs)
    if file := file_of(request, office, "clauses", [_plain_clause(each) for each in found]):
        return file
    phrases = words.phrases(text)
    facts = {
        "places": queries.places(known, office.home),
        "home": office.home,
        "asked": asked,
        "kinds": KINDS,
        "audiences": AUDIENCES,
        "searched": bool(text or wanted != queries.Wanted()),
        "found": [
            (each, _kinds(each.clause), _marked(each.clause, phrases)) for each in found
        ],
        "counting": {
            text.id for place in known.jurisdictions.values()
            for text in queries.counting(place, wanted.day)
        },
    }  # fmt: skip
    return render(request, "policy/library.html", facts)


def _wanted(request: HttpRequest, known: Library) -> queries.Wanted:
    asked = request.GET
    name, kind, audience = (
        asked.get(key, "").strip() for key in ("jurisdiction", "kind", "audience")
    )
    if name:
        policies.jurisdiction(known, name)
    return queries.Wanted(jurisdiction=name, kind=kind, audience=audience, day=day_of(request))


def _found(known: Library, text: str) -> list[str] | None:
    """Return the clauses that a search finds, the best first; nothing where nothing is sought."""
    if not text:
        return None
    actions.keep_index(known)
    return finding.refs(text)


def _marked(clause: Clause, phrases: Sequence[words.Phrase]) -> dict[str, Any]:
    return {"zh": words.marked(clause.zh, phrases), "en": words.marked(clause.en, phrases)}


@require_safe
def for_me(request: HttpRequest, office: Office) -> HttpResponse:
    """Show what in the documents concerns whoever asks: by audience, or by one's own code."""
    known, asked = office.library(), request.GET
    wanted, code = _wanted(request, known), asked.get("code", "").strip()
    facts: dict[str, Any] = {"asked": asked, "audiences": AUDIENCES,
                             "places": queries.places(known, office.home)}  # fmt: skip
    within: list[str] | None = None
    if code:
        try:
            who = concerning.by_code(known, code, office.now().date())
        except NotFound as refusal:
            facts |= {"nobody": True, "code": refusal.code}
        else:
            audience = wanted.audience or who.audience
            wanted = queries.Wanted(
                jurisdiction=wanted.jurisdiction, kind=wanted.kind, audience=audience,
                day=wanted.day,
            )  # fmt: skip
            within = None if wanted.jurisdiction else [each.id for each in who.places]
            facts |= {"who": who, "within": who.places}
    groups = []
    if wanted.audience:
        groups = concerning.concerns(known, wanted, home=office.home, within=within)
    listed = [each.found for _, found in groups for each in found]
    if file := file_of(request, office, "concerns", [_plain_clause(each) for each in listed]):
        return file
    facts |= {"audience": AUDIENCES.get(wanted.audience), "chosen": wanted.audience,
              "groups": groups, "total": len(listed)}  # fmt: skip
    return render(request, "policy/for_me.html", facts)


@require_safe
def citations(request: HttpRequest, office: Office) -> HttpResponse:
    """Draw and list what cites what, and what replaces what."""
    known = office.library()
    documents = [text for place in queries.places(known, office.home) for text in place.documents]
    lines = [(text, each) for text in documents for each in text.cites]
    plain = [
        {"document": text.id, "clause": f"{text.id} {each.clause}", "cites_zh": each.zh,
         "cites_en": each.en, "number": each.number, "in_library": each.document}
        for text, each in lines
    ]  # fmt: skip
    if file := file_of(request, office, "citations", plain):
        return file
    replaced = [(text, name) for text in documents for name in text.supersedes]
    facts = {"drawing": drawn(documents), "lines": lines, "replaced": replaced}
    if request.GET.get("format") == "svg":
        return render(request, "policy/citations.svg", facts, content_type="image/svg+xml")
    return render(request, "policy/citations.html", facts)


@require_safe
def document(request: HttpRequest, office: Office, name: str) -> HttpResponse:
    """Show a document clause by clause."""
    known = office.library()
    place, text = queries.document(known, name)
    listed = [queries.Found(place, text, each) for each in text.clauses]
    if file := file_of(request, office, text.id, [_plain_clause(each) for each in listed]):
        return file
    day = day_of(request)
    facts = {
        "where": place,
        "asked": request.GET,
        "counts": day is None or text in queries.counting(place, day),
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
            "audience": [AUDIENCES[one] for one in each.audience],
            "heading": parts.get(each.part or "") if each.part != before else None,
            "cites": [one for one in text.cites if one.clause == each.label],
            "duties": [one for one in owed if one.clause.ref == each.ref],
            "systems": [known.systems[one] for one in each.serves if one in known.systems],
        }
        for each, before in zip(text.clauses, above, strict=False)
    ]


def _kinds(clause: Clause) -> list[tuple[str, str]]:
    return [KINDS[each] for each in clause.kinds]


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
    if file := file_of(request, office, "comparison", plain):
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
    return [(each, [cited(ref) for ref in each.clauses]) for each in told]
