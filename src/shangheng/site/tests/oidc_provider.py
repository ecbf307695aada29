# SPDX-License-Identifier: Apache-2.0
"""A small provider of OpenID Connect on loopback: discovery, authorisation code with PKCE, RS256.

It answers as OpenID Connect Core 1.0 asks and lets in whom the test names; what it is asked
wrongly it refuses, so that a client that leaves something out fails.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET, KEY_ID = "shangheng", "a secret that is shared", "k1"


@dataclass
class Provider:
    """What the provider knows: whom it lets in, its key, the codes that it gave."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1"})
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Let the person in and lead back with a code."""
        right = asked.get("client_id") == CLIENT and asked.get("response_type") == "code"
        right = right and asked.get("code_challenge_method") == "S256"
        right = right and "openid" in asked.get("scope", "").split() and bool(asked.get("state"))
        if not right:
            self.refused.append(f"authorize {asked}")
            return ""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, said: dict[str, str], basic: str) -> dict[str, Any] | None:
        """Give tokens for a code, once, to the client that can show it asked for it."""
        asked = self.codes.pop(said.get("code", ""), None)
        verifier = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        right = asked is not None and asked["code_challenge"] == challenge
        right = right and basic == base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = right and asked is not None and said["redirect_uri"] == asked["redirect_uri"]
        if not right or asked is None:
            self.refused.append(f"token {said}")
            return None
        now = int(time.time())
        claims = {**self.person, "iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        claims |= self.claims
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID})
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self, plain: object, status: int = 200) -> None:
            body = json.dumps(plain).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            told = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.person,
            }
            if parts.path in told:
                self._answer(told[parts.path]())
            elif parts.path == "/authorize" and (back := provider.authorize(asked)):
                self.send_response(302)
                self.send_header("Location", back)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._answer({"error": "invalid_request"}, 400)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said = {name: values[0] for name, values in parse_qs(body).items()}
            basic = self.headers.get("Authorization", "").removeprefix("Basic ")
            given = provider.token(said, basic)
            self._answer(given or {"error": "invalid_grant"}, 200 if given else 400)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def provided() -> Iterator[Provider]:
    """Run a provider and yield it."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
