# SPDX-License-Identifier: Apache-2.0
"""A batch sealed from its file of record hashes, and the proof of one of its records.

The file holds the SHA-256 of every record, one after the other, in the order of the batch. It is
read in slices of a power of two of records, whose roots are the leaves of a tree with the same
root: memory stays small.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shangheng.kernel.errors import EvidenceBroken, Invalid
from shangheng.kernel.evidence import batches
from shangheng.kernel.evidence.folding import fold, fold_blocks
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.merkle import inclusion_proof
from shangheng.kernel.evidence.texts import read_base64, write_base64

SLICE_RECORDS = 2**16
BLOCK_RECORDS = 2**8


@dataclass(frozen=True)
class SealedRecords:
    """The root over a batch's salted record hashes, and how many there are."""

    root: bytes
    records: int


@dataclass(frozen=True)
class RecordProof:
    """That a record stands in a batch, without showing any other record."""

    index: int
    records: int
    salt: bytes
    record_hash: bytes
    path: tuple[bytes, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "index": self.index,
            "records": self.records,
            "salt": self.salt.hex(),
            "hash": self.record_hash.hex(),
            "path": [write_base64(node) for node in self.path],
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "RecordProof":
        """Return the proof that ``to_dict`` made plain; refuse what it would not have made."""
        try:
            return cls(
                int(plain["index"]),
                int(plain["records"]),
                bytes.fromhex(plain["salt"]),
                bytes.fromhex(plain["hash"]),
                tuple(read_base64(node, "evidence.proof_path") for node in plain["path"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid("evidence.document_malformed", part="record") from error

    def holds(self, root: bytes) -> bool:
        """Tell whether the record stands in the batch of this root."""
        return batches.verify_record(
            self.index, self.records, salt=self.salt, record_hash=self.record_hash,
            proof=list(self.path), root=root,
        )  # fmt: skip


def seal_records(hashes: Path, secret: bytes) -> SealedRecords:
    """Return the root of a batch; `secret` (32 bytes) MUST serve this batch only."""
    records = _count(hashes)
    nodes = _all_nodes(hashes, secret)
    return SealedRecords(fold(b"".join(map(fold, nodes))), records)


def prove_record(
    hashes: Path, secret: bytes, index: int, *, nodes: Path | None = None
) -> RecordProof:
    """Return the proof of the record at `index`, counted from 0.

    `nodes` is a file in which the tree above every 256 records is kept once it was computed; with
    it a proof reads and hashes a few kilobytes. It is no evidence: what it says is checked by
    whoever verifies the proof.
    """
    records = _count(hashes)
    if not 0 <= index < records:
        raise Invalid("evidence.index_out_of_range", index=index, size=records)
    number, inside = divmod(index, SLICE_RECORDS)
    block, place = divmod(inside, BLOCK_RECORDS)
    above = _kept_nodes(hashes, secret, nodes)
    first = index - place
    own = _read(hashes, first, BLOCK_RECORDS)
    leaves = batches.record_leaves(batches.salts(secret, first, len(own) // HASH_BYTES), own)
    path = (
        *batches.inclusion_proof(place, leaves),
        *batches.inclusion_proof(block, above[number]),
        *inclusion_proof(number, [fold(each) for each in above]),
    )
    salt, start = batches.salts(secret, index, 1), place * HASH_BYTES
    return RecordProof(index, records, salt, own[start : start + HASH_BYTES], path)


def _kept_nodes(hashes: Path, secret: bytes, kept: Path | None) -> list[bytes]:
    """Return the roots of every 256 records, slice by slice, from the file that keeps them."""
    blocks = -(-_count(hashes) // BLOCK_RECORDS)
    data = kept.read_bytes() if kept is not None and kept.exists() else b""
    if len(data) != blocks * HASH_BYTES:
        data = b"".join(_all_nodes(hashes, secret))
        if kept is not None:
            scratch = kept.with_name(f".{kept.name}.{os.getpid()}")
            scratch.write_bytes(data)
            scratch.replace(kept)
    width = SLICE_RECORDS // BLOCK_RECORDS * HASH_BYTES
    return [data[at : at + width] for at in range(0, len(data), width)]


def find_record(hashes: Path, record_hash: bytes) -> int | None:
    """Return where a record hash stands in a batch, or nothing."""
    for number in range(-(-_count(hashes) // SLICE_RECORDS)):
        data, at = _read(hashes, number * SLICE_RECORDS, SLICE_RECORDS), -1
        while (at := data.find(record_hash, at + 1)) >= 0:
            if at % HASH_BYTES == 0:
                return number * SLICE_RECORDS + at // HASH_BYTES
    return None


def _count(hashes: Path) -> int:
    length = hashes.stat().st_size
    if length % HASH_BYTES:
        raise EvidenceBroken("evidence.hashes_ragged", path=hashes.name, length=length)
    return length // HASH_BYTES


def _all_nodes(hashes: Path, secret: bytes) -> list[bytes]:
    """Return the roots of every 256 records, joined by slice."""
    slices = range(-(-_count(hashes) // SLICE_RECORDS))
    return [_nodes(hashes, secret, number) for number in slices]


def _nodes(hashes: Path, secret: bytes, number: int) -> bytes:
    first = number * SLICE_RECORDS
    own = _read(hashes, first, SLICE_RECORDS)
    leaves = batches.record_leaves(batches.salts(secret, first, len(own) // HASH_BYTES), own)
    return fold_blocks(leaves, BLOCK_RECORDS)


def _read(hashes: Path, first: int, count: int) -> bytes:
    with hashes.open("rb") as source:
        source.seek(first * HASH_BYTES)
        return source.read(count * HASH_BYTES)
