# SPDX-License-Identifier: Apache-2.0
import json
import random
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import notes
from shangheng.kernel.evidence.keys import (
    KEY_ID_BYTES,
    Kind,
    SignerKey,
    VerifierKey,
    parse_signer,
    parse_verifier,
    signed_at,
)

TRANSPARENCY = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency"
VECTORS = TRANSPARENCY / "signed_note_vectors.json"
LOG = SignerKey("example.com/日志", Kind.ED25519, bytes(range(32)))
WITNESS = SignerKey("witness.example.com/w1", Kind.COSIGNATURE, bytes(range(1, 33)))
MODERN = SignerKey("witness.example.com/w2", Kind.ML_DSA_44, bytes(range(2, 34)))
BODY = "example.com/日志\n1\n" + b64encode(bytes(32)).decode() + "\n"
SIGNED = notes.sign(BODY, LOG)


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip("the shared signed-note vectors are not beside the repository")
    loaded: dict[str, Any] = json.loads(VECTORS.read_text())
    return loaded


def test_published_notes_open_or_are_refused_as_published(vectors: dict[str, Any]) -> None:
    for case in vectors["signed_note_open"]:
        if not case["ok"]:
            with pytest.raises(Invalid):
                notes.open_note(case["note"], case["vkeys"])
            continue
        note = notes.open_note(case["note"], case["vkeys"])
        assert [each.name for each in note.signatures] == case["verified"], case["name"]
        assert [each.name for each in note.unverified] == case["unverified"], case["name"]
        assert str(note) == case["note"]


def test_the_published_text_gets_the_published_signature(vectors: dict[str, Any]) -> None:
    case = vectors["sign"]
    assert notes.sign(case["text"], case["skey"]) == case["want"]
    assert parse_signer(case["skey"]).text == case["skey"]


def test_published_bad_keys_are_refused(vectors: dict[str, Any]) -> None:
    for vkey in vectors["bad_vkeys"]:
        with pytest.raises(Invalid):
            parse_verifier(vkey)


def test_published_good_keys_are_read_and_written_back(vectors: dict[str, Any]) -> None:
    cases = vectors["signed_note_open"]
    for vkey in [vectors["tessera_testdata_vkey"], *(k for case in cases for k in case["vkeys"])]:
        assert str(parse_verifier(vkey)) == vkey


def test_published_checkpoints_of_certificate_logs_verify(vectors: dict[str, Any]) -> None:
    good, borked = vectors["rfc6962_checkpoint"]
    (signature,) = notes.open_note(good["note"], [good["vkey"]]).signatures
    assert signature.kind is Kind.TREE_HEAD
    assert signature.at == int.from_bytes(signature.body[:8], "big")
    with pytest.raises(Invalid, match=r"evidence\.note_signature_wrong"):
        notes.open_note(borked["note"], [borked["vkey"]])


def test_a_published_tree_head_verifies_as_a_checkpoint(vectors: dict[str, Any]) -> None:
    for case in vectors["rfc6962_sth"]:
        sth, key = case["sth"], parse_verifier(case["vkey"])
        body = sth["timestamp"].to_bytes(8, "big") + b64decode(sth["tree_head_signature"])
        text = f"{key.name}\n{sth['tree_size']}\n{sth['sha256_root_hash']}\n"
        assert key.verifies(text, body)
        assert not key.verifies(text.replace("12", "13"), body)
        assert not key.verifies(text + "extension\n", body)


def test_the_published_cosignature_states_its_time(vectors: dict[str, Any]) -> None:
    for case in vectors["cosignature_v1_timestamp"]:
        body = b64decode(case["sig_base64"])[KEY_ID_BYTES:]
        assert not case["ok"] or signed_at(body) == case["unix_time"]
        assert not WITNESS.verifier.verifies(BODY, body)


def test_the_example_of_the_specification_verifies() -> None:
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    note = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi"
        "2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert notes.open_note(note, vkey).text == "This is an example message.\n"
    assert notes.open_note(note.encode(), [parse_verifier(vkey)]).unverified == ()


def test_a_note_of_two_keys_opens_with_either() -> None:
    rotated = SignerKey(LOG.name, Kind.ED25519, bytes(32))
    note = notes.countersign(SIGNED, rotated.text)
    for key in (LOG, rotated):
        opened = notes.open_note(note, [key.verifier])
        assert opened.text == BODY
        assert len(opened.unverified) == 1


@pytest.mark.parametrize("witness", [WITNESS, MODERN])
def test_a_witness_states_when_it_signed(witness: SignerKey) -> None:
    note = notes.countersign(SIGNED, witness, at=1_679_315_147)
    opened = notes.open_note(note, [LOG.verifier, str(witness.verifier)])
    log, cosignature = opened.signatures
    assert (log.at, cosignature.at, cosignature.kind) == (None, 1_679_315_147, witness.kind)
    moved = cosignature.body[:7] + b"\0" + cosignature.body[8:]
    assert not witness.verifier.verifies(BODY, moved)
    assert not witness.verifier.verifies(BODY.replace("\n1\n", "\n2\n"), cosignature.body)
    assert not witness.verifier.verifies("not a checkpoint\n", cosignature.body)


def test_an_ed25519_cosignature_signs_the_message_of_the_specification() -> None:
    body = WITNESS.sign(BODY, at=7)
    plain = SignerKey(WITNESS.name, Kind.ED25519, WITNESS.seed)
    assert body == (7).to_bytes(8, "big") + plain.sign(f"cosignature/v1\ntime 7\n{BODY}")


@pytest.mark.parametrize("at", [None, -1, 2**63])
def test_a_cosignature_needs_a_time(at: int | None) -> None:
    with pytest.raises(Invalid, match=r"evidence\.cosignature_time"):
        notes.countersign(SIGNED, WITNESS, at=at)


def test_a_cosignature_is_only_for_checkpoints() -> None:
    for witness in (WITNESS, MODERN):
        with pytest.raises(Invalid, match=r"evidence\.checkpoint_"):
            witness.sign("hello\n", at=1)
    with pytest.raises(Invalid, match=r"evidence\.checkpoint_not_cosignable"):
        MODERN.sign(f"{'x' * 256}\n1\n{b64encode(bytes(32)).decode()}\n", at=1)


LINE = SIGNED.split("\n")[-2]
MALFORMED: dict[str, list[str | bytes]] = {
    "evidence.note_unsigned": [BODY, BODY + "\n", "", "\n", SIGNED[:-1], "\n" + LINE + "\n"],
    "evidence.note_control_character": ["\t" + SIGNED, SIGNED.replace("\n1\n", "\n1\r\n")],
    "evidence.note_not_utf8": [b"\xff" + SIGNED.encode(), "\ud800" + SIGNED],
    "evidence.note_length": [b"x" * 1_000_001],
    "evidence.note_signature_line": [
        SIGNED + "unexpected\n",
        f"{BODY}\n- {LINE[2:]}\n",
        f"{BODY}\n{LINE} \n",
        f"{BODY}\n{LINE[:-3]}\n",
        f"{BODY}\n— name AAAAAA==\n",
        f"{BODY}\n— name\n",
        f"{BODY}\n— name AAAA_AAA\n",
        f"{BODY}\n— name AAAAAAB=\n",  # the same bytes spelled in a second way
    ],
    "evidence.key_name": [f"{BODY}\n—  AAAAAAAA\n", f"{BODY}\n— a+b AAAAAAAA\n",
                          f"{BODY}\n— a\u3000b AAAAAAAA\n"],
    "evidence.note_signatures": [SIGNED + (LINE + "\n") * 100],
    "evidence.note_untrusted": [f"{BODY}\n— stranger AAAAAAAA\n"],
}  # fmt: skip


@pytest.mark.parametrize(("code", "note"), [(c, n) for c, all_ in MALFORMED.items() for n in all_])
def test_a_malformed_note_is_refused_with_its_reason(code: str, note: str | bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        notes.open_note(note, [LOG.verifier])
    assert refusal.value.code == code


def test_a_key_of_the_same_name_or_of_the_same_id_is_unknown() -> None:
    stranger = SignerKey("stranger", Kind.ED25519, LOG.seed)
    disguised = LINE.replace(LOG.name, "stranger")
    opened = notes.open_note(SIGNED + disguised + "\n", [LOG.verifier, stranger.verifier])
    assert [each.name for each in opened.unverified] == ["stranger"]


@pytest.mark.parametrize("text", ["", "no newline at the end"])
def test_a_text_without_a_last_newline_is_not_signed(text: str) -> None:
    with pytest.raises(Invalid, match=r"evidence\.note_unfinished"):
        notes.sign(text, LOG)


@settings(max_examples=200)
@given(st.randoms(use_true_random=False))
def test_no_changed_byte_of_a_note_goes_unseen(rng: random.Random) -> None:
    raw = bytearray(SIGNED.encode())
    at = rng.randrange(len(raw))
    raw[at] ^= rng.randrange(1, 256)
    with pytest.raises(Invalid):
        notes.open_note(bytes(raw), [LOG.verifier])


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_anything_else_is_refused_and_nothing_else_raised(note: str | bytes) -> None:
    with pytest.raises(Invalid):
        notes.open_note(note, [LOG.verifier])


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_any_text_can_be_signed_and_opened(text: str) -> None:
    note = notes.sign(text + "\n\n", LOG)
    assert notes.open_note(note, [LOG.verifier]).text == text + "\n\n"


VKEY = str(LOG.verifier)
BAD_KEYS = {
    "evidence.key_malformed": ["", "name", "name+01020304", VKEY + "=", VKEY[:-1]],
    "evidence.key_id": [
        VKEY.replace("日志", "日记"),
        VKEY.replace(LOG.verifier.key_id.hex(), "1"),
    ],
    "evidence.key_kind": ["name+01020304+ZQ==", "name+01020304+"],
    "evidence.key_length": ["name+01020304+AQEB"],
    "evidence.key_name": ["+01020304" + VKEY[VKEY.index("+", VKEY.index("+") + 1) :], "a " + VKEY],
}


@pytest.mark.parametrize(("code", "key"), [(c, k) for c, all_ in BAD_KEYS.items() for k in all_])
def test_a_malformed_key_is_refused_with_its_reason(code: str, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_verifier(key)
    assert refusal.value.code == code


def test_a_tree_head_key_must_be_a_p256_key() -> None:
    with pytest.raises(Invalid, match=r"evidence\.key_malformed"):
        VerifierKey("ct.example", Kind.TREE_HEAD, b"not a key")
    ed25519_spki = bytes.fromhex("302a300506032b6570032100") + LOG.verifier.material
    with pytest.raises(Invalid, match=r"evidence\.key_kind"):
        VerifierKey("ct.example", Kind.TREE_HEAD, ed25519_spki)


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=60), st.text("+/=AQa0\ud800", max_size=60)))
def test_any_other_key_is_refused_and_nothing_else_raised(key: str) -> None:
    for parse in (parse_verifier, parse_signer):
        with pytest.raises(Invalid):
            parse(key)
        with pytest.raises(Invalid):
            parse(f"PRIVATE+KEY+{key}")


P256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
SPKI = P256.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
CT_LOG = VerifierKey(LOG.name, Kind.TREE_HEAD, SPKI)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=90), st.binary(max_size=9).map(lambda b: b + bytes(70_000))))
def test_any_other_signature_is_false_and_nothing_raised(signature: bytes) -> None:
    for key in (LOG.verifier, WITNESS.verifier, MODERN.verifier, CT_LOG):
        for text in (BODY, "hello\n", "\ud800"):
            assert not key.verifies(text, signature)


def test_a_refused_private_key_is_not_repeated() -> None:
    secret = b64encode(b"\x01" + LOG.seed).decode()
    for key in (LOG.text[1:], LOG.text[:-1], LOG.text.replace("日志", "日记")):
        with pytest.raises(Invalid) as refusal:
            parse_signer(key)
        assert secret[:20] not in str(refusal.value)
    assert secret not in repr(LOG)
    assert parse_signer(LOG.text) == LOG


def test_a_seed_of_another_length_is_no_key() -> None:
    with pytest.raises(Invalid, match=r"evidence\.key_not_signing"):
        SignerKey("name", Kind.ED25519, b"short")
    with pytest.raises(Invalid, match=r"evidence\.key_not_signing"):
        SignerKey("name", Kind.TREE_HEAD, bytes(32))
