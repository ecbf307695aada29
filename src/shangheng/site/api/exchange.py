# SPDX-License-Identifier: Apache-2.0
"""Exchange for programs: what is shared, parcels to fetch and acknowledge, parcels that arrive."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Schema

from shangheng.kernel.exchange import answering, delivering, queries
from shangheng.kernel.exchange.delivering import Wanted
from shangheng.kernel.exchange.receiving import Arrival
from shangheng.kernel.exchange.store.bodies import MEDIA
from shangheng.kernel.exchange.store.channels import SLIP_HEADER, decode_slip, encode_slip
from shangheng.site import catalogue, clock, exchange
from shangheng.site.api.schemas import Problem
from shangheng.site.api.tokens import ReporterToken, caller

router = Router(auth=ReporterToken())
REFUSALS: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
A_PAGE = 200


class Acknowledged(Schema):
    """The parcel that the caller has for good: its number, and the digest of its content."""

    number: int
    content: str


class Questions(Schema):
    """Rows of values that are asked for, each with exactly the fields of the agreement."""

    rows: list[dict[str, str]]


class Behind(Schema):
    """The values behind a figure, for exactly the fields by which the agreement is asked."""

    where: dict[str, str]


@router.get("/catalogue", auth=None, response=list[dict[str, Any]], summary="目录 The catalogue")
def list_catalogue(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return what data exists, who is its authority, who receives which field on what basis."""
    return [each.plain() for each in catalogue.entries(clock.now())]


@router.get("/agreements", response={200: list[dict[str, Any]], **REFUSALS},
            summary="我的协议 My agreements")  # fmt: skip
def list_agreements(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the agreements that the caller receives under, and how far it has come."""
    names = ("agreement", "edition", "zh", "en", "kind", "acknowledged", "last")
    found = queries.standings(receiver=caller(request))
    return [{name: getattr(each, name) for name in names} for each in found]


@router.get("/agreements/{name}/parcels", response={200: list[dict[str, Any]], **REFUSALS},
            summary="待取交换包 Parcels that wait")  # fmt: skip
def list_parcels(
    request: HttpRequest, name: str, after: int | None = None
) -> list[dict[str, Any]]:
    """Return the parcels after a number, or after what the caller has acknowledged."""
    found = delivering.waiting_for(name, receiver=caller(request), after=after)
    names = ("number", "first", "records", "withdrawn", "content", "closing")
    return [
        {each_name: getattr(each, each_name) for each_name in names} for each in found[:A_PAGE]
    ]


@router.get("/agreements/{name}/parcels/{number}", response={200: str, **REFUSALS},
            summary="取交换包 Fetch a parcel")  # fmt: skip
def fetch_parcel(
    request: HttpRequest,
    name: str,
    number: int,
    form: Literal["json", "lines", "csv", "parquet"] | None = None,
) -> HttpResponse:
    """Return a parcel in the form that is asked for, with its signed slip in a header.

    ``Shangheng-Slip`` is the base64url text of a signed note (C2SP): one line of JSON with the
    SHA-256 of this very body, signed with a key of `/log/keys`.
    """
    ready = delivering.fetch(
        exchange.office(), Wanted(name, number, caller(request), form), at=clock.now()
    )
    answer = HttpResponse(ready.body, content_type=MEDIA[ready.slip.form])
    answer[SLIP_HEADER] = encode_slip(ready.note)
    answer["Content-Disposition"] = f'attachment; filename="{ready.name}"'
    return answer


@router.post("/agreements/{name}/acknowledged", response={200: dict[str, Any], **REFUSALS},
             summary="确认收到 Acknowledge a parcel")  # fmt: skip
def acknowledge(request: HttpRequest, name: str, told: Acknowledged) -> dict[str, Any]:
    """Say that a parcel is safely kept; only then the next one can be fetched."""
    reached = delivering.acknowledge(
        name, told.number, told.content, receiver=caller(request), at=clock.now()
    )
    return {"acknowledged": reached}


@router.post("/agreements/{name}/questions", response={200: dict[str, Any], **REFUSALS},
             summary="只问有无 Ask whether there is such a record")  # fmt: skip
def ask(request: HttpRequest, name: str, told: Questions) -> dict[str, Any]:
    """Answer for each row yes or no, under an agreement that allows no more."""
    found = answering.answer(
        exchange.office(), name, told.rows, receiver=caller(request), at=clock.now()
    )
    return {"found": found}


@router.post("/agreements/{name}/records", response={200: dict[str, Any], **REFUSALS},
             summary="按问取记录 Ask for the records behind a figure")  # fmt: skip
def ask_records(request: HttpRequest, name: str, told: Behind) -> dict[str, Any]:
    """Return the agreed fields of the records behind a figure, under an agreement that allows it.

    Of a time a day, a month or a year may be given; a division stands for all that lies in it.
    """
    found, is_more = answering.records(
        exchange.office(), name, told.where, receiver=caller(request), at=clock.now()
    )
    return {"records": found, "more": is_more}


@router.post("/parcels", response={200: dict[str, Any], **REFUSALS},
             summary="送交换包 Bring a parcel",
             openapi_extra={"requestBody": {"required": True, "content": {
                 "application/x-ndjson": {"schema": {"type": "string", "format": "binary"}}}}},
             )  # fmt: skip
def bring(
    request: HttpRequest, shangheng_slip: Annotated[str, Header(alias=SLIP_HEADER)] = ""
) -> tuple[HTTPStatus, dict[str, Any]]:
    """Take in a parcel whose signed slip is in the header; the same parcel again is known.

    One that comes too early is refused with ``parcel.gap`` and the number that is ``expected``.
    """
    arrival = Arrival(
        sender=caller(request), note=decode_slip(shangheng_slip), body=request.read()
    )
    return HTTPStatus.OK, exchange.receive(arrival)
