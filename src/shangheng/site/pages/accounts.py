# SPDX-License-Identifier: Apache-2.0
"""Accounts on pages: how they stand, their statements, and the check of a statement's code."""

from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.concept.statements import Statement, to_csv
from shangheng.kernel.accounts.concept.transfers import PHASES
from shangheng.kernel.accounts.concept.units import written
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.periods import CHINA
from shangheng.site import clock, formats, statements, words
from shangheng.site.office import OFFICE
from shangheng.site.people import View, officers_only, require_officer, signed_in
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

PAGE = 50
HEADER = ("account", "kind", "owner", "unit", "posted", "held_out", "held_in")

KIND_HEADER = ("kind", "zh", "en", "takes", "gives", "floor", "seals", "basis")


def keepers_only(view: View) -> View:
    """Let officers in, and who takes from or gives to accounts of this kind in the whole house."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str) -> HttpResponseBase:
        if not _keeps(request, queries.account(code).kind):
            require_officer(request)
        return view(request, code)

    return signed_in(guarded)


def _keeps(request: HttpRequest, kind: str) -> bool:
    known = REGISTRY.accounts.get(kind)
    roles = (*known.takes, *known.gives) if known else ()
    return OFFICE.actor(request).role_for(roles, OFFICE.place.region) is not None


def day_asked(text: str, usual: date) -> date:
    """Return a day as it was typed, or the usual one where nothing was."""
    if not text:
        return usual
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("account.day_unreadable", text=text[:20]) from error


def period_of(asked: QueryDict) -> tuple[datetime, datetime]:
    """Return the period that is asked for: this month up to now, or whole days that are over."""
    now = clock.now()
    first = day_asked(asked.get("since", ""), now.date().replace(day=1))
    last = day_asked(asked.get("until", ""), now.date())
    since = datetime.combine(first, time(), CHINA)
    until = datetime.combine(last + timedelta(days=1), time(), CHINA)
    if until > now and asked.get("until"):
        raise Invalid("statement.not_over", until=until.isoformat())
    # Without a last day up to the last midnight: what is still running has no statement.
    return since, max(since, min(until, datetime.combine(now.date(), time(), CHINA)))


def last_day(until: datetime) -> datetime:
    """Return the last moment of a period that ends before ``until``."""
    return until - timedelta(microseconds=1)


@require_safe
@officers_only
def index(request: HttpRequest) -> HttpResponse:
    """List accounts with how they stand."""
    text, page = request.GET.get("text", "").strip(), page_number(request.GET)
    if request.GET.get("format") == "csv":
        return formats.csv_file("accounts", HEADER, map(_row, queries.listed(text=text)))
    found = queries.listed(text=text, limit=PAGE + 1, offset=(page - 1) * PAGE)
    facts = {
        "rows": [(words.label(REGISTRY.accounts.get(each.kind)), *_row(each))
                 for each in found[:PAGE]], "text": text, "number": page,
        "more": len(found) > PAGE,
    }  # fmt: skip
    return render(request, "site/accounts/index.html", facts)


@require_safe
@officers_only
def kinds(request: HttpRequest) -> HttpResponse:
    """Show every kind of account as declared: who may post on it, how far it may fall, why."""
    found = REGISTRY.accounts.values()
    if request.GET.get("format") == "csv":
        rows = (
            (each.name, each.zh, each.en, " ".join(each.takes), " ".join(each.gives),
             "" if each.floor is None else str(each.floor), str(each.seals),
             "；".join(each.basis))
            for each in found
        )  # fmt: skip
        return formats.csv_file("account-kinds", KIND_HEADER, rows)
    return render(request, "site/accounts/kinds.html", {"kinds": found})


def _row(each: queries.Listed) -> tuple[str, ...]:
    balance = each.balance
    amounts = (balance.posted, balance.held_out, balance.held_in)
    return (
        each.code, each.kind, each.owner, words.label(balance.unit),
        *(written(pieces, balance.unit) for pieces in amounts),
    )  # fmt: skip


@require_safe
@keepers_only
def statement(request: HttpRequest, code: str) -> HttpResponse:
    """Show an account's statement for a period; as CSV and as PDF with its code."""
    since, until = period_of(request.GET)
    told = queries.statement(code, since=since, until=until)
    form = request.GET.get("format", "")
    if form in ("csv", "pdf"):
        is_pdf = form == "pdf"
        content = statements.to_pdf(told, at=clock.now()) if is_pdf else to_csv(told)
        media = "application/pdf" if is_pdf else "text/csv; charset=utf-8"
        response = HttpResponse(content, content_type=media)
        response["Content-Disposition"] = f'attachment; filename="statement.{form}"'
        return response
    return render(request, "site/accounts/statement.html", _shown(told))


def _shown(told: Statement) -> dict[str, Any]:
    unit, last, called = told.unit, last_day(told.until), statements.reasons(told.account)
    return {
        "told": told,
        "parent": queries.account(told.account).parent,
        "whole": written(queries.total(told.account, at=last).posted, unit),
        "opening": written(told.opening, unit),
        "closing": written(told.closing, unit),
        "last": last,
        "lines": [
            (
                each, words.either(*PHASES[each.phase]),
                words.either(*called.get(each.kind, (each.kind, each.kind))),
                written(each.change, unit), written(each.after, unit),
            )
            for each in told.lines
        ],
    }  # fmt: skip


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Tell anybody who holds a statement whether its code is that of the book.

    An account that does not exist and a code that does not fit are answered alike.
    """
    asked = request.GET
    facts: dict[str, Any] = {"asked": asked}
    if asked.get("code"):
        since, until = period_of(request.GET)
        try:
            facts["genuine"] = queries.is_genuine(
                asked.get("account", "").strip(), since=since, until=until,
                verification=asked["code"],
            )  # fmt: skip
        except NotFound:
            facts["genuine"] = False
        facts["checked"] = True
    return render(request, "site/accounts/check.html", facts)
