# SPDX-License-Identifier: Apache-2.0
"""A table is read once for each of its versions, and never for one that is no longer true."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shangheng.kernel.records import queries
from shangheng.kernel.records.store import tables
from shangheng.kernel.records.tests.builders import Door, orders

ANOTHER_COMMIT = """
import sys
from deltalake import DeltaTable
table = DeltaTable(sys.argv[1])
table.restore(0)
"""


def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which every table adds its path when it is read."""
    read: list[str] = []
    real = tables.DeltaTable

    def reading(path: str) -> object:
        read.append(path)
        return real(path)

    monkeypatch.setattr(tables, "DeltaTable", reading)
    return read


def test_what_stands_is_read_once(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.send(orders(5))
    first = queries.ledger_files(door.home, "order")
    read = opened(monkeypatch)
    assert queries.ledger_files(door.home, "order") == first
    assert read == []


def test_a_commit_of_another_process_is_seen_at_once(door: Door) -> None:
    door.send(orders(5))
    before = queries.ledger_files(door.home, "order")
    path = str(door.home.table("order"))
    subprocess.run([sys.executable, "-c", ANOTHER_COMMIT, path], check=True)
    after = queries.ledger_files(door.home, "order")
    assert (before.version, after.version) == (1, 2)
    assert (len(before.paths), after.paths) == (1, ())


def test_a_pointer_that_cannot_be_read_hides_nothing(door: Door) -> None:
    door.send(orders(5))
    before = queries.ledger_files(door.home, "order")
    (door.home.table("order") / tables.POINTER).write_text("{broken")
    assert queries.ledger_files(door.home, "order") == before
    door.send(orders(5, start=90), batch="later")
    assert queries.ledger_files(door.home, "order").version == 2


def test_a_table_that_takes_the_place_of_another_is_read_anew(door: Door, tmp_path: Path) -> None:
    door.send(orders(5))
    path, aside = door.home.table("order"), tmp_path / "aside"
    shutil.copytree(path, aside)
    door.send(orders(5, start=90), batch="later")
    assert queries.ledger_files(door.home, "order").version == 2
    shutil.rmtree(path)
    assert queries.ledger_files(door.home, "order").version == 0
    aside.rename(path)
    assert queries.ledger_files(door.home, "order").version == 1
