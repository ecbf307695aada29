# SPDX-License-Identifier: Apache-2.0
"""The one API object: its routers, who may call, how it says no."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shangheng.kernel import errors
from shangheng.site.api import (
    batches,
    cases,
    checks,
    dictionary,
    docs,
    entitlements,
    exchange,
    notices,
    registers,
)
from shangheng.site.errors import problem, respond

api = NinjaAPI(
    title="商衡 Shangheng",
    version="1",
    description=(
        "报送数据、查询回执与指标。Send batches, fetch receipts and rejects, read indicators. "
        "Errors are `application/problem+json` (RFC 9457) with a dotted `code` and its facts."
    ),
    docs=docs.PlainDocs(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)
api.add_router("/batches", batches.router, tags=["批次 batches"])
api.add_router("/checks", checks.router, tags=["批次 batches"])
api.add_router("/indicators", dictionary.indicators, tags=["指标 indicators"])
api.add_router("/kinds", dictionary.kinds, tags=["记录种类 kinds"])
api.add_router("/cases", cases.router, tags=["办件 cases"])
api.add_router("/notices", notices.router, tags=["通知 notices"])
api.add_router("/exchange", exchange.router, tags=["交换 exchange"])
api.add_router("/entitlements", entitlements.router, tags=["优惠 entitlements"])
api.add_router("/registers", registers.router, tags=["名录 registers"])


@api.exception_handler(errors.ShanghengError)
def _told(request: HttpRequest, error: errors.ShanghengError) -> HttpResponse:
    return respond(request, error)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    response = problem(errors.NotPermitted("token.unknown"), HTTPStatus.UNAUTHORIZED)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001
    wrong = [
        {"at": ".".join(str(part) for part in each["loc"]), "why": each["msg"]}
        for each in error.errors
    ]
    return problem(errors.Invalid("request.unreadable", wrong=wrong))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001
    said = errors.Invalid("request.refused", why=str(error))
    return problem(said, HTTPStatus(error.status_code))
