# SPDX-License-Identifier: Apache-2.0
"""Who is signed in and what that opens: officers see all, a reporter sees its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.site.registry import REGISTRY

OFFICER = "statistics.officer"
REPORTER = "reporter:"
ROLES = (OFFICER,)

View = Callable[..., HttpResponseBase]


@transaction.atomic
def make_person(
    name: str, password: str, *, roles: tuple[str, ...] = (), reporter: str = ""
) -> None:
    """Make somebody who can sign in, or give an existing one this password and these roles.

    A role may be a post: ``consumer.officer@320500`` holds for Suzhou and below.
    ``reporter`` binds the person to one reporting party: it sends and sees only as that one.
    """
    known = [*ROLES, *REGISTRY.roles]
    if unknown := sorted(role for role in roles if role.partition("@")[0] not in known):
        raise Invalid("person.unknown_role", roles=unknown, known=known)
    person, _ = get_user_model().objects.get_or_create(username=name)
    person.set_password(password)
    person.save()
    named = [*roles, *([REPORTER + reporter] if reporter else [])]
    person.groups.set([Group.objects.get_or_create(name=group)[0] for group in named])


def groups_of(request: HttpRequest) -> frozenset[str]:
    """Return the names of the groups, asked once for each request."""
    known: frozenset[str] | None = getattr(request, "shangheng_groups", None)
    if known is None:
        user = request.user
        names = user.groups.values_list("name", flat=True) if user.is_authenticated else ()
        known = frozenset(names)
        request.shangheng_groups = known  # type: ignore[attr-defined]
    return known


def is_officer(request: HttpRequest) -> bool:
    """Return whether the reader may see records and every reporter."""
    return OFFICER in groups_of(request)


def has_post(request: HttpRequest) -> bool:
    """Return whether the reader works on cases or registers."""
    return any(name.partition("@")[0] in REGISTRY.roles for name in groups_of(request))


def reporter_of(request: HttpRequest) -> str | None:
    """Return the reporter that the reader is bound to, if any."""
    codes = [
        name.removeprefix(REPORTER) for name in groups_of(request) if name.startswith(REPORTER)
    ]
    return codes[0] if codes else None


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
