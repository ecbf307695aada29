# SPDX-License-Identifier: Apache-2.0
"""One's own account: what one may, how one signs in, the tokens of one's programs."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shangheng.kernel.access import actions, queries
from shangheng.kernel.access.concept import SCOPES, TOKEN_DAYS_MAX
from shangheng.kernel.errors import Invalid, Refusal
from shangheng.site import acting, clock, people, words
from shangheng.site.pages.posts import shown_post
from shangheng.site.people import signed_in

TOKEN_DAYS = 90


@require_safe
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Show what one may, how one signs in, and one's tokens."""
    return _page(request)


def _page(
    request: HttpRequest, *, secret: str = "", why: str = "", status: int = 200
) -> HttpResponse:
    name, now = people.name_of(request), clock.now()
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    facts = {
        "posts": [shown_post(each, now) for each in people.held_by(request)],
        "closed": len(people.held_by(request)) > len(people.posts_of(request)),
        "totp": kinds.count(Authenticator.Type.TOTP),
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "recovery": kinds.count(Authenticator.Type.RECOVERY_CODES),
        "sso": bool(settings.OIDC_URL),
        "tokens": [{"token": each, "holds": each.holds(now)} for each in queries.tokens_of(name)],
        "scopes": [(scope, words.either(*pair)) for scope, pair in SCOPES.items()],
        "days": TOKEN_DAYS,
        "days_max": TOKEN_DAYS_MAX,
        "chosen": request.POST.getlist("scope"),
        "typed": request.POST,
        "secret": secret,
        "why": why,
    }
    return render(request, "site/account/index.html", facts, status=status)


@require_POST
@signed_in
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """Give a token; its secret stands on the answer and nowhere else."""
    said = request.POST
    days = said.get("days", "")
    try:
        if not days.isdecimal() or len(days) > len(str(TOKEN_DAYS_MAX)):
            raise Invalid("token.days", most=TOKEN_DAYS_MAX)
        hand = acting.plain_hand(request)
        secret = actions.issue_token(said.get("name", ""), said.getlist("scope"), int(days), hand)
    except Refusal as refusal:
        return _page(request, why=words.message(refusal, words.language()), status=422)
    return _page(request, secret=secret)


@require_POST
@signed_in
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a token back."""
    actions.revoke_token(uuid, acting.plain_hand(request))
    return redirect("account")
