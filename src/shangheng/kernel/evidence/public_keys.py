# SPDX-License-Identifier: Apache-2.0
"""The public keys of a log as one text: a verifier key a line, certificates of time stamps below.

It is what a log publishes, what a bundle carries and what a verifier is given by hand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_pem_x509_certificates

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.keys import VerifierKey, parse_verifier

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?", re.ASCII
)


@dataclass(frozen=True)
class PublicKeys:
    """Keys of checkpoints, and the roots under which time stamps are accepted."""

    verifiers: tuple[VerifierKey, ...] = ()
    roots: tuple[Certificate, ...] = ()

    def with_keys(
        self, verifiers: Iterable[VerifierKey], roots: Iterable[Certificate]
    ) -> "PublicKeys":
        """Return these and further keys, each once, in the order in which they came."""
        return replace(
            self,
            verifiers=tuple(dict.fromkeys((*self.verifiers, *verifiers))),
            roots=tuple(dict.fromkeys((*self.roots, *roots))),
        )


def encode_keys(keys: PublicKeys) -> str:
    """Write keys down."""
    lines = "".join(f"{key}\n" for key in keys.verifiers)
    return lines + "".join(_pem(root) for root in keys.roots)


def parse_keys(text: str) -> PublicKeys:
    """Read keys; empty lines and lines that begin with ``#`` say nothing."""
    text = text.replace("\r\n", "\n")
    found = "".join(_CERTIFICATE.findall(text))
    try:
        roots = load_pem_x509_certificates(found.encode()) if found else []
    except ValueError as error:
        raise Invalid("evidence.keys_certificate") from error
    lines = [line.strip() for line in _CERTIFICATE.sub("", text).split("\n")]
    verifiers = [parse_verifier(line) for line in lines if line and not line.startswith("#")]
    return PublicKeys().with_keys(verifiers, roots)


def _pem(certificate: Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
