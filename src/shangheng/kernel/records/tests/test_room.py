# SPDX-License-Identifier: Apache-2.0
"""A full disk at any moment: the batch is not taken, what is there stays, all can be resent."""

import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from deltalake import DeltaTable

from shangheng.kernel.errors import Unavailable
from shangheng.kernel.records.models import BatchRow
from shangheng.kernel.records.store import committing, home, staging
from shangheng.kernel.records.tests.builders import Door, balanced, csv_of, order, orders


class Usage(NamedTuple):
    """What a disk says of itself, in bytes."""

    total: int
    used: int
    free: int


def test_a_file_for_which_there_is_no_room_is_not_begun(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 100, 100))
    with pytest.raises(Unavailable) as refusal:
        door.send(orders(10))
    assert refusal.value.code == "store.no_room"
    monkeypatch.undo()
    assert door.send(orders(10)).accepted == 10


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("in_memory", [staging.IN_MEMORY_BYTES, 0])
@pytest.mark.parametrize("size", [1_000, 20_000, 60_000, 100_000])
def test_a_disk_that_fills_up_while_reading_loses_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, size: int, in_memory: int
) -> None:
    """The database in memory is spared by the limit; every file of the ledger meets it."""
    monkeypatch.setattr(staging, "IN_MEMORY_BYTES", in_memory)
    door.send(orders(10))
    batch = orders(6_000, start=5, paid="60")
    path = door.file(csv_of(batch))
    with files_up_to(size), pytest.raises(Unavailable) as refusal:
        door.send(path)
    assert refusal.value.code == "store.no_room"
    assert [row["paid"] for row in door.rows()] == [100] * 10
    receipt = door.send(path)
    assert balanced(receipt)
    assert (receipt.accepted, receipt.corrected) == (5_994, 6)
    assert len(door.rows()) == 6_004
    assert door.remains() == []


def _fails(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


PLACES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "history": lambda patch: patch.setattr(committing.Writer, "keep_history", _fails),
    "files": lambda patch: patch.setattr(committing.Writer, "change", _fails),
    "index": lambda patch: patch.setattr(committing.KeyIndex, "prepare", _fails),
    "adopting": lambda patch: patch.setattr(committing.KeyIndex, "adopt", _fails),
    "commit": lambda patch: patch.setattr(DeltaTable, "create_write_transaction", _fails),
    "settling": lambda patch: patch.setattr(committing.KeyIndex, "settle", _fails),
    "publishing": lambda patch: patch.setattr(committing, "publish", _fails),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_disk_that_fills_up_while_writing_loses_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    door.send(orders(4))
    door.send([order(1, paid="90"), order(9, paid="90")], reporter="shop-1")
    batch = [order(1, paid="91"), order(2, paid="92"), order(9, paid="93"), order(10)]
    PLACES[place](monkeypatch)
    with pytest.raises(Unavailable) as refusal:
        door.send(batch, reporter="shop-1")
    assert refusal.value.code == "store.no_room"
    monkeypatch.undo()
    receipt = door.send(batch, reporter="shop-1")
    assert balanced(receipt)
    assert (receipt.accepted, receipt.corrected, receipt.second_source) == (2, 2, 2)
    assert [int(row["paid"]) for row in door.rows()] == [100, 100, 100, 100, 93, 100]
    assert [int(row["paid"]) for row in door.claims()] == [91, 92]
    assert len([row for row in door.history() if row["order_no"] == "N000009"]) == 1
    assert BatchRow.objects.count() == 3
    assert door.remains() == []


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_fault_between_two_files_is_undone_as_a_whole(
    door: Door, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """Whatever is made durable when the disk is full, sending again tells the whole truth."""
    door.send(orders(3))
    batch = [order(1, paid="90"), order(7)]
    told, real = [0], os.fsync

    def fsync(handle: int) -> None:
        told[0] += 1
        if told[0] == nth:
            _fails()
        real(handle)

    monkeypatch.setattr(home.os, "fsync", fsync)
    with pytest.raises(Unavailable):
        door.send(batch)
    monkeypatch.undo()
    receipt = door.send(batch)
    assert (receipt.accepted, receipt.corrected) == (1, 1)
    assert [int(row["paid"]) for row in door.rows()] == [90, 100, 100, 100]
    assert len(door.history()) == 1
    assert door.remains() == []


def test_a_ledger_that_cannot_be_written_says_so(door: Door, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    door.home = replace(door.home, root=blocked / "ledger")
    with pytest.raises(Unavailable):
        door.send(orders(1))
