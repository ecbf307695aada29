# SPDX-License-Identifier: Apache-2.0
"""What can be done to the log: sequence a leaf, change the keys that sign.

A leaf is *sequenced* in the transaction of the action that it is about: both are there or neither.
The one row that counts leaves is locked until that transaction ends, so indexes have no gaps and
follow the order of commits, on SQLite and on PostgreSQL alike. Seal last in a transaction: others
that seal wait for it.

Where nobody may wait, `seal_soon` writes the leaf without its index, in the same transaction; the
next integration gives it one. What is committed is sealed either way, and what is not leaves none.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from django.db import connection, transaction
from django.db.models import F, Model

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import entries, log, queries
from shangheng.kernel.evidence.entries import (
    BATCH_FACTS,
    BATCH_TAKEN,
    KEY_ADDED,
    KEY_RETIRED,
    SEALING_BEGAN,
    STAMP_TRUSTED,
    Entry,
    Fact,
)
from shangheng.kernel.evidence.hashing import SALT_BYTES
from shangheng.kernel.evidence.keys import Kind, VerifierKey, parse_verifier
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.merkle import leaf_hash
from shangheng.kernel.evidence.models import LeafRow, LogRow, WaitingRow
from shangheng.kernel.evidence.tiles import ENTRY_BYTES_MAX

_THE_LOG = 1
_COLUMNS = ("index", "entry", "hash", "salt", "what", "object_id", "at")
_WAITING_A_ROUND = 500


def seal(
    what: str,
    object_id: str,
    content: object,
    *,
    at: datetime,
    facts: Mapping[str, Fact] | None = None,
) -> int:
    """Sequence a leaf that commits to a content, and return its index.

    MUST be called inside the transaction that writes the object. The content is plain values (or
    bytes) and stays secret; `facts` are public for ever and MUST NOT hold personal data or
    business secrets.
    """
    return sequence([_leaf(what, object_id, content, at, facts)])


def seal_soon(
    what: str,
    object_id: str,
    content: object,
    *,
    at: datetime,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Write a leaf like `seal`, to be sequenced by whoever integrates next.

    For what is done thousands of times a second, and for what is done while rows are locked that
    others want: it locks nothing.
    """
    row = _row(*_leaf(what, object_id, content, at, facts))
    with connection.cursor() as cursor:
        cursor.execute(_insert(WaitingRow, _COLUMNS[1:]), row)


def sequence_waiting() -> int:
    """Give every leaf that waits its index, in the order in which they were written."""
    moved = 0
    while WaitingRow.objects.exists() and (taken := _moved()):  # to look locks nobody out
        moved += taken
    return moved


def _moved() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        _take(0)  # one process at a time; what another has taken is gone when this one looks
        waiting = WaitingRow.objects.order_by("pk").values_list("pk", *_COLUMNS[1:])
        rows = list(waiting[:_WAITING_A_ROUND])
        if not rows:
            return 0
        first = _take(len(rows))
        told = [
            (index, *row[1:-1], connection.ops.adapt_datetimefield_value(row[-1]))
            for index, row in enumerate(rows, start=first)
        ]
        cursor.executemany(_insert(LeafRow, _COLUMNS), told)
        # By their keys: what others commit meanwhile has not been seen, even if its key is lower.
        WaitingRow.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return len(rows)


def _leaf(
    what: str, object_id: str, content: object, at: datetime, facts: Mapping[str, Fact] | None
) -> tuple[Entry, bytes]:
    """Return the entry that commits to a content, and the salt that opens it."""
    data = content if isinstance(content, bytes) else entries.canonical(content)
    salt = secrets.token_bytes(SALT_BYTES)
    entry = Entry(
        what=what,
        object_id=object_id,
        at=at,
        commitment=entries.commitment(salt, data),
        facts=facts or {},
    )
    return entry, salt


def seal_batches(receipts: Mapping[str, Mapping[str, Any]]) -> None:
    """Sequence the leaves of batches that were taken: receipt, root, public facts, by object id.

    MUST be called inside the transaction that writes the batches. The totals in a receipt are
    committed to and not shown; the root says which records, and nothing about them.
    """
    leaves = []
    for object_id, receipt in receipts.items():
        facts: dict[str, Fact] = {name: receipt[name] for name in (*BATCH_FACTS, "records")}
        facts["root"] = receipt["records_root"].removeprefix("sha256:")
        at = datetime.fromisoformat(receipt["recorded_at"])
        leaves.append(_leaf(BATCH_TAKEN, object_id, receipt, at, facts))
    if leaves:
        sequence(leaves)


def sequence(leaves: Sequence[tuple[Entry, bytes]]) -> int:
    """Sequence entries, each with the salt of its commitment; return the index of the first."""
    rows = [_row(entry, salt) for entry, salt in leaves]
    with transaction.atomic(), connection.cursor() as cursor:
        first = _take(len(rows))
        numbered = [(index, *row) for index, row in enumerate(rows, start=first)]
        cursor.executemany(_insert(LeafRow, _COLUMNS), numbered)
    return first


def began(noun: str, found: Callable[[datetime], Mapping[str, Fact]], *, at: datetime) -> None:
    """Seal, once in the life of a log, that from now on all of a noun is sealed.

    ``found`` seals what stood there before as it was found, and returns how much it was: an older
    house can prove since when it is unchanged, and no more. There is no second beginning under
    which something could be slipped in later.
    """
    with transaction.atomic():
        _take(0)  # one process at a time
        if not queries.leaves_of(noun, SEALING_BEGAN):
            facts = dict(found(at))
            seal(SEALING_BEGAN, noun, facts, at=at, facts=facts)


def begin(opened: Log, *, at: datetime) -> None:
    """Seal the public keys that no leaf tells of: the first leaf of a log says whose it is.

    Keys that are kept elsewhere are changed in the settings: the next `begin` tells which came and
    which went.
    """
    with transaction.atomic():
        _take(0)  # one process at a time
        told = {str(entries.parse(each.entry).facts["key"])
                for each in queries.leaves_saying(KEY_ADDED)}  # fmt: skip
        gone = {each.object_id for each in queries.leaves_saying(KEY_RETIRED)}
        now = [signer.verifier for signer in opened.signers]
        for key in now:
            if str(key) not in told:
                _seal_key(KEY_ADDED, key, at=at)
        for key in map(parse_verifier, sorted(told - set(map(str, now)))):
            if key.kind is not Kind.SM2 and key.key_id.hex() not in gone:
                _seal_key(KEY_RETIRED, key, at=at)


def rotate(opened: Log, *, at: datetime) -> str:
    """Let a new key sign beside the others, and return its public half.

    Both sign until `retire` takes the old one away, so that verifiers have time to learn the new.

    Raises:
        Invalid: the keys are kept outside the home (``evidence.key_elsewhere``).
    """
    log.require_held(opened)
    key = log.new_key(opened.origin)
    # The leaf comes first: a key that signs or is published is one that the log tells of.
    with transaction.atomic():
        _seal_key(KEY_ADDED, key.verifier, at=at)
    log.publish_keys(opened, [key.verifier])
    log.keep_signers(opened, [key, *opened.signers])
    return str(key.verifier)


def add_sm2(opened: Log, *, at: datetime) -> None:
    """Make the SM2 key that signs beside the others, where there is none yet."""
    if opened.sm2 is not None:
        return
    key = log.new_key(opened.origin, Kind.SM2)
    with transaction.atomic():
        _seal_key(KEY_ADDED, key.verifier, at=at)
    log.keep_signers(opened, [*opened.signers, key])
    log.publish_keys(replace(opened, signers=(*opened.signers, key)))


def trust_outside(opened: Log, *, at: datetime) -> None:
    """Seal and publish the roots of the authority outside, each once."""
    told = {leaf.object_id for leaf in queries.leaves_saying(STAMP_TRUSTED)}
    for root in opened.outside.roots:
        fingerprint = root.fingerprint(SHA256()).hex()
        if fingerprint not in told:
            facts = {"subject": root.subject.rfc4514_string(), "sha256": fingerprint}
            with transaction.atomic():
                seal(STAMP_TRUSTED, fingerprint, facts, at=at, facts=facts)
    log.publish_keys(opened)


def retire(opened: Log, key_id: str, *, at: datetime) -> None:
    """Let a key sign no longer; what it has signed stays verifiable, its public half published."""
    kept = [signer for signer in opened.signers if signer.verifier.key_id.hex() != key_id]
    is_signed = any(signer.kind is Kind.ED25519 for signer in kept)
    if len(kept) == len(opened.signers) or not is_signed:
        known = [signer.verifier.key_id.hex() for signer in opened.signers]
        raise Invalid("evidence.key_not_retired", key_id=key_id, known=known)
    (gone,) = set(opened.signers) - set(kept)
    if gone.kind is not Kind.SM2:
        log.require_held(opened)
    with transaction.atomic():
        _seal_key(KEY_RETIRED, gone.verifier, at=at)
    log.keep_signers(opened, kept)


def renew_stamp(opened: Log, *, at: datetime) -> None:
    """Let the embedded time-stamp authority go on with a new key; its root stays the same."""
    with transaction.atomic():
        authority = {"subject": opened.authority.certificate.subject.rfc4514_string()}
        seal("stamp.renewed", "stamp", authority, at=at, facts=authority)
    log.renew_authority(opened, at=at)


def _seal_key(what: str, key: VerifierKey, *, at: datetime) -> None:
    public = {"key": str(key)}
    seal(what, key.key_id.hex(), public, at=at, facts=public)


def _row(entry: Entry, salt: bytes) -> tuple[bytes | str | None, ...]:
    """Return the columns of a leaf behind its index, in the order of `_COLUMNS`."""
    data = entries.encode(entry)
    if len(data) > ENTRY_BYTES_MAX:
        raise Invalid("evidence.entry_length", length=len(data), max=ENTRY_BYTES_MAX)
    at = connection.ops.adapt_datetimefield_value(entry.at)
    return data, leaf_hash(data), salt, entry.what, entry.object_id, at


@cache
def _insert(of: type[Model], names: tuple[str, ...]) -> str:
    """Return the statement that writes a leaf; through objects it takes five times as long."""
    quote = connection.ops.quote_name
    table, columns = quote(of._meta.db_table), ", ".join(map(quote, names))  # noqa: SLF001
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(names))})"


def _take(count: int) -> int:
    """Take the next indexes; the row stays locked until the transaction ends."""
    counted = LogRow.objects.filter(pk=_THE_LOG)
    if not counted.update(size=F("size") + count):
        LogRow.objects.get_or_create(pk=_THE_LOG, defaults={"size": 0})
        counted.update(size=F("size") + count)
    return counted.values_list("size", flat=True).get() - count
