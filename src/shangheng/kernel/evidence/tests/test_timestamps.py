# SPDX-License-Identifier: Apache-2.0
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from cryptography.hazmat.asn1 import decode_der, encode_der
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ObjectIdentifier

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import timestamp_forms as forms
from shangheng.kernel.evidence import timestamps

SHARED = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency" / "rfc3161"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2036, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 21, 16, 30, 5, 999_999, tzinfo=timezone(timedelta(hours=8)))
ROOT = timestamps.make_root("商衡时间戳根", valid_from=BEGIN, valid_until=END)
TSA = timestamps.make_authority("商衡时间戳", ROOT, valid_from=BEGIN, valid_until=END)
DATA = b"a checkpoint\n"


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def written(folder: Path, response: bytes) -> tuple[Path, Path, Path]:
    data, token, root = folder / "data", folder / "response.tsr", folder / "root.pem"
    data.write_bytes(DATA)
    token.write_bytes(response)
    root.write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    return data, token, root


def test_openssl_accepts_a_stamp(tmp_path: Path) -> None:
    response = timestamps.stamp(sha256(DATA).digest(), TSA, at=AT, serial=7)
    data, token, root = written(tmp_path, response)
    done = openssl("ts", "-verify", "-in", token, "-data", data, "-CAfile", root)
    assert "Verification: OK" in done.stdout + done.stderr
    text = openssl("ts", "-reply", "-in", token, "-text").stdout
    assert "Time stamp: Nov 21 08:30:05 2026 GMT" in text
    assert "Serial number: 0x07" in text
    assert "商衡时间戳".encode().hex()[:6].upper() in text.replace("\\x", "")


def test_openssl_refuses_a_stamp_of_other_data(tmp_path: Path) -> None:
    response = timestamps.stamp(sha256(b"other").digest(), TSA, at=AT, serial=7)
    data, token, root = written(tmp_path, response)
    done = openssl("ts", "-verify", "-in", token, "-data", data, "-CAfile", root)
    assert done.returncode != 0


@pytest.mark.parametrize("options", [["-sha256", "-cert"], ["-sha512", "-cert"],
                                     ["-sha384", "-no_nonce", "-cert"]])  # fmt: skip
def test_openssl_accepts_the_answer_to_its_own_question(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "data").write_bytes(DATA)
    query = tmp_path / "request.tsq"
    openssl("ts", "-query", "-data", tmp_path / "data", *options, "-out", query)
    response = timestamps.respond(query.read_bytes(), TSA, at=AT, serial=2**159)
    _, token, root = written(tmp_path, response)
    done = openssl("ts", "-verify", "-in", token, "-queryfile", query, "-CAfile", root)
    assert "Verification: OK" in done.stdout + done.stderr


def test_openssl_accepts_a_token_without_certificate_if_it_is_given_one(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    query, tsa = tmp_path / "request.tsq", tmp_path / "tsa.pem"
    openssl("ts", "-query", "-data", tmp_path / "data", "-sha256", "-out", query)
    _, token, root = written(
        tmp_path, timestamps.respond(query.read_bytes(), TSA, at=AT, serial=9)
    )
    tsa.write_bytes(TSA.certificate.public_bytes(Encoding.PEM))
    verify = ("ts", "-verify", "-in", token, "-queryfile", query, "-CAfile", root)
    assert openssl(*verify).returncode != 0
    assert "Verification: OK" in openssl(*verify, "-untrusted", tsa).stdout


def test_requests_of_other_tools_are_answered() -> None:
    queries = sorted([*SHARED.glob("*/*.tsq"), *SHARED.glob("*/*request.der")])
    if not queries:
        pytest.skip("the shared RFC 3161 requests are not beside the repository")
    for query in queries:
        asked = decode_der(forms.Request, query.read_bytes())
        response = decode_der(
            forms.Response, timestamps.respond(query.read_bytes(), TSA, at=AT, serial=1)
        )
        assert response.token is not None
        info = decode_der(forms.Info, response.token.signed.content.data)
        assert (info.nonce, info.imprint.digest) == (asked.nonce, asked.imprint.digest)
        assert (response.token.signed.certificates is not None) == asked.wants_certificate


def test_a_request_is_read_by_openssl(tmp_path: Path) -> None:
    query = tmp_path / "request.tsq"
    query.write_bytes(timestamps.request(sha256(DATA).digest(), nonce=12345))
    text = openssl("ts", "-query", "-in", query, "-text").stdout
    assert "Nonce: 0x3039" in text
    assert "Certificate required: yes" in text


def asked(**changes: object) -> bytes:
    digest = changes.pop("digest", sha256(DATA).digest())
    algorithm = forms.Algorithm(
        algorithm=changes.pop("algorithm", forms.SHA256),  # type: ignore[arg-type]
        parameters=None,
    )
    fields: dict[str, object] = {
        "version": 1, "imprint": forms.Imprint(algorithm=algorithm, digest=digest),  # type: ignore[arg-type]
        "policy": None, "nonce": None, "wants_certificate": True, "extensions": None, **changes,
    }  # fmt: skip
    return encode_der(forms.Request(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(("query", "bit", "text"), [
    (b"", 5, "not a DER"),
    (b"\x30\x80\x00\x00", 5, "not a DER"),
    (asked(version=2), 2, "version"),
    (asked(algorithm=ObjectIdentifier("1.3.14.3.2.26"), digest=bytes(20)), 0, "SHA-256"),
    (asked(digest=sha512(DATA).digest()), 5, "length"),
    (asked(policy=ObjectIdentifier("1.2.3")), 15, "policy"),
])  # fmt: skip
def test_a_bad_request_is_rejected_with_its_reason(query: bytes, bit: int, text: str) -> None:
    response = decode_der(forms.Response, timestamps.respond(query, TSA, at=AT, serial=1))
    assert response.token is None
    assert response.status.status == 2
    assert response.status.failure is not None
    octets = response.status.failure.as_bytes()
    assert int.from_bytes(octets, "big") >> response.status.failure.padding_bits() == 1
    assert len(octets) * 8 - response.status.failure.padding_bits() == bit + 1
    assert text in str(response.status.text)


def test_openssl_reads_a_rejection(tmp_path: Path) -> None:
    token = tmp_path / "response.tsr"
    token.write_bytes(timestamps.respond(b"", TSA, at=AT, serial=1))
    text = openssl("ts", "-reply", "-in", token, "-text").stdout
    assert "Status: Rejected." in text
    assert "the data submitted has the wrong format" in text


@pytest.mark.parametrize("password", [None, b"correct horse"])
def test_an_authority_is_written_and_read_back(password: bytes | None) -> None:
    pem = timestamps.encode_issuer(TSA, password)
    read = timestamps.parse_issuer(pem, password)
    assert read.certificate == TSA.certificate
    assert read.key.private_numbers() == TSA.key.private_numbers()


def test_a_key_that_is_not_the_certificate_s_is_refused() -> None:
    certificate = TSA.certificate.public_bytes(Encoding.PEM)
    swapped = certificate + timestamps.encode_issuer(ROOT)[-300:].partition(b"-----BEGIN")[1]
    foreign = timestamps.encode_issuer(timestamps.Issuer(TSA.certificate, ROOT.key))
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    locked = timestamps.encode_issuer(TSA, b"secret")
    for pem in (b"", certificate, swapped, foreign, certificate + other, locked):
        with pytest.raises(Invalid, match=r"evidence\.stamp_issuer"):
            timestamps.parse_issuer(pem)


def test_only_a_sha256_digest_is_stamped() -> None:
    with pytest.raises(Invalid, match=r"evidence\.hash_length"):
        timestamps.stamp(b"short", TSA, at=AT, serial=1)
