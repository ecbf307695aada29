# SPDX-License-Identifier: Apache-2.0
"""The embedded time-stamp authority: RFC 3161 responses that `openssl ts -verify` accepts.

It proves no more than that this platform said so at the time; where that is not enough, an
external authority is set, and `timestamp_checks` checks its responses alike.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.asn1 import (
    TLV,
    BitString,
    GeneralizedTime,
    SetOf,
    decode_der,
    encode_der,
)
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    CertificateBuilder,
    ExtendedKeyUsage,
    KeyUsage,
    Name,
    NameAttribute,
    ObjectIdentifier,
    SubjectKeyIdentifier,
    load_pem_x509_certificates,
    random_serial_number,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import timestamp_forms as forms

# 2.25 is the arc of UUIDs, which needs no registration; this one is the policy "as the platform
# says, to the second".
POLICY = ObjectIdentifier("2.25.226888173182370017248937307308941543568")
ACCURACY_SECONDS = 1
_GRANTED, _REJECTED = 0, 2
_BAD_ALGORITHM, _BAD_REQUEST, _BAD_FORMAT = 0, 2, 5
_UNACCEPTED_POLICY, _UNACCEPTED_EXTENSION = 15, 16


@dataclass(frozen=True)
class Issuer:
    """A certificate with its private key: the root of an authority, or the authority itself."""

    certificate: Certificate
    key: ec.EllipticCurvePrivateKey


def make_root(name: str, *, valid_from: datetime, valid_until: datetime) -> Issuer:
    """Make the certificate that verifiers trust; its key is needed only to renew authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _certificate(name, key, valid_from, valid_until).issuer_name(_name(name))
    builder = builder.add_extension(BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return Issuer(builder.sign(key, SHA256()), key)


def make_authority(
    name: str, root: Issuer, *, valid_from: datetime, valid_until: datetime
) -> Issuer:
    """Make a time-stamp authority under a root; RFC 3161 2.3 wants a key for this purpose only."""
    key = ec.generate_private_key(ec.SECP256R1())
    above = root.certificate.extensions.get_extension_for_class(SubjectKeyIdentifier).value
    builder = _certificate(name, key, valid_from, valid_until)
    builder = builder.issuer_name(root.certificate.subject)
    builder = builder.add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    purpose = ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = builder.add_extension(purpose, critical=True)
    identifier = AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above)
    builder = builder.add_extension(identifier, critical=False)
    return Issuer(builder.sign(root.key, SHA256()), key)


def encode_issuer(issuer: Issuer, password: bytes | None = None) -> bytes:
    """Write certificate and private key as PEM, the key encrypted where a password is given."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    key = issuer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return issuer.certificate.public_bytes(Encoding.PEM) + key


def parse_issuer(pem: bytes, password: bytes | None = None) -> Issuer:
    """Read what `encode_issuer` wrote; key and certificate MUST belong together."""
    try:
        (certificate,) = load_pem_x509_certificates(pem)
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise Invalid("evidence.stamp_issuer") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Invalid("evidence.stamp_issuer")
    if key.public_key() != certificate.public_key():
        raise Invalid("evidence.stamp_issuer")
    return Issuer(certificate, key)


def request(digest: bytes, *, nonce: int | None = None) -> bytes:
    """Return a TimeStampReq for a SHA-256 digest, to be sent to an authority."""
    return encode_der(_request(digest, nonce))


def stamp(digest: bytes, authority: Issuer, *, at: datetime, serial: int) -> bytes:
    """Return the TimeStampResp for a SHA-256 digest at a moment, to the second.

    The serial number MUST never be used again by this authority (RFC 3161 2.4.2).
    """
    return _granted(_request(digest, None), authority, at=at, serial=serial)


def respond(request_der: bytes, authority: Issuer, *, at: datetime, serial: int) -> bytes:
    """Answer a TimeStampReq: with a token, or with a rejection that says why."""
    try:
        asked = decode_der(forms.Request, request_der)
    except ValueError:
        return _rejected(_BAD_FORMAT, "the request is not a DER TimeStampReq")
    for fails, failure, text in _faults(asked):
        if fails:
            return _rejected(failure, text)
    return _granted(asked, authority, at=at, serial=serial)


def _faults(asked: forms.Request) -> tuple[tuple[bool, int, str], ...]:
    """Tell what is wrong with a request, in the order in which it is said."""
    algorithm, length = asked.imprint.algorithm.algorithm, len(asked.imprint.digest)
    known = forms.DIGEST_BYTES.get(algorithm)
    other_policy = asked.policy not in (None, POLICY)
    return (
        (asked.version != 1, _BAD_REQUEST, "only version 1 is known"),
        (known is None, _BAD_ALGORITHM, "SHA-256, SHA-384 and SHA-512 are accepted"),
        (length != known, _BAD_FORMAT, "the digest has not the length of its algorithm"),
        (other_policy, _UNACCEPTED_POLICY, f"the policy is {POLICY.dotted_string}"),
        (bool(asked.extensions), _UNACCEPTED_EXTENSION, "no extension is known"),
    )


def _request(digest: bytes, nonce: int | None) -> forms.Request:
    imprint = forms.Imprint(algorithm=_plain(forms.SHA256), digest=digest)
    if len(digest) != forms.DIGEST_BYTES[forms.SHA256]:
        raise Invalid("evidence.hash_length", length=len(digest))
    return forms.Request(
        version=1,
        imprint=imprint,
        policy=None,
        nonce=nonce,
        wants_certificate=True,
        extensions=None,
    )


def _granted(asked: forms.Request, authority: Issuer, *, at: datetime, serial: int) -> bytes:
    """Build the token from the inside out: info, attributes, signer, signed data."""
    certificate = authority.certificate
    content = encode_der(
        forms.Info(
            version=1,
            policy=POLICY,
            imprint=asked.imprint,
            serial=serial,
            at=GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)),
            accuracy=forms.Accuracy(seconds=ACCURACY_SECONDS, millis=None, micros=None),
            ordering=False,
            nonce=asked.nonce,
            authority=forms.AuthorityName(directory=certificate.subject),
            extensions=None,
        )
    )
    signed = forms.SignedData(
        version=3,
        digest_algorithms=SetOf([_plain(forms.SHA256)]),
        content=forms.Content(kind=forms.TST_INFO, data=content),
        certificates=SetOf([certificate]) if asked.wants_certificate else None,
        revocations=None,
        signers=SetOf([_signer(content, authority)]),
    )
    return encode_der(
        forms.Response(
            status=forms.Status(status=_GRANTED, text=None, failure=None),
            token=forms.Token(kind=forms.SIGNED_DATA, signed=signed),
        )
    )


def _signer(content: bytes, authority: Issuer) -> forms.Signer:
    """Sign the attributes, which bind the content and the very certificate (RFC 5816)."""
    certificate = authority.certificate
    identity = forms.CertificateId(
        algorithm=None, digest=certificate.fingerprint(SHA256()), issuer=None
    )
    attributes = SetOf([
        _attribute(forms.CONTENT_TYPE, encode_der(forms.TST_INFO)),
        _attribute(forms.MESSAGE_DIGEST, encode_der(sha256(content).digest())),
        _attribute(
            forms.SIGNING_CERTIFICATE_V2,
            encode_der(forms.SigningCertificate(certificates=[identity], policies=None)),
        ),
    ])  # fmt: skip
    return forms.Signer(
        version=1,
        certificate=forms.IssuerSerial(
            issuer=certificate.issuer, serial=certificate.serial_number
        ),
        digest_algorithm=_plain(forms.SHA256),
        attributes=attributes,
        signature_algorithm=_plain(forms.ECDSA_WITH_SHA256),
        signature=authority.key.sign(encode_der(attributes), ec.ECDSA(SHA256())),
        unsigned=None,
    )


def _rejected(failure: int, text: str) -> bytes:
    """Return a rejection; `failure` is the number of the bit in PKIFailureInfo."""
    octets = bytes(failure // 8) + bytes([0x80 >> failure % 8])
    bits = BitString(octets, 7 - failure % 8)
    status = forms.Status(status=_REJECTED, text=[text], failure=bits)
    return encode_der(forms.Response(status=status, token=None))


def _plain(algorithm: ObjectIdentifier) -> forms.Algorithm:
    return forms.Algorithm(algorithm=algorithm, parameters=None)


def _attribute(kind: ObjectIdentifier, value: bytes) -> forms.Attribute:
    return forms.Attribute(kind=kind, values=SetOf([decode_der(TLV, value)]))


def _name(name: str) -> Name:
    return Name([NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, valid_from: datetime, valid_until: datetime
) -> CertificateBuilder:
    public = key.public_key()
    builder = CertificateBuilder().subject_name(_name(name)).public_key(public)
    builder = builder.serial_number(random_serial_number())
    builder = builder.not_valid_before(valid_from).not_valid_after(valid_until)
    return builder.add_extension(SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(*, signs_certificates: bool) -> KeyUsage:
    return KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
