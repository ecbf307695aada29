# SPDX-License-Identifier: Apache-2.0
"""The archive: the bytes of a batch as received, compressed and encrypted.

A sealed file is a line of JSON (the wrapped key and its nonce) followed by frames: four bytes of
length, then AES-256-GCM over a zstd frame of at most 4 MiB of input. Each batch has a key of its
own, wrapped by the master key, so that destroying one key makes one batch unreadable. The number
of the frame is its nonce and whether it is the last is authenticated: frames cannot be dropped,
swapped or cut off unseen.
"""

import base64
import hashlib
import json
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shangheng.kernel.errors import EvidenceBroken

FRAME_BYTES = 4 * 1024 * 1024
COMPRESSION_LEVEL = -3
LAST, MORE = b"last", b"more"


class Sealer:
    """Writes one sealed file, a piece at a time, and knows the digest of what went in."""

    def __init__(self, path: Path, *, batch: str, master_key: bytes) -> None:
        """Open the file and write the head with a fresh key, wrapped by the master key."""
        path.parent.mkdir(parents=True, exist_ok=True)
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        wrapped = AESGCM(master_key).encrypt(nonce, key, batch.encode())
        head = {"batch": batch, "nonce": _text(nonce), "key": _text(wrapped)}
        self._out = path.open("wb")
        self._out.write(json.dumps(head).encode() + b"\n")
        self._cipher = AESGCM(key)
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._digest = hashlib.sha256()
        self._pending = b""
        self._frames = 0
        self.bytes = 0

    def write(self, piece: bytes) -> None:
        """Add a piece; whole frames go to the file at once."""
        self._digest.update(piece)
        self.bytes += len(piece)
        self._pending = self._pending + piece if self._pending else piece
        while len(self._pending) > FRAME_BYTES:
            frame, self._pending = self._pending[:FRAME_BYTES], self._pending[FRAME_BYTES:]
            self._frame(frame, MORE)

    def _frame(self, piece: bytes, place: bytes) -> None:
        nonce = struct.pack(">4xQ", self._frames)
        sealed = self._cipher.encrypt(nonce, self._compressor.compress(piece), place)
        self._out.write(struct.pack(">I", len(sealed)) + sealed)
        self._frames += 1

    def close(self) -> str:
        """Write the last frame, make the file's bytes durable, return the SHA-256 of the input."""
        self._frame(self._pending, LAST)
        self._out.close()
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Close the file without the last frame; it can no longer be opened."""
        self._out.close()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def unsealed(path: Path, *, master_key: bytes) -> Iterator[bytes]:
    """Give back the bytes as received, a frame at a time.

    Raises:
        EvidenceBroken: a frame was altered, dropped, swapped or cut off (``archive.altered``).
    """
    with path.open("rb") as source:
        head = json.loads(source.readline())
        wrapped, nonce = base64.b64decode(head["key"]), base64.b64decode(head["nonce"])
        try:
            key = AESGCM(master_key).decrypt(nonce, wrapped, head["batch"].encode())
        except InvalidTag as error:
            raise EvidenceBroken("archive.altered", path=str(path), frame=-1) from error
        yield from _frames(source, AESGCM(key), path)


def _frames(source: BinaryIO, cipher: AESGCM, path: Path) -> Iterator[bytes]:
    opener = zstandard.ZstdDecompressor()
    number, sealed = 0, _next_frame(source)
    while sealed:
        following = _next_frame(source)
        place = MORE if following else LAST
        try:
            opened = cipher.decrypt(struct.pack(">4xQ", number), sealed, place)
        except InvalidTag as error:
            raise EvidenceBroken("archive.altered", path=str(path), frame=number) from error
        yield opener.decompress(opened, max_output_size=FRAME_BYTES)
        number, sealed = number + 1, following


def _next_frame(source: BinaryIO) -> bytes:
    length = source.read(4)
    return source.read(struct.unpack(">I", length)[0]) if len(length) == 4 else b""  # noqa: PLR2004 - the four bytes of the length
