# SPDX-License-Identifier: Apache-2.0
"""Offline verification: a receipt or a bundle against public keys, a verdict for each part.

Nothing here needs a server, a database or a network. What is verified comes from strangers, so
whatever is wrong becomes a verdict, never an exception.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from shangheng.kernel.errors import Invalid, ShanghengError
from shangheng.kernel.evidence import entries, proofs, timestamp_checks
from shangheng.kernel.evidence.entries import BATCH_FACTS, BATCH_TAKEN, Entry
from shangheng.kernel.evidence.merkle import leaf_hash, verify_inclusion
from shangheng.kernel.evidence.proofs import TlogProof, Trust
from shangheng.kernel.evidence.public_keys import PublicKeys, parse_keys
from shangheng.kernel.evidence.sealing import RecordProof
from shangheng.kernel.evidence.timestamp_checks import StampTrust

EVIDENCE = "evidence"
_CLOCK = timedelta(seconds=60)
"""How far the clock of an authority may lie behind that of the log, as `log` allows."""


@dataclass(frozen=True)
class Verdict:
    """Whether one part holds: `code` is that of a text, `facts` are what it speaks of."""

    item: str
    ok: bool
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def good(item: str, code: str, facts: Mapping[str, Any]) -> Verdict:
    """Return the verdict that a part holds."""
    return Verdict(item, ok=True, code=code, facts=facts)


def bad(item: str, code: str, facts: Mapping[str, Any]) -> Verdict:
    """Return the verdict that a part fails, and why."""
    return Verdict(item, ok=False, code=code, facts=facts)


@dataclass(frozen=True)
class Evidence:
    """What is to be verified: the content, its leaf, the way to a checkpoint and its stamp."""

    content: bytes
    entry: bytes
    salt: bytes
    proof: str
    stamp: bytes
    keys: str
    record: RecordProof | None = None
    record_text: bytes = b""


def holds(verdicts: list[Verdict]) -> bool:
    """Tell whether everything holds; nothing verified is nothing proved."""
    return bool(verdicts) and all(verdict.ok for verdict in verdicts)


def verify_receipt(text: str | bytes, keys: PublicKeys | None = None) -> list[Verdict]:
    """Verify a receipt with its ``evidence``; without `keys`, by those that it carries."""
    try:
        plain = json.loads(text)
        told = plain.pop(EVIDENCE)
        evidence = _evidence(plain, told)
    except Invalid as refusal:
        return [bad("form", refusal.code, refusal.facts)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [bad("form", "evidence.document_malformed", {"part": EVIDENCE})]
    note = parse_or_empty(evidence.proof)
    named = (
        ("checkpoint", note == told.get("checkpoint")),
        ("size", note.split("\n")[1:2] == [str(told.get("size"))]),
        ("index", f"\nindex {told.get('index')}\n" in evidence.proof),
    )
    verdicts = [
        bad("form", "evidence.document_contradicts", {"part": part})
        for part, agrees in named
        if not agrees
    ]
    return verdicts + verify(evidence, keys)


def parse_or_empty(proof: str) -> str:
    """Return the checkpoint in a proof, nothing where there is none."""
    try:
        return proofs.parse(proof).checkpoint
    except Invalid:
        return ""


def _evidence(plain: Mapping[str, Any], told: Mapping[str, Any]) -> Evidence:
    if told.get("state") != "published":
        raise Invalid("evidence.not_published", index=told.get("index"))
    return Evidence(
        content=entries.canonical(plain),
        entry=told["leaf"].encode(),
        salt=bytes.fromhex(told["salt"]),
        proof=str(told["proof"]),
        stamp=b64decode(told["timestamp"], validate=True),
        keys=str(told["keys"]),
    )


def verify(evidence: Evidence, keys: PublicKeys | None = None) -> list[Verdict]:
    """Verify content, record, proof, signature and time stamp; each has a verdict of its own.

    1. The leaf MUST commit to the content, and say of a batch what its receipt says.
    2. A record MUST hash to what stands in the batch.
    3. The checkpoint MUST be signed by a trusted key of the log.
    4. The leaf MUST stand in the tree of the checkpoint.
    5. The time stamp MUST be of this checkpoint, and not before the leaf.
    """
    return list(_verdicts(evidence, keys))


def _verdicts(evidence: Evidence, given: PublicKeys | None) -> Iterator[Verdict]:
    try:
        keys = given if given is not None else parse_keys(evidence.keys)
    except ShanghengError as refusal:
        yield bad("keys", refusal.code, refusal.facts)
        return
    ids = [f"{key.name}+{key.key_id.hex()}" for key in keys.verifiers]
    code = "evidence.keys_given" if given is not None else "evidence.keys_carried"
    yield (good if ids else bad)("keys", code, {"keys": ids})
    for item, part in (
        ("content", _content),
        ("record", _record),
        ("signature", _signature),
        ("inclusion", _inclusion),
        ("timestamp", _timestamp),
    ):
        if item != "record" or evidence.record is not None:
            yield _tried(item, part, evidence, keys)


_Part = Callable[[Evidence, PublicKeys], Verdict]


def _tried(item: str, part: _Part, evidence: Evidence, keys: PublicKeys) -> Verdict:
    try:
        return part(evidence, keys)
    except ShanghengError as refusal:
        return bad(item, refusal.code, refusal.facts)


def _content(evidence: Evidence, keys: PublicKeys) -> Verdict:
    del keys
    entry = entries.parse(evidence.entry)
    if entries.commitment(evidence.salt, evidence.content) != entry.commitment:
        digest = sha256(evidence.content).hexdigest()
        raise Invalid("evidence.content_differs", digest=digest, object=entry.object_id)
    if entry.what == BATCH_TAKEN:
        _check_facts(entry, evidence.content)
    facts = {"what": entry.what, "object": entry.object_id, "at": entry.at.isoformat()}
    return good("content", "evidence.content_holds", facts)


def _check_facts(entry: Entry, content: bytes) -> None:
    """Refuse a leaf that says of a batch something else than its receipt."""
    try:
        receipt = json.loads(content)
        named = {*BATCH_FACTS, *(entry.facts.keys() & receipt.keys())}
        wrong = sorted(name for name in named if receipt[name] != entry.facts[name])
        root = str(receipt.get("records_root", entry.facts["root"])).removeprefix("sha256:")
        if root != entry.facts["root"]:
            wrong.append("records_root")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("evidence.document_malformed", part="content") from error
    if wrong:
        raise Invalid("evidence.document_contradicts", part=", ".join(wrong))


def _record(evidence: Evidence, keys: PublicKeys) -> Verdict:
    del keys
    proof, entry = evidence.record, entries.parse(evidence.entry)
    assert proof is not None  # noqa: S101 - asked by the caller
    digest = sha256(evidence.record_text).digest()
    if digest != proof.record_hash:
        raise Invalid(
            "evidence.record_differs", digest=digest.hex(), expected=proof.record_hash.hex()
        )
    facts = {"index": proof.index, "records": proof.records}
    try:
        root = bytes.fromhex(str(entry.facts.get("root", "")))
    except ValueError:  # a leaf may say anything
        root = b""
    if proof.records != entry.facts.get("records") or not proof.holds(root):
        raise Invalid("evidence.record_not_in_batch", **facts)
    return good("record", "evidence.record_holds", facts)


def _opened(evidence: Evidence, keys: PublicKeys) -> tuple[TlogProof, proofs.SignedCheckpoint]:
    proof = proofs.parse(evidence.proof)
    origin = proof.checkpoint.partition("\n")[0]
    trusted = [key for key in keys.verifiers if key.name == origin]
    if not trusted:
        raise Invalid("evidence.log_unknown", origin=origin, keys=[str(k) for k in keys.verifiers])
    return proof, proofs.open_checkpoint(proof.checkpoint, Trust(origin, trusted))


def _signature(evidence: Evidence, keys: PublicKeys) -> Verdict:
    _, signed = _opened(evidence, keys)
    names = [f"{each.name}+{each.key_id.hex()}" for each in signed.by_log]
    facts = {"keys": names, "size": signed.checkpoint.size, "root": signed.checkpoint.root.hex()}
    return good("signature", "evidence.signature_holds", facts)


def _inclusion(evidence: Evidence, keys: PublicKeys) -> Verdict:
    del keys  # the signature has its own verdict
    proof = proofs.parse(evidence.proof)
    tree = proofs.checkpoint_of(proof.checkpoint)
    leaf = leaf_hash(evidence.entry)
    if not verify_inclusion(proof.index, tree.size, leaf, proof.path, tree.root):
        raise Invalid("evidence.proof_wrong", index=proof.index, size=tree.size)
    facts = {"index": proof.index, "size": tree.size}
    return good("inclusion", "evidence.inclusion_holds", facts)


def _timestamp(evidence: Evidence, keys: PublicKeys) -> Verdict:
    note = proofs.parse(evidence.proof).checkpoint.encode()
    digest = sha256(note).digest()
    stamp = timestamp_checks.check(evidence.stamp, digest, StampTrust(keys.roots))
    said = entries.parse(evidence.entry).at
    if stamp.at + _CLOCK < said:
        raise Invalid("evidence.stamp_before_leaf", stamped=stamp.at, said=said)
    authority = stamp.certificate.subject.rfc4514_string()
    facts = {"at": stamp.at.isoformat(), "authority": authority}
    return good("timestamp", "evidence.stamp_holds", facts)
