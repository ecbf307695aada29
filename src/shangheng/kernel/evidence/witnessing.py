# SPDX-License-Identifier: Apache-2.0
"""Witnesses (C2SP tlog-witness): asking others to cosign our checkpoints, and cosigning theirs.

A witness signs a checkpoint only if the log grew out of the last one that it signed. So a log that
shows different people different trees is found out as soon as both ask the same witness.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, ShanghengError
from shangheng.kernel.evidence import notes, proofs
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.keys import SignerKey, VerifierKey, parse_verifier
from shangheng.kernel.evidence.merkle import root, verify_consistency
from shangheng.kernel.evidence.outside import posted
from shangheng.kernel.evidence.proofs import Trust
from shangheng.kernel.evidence.texts import read_base64, read_decimal, write_base64
from shangheng.kernel.evidence.tiled_tree import TiledTree

PROOF_LINES_MAX = 63
REQUEST_BYTES_MAX = 1 << 18
ASKED_WITHIN_S = 3.0
_OK, _CONFLICT = 200, 409
_log = structlog.get_logger("shangheng.evidence")


@dataclass(frozen=True)
class Witness:
    """Who cosigns our checkpoints: a public key, and the address below which it is asked."""

    key: VerifierKey
    url: str


def parse_witnesses(text: str) -> tuple[Witness, ...]:
    """Read witnesses, one a line: the key, a space, the submission prefix; ``#`` begins a note."""
    lines = [line.split() for line in text.split("\n")]
    told = [words for words in lines if words and not words[0].startswith("#")]
    if wrong := [words for words in told if len(words) != len(("key", "address"))]:
        raise Invalid("evidence.witness_line", line=" ".join(wrong[0]))
    return tuple(Witness(parse_verifier(key), url.rstrip("/")) for key, url in told)


def request(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """Write what is submitted to a witness."""
    lines = (f"old {old}", *map(write_base64, proof), "", note)
    return "\n".join(lines).encode()


def cosigned(note: str, tree: TiledTree, witnesses: Sequence[Witness], *, before: int) -> str:
    """Return the note with the cosignatures of those witnesses that gave one.

    One that is silent or refuses is gone without: the log must not stand still for it.
    """
    for witness in witnesses:
        try:
            note = _asked(note, tree, witness, before)
        except ShanghengError as refusal:
            _log.warning("witness_did_not_sign", url=witness.url, why=str(refusal))
    return note


def _asked(note: str, tree: TiledTree, witness: Witness, old: int) -> str:
    status = 0
    for _ in range(2):  # the second time from where the witness says that it stands
        proof = tree.consistency_proof(old) if 0 < old < tree.size else []
        body = request(old, proof, note)
        url = f"{witness.url}/add-checkpoint"
        status, answer = posted(url, body, "text/plain", timeout_s=ASKED_WITHIN_S)
        if status == _OK:
            return _with_lines(note, answer.decode("utf-8", "replace"), witness.key)
        if status != _CONFLICT:
            break
        old = read_decimal(answer.decode("ascii", "replace").strip(), "evidence.witness_answer")
        if old > tree.size:
            break
    raise Invalid("evidence.witness_refused", url=witness.url, status=status)


def _with_lines(note: str, lines: str, key: VerifierKey) -> str:
    """Add the signature lines of a known witness, each verified; others are left out."""
    opened = notes.open_note(note + lines, [key])
    added = [str(each) for each in opened.signatures if f"{each}\n" not in note]
    return note + "".join(f"{line}\n" for line in added)


@dataclass(frozen=True)
class Post:
    """Where this house stands as a witness: its key, the logs it knows, what it signed last."""

    folder: Path
    signer: SignerKey
    logs: tuple[VerifierKey, ...]


def add_checkpoint(post: Post, body: bytes, *, at: datetime) -> str:
    """Cosign a checkpoint of a known log that grew out of the last one cosigned.

    The steps are those of tlog-witness, "add-checkpoint"; the answers are its statuses.

    Raises:
        Invalid: malformed (400), or the tree did not grow out of the last one (422).
        NotFound: the origin is unknown (404).
        NotPermitted: none of its keys signed, or a signature is wrong (403).
        Conflict: the old size is not that of the last cosigned checkpoint, which is told (409).
    """
    old, proof, note = _parsed(body)
    said = proofs.checkpoint_of(note)
    # 1. The origin MUST be known, and a trusted key of it have signed.
    keys = [key for key in post.logs if key.name == said.origin]
    if not keys:
        raise NotFound("evidence.witness_origin", origin=said.origin)
    try:
        tree = proofs.open_checkpoint(note, Trust(said.origin, keys)).checkpoint
    except Invalid as refusal:
        raise NotPermitted("evidence.witness_unsigned", origin=said.origin) from refusal
    # 2. The old size MUST NOT exceed the new one.
    if old > tree.size:
        raise Invalid("evidence.witness_malformed", part="old")
    with _state(post, tree.origin) as path:
        last = _last(path, tree.origin)
        # 3. It MUST be that of the last checkpoint cosigned.
        if old != last.size:
            raise Conflict("evidence.witness_size", size=last.size)
        # 4. The tree MUST have grown out of it; a fork is refused, and both sides are kept.
        _check_growth(last, tree, proof)
        # 5. It is persisted before anything is answered, under the lock.
        _keep(path, note)
    signed = notes.countersign(note, post.signer, at=int(at.timestamp()))
    return signed.removeprefix(note)


def _check_growth(last: Checkpoint, tree: Checkpoint, proof: list[bytes]) -> None:
    if not last.size:
        grew = not proof and (tree.size > 0 or tree.root == root([]))
    elif last.size == tree.size:
        grew = not proof and last.root == tree.root
    else:
        grew = verify_consistency(last.size, tree.size, proof, last.root, tree.root)
    if not grew:
        raise Invalid("evidence.witness_fork", origin=tree.origin, size=last.size, other=tree.size)


def _parsed(body: bytes) -> tuple[int, list[bytes], str]:
    try:
        head, blank, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise Invalid("evidence.witness_malformed", part="UTF-8") from error
    first, *lines = head.split("\n")
    if not first.startswith("old ") or not blank or len(lines) > PROOF_LINES_MAX:
        raise Invalid("evidence.witness_malformed", part="old")
    old = read_decimal(first.removeprefix("old "), "evidence.witness_answer")
    return old, [read_base64(line, "evidence.proof_path") for line in lines], note


@contextmanager
def _state(post: Post, origin: str) -> Iterator[Path]:
    """Hold what was cosigned of a log: one process at a time looks at it and changes it."""
    post.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = post.folder / sha256(origin.encode()).hexdigest()
    with path.with_suffix(".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield path


def _last(path: Path, origin: str) -> Checkpoint:
    if not path.exists():
        return Checkpoint(origin, 0, root([]))
    return proofs.checkpoint_of(path.read_text(encoding="utf-8"))


def _keep(path: Path, note: str) -> None:
    scratch = path.with_suffix(".new")
    with scratch.open("w", encoding="utf-8") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
