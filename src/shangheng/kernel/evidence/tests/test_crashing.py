# SPDX-License-Identifier: Apache-2.0
"""Two hundred kills; ``python -m shangheng.kernel.evidence.tests.crashing HOME 500 SEED`` runs as
many as one likes."""

import json
import subprocess
import sys
from pathlib import Path

from shangheng.kernel.evidence.tests.crashing import PUBLISHED_EVERY

KILLS = 200


def test_nothing_acknowledged_is_lost_and_nothing_forks_however_it_is_killed(
    tmp_path: Path,
) -> None:
    program = [sys.executable, "-m", "shangheng.kernel.evidence.tests.crashing"]
    done = subprocess.run(
        [*program, str(tmp_path), str(KILLS), "11"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["acknowledged"] >= KILLS
    assert (told["gaps"], told["lost"], told["findings"]) == ([], [], [])
    assert told["leaves"] == told["published"] >= told["acknowledged"]
    assert told["growing"]
    assert told["checkpoints"] >= KILLS / PUBLISHED_EVERY
