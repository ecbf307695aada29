# SPDX-License-Identifier: Apache-2.0
"""Language, help, and what makes the site installable on a phone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from shangheng.kernel import messages
from shangheng.site import words
from shangheng.site.middleware import LANGUAGE_COOKIE

YEAR_S = 31_536_000


@require_safe
def speak(request: HttpRequest, language: str) -> HttpResponse:
    """Remember the reader's language and go back to where they were."""
    after = request.GET.get("next", "/")
    safe = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()})
    response = redirect(after if safe else "/")
    chosen = "en" if language == "en" else "zh"
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the site, its keys, and how to report."""
    return render(request, "site/help.html")


@require_safe
def error_codes(request: HttpRequest) -> HttpResponse:
    """List every code of an error with its text."""
    codes = [(code, words.either(*pair)) for code, pair in sorted(messages.MESSAGES.items())]
    return render(request, "site/error_codes.html", {"codes": codes})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Describe the site to a phone that puts it on its home screen."""
    icon = {"src": "/static/shangheng/icon.svg", "sizes": "any", "type": "image/svg+xml"}
    plain = {
        "name": words.either("商衡", "Shangheng"),
        "short_name": words.either("商衡", "Shangheng"),
        "start_url": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5f63",
        "icons": [icon],
    }
    response = JsonResponse(plain, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json"
    return response
