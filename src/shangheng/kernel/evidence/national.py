# SPDX-License-Identifier: Apache-2.0
"""The national algorithms: SM2 signatures (GB/T 32918.2) with SM3 digests (GB/T 32905).

They stand beside Ed25519 and SHA-256, never in their place: see docs/decisions/0013. Signatures
and public keys are in the forms that OpenSSL reads (``-digest sm3``, ``distid:1234567812345678``).
"""

import secrets
from base64 import b64encode

import gmalg
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SM3, Hash
from gmalg.errors import GMError

from shangheng.kernel.errors import Invalid

SIGNER_ID = b"1234567812345678"
"""The user id that GM/T 0009 section 10 gives where none is agreed."""
POINT_BYTES, SCALAR_BYTES = 65, 32
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def new_seed() -> bytes:
    """Return a fresh private key, from 1 to the order of the curve less 2."""
    return (1 + secrets.randbelow(_ORDER - 2)).to_bytes(SCALAR_BYTES, "big")


def check_seed(seed: bytes) -> None:
    """Refuse what is no private key of SM2."""
    if len(seed) != SCALAR_BYTES or not 0 < int.from_bytes(seed, "big") < _ORDER - 1:
        raise Invalid("evidence.key_not_signing", name="SM2")


def public_of(seed: bytes) -> bytes:
    """Return the public point of a private key, uncompressed."""
    check_seed(seed)
    point: bytes = gmalg.SM2(seed).generate_pk(seed)
    return point


def check_point(point: bytes) -> None:
    """Refuse what is no uncompressed point on the curve."""
    if len(point) != POINT_BYTES or point[0] != 4:  # noqa: PLR2004 - SEC 1 section 2.3.3
        raise Invalid("evidence.key_length", name="SM2", length=len(point))
    try:
        is_on_curve = gmalg.SM2().verify_pk(point)
    except GMError as error:
        raise Invalid("evidence.key_malformed", text=point.hex()) from error
    if not is_on_curve:
        raise Invalid("evidence.key_malformed", text=point.hex())


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest."""
    hashed = Hash(SM3())
    hashed.update(data)
    return hashed.finalize()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message as DER, by the usual user id."""
    check_seed(seed)
    r, s = gmalg.SM2(seed, SIGNER_ID).sign(message)
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def verifies(point: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a DER signature is that of a public point over a message."""
    try:
        check_point(point)
        r, s = decode_dss_signature(signature)
        if encode_dss_signature(r, s) != signature or not (0 < r < _ORDER and 0 < s < _ORDER):
            return False
        halves = (r.to_bytes(SCALAR_BYTES, "big"), s.to_bytes(SCALAR_BYTES, "big"))
        return bool(gmalg.SM2(None, SIGNER_ID, point).verify(message, *halves))
    except (Invalid, ValueError, TypeError, GMError):  # a point at infinity is a TypeError there
        return False


def pem(point: bytes) -> bytes:
    """Return a public point as PEM, as OpenSSL reads it."""
    text = b64encode(_SPKI + point).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(
        ("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", "")
    ).encode()
