# SPDX-License-Identifier: Apache-2.0
"""What a log publishes about itself: origin, size and root (C2SP tlog-checkpoint).

Also the statements that others sign about a checkpoint: the cosignatures of witnesses (C2SP
tlog-cosignature) and the tree head of RFC 6962 (C2SP static-ct-api).
"""

from dataclasses import dataclass
from struct import pack

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.hashing import HASH_BYTES
from shangheng.kernel.evidence.texts import (
    UINT64_MAX,
    read_base64,
    read_decimal,
    write_base64,
)

COSIGNED_AT_MAX = 2**63 - 1
_NAME_BYTES_MAX = 255
_LINES_MIN = 3


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: `size` leaves under `root`, for the log called `origin`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint note, which ends in a newline and has no signatures.

    The length of the root is not looked at here: the format leaves the hash to the log. Whoever
    verifies a proof against it MUST expect SHA-256, as `proofs.open_checkpoint` does.
    """
    if not text.endswith("\n"):
        raise Invalid("evidence.checkpoint_unfinished")
    lines = text[:-1].split("\n")
    if len(lines) < _LINES_MIN or "" in lines:
        raise Invalid("evidence.checkpoint_lines", lines=len(lines))
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin=origin,
        size=read_decimal(size, "evidence.checkpoint_size"),
        root=read_base64(root, "evidence.checkpoint_root"),
        extensions=tuple(extensions),
    )


def encode(checkpoint: Checkpoint) -> str:
    """Write the text of a checkpoint note; what could not be read back is refused."""
    if not 0 <= checkpoint.size <= UINT64_MAX:
        raise Invalid("evidence.checkpoint_size", text=str(checkpoint.size))
    size, root = str(checkpoint.size), write_base64(checkpoint.root)
    text = "\n".join((checkpoint.origin, size, root, *checkpoint.extensions, ""))
    if parse(text) != checkpoint:
        raise Invalid("evidence.checkpoint_lines", lines=text.count("\n"))
    return text


def witness_statement(text: str, *, at: int) -> bytes:
    """Return what an Ed25519 witness signs at POSIX second `at` (cosignature/v1)."""
    parse(text)
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def subtree_statement(text: str, *, cosigner: str, at: int) -> bytes:
    """Return what an ML-DSA-44 cosigner signs at POSIX second `at` (subtree/v1); no extensions."""
    checkpoint = parse(text)
    name, origin = cosigner.encode(), checkpoint.origin.encode()
    if max(len(name), len(origin)) > _NAME_BYTES_MAX or len(checkpoint.root) != HASH_BYTES:
        raise Invalid("evidence.checkpoint_not_cosignable", origin=checkpoint.origin)
    return b"".join((
        b"subtree/v1\n\0",
        bytes([len(name)]), name, pack(">Q", at),
        bytes([len(origin)]), origin, pack(">QQ", 0, checkpoint.size), checkpoint.root,
    ))  # fmt: skip


def tree_head_statement(text: str, *, log: str, at_ms: int) -> bytes:
    """Return the TreeHeadSignature input of RFC 6962 section 3.5 at POSIX millisecond `at_ms`.

    It does not cover the origin, so the origin MUST be the name of the key; extensions are barred.
    """
    checkpoint = parse(text)
    if checkpoint.extensions or checkpoint.origin != log or len(checkpoint.root) != HASH_BYTES:
        raise Invalid("evidence.checkpoint_not_tree_head", origin=checkpoint.origin)
    version_v1, kind_tree_hash = 0, 1
    return pack(">BBQQ", version_v1, kind_tree_hash, at_ms, checkpoint.size) + checkpoint.root
