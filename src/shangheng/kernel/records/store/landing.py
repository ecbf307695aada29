# SPDX-License-Identifier: Apache-2.0
"""Where bytes arrive: told apart by their content, archived, and made ready to be read.

What comes in is a file or a stream in any of the formats (CSV, NDJSON, JSON, XLSX, Parquet, Arrow
IPC), perhaps under gzip or zstd, in UTF-8, UTF-8 with a byte-order mark, UTF-16 or GB18030. What
goes on is a file that DuckDB reads: the very file where that is possible, a spool where the bytes
had to be unpacked or recoded. Memory does not grow with the size.
"""

import codecs
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import zstandard

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.store.archive import Weigher

PIECE_BYTES = 1024 * 1024
SAMPLE_BYTES = 256 * 1024
LINE_BYTES_MAX = 8 * 1024 * 1024
ZSTD_BYTES_AT_ONCE = 4096
EXPANSION_MAX = 200
EXPANSION_FREE_BYTES = 64 * 1024 * 1024

Progress = Callable[[str, int, int], None]
"""Is told the name of a step, how much of it is done, and of how much."""


def untold(_step: str, _done: int, _total: int) -> None:
    """Say nothing: nobody watches."""


@dataclass(frozen=True)
class Landed:
    """Bytes that are ready to be read: where, as what, and what they were when they came."""

    path: Path
    format: str
    bytes: int
    digest: str
    name: str


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(sample: bytes) -> str:
    """Return the encoding of a text by its first bytes.

    Raises:
        Invalid: neither UTF-8 nor GB18030 nor marked UTF-16 (``file.encoding_unknown``).
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if b"\0" in sample:
        raise Invalid("file.nul_bytes", at=sample.index(b"\0"))
    if _is_utf8(sample):
        return "utf-8"
    try:
        codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError as error:
        raise Invalid("file.encoding_unknown", at=error.start) from error
    return "gb18030"


def format_of(sample: bytes, *, name: str = "") -> str:
    """Return the format of a file by its first bytes; its name is not trusted.

    Raises:
        Invalid: empty, markup, an old Excel file or anything else that cannot be records.
    """
    if not sample.removeprefix(codecs.BOM_UTF8).strip():
        raise Invalid("file.empty", file=name)
    for magic, known in ((b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"PK\x03\x04", "xlsx")):
        if sample.startswith(magic):
            return known
    if sample.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("file.old_excel", file=name)
    if sample.startswith((b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff")):
        raise Invalid("file.not_records", file=name)
    text = sample.decode(encoding_of(sample), errors="ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        raise Invalid("file.markup", file=name, begins=text[:40])
    return _text_format(text)


def _text_format(text: str) -> str:
    if text.startswith("["):
        return "json"
    if not text.startswith("{"):
        return "csv"
    ends = "}\n" in text or "}\r\n" in text or text.rstrip().endswith("}")
    return "ndjson" if ends else "json"


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(PIECE_BYTES):
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    opener = zlib.decompressobj(wbits=31)
    for piece in pieces:
        rest = piece
        while rest:
            yield opener.decompress(rest, PIECE_BYTES * 4)
            rest = opener.unconsumed_tail
            if opener.eof:
                rest = opener.unused_data or rest
                if not rest:
                    break
                opener = zlib.decompressobj(wbits=31)
    if not opener.eof:
        raise Invalid("file.truncated", compression="gzip")


def _unzstandard(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack frame after frame, fed little at a time: a few bytes may unpack into megabytes."""
    opener = zstandard.ZstdDecompressor().decompressobj()
    for piece in pieces:
        at, view = 0, memoryview(piece)
        while at < len(view):
            if opener.eof:
                opener = zstandard.ZstdDecompressor().decompressobj()
            given = view[at : at + ZSTD_BYTES_AT_ONCE]
            yield opener.decompress(given)
            at += len(given) - len(opener.unused_data)
    if not opener.eof:
        raise Invalid("file.truncated", compression="zstd")


def _bounded(pieces: Iterator[bytes], received: Callable[[], int]) -> Iterator[bytes]:
    """Stop a compressed file that unpacks into far more than any real export does."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > EXPANSION_FREE_BYTES and total > EXPANSION_MAX * received():
            raise Invalid("file.expands_too_much", bytes=received(), unpacked=total)
        yield piece


def _recoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    try:
        for piece in pieces:
            yield decoder.decode(piece).encode()
            done += len(piece)
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        raise Invalid("file.encoding_broken", encoding=encoding, at=done + error.start) from error


def _inspected(pieces: Iterator[bytes], *, lines: bool) -> Iterator[bytes]:
    """Pass text on, refusing NUL bytes and a line that no export has."""
    done = line_began = 0
    for piece in pieces:
        if b"\0" in piece:
            raise Invalid("file.nul_bytes", at=done + piece.index(b"\0"))
        last = piece.rfind(b"\n")
        if last >= 0:
            line_began = done + last
        elif lines and done + len(piece) - line_began > LINE_BYTES_MAX:
            raise Invalid("file.line_too_long", at=line_began, limit=LINE_BYTES_MAX)
        done += len(piece)
        yield piece


def _unpacked(
    pieces: Iterator[bytes], received: Callable[[], int], magic: bytes
) -> Iterator[bytes]:
    try:
        if magic.startswith(b"\x1f\x8b"):
            yield from _bounded(_gunzipped(pieces), received)
        else:
            yield from _bounded(_unzstandard(pieces), received)
    except (zlib.error, zstandard.ZstdError) as error:
        raise Invalid("file.compression_broken", detail=str(error)) from error


def _is_packed(head: bytes) -> bool:
    return head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd"))


def _chained(
    head: bytes, source: BinaryIO, sealer: Weigher, tell: Progress, total: int
) -> Iterator[bytes]:
    """Give the bytes as they come, each first put into the archive."""
    piece = head
    while piece:
        sealer.write(piece)
        tell("archive", sealer.bytes, total)
        yield piece
        piece = source.read(PIECE_BYTES)


def _spool(pieces: Iterator[bytes], into: Path) -> tuple[Path, str]:
    """Write the unpacked, recoded bytes to a file; return it with its format."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= SAMPLE_BYTES:
            break
    kind = format_of(head[:SAMPLE_BYTES])
    rest = _followed(head, pieces)
    if kind in {"csv", "json", "ndjson"}:
        encoding = encoding_of(head[:SAMPLE_BYTES])
        rest = rest if encoding == "utf-8" else _recoded(rest, encoding)
        rest = _inspected(rest, lines=kind != "json")
    path = into / f"spool.{kind}"
    with path.open("wb") as out:
        for piece in rest:
            out.write(piece)
    return path, kind


def _followed(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


class Landing:
    """Takes a batch's bytes in: archived as they came, readable as soon as may be."""

    def __init__(self, sealer: Weigher, work: Path, tell: Progress) -> None:
        """Land into ``work``, sealing the bytes as received into ``sealer``."""
        self._sealer, self.work, self._tell = sealer, work, tell

    def stream(self, source: BinaryIO, *, name: str, total: int = 0) -> Landed:
        """Take a stream in: everything is spooled before it is read."""
        head = source.read(SAMPLE_BYTES)
        pieces = _chained(head, source, self._sealer, self._tell, total)
        if _is_packed(head):
            pieces = _unpacked(pieces, lambda: self._sealer.bytes, head)
        path, kind = _spool(pieces, self.work)
        return Landed(path, kind, self._sealer.bytes, self._sealer.close(), name)

    def file(self, path: Path, *, name: str) -> "tuple[Path, str, Future[Landed]]":
        """Take a file in; where it can be read as it lies, reading need not wait for the archive.

        Returns the path to read, its format, and what will be known when all of it is archived.
        """
        before = path.stat()
        with path.open("rb") as source:
            head = source.read(SAMPLE_BYTES)
        packed = _is_packed(head)
        if packed or (format_of(head, name=name) in TEXTS and encoding_of(head) != "utf-8"):
            with path.open("rb") as source:
                landed = self.stream(source, name=name, total=before.st_size)
            done: Future[Landed] = Future()
            done.set_result(landed)
            return landed.path, landed.format, done
        kind = format_of(head, name=name)
        runner = ThreadPoolExecutor(1, thread_name_prefix="archive")
        future = runner.submit(self._archive, path, kind, before, name)
        runner.shutdown(wait=False)
        return self._plainly_named(path), kind, future

    def _plainly_named(self, path: Path) -> Path:
        """Return a name for the file in which its reader sees no pattern of many files."""
        if not set("*?[]") & set(path.name):
            return path
        link = self.work / "received"
        link.symlink_to(path.resolve())
        return link

    def _archive(self, path: Path, kind: str, before: os.stat_result, name: str) -> Landed:
        with path.open("rb") as source:
            pieces = _chained(
                source.read(PIECE_BYTES), source, self._sealer, self._tell, before.st_size
            )
            if kind in TEXTS:
                pieces = _inspected(pieces, lines=kind != "json")
            try:
                for _ in pieces:
                    pass
            except BaseException:
                self._sealer.abandon()
                raise
        digest = self._sealer.close()
        after = path.stat()
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise Invalid("file.changed_while_read", file=name)
        return Landed(path, kind, self._sealer.bytes, digest, name)


TEXTS = frozenset({"csv", "json", "ndjson"})
