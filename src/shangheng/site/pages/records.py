# SPDX-License-Identifier: Apache-2.0
"""The workbench over what was reported: reporters, receipts, rejects."""

from collections.abc import Iterable
from itertools import chain

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shangheng.kernel.errors import NotFound
from shangheng.kernel.records import queries as records
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.site import reception, wiring
from shangheng.site.formats import csv_file
from shangheng.site.people import officers_only, seen_reporter, signed_in
from shangheng.site.questions import page_number
from shangheng.site.registry import REGISTRY

A_PAGE = 50
MOST_EXPORTED = 100_000
REPORTER_HEADER = ("单位 reporter", "名称 name", "批次 batches", "行数 rows", "退回 rejected",
                   "最近报送 last received")  # fmt: skip
RECEIPT_HEADER = ("批次 batch", "报送单位 reporter", "种类 kind", "文件 file", "收到 received",
                  "读入 read", "入账 accepted", "更正 corrected", "未变 unchanged",
                  "退回 rejected", "账本版本 ledger version", "摘要 digest")  # fmt: skip


@require_safe
@officers_only
def reporters(request: HttpRequest) -> HttpResponse:
    """List who reports, how much of it was good, and when it last came."""
    found = records.reporters()
    if request.GET.get("format") == "csv":
        rows = (
            (each.code, each.name, each.batches, each.rows_read, each.rejected,
             each.last_received_at.isoformat() if each.last_received_at else "")
            for each in found
        )  # fmt: skip
        return csv_file("reporters", REPORTER_HEADER, rows)
    return render(request, "site/reporters.html", {"reporters": found})


@require_safe
@signed_in
def reporter(request: HttpRequest, code: str) -> HttpResponse:
    """Show one reporter: what it sent, how good that was, when."""
    seen_reporter(request, code)
    standing = next((each for each in records.reporters() if each.code == code), None)
    if standing is None:
        raise NotFound("reporter.unknown", reporter=code)
    receipts = records.receipts(reporter=code, limit=A_PAGE)
    facts = {"reporter": standing, "receipts": receipts, "rules": _by_rule(receipts)}
    return render(request, "site/reporter.html", facts)


def _by_rule(receipts: list[Receipt]) -> list[tuple[str, str, str, int]]:
    """Add up which rules the rows of these batches broke, most often first."""
    counts: dict[tuple[str, str, str], int] = {}
    for receipt in receipts:
        for each in (*receipt.rejected_by_rule, *receipt.warnings_by_rule):
            key = (each.rule, each.zh, each.en)
            counts[key] = counts.get(key, 0) + each.rows
    return [(*key, rows) for key, rows in sorted(counts.items(), key=lambda item: -item[1])]


@require_safe
@signed_in
def receipts(request: HttpRequest) -> HttpResponse:
    """List receipts, latest first; as a page, or all that were asked for as a CSV file."""
    reporter_ = seen_reporter(request, request.GET.get("reporter") or None)
    kind = request.GET.get("kind") or None
    if request.GET.get("format") == "csv":
        told = records.receipts(reporter=reporter_, kind=kind, limit=MOST_EXPORTED)
        return csv_file("receipts", RECEIPT_HEADER, map(_receipt_row, told))
    number = page_number(request.GET)
    found = records.receipts(
        reporter=reporter_, kind=kind, limit=A_PAGE + 1, offset=(number - 1) * A_PAGE
    )
    facts = {
        "receipts": found[:A_PAGE],
        "more": len(found) > A_PAGE,
        "number": number,
        "kinds": list(REGISTRY.kinds.values()),
        "kind": kind or "",
    }
    return render(request, "site/receipts.html", facts)


def _receipt_row(each: Receipt) -> tuple[object, ...]:
    return (
        each.batch, each.reporter, each.kind, each.file, each.received_at.isoformat(),
        each.rows_read, each.accepted, each.corrected, each.unchanged, each.rejected,
        each.ledger_version, each.digest,
    )  # fmt: skip


@require_safe
@signed_in
def receipt(request: HttpRequest, reporter: str, batch: str) -> HttpResponse:
    """Show one receipt."""
    seen_reporter(request, reporter)
    found = records.receipt(batch, reporter=reporter)
    facts = {"receipt": found, "kind": REGISTRY.kinds.get(found.kind)}
    return render(request, "site/receipt.html", facts)


@require_safe
@signed_in
def sealed(request: HttpRequest, reporter: str, batch: str) -> HttpResponse:
    """Return a receipt with the proof that it is sealed, for whoever wants to verify it."""
    seen_reporter(request, reporter)
    told = reception.told(records.receipt(batch, reporter=reporter))
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"receipt-{batch}.json"
    )
    return answer


@require_safe
@signed_in
def rejects(request: HttpRequest, reporter: str, batch: str) -> HttpResponseBase:
    """Return the rejected rows with their reasons, ready to be corrected and sent again."""
    seen_reporter(request, reporter)
    return rows_file(reporter, batch, "rejects")


@require_safe
@signed_in
def warnings(request: HttpRequest, reporter: str, batch: str) -> HttpResponseBase:
    """Return the rows that were let in with a question."""
    seen_reporter(request, reporter)
    return rows_file(reporter, batch, "warnings")


def rows_file(reporter: str, batch: str, which: str) -> StreamingHttpResponse:
    """Return the rejects or warnings of a batch as a streamed download."""
    ask = records.rejects if which == "rejects" else records.warnings
    pieces = ask(wiring.ledger(), batch, reporter=reporter)
    first = next(pieces, None)
    if first is None:
        raise NotFound(f"batch.no_{which}", batch=batch)
    return rows_answer(chain([first], pieces), batch, which)


def rows_answer(pieces: Iterable[bytes], batch: str, which: str) -> StreamingHttpResponse:
    """Return rows of a CSV file as a streamed download, named after what they are of."""
    disposition = content_disposition_header(as_attachment=True, filename=f"{batch}-{which}.csv")
    return StreamingHttpResponse(
        pieces,
        content_type="text/csv",
        headers={"Content-Disposition": disposition or "attachment"},
    )
