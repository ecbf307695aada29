# SPDX-License-Identifier: Apache-2.0
"""What is counted about the site itself, and whether it is well."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.site import wiring

REQUESTS = Counter("shangheng_requests_total", "Answers given", ("view", "method", "status"))
SECONDS = Histogram(
    "shangheng_request_seconds",
    "Time from request to answer",
    ("view",),
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
BATCHES = Counter("shangheng_batches_total", "Batches received", ("kind", "door", "outcome"))
ROWS = Counter("shangheng_rows_total", "Rows received", ("kind", "outcome"))
SIGN_INS_FAILED = Counter("shangheng_sign_ins_failed_total", "Wrong names, passwords or codes")


def counted(receipt: Receipt, door: str, *, again: bool) -> None:
    """Count a batch and its rows; one that came again adds no rows."""
    BATCHES.labels(receipt.kind, door, "repeated" if again else "taken").inc()
    if not again:
        for outcome in ("accepted", "corrected", "unchanged", "rejected"):
            ROWS.labels(receipt.kind, outcome).inc(getattr(receipt, outcome))


def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer Prometheus."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Say whether rows and ledger can be reached; 503 when one cannot."""
    parts = {"database": _database_answers(), "ledger": wiring.ledger_is_there()}
    well = all(parts.values())
    return JsonResponse({"ok": well, **parts}, status=200 if well else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
