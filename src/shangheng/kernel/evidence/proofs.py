# SPDX-License-Identifier: Apache-2.0
"""Proofs that can be checked offline: entry, path and signed checkpoint in one text.

The format and the four steps of verification are those of C2SP tlog-proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import checkpoints
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.keys import COSIGNATURES, VerifierKey, parse_verifier
from shangheng.kernel.evidence.merkle import verify_inclusion
from shangheng.kernel.evidence.notes import NOTE_BYTES_MAX, Signature, open_note
from shangheng.kernel.evidence.texts import (
    UINT64_MAX,
    read_base64,
    read_decimal,
    write_base64,
)

HEADER = "c2sp.org/tlog-proof@v1"
_PATH_MAX = 64  # a tree of 2**64 leaves has no longer path


@dataclass(frozen=True)
class TlogProof:
    """That an entry stands at `index` under a checkpoint; `extra` is not authenticated."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


@dataclass(frozen=True)
class Trust:
    """Which log a verifier accepts: its origin, its keys, and how many of which witnesses."""

    origin: str
    log_keys: Sequence[VerifierKey | str]
    witness_keys: Sequence[VerifierKey | str] = ()
    witnesses_min: int = 0


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint with the signatures of the log and of the witnesses that were verified."""

    checkpoint: Checkpoint
    by_log: tuple[Signature, ...]
    by_witnesses: tuple[Signature, ...]


def encode(proof: TlogProof) -> str:
    """Write a proof down; what could not be read back is refused."""
    if not 0 <= proof.index <= UINT64_MAX:
        raise Invalid("evidence.proof_index", text=str(proof.index))
    extra = [f"extra {write_base64(proof.extra)}"] if proof.extra else []
    path = [write_base64(node) for node in proof.path]
    lines = (HEADER, *extra, f"index {proof.index}", *path, "", proof.checkpoint)
    text = "\n".join(lines)
    parse(text)
    return text


def parse(text: str) -> TlogProof:
    """Read a proof; its checkpoint is only cut off here, `verify` opens it."""
    if len(text) > NOTE_BYTES_MAX:
        raise Invalid("evidence.note_length", length=len(text), max=NOTE_BYTES_MAX)
    head, blank, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank or not checkpoint:
        raise Invalid("evidence.proof_malformed", line=header)
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = read_base64(lines.pop(0).removeprefix("extra "), "evidence.proof_extra")
        if not extra:
            raise Invalid("evidence.proof_extra", text="")
    if not lines or not lines[0].startswith("index "):
        raise Invalid("evidence.proof_index", text=lines[0] if lines else "")
    index = read_decimal(lines[0].removeprefix("index "), "evidence.proof_index")
    return TlogProof(index, _parse_path(lines[1:]), checkpoint, extra)


def _parse_path(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > _PATH_MAX:
        raise Invalid("evidence.proof_path_length", length=len(lines))
    path = tuple(read_base64(line, "evidence.proof_path") for line in lines)
    for node in path:
        if len(node) != HASH_BYTES:
            raise Invalid("evidence.hash_length", length=len(node))
    return path


def verify(proof: TlogProof | str, leaf_hash: bytes, trust: Trust) -> SignedCheckpoint:
    """Return the checkpoint under which the entry was proved to stand, or refuse.

    Step 1, to compute the leaf hash from the entry, MUST be done by the caller.
    """
    if isinstance(proof, str):
        proof = parse(proof)
    # 2. and 3. Origin, log signature and witnesses.
    signed = open_checkpoint(proof.checkpoint, trust)
    # 4. The path MUST bind the leaf to the root.
    tree = signed.checkpoint
    if not verify_inclusion(proof.index, tree.size, leaf_hash, proof.path, tree.root):
        raise Invalid("evidence.proof_wrong", index=proof.index, size=tree.size)
    return signed


def open_checkpoint(note: str | bytes, trust: Trust) -> SignedCheckpoint:
    """Return a checkpoint that the trusted log signed and enough witnesses saw."""
    log_keys = {_identity(key) for key in trust.log_keys}
    opened = open_note(note, (*trust.log_keys, *trust.witness_keys))
    checkpoint = checkpoints.parse(opened.text)
    # 2. The origin MUST be the expected one, and signed by a key configured for it.
    if checkpoint.origin != trust.origin:
        facts = {"origin": checkpoint.origin, "expected": trust.origin}
        raise Invalid("evidence.checkpoint_origin", **facts)
    if len(checkpoint.root) != HASH_BYTES:
        raise Invalid("evidence.hash_length", length=len(checkpoint.root))
    by_log = tuple(s for s in opened.signatures if (s.name, s.key_id) in log_keys)
    if not by_log:
        raise Invalid("evidence.checkpoint_unsigned", origin=checkpoint.origin)
    # 3. Every known cosignature was verified; a witness counts once, the log does not.
    others = [s for s in opened.signatures if (s.name, s.key_id) not in log_keys]
    by_witnesses = tuple(s for s in others if s.kind in COSIGNATURES)
    count = len({(s.name, s.key_id) for s in by_witnesses})
    if count < trust.witnesses_min:
        raise Invalid("evidence.checkpoint_witnesses", count=count, min=trust.witnesses_min)
    return SignedCheckpoint(checkpoint, by_log, by_witnesses)


def checkpoint_of(note: str) -> Checkpoint:
    """Return what a note says; whether it is signed MUST be asked of `open_checkpoint`."""
    text, blank, _ = note.rpartition("\n\n")
    if not blank:
        raise Invalid("evidence.note_unsigned")
    return checkpoints.parse(text + "\n")


def _identity(key: VerifierKey | str) -> tuple[str, bytes]:
    verifier = key if isinstance(key, VerifierKey) else parse_verifier(key)
    return verifier.name, verifier.key_id
