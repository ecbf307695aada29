# SPDX-License-Identifier: Apache-2.0
"""Many hashes at once: the SHA-256 of many texts, and Merkle trees folded over many leaves."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shangheng.kernel.evidence.hashing import EMPTY_ROOT, HASH_BYTES, NODE_PREFIX, check_hashes

if TYPE_CHECKING:
    from datafusion import Expr, SessionContext

# A subtree of so many leaves stays in the processor's cache while it is folded.
_CHUNK_BYTES = 2**16 * HASH_BYTES
_PAIR_BYTES = 2 * HASH_BYTES
_FEW_BYTES = 32 * _PAIR_BYTES  # up to so many, to make an array of them is not worth it
_FEW_TEXTS = 1024  # up to so many, to ask DataFusion takes longer than to hash them one by one


def fold(hashes: bytes) -> bytes:
    """Return the root over concatenated leaf hashes; of none, the SHA-256 of nothing."""
    check_hashes(hashes)
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > HASH_BYTES:
        chunks = range(0, len(hashes), _CHUNK_BYTES)
        hashes = b"".join([_fold_chunk(hashes[at : at + _CHUNK_BYTES]) for at in chunks])
    return hashes


def fold_blocks(hashes: bytes, width: int) -> bytes:
    """Return the roots over every `width` hashes (a power of two), the last over those left."""
    check_hashes(hashes)
    whole = len(hashes) - len(hashes) % (width * HASH_BYTES)
    chunks = (hashes[at : min(at + _CHUNK_BYTES, whole)] for at in range(0, whole, _CHUNK_BYTES))
    roots = b"".join([_raised(chunk, width) for chunk in chunks])
    return roots + fold(hashes[whole:]) if whole < len(hashes) else roots


def _raised(hashes: bytes, width: int) -> bytes:
    for _ in range(width.bit_length() - 1):
        hashes = _nodes(hashes)
    return hashes


def _fold_chunk(hashes: bytes) -> bytes:
    """Fold a power of two of hashes, or the ragged end of the tree, whose last node moves up."""
    while len(hashes) > HASH_BYTES:
        whole = len(hashes) - len(hashes) % _PAIR_BYTES
        hashes = _nodes(hashes[:whole]) + hashes[whole:]
    return hashes


def _nodes(hashes: bytes) -> bytes:
    """Return the nodes over pairs of concatenated hashes."""
    if len(hashes) <= _FEW_BYTES:
        pairs = (hashes[at : at + _PAIR_BYTES] for at in range(0, len(hashes), _PAIR_BYTES))
        return _hashed(NODE_PREFIX + pair for pair in pairs)
    return each_hashed(NODE_PREFIX, np.frombuffer(hashes, np.uint8).reshape(-1, _PAIR_BYTES))


def each_hashed(prefix: bytes, *parts: npt.NDArray[np.uint8]) -> bytes:
    """Return the SHA-256 of the prefix and each row of the parts side by side, concatenated."""
    first = np.full((len(parts[0]), 1), prefix[0], np.uint8)
    rows = np.hstack((first, *parts))
    if len(rows) <= _FEW_TEXTS:
        return _hashed(rows.view(f"V{rows.shape[1]}").ravel().tolist())
    ends = np.arange(0, rows.size + 1, rows.shape[1], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(rows)]
    return digests(pa.Array.from_buffers(pa.binary(), len(rows), buffers)).tobytes()


def digests(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """Return the SHA-256 of each of some texts or byte strings, none of them NULL, as n × 32.

    Of many, DataFusion computes them: by the processor's own instructions, in a fifth of the time
    that Python takes, and without its lock.
    """
    if len(texts) <= _FEW_TEXTS:
        few = _hashed(texts.cast(pa.large_binary()).to_pylist())
        return np.frombuffer(few, np.uint8).reshape(-1, HASH_BYTES)
    context, digest = _datafusion()
    found = context.read_batch(pa.record_batch([texts], names=["text"])).select(digest).collect()
    return np.concatenate([_hashes(batch.column(0)) for batch in found])


def _hashed(texts: Iterable[bytes]) -> bytes:
    return b"".join([sha256(each).digest() for each in texts])


def _hashes(column: pa.Array) -> npt.NDArray[np.uint8]:
    first, rows = column.offset * HASH_BYTES, len(column)
    data = np.frombuffer(column.buffers()[2], np.uint8, rows * HASH_BYTES, first)
    return data.reshape(rows, HASH_BYTES)


@cache
def _datafusion() -> "tuple[SessionContext, Expr]":
    """Return what computes digests; loaded only where many are asked for, for it is large."""
    from datafusion import SessionConfig, SessionContext, col, functions  # noqa: PLC0415

    return SessionContext(SessionConfig().with_target_partitions(1)), functions.sha256(col("text"))
