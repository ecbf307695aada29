# SPDX-License-Identifier: Apache-2.0
"""Signed notes: text with signatures by named keys (C2SP signed-note).

A note is opened with the keys that its reader trusts. Signatures by other keys are ignored, one by
a trusted key that does not verify condemns the note, and at least one good one is required.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.keys import (
    KEY_ID_BYTES,
    Kind,
    SignerKey,
    VerifierKey,
    check_name,
    parse_signer,
    parse_verifier,
    signed_at,
)
from shangheng.kernel.evidence.texts import read_base64, write_base64
from shangheng.kernel.evidence.tokens import TokenKey

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
Signer = SignerKey | TokenKey
"""Whatever signs: a key that is held here, or one in a device."""
_MARK = "\u2014 "  # an em dash and a space begin a signature line


@dataclass(frozen=True)
class Signature:
    """One signature line; `kind` is known once a key of the reader verified it."""

    name: str
    key_id: bytes
    body: bytes
    kind: Kind | None = None

    @property
    def at(self) -> int | None:
        """The time that the signer states: POSIX seconds, milliseconds for a tree head."""
        return None if self.kind in (None, Kind.ED25519, Kind.SM2) else signed_at(self.body)

    def __str__(self) -> str:
        """Return the line without its newline."""
        return f"{_MARK}{self.name} {write_base64(self.key_id + self.body)}"


@dataclass(frozen=True)
class Note:
    """A text that a trusted key signed; `unverified` are the signatures by unknown keys."""

    text: str
    signatures: tuple[Signature, ...]
    unverified: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        """Return the note as it is written down."""
        return _written(self.text, (*self.signatures, *self.unverified))


def sign(text: str, key: Signer | str) -> str:
    """Return the note of a text, which MUST end in a newline, with its first signature."""
    _check_characters(text)
    if not text.endswith("\n"):
        raise Invalid("evidence.note_unfinished")
    return _written(text, [_signature(text, _signer(key), at=None)])


def countersign(note: str, key: Signer | str, *, at: int | None = None) -> str:
    """Add a signature to a note: a second key in a rotation, or a witness at POSIX second `at`.

    The other signatures are not looked at. A witness MUST have seen that the checkpoint is
    consistent with the last one it signed.
    """
    text, signatures = _split(note)
    return _written(text, [*signatures, _signature(text, _signer(key), at=at)])


def open_note(text: str | bytes, keys: Iterable[VerifierKey | str]) -> Note:
    """Return the note if a trusted key signed it; refuse anything malformed.

    The steps are those of signed-note, "Signatures".
    """
    trusted = _by_identity(keys)
    # 1. The note MUST be well formed, down to the signatures of unknown keys.
    body, signatures = _split(text)
    verified: list[Signature] = []
    unverified: list[Signature] = []
    for signature in signatures:
        candidates = trusted.get((signature.name, signature.key_id), ())
        # 2. Signatures from unknown keys, by name and id together, MUST be ignored.
        if not candidates:
            unverified.append(signature)
            continue
        facts = {"name": signature.name, "key_id": signature.key_id.hex()}
        if len(candidates) > 1:
            raise Invalid("evidence.note_key_ambiguous", **facts)
        # 3. Those from known keys MUST verify.
        if not candidates[0].verifies(body, signature.body):
            raise Invalid("evidence.note_signature_wrong", **facts)
        identity = signature.name, signature.key_id, signature.body
        verified.append(Signature(*identity, kind=candidates[0].kind))
    # 4. A note without any verified signature MUST be refused.
    if not verified:
        raise Invalid("evidence.note_untrusted", names=[each.name for each in unverified])
    return Note(body, tuple(verified), tuple(unverified))


def _by_identity(
    keys: Iterable[VerifierKey | str],
) -> dict[tuple[str, bytes], list[VerifierKey]]:
    if isinstance(keys, str):  # a text is iterable too, but never meant letter by letter
        keys = [keys]
    trusted: dict[tuple[str, bytes], list[VerifierKey]] = defaultdict(list)
    for given in keys:
        key = given if isinstance(given, VerifierKey) else parse_verifier(given)
        trusted[key.name, key.key_id].append(key)
    return dict(trusted)


def _split(note: str | bytes) -> tuple[str, list[Signature]]:
    """Cut a note at its last empty line into text and signatures."""
    note = _decoded(note)
    _check_characters(note)
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise Invalid("evidence.note_unsigned")
    if lines.count("\n") > SIGNATURES_MAX:
        raise Invalid("evidence.note_signatures", count=lines.count("\n"), max=SIGNATURES_MAX)
    return text + "\n", [_parse_line(line) for line in lines[:-1].split("\n")]


def _parse_line(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space:
        raise Invalid("evidence.note_signature_line", text=line)
    check_name(name)
    raw = read_base64(encoded, "evidence.note_signature_line")
    if len(raw) <= KEY_ID_BYTES:
        raise Invalid("evidence.note_signature_line", text=line)
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _decoded(note: str | bytes) -> str:
    if len(note) > NOTE_BYTES_MAX:
        raise Invalid("evidence.note_length", length=len(note), max=NOTE_BYTES_MAX)
    if isinstance(note, str):
        return note
    try:
        return note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("evidence.note_not_utf8", position=error.start) from error


def _check_characters(text: str) -> None:
    """Refuse control characters other than the newline, and what UTF-8 cannot carry."""
    if control := _CONTROL.search(text):
        raise Invalid("evidence.note_control_character", position=control.start())
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid("evidence.note_not_utf8", position=error.start) from error


def _signer(key: Signer | str) -> Signer:
    return parse_signer(key) if isinstance(key, str) else key


def _signature(text: str, key: Signer, *, at: int | None) -> Signature:
    body = key.sign(text, at=at)
    return Signature(key.name, key.verifier.key_id, body, key.kind)


def _written(text: str, signatures: Iterable[Signature]) -> str:
    return "\n".join((text, *map(str, signatures), ""))
