# SPDX-License-Identifier: Apache-2.0
"""Who calls: a token of a reporter or of a person, a session, or nobody.

A reporter's token stands for the reporter and does not end. A person's token stands for the
person's posts, until its day and within its scopes: ``<noun>.read`` to ask, ``<noun>.write`` to
do.
"""

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from shangheng.kernel.access import queries as access
from shangheng.kernel.errors import NotPermitted
from shangheng.kernel.records import queries as records
from shangheng.site import clock, people

ASKING = ("GET", "HEAD", "OPTIONS")
STRANGER = "stranger"


def _person(request: HttpRequest, secret: str, noun: str) -> str | None:
    """Let the request be that of the person of a token, if the token covers it."""
    token = access.token_of(secret, at=clock.now())
    if token is None:
        return None
    if not get_user_model().objects.filter(username=token.person, is_active=True).exists():
        return None
    scope = f"{noun}.{'read' if request.method in ASKING else 'write'}"
    if scope not in token.scopes:
        raise NotPermitted("token.out_of_scope", scope=scope)
    request.shangheng_person = token.person  # type: ignore[attr-defined]
    return token.person


class ReporterToken(HttpBearer):
    """``Authorization: Bearer …`` with a token of a reporter, or of its clerk."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """Return the reporter's code, or nothing for a token that nobody has."""
        if known := records.reporter_of_token(token):
            return known
        if _person(request, token, "records") is None:
            return None
        reporter = people.reporter_of(request)
        if reporter is None:
            raise NotPermitted("reporter.not_yours", reporter="")
        return reporter


class Caller(HttpBearer):
    """A person's token, or the session of who is signed in; with ``strangers`` also nobody.

    A token that is wrong is refused even where strangers may ask. A session that would do
    something has to show that the request comes from a page of ours.
    """

    def __init__(self, noun: str, *, strangers: bool = False) -> None:
        """Guard one noun of the API."""
        super().__init__()
        self.noun, self.strangers = noun, strangers

    def __call__(self, request: HttpRequest) -> str | None:
        """Return who calls, or nothing."""
        if request.headers.get(self.header):
            called: str | None = super().__call__(request)
            return called
        if request.user.is_authenticated:
            if check_csrf(request) is not None:
                raise NotPermitted("request.forged")
            return request.user.get_username()
        return STRANGER if self.strangers else None

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """Return the person of a token."""
        return _person(request, token, self.noun)


def caller(request: HttpRequest) -> str:
    """Return the reporter whose token came with the request."""
    code: str = request.auth  # type: ignore[attr-defined]
    return code
