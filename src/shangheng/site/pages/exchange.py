# SPDX-License-Identifier: Apache-2.0
"""The catalogue of data for everybody; deliveries, receipts and their quality for officers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.errors import Invalid, NotFound, NotPermitted, Unavailable
from shangheng.kernel.exchange import queries
from shangheng.kernel.exchange.tracing import Trace
from shangheng.kernel.periods import CHINA
from shangheng.site import catalogue, clock, exchange, formats, lineage, words
from shangheng.site.people import is_officer, officers_only
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

A_PAGE = 50
REPORT_DAYS = 30
OUTCOMES = {
    "delivered": ("已交付", "delivered"),
    "handed": ("已取走", "fetched"),
    "failed": ("未成，将重试", "failed, will be tried again"),
    "refused": ("已拒绝", "refused"),
    "answered": ("已答有无", "answered"),
}

TRACE_HEADER = ("协议 agreement", "包号 number", "动作 act", "成包时间 cut", "接收方 receivers",
                "依据 basis", "存证 leaf")  # fmt: skip


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what data exists, whose word it is, who receives it; as a page or as a CSV file."""
    found = catalogue.entries(clock.now())
    if request.GET.get("format") == "csv":
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
    if request.GET.get("format") == "csv":
        rows = queries.deliveries(queries.Sought(**sought), limit=100_000)
        header = ("协议 agreement", "对方 partner", "包号 number", "结果 outcome", "原因 reason",
                  "条数 records", "时延毫秒 delay", "时间 at", "存证 leaf")  # fmt: skip
        lines = (
            (row.agreement, row.partner, row.number, row.outcome, row.reason, row.records,
             row.delay_ms, row.at.astimezone(CHINA).isoformat(), row.leaf)
            for row in rows
        )  # fmt: skip
        return formats.csv_file("deliveries", header, lines)
    number = page_number(request.GET)
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


@require_safe
@officers_only
def received(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the parcels that came from partners as a CSV file."""
    header = ("提供方 provider", "协议 agreement", "版次 edition", "包号 number", "条数 records",
              "撤回 withdrawn", "退回 rejected", "批次 batch", "收到时间 received",
              "存证 leaf")  # fmt: skip
    lines = (
        (row.provider, row.agreement, row.edition, row.number, row.records, row.withdrawn,
         row.rejected, row.batch, row.received_at.astimezone(CHINA).isoformat(), row.leaf)
        for row in queries.received(limit=100_000)
    )  # fmt: skip
    return formats.csv_file("received", header, lines)


@require_safe
@officers_only
def trace(request: HttpRequest) -> HttpResponse:
    """Show the lineage of one record: where it came from, which parcels carried it, to whom."""
    kinds = REGISTRY.held
    kind = kinds.get(request.GET.get("kind", ""))
    facts: dict[str, Any] = {"kinds": kinds.values(), "kind": kind}
    if kind is not None:
        key = {name: request.GET.get(name, "").strip() for name in kind.key}
        facts["keys"] = [(kind.field(name), value) for name, value in key.items()]
        if all(key.values()):
            facts["trace"] = found = exchange.trace(kind.name, key)
            facts["uses"] = lineage.uses(kind.name, key)
            if kind.authority:
                facts["authority"] = kind.field(kind.authority), key.get(kind.authority, "")
            if request.GET.get("format") == "csv":
                return formats.csv_file("trace", TRACE_HEADER, _passages(found))
    return render(request, "site/exchange/trace.html", facts)


def _passages(found: Trace) -> Iterator[tuple[Any, ...]]:
    """Give the parcels that carried a record as lines of a table."""
    for each in found.passages:
        received = "；".join(
            f"{who} {at.astimezone(CHINA).isoformat()}" for who, at in each.received
        )
        yield (each.agreement, each.number, each.act, each.made_at.astimezone(CHINA).isoformat(),
               received, "；".join(each.basis), each.leaf)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Ask the provider of an agreement for the records behind its figure."""
    found = catalogue.agreement(name, clock.now())
    where = {each.name: request.POST.get(each.name, "").strip() for each in found.asked_by}
    facts: dict[str, Any] = {
        "agreement": found, "asked": [(each, where[each.name]) for each in found.asked_by],
    }  # fmt: skip
    if request.method == "POST":
        try:
            records, facts["more"] = exchange.ask(name, where)
        except (NotPermitted, Invalid, Unavailable) as refusal:
            facts["refused"] = words.message(refusal, words.language())
        else:
            columns = [field for field, _ in found.fields]
            facts["columns"] = columns
            facts["records"] = [[each.get(field.name) for field in columns] for each in records]
    return render(request, "site/exchange/ask.html", facts)
