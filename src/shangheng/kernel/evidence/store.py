# SPDX-License-Identifier: Apache-2.0
"""The log on disk: plain files below one folder, which any web server can serve.

Tiles are immutable: a file is put where none was, whole or not at all, and putting it again is
allowed only with the same bytes. Only the checkpoint is replaced.
"""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from secrets import token_hex

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound

_PENDING = ".pending"
_FLUSHES_AT_ONCE = 8
_TOGETHER = 256  # files written before the first is flushed: one commit of the disk serves many


class TileStore:
    """A folder of files that appear atomically and stay as they are."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Open or make the folder; `durable` waits for the disk, and is off only for tests."""
        self.folder = folder
        self.durable = durable
        self._known = {folder}
        (folder / _PENDING).mkdir(parents=True, exist_ok=True)

    def read(self, path: str) -> bytes:
        """Return the bytes at a path."""
        try:
            return self._place(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound("evidence.file_missing", path=path) from error

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Put files where none are, each whole or not at all; durable together when it returns.

        Killed in between, some of the files are there: putting all of them again completes it.
        Different bytes where a file already is mean a forked or damaged log.
        """
        folders: set[Path] = set()
        each = iter(files)
        while some := list(islice(each, _TOGETHER)):
            places = [self._place(path) for path, _ in some]
            for place in places:
                self._make(place.parent, folders)
            pending = self._write([data for _, data in some])
            try:
                for (path, data), place, written in zip(some, places, pending, strict=True):
                    _link(written, place, path, data)
            finally:
                for written in pending:
                    written.unlink()
        self._sync(folders)

    def replace(self, path: str, data: bytes) -> None:
        """Put a file in the place of another; a reader sees the old bytes or the new ones."""
        folders: set[Path] = set()
        place = self._place(path)
        self._make(place.parent, folders)
        (written,) = self._write([data])
        written.replace(place)
        self._sync(folders)

    def clear_pending(self) -> None:
        """Remove what a crash left half-written; call only while nobody writes."""
        for left in (self.folder / _PENDING).iterdir():
            left.unlink()

    def _place(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or {"..", _PENDING} & set(parts) or "\0" in path:
            raise Invalid("evidence.tile_path", path=path)
        return self.folder.joinpath(*parts)

    def _write(self, contents: Sequence[bytes]) -> list[Path]:
        """Write files aside, whole and flushed, to be moved to their places."""
        pending = [self.folder / _PENDING / token_hex(16) for _ in contents]
        for written, data in zip(pending, contents, strict=True):
            with written.open("xb") as file:
                file.write(data)
        if self.durable:
            flush_all(pending)
        return pending

    def _make(self, folder: Path, touched: set[Path]) -> None:
        """Make a folder; its name is durable only once the folders above are synced, too."""
        touched.add(folder)
        if folder not in self._known:
            folder.mkdir(parents=True, exist_ok=True)
            touched.update(each for each in folder.parents if each.is_relative_to(self.folder))

    def _sync(self, folders: set[Path]) -> None:
        if self.durable:
            flush_all(folders)
        self._known |= folders


def _link(written: Path, place: Path, path: str, data: bytes) -> None:
    """Give a written file its place, which fails if the place is taken."""
    try:
        os.link(written, place)
    except FileExistsError as error:
        found = place.read_bytes()
        if found != data:
            facts = {"path": path, "found": found, "expected": data}
            raise EvidenceBroken("evidence.file_differs", **facts) from error


def flush_all(places: Iterable[Path]) -> None:
    """Wait until files or folders are on the disk; asked at once, they share its commits."""
    asked = list(places)
    if len(asked) == 1:
        flush(asked[0])
    else:
        list(_flushers(os.getpid()).map(flush, asked))


@lru_cache(maxsize=1)
def _flushers(process: int) -> ThreadPoolExecutor:  # noqa: ARG001 - a forked child has none
    """Return the threads that wait for the disk: to start them takes as long as many a flush."""
    return ThreadPoolExecutor(_FLUSHES_AT_ONCE, "flush")


def flush(place: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
