# SPDX-License-Identifier: Apache-2.0
"""The archive: the bytes of a batch as received, compressed and encrypted.

A sealed file is a line of JSON (the wrapped key and its nonce) followed by frames: four bytes of
length, then AES-256-GCM over a zstd frame of at most 4 MiB of input. Each batch has a key of its
own, wrapped by the master key, so that destroying one key makes one batch unreadable. The number
of the frame is its nonce; the head, the length and whether it is the last are authenticated with
it: frames cannot be dropped, swapped or cut off unseen, and no byte of the file can change.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shangheng.kernel.errors import EvidenceBroken

FRAME_BYTES = 4 * 1024 * 1024
COMPRESSION_LEVEL = -3
LAST, MORE = b"last", b"more"
HEAD = -1
LENGTH_BYTES, TAG_BYTES = 4, 16


class Weigher:
    """Knows how many bytes went in and their digest; keeps none of them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._digest = hashlib.sha256()
        self.bytes = 0

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        self._digest.update(piece)
        self.bytes += len(piece)

    def close(self) -> str:
        """Return the SHA-256 of the input."""
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Let go of whatever is open."""


class Sealer(Weigher):
    """Writes one sealed file, a piece at a time, and knows the digest of what went in."""

    def __init__(self, path: Path, *, batch: str, master_key: bytes) -> None:
        """Open the file and write the head with a fresh key, wrapped by the master key."""
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
        wrapped = AESGCM(master_key).encrypt(nonce, key, batch.encode())
        head = {"batch": batch, "nonce": _text(nonce), "key": _text(wrapped)}
        self._head = json.dumps(head).encode() + b"\n"
        self._out = path.open("wb")
        self._out.write(self._head)
        self._cipher = AESGCM(key)
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._pending = b""
        self._frames = 0

    def write(self, piece: bytes) -> None:
        """Add a piece; whole frames go to the file at once."""
        super().write(piece)
        self._pending = self._pending + piece if self._pending else piece
        while len(self._pending) > FRAME_BYTES:
            frame, self._pending = self._pending[:FRAME_BYTES], self._pending[FRAME_BYTES:]
            self._frame(frame, MORE)

    def _frame(self, piece: bytes, place: bytes) -> None:
        nonce, packed = struct.pack(">4xQ", self._frames), self._compressor.compress(piece)
        length = struct.pack(">I", len(packed) + TAG_BYTES)
        self._out.write(length + self._cipher.encrypt(nonce, packed, self._head + length + place))
        self._frames += 1

    def close(self) -> str:
        """Write the last frame, make the file's bytes durable, return the SHA-256 of the input."""
        try:
            self._frame(self._pending, LAST)
            self._out.close()
        except BaseException:
            self.abandon()
            raise
        return super().close()

    def abandon(self) -> None:
        """Close the file without the last frame; it can no longer be opened."""
        with suppress(OSError):  # a full disk: what could not be written is given up
            self._out.close()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def seal_file(source: Path, target: Path, *, batch: str, master_key: bytes) -> None:
    """Write a sealed copy of a file."""
    sealer = Sealer(target, batch=batch, master_key=master_key)
    try:
        with source.open("rb") as plain:
            while piece := plain.read(FRAME_BYTES):
                sealer.write(piece)
        sealer.close()
    except BaseException:
        sealer.abandon()
        raise


def batch_secret(path: Path, *, master_key: bytes) -> bytes:
    """Return the 32 bytes from which a sealed batch's salts come: bound to the key of its archive.

    When that key is destroyed, neither the bytes nor a guess at a record can be checked any more.

    Raises:
        EvidenceBroken: the head of the file was altered (``archive.altered``).
    """
    with path.open("rb") as source:
        key = _key(source.readline(), path, master_key)
    return hmac.digest(key, b"salts", "sha256")


def unsealed(path: Path, *, master_key: bytes) -> Iterator[bytes]:
    """Give back the bytes as received, a frame at a time.

    Raises:
        EvidenceBroken: a frame was altered, dropped, swapped or cut off (``archive.altered``).
    """
    with path.open("rb") as source:
        head = source.readline()
        yield from _frames(source, AESGCM(_key(head, path, master_key)), head, path)


def _key(head: bytes, path: Path, master_key: bytes) -> bytes:
    try:
        told = json.loads(head)
        wrapped, nonce = base64.b64decode(told["key"]), base64.b64decode(told["nonce"])
        return AESGCM(master_key).decrypt(nonce, wrapped, told["batch"].encode())
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise EvidenceBroken("archive.altered", path=str(path), frame=HEAD) from error


def _frames(source: BinaryIO, cipher: AESGCM, head: bytes, path: Path) -> Iterator[bytes]:
    opener = zstandard.ZstdDecompressor()
    number, sealed, following = 0, _next_frame(source), b"?"
    while following:
        following = _next_frame(source)
        length, body = sealed[:LENGTH_BYTES], sealed[LENGTH_BYTES:]
        known = head + length + (MORE if following else LAST)
        try:
            opened = cipher.decrypt(struct.pack(">4xQ", number), body, known)
        except InvalidTag as error:
            raise EvidenceBroken("archive.altered", path=str(path), frame=number) from error
        yield opener.decompress(opened, max_output_size=FRAME_BYTES)
        number, sealed = number + 1, following


def _next_frame(source: BinaryIO) -> bytes:
    """Return a frame with its length before it; nothing only where the file ends."""
    length = source.read(LENGTH_BYTES)
    whole = len(length) == LENGTH_BYTES
    return length + (source.read(struct.unpack(">I", length)[0]) if whole else b"")
