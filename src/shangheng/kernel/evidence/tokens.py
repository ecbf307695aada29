# SPDX-License-Identifier: Apache-2.0
"""A signing key that never leaves its device: Ed25519 in a PKCS#11 token, named by RFC 7512.

``pkcs11:token=LABEL;object=ORIGIN?module-path=/usr/lib/…/lib.so&pin-source=/file`` names it; the
label of the key is the origin of the log. It needs the optional package ``python-pkcs11``.
"""

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, unquote

from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.evidence.keys import Kind, VerifierKey

SCHEME = "pkcs11:"
_POINT_BYTES = 32


@dataclass(frozen=True)
class TokenKey:
    """An Ed25519 key in a token, with an open session of its own."""

    verifier: VerifierKey
    key: Any = field(repr=False, compare=False)
    mechanism: Any = field(repr=False, compare=False)
    lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name of the log for which it signs."""
        return self.verifier.name

    @property
    def kind(self) -> Kind:
        """Ed25519; no token signs anything else here."""
        return self.verifier.kind

    def sign(self, text: str, *, at: int | None = None) -> bytes:
        """Return the signature of a note; a session signs one thing at a time."""
        del at  # only cosignatures say when
        with self.lock:
            return bytes(self.key.sign(text.encode(), mechanism=self.mechanism))


def opened(uri: str) -> TokenKey:
    """Open the token that a PKCS#11 address names, and its one key of that label.

    Raises:
        Unavailable: the package, the module, the token or the key is not there, or the PIN wrong.
    """
    attributes, module, pin = _parsed(uri)
    try:
        pkcs11 = import_module("pkcs11")
    except ImportError as error:
        raise Unavailable("evidence.token_package") from error
    try:
        token = pkcs11.lib(module).get_token(token_label=attributes["token"])
        session = token.open(user_pin=pin)
        label, classes = attributes["object"], pkcs11.ObjectClass
        private = session.get_key(object_class=classes.PRIVATE_KEY, label=label)
        public = session.get_key(object_class=classes.PUBLIC_KEY, label=label)
        point = bytes(public[pkcs11.Attribute.EC_POINT])[-_POINT_BYTES:]
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        detail = f"{type(error).__name__} {error}".strip()
        raise Unavailable("evidence.token_silent", module=module, detail=detail) from error
    return TokenKey(VerifierKey(label, Kind.ED25519, point), private, pkcs11.Mechanism.EDDSA)


def _parsed(uri: str) -> tuple[dict[str, str], str, str]:
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    parts = (part.partition("=") for part in path.split(";"))
    attributes = {name: unquote(value) for name, _, value in parts}
    asked = dict(parse_qsl(query))
    missing = [name for name in ("token", "object") if not attributes.get(name)]
    missing += [name for name in ("module-path", "pin-source") if not asked.get(name)]
    if missing or not uri.startswith(SCHEME):
        raise Invalid("evidence.token_address", missing=missing)
    try:
        pin = Path(asked["pin-source"].removeprefix("file:")).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unavailable("evidence.token_silent", module="PIN", detail=str(error)) from error
    return attributes, asked["module-path"], pin
