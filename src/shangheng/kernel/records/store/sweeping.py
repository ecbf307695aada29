# SPDX-License-Identifier: Apache-2.0
"""What killed processes left, found by what lives: folders without an owner, files without use.

A work folder is left alone while the process that made it lives, or while it belongs to a convoy
that was begun: that one is finished or undone by whoever takes the pen of its kind.
"""

import fcntl
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.store.committing import intent_of
from shangheng.kernel.records.store.home import Ledger, owner_file
from shangheng.kernel.records.store.names import INTENT
from shangheng.kernel.records.store.tables import Table

OWNED = re.compile(r"([0-9a-f]{16})-[0-9a-f]{16}")
OWNERLESS = re.compile(r"[0-9a-f]{16}")
"""A folder of a version in which owners had no names; a day without a change it is given up."""
GIVEN_UP_AFTER = timedelta(days=1)
READ_FOR = timedelta(days=7)
"""How long files that stopped being true stay: Delta Lake's own period, one week."""


@dataclass(frozen=True)
class Swept:
    """How much was cleared away."""

    folders: int
    files: int


def old_files(home: Ledger, kind: RecordKind, *, at: datetime) -> int:
    """Remove files of a kind's tables that have not been true for a while; return how many."""
    before = (at - READ_FOR).timestamp()
    return sum(
        Table(path, kind).sweep(before=before)
        for path in (home.table(kind.name), home.claims(kind.name))
        if path.exists()
    )


def work_folders(home: Ledger, *, at: datetime) -> int:
    """Remove the work folders whose owner is gone; return how many."""
    begun = set(_begun(home))
    found = [
        folder
        for folder in sorted((home.root / "work").glob("*"))
        if folder.is_dir() and folder.name not in begun and _is_left(home, folder, at)
    ]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    for path in (home.root / "locks" / "owners").glob("*"):
        _is_gone(path, unlink=True)
    return len(found)


def _begun(home: Ledger) -> Iterator[str]:
    """Give the folders of convoys that were begun, and of their members."""
    for path in (home.root / "work").glob(f"*/{INTENT}"):
        yield path.parent.name
        intent = intent_of(path.parent)
        if intent is not None:
            yield from (str(each["work"]) for each in intent["members"])


def _is_left(home: Ledger, folder: Path, at: datetime) -> bool:
    if owned := OWNED.fullmatch(folder.name):
        return _is_gone(owner_file(home.root, owned[1]))
    is_old = folder.stat().st_mtime < (at - GIVEN_UP_AFTER).timestamp()
    return OWNERLESS.fullmatch(folder.name) is not None and is_old


def _is_gone(path: Path, *, unlink: bool = False) -> bool:
    """Tell whether the process that holds a file's lock has ended, however it did.

    The file is removed under its lock only: who has just made it sees that it is not there.
    """
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if unlink:
                path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
