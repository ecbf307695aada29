# SPDX-License-Identifier: Apache-2.0
"""Sending a file from the browser, and watching it being checked."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from shangheng.kernel.errors import ShanghengError
from shangheng.kernel.records.reports import Report
from shangheng.site import clock, mappings, metrics, reception, words
from shangheng.site.forms import SendForm
from shangheng.site.people import is_officer, reporter_of, seen_reporter, signed_in
from shangheng.site.registry import REGISTRY
from shangheng.site.uploads import Desk, Progress, Upload


def desk() -> Desk:
    """Return the folder of the uploads."""
    return Desk(Path(settings.UPLOADS))


def take(upload: Upload, data: Path, progress: Progress) -> str:
    """Check a file and put it into the ledger; return the number of its batch."""
    report = Report(
        source=data,
        kind=REGISTRY.kind(upload.kind),
        reporter=upload.reporter,
        batch=upload.batch or None,
        mapping=mappings.read(upload.mapping) if upload.mapping else None,
        name=upload.file,
    )
    receipt = reception.receive(report, tell=progress)
    metrics.counted(receipt, "browser", again=False)
    return receipt.batch


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
    )
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
    if found.state == "done":
        return redirect("receipt", found.reporter, found.batch)
    facts = {"upload": found, "why": _why(found), "step": _step(found)}
    return render(request, "site/upload.html", facts)


@require_safe
@signed_in
def progress(request: HttpRequest, name: str) -> JsonResponse:
    """Tell a script how far a check is."""
    found = desk().find(name)
    seen_reporter(request, found.reporter)
    next_ = reverse("receipt", args=[found.reporter, found.batch]) if found.state == "done" else ""
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
