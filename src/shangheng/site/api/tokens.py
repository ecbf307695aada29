# SPDX-License-Identifier: Apache-2.0
"""Who calls: a bearer token stands for one reporter."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from shangheng.kernel.records import queries as records


class ReporterToken(HttpBearer):
    """``Authorization: Bearer …`` with a token that the authority issued to a reporter."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:  # noqa: ARG002
        """Return the reporter's code, or nothing for a token that nobody has."""
        return records.reporter_of_token(token)


def caller(request: HttpRequest) -> str:
    """Return the reporter whose token came with the request."""
    code: str = request.auth  # type: ignore[attr-defined]
    return code
