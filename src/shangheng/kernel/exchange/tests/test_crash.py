# SPDX-License-Identifier: Apache-2.0
"""Delivery killed at 200 random moments: nothing lost, nothing doubled, every number once.

The killing is done by ``crashing``, a program of its own, because a process that has opened a
database cannot be forked.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from shangheng.kernel.exchange.tests.crashing import KILLS


def test_delivery_killed_at_200_random_moments_loses_and_doubles_nothing(
    tmp_path: Path, migrated: Callable[[Path], None]
) -> None:
    migrated(tmp_path / "house")
    program = [sys.executable, "-m", "shangheng.kernel.exchange.tests.crashing"]
    done = subprocess.run(
        [*program, str(tmp_path / "house")],
        capture_output=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    told = json.loads(done.stdout)
    provider, receiver = told["provider"], told["receiver"]
    assert told["kills"] == KILLS
    assert receiver["problems"] == []
    assert receiver["orders"] == provider["orders"]
    numbers = list(range(1, receiver["last"] + 1))
    # What was asked for again was delivered, and sealed, again.
    assert provider["parcels"] == sorted({*provider["delivered"]}) == numbers
    assert provider["sealed_cut"] == len(numbers)
    assert provider["sealed_delivered"] == len(provider["delivered"])
    assert provider["acknowledged"] == len(numbers)
    # That this says something: parcels went all the while, and some went twice.
    assert told["amid"] > KILLS // 4
    assert receiver["again"] > 0
