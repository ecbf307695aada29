# SPDX-License-Identifier: Apache-2.0
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import checkpoints, merkle, notes, proofs
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.evidence.proofs import TlogProof, Trust

LOG = SignerKey("log.example.cn/江苏", Kind.ED25519, bytes(range(32)))
WITNESSES = [
    SignerKey("w1.example", Kind.COSIGNATURE, bytes(range(1, 33))),
    SignerKey("w2.example", Kind.ML_DSA_44, bytes(range(2, 34))),
]
LEAVES = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(20)]
CHECKPOINT = Checkpoint(LOG.name, len(LEAVES), merkle.root(LEAVES))
NOTE = notes.sign(checkpoints.encode(CHECKPOINT), LOG)
for _witness in WITNESSES:
    NOTE = notes.countersign(NOTE, _witness, at=1_700_000_000)
PROOF = TlogProof(7, tuple(merkle.inclusion_proof(7, LEAVES)), NOTE, b"extra data")
TRUST = Trust(LOG.name, [LOG.verifier], [w.verifier for w in WITNESSES], witnesses_min=2)
TEXT = proofs.encode(PROOF)


def test_a_proof_is_read_back_and_verifies() -> None:
    assert proofs.parse(TEXT) == PROOF
    signed = proofs.verify(PROOF, LEAVES[7], TRUST)
    assert proofs.verify(TEXT, LEAVES[7], TRUST) == signed
    assert signed.checkpoint == CHECKPOINT
    assert [each.name for each in signed.by_log] == [LOG.name]
    assert [each.name for each in signed.by_witnesses] == ["w1.example", "w2.example"]


def test_the_text_is_that_of_the_specification() -> None:
    bare = TlogProof(0, (), notes.sign(checkpoints.encode(CHECKPOINT), LOG))
    assert proofs.encode(bare) == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{bare.checkpoint}"
    assert TEXT.startswith("c2sp.org/tlog-proof@v1\nextra ZXh0cmEgZGF0YQ==\nindex 7\n")


def test_another_leaf_is_not_proved() -> None:
    with pytest.raises(Invalid, match=r"evidence\.proof_wrong"):
        proofs.verify(TEXT, LEAVES[8], TRUST)


def refused(proof: str, trust: Trust) -> str:
    with pytest.raises(Invalid) as refusal:
        proofs.verify(proof, LEAVES[7], trust)
    return refusal.value.code


def test_trust_decides_which_log_and_which_witnesses_count() -> None:
    log, both = [LOG.verifier], [w.verifier for w in WITNESSES]
    assert refused(TEXT, Trust("other", log)) == "evidence.checkpoint_origin"
    assert refused(TEXT, Trust(LOG.name, [])) == "evidence.note_untrusted"
    assert refused(TEXT, Trust(LOG.name, [], both)) == "evidence.checkpoint_unsigned"
    assert refused(TEXT, Trust(LOG.name, log, both, 3)) == "evidence.checkpoint_witnesses"
    assert refused(TEXT, Trust(LOG.name, log, both[:1], 2)) == "evidence.checkpoint_witnesses"


def test_a_witness_that_signs_twice_counts_once() -> None:
    again = notes.countersign(NOTE, WITNESSES[0], at=1_700_000_001)
    trust = Trust(LOG.name, [str(LOG.verifier)], [WITNESSES[0].verifier], witnesses_min=2)
    with pytest.raises(Invalid, match=r"evidence\.checkpoint_witnesses"):
        proofs.open_checkpoint(again, trust)


def test_a_plain_signature_is_no_cosignature() -> None:
    friend = SignerKey("friend.example", Kind.ED25519, bytes(32))
    note = notes.countersign(NOTE, friend)
    trust = Trust(LOG.name, [LOG.verifier], [friend.verifier], witnesses_min=1)
    with pytest.raises(Invalid, match=r"evidence\.checkpoint_witnesses"):
        proofs.open_checkpoint(note, trust)


def test_a_root_that_is_no_sha256_proves_nothing() -> None:
    note = notes.sign(checkpoints.encode(Checkpoint(LOG.name, 1, b"bananas")), LOG)
    with pytest.raises(Invalid, match=r"evidence\.hash_length"):
        proofs.open_checkpoint(note, TRUST)


HEAD = "c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(("text", "code"), [
    ("", "evidence.proof_malformed"),
    ("wrong-header\nindex 0\n\ncheckpoint\n", "evidence.proof_malformed"),
    (HEAD + "index 0\n", "evidence.proof_malformed"),
    (HEAD + "extra !!notbase64!!\nindex 0\n\ncheckpoint\n", "evidence.proof_extra"),
    (HEAD + "extra \nindex 0\n\ncheckpoint\n", "evidence.proof_extra"),
    (HEAD + "\n\ncheckpoint\n", "evidence.proof_index"),
    (HEAD + "index x\n\ncheckpoint\n", "evidence.proof_index"),
    (HEAD + "index -5\n\ncheckpoint\n", "evidence.proof_index"),
    (HEAD + "index 05\n\ncheckpoint\n", "evidence.proof_index"),
    (HEAD + "index 0\n!!notbase64!!\n\ncheckpoint\n", "evidence.proof_path"),
    (HEAD + f"index 0\n{'A' * 88}\n\ncheckpoint\n", "evidence.hash_length"),
    (HEAD + "index 0\n" + f"{'A' * 43}=\n" * 65 + "\ncheckpoint\n", "evidence.proof_path_length"),
    (HEAD + "index 0\n\ncheckpoint\n", "evidence.note_unsigned"),
    ("x" * 1_000_001, "evidence.note_length"),
])  # fmt: skip
def test_a_malformed_proof_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refused(text, TRUST) == code


def test_what_could_not_be_read_back_is_not_written() -> None:
    for index in (-1, 2**64):
        with pytest.raises(Invalid, match=r"evidence\.proof_index"):
            proofs.encode(TlogProof(index, (), NOTE))
    with pytest.raises(Invalid):
        proofs.encode(TlogProof(0, (b"short",), NOTE))


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_no_changed_character_of_a_proof_goes_unseen(rng: random.Random) -> None:
    bare = proofs.encode(TlogProof(PROOF.index, PROOF.path, NOTE))
    at = rng.randrange(len(bare))
    changed = bare[:at] + chr(ord(bare[at]) ^ rng.randrange(1, 128)) + bare[at + 1 :]
    with pytest.raises(Invalid):
        proofs.verify(changed, LEAVES[7], TRUST)


def test_a_note_without_signatures_says_nothing() -> None:
    with pytest.raises(Invalid, match=r"evidence\.note_unsigned"):
        proofs.checkpoint_of("origin\n1\n")
