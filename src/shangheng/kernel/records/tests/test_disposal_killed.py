# SPDX-License-Identifier: Apache-2.0
"""A disposal killed between any two of its steps is finished, or was never begun."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STEPS_MIN = 30


def test_killed_before_each_of_its_steps_a_disposal_ends_alike(
    tmp_path: Path, migrated: Callable[[Path], None]
) -> None:
    migrated(tmp_path)
    program = [
        sys.executable, "-m", "shangheng.kernel.records.tests.disposing_killed", str(tmp_path)
    ]  # fmt: skip
    done = subprocess.run(program, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    told = json.loads(done.stdout)
    wanted = told["wanted"]
    assert wanted["disposed"] == ["again", "old", "second"]
    assert {batch for _, batch in wanted["rows"]} == {"mixed", "new", "next"}
    assert (wanted["index"], wanted["archived"], wanted["left"]) == (
        [len(wanted["true"]), 0],
        3,
        0,
    )
    assert (wanted["disposals"], wanted["leaves"]) == ([[3, True]], [1, 3])
    assert len(told["found"]) > STEPS_MIN
    assert [nth for nth, found in enumerate(told["found"], start=1) if found != wanted] == []
