# SPDX-License-Identifier: Apache-2.0
"""Asking services elsewhere: a time-stamp authority, a witness; nothing else uses a network."""

import urllib.error
import urllib.request

from shangheng.kernel.errors import Invalid, Unavailable

TIMEOUT_S = 10.0
ANSWER_BYTES_MAX = 1 << 20
_SCHEMES = ("https://", "http://")


class _Staying(urllib.request.HTTPRedirectHandler):
    """Follows nobody to another address."""

    def redirect_request(self, *_: object) -> None:
        """Refuse to be sent elsewhere."""


def posted(
    url: str, body: bytes, media: str, *, timeout_s: float = TIMEOUT_S
) -> tuple[int, bytes]:
    """Post something and return status and answer; an answer of any status is one.

    Raises:
        Unavailable: nobody answered (``evidence.outside_silent``).
    """
    if not url.startswith(_SCHEMES):
        raise Invalid("evidence.outside_address", url=url)
    headers = {"Content-Type": media}
    asked = urllib.request.Request(url, body, headers)  # noqa: S310 - asked above
    try:
        with urllib.request.build_opener(_Staying).open(asked, timeout=timeout_s) as answer:
            return int(answer.status), answer.read(ANSWER_BYTES_MAX)
    except urllib.error.HTTPError as answer:
        with answer:
            return int(answer.code), answer.read(ANSWER_BYTES_MAX)
    except (OSError, ValueError) as error:
        raise Unavailable("evidence.outside_silent", url=url, detail=str(error)) from error
