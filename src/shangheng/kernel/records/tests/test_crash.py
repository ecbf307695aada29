# SPDX-License-Identifier: Apache-2.0
"""Intake killed at any moment: nothing acknowledged is lost, and nothing is counted twice.

The killing is done by ``crashing``, a program of its own, because a process that has opened a
database cannot be forked.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shangheng.kernel.records.tests.crashing import KILLS, ROWS, STEP_ROWS, expected

FACTS = ("ledger", "claims", "paid", "history")


def killed(how: str, folder: Path, *, rows: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is there after all the killing, and what must be there."""
    program = [sys.executable, "-m", "shangheng.kernel.records.tests.crashing", how, str(folder)]
    done = subprocess.run(program, capture_output=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found, expected(found["batches"], rows)


def nothing_lost_nothing_doubled(found: dict[str, Any], told: dict[str, Any]) -> None:
    assert [name for name in FACTS if found[name] != told[name]] == []
    # Every batch sent again gives the receipt that it has, and each receipt accounts for its rows.
    assert found["same"]
    assert found["balanced"]
    assert found["receipts"] == found["batches"]
    # The bytes of every batch can be read back from the archive; no work is left half done.
    assert found["archived"] == found["sent"]
    assert found["unfinished"] == 0


def test_killed_at_two_hundred_random_moments_nothing_is_lost_or_doubled(
    tmp_path: Path, migrated: Callable[[Path], None]
) -> None:
    migrated(tmp_path)
    found, told = killed("random", tmp_path, rows=ROWS)
    assert found["kills"] == KILLS
    assert found["batches"] > 20
    nothing_lost_nothing_doubled(found, told)


def test_killed_before_each_of_its_steps_nothing_is_lost_or_doubled(
    tmp_path: Path, migrated: Callable[[Path], None]
) -> None:
    migrated(tmp_path)
    found, told = killed("steps", tmp_path, rows=STEP_ROWS)
    assert min(found["steps"]) > 10
    nothing_lost_nothing_doubled(found, told)
