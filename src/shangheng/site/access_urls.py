# SPDX-License-Identifier: Apache-2.0
"""Which address is which page of accounts and posts."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path

from shangheng.kernel.errors import NotFound
from shangheng.site.pages import account, looks, persons, posts

CLOSED = r"^account/(signup|email|confirm-email|login/|password/(reset|set)|3rdparty/signup)"
"""What the package offers and this house does not: accounts are made by administrators."""


def _closed(request: HttpRequest, *_: str) -> HttpResponse:
    raise NotFound("page.unknown", path=request.path)


urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", account.index, name="account"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<uuid:uuid>/revoke/", account.revoke, name="token-revoke"),
    re_path(CLOSED, _closed),
    path("account/", include("allauth.urls")),
    path("posts/", posts.index, name="posts"),
    path("posts/new/", posts.new, name="post-new"),
    path("posts/roles/", looks.roles, name="roles"),
    path("posts/looks/", looks.looks, name="looks"),
    path("posts/people/new/", persons.new, name="person-new"),
    path("posts/people/<str:name>/", persons.person, name="person"),
    path("posts/<uuid:uuid>/", posts.detail, name="post"),
]
