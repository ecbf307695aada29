# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data for everybody; deliveries, receipts and their quality for officers."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import NotFound
from shangheng.kernel.exchange import queries
from shangheng.kernel.periods import CHINA
from shangheng.site import catalogue, clock, formats
from shangheng.site.people import is_officer, officers_only

A_PAGE = 50
REPORT_DAYS = 30
OUTCOMES = {
    "delivered": ("已交付", "delivered"),
    "handed": ("已取走", "fetched"),
    "failed": ("未成，将重试", "failed, will be tried again"),
    "refused": ("已拒绝", "refused"),
    "answered": ("已答有无", "answered"),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what data exists, whose word it is, who receives it; as a page or as a CSV file."""
    found = catalogue.entries(clock.now())
    if request.GET.get("form") == "csv":
        header = ("记录 kind", "字段 field", "名称 name", "级别 sensitivity", "权威 authority",
                  "接收方 receivers", "协议 agreement", "依据 basis", "形式 form")  # fmt: skip
        return formats.csv_file("catalogue", header, catalogue.lines(found))
    return render(request, "site/exchange/catalogue.html", {"entries": found})


@require_safe
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """Show one kind of record in the catalogue, field by field."""
    found = {each.kind.name: each for each in catalogue.entries(clock.now())}
    if name not in found:
        raise NotFound("kind.unknown", kind=name, known=sorted(found))
    return render(request, "site/exchange/kind.html", {"entry": found[name]})


@require_safe
def agreement(request: HttpRequest, name: str) -> HttpResponse:
    """Show an agreement: parties, basis, period, fields and masks; to officers how it goes."""
    found = catalogue.agreement(name, clock.now())
    facts: dict[str, Any] = {"agreement": found}
    if is_officer(request):
        facts["standings"] = [each for each in queries.standings() if each.agreement == name]
        facts["deliveries"] = _told(
            queries.deliveries(queries.Sought(agreement=name), limit=A_PAGE)
        )
    return render(request, "site/exchange/agreement.html", facts)


def _told(rows: Iterable[Any]) -> list[tuple[Any, tuple[str, str]]]:
    """Return delivery rows, each with what its outcome is called."""
    return [(row, OUTCOMES[row.outcome]) for row in rows]


@require_safe
@officers_only
def deliveries(request: HttpRequest) -> HttpResponse:
    """List what was handed over or refused and why; as a page or as a CSV file."""
    sought = {name: request.GET.get(name, "") for name in ("agreement", "partner", "outcome")}
    if request.GET.get("form") == "csv":
        rows = queries.deliveries(queries.Sought(**sought), limit=100_000)
        header = ("协议 agreement", "对方 partner", "包号 number", "结果 outcome", "原因 reason",
                  "条数 records", "时延毫秒 delay", "时间 at", "存证 leaf")  # fmt: skip
        lines = (
            (row.agreement, row.partner, row.number, row.outcome, row.reason, row.records,
             row.delay_ms, row.at.astimezone(CHINA).isoformat(), row.leaf)
            for row in rows
        )  # fmt: skip
        return formats.csv_file("deliveries", header, lines)
    text = request.GET.get("page", "1")
    number = max(1, int(text)) if text.isdigit() else 1
    found = queries.deliveries(
        queries.Sought(**sought), limit=A_PAGE + 1, offset=(number - 1) * A_PAGE
    )
    at = clock.now()
    facts = {
        "deliveries": _told(found[:A_PAGE]), "more": len(found) > A_PAGE, "number": number,
        "sought": sought, "outcomes": OUTCOMES, "standings": queries.standings(),
        "report": queries.delivery_report(since=at - timedelta(days=REPORT_DAYS), until=at),
        "received": queries.received(limit=A_PAGE), "days": REPORT_DAYS,
    }  # fmt: skip
    return render(request, "site/exchange/deliveries.html", facts)
