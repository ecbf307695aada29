# SPDX-License-Identifier: Apache-2.0
"""What a leaf of the log says: an entry that commits to a content without showing it.

An entry is one line of JSON: what was done, to which object, when, a commitment to the content
(the salted hash of ``hashing.record_leaf``) and a few public facts. Whoever holds content and salt
can show that this was sealed; whoever holds only the log learns nothing that could be guessed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.hashing import HASH_BYTES, record_leaf

Fact = str | int
WHAT = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*", re.ASCII)
OBJECT_CHARACTERS_MAX = 100
BATCH_TAKEN = "batch.taken"
LEDGER_COMMITTED = "ledger.committed"
STAMP_TRUSTED = "stamp.trusted"
SEALING_BEGAN = "sealing.began"
KEY_ADDED, KEY_RETIRED = "key.added", "key.retired"
BATCH_FACTS = ("kind", "reporter", "rows_read", "accepted", "corrected", "unchanged", "rejected")
"""What the log shows of a batch's receipt; it commits to the rest.

The digest of the bytes is not shown: of a file with one record it would let a telephone number be
guessed.
"""
_SHOWN = 100
_NAMES = {"at", "commitment", "facts", "object", "what"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """``what`` was done (``batch.taken``) to ``object_id`` at a moment; ``facts`` are public."""

    what: str
    object_id: str
    at: datetime
    commitment: bytes
    facts: Mapping[str, Fact] = field(default_factory=dict)


def canonical(content: object) -> bytes:
    """Write plain values as the one JSON text that is sealed: keys in order, no spaces, UTF-8.

    For texts, whole numbers, true, false and nothing this is the form of RFC 8785; numbers with a
    fraction are refused, since programs write them in several ways.
    """
    _refuse_fractions(content)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def commitment(salt: bytes, content: bytes) -> bytes:
    """Return what an entry shows of a content: its salted hash."""
    return record_leaf(salt, sha256(content).digest())


def encode(entry: Entry) -> bytes:
    """Write an entry; what could not be read back is refused."""
    plain = {
        "at": entry.at.isoformat(),
        "commitment": entry.commitment.hex(),
        "facts": dict(entry.facts),
        "object": entry.object_id,
        "what": entry.what,
    }
    if not _fits(entry):
        raise Invalid("evidence.entry_malformed", text=str(plain)[:_SHOWN])
    try:
        return canonical(plain)
    except UnicodeEncodeError as error:
        raise Invalid("evidence.entry_malformed", text=ascii(plain)[:_SHOWN]) from error


def parse(data: bytes) -> Entry:
    """Read an entry; a spelling that `encode` would not write is refused."""
    try:
        plain = json.loads(data)
        entry = _entry(plain)
        is_canonical = canonical(plain) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Invalid) as error:
        raise Invalid("evidence.entry_malformed", text=_shown(data)) from error
    if not is_canonical or set(plain) != _NAMES or not _fits(entry):
        raise Invalid("evidence.entry_malformed", text=_shown(data))
    return entry


def _entry(plain: dict[str, Any]) -> Entry:
    return Entry(
        what=plain["what"],
        object_id=plain["object"],
        at=datetime.fromisoformat(plain["at"]),
        commitment=bytes.fromhex(plain["commitment"]),
        facts=dict(plain["facts"]),
    )


def _fits(entry: Entry) -> bool:
    """Tell whether every part has the form that it must have."""
    return (
        bool(WHAT.fullmatch(entry.what))
        and 0 < len(entry.object_id) <= OBJECT_CHARACTERS_MAX
        and entry.at.tzinfo is not None
        and len(entry.commitment) == HASH_BYTES
        and all(isinstance(fact, str | int) for fact in entry.facts.values())
    )


def _refuse_fractions(content: object) -> None:
    inside: list[object] = [content]
    while inside:
        value = inside.pop()
        if isinstance(value, str | int):
            continue
        if isinstance(value, float):
            raise Invalid("evidence.content_fraction", value=value)
        if isinstance(value, dict):
            inside += value.values()
        elif isinstance(value, list | tuple):
            inside += value


def _shown(data: bytes) -> str:
    return data[:_SHOWN].decode("utf-8", "replace")
