# SPDX-License-Identifier: Apache-2.0
"""What is declared works the same over PostgreSQL: the tests of these parts, run over a server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shangheng.kernel.accounts.tests import postgres
from temporary_home import DATABASE

ROOT = Path(__file__).resolve().parents[2]
KERNEL, SITE = "src/shangheng/kernel", "src/shangheng/site/tests"
PARTS = (
    f"{KERNEL}/registers",
    f"{KERNEL}/cases",
    f"{KERNEL}/notices",
    f"{KERNEL}/search",
    "src/shangheng/services/policy/tests/test_tracking.py",
    f"{SITE}/test_declared.py",
    f"{SITE}/test_work.py",
)
TIME_S = 600


@pytest.mark.skipif(bool(postgres.lacking()), reason=postgres.lacking() or "can be run")
def test_registers_and_cases_pass_their_tests_over_postgresql() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PARTS]
    with postgres.served() as settings:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, DATABASE: settings["SHANGHENG_DATABASE_URL"]},  # noqa: TID251
            capture_output=True,
            timeout=TIME_S,
            check=False,
        )
    assert ended.returncode == 0, ended.stdout.decode()[-4_000:]
