# SPDX-License-Identifier: Apache-2.0
"""Gives every test process a home of its own, so that no test sees or leaves anything in ``var``.

Passwords of tests are hashed quickly (those of a server in a journey are not), and no example that
a test draws is ever timed.

A plugin rather than a ``conftest.py``: the settings are read before any ``conftest.py`` is.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings as examples

DATABASE = "DATABASE_OF_TESTS"
HOME = tempfile.mkdtemp(prefix="shangheng-tests-")

for _name in [name for name in os.environ if name.startswith("SHANGHENG_")]:  # noqa: TID251
    del os.environ[_name]  # noqa: TID251 - a developer's own settings must not reach the tests
if DATABASE in os.environ:  # noqa: TID251 - how a test runs others over another database
    os.environ["SHANGHENG_DATABASE_URL"] = os.environ[DATABASE]  # noqa: TID251
os.environ["SHANGHENG_HOME"] = HOME  # noqa: TID251 - set before the settings read it


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Test on a file, as users run: threads of one process lock each other out in memory only."""
    from django.conf import settings  # noqa: PLC0415 - reads them, with the home above

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    examples.register_profile("untimed", deadline=None)
    examples.load_profile("untimed")
    rows = settings.DATABASES["default"]
    if rows["ENGINE"].endswith("sqlite3"):
        rows.setdefault("TEST", {})["NAME"] = str(Path(HOME) / "test-rows.sqlite3")


def pytest_unconfigure() -> None:
    """Remove the home once the run is over."""
    shutil.rmtree(HOME, ignore_errors=True)
