# SPDX-License-Identifier: Apache-2.0
import json
import random
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import merkle
from shangheng.kernel.evidence.folding import digests
from shangheng.kernel.evidence.ranges import consistency_ranges, inclusion_ranges

TRANSPARENCY = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency"
REFERENCE = TRANSPARENCY / "rfc6962_reference_tree.json"
LEAVES = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(3000)]


def by_definition(leaves: list[bytes]) -> bytes:
    """Return MTH as RFC 6962 2.1 writes it down: recursive and slow."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = by_definition(leaves[:split]), by_definition(leaves[split:])
    return sha256(b"\x01" + halves[0] + halves[1]).digest()


ROOTS = [merkle.root(LEAVES[:size]) for size in range(301)]


def test_the_reference_tree_has_the_published_hashes() -> None:
    if not REFERENCE.exists():
        pytest.skip("the shared reference tree is not beside the repository")
    tree = json.loads(REFERENCE.read_text())
    leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data in tree["leaf_inputs_hex"]]
    levels = tree["node_hashes_by_level"]
    assert [leaf.hex() for leaf in leaves] == levels[0]
    for lower, upper in pairwise(levels):
        children = [bytes.fromhex(node) for node in lower]
        pairs = zip(children[::2], children[1::2], strict=True)
        assert [merkle.node_hash(*pair).hex() for pair in pairs] == upper
    for size, published in enumerate(tree["root_hash_by_tree_size"]):
        assert merkle.root(leaves[:size]).hex() == published


@pytest.mark.parametrize("size", [*range(70), 255, 256, 257, 1023, 1024, 1025, 2049, 3000])
def test_the_fast_root_is_the_root_by_definition(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == by_definition(LEAVES[:size])


def test_every_leaf_of_every_tree_up_to_300_is_proved() -> None:
    for size in range(1, 301):
        tree = LEAVES[:size]
        for index in range(size):
            proof = merkle.inclusion_proof(index, tree) if size <= 64 or index % 7 == 0 else None
            if proof is not None:
                assert merkle.verify_inclusion(index, size, tree[index], proof, ROOTS[size])


def test_every_prefix_of_every_tree_up_to_300_is_consistent() -> None:
    for size2 in range(1, 301):
        for size1 in range(1, size2 + 1):
            if size2 <= 64 or (size1 + size2) % 11 == 0 or size1 & (size1 - 1) == 0:
                proof = merkle.consistency_proof(size1, size2, LEAVES[:size2])
                assert merkle.verify_consistency(size1, size2, proof, ROOTS[size1], ROOTS[size2])


def test_a_long_proof_is_logarithmic() -> None:
    assert len(inclusion_ranges(12_345_678, 100_000_000)) <= 27
    assert len(consistency_ranges(12_345_678, 100_000_000)) <= 28


@settings(max_examples=60)
@given(st.data())
def test_random_larger_trees_are_proved(data: st.DataObject) -> None:
    size = data.draw(st.integers(301, 3000))
    index = data.draw(st.integers(0, size - 1))
    older = data.draw(st.integers(1, size))
    root = merkle.root(LEAVES[:size])
    inclusion = merkle.inclusion_proof(index, LEAVES[:size])
    consistency = merkle.consistency_proof(older, size, LEAVES)
    assert merkle.verify_inclusion(index, size, LEAVES[index], inclusion, root)
    older_root = merkle.root(LEAVES[:older])
    assert merkle.verify_consistency(older, size, consistency, older_root, root)


def mutated(proof: list[bytes], rng: random.Random) -> list[bytes]:
    """Return the proof with one thing wrong: a bit, a length, a missing, doubled or extra hash."""
    choice = rng.randrange(6) if proof else 5
    at = rng.randrange(len(proof)) if proof else 0
    if choice == 0:
        return [*proof[:at], *proof[at + 1 :]]
    if choice == 1:
        return [*proof[:at], proof[at], *proof[at:]]
    if choice == 2:
        return [*proof[:at], proof[at][:-1], *proof[at + 1 :]]
    if choice == 3:
        return [*proof[:at], proof[at] + b"\0", *proof[at + 1 :]]
    if choice == 4:
        bit = 1 << rng.randrange(256)
        flipped = (int.from_bytes(proof[at], "big") ^ bit).to_bytes(32, "big")
        return [*proof[:at], flipped, *proof[at + 1 :]]
    return rng.choice([[*proof, bytes(32)], [bytes(32), *proof], [*proof, b""]])


@settings(max_examples=300)
@given(st.integers(1, 300), st.randoms(use_true_random=False))
def test_no_mutated_inclusion_proof_verifies(size: int, rng: random.Random) -> None:
    index = rng.randrange(size)
    leaf, root = LEAVES[index], ROOTS[size]
    proof = merkle.inclusion_proof(index, LEAVES[:size])
    assert not merkle.verify_inclusion(index, size, leaf, mutated(proof, rng), root)
    assert not merkle.verify_inclusion(index, size, bytes(32), proof, root)
    assert not merkle.verify_inclusion(index, size, leaf, proof, bytes(32))
    other = rng.choice([n for n in range(-2, size + 3) if n != index])
    assert not merkle.verify_inclusion(other, size, leaf, proof, root)


@settings(max_examples=300)
@given(st.integers(2, 300), st.randoms(use_true_random=False))
def test_no_mutated_consistency_proof_verifies(size2: int, rng: random.Random) -> None:
    size1 = rng.randrange(1, size2)
    root1, root2 = ROOTS[size1], ROOTS[size2]
    proof = merkle.consistency_proof(size1, size2, LEAVES)
    verify = merkle.verify_consistency
    assert not verify(size1, size2, mutated(proof, rng), root1, root2)
    assert not verify(size1, size2, [], root1, root2)
    assert not verify(size1, size2, proof, root2, root1)
    assert not verify(size1, size2, proof, bytes(32), root2)
    assert not verify(size1, size2, proof, root1, bytes(32))
    assert not verify(size1 - 1, size2, proof, root1, root2)
    assert not verify(size2, size1, proof, root1, root2)


numbers = st.one_of(st.integers(-5, 300), st.integers(-(2**80), 2**80), st.just(2**5000))
hashes = st.one_of(st.binary(max_size=40), st.binary(min_size=32, max_size=32))


@settings(max_examples=400)
@given(numbers, numbers, st.lists(hashes, max_size=70), hashes, hashes)
def test_verification_never_raises(
    first: int, second: int, proof: list[bytes], hash1: bytes, hash2: bytes
) -> None:
    assert merkle.verify_inclusion(first, second, hash1, proof, hash2) in (True, False)
    assert merkle.verify_consistency(first, second, proof, hash1, hash2) in (True, False)


def test_equal_trees_need_equal_roots_and_no_proof() -> None:
    assert merkle.verify_consistency(5, 5, [], ROOTS[5], ROOTS[5])
    assert merkle.verify_consistency(0, 0, [], ROOTS[0], ROOTS[0])
    assert not merkle.verify_consistency(5, 5, [], ROOTS[5], ROOTS[6])
    assert not merkle.verify_consistency(5, 5, [ROOTS[5]], ROOTS[5], ROOTS[5])


def test_nothing_can_be_shown_from_the_empty_tree() -> None:
    assert merkle.consistency_proof(0, 5, LEAVES) == []
    assert not merkle.verify_consistency(0, 5, [], ROOTS[0], ROOTS[5])


@pytest.mark.parametrize("index", [-1, 3, 2**70])
def test_an_index_outside_the_tree_has_no_proof(index: int) -> None:
    with pytest.raises(Invalid, match=r"evidence\.index_out_of_range"):
        merkle.inclusion_proof(index, LEAVES[:3])


@pytest.mark.parametrize(("size1", "size2", "code"), [
    (3, 2, "evidence.sizes_out_of_order"), (-1, 2, "evidence.sizes_out_of_order"),
    (1, 4, "evidence.index_out_of_range"),
])  # fmt: skip
def test_sizes_out_of_order_have_no_proof(size1: int, size2: int, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        merkle.consistency_proof(size1, size2, LEAVES[:3])


def test_a_leaf_hash_of_another_length_is_refused() -> None:
    with pytest.raises(Invalid, match=r"evidence\.hash_length"):
        merkle.root([LEAVES[0], b"short"])


@settings(max_examples=20)
@given(
    st.integers(0, 1100) | st.integers(8000, 20_000), st.integers(0, 300),
    st.sampled_from([pa.string(), pa.large_string()]),
)  # fmt: skip
def test_many_texts_have_the_hash_that_each_has_alone(
    count: int, step: int, kind: pa.DataType
) -> None:
    texts = ["商衡" * (at * step % 97) + str(at) for at in range(count + 1)]
    hashes = digests(pa.array(texts, kind)[1:])
    assert hashes.shape == (count, 32)
    assert hashes.tobytes() == b"".join(sha256(text.encode()).digest() for text in texts[1:])
