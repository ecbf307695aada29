# SPDX-License-Identifier: Apache-2.0
"""The two hashes of RFC 6962 section 2.1 over SHA-256, and the leaf of one record."""

from hashlib import sha256

from shangheng.kernel.errors import Invalid

HASH_BYTES = 32
SALT_BYTES = 16
EMPTY_ROOT = sha256(b"").digest()
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"


def check_hashes(hashes: bytes) -> None:
    """Refuse bytes that are not a whole number of SHA-256 hashes."""
    if len(hashes) % HASH_BYTES:
        raise Invalid("evidence.hash_length", length=len(hashes))


def record_leaf(salt: bytes, record_hash: bytes) -> bytes:
    """Return the leaf of one record: the RFC 6962 leaf hash of salt and SHA-256 of the record."""
    if len(salt) != SALT_BYTES:
        raise Invalid("evidence.salt_length", length=len(salt))
    if len(record_hash) != HASH_BYTES:
        raise Invalid("evidence.hash_length", length=len(record_hash))
    return sha256(LEAF_PREFIX + salt + record_hash).digest()
