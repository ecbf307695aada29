# SPDX-License-Identifier: Apache-2.0
"""What happens to every request: measured, headers that protect, the reader's language."""

from collections.abc import Callable
from time import perf_counter

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shangheng.site.metrics import REQUESTS, SECONDS

Next = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "language"
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


def hardened(next_: Next) -> Next:
    """Let the browser load nothing but what this site serves, and run no inline script."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = next_(request)
        for name, value in PROTECTION.items():
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
