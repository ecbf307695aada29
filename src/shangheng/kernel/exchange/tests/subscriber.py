# SPDX-License-Identifier: Apache-2.0
"""A subscriber on a socket that behaves, or misbehaves, as a test says."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

from shangheng.kernel.evidence.notes import open_note
from shangheng.kernel.exchange import actions
from shangheng.kernel.exchange.concept.parcels import parse_slip
from shangheng.kernel.exchange.store.channels import SLIP_HEADER, decode_slip
from shangheng.kernel.exchange.tests.builders import (
    AT,
    SIGNER,
    Consumer,
    Provider,
    agreed,
    partner,
    provider,
)

Behaviour = Callable[["Subscriber", BaseHTTPRequestHandler, int, bytes], None]


def good(
    subscriber: "Subscriber", request: BaseHTTPRequestHandler, number: int, body: bytes
) -> None:
    """Take the parcel and say so; a gap is told with the number that is missing."""
    if number > subscriber.consumer.last + 1:
        expected = subscriber.consumer.last + 1
        answered(request, 409, {"code": "parcel.gap", "facts": {"expected": expected}})
        return
    subscriber.consumer.take(number, body)
    answered(request, 200, {"acknowledged": number})


def answered(request: BaseHTTPRequestHandler, status: int, told: Any) -> None:
    """Answer with JSON."""
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    request.send_response(status)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


@dataclass
class Subscriber:
    """A receiver behind an address, and everything that reached it."""

    address: str = ""
    consumer: Consumer = field(default_factory=Consumer)
    behave: Behaviour = good
    seen: list[int] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    released: Event = field(default_factory=Event)


@contextmanager
def listening(
    behave: Behaviour = good, *, context: ssl.SSLContext | None = None
) -> Iterator[Subscriber]:
    """Give a subscriber that listens."""
    subscriber = Subscriber(behave=behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            note = open_note(decode_slip(self.headers[SLIP_HEADER]), [SIGNER.verifier])
            slip = parse_slip(note.text)
            subscriber.seen.append(slip.number)
            if slip.closing:
                subscriber.closing.append(slip.closing)
                answered(self, 200, b"")
                return
            subscriber.behave(subscriber, self, slip.number, body)

        def log_message(self, *_told: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    subscriber.address = f"{scheme}://127.0.0.1:{server.server_address[1]}/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield subscriber
    finally:
        subscriber.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def pushed_to(folder: Path, subscriber: Subscriber, **told: object) -> Provider:
    """Return a providing side that has agreed to push to a subscriber."""
    given = {"way": "push", "address": subscriber.address, "form": "lines", **told}
    house = provider(folder, partner(**given))  # type: ignore[arg-type]
    actions.adopt(agreed(), at=AT)
    return house
