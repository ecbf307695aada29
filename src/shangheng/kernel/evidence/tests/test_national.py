# SPDX-License-Identifier: Apache-2.0
"""SM2 and SM3 against the vectors of OpenSSL, against openssl itself, and in the log."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from gmalg.base import Hash
from gmalg.sm2 import SM2Core, bytes_to_point
from gmalg.sm2 import _ecdlp as curve

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import (
    actions,
    bundles,
    keys,
    log,
    national,
    notes,
    queries,
    standalone,
)
from shangheng.kernel.evidence.bundles import Bundle, packed, verify_bundle
from shangheng.kernel.evidence.entries import canonical
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.tests.logs import AT, COVER, failed, now, opened, seal

VECTORS = Path(__file__).resolve().parents[5].parent / "shared/data/transparency/sm2_sm3"
given = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the vectors are not beside the repository"
)
has_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
SEED = bytes(range(1, 33))


@given
def test_sm3_gives_the_published_digests() -> None:
    text = (VECTORS / "evpmd_sm3.txt").read_text(encoding="utf-8")
    pairs = re.findall(r"Input = (\w+)\nOutput = (\w+)", text)
    assert len(pairs) >= 2
    for data, digest in pairs:
        assert national.sm3(bytes.fromhex(data)).hex() == digest.lower()


class AsGiven(Hash):
    """A digest that is handed through: the vectors give what was signed, not the message."""

    def __init__(self, digest: bytes) -> None:
        self._digest = digest

    def update(self, data: bytes) -> None:
        del data

    def value(self) -> bytes:
        return self._digest

    def reset(self) -> None:
        return

    @classmethod
    def max_msg_length(cls) -> int:
        return 1 << 64

    @classmethod
    def hash_length(cls) -> int:
        return 32


@given
def test_sm2_accepts_the_published_signatures_and_no_other(tmp_path: Path) -> None:
    text = (VECTORS / "evppkey_sm2.txt").read_text(encoding="utf-8")
    point = bytes.fromhex(
        "04393a2ad9e27e43acaaab85a19d3b85591e14406157175addd37bf77ff0caf9ed"
        "37fcf3a8b4f55c038523261fca6636afe6a7afa2a1482a606f5cb3a18b2e2a1e"
    )
    cases = re.findall(
        r"Verify = SM2_key1\nCtrl = digest:SM3\nInput = (\w{64})\nOutput = (\w+)", text
    )
    assert len(cases) >= 2
    for digest, signature in cases:
        r, s = decode_dss_signature(bytes.fromhex(signature))
        core = SM2Core(curve, AsGiven(bytes.fromhex(digest)))
        assert core.verify(b"", r, s, b"", bytes_to_point(point))
        assert not core.verify(b"", r, s ^ 1, b"", bytes_to_point(point))


def openssl(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False)


@has_openssl
def test_openssl_accepts_ours_and_we_accept_openssl_s(tmp_path: Path) -> None:
    public, text, signature = (tmp_path / name for name in ("public.pem", "text", "signature"))
    public.write_bytes(national.pem(national.public_of(SEED)))
    text.write_bytes("检查点\n".encode())
    signature.write_bytes(national.sign(SEED, text.read_bytes()))
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    with_ = ("-in", text, "-sigfile", signature)
    done = openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, *how, *with_)
    assert done.returncode == 0, done.stderr
    private, theirs = tmp_path / "private.pem", tmp_path / "theirs"
    assert openssl("genpkey", "-algorithm", "SM2", "-out", private).returncode == 0
    assert (
        openssl(
            "pkeyutl", "-sign", "-inkey", private, *how, "-in", text, "-out", theirs
        ).returncode
        == 0
    )
    der = openssl("pkey", "-in", private, "-pubout", "-outform", "DER").stdout
    assert national.verifies(der[-65:], text.read_bytes(), theirs.read_bytes())
    assert not national.verifies(der[-65:], text.read_bytes() + b"x", theirs.read_bytes())


def test_malformed_keys_and_signatures_are_refused() -> None:
    point, message = national.public_of(SEED), b"message"
    good = national.sign(SEED, message)
    assert national.verifies(point, message, good)
    for wrong in (b"", good[:-1], good + b"\0", b"\x30\x06\x02\x01\x00\x02\x01\x00", bytes(72)):
        assert not national.verifies(point, message, wrong)
    for off in (
        b"",
        b"\0",
        point[:-1],
        spoilt(point),
        b"\x02" + point[1:33],
        b"\4" + bytes(64),
    ):
        assert not national.verifies(off, message, good)
        with pytest.raises(Invalid):
            keys.VerifierKey("x/log", Kind.SM2, keys.SM2_NAME + off)
    for seed in (bytes(32), b"\xff" * 32, b"1"):
        with pytest.raises(Invalid):
            SignerKey("x/log", Kind.SM2, seed)
    with pytest.raises(Invalid):
        keys.VerifierKey("x/log", Kind.SM2, point)
    assert national.new_seed() != national.new_seed()


def test_a_note_holds_both_signatures_and_either_one_opens_it() -> None:
    one, two = SignerKey("x/log", Kind.ED25519, SEED), SignerKey("x/log", Kind.SM2, SEED)
    assert keys.parse_signer(two.text) == two
    assert keys.parse_verifier(str(two.verifier)) == two.verifier
    note = notes.countersign(notes.sign("x/log\n", one), two)
    for trusted in ([one.verifier], [two.verifier], [one.verifier, two.verifier]):
        assert len(notes.open_note(note, trusted).signatures) == len(trusted)
    with pytest.raises(Invalid, match=r"evidence\.note_signature_wrong"):
        notes.open_note(
            note.replace("x/log\n", "x/lox\n", 1).replace("x/lox\n\n", "x/lox\n\n"), [two.verifier]
        )


@pytest.mark.django_db
def test_the_log_and_its_bundles_are_signed_with_sm2_too(tmp_path: Path) -> None:
    plain = opened(tmp_path)
    actions.add_sm2(plain, at=AT)
    a_log = log.opened(tmp_path, durable=False, with_sm2=True)
    actions.add_sm2(a_log, at=AT)
    assert (plain.sm2, [each.kind for each in a_log.signers]) == (None, [Kind.ED25519, Kind.SM2])
    assert a_log.sm2 is not None
    seal(1)
    integrate(a_log, now=now)
    published = a_log.published()
    assert published is not None
    assert {each.kind for each in published[1].by_log} == {Kind.ED25519, Kind.SM2}
    text, signature = a_log.store.read("keys"), a_log.store.read("keys.sm2")
    assert national.verifies(a_log.sm2.verifier.point, text, signature)
    evidence: dict[str, Any] = queries.proof_of(a_log, queries.leaf(1))
    content = canonical({"number": 1, "secret": "value 1"})
    data = bundles.write(Bundle(content, evidence, COVER, sm2=a_log.sm2))
    verdicts = verify_bundle(data, a_log.public)
    assert failed(verdicts) == {}
    assert "national" in {each.item for each in verdicts}
    files, _ = bundles.read(data)
    told = {name: said for name, ok, said in standalone.verdicts(files) if ok}
    assert told["digests"].endswith(standalone.UNCHECKED)
    assert told["signature"] == "+".join(str(a_log.signers[0].verifier).split("+")[:2])
    manifest = files["manifest.json"]
    sm3 = json.loads(manifest)["sm3"]["content.json"].encode()
    wrong = {**files, "manifest.json": manifest.replace(sm3, sm3[::-1])}
    assert not {name: ok for name, ok, _ in standalone.verdicts(wrong)}["digests"]
    for change in ({"manifest.sm2": spoilt(files["manifest.sm2"])}, {"salt": b"00" * 16}):
        assert "national" in failed(verify_bundle(packed({**files, **change}), a_log.public))
    actions.retire(a_log, a_log.sm2.verifier.key_id.hex(), at=AT)
    assert log.opened(tmp_path, with_sm2=True).sm2 is None
    with pytest.raises(Invalid):
        actions.retire(plain, plain.signers[0].verifier.key_id.hex(), at=AT)
