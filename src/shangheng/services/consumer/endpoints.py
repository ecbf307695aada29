# SPDX-License-Identifier: Apache-2.0
"""The door of 12315 stations: a platform hands in a consumer's claim with its token."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shangheng.kernel import messages
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refusal
from shangheng.kernel.records import queries as records
from shangheng.kernel.registers.concept.actors import Actor, Post
from shangheng.services.consumer import actions, queries

STATUS = {
    NotPermitted: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
}
CLAIM_BYTES_MAX = 100_000


class Office(Protocol):
    """What the site hands to the views of a service."""

    def now(self) -> datetime:
        """Return the present moment."""
        ...

    def hand(self, request: HttpRequest) -> Hand:
        """Return by whose hand a request acts."""
        ...


@csrf_exempt  # a program shows its token, no cookie
@require_POST
def claims(request: HttpRequest, office: Office) -> JsonResponse:
    """Take a claim in and give it to the platform's own station, whose clock starts."""
    try:
        return _taken(request, office)
    except Refusal as refusal:
        status = STATUS.get(type(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
        zh, en = (messages.text(refusal.code, refusal.facts, into) for into in ("zh", "en"))
        plain = {"code": refusal.code, "zh": zh, "en": en, "facts": dict(refusal.facts)}
        return _json(plain, status)


def _taken(request: HttpRequest, office: Office) -> JsonResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    platform = records.reporter_of_token(token.strip()) if scheme == "Bearer" else None
    if platform is None:
        raise NotPermitted("token.unknown")
    station = queries.station_of(platform, office.now().date())
    if station is None:
        raise NotFound("consumer.no_station", platform=platform)
    given = _given(request)
    told = {"station": station.number, "station_ref": str(given.pop("station_ref", ""))}
    plain = office.hand(request)
    actor = Actor(f"station:{platform}", (Post("consumer.station"),))
    hand = Hand(actor, plain.at, house=plain.house)
    opened = actions.take_claim({"platform": platform, **given}, told, hand)
    answer = {"number": opened.number, "code": opened.code, "station": station.number}
    return _json(answer, HTTPStatus.CREATED)


def _given(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body) if len(request.body) <= CLAIM_BYTES_MAX else None
    except ValueError as error:
        raise Invalid("consumer.claim_unreadable") from error
    if not isinstance(given, dict):
        raise Invalid("consumer.claim_unreadable")
    return given


def _json(plain: dict[str, Any], status: HTTPStatus) -> JsonResponse:
    return JsonResponse(
        plain, status=status, json_dumps_params={"ensure_ascii": False, "default": str}
    )
