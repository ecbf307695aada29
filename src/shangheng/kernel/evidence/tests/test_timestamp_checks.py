# SPDX-License-Identifier: Apache-2.0
import random
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from cryptography.hazmat.asn1 import TLV, SetOf, decode_der, encode_der
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import (
    Certificate,
    CertificateBuilder,
    ExtendedKeyUsage,
    ObjectIdentifier,
    load_der_x509_certificate,
    load_pem_x509_certificates,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3161_client import decode_timestamp_response

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import timestamp_checks, timestamps
from shangheng.kernel.evidence import timestamp_forms as forms
from shangheng.kernel.evidence.timestamp_checks import StampTrust
from shangheng.kernel.evidence.timestamps import Issuer

SHARED = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency" / "rfc3161"
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 21, 8, 30, 5, tzinfo=UTC)
ROOT = timestamps.make_root("根", valid_from=BEGIN, valid_until=END)
TSA = timestamps.make_authority("时间戳", ROOT, valid_from=BEGIN, valid_until=END)
STRANGER = timestamps.make_root("别人", valid_from=BEGIN, valid_until=END)
DIGEST = sha256(b"a checkpoint\n").digest()
TRUST = StampTrust([ROOT.certificate])
GOOD = timestamps.stamp(DIGEST, TSA, at=AT, serial=7)


def refused(response: bytes, trust: StampTrust = TRUST, nonce: int | None = None) -> str:
    with pytest.raises(Invalid) as refusal:
        timestamp_checks.check(response, DIGEST, trust, nonce=nonce)
    return refusal.value.code


def test_a_stamp_of_the_embedded_authority_holds() -> None:
    trust = StampTrust([ROOT.certificate], policy=timestamps.POLICY)
    stamp = timestamp_checks.check(GOOD, DIGEST, trust)
    assert (stamp.at, stamp.serial, stamp.certificate) == (AT, 7, TSA.certificate)
    assert timestamp_checks.hash_name(GOOD) == "sha256"


def test_a_response_must_be_to_the_request() -> None:
    answer = timestamps.respond(timestamps.request(DIGEST, nonce=5), TSA, at=AT, serial=1)
    assert timestamp_checks.check(answer, DIGEST, TRUST, nonce=5).serial == 1
    assert refused(answer, nonce=6) == "evidence.stamp_nonce"
    assert refused(GOOD, nonce=6) == "evidence.stamp_nonce"
    other = StampTrust([ROOT.certificate], policy=ObjectIdentifier("1.2.3"))
    assert refused(GOOD, other) == "evidence.stamp_policy"
    stamp_of_other = timestamps.stamp(sha256(b"other").digest(), TSA, at=AT, serial=1)
    assert refused(stamp_of_other) == "evidence.stamp_other_digest"
    assert refused(timestamps.respond(b"", TSA, at=AT, serial=1)) == "evidence.stamp_not_granted"


def test_the_root_must_be_trusted() -> None:
    assert refused(GOOD, StampTrust([STRANGER.certificate])) == "evidence.stamp_chain"
    assert refused(GOOD, StampTrust([])) == "evidence.stamp_chain"
    namesake = timestamps.make_root("根", valid_from=BEGIN, valid_until=END)
    assert refused(GOOD, StampTrust([namesake.certificate])) == "evidence.stamp_chain"


@pytest.mark.parametrize("at", [datetime(2025, 12, 31, tzinfo=UTC),
                                datetime(2036, 1, 1, 0, 0, 1, tzinfo=UTC)])  # fmt: skip
def test_the_certificate_must_have_been_valid_at_the_time(at: datetime) -> None:
    stamp = timestamps.stamp(DIGEST, TSA, at=at, serial=1)
    assert refused(stamp) == "evidence.stamp_expired"


def rebuilt(change: Callable[[forms.SignedData], dict[str, object]]) -> bytes:
    """Return the good stamp with parts of its signed data exchanged, the signature kept."""
    response = decode_der(forms.Response, GOOD)
    assert response.token is not None
    old = response.token.signed
    names = ("version", "digest_algorithms", "content", "certificates", "revocations", "signers")
    fields = {name: getattr(old, name) for name in names} | change(old)
    token = forms.Token(kind=forms.SIGNED_DATA, signed=forms.SignedData(**fields))
    return encode_der(forms.Response(status=response.status, token=token))


def ordered(*certificates: Certificate) -> SetOf[Certificate]:
    return SetOf(list(certificates))


def test_injected_certificates_are_refused() -> None:
    beside = rebuilt(lambda _: {"certificates": ordered(TSA.certificate, STRANGER.certificate)})
    assert refused(beside) == "evidence.stamp_certificate_injected"
    twin = twin_of(TSA.certificate)
    instead = rebuilt(lambda _: {"certificates": ordered(twin)})
    assert refused(instead) == "evidence.stamp_certificate_injected"
    none = rebuilt(lambda _: {"certificates": None})
    assert refused(none) == "evidence.stamp_certificate_missing"
    given_one = StampTrust([ROOT.certificate], [TSA.certificate])
    assert timestamp_checks.check(none, DIGEST, given_one).serial == 7


def twin_of(certificate: Certificate) -> Certificate:
    """Return another certificate with the same issuer and serial number."""
    builder = CertificateBuilder().subject_name(certificate.subject)
    builder = builder.issuer_name(certificate.issuer).serial_number(certificate.serial_number)
    builder = builder.not_valid_before(BEGIN).not_valid_after(END)
    builder = builder.public_key(STRANGER.key.public_key())
    for extension in certificate.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(STRANGER.key, SHA256())


def test_there_must_be_one_signer() -> None:
    none = rebuilt(lambda _: {"signers": SetOf([])})
    twice = rebuilt(lambda old: {"signers": SetOf(old.signers.as_list() * 2)})
    for response in (none, twice):
        assert refused(response) in ("evidence.stamp_signers", "evidence.stamp_malformed")


@pytest.mark.parametrize(("purposes", "critical"), [
    ([ExtendedKeyUsageOID.CODE_SIGNING], True),
    ([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING], True),
    ([ExtendedKeyUsageOID.TIME_STAMPING], False),
    ([], True),
])  # fmt: skip
def test_the_certificate_must_be_for_time_stamping_only(
    purposes: list[ObjectIdentifier],
    critical: bool,  # noqa: FBT001
) -> None:
    builder = CertificateBuilder().subject_name(TSA.certificate.subject)
    builder = builder.issuer_name(ROOT.certificate.subject).serial_number(1)
    builder = builder.not_valid_before(BEGIN).not_valid_after(END)
    builder = builder.public_key(TSA.key.public_key())
    if purposes:
        builder = builder.add_extension(ExtendedKeyUsage(purposes), critical=critical)
    authority = Issuer(builder.sign(ROOT.key, SHA256()), TSA.key)
    stamp = timestamps.stamp(DIGEST, authority, at=AT, serial=1)
    assert refused(stamp) == "evidence.stamp_purpose"


def test_a_hash_that_is_not_known_is_refused() -> None:
    sha1 = forms.Algorithm(algorithm=ObjectIdentifier("1.3.14.3.2.26"), parameters=None)
    identity = forms.CertificateId(algorithm=sha1, digest=bytes(20), issuer=None)
    named = forms.SigningCertificate(certificates=[identity], policies=None)
    attribute = forms.Attribute(
        kind=forms.SIGNING_CERTIFICATE_V2, values=SetOf([decode_der(TLV, encode_der(named))])
    )
    assert refused(signed_with([attribute])) == "evidence.stamp_hash"
    assert refused(signed_with([])) == "evidence.stamp_malformed"
    response = decode_der(forms.Response, GOOD)
    assert response.token is not None
    old = decode_der(forms.Info, response.token.signed.content.data)
    names = ("version", "policy", "serial", "at", "accuracy", "ordering", "nonce", "authority")
    fields = {name: getattr(old, name) for name in names}
    info = forms.Info(
        **fields, imprint=forms.Imprint(algorithm=sha1, digest=bytes(20)), extensions=None
    )
    content = forms.Content(kind=forms.TST_INFO, data=encode_der(info))
    with pytest.raises(Invalid, match=r"evidence\.stamp_hash"):
        timestamp_checks.hash_name(rebuilt(lambda _: {"content": content}))


def signed_with(attributes: list[forms.Attribute]) -> bytes:
    """Return the good stamp with other signed attributes, the signature kept."""

    def change(old: forms.SignedData) -> dict[str, object]:
        (signer,) = old.signers.as_list()
        names = ("version", "certificate", "digest_algorithm", "signature_algorithm", "signature")
        fields = {name: getattr(signer, name) for name in names}
        changed = forms.Signer(**fields, attributes=SetOf(attributes), unsigned=None)
        return {"signers": SetOf([changed])}

    return rebuilt(change)


def test_an_authority_cannot_certify_another() -> None:
    below = timestamps.make_authority("下级", TSA, valid_from=BEGIN, valid_until=END)
    stamp = timestamps.stamp(DIGEST, below, at=AT, serial=1)
    trust = StampTrust([ROOT.certificate], [TSA.certificate])
    assert refused(stamp, trust) == "evidence.stamp_chain"


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_no_changed_byte_of_a_stamp_changes_what_it_says(rng: random.Random) -> None:
    raw = bytearray(GOOD)
    raw[rng.randrange(len(raw))] ^= rng.randrange(1, 256)
    try:
        stamp = timestamp_checks.check(bytes(raw), DIGEST, TRUST)
    except Invalid:
        return
    assert (stamp.at, stamp.serial) == (AT, 7)
    assert stamp.certificate == TSA.certificate


@settings(max_examples=100)
@given(st.binary(max_size=100), st.integers(0, len(GOOD) - 1))
def test_anything_else_is_malformed(data: bytes, cut: int) -> None:
    with pytest.raises(Invalid, match=r"evidence\.stamp_malformed"):
        timestamp_checks.hash_name(data)
    assert refused(data) == "evidence.stamp_malformed"
    assert refused(GOOD[:cut]) == "evidence.stamp_malformed"


def chain_of(folder: str) -> list[Certificate]:
    path = SHARED / folder / "ts_chain.pem"
    if not path.exists():
        pytest.skip("the shared RFC 3161 responses are not beside the repository")
    data = path.read_bytes()
    if not data.startswith(b"-----"):
        return [load_der_x509_certificate(data)]
    return load_pem_x509_certificates(data)


def foreign(folder: str, name: str, digest: bytes) -> timestamp_checks.Stamp:
    chain = chain_of(folder)
    roots = [each for each in chain if each.issuer == each.subject]
    response = (SHARED / folder / name).read_bytes()
    return timestamp_checks.check(response, digest, StampTrust(roots, chain))


def test_stamps_of_other_authorities_hold() -> None:
    chain_of("sigstage")
    for name in ("sha256", "sha384", "sha512"):
        response = (SHARED / "sigstage" / f"response-{name}.tsr").read_bytes()
        assert timestamp_checks.hash_name(response) == name
    stamp = foreign("sigstage", "response-sha256.tsr", sha256(b"hello").digest())
    assert stamp.at == datetime(2025, 5, 9, 11, 58, 55, tzinfo=UTC)
    assert foreign("test_tsa", "response.tsr", sha512(b"hello").digest()).at.year == 2024


def test_a_certificate_may_be_named_by_its_old_hash() -> None:
    chain = chain_of("identrust")
    response = (SHARED / "identrust" / "issue-104.tsr").read_bytes()
    digest = decode_timestamp_response(response).tst_info.message_imprint.message
    assert timestamp_checks.check(response, digest, StampTrust(chain)).at.year == 2025


@pytest.mark.parametrize(("folder", "name", "digest", "code"), [
    ("sigstage", "response-invalid-signature.tsr", sha256(b"hello").digest(),
     "evidence.stamp_signature"),
    ("digitorus", "respRejection.tsr", bytes(32), "evidence.stamp_not_granted"),
    ("digitorus", "respNonce.tsr", bytes(32), "evidence.stamp_malformed"),
])  # fmt: skip
def test_bad_stamps_of_other_authorities_are_refused(
    folder: str, name: str, digest: bytes, code: str
) -> None:
    chain = chain_of("sigstage")
    trust = StampTrust([c for c in chain if c.issuer == c.subject], chain)
    response = (SHARED / folder / name).read_bytes()
    with pytest.raises(Invalid) as refusal:
        timestamp_checks.check(response, digest, trust)
    assert refusal.value.code == code


def test_a_stamp_outlives_the_certificate_it_was_made_with() -> None:
    (signer, _) = chain_of("sigstore.mock")
    payload = (SHARED / "sigstore.mock" / "payload").read_bytes()
    stamp = foreign("sigstore.mock", "response-expired.tsr", sha256(payload).digest())
    assert signer.not_valid_before_utc < stamp.at < signer.not_valid_after_utc
