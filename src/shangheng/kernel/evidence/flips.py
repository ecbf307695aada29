# SPDX-License-Identifier: Apache-2.0
"""Which single byte of a file was changed, found from its CRC-32 and proved by its SHA-256.

A CRC is linear: what a changed byte does to it depends on nothing but the change and on how many
bytes follow. So the difference of both CRCs is carried back from the end, byte by byte, until it
is what one byte does. Whoever changes more than one byte, or the CRC too, is not found this way.
"""

import zlib
from dataclasses import dataclass
from hashlib import sha256

FILE_BYTES_MAX = 1 << 24  # a longer file would take seconds
_TABLE = tuple(zlib.crc32(bytes((n,))) ^ zlib.crc32(b"\0") for n in range(256))
_BY_VALUE = {value: n for n, value in enumerate(_TABLE)}
_BY_TOP = {value >> 24: n for n, value in enumerate(_TABLE)}


@dataclass(frozen=True)
class Flip:
    """The byte that was changed: where it is in its file, what it is and what it was."""

    at: int
    now: int
    was: int


def flipped(data: bytes, crc: int, digest: str) -> Flip | None:
    """Return the one byte whose change explains both CRC and SHA-256; nothing where none does.

    Without a digest the CRC alone decides, where it leaves no choice.
    """
    if len(data) > FILE_BYTES_MAX:
        return None
    error, found = zlib.crc32(data) ^ crc, []
    for at in range(len(data) - 1, -1, -1):
        if by := _BY_VALUE.get(error):
            was = data[at] ^ by
            right = sha256(data[:at] + bytes((was,)) + data[at + 1 :]).hexdigest()
            if right == digest:
                return Flip(at, data[at], was)
            found.append(Flip(at, data[at], was))
        top = _BY_TOP[error >> 24]
        error = ((error ^ _TABLE[top]) << 8 | top) & 0xFFFFFFFF
    return found[0] if not digest and len(found) == 1 else None
