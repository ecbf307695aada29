# SPDX-License-Identifier: Apache-2.0
"""The inbox of notices of whoever is signed in."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shangheng.kernel.notices import actions, queries
from shangheng.kernel.notices.queries import PAGE
from shangheng.site import acting, clock, people, words
from shangheng.site.people import signed_in
from shangheng.site.questions import page_number


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """List what the reader is told of; opening a notice marks it as read and follows it."""
    actor = acting.actor_of(request)
    if request.method == "POST":
        return _again(request) if "again" in request.POST else _read(request)
    asked = request.GET
    text, unread = asked.get("text", ""), asked.get("unread") == "1"
    page = page_number(asked)
    found = queries.inbox(
        actor, text=text, unread=unread, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    facts = {
        "asked": asked,
        "lines": [
            {"notice": each, "text": words.either(each.notice.zh, each.notice.en)}
            for each in found[:PAGE]
        ],
        "more": len(found) > PAGE,
        "number": page,
        "unread": queries.unread(actor),
        "undelivered": queries.undelivered() if people.is_officer(request) else (),
    }
    return render(request, "site/notices.html", facts)


def _again(request: HttpRequest) -> HttpResponse:
    """Let what was given up be sent again, from the first try on."""
    people.require_officer(request)
    wanted = request.POST["again"]
    actions.retry(int(wanted) if wanted.isdecimal() else 0, at=clock.now())
    return redirect(request.get_full_path())


def _read(request: HttpRequest) -> HttpResponse:
    actor, at, wanted = acting.actor_of(request), clock.now(), request.POST.get("notice", "")
    if wanted.isdecimal():
        seen = actions.read(int(wanted), actor, at=at)
        return redirect(seen.notice.link or "notices")
    actions.read_all(actor, at=at)
    kept = {name: request.GET[name] for name in ("text", "unread") if name in request.GET}
    return redirect(f"{request.path}?{urlencode(kept)}")
