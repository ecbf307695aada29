# SPDX-License-Identifier: Apache-2.0
"""Whatever is posted, in whatever order: accounts and the naive model say the same."""

import os
import subprocess
import sys

import pytest

from shangheng.kernel.accounts.tests import machine, postgres


@pytest.mark.django_db
def test_accounts_do_what_a_list_that_is_added_up_does() -> None:
    machine.run(examples=12, steps=20)


@pytest.mark.skipif(bool(postgres.lacking()), reason=postgres.lacking() or "can be run")
def test_they_do_so_in_postgresql() -> None:
    program = [sys.executable, "-m", "shangheng.kernel.accounts.tests.machine", "4", "15"]
    with postgres.served() as settings:
        done = subprocess.run(
            program,
            env={**os.environ, **settings},  # noqa: TID251 - handed on
            capture_output=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stdout.decode()[-3_000:] + done.stderr.decode()[-3_000:]
