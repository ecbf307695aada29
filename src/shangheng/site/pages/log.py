# SPDX-License-Identifier: Apache-2.0
"""The public log: its files as they lie, the audit page, the page that verifies."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from shangheng.kernel.errors import (
    Conflict,
    EvidenceBroken,
    NotFound,
    NotPermitted,
    Refusal,
    Unavailable,
)
from shangheng.kernel.evidence import queries, witnessing
from shangheng.kernel.evidence.integrating import stamp_path
from shangheng.kernel.evidence.log import CHECKPOINT, KEYS, KEYS_SM2, SM2_PEM
from shangheng.kernel.evidence.public_keys import encode_keys
from shangheng.kernel.evidence.witnessing import REQUEST_BYTES_MAX
from shangheng.site import charts, clock, sealing, words
from shangheng.site.formats import csv_file

CONFLICT = HTTPStatus.CONFLICT
YEAR_S = 31_536_000
DAYS_SHOWN = 60
SINCE_CHARACTERS_MAX = 20_000
TEXTS = {
    CHECKPOINT: "text/plain; charset=utf-8",
    KEYS: "text/plain; charset=utf-8",
    SM2_PEM: "text/plain; charset=utf-8",
    KEYS_SM2: "application/octet-stream",
}
NOUNS = {
    "account": ("账户", "accounts"), "answer": ("依法调取", "lawful queries"),
    "balances": ("余额总和", "sums of balances"), "batch": ("批次", "batches"),
    "case": ("办件", "cases"), "exchange": ("数据共享", "data sharing"),
    "figure": ("发布的数据", "published figures"), "key": ("密钥", "keys"),
    "ledger": ("账本版本", "versions of the ledger"), "letter": ("文书", "letters"),
    "party": ("主体", "parties"), "person": ("人员", "people"), "post": ("岗位", "posts"),
    "record": ("撤回的记录", "withdrawn records"), "records": ("留存管理", "retention"),
    "register": ("名录", "registers"), "reporter": ("报送单位", "reporters"),
    "sealing": ("封存起始", "beginnings of sealing"), "stamp": ("时间戳", "time stamps"),
    "token": ("令牌", "tokens"), "transfers": ("划转", "transfers"),
    "unit": ("计量单位", "units"),
}  # fmt: skip
"""What leaves are about, by the first word of what they say was done."""
IMMUTABLE = re.compile(r"tile/[0-9a-z/.]+|stamps/[0-9]+\.tsr", re.ASCII)
# The page that verifies may load its script and nothing else, and may send nothing anywhere.
SENDS_NOTHING = "; ".join(  # noqa: FLY002 - one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "connect-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@require_safe
def file(request: HttpRequest, path: str) -> HttpResponseBase:  # noqa: ARG001 - Django's signature
    """Serve a file of the log as it lies; anybody, from any site, may read it."""
    place = sealing.folder() / path
    is_of_log = path in TEXTS or (IMMUTABLE.fullmatch(path) and ".." not in path)
    if not is_of_log or not place.is_file():
        raise NotFound("evidence.file_missing", path=path)
    response = FileResponse(
        place.open("rb"), content_type=TEXTS.get(path, "application/octet-stream")
    )
    kept = "no-cache" if path in TEXTS else f"public, max-age={YEAR_S}, immutable"
    response.headers["Cache-Control"] = kept
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@csrf_exempt
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Cosign the checkpoint of another log (C2SP tlog-witness); nobody needs an account for it."""
    body = request.read(REQUEST_BYTES_MAX + 1)
    try:
        lines = witnessing.add_checkpoint(sealing.post(), body, at=clock.now())
    except Conflict as stands:
        size = f"{stands.facts['size']}\n"
        return HttpResponse(size, status=CONFLICT, content_type="text/x.tlog.size")
    except Refusal as refusal:
        return HttpResponse(f"{words.message(refusal, 'en')}\n", status=_status(refusal))
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


def _status(refusal: Refusal) -> int:
    """Return the status that tlog-witness gives to a refusal."""
    if isinstance(refusal, NotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(refusal, NotPermitted):
        return HTTPStatus.FORBIDDEN
    is_fork = refusal.code == "evidence.witness_fork"
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_fork else HTTPStatus.BAD_REQUEST


@require_safe
def witness_key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Show the public key with which this house cosigns."""
    key = f"{sealing.post().signer.verifier}\n"
    return HttpResponse(key, content_type="text/plain; charset=utf-8")


@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page that verifies receipts and bundles in the reader's browser."""
    try:
        keys = encode_keys(sealing.the_log().public)
    except Unavailable:
        keys = ""
    response = render(request, "site/verify.html", {"keys": keys})
    response.headers["Content-Security-Policy"] = SENDS_NOTHING
    return response


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show how the log grew, its last checkpoint, and whether it grew out of an earlier one."""
    since = request.GET.get("since", "")[:SINCE_CHARACTERS_MAX].replace("\r\n", "\n")
    days = _days()
    if request.GET.get("format") == "csv":
        header = ("日期 day", "事项 what", "条目 leaves", "当日止 leaves by then")
        rows = ((d.isoformat(), what, n, end) for d, end, _, of in days for _, what, n in of)
        return csv_file("log", header, rows)
    if request.GET.get("format") == "svg":
        return _drawn(days)
    drawing = f"?format=svg&lang={words.language()}"
    facts: dict[str, Any] = {
        "since": since, "days": days[:DAYS_SHOWN], "all_days": len(days), "drawing": drawing,
    }  # fmt: skip
    try:
        facts |= _standing() | (_growth(since) if since.strip() else {})
    except EvidenceBroken as fault:
        shown = [str(fault.facts[name]) for name in ("checkpoint", "other") if name in fault.facts]
        facts |= {"fault": words.message(fault, words.language()), "notes": shown}
    except Refusal as refusal:
        facts |= {"refused": words.message(refusal, words.language())}
    return render(request, "site/log.html", facts)


def _days() -> list[tuple[date, int, int, list[tuple[tuple[str, str], str, int]]]]:
    """Return, the newest day first, how many leaves there were by then, came then, and of what."""
    found, total = [], 0
    for day, counted in groupby(queries.counts_by_day(), key=itemgetter(0)):
        of = [(_named(what), what, count) for _, what, count in counted]
        came = sum(count for *_, count in of)
        total += came
        found.append((day, total, came, of))
    return found[::-1]


def _drawn(days: Sequence[tuple[date, int, int, object]]) -> HttpResponse:
    """Draw how many leaves the log had at the end of each day."""
    points = tuple(charts.Point(day.isoformat(), total) for day, total, *_ in reversed(days))
    is_english = words.language() == "en"
    unit = "leaves" if is_english else "条"
    picture = charts.Picture(form="line", points=points, unit=unit, english=is_english)
    return HttpResponse(charts.svg(picture), content_type="image/svg+xml")


def _named(what: str) -> tuple[str, str]:
    """Return what leaves are about in words; what a service of one's own seals has its own."""
    noun = what.partition(".")[0]
    return NOUNS.get(noun, (noun, noun))


def _standing() -> dict[str, Any]:
    """Return the published checkpoint with its time stamp and its witnesses."""
    published = sealing.the_log().published()
    if published is None:
        return {}
    note, signed = published
    kept = next(iter(queries.signed(signed.checkpoint.size)), None)
    return {
        "note": note,
        "tree": signed.checkpoint,
        "witnesses": signed.by_witnesses,
        "at": kept.at if kept else None,
        "stamp": stamp_path(signed.checkpoint.size),
    }


def _growth(since: str) -> dict[str, Any]:
    note = since if since.endswith("\n") else since + "\n"
    growth = queries.growth_since(sealing.the_log(), note)
    return {"growth": growth, "path": "\n".join(b64encode(n).decode() for n in growth.proof)}
