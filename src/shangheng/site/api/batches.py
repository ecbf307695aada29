# SPDX-License-Identifier: Apache-2.0
"""Sending batches and fetching what came of them; each caller sees its own."""

import json
from http import HTTPStatus
from typing import Annotated, Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Router

from shangheng.kernel.errors import Refusal
from shangheng.kernel.records import queries
from shangheng.kernel.records.reports import Report
from shangheng.site import mappings, metrics, reception
from shangheng.site.api.schemas import Problem, ReceiptOut
from shangheng.site.api.tokens import ReporterToken, caller
from shangheng.site.pages.records import rows_file
from shangheng.site.registry import REGISTRY

router = Router(auth=ReporterToken())
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in ("text/csv", "application/x-ndjson", "application/octet-stream")
        },
    }
}
"""Of a request whose body is a file of records, as OpenAPI tells it."""
REFUSALS: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


def _json(plain: object, status: int = HTTPStatus.OK) -> HttpResponse:
    text = json.dumps(plain, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/json")


def reported(
    request: HttpRequest, kind: str, mapping: str, name: str, batch: str | None = None
) -> Report:
    """Return what the body of a request is said to be, as a report of its caller."""
    return Report(
        source=cast("BinaryIO", request),
        kind=REGISTRY.kind(kind),
        reporter=caller(request),
        batch=batch,
        mapping=mappings.find(mapping) if mapping else None,
        name=name,
    )


@router.post(
    "",
    response={200: ReceiptOut, 201: ReceiptOut, **REFUSALS},
    summary="报送一个批次 Send a batch",
    openapi_extra=BODY,
)
def send(
    request: HttpRequest,
    kind: str,
    mapping: str = "",
    name: str = "",
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = "",
) -> HttpResponse:
    """Take the body as a batch of one kind and answer with its receipt.

    CSV, NDJSON, JSON, XLSX, Parquet or Arrow, plain, gzip or zstd: told apart by the bytes. The
    ``Idempotency-Key`` is the batch's number: the same number with the same bytes gives the same
    receipt (200), with other bytes a conflict (409). ``mapping`` names a mapping that the
    authority keeps for this reporter.
    """
    report = reported(request, kind, mapping, name, idempotency_key or None)
    again = bool(report.batch) and queries.is_taken(idempotency_key, reporter=report.reporter)
    try:
        receipt, told = reception.receive_and_tell(report)
    except Refusal:
        metrics.BATCHES.labels(kind, "api", "refused").inc()
        raise
    metrics.counted(receipt, "api", again=again)
    return _json(told, HTTPStatus.OK if again else HTTPStatus.CREATED)


@router.get("", response={200: list[ReceiptOut], **REFUSALS}, summary="回执列表 Receipts")
def list_batches(
    request: HttpRequest, kind: str = "", limit: int = 50, offset: int = 0
) -> HttpResponse:
    """Return the caller's receipts, latest first."""
    found = queries.receipts(
        reporter=caller(request),
        kind=kind or None,
        limit=max(1, min(limit, 500)),
        offset=max(0, offset),
    )
    return _json([receipt.to_dict() for receipt in found])


@router.get("/{batch}", response={200: ReceiptOut, **REFUSALS}, summary="一张回执 One receipt")
def one_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Return the receipt of one of the caller's batches."""
    return _json(reception.told(queries.receipt(batch, reporter=caller(request))))


@router.get("/{batch}/rejects", response={200: str, **REFUSALS}, summary="退回行 Its rejects")
def rejects(request: HttpRequest, batch: str) -> HttpResponseBase:
    """Return the rejected rows with line, field, rule and reason, ready to be corrected."""
    return rows_file(caller(request), batch, "rejects")


@router.get("/{batch}/warnings", response={200: str, **REFUSALS}, summary="存疑行 Its warnings")
def warnings(request: HttpRequest, batch: str) -> HttpResponseBase:
    """Return the rows that were let in with a question."""
    return rows_file(caller(request), batch, "warnings")
