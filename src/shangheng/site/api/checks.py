# SPDX-License-Identifier: Apache-2.0
"""Checking a file before it is reported; nothing is taken."""

from typing import Literal

from django.http import FileResponse, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from ninja import Router

from shangheng.kernel.errors import NotFound
from shangheng.site import reception
from shangheng.site.api.batches import BODY, REFUSALS, reported
from shangheng.site.api.schemas import TrialOut
from shangheng.site.api.tokens import ReporterToken

router = Router(auth=ReporterToken())


@router.post(
    "",
    response={200: TrialOut, **REFUSALS},
    summary="报送前先审核 Check before reporting",
    openapi_extra=BODY,
)
def check(
    request: HttpRequest,
    kind: str,
    mapping: str = "",
    name: str = "",
    give: Literal["", "rejects", "warnings"] = "",
) -> HttpResponseBase:
    """Check the body as if it were sent as a batch, and say what would come of it.

    Every rule is applied; nothing is taken, and nothing is compared with what was reported
    before. With ``give`` the answer is the rows that would go back, or those with a question, as
    CSV; 404 if there are none.
    """
    with reception.checked(reported(request, kind, mapping, name)) as (trial, folder):
        if not give:
            return JsonResponse(trial.to_dict(), json_dumps_params={"ensure_ascii": False})
        rows = folder / f"{give}.csv"
        if not rows.exists():
            raise NotFound(f"batch.no_{give}", batch=trial.file)
        # Open it stays readable when its folder is gone.
        return FileResponse(rows.open("rb"), content_type="text/csv")
