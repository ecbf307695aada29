# SPDX-License-Identifier: Apache-2.0
"""What a firm may receive, for programs: a facts file goes in, every provision is answered."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import readings_of
from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Jurisdiction
from shangheng.services.incentives.forms.places import placed_text
from shangheng.site import clock, wiring
from shangheng.site.api.schemas import Problem
from shangheng.site.office import OFFICE
from shangheng.site.registry import REGISTRY

router = Router()
FACTS_BODY = {
    "requestBody": {
        "required": True,
        "description": "情况文件（JSON 或 YAML），各部分都可以不填；没有填的按不知道算。"
        "A facts file (JSON or YAML); every part is optional, what is absent is unknown. "
        "Its schema: GET /entitlements/schema",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "party": {"type": "object"},
                        **{
                            name: {"type": "array", "items": {"type": "object"}}
                            for name in ("sales", "leases", "fibre", "honours", "findings",
                                         "awards", "rnd")
                        },
                    },
                }
            },
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}  # fmt: skip


class Asked(Schema):
    """Under which law, as of which day, by which readings a firm's facts are judged."""

    jurisdiction: str = Field("", description="地方，如 ganzhou；不填为本地 such as ganzhou")
    on: date | None = Field(None, description="截至该日，不填为今天 as of a day, today without")
    reading: list[str] = Field([], description="读法，名称=值，可重复 NAME=VALUE, repeatable")
    close: bool = Field(default=False, description="也答还差什么 also what it would take")
    confirm_small: bool = Field(
        default=False, description="很小的金额确实无误 small sums are meant"
    )


def _job(name: str) -> Any:  # noqa: ANN401 - what the service offers under that name
    services = {each.name: each for each in REGISTRY.services}
    return services["incentives"].jobs[name]


def _place(name: str) -> Jurisdiction:
    return policies.jurisdiction(wiring.library(), name or str(settings.JURISDICTION))


@router.post(
    "",
    response={200: dict[str, Any], 404: Problem, 422: Problem},
    summary="能享受什么 What a firm may receive",
    openapi_extra=FACTS_BODY,
)
def entitlements(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Judge the facts of the body; nothing that is sent is kept."""
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("policy.not_utf8", file="body", line=1, byte=error.start) from error
    found: dict[str, Any] = _job("entitlements")(
        _place(asked.jurisdiction),
        placed_text(text, "body"),
        on=asked.on or clock.now().date(),
        readings=readings_of(asked.reading),
        configuration=wiring.decisions(),
        close=asked.close,
        confirm_small=asked.confirm_small,
    )
    return found


@router.get(
    "/schema",
    response={200: dict[str, Any], 404: Problem},
    summary="情况文件的格式 The schema of a facts file",
)
def schema(
    request: HttpRequest,  # noqa: ARG001
    jurisdiction: str = "",
    on: date | None = None,
) -> dict[str, Any]:
    """Return the JSON Schema of a facts file: what the provisions of a place ask for."""
    found: dict[str, Any] = _job("schema")(_place(jurisdiction), on or clock.now().date())
    return found


@router.get(
    "/facts/{code}",
    response={200: dict[str, Any], 404: Problem},
    summary="已知的情况 What is known of a firm",
)
def known(request: HttpRequest, code: str) -> dict[str, Any]:
    """Return the beginning of a facts file; sales only to the firm itself and to officers."""
    whole = _job("sees_whole")(request, OFFICE, code)
    found: dict[str, Any] = _job("facts")(code, clock.now().date(), OFFICE.house, whole=whole)
    return found
