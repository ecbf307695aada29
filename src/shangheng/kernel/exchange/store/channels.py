# SPDX-License-Identifier: Apache-2.0
"""The ways in which a parcel reaches a partner, behind one function: ``send``.

A partner that is pushed to answers 2xx once it has the parcel for good; where files are laid down
it has it once they are there whole. Whatever else happens is trouble, told as a text and tried
again later.
"""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

from shangheng.kernel.errors import NotPermitted, Unavailable
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.exchange.store.bodies import MEDIA, Wrapped
from shangheng.kernel.exchange.store.drops import DROPS

SLIP_HEADER = "Shangheng-Slip"
ANSWER_BYTES_MAX = 65_536
_PIECE = 4_096
_SHOWN = 200


@dataclass(frozen=True)
class Answer:
    """What a partner said: taken, or why not; ``expected`` is the number it lacks."""

    taken: bool
    trouble: str = ""
    expected: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: a parcel goes where the agreement's partner is, not elsewhere."""

    def redirect_request(self, *_args: Any, **_told: Any) -> None:  # noqa: ANN401 - as inherited
        """Refuse every redirection."""


def _opener(authority: str) -> urllib.request.OpenerDirector:
    """Return who opens addresses; a certificate that took an expired one's place is read anew."""
    return _trusting(authority, Path(authority).stat().st_mtime_ns if authority else 0)


@lru_cache(maxsize=64)
def _trusting(authority: str, changed: int) -> urllib.request.OpenerDirector:  # noqa: ARG001 - part of the key
    context = ssl.create_default_context(cafile=authority or None)
    https = urllib.request.HTTPSHandler(context=context)
    return urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}), https)


def send(partner: Partner, parcel: Wrapped) -> Answer:
    """Hand a parcel over in the partner's way, and return what it said."""
    return _WAYS[partner.way](partner, parcel)


def encode_slip(note: str) -> str:
    """Write a slip so that a header can carry it."""
    return base64.urlsafe_b64encode(note.encode()).decode("ascii")


def decode_slip(text: str) -> str:
    """Read a slip from a header; what is no slip gives a text that no key has signed."""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii", "replace")).decode("utf-8")
    except ValueError:
        return ""


def _push(partner: Partner, parcel: Wrapped) -> Answer:
    headers = {
        "Content-Type": MEDIA[partner.form],
        SLIP_HEADER: encode_slip(parcel.note),
        "Idempotency-Key": f"{parcel.slip.agreement}.{parcel.slip.edition}.{parcel.slip.number}",
    }
    if partner.token:
        headers["Authorization"] = f"Bearer {partner.token}"
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked with the partner
        partner.address, parcel.body, headers, method="POST"
    )
    until = monotonic() + partner.timeout_s
    try:
        with _opener(partner.authority).open(request, timeout=partner.timeout_s) as answer:
            return _read(_body(answer, until), parcel)
    except urllib.error.HTTPError as error:
        with error:
            return _refused(error, until)
    except (OSError, HTTPException) as error:
        return Answer(taken=False, trouble=f"{type(error).__name__}: {error}"[:_SHOWN])


def waiting(partner: Partner, agreement: str, *, after: int) -> list[tuple[int, str]]:
    """Ask a partner that is Shangheng for the parcels after a number: number and content each."""
    _, body = _asked(partner, f"/agreements/{agreement}/parcels?after={after}")
    return [(int(each["number"]), str(each["content"])) for each in json.loads(body)]


def fetched(partner: Partner, agreement: str, number: int) -> tuple[str, bytes]:
    """Fetch one parcel from a partner that is Shangheng: its slip and its bytes."""
    headers, body = _asked(partner, f"/agreements/{agreement}/parcels/{number}?form=lines")
    return decode_slip(headers.get(SLIP_HEADER, "")), body


def acknowledge(partner: Partner, agreement: str, number: int, content: str) -> None:
    """Tell a partner that is Shangheng that we have a parcel for good."""
    told = json.dumps({"number": number, "content": content}).encode()
    _asked(partner, f"/agreements/{agreement}/acknowledged", told)


def records(
    partner: Partner, agreement: str, where: Mapping[str, str]
) -> tuple[list[dict[str, Any]], bool]:
    """Ask a partner that is Shangheng for the records behind a figure; and whether there are more.

    Raises:
        NotPermitted: the partner refuses, with its reason (``partner.refused``).
    """
    _, body = _asked(
        partner, f"/agreements/{agreement}/records", json.dumps({"where": where}).encode()
    )
    told = json.loads(body)
    return list(told["records"]), bool(told["more"])


def _asked(
    partner: Partner, path: str, data: bytes | None = None
) -> tuple[Mapping[str, str], bytes]:
    if not partner.address.startswith(("https://", "http://")):
        raise Unavailable("partner.unreachable", partner=partner.name, why=partner.address)
    headers = {"Authorization": f"Bearer {partner.token}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        partner.address.rstrip("/") + path, data, headers
    )
    try:
        opener = _opener(partner.authority)
        with opener.open(request, timeout=partner.timeout_s) as answer:
            return dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            told = _problem(error, monotonic() + partner.timeout_s)
        if not told.get("code"):
            raise Unavailable(
                "partner.unreachable", partner=partner.name, why=str(error)
            ) from error
        raise NotPermitted(
            "partner.refused", partner=partner.name, reason=str(told["code"])[:_SHOWN],
            zh=str(told.get("title", ""))[:_SHOWN], en=str(told.get("title_en", ""))[:_SHOWN],
        ) from error  # fmt: skip
    except (OSError, HTTPException) as error:
        why = f"{type(error).__name__}: {error}"[:_SHOWN]
        raise Unavailable("partner.unreachable", partner=partner.name, why=why) from error


def _body(answer: Any, until: float) -> bytes:  # noqa: ANN401 - of urllib
    """Read an answer piece by piece: one that drips is given up in time."""
    read = b""
    while piece := answer.read1(_PIECE):
        read += piece
        if monotonic() > until:
            raise TimeoutError("the answer did not end in time")
        if len(read) > ANSWER_BYTES_MAX:
            raise OSError("the answer is too long")
    return read


def _read(body: bytes, parcel: Wrapped) -> Answer:
    """Take an answer of success; one that names another number is none."""
    if not body.strip():
        return Answer(taken=True)
    try:
        told = json.loads(body)
    except ValueError:
        shown = body[:_SHOWN].decode("utf-8", "replace")
        return Answer(taken=False, trouble=f"unreadable answer: {shown}"[:_SHOWN])
    if not isinstance(told, dict):
        return Answer(taken=False, trouble="the answer is no JSON object")
    number = told.get("acknowledged", parcel.slip.number)
    if number != parcel.slip.number:
        return Answer(taken=False, trouble=f"acknowledged {number}"[:_SHOWN], told=told)
    return Answer(taken=True, told=told)


def _problem(error: urllib.error.HTTPError, until: float) -> Mapping[str, Any]:
    """Return what a partner says of its refusal; nothing where it cannot be read."""
    try:
        told = json.loads(_body(error, until))
    except (ValueError, OSError, HTTPException):
        return {}
    return told if isinstance(told, dict) else {}


def _refused(error: urllib.error.HTTPError, until: float) -> Answer:
    told, expected = _problem(error, until), None
    trouble = f"HTTP {error.code} {told.get('code', '')}".strip()
    facts = told.get("facts")
    if told.get("code") == "parcel.gap" and isinstance(facts, dict):
        number = str(facts.get("expected", ""))
        expected = int(number) if number.isdigit() else None
    return Answer(taken=False, trouble=trouble[:_SHOWN], expected=expected, told=told)


def _laid(partner: Partner, parcel: Wrapped) -> Answer:
    """Lay a parcel down: the slip first, so that whoever sees the file finds its slip."""
    files = ((f"{parcel.name}.slip", parcel.note.encode()), (parcel.name, parcel.body))
    try:
        DROPS[partner.way](partner, files)
    except OSError as error:
        return Answer(taken=False, trouble=f"{type(error).__name__}: {error}"[:_SHOWN])
    return Answer(taken=True)


_WAYS: dict[str, Callable[[Partner, Wrapped], Answer]] = {
    "push": _push, **dict.fromkeys(DROPS, _laid)
}  # fmt: skip
