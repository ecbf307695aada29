# SPDX-License-Identifier: Apache-2.0
import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import batches, merkle
from shangheng.kernel.evidence.folding import fold
from shangheng.kernel.evidence.hashing import record_leaf

SECRET = bytes(range(32))
RECORD_HASHES = [sha256(b"record %d" % n).digest() for n in range(3000)]


def batch(size: int) -> tuple[list[bytes], bytes]:
    salts = batches.salts(SECRET, 0, size)
    each = [salts[at : at + 16] for at in range(0, len(salts), 16)]
    return each, batches.record_leaves(salts, b"".join(RECORD_HASHES[:size]))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 1023, 1024, 1025, 2047, 3000])
def test_a_batch_is_an_rfc_6962_tree_over_salt_and_hash(size: int) -> None:
    salts, leaves = batch(size)
    pairs = zip(salts, RECORD_HASHES[:size], strict=True)
    plain = [merkle.leaf_hash(salt + record_hash) for salt, record_hash in pairs]
    assert leaves == b"".join(plain)
    assert fold(leaves) == merkle.root(plain)


def test_many_leaves_are_the_single_ones() -> None:
    salts, leaves = batch(5)
    assert leaves[64:96] == record_leaf(salts[2], RECORD_HASHES[2])


def test_a_salt_is_found_at_once_and_never_repeats() -> None:
    salts, _ = batch(3000)
    assert len(set(salts)) == 3000
    assert batches.salts(SECRET, 2999, 1) == salts[2999]
    assert batches.salts(bytes(32), 0, 1) != salts[0]


def test_the_root_may_be_computed_in_slices() -> None:
    _, leaves = batch(3000)
    slices = [leaves[at : at + 512 * 32] for at in range(0, len(leaves), 512 * 32)]
    roots = b"".join(fold(one) for one in slices)
    assert fold(roots) == fold(leaves)


@settings(max_examples=100)
@given(st.integers(1, 3000), st.randoms(use_true_random=False))
def test_one_record_is_proved_and_no_other(size: int, rng: random.Random) -> None:
    salts, leaves = batch(size)
    index = rng.randrange(size)
    proof, root = batches.inclusion_proof(index, leaves), fold(leaves)
    salt, record_hash = salts[index], RECORD_HASHES[index]

    def verifies(at: int, salt: bytes, record_hash: bytes) -> bool:
        facts = {"salt": salt, "record_hash": record_hash}
        return batches.verify_record(at, size, **facts, proof=proof, root=root)

    assert verifies(index, salt, record_hash)
    assert not verifies(index + 1, salt, record_hash)
    assert not verifies(index, bytes(16), record_hash)
    assert not verifies(index, salt, bytes(32))
    assert not verifies(index, salt[:-1], salt[-1:] + record_hash[:-1])
    assert not verifies(index, salt + record_hash[:1], record_hash[1:])


def refused(code: str, ask: object, *args: object) -> None:
    assert callable(ask)
    with pytest.raises(Invalid) as refusal:
        ask(*args)
    assert refusal.value.code == code


def test_other_lengths_are_refused() -> None:
    refused("evidence.batch_secret_length", batches.salts, b"short", 0, 1)
    refused("evidence.salt_length", record_leaf, b"short", bytes(32))
    refused("evidence.hash_length", record_leaf, bytes(16), b"short")
    refused("evidence.salt_length", batches.record_leaves, bytes(16), bytes(64))
    refused("evidence.hash_length", batches.record_leaves, bytes(16), bytes(31))
    refused("evidence.hash_length", fold, bytes(33))
    refused("evidence.index_out_of_range", batches.inclusion_proof, 2, bytes(64))
