# SPDX-License-Identifier: Apache-2.0
"""How often strangers may do what invites guessing or flooding, per address.

The rates stand in ``sign_in.RATES`` beside those of signing in, and are counted in the same cache.
"""

from allauth.core import ratelimit
from django.http import HttpRequest

from shangheng.kernel.errors import NotPermitted


def limited(request: HttpRequest, what: str) -> None:
    """Count one more time; refuse what was done too often from this address.

    Who is signed in is known by name and not counted here.
    """
    if request.user.is_authenticated or hasattr(request, "shangheng_person"):
        return
    if not ratelimit.consume(request, action=what):
        raise NotPermitted("request.too_often")
