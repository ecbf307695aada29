# SPDX-License-Identifier: Apache-2.0
"""Checks of RFC 3161 responses, from the embedded authority or an external one.

The signature is verified by rfc3161-client; which certificate signed, for what purpose, under
which root and when it was valid are our own rules, so that every refusal has its own reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.asn1 import decode_der
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    DuplicateExtension,
    ExtendedKeyUsage,
    ExtensionNotFound,
    InvalidVersion,
    ObjectIdentifier,
    UnsupportedGeneralNameType,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    TimeStampResponse,
    TimeStampTokenInfo,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import timestamp_forms as forms

_UNREADABLE = (
    ValueError,
    TypeError,
    IndexError,
    UnsupportedAlgorithm,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedGeneralNameType,
)
_CERTIFICATE_HASHES: dict[ObjectIdentifier, hashes.HashAlgorithm] = {
    forms.SHA256: hashes.SHA256(),
    forms.SHA384: hashes.SHA384(),
    forms.SHA512: hashes.SHA512(),
}


@dataclass(frozen=True)
class StampTrust:
    """What a verifier accepts: roots, and certificates that responses may leave out."""

    roots: Sequence[Certificate]
    certificates: Sequence[Certificate] = ()
    policy: ObjectIdentifier | None = None


@dataclass(frozen=True)
class Stamp:
    """That a digest existed at a moment, says the authority whose certificate this is."""

    at: datetime
    serial: int
    policy: ObjectIdentifier
    certificate: Certificate


def check(response: bytes, digest: bytes, trust: StampTrust, *, nonce: int | None = None) -> Stamp:
    """Return the stamp of a digest, or refuse with the first reason found.

    The caller MUST hash with the algorithm that it asked for; `hash_name` says which it was.
    """
    try:
        return _checked(response, digest, trust, nonce)
    except _UNREADABLE as error:  # certificates are read piece by piece, when they are asked
        raise Invalid("evidence.stamp_malformed") from error


def hash_name(response: bytes) -> str:
    """Return the name of the hash that a response stamps, as `hashlib` calls it."""
    try:
        algorithm = _decoded(response).tst_info.message_imprint.hash_algorithm
    except _UNREADABLE as error:
        raise Invalid("evidence.stamp_malformed") from error
    if algorithm not in forms.HASH_NAMES:
        raise Invalid("evidence.stamp_hash", algorithm=algorithm.dotted_string)
    return forms.HASH_NAMES[algorithm]


def _checked(response: bytes, digest: bytes, trust: StampTrust, nonce: int | None) -> Stamp:
    """Take the steps of `check`."""
    # 1. The response MUST be DER, and granted.
    answer = _decoded(response)
    info = answer.tst_info
    # 2. It MUST be about this digest, under an accepted policy, and answer the very request.
    _check_info(info, digest, trust, nonce)
    # 3. One signer, whose certificate is named in the signed attributes.
    signed = decode_der(forms.Token, answer.time_stamp_token()).signed
    embedded = signed.certificates.as_list() if signed.certificates else []
    signer = _signer_certificate(signed, [*embedded, *trust.certificates])
    # 4. The certificate MUST be for time-stamping only.
    _check_purpose(signer)
    # 5. It MUST lead to a root, and all on the way MUST have been valid at the time stamped.
    chain = _chain(signer, [*embedded, *trust.certificates], trust.roots)
    for certificate in chain:
        _check_valid(certificate, info.gen_time)
    # 6. Nothing else may have been put beside them.
    for certificate in embedded:
        if certificate not in chain:
            subject = certificate.subject.rfc4514_string()
            raise Invalid("evidence.stamp_certificate_injected", subject=subject)
    # 7. The signature MUST be right.
    _check_signature(answer, digest, chain)
    return Stamp(info.gen_time, info.serial_number, info.policy, signer)


def _decoded(response: bytes) -> TimeStampResponse:
    answer = decode_timestamp_response(response)
    if answer.status != 0:
        text = "; ".join(answer.status_string)
        raise Invalid("evidence.stamp_not_granted", status=answer.status, text=text)
    return answer


def _check_info(
    info: TimeStampTokenInfo, digest: bytes, trust: StampTrust, nonce: int | None
) -> None:
    if info.message_imprint.message != digest:
        raise Invalid("evidence.stamp_other_digest", found=info.message_imprint.message.hex())
    if nonce is not None and info.nonce != nonce:
        raise Invalid("evidence.stamp_nonce", expected=nonce, found=info.nonce)
    if trust.policy not in (None, info.policy):
        raise Invalid("evidence.stamp_policy", found=info.policy.dotted_string)


def _signer_certificate(
    signed: forms.SignedData, certificates: Sequence[Certificate]
) -> Certificate:
    """Return the certificate that the signature names by issuer, serial number and hash."""
    signers = signed.signers.as_list()
    if len(signers) != 1:
        raise Invalid("evidence.stamp_signers", count=len(signers))
    (signer,) = signers
    sought = signer.certificate.issuer, signer.certificate.serial
    named = [each for each in certificates if (each.issuer, each.serial_number) == sought]
    if not named:
        raise Invalid("evidence.stamp_certificate_missing", issuer=sought[0].rfc4514_string())
    identity = _certificate_id(signer)
    for certificate in named:
        if certificate.fingerprint(identity[0]) == identity[1]:
            return certificate
    subject = named[0].subject.rfc4514_string()
    raise Invalid("evidence.stamp_certificate_injected", subject=subject)


def _certificate_id(signer: forms.Signer) -> tuple[hashes.HashAlgorithm, bytes]:
    """Return hash and fingerprint from the signed attribute that names the certificate."""
    for attribute in signer.attributes.as_list():
        if attribute.kind in (forms.SIGNING_CERTIFICATE, forms.SIGNING_CERTIFICATE_V2):
            is_old = attribute.kind == forms.SIGNING_CERTIFICATE
            (value,) = attribute.values.as_list()
            first = value.parse(forms.SigningCertificate).certificates[0]
            if first.algorithm is None:
                # SHA-1 identifies a certificate in RFC 3161 itself; RFC 5816 put SHA-256 there.
                plain = hashes.SHA1() if is_old else hashes.SHA256()  # noqa: S303
                return plain, first.digest
            algorithm = first.algorithm.algorithm
            if algorithm not in _CERTIFICATE_HASHES:
                raise Invalid("evidence.stamp_hash", algorithm=algorithm.dotted_string)
            return _CERTIFICATE_HASHES[algorithm], first.digest
    raise Invalid("evidence.stamp_malformed")


def _check_purpose(certificate: Certificate) -> None:
    """Refuse a certificate that is not, critically and only, for time-stamping (RFC 3161 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
        fits = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (ExtensionNotFound, ValueError):
        fits = False
    if not fits:
        raise Invalid("evidence.stamp_purpose", subject=certificate.subject.rfc4514_string())


def _chain(
    signer: Certificate, certificates: Sequence[Certificate], roots: Sequence[Certificate]
) -> list[Certificate]:
    """Return the way from the signer to a trusted root, each certified by the next."""
    chain = [signer]
    while chain[-1] not in roots:
        above = [c for c in (*roots, *certificates) if c not in chain and _issued(c, chain[-1])]
        if not above:
            issuer = chain[-1].issuer.rfc4514_string()
            raise Invalid("evidence.stamp_chain", issuer=issuer)
        chain.append(above[0])
    return chain


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Tell whether an authority that may certify others certified this one."""
    try:
        constraints = issuer.extensions.get_extension_for_class(BasicConstraints).value
        certificate.verify_directly_issued_by(issuer)
    except (ExtensionNotFound, InvalidSignature, TypeError, ValueError):
        return False
    return constraints.ca


def _check_valid(certificate: Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Invalid(
            "evidence.stamp_expired",
            subject=certificate.subject.rfc4514_string(),
            at=at,
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
        )


def _check_signature(
    answer: TimeStampResponse, digest: bytes, chain: Sequence[Certificate]
) -> None:
    """Let rfc3161-client verify, with nothing but the chain that was found."""
    builder = VerifierBuilder(
        tsa_certificate=chain[0], intermediates=list(chain[1:-1]), roots=[chain[-1]]
    )
    try:
        builder.build().verify(answer, digest)
    except VerificationError as error:
        raise Invalid("evidence.stamp_signature", reason=str(error)) from error
    except BaseException as error:
        # It panics where OpenSSL cannot read what was read before, such as a name in a root.
        if type(error).__name__ != "PanicException":
            raise
        raise Invalid("evidence.stamp_malformed") from error
