# SPDX-License-Identifier: Apache-2.0
"""Sending a file from the browser, and watching it being checked."""

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.errors import NotFound, ShanghengError
from shangheng.kernel.records.concept.receipts import Trial
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.archive import seal_file, unsealed
from shangheng.site import clock, mappings, metrics, reception, wiring, words
from shangheng.site.forms import SendForm
from shangheng.site.pages.records import rows_answer
from shangheng.site.people import is_officer, reporter_of, seen_reporter, signed_in
from shangheng.site.registry import REGISTRY
from shangheng.site.uploads import TRIALS_KEPT, Desk, Progress, Upload

OUTCOME = "trial.json"
ROWS = ("rejects", "warnings")
"""The rows of a check that can be fetched, as its folder calls them."""


def desk() -> Desk:
    """Return the folder of the uploads."""
    return Desk(Path(settings.UPLOADS))


def take(upload: Upload, data: Path, progress: Progress) -> str:
    """Check a file and put it into the ledger, unless it is sent to be checked only.

    Returns the number of its batch; of a mere check there is none.
    """
    report = Report(
        source=data,
        kind=REGISTRY.kind(upload.kind),
        reporter=upload.reporter,
        batch=upload.batch or None,
        mapping=mappings.read(upload.mapping) if upload.mapping else None,
        name=upload.file,
    )
    if upload.is_trial:
        _check(upload, report, progress)
        return ""
    receipt = reception.receive(report, tell=progress)
    metrics.counted(receipt, "browser", again=False)
    return receipt.batch


def _check(upload: Upload, report: Report, progress: Progress) -> None:
    """Lay what came of a check into the folder of the upload, the rows sealed."""
    kept = desk().folder(upload.id)
    with reception.checked(report, tell=progress) as (trial, folder):
        for rows in folder.glob("*.csv"):
            if rows.stem in ROWS:
                seal_file(
                    rows,
                    kept / f"{rows.stem}.sealed",
                    batch=upload.id,
                    master_key=wiring.ledger().master_key,
                )
    (kept / OUTCOME).write_text(json.dumps(trial.to_dict(), ensure_ascii=False), encoding="utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def send(request: HttpRequest) -> HttpResponse:
    """Take a file, then show how its check goes on."""
    own = reporter_of(request)
    if request.method != "POST":
        form = SendForm(kinds=REGISTRY.kinds, reporter=own, initial=request.GET.dict())
        return render(request, "site/send.html", {"form": form, "own": own})
    form = SendForm(request.POST, request.FILES, kinds=REGISTRY.kinds, reporter=own)
    if not form.is_valid():
        return render(request, "site/send.html", {"form": form, "own": own}, status=422)
    upload = _receive(request, form)
    return redirect("upload", upload.id)


def _receive(request: HttpRequest, form: SendForm) -> Upload:
    given = form.cleaned_data
    file = given["file"]
    reporter = seen_reporter(request, given["reporter"]) or given["reporter"]
    upload = Upload(
        id="",
        file=file.name or "data",
        kind=given["kind"],
        reporter=reporter,
        batch=given["batch"],
        mapping=given["mapping"].read().decode("utf-8") if given["mapping"] else "",
        sender=request.user.get_username(),
        received_at=clock.now().isoformat(),
        bytes=0,
        is_trial=given["is_trial"],
    )
    desk().clear(clock.now())
    kept = desk().keep(upload, Path(file.temporary_file_path()))
    desk().start(kept, take)
    return kept


def _mine(request: HttpRequest) -> list[Upload]:
    own = seen_reporter(request)
    return [each for each in desk().all() if own is None or each.reporter == own]


@require_safe
@signed_in
def uploads(request: HttpRequest) -> HttpResponse:
    """List the uploads, so that one that was left can be found again."""
    facts = {"uploads": _mine(request)[:100], "officer": is_officer(request)}
    return render(request, "site/uploads.html", facts)


@require_safe
@signed_in
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Show how far a check is; when it is done, its receipt."""
    found = desk().find(name)
    seen_reporter(request, found.reporter)
    if found.state == "done" and not found.is_trial:
        return redirect("receipt", found.reporter, found.batch)
    if found.state == "done":
        return _outcome(request, found)
    facts = {"upload": found, "why": _why(found), "step": _step(found)}
    return render(request, "site/upload.html", facts)


def _outcome(request: HttpRequest, found: Upload) -> HttpResponse:
    told = json.loads((desk().folder(found.id) / OUTCOME).read_text(encoding="utf-8"))
    facts = {
        "upload": found,
        "trial": Trial.from_dict(told),
        "kind": REGISTRY.kind(found.kind),
        "until": found.at + TRIALS_KEPT,
    }
    return render(request, "site/trial.html", facts)


@require_safe
@signed_in
def trial_rows(request: HttpRequest, name: str, which: str) -> HttpResponseBase:
    """Return the rows of a check that would go back, or those with a question."""
    found = desk().find(name)
    seen_reporter(request, found.reporter)
    rows = desk().folder(name) / f"{which}.sealed"
    if not rows.exists():
        raise NotFound(f"batch.no_{which}", batch=found.file)
    return rows_answer(unsealed(rows, master_key=wiring.ledger().master_key), name, which)


@require_safe
@signed_in
def progress(request: HttpRequest, name: str) -> JsonResponse:
    """Tell a script how far a check is."""
    found = desk().find(name)
    seen_reporter(request, found.reporter)
    next_ = ""
    if found.state == "done" and found.is_trial:
        next_ = reverse("upload", args=[found.id])
    elif found.state == "done":
        next_ = reverse("receipt", args=[found.reporter, found.batch])
    plain = {
        "state": found.state,
        "done": found.done,
        "total": found.total,
        "step": _step(found),
        "next": next_,
    }
    return JsonResponse(plain)


STEPS = {
    "archive": ("正在收存", "archiving"),
    "check": ("正在逐行检查", "checking every row"),
    "resolve": ("正在与账本比对", "comparing with the ledger"),
    "write": ("正在写入账本", "writing to the ledger"),
}
"""What the steps of intake are called on the page."""


def _step(found: Upload) -> str:
    """Say what is being done with an upload, and how far it is where that is known."""
    zh, en = STEPS.get(found.step, ("正在等待", "waiting"))
    share = f" {100 * found.done // found.total} %" if found.done and found.total else ""
    return words.either(zh, en) + share


def _why(found: Upload) -> str:
    if not found.code:
        return ""
    return words.message(ShanghengError(found.code, **dict(found.facts)), words.language())
