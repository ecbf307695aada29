# SPDX-License-Identifier: Apache-2.0
"""Who is signed in and what that opens: officers see all, a reporter sees its own.

What somebody may is asked of the posts on every request, so that a post that ends closes its
doors at once, in sessions and tokens alike.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shangheng.kernel.access import queries as access
from shangheng.kernel.access.concept import ADMINISTRATOR, OFFICER, REPORTER, HeldPost
from shangheng.kernel.errors import NotPermitted
from shangheng.site import clock
from shangheng.site.accounts import make_person

__all__ = ["OFFICER", "make_person"]

View = Callable[..., HttpResponseBase]


def name_of(request: HttpRequest) -> str:
    """Return who asks: the person of the token that came with it, else who is signed in."""
    by_token: str = getattr(request, "shangheng_person", "")
    if by_token or not request.user.is_authenticated:
        return by_token
    return request.user.get_username()


def posts_of(request: HttpRequest) -> tuple[HeldPost, ...]:
    """Return the posts that who asks holds now and that are open to them.

    One that asks for a second factor is closed to who signed in without one.
    """
    held = held_by(request)
    if any(post.second_factor for post in held) and not has_second_factor(request):
        return tuple(post for post in held if not post.second_factor)
    return held


def held_by(request: HttpRequest) -> tuple[HeldPost, ...]:
    """Return the posts that who asks holds now, looked up once for each request."""
    name = name_of(request)
    known: tuple[str, tuple[HeldPost, ...]] | None = getattr(request, "shangheng_posts", None)
    if known is None or known[0] != name:
        known = (name, access.held_by(name, at=clock.now()) if name else ())
        request.shangheng_posts = known  # type: ignore[attr-defined]
    return known[1]


def has_second_factor(request: HttpRequest) -> bool:
    """Tell whether who asks signed in with more than a password; a token is no more than one."""
    if getattr(request, "shangheng_person", "") or not request.user.is_authenticated:
        return False
    told = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in told)


def is_officer(request: HttpRequest) -> bool:
    """Return whether the reader may see records and every reporter."""
    return any(post.role == OFFICER for post in posts_of(request))


def is_administrator(request: HttpRequest) -> bool:
    """Return whether the reader gives and ends posts."""
    return any(post.role == ADMINISTRATOR for post in posts_of(request))


def reporter_of(request: HttpRequest) -> str | None:
    """Return the reporter that the reader is bound to, if any."""
    return next((post.party for post in posts_of(request) if post.role == REPORTER), None)


def seen_reporter(request: HttpRequest, wanted: str | None = None) -> str | None:
    """Return the reporter whose batches may be shown: ``None`` is all of them.

    A person bound to a reporter sees its own; an officer sees the one that is wanted, or all.
    """
    own = reporter_of(request)
    if is_officer(request):
        return wanted
    if own is None or wanted not in (None, own):
        raise NotPermitted("reporter.not_yours", reporter=wanted or "")
    return own


def require_officer(request: HttpRequest) -> None:
    """Refuse everybody but officers."""
    if not is_officer(request):
        raise NotPermitted("page.officers_only", path=request.path)


def signed_in(view: View) -> View:
    """Ask strangers to sign in first."""
    inner: View = login_required(view)
    return inner


def officers_only(view: View) -> View:
    """Let only officers in; strangers sign in first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        require_officer(request)
        return view(request, *args, **kwargs)

    return signed_in(guarded)
