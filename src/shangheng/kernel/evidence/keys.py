# SPDX-License-Identifier: Apache-2.0
"""Keys of signed notes and their text forms (C2SP signed-note, tlog-cosignature, static-ct-api).

A public key is written `<name>+<key id>+<base64>`, a private one `PRIVATE+KEY+` before the same
with the seed in place of the public key. The key id is no security: it only finds the key.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from struct import pack, unpack_from

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import national
from shangheng.kernel.evidence.checkpoints import (
    COSIGNED_AT_MAX,
    subtree_statement,
    tree_head_statement,
    witness_statement,
)
from shangheng.kernel.evidence.texts import read_base64, write_base64

SEED_BYTES = 32
KEY_ID_BYTES = 4
SIGNER_PREFIX = "PRIVATE+KEY+"
_TIME_BYTES = 8
_SHA256_WITH_ECDSA = b"\x04\x03"  # RFC 5246 7.4.1.4.1: hash sha256, signature ecdsa


class Kind(IntEnum):
    """What a signature is made of and speaks about; the number is the type byte of signed-note."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    TREE_HEAD = 0x05
    ML_DSA_44 = 0x06
    SM2 = 0xFF  # "without an identifier byte assigned"; the material begins with a name of ours


SM2_NAME = b"shangheng/sm2-sm3/v1\n"
"""What an SM2 key's material begins with, as signed-note recommends for the type 0xff."""
COSIGNATURES = (Kind.COSIGNATURE, Kind.ML_DSA_44)
_PUBLIC_BYTES = {Kind.ED25519: 32, Kind.COSIGNATURE: 32, Kind.ML_DSA_44: 1312}


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name; `material` is as its kind writes it."""

    name: str
    kind: Kind
    material: bytes

    def __post_init__(self) -> None:
        """Refuse names and material that the formats cannot carry."""
        check_name(self.name)
        if self.kind is Kind.TREE_HEAD:
            _p256(self.material)
        elif self.kind is Kind.SM2:
            national.check_point(self.point)
        elif len(self.material) != _PUBLIC_BYTES[self.kind]:
            raise Invalid("evidence.key_length", name=self.name, length=len(self.material))

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark this key's signatures."""
        # RFC 6962 knows a log by the hash of its key, static-ct-api hashes that.
        is_log = self.kind is Kind.TREE_HEAD
        basis = sha256(self.material).digest() if is_log else self.material
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + basis).digest()[
            :KEY_ID_BYTES
        ]

    @property
    def point(self) -> bytes:
        """The public point of an SM2 key."""
        if not self.material.startswith(SM2_NAME):
            raise Invalid("evidence.key_kind", name=self.name)
        return self.material.removeprefix(SM2_NAME)

    def __str__(self) -> str:
        """Return the text form, the vkey."""
        material = write_base64(bytes([self.kind]) + self.material)
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature (without key id) is this key's over the note text."""
        try:
            statement, raw = self._statement(text, signature)
            self._verify(statement, raw)
        except (Invalid, InvalidSignature, UnicodeEncodeError):
            return False
        return True

    def _statement(self, text: str, signature: bytes) -> tuple[bytes, bytes]:
        """Return the bytes that were signed and the bare signature."""
        match self.kind:
            case Kind.ED25519 | Kind.SM2:
                return text.encode(), signature
            case Kind.COSIGNATURE:
                return witness_statement(text, at=signed_at(signature)), signature[_TIME_BYTES:]
            case Kind.ML_DSA_44:
                at = signed_at(signature)
                statement = subtree_statement(text, cosigner=self.name, at=at)
                return statement, signature[_TIME_BYTES:]
            case Kind.TREE_HEAD:  # pragma: no branch - mypy sees that no kind is left
                at_ms = signed_at(signature)
                raw = _tree_head_signature(signature[_TIME_BYTES:])
                return tree_head_statement(text, log=self.name, at_ms=at_ms), raw

    def _verify(self, statement: bytes, signature: bytes) -> None:
        match self.kind:
            case Kind.ED25519 | Kind.COSIGNATURE:
                Ed25519PublicKey.from_public_bytes(self.material).verify(signature, statement)
            case Kind.ML_DSA_44:
                MLDSA44PublicKey.from_public_bytes(self.material).verify(signature, statement)
            case Kind.SM2:
                if not national.verifies(self.point, statement, signature):
                    raise InvalidSignature
            case Kind.TREE_HEAD:  # pragma: no branch - mypy sees that no kind is left
                _p256(self.material).verify(signature, statement, ECDSA(SHA256()))


@dataclass(frozen=True)
class SignerKey:
    """A private key under a name; keep `text` as secret as the seed it holds."""

    name: str
    kind: Kind
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no key can be made of; tree heads are signed by logs elsewhere, not here."""
        check_name(self.name)
        if self.kind is Kind.TREE_HEAD or len(self.seed) != SEED_BYTES:
            raise Invalid("evidence.key_not_signing", name=self.name)
        if self.kind is Kind.SM2:
            national.check_seed(self.seed)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        if self.kind is Kind.ML_DSA_44:
            public = MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw()
        elif self.kind is Kind.SM2:
            public = SM2_NAME + national.public_of(self.seed)
        else:
            private = Ed25519PrivateKey.from_private_bytes(self.seed)
            public = private.public_key().public_bytes_raw()
        return VerifierKey(self.name, self.kind, public)

    @property
    def text(self) -> str:
        """The text form, as Go's note package writes it."""
        material = write_base64(bytes([self.kind]) + self.seed)
        return f"{SIGNER_PREFIX}{self.name}+{self.verifier.key_id.hex()}+{material}"

    def sign(self, text: str, *, at: int | None = None) -> bytes:
        """Return the signature (without key id); cosignatures state the POSIX second `at`."""
        if self.kind is Kind.ED25519:
            return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        if self.kind is Kind.SM2:
            return national.sign(self.seed, text.encode())
        if at is None or not 0 <= at <= COSIGNED_AT_MAX:
            raise Invalid("evidence.cosignature_time", name=self.name, at=at)
        time = pack(">Q", at)
        if self.kind is Kind.COSIGNATURE:
            statement = witness_statement(text, at=at)
            return time + Ed25519PrivateKey.from_private_bytes(self.seed).sign(statement)
        statement = subtree_statement(text, cosigner=self.name, at=at)
        return time + MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(statement)


def parse_verifier(text: str) -> VerifierKey:
    """Read a public key; its key id MUST be the one that follows from name, kind and key."""
    name, key_id, kind, material = _parts(text)
    key = VerifierKey(name, kind, material)
    if key.key_id.hex() != key_id:
        raise Invalid("evidence.key_id", name=name, key_id=key_id)
    return key


def parse_signer(text: str) -> SignerKey:
    """Read a private key; refusals never repeat it."""
    if not text.startswith(SIGNER_PREFIX):
        raise Invalid("evidence.key_malformed")
    try:
        name, key_id, kind, seed = _parts(text.removeprefix(SIGNER_PREFIX))
    except Invalid as refusal:
        raise Invalid(refusal.code) from None
    key = SignerKey(name, kind, seed)
    if key.verifier.key_id.hex() != key_id:
        raise Invalid("evidence.key_id", name=name, key_id=key_id)
    return key


def check_name(name: str) -> None:
    """Refuse a key name that is empty or has spaces, plus signs or control characters."""
    if not name or any(map(_is_unfit, name)):
        raise Invalid("evidence.key_name", name=name)


def signed_at(signature: bytes) -> int:
    """Return the time at the head of a signature that has one.

    POSIX seconds in a cosignature, milliseconds in a tree head.
    """
    if len(signature) <= _TIME_BYTES:
        raise Invalid("evidence.cosignature_length", length=len(signature))
    (at,) = unpack_from(">Q", signature)
    if at > COSIGNED_AT_MAX:
        raise Invalid("evidence.cosignature_time", at=at)
    return int(at)


def _is_unfit(sign: str) -> bool:
    """Tell whether a key name may not have this sign; UTF-8 cannot carry half a surrogate pair."""
    return sign.isspace() or sign < " " or sign == "+" or "\ud800" <= sign <= "\udfff"


def _parts(text: str) -> tuple[str, str, Kind, bytes]:
    """Cut `<name>+<key id>+<base64>`; the base64 may itself have plus signs, the others not."""
    parts = text.split("+", 2)
    if len(parts) != len(("name", "key id", "material")):
        raise Invalid("evidence.key_malformed", text=text)
    name, key_id, encoded = parts
    material = read_base64(encoded, "evidence.key_malformed")
    if not material or material[0] not in tuple(Kind):
        raise Invalid("evidence.key_kind", name=name)
    return name, key_id, Kind(material[0]), material[1:]


def _p256(material: bytes) -> EllipticCurvePublicKey:
    """Read the key of a certificate transparency log; only NIST P-256 is taken."""
    try:
        key = load_der_public_key(material)
    except ValueError as error:
        raise Invalid("evidence.key_malformed") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Invalid("evidence.key_kind")
    return key


def _tree_head_signature(data: bytes) -> bytes:
    """Take the bare signature out of a DigitallySigned structure (RFC 5246 section 4.7)."""
    kind, length, signature = data[:2], data[2:4], data[4:]
    if kind != _SHA256_WITH_ECDSA or int.from_bytes(length, "big") != len(signature):
        raise Invalid("evidence.tree_head_signature")
    return signature
