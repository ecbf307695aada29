# SPDX-License-Identifier: Apache-2.0
"""How notices leave the house: by e-mail, as a call to a program, as a record into the ledger.

Programs that are told stand in ``webhooks.yaml`` of the home, a list of ``url``, ``secret`` and,
where not everything is wanted, ``kinds`` and ``acts``. Each call carries the notice's key and
``Shangheng-Signature: sha256=…``, the HMAC of the body under the secret.
"""

import hashlib
import hmac
import http.client
import io
import json
import smtplib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage

from shangheng.kernel.cases.concept.telling import EMAIL, Hook
from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.notices.actions import Carrier
from shangheng.kernel.notices.concept import Channel, NoticeView
from shangheng.kernel.records.reports import Report
from shangheng.kernel.registers.concept.actors import PLATFORM
from shangheng.site import reception
from shangheng.site.registry import REGISTRY

CALL_S = 10
GONE = (404, 410)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Known(NamedTuple):
    """A program that is told, with the secret under which calls to it are signed."""

    hook: Hook
    secret: str


def channels() -> tuple[Channel, ...]:
    """Return the ways by which people and programs can be told here."""
    found: list[Channel] = ["inbox"]
    if settings.MAIL:
        found.append("email")
    if hooks():
        found.append("webhook")
    return tuple(found)


def hooks() -> tuple[Hook, ...]:
    """Return the programs that are told of what is done with cases."""
    return tuple(each.hook for each in _known())


def _known() -> tuple[Known, ...]:
    path = Path(settings.HOME) / "webhooks.yaml"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ()


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int) -> tuple[Known, ...]:  # noqa: ARG001 - part of the key
    given = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    if not isinstance(given, list):
        raise Invalid("webhooks.unreadable", path=str(path))
    return tuple(_one(each, path) for each in given)


def _one(given: Any, path: Path) -> Known:  # noqa: ANN401 - whatever the file holds
    try:
        url, secret = str(given["url"]), str(given["secret"])
        kinds, acts = (tuple(map(str, given.get(name, ()))) for name in ("kinds", "acts"))
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid("webhooks.unreadable", path=str(path)) from error
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise Invalid("webhooks.not_https", url=url)
    return Known(Hook(url, kinds, acts), secret)


def carriers() -> dict[Channel, Carrier]:
    """Return what carries each kind of notice out of the house, of those that are set up."""
    known: dict[Channel, Carrier] = {"email": by_email, "webhook": by_call, "ledger": to_ledger}
    here = (*channels(), "ledger")
    return {name: carrier for name, carrier in known.items() if name in here}


def by_email(told: NoticeView) -> None:
    """Send a notice to a person of this platform, or to the address that it names."""
    notice = told.notice
    address = _address_of(notice.to)
    link = settings.ADDRESS + notice.link if settings.ADDRESS and notice.link else ""
    told_alone = str(notice.payload.get("words", ""))
    parts = (notice.zh, notice.en, told_alone, "", link)
    body = "\n".join(part for part in parts if part or not link)
    message = EmailMessage(
        subject=notice.zh, body=body, to=[address], headers={"Message-ID": _message_id(told)}
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable("mail.not_sent", why=str(error)) from error


def _address_of(to: str) -> str:
    person = get_user_model().objects.filter(username=to).first()
    address = person.email if person is not None else to
    if not EMAIL.fullmatch(address):
        raise Invalid("mail.no_address", to=to)
    return address


def _message_id(told: NoticeView) -> str:
    """Return the same id however often a notice is sent, so that mailboxes show it once."""
    digest = hashlib.sha256(f"{told.notice.key}\n{told.notice.to}".encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.ADDRESS).hostname or 'shangheng.localhost'}>"


def by_call(told: NoticeView) -> None:
    """Call a program with the payload, signed; redirects are not followed."""
    notice = told.notice
    known = next((each for each in _known() if each.hook.url == notice.to), None)
    if known is None:
        raise Invalid("webhooks.unknown", url=notice.to)
    body = canonical({"key": notice.key, **notice.payload})
    signature = hmac.new(known.secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "Shangheng-Key": notice.key,
        "Shangheng-Signature": f"sha256={signature}",
    }  # fmt: skip
    status = _posted(notice.to, body, headers)
    if status in GONE:
        raise Invalid("webhooks.gone", url=notice.to, status=status)
    if not http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        raise Unavailable("webhooks.refused", url=notice.to, status=status)


def _posted(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=CALL_S)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable("webhooks.no_answer", url=url, why=str(error)) from error
    finally:
        connection.close()


def to_ledger(told: NoticeView) -> None:
    """Report a record through the front door; the ledger takes the same batch once."""
    notice = told.notice
    content = json.dumps(notice.payload["record"], ensure_ascii=False).encode() + b"\n"
    receipt = reception.receive(
        Report(
            source=io.BytesIO(content), kind=REGISTRY.kind(notice.to), reporter=PLATFORM.name,
            batch=str(notice.payload["batch"]), name="record.ndjson",
        )
    )  # fmt: skip
    if receipt.rejected:
        rules = [each.rule for each in receipt.rejected_by_rule]
        raise Invalid("record.rejected", batch=receipt.batch, rules=rules)
