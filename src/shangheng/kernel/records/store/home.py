# SPDX-License-Identifier: Apache-2.0
"""The folders of a ledger."""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from deltalake.exceptions import DeltaError

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.evidence.store import flush_all


@dataclass(frozen=True)
class Ledger:
    """A ledger on disk: what lies where under its root.

    ``tables/<kind>`` and ``claims/<kind>`` are Delta Lake tables partitioned by day,
    ``history/<kind>`` holds the replaced versions, ``keys/<kind>`` the key index, ``batches/<id>``
    receipts, rejects and record hashes, ``archive/`` the bytes as received, encrypted.
    ``master_key`` (32 bytes) wraps the keys of the archive and keys the pseudonyms.
    """

    root: Path
    master_key: bytes
    memory_mb: int = 1200
    threads: int = 2

    def table(self, kind: str) -> Path:
        """Return the folder of a kind's table."""
        return self.root / "tables" / kind

    def claims(self, kind: str) -> Path:
        """Return the folder of what second reporters said of a kind's records."""
        return self.root / "claims" / kind

    def history(self, kind: str) -> Path:
        """Return the folder of a kind's replaced record versions."""
        return self.root / "history" / kind

    def keys(self, kind: str) -> Path:
        """Return the folder of a kind's key index."""
        return self.root / "keys" / kind

    def batch(self, batch: str) -> Path:
        """Return the folder of a batch."""
        return self.root / "batches" / batch

    def archive(self, batch: str) -> Path:
        """Return the file that holds a batch's bytes as received, encrypted."""
        return self.root / "archive" / batch[:2] / f"{batch}.sealed"

    def answer(self, number: str) -> Path:
        """Return the file that holds an answer given under a case, encrypted."""
        return self.root / "answers" / f"{number}.sealed"

    def begin_work(self) -> Path:
        """Make a folder in which something is worked on; it goes when that is done.

        Its name begins with that of its owner, this process, by which others see whether it still
        lives (``sweeping``).
        """
        folder = self.root / "work" / f"{owner(self.root)}-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    @contextmanager
    def locked(self, kind: str) -> Iterator[None]:
        """Hold the one pen of a kind: one process at a time writes its table and index."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{kind}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


_owners: dict[tuple[Path, int], str] = {}


def owner(root: Path) -> str:
    """Return this process's name among those that work in a ledger.

    While it lives it holds a lock on a file of that name, which the system lets go of however the
    process ends; a child made by fork takes a name of its own.
    """
    key = (root, os.getpid())
    if key not in _owners:
        _owners.setdefault(key, _become_owner(root))
    return _owners[key]


def _become_owner(root: Path) -> str:
    """Lock a new file for as long as this process lives.

    Anew if somebody swept the file away before the lock was there.
    """
    while True:
        name = secrets.token_hex(8)
        path = owner_file(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():
            return name
        os.close(handle)


def owner_file(root: Path, name: str) -> Path:
    """Return the file on which a process that works in a ledger holds its lock."""
    return root / "locks" / "owners" / name


@contextmanager
def room_needed() -> Iterator[None]:
    """Tell a full disk, or too little memory, as ``store.no_room``, whoever met it."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException, DeltaError) as error:
        detail = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise Unavailable("store.no_room", detail=detail) from error


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it is there whole or not at all."""
    write_all_durably({path: content})


def write_all_durably(files: Mapping[Path, bytes], *, moved: Iterable[Path] = ()) -> None:
    """Write several files, each whole or not at all, and flush once what else was ``moved``.

    All are written before the first is flushed: the disk then writes them together.
    """
    scratches = {path: path.with_name(f".{path.name}.new") for path in files}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratches[path].write_bytes(content)
    flush_all(scratches.values())
    for path, scratch in scratches.items():
        scratch.replace(path)
    flush_all({path.parent for path in (*files, *moved)})
