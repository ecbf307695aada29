# SPDX-License-Identifier: Apache-2.0
"""What happens to every request: measured, headers that protect, the reader's language."""

from collections.abc import Callable
from time import perf_counter
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shangheng.site import clock
from shangheng.site.metrics import REQUESTS, SECONDS

Next = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "language"
SEEN = "seen_at"
SEEN_EVERY_S = 60
"""How exactly a session knows when it was last used: not every page is to be a write."""
CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PROTECTION = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_log = structlog.get_logger("shangheng.site")


def observed(next_: Next) -> Next:
    """Count and time each answer, and log it; never the body, never the query."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        response = next_(request)
        seconds = perf_counter() - started
        view = request.resolver_match.view_name if request.resolver_match else "unknown"
        REQUESTS.labels(view, request.method, response.status_code).inc()
        SECONDS.labels(view).observe(seconds)
        _log.info(
            "answered",
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )
        return response

    return middleware


def _protection() -> dict[str, str]:
    """Return the headers; a form may lead on to the provider of single sign-on, if any."""
    provider = urlsplit(settings.OIDC_URL)
    leads = f" {provider.scheme}://{provider.netloc}" if provider.netloc else ""
    policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self'{leads}")
    return {**PROTECTION, "Content-Security-Policy": policy}


def hardened(next_: Next) -> Next:
    """Let the browser load nothing but what this site serves, and run no inline script."""
    protection = _protection()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = next_(request)
        for name, value in protection.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def bilingual(next_: Next) -> Next:
    """Speak Chinese, unless the reader has switched to English."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang") or request.COOKIES.get(LANGUAGE_COOKIE)
        with translation.override("en" if chosen == "en" else "zh-hans"):
            return next_(request)

    return middleware


def bounded(next_: Next) -> Next:
    """End a session that nobody has used for a while."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = clock.now().timestamp()
            seen = float(request.session.get(SEEN, now))
            if now - seen > settings.SESSION_IDLE_S:
                logout(request)
            elif SEEN not in request.session or now - seen > SEEN_EVERY_S:
                request.session[SEEN] = now
        return next_(request)

    return middleware
