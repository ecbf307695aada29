# SPDX-License-Identifier: Apache-2.0
"""Merkle trees of RFC 6962 over SHA-256: roots, proofs, and their verification.

The functions that make a proof refuse impossible questions; those that verify one answer True or
False and never raise, since what they are given comes from strangers. Verification follows
RFC 9162 sections 2.1.3.2 and 2.1.4.2, step by step.
"""

from collections.abc import Sequence
from hashlib import sha256

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.folding import fold
from shangheng.kernel.evidence.hashing import HASH_BYTES, LEAF_PREFIX, NODE_PREFIX
from shangheng.kernel.evidence.ranges import consistency_ranges, inclusion_ranges


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry; the prefix 0x00 keeps it from being taken for an inner node."""
    return sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one; the prefix 0x01 keeps it from being taken for an entry."""
    return sha256(NODE_PREFIX + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash; of no leaves, the SHA-256 of nothing."""
    return fold(_joined(leaf_hashes))


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the siblings that lead from one leaf to the root, lowest first."""
    siblings = inclusion_ranges(index, len(leaf_hashes))
    return _roots(siblings, _joined(leaf_hashes))


def consistency_proof(size1: int, size2: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the subtrees that show the first `size1` leaves unchanged among the first `size2`.

    Empty for equal sizes, and from the empty tree, about which nothing can be shown.
    """
    if size2 > len(leaf_hashes):
        raise Invalid("evidence.index_out_of_range", index=size2, size=len(leaf_hashes))
    return _roots(consistency_ranges(size1, size2), _joined(leaf_hashes[:size2]))


def verify_inclusion(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether the leaf stands at `index` in the tree of `size` leaves with this root."""
    # 1. The index MUST lie in the tree, and every hash MUST be a SHA-256.
    if not 0 <= index < size or not _are_hashes([leaf_hash, root, *proof]):
        return False
    # 2. Climb with the position of the leaf and of the last leaf, until there is one node.
    at, last, node = index, size - 1, leaf_hash
    for sibling in proof:
        # 3. A proof that goes on above the root is refused.
        if not last:
            return False
        # 4. The sibling stands left of a right child, and left of a last node without a sibling,
        #    which first moves up to where it has one.
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            rise = _trailing_zeros(at)
            at, last = at >> rise, last >> rise
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    # 5. It MUST end at the root, not below it.
    return last == 0 and node == root


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> bool:
    """Tell whether the tree of `size2` leaves only added to the one of `size1`.

    Equal trees need equal roots and no proof. From the empty tree to a larger one the answer is
    False: nothing was promised, so nothing can be verified.
    """
    # 1. Sizes MUST be in order; equal sizes need no proof.
    if not 0 <= size1 <= size2:
        return False
    if size1 == size2:
        return not proof and root1 == root2
    # 2. Otherwise there MUST be a proof of hashes, from a tree that has leaves.
    if size1 == 0 or not proof or not _are_hashes([root1, root2, *proof]):
        return False
    # 3. A perfect older tree is itself the first subtree and is left out of the proof.
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    return _climb_both(size1, size2, path) == (root1, root2)


def _climb_both(size1: int, size2: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """Rebuild both roots from a consistency path; None if the path is too long or too short."""
    # 4. Start at the largest perfect subtree that ends where the older tree ends.
    rise = _trailing_zeros(size1)
    at, last = (size1 - 1) >> rise, (size2 - 1) >> rise
    older = newer = path[0]
    for node in path[1:]:
        if not last:
            return None
        # 5. What stands left belongs to both trees, what stands right only to the newer.
        if at & 1 or at == last:
            older, newer = node_hash(node, older), node_hash(node, newer)
            lift = _trailing_zeros(at)
            at, last = at >> lift, last >> lift
        else:
            newer = node_hash(newer, node)
        at, last = at >> 1, last >> 1
    # 6. Both MUST end at a root.
    return None if last else (older, newer)


def _trailing_zeros(number: int) -> int:
    """Count how often an even number can be halved; zero is not halved."""
    return (number & -number).bit_length() - 1 if number else 0


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _joined(leaf_hashes: Sequence[bytes]) -> bytes:
    if not _are_hashes(leaf_hashes):
        lengths = {len(value) for value in leaf_hashes}
        raise Invalid("evidence.hash_length", length=min(lengths - {HASH_BYTES}))
    return b"".join(leaf_hashes)


def _roots(subtrees: Sequence[range], hashes: bytes) -> list[bytes]:
    return [fold(hashes[HASH_BYTES * s.start : HASH_BYTES * s.stop]) for s in subtrees]
