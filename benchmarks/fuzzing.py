# SPDX-License-Identifier: Apache-2.0
"""A million random operations on accounts by workers that are killed; no invariant may break.

    python -m benchmarks.fuzzing [OPERATIONS] [sqlite|postgresql]

Takes half an hour or more, so it is asked for by name and no part of ``make bench``. Workers post
random moves, holds, ends of holds, links and keys seen before, in batches of up to 400, and are
killed at random moments; after each round the books are recounted from their rows by sums of the
program's own. It ends with 1 at the first round in which something does not fit.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import REPOSITORY, report
from shangheng.kernel.accounts.tests import postgres, working

OPERATIONS = 1_000_000
LARGEST = 400
ROUND_KILLS, ROUND_S = 40, 20.0


def said(settings: Mapping[str, str], *what: object) -> Any:  # noqa: ANN401 - of several programs
    """Run one of the workers' programs and return what it says."""
    program = [sys.executable, "-m", working.__name__, *map(str, what)]
    environment = {**os.environ, **settings}  # noqa: TID251 - handed on
    done = subprocess.run(
        program, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout) if done.stdout else None


def wrong_after(settings: Mapping[str, str], folder: Path) -> tuple[int, list[str]]:
    """Return how many operations were asked for so far, and every invariant that is broken."""
    lines = [line for path in folder.glob("told-*") for line in path.read_text().splitlines()]
    calls = [json.loads(line) for line in lines if line.endswith("}")]
    acknowledged = {key for call in calls for key, _ in call["booked"]}
    found = said(settings, "count")
    keys = found["keys"]
    holds = {
        "lost": acknowledged <= set(keys),
        "doubled": len(set(keys)) == len(keys),
        "recount": found["alike"] and found["is_clean"],
        "sum": found["sum"] == 0,
        "floors": found["floors"],
        "chains": not found["chains"],
        "holds": found["unreleased"] == 0,
    }
    return sum(call["asked"] for call in calls), [name for name, ok in holds.items() if not ok]


def fuzz(settings: Mapping[str, str], folder: Path, operations: int) -> int:
    """Let workers post and be killed until so many operations were asked for; 1 if any broke."""
    said(settings, "setup")
    asked, killed, begun = 0, 0, time.monotonic()
    while asked < operations:
        killed += said(settings, "herd", folder, ROUND_KILLS, ROUND_S, LARGEST)
        asked, broken = wrong_after(settings, folder)
        if broken:
            report("accounts/fuzz/broken", ", ".join(broken), "invariants")
            return 1
    seconds = time.monotonic() - begun
    report("accounts/fuzz/broken", 0, "invariants",
           against=f"{asked} operations, {killed} workers killed, {seconds:.0f} s")  # fmt: skip
    return 0


def main() -> int:
    """Fuzz the database that is asked for, PostgreSQL where it can be started."""
    operations = int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS
    database = sys.argv[2] if len(sys.argv) > 2 else ""  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as home:
        base = {
            "SHANGHENG_HOME": home,
            "DJANGO_SETTINGS_MODULE": "shangheng.site.settings",
        }
        if database != "sqlite" and not postgres.lacking():
            with postgres.served() as settings:
                return fuzz({**base, **settings}, Path(home), operations)
        return fuzz(base, Path(home), operations)


if __name__ == "__main__":
    sys.exit(main())
