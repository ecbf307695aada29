# SPDX-License-Identifier: Apache-2.0
"""How often strangers may do what invites guessing or flooding, per address.

Counted in the cache that all processes share, beside the failures of signing in (``sign_in``).
"""

import ipaddress
from contextlib import suppress

from django.core.cache import cache
from django.http import HttpRequest

from shangheng.kernel.errors import NotPermitted

WINDOW_S = 600
MOST = {
    "follow_failed": 20,  # wrong numbers and codes of cases
    "sign_failed": 10,  # wrong codes under a text
    "find_shop": 60,  # each goes through the orders of a year
    "release_bundle": 60,  # each prints its cover
    "open_case": 300,  # a whole office may stand behind one address
}
"""How often within the window; what is not named is not limited."""
IPV6_PREFIX = 64  # what a single household is given (RFC 6177)


def limited(request: HttpRequest, what: str, *, counts: bool = True) -> None:
    """Refuse what was done too often from this address; count it, unless it only may count later.

    Who is signed in is known by name and not counted here.
    """
    if request.user.is_authenticated or hasattr(request, "shangheng_person"):
        return
    key = f"limit:{what}:{_address(request)}"
    cache.add(key, 0, WINDOW_S)
    if cache.get(key, 0) >= MOST[what]:
        raise NotPermitted("request.too_often")
    if counts:
        with suppress(ValueError):  # the window ended just now, and with it the count
            cache.incr(key)


def _address(request: HttpRequest) -> str:
    told = str(request.META.get("REMOTE_ADDR", ""))
    if ":" not in told:
        return told
    return str(ipaddress.ip_network((told, IPV6_PREFIX), strict=False).network_address)
