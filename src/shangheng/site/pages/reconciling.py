# SPDX-License-Identifier: Apache-2.0
"""Reconciliation on a page: a bank's file against an account; nothing that is given is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel.accounts import queries
from shangheng.kernel.accounts.concept import bank_files
from shangheng.kernel.accounts.concept.bank_files import HEADER, SIDES
from shangheng.kernel.accounts.concept.units import written
from shangheng.kernel.errors import Invalid
from shangheng.site import formats, words
from shangheng.site.pages.accounts import keepers_only, last_day, period_of

BYTES_MAX = 2_000_000
"""About forty thousand lines; below what a form may carry, since the lines come back in one."""
DAYS_MAX = 366


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keepers_only
def reconcile(request: HttpRequest, code: str) -> HttpResponse:
    """Match a bank's file with an account line by line; what is left over, with its reason."""
    asked = request.POST if request.method == "POST" else request.GET
    since, until = period_of(asked)
    facts: dict[str, Any] = {
        "code": queries.account(code).code, "asked": asked, "since": since,
        "last": last_day(until), "text": asked.get("lines", ""),
    }  # fmt: skip
    if request.method == "POST":
        try:
            facts["text"] = text = _text(request)
            days, reference = _days(asked.get("days", "")), asked.get("reference", "").strip()
            told = queries.statement(code, since=since, until=until)
            found = queries.reconciled(told, text, days=days, reference=reference)
        except Invalid as refusal:
            facts["why"] = words.message(refusal, words.language())
            return render(request, "site/accounts/reconcile.html", facts, status=422)
        if asked.get("format") == "csv":
            lines = ([row[name] for name in HEADER] for row in found.rows)
            return formats.csv_file("reconciliation", HEADER, lines)
        facts |= {
            "result": found.result, "difference": written(found.result.difference, found.unit),
            "unit": found.unit,
            "rows": [(row, SIDES[row["side"]], (row["zh"], row["en"])) for row in found.rows],
        }  # fmt: skip
    return render(request, "site/accounts/reconcile.html", facts)


def _text(request: HttpRequest) -> str:
    """Return what was uploaded, else what stands in the field."""
    file = request.FILES.get("file")
    size = (file.size or 0) if file else len(request.POST.get("lines", "").encode())
    if not size:
        raise Invalid("statement.nothing_given")
    if size > BYTES_MAX:
        raise Invalid("statement.too_large", bytes=size, most=BYTES_MAX)
    return bank_files.text_of(file.read()) if file else request.POST["lines"]


def _days(text: str) -> int:
    if not text.strip().isdecimal() or int(text) > DAYS_MAX:
        raise Invalid("statement.days_missing")
    return int(text)
