# SPDX-License-Identifier: Apache-2.0
"""What killed processes left is cleared away; what lives or counts is not."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from shangheng.kernel.records import actions
from shangheng.kernel.records.store import committing, sweeping
from shangheng.kernel.records.store.home import Ledger, owner_file
from shangheng.kernel.records.store.names import INTENT
from shangheng.kernel.records.store.tables import Table
from shangheng.kernel.records.tests.builders import AT, MASTER_KEY, ORDER, Door, orders

OWNER = (
    "import sys, time; from pathlib import Path; "
    "from shangheng.kernel.records.store.home import Ledger; "
    "print(Ledger(Path(sys.argv[1]), bytes(32)).begin_work().name, flush=True); time.sleep(60)"
)


def folders(home: Ledger) -> set[str]:
    return {path.name for path in (home.root / "work").iterdir() if path.is_dir()}


def another(home: Ledger) -> "tuple[subprocess.Popen[str], str]":
    """Return another process that works in the ledger, and its work folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home.root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def killed(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_work_folder_goes_when_its_owner_has_ended_and_not_before(tmp_path: Path) -> None:
    home = Ledger(tmp_path, MASTER_KEY)
    own = home.begin_work()
    process, theirs = another(home)
    assert sweeping.work_folders(home, at=AT) == 0
    assert folders(home) == {own.name, theirs}
    killed(process)
    assert sweeping.work_folders(home, at=AT) == 1
    assert folders(home) == {own.name}
    assert not owner_file(home.root, theirs.split("-")[0]).exists()
    assert owner_file(home.root, own.name.split("-")[0]).exists()


def test_a_convoy_that_was_begun_keeps_its_folders_and_those_of_its_members(
    tmp_path: Path,
) -> None:
    home = Ledger(tmp_path, MASTER_KEY)
    process, convoy = another(home)
    other, member = another(home)
    intent = {"kind": "order", "tag": convoy, "members": [{"work": member}]}
    (home.root / "work" / convoy / INTENT).write_text(json.dumps(intent))
    killed(process)
    killed(other)
    assert sweeping.work_folders(home, at=AT) == 0
    assert folders(home) == {convoy, member}


def test_folders_of_an_older_version_are_given_up_after_a_day(tmp_path: Path) -> None:
    home = Ledger(tmp_path, MASTER_KEY)
    for name in ("0123456789abcdef", "spill"):
        folder = home.root / "work" / name
        folder.mkdir(parents=True)
        os.utime(folder, (AT.timestamp(), AT.timestamp()))
    assert sweeping.work_folders(home, at=AT + timedelta(hours=23)) == 0
    assert sweeping.work_folders(home, at=AT + timedelta(hours=25)) == 1
    assert folders(home) == {"spill"}


@pytest.mark.django_db
def test_files_that_are_not_true_go_after_a_week_those_that_are_stay(door: Door) -> None:
    door.send(orders(5), batch="a")
    door.send([orders(1, paid="1.00")[0]], batch="b")  # rewrites the file of the first batch
    table = door.home.table("order")
    orphan = next(table.glob("day=*/*.parquet")).with_name("undone-1.parquet")
    orphan.write_bytes(b"PAR1")
    now = AT.fromtimestamp(time.time(), AT.tzinfo)
    assert actions.sweep(door.home, [ORDER], at=now).files == 0
    assert actions.sweep(door.home, [ORDER], at=now + timedelta(days=8)).files == 2
    assert len(door.rows()) == 5
    assert not orphan.exists()


@pytest.mark.django_db
def test_a_batch_that_is_undone_leaves_no_file_in_the_table(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.send(orders(2), batch="a")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Table, "commit", full)
        with pytest.raises(Exception, match=r"store\.no_room"):
            door.send(orders(2, start=10), batch="b")
    true = set(Table(door.home.table("order"), ORDER).files())
    found = {str(p.relative_to(door.home.table("order"))) for p in
             door.home.table("order").glob("day=*/*.parquet")}  # fmt: skip
    assert found == true
    assert committing.unfinished(door.home, "order") == []
