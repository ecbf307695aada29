# SPDX-License-Identifier: Apache-2.0
"""A batch of records as a Merkle tree of its own, over salted record hashes.

The root of a batch is all that the log shows of it. A record is proved by its salt, its hash and
the path to that root; the path shows other leaves, and their salts keep anybody from guessing the
records behind them. All salts of a batch come from one secret: once it is destroyed, records that
nobody kept can no longer be guessed, while every proof that was handed out still verifies.
"""

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.folding import each_hashed, fold
from shangheng.kernel.evidence.hashing import (
    HASH_BYTES,
    LEAF_PREFIX,
    SALT_BYTES,
    check_hashes,
    record_leaf,
)
from shangheng.kernel.evidence.merkle import verify_inclusion
from shangheng.kernel.evidence.ranges import inclusion_ranges

SECRET_BYTES = 32
_SLICE = 2**16  # records hashed at a time, so that they stay in the processor's cache


def salts(secret: bytes, first: int, count: int) -> bytes:
    """Return the salts of records `first` to `first + count`, concatenated.

    The salt of record n is the n-th block of AES-256 in counter mode under the secret of the
    batch: unpredictable without the secret, at once found with it. A secret MUST serve one batch.
    """
    if len(secret) != SECRET_BYTES:
        raise Invalid("evidence.batch_secret_length", length=len(secret))
    stream = Cipher(AES256(secret), CTR(first.to_bytes(SALT_BYTES, "big"))).encryptor()
    return stream.update(bytes(SALT_BYTES * count))


def record_leaves(salts: bytes, record_hashes: bytes) -> bytes:
    """Return the leaves of many records, concatenated like their salts and hashes."""
    check_hashes(record_hashes)
    count = len(record_hashes) // HASH_BYTES
    if len(salts) != count * SALT_BYTES:
        raise Invalid("evidence.salt_length", length=len(salts))
    own = np.frombuffer(record_hashes, np.uint8).reshape(count, HASH_BYTES)
    with_salts = np.frombuffer(salts, np.uint8).reshape(count, SALT_BYTES)
    slices = (slice(at, at + _SLICE) for at in range(0, count, _SLICE))
    return b"".join([each_hashed(LEAF_PREFIX, with_salts[some], own[some]) for some in slices])


def inclusion_proof(index: int, hashes: bytes) -> list[bytes]:
    """Return the path of one leaf among the concatenated leaves of its batch, lowest first."""
    check_hashes(hashes)
    siblings = inclusion_ranges(index, len(hashes) // HASH_BYTES)
    return [fold(hashes[HASH_BYTES * s.start : HASH_BYTES * s.stop]) for s in siblings]


def verify_record(
    index: int,
    size: int,
    *,
    salt: bytes,
    record_hash: bytes,
    proof: list[bytes],
    root: bytes,
) -> bool:
    """Tell whether the record stands at `index` among the `size` records of the batch."""
    if len(salt) != SALT_BYTES or len(record_hash) != HASH_BYTES:
        return False
    return verify_inclusion(index, size, record_leaf(salt, record_hash), proof, root)
