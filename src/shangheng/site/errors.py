# SPDX-License-Identifier: Apache-2.0
"""From an error of the domain to an answer over HTTP: one table."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shangheng.kernel import errors
from shangheng.site.words import language, message

STATUS = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotPermitted: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.EvidenceBroken: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The HTTP status of each class of error."""

_log = structlog.get_logger("shangheng.site")


def status_of(error: errors.ShanghengError) -> HTTPStatus:
    """Return the HTTP status that tells of this error."""
    return STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(error: errors.ShanghengError, status: HTTPStatus | None = None) -> HttpResponse:
    """Return the error as RFC 9457 problem details, in both languages, with its facts."""
    status = status or status_of(error)
    body: dict[str, Any] = {
        "type": f"/help/errors#{error.code}",
        "title": message(error, "zh"),
        "title_en": message(error, "en"),
        "status": int(status),
        "code": error.code,
        "facts": error.facts,
    }
    text = json.dumps(body, ensure_ascii=False, default=str)
    return HttpResponse(text, status=status, content_type="application/problem+json")


def page(request: HttpRequest, error: errors.ShanghengError) -> HttpResponse:
    """Return the error as a page that says what to do."""
    text = message(error, language())
    facts = {"error": error, "text": text, "status": status_of(error)}
    return render(request, "site/error.html", facts, status=status_of(error))


def respond(request: HttpRequest, error: errors.ShanghengError) -> HttpResponse:
    """Answer in the form that the caller reads; a fault is logged, a refusal is not."""
    if isinstance(error, errors.Fault):
        _log.error("fault", code=error.code, facts=str(error.facts), path=request.path)
    return problem(error) if request.path.startswith("/api/") else page(request, error)


def answered(next_: Callable[[HttpRequest], HttpResponse]) -> object:
    """Turn the errors of the domain that a view lets through into answers."""
    return _Answered(next_)


class _Answered:
    """Django calls ``process_exception`` of a middleware only where it is an object."""

    def __init__(self, next_: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = next_

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._next(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        told = respond(request, errors.Invalid("request.method", method=request.method))
        told.status_code = response.status_code
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return respond(request, error) if isinstance(error, errors.ShanghengError) else None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an address that does not exist."""
    return respond(request, errors.NotFound("page.unknown", path=request.path))


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what Django itself refused, such as a form from another site."""
    return respond(request, errors.NotPermitted("page.not_permitted", path=request.path))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer a request that could not be read."""
    return respond(request, errors.Invalid("page.bad_request", path=request.path))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when our own program failed; Django has logged the trace."""
    _log.exception("failed", path=request.path)
    return respond(request, errors.Unavailable("page.broken", path=request.path))
