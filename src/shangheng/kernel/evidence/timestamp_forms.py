# SPDX-License-Identifier: Apache-2.0
"""The structures of time-stamping: RFC 3161 inside signed data of RFC 5652, with RFC 5816.

They are read and written in DER only: a response with a set out of order is malformed.
"""

from typing import Annotated

from cryptography.hazmat.asn1 import (
    TLV,
    BitString,
    Default,
    Explicit,
    GeneralizedTime,
    Implicit,
    Null,
    SetOf,
    sequence,
)
from cryptography.x509 import Certificate, Name, ObjectIdentifier

TST_INFO = ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE = ObjectIdentifier("1.2.840.113549.1.9.16.2.12")
SIGNING_CERTIFICATE_V2 = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
SHA384 = ObjectIdentifier("2.16.840.1.101.3.4.2.2")
SHA512 = ObjectIdentifier("2.16.840.1.101.3.4.2.3")
ECDSA_WITH_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")
DIGEST_BYTES = {SHA256: 32, SHA384: 48, SHA512: 64}
HASH_NAMES = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512"}


@sequence
class Algorithm:
    """AlgorithmIdentifier; parameters are absent or null in all that is taken here."""

    algorithm: ObjectIdentifier
    parameters: Null | None


@sequence
class Imprint:
    """MessageImprint: the digest that is stamped."""

    algorithm: Algorithm
    digest: bytes


@sequence
class Request:
    """TimeStampReq."""

    version: int
    imprint: Imprint
    policy: ObjectIdentifier | None
    nonce: int | None
    wants_certificate: Annotated[bool, Default(value=False)]
    extensions: Annotated[list[TLV] | None, Implicit(0)]


@sequence
class Accuracy:
    """How far the clock may be off."""

    seconds: int | None
    millis: Annotated[int | None, Implicit(0)]
    micros: Annotated[int | None, Implicit(1)]


@sequence
class AuthorityName:
    """The directory name of the authority, as the choice of GeneralName."""

    directory: Annotated[Name, Explicit(4)]


@sequence
class Info:
    """TSTInfo: what the authority signs."""

    version: int
    policy: ObjectIdentifier
    imprint: Imprint
    serial: int
    at: GeneralizedTime
    accuracy: Accuracy | None
    ordering: Annotated[bool, Default(value=False)]
    nonce: int | None
    authority: Annotated[AuthorityName | None, Implicit(0)]
    extensions: Annotated[list[TLV] | None, Implicit(1)]


@sequence
class Attribute:
    """A signed attribute."""

    kind: ObjectIdentifier
    values: SetOf[TLV]


@sequence
class CertificateIssuer:
    """IssuerSerial of RFC 5035."""

    names: list[TLV]
    serial: int


@sequence
class CertificateId:
    """ESSCertIDv2, SHA-256 where no algorithm stands; ESSCertID is the same without, and SHA-1."""

    algorithm: Algorithm | None
    digest: bytes
    issuer: CertificateIssuer | None


@sequence
class SigningCertificate:
    """SigningCertificateV2 or its forerunner: the first id is of the certificate that signed."""

    certificates: list[CertificateId]
    policies: list[TLV] | None


@sequence
class IssuerSerial:
    """Which certificate signed."""

    issuer: Name
    serial: int


@sequence
class Signer:
    """SignerInfo."""

    version: int
    certificate: IssuerSerial
    digest_algorithm: Algorithm
    attributes: Annotated[SetOf[Attribute], Implicit(0)]
    signature_algorithm: Algorithm
    signature: bytes
    unsigned: Annotated[SetOf[Attribute] | None, Implicit(1)]


@sequence
class Content:
    """EncapsulatedContentInfo."""

    kind: ObjectIdentifier
    data: Annotated[bytes, Explicit(0)]


@sequence
class SignedData:
    """SignedData."""

    version: int
    digest_algorithms: SetOf[Algorithm]
    content: Content
    certificates: Annotated[SetOf[Certificate] | None, Implicit(0)]
    revocations: Annotated[SetOf[TLV] | None, Implicit(1)]
    signers: SetOf[Signer]


@sequence
class Token:
    """TimeStampToken: the ContentInfo around signed data."""

    kind: ObjectIdentifier
    signed: Annotated[SignedData, Explicit(0)]


@sequence
class Status:
    """PKIStatusInfo."""

    status: int
    text: list[str] | None
    failure: BitString | None


@sequence
class Response:
    """TimeStampResp."""

    status: Status
    token: Token | None
