# SPDX-License-Identifier: Apache-2.0
"""Gives every test process a home of its own, so that no test sees or leaves anything in ``var``.

The tables of a new house are made once: to make them takes four seconds, and many tests begin
with a house of their own. Passwords of tests are hashed quickly (those of a server in a journey
are not), and no example that a test draws is ever timed.

A plugin rather than a ``conftest.py``: the settings are read before any ``conftest.py`` is.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings as examples

DATABASE = "DATABASE_OF_TESTS"
HOME = tempfile.mkdtemp(prefix="shangheng-tests-")
MIGRATED = Path(HOME) / "migrated" / "rows.sqlite3"

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


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object],
) -> Generator[None, object, object]:
    """Keep the rows as migrations left them, before any test writes to them."""
    made = yield
    if fixturedef.argname == "django_db_setup":
        from django.conf import settings  # noqa: PLC0415 - as above

        rows = Path(settings.DATABASES["default"]["NAME"])
        if rows.is_relative_to(HOME) and rows.exists():
            MIGRATED.parent.mkdir()
            with closing(sqlite3.connect(rows)) as source:
                source.execute("VACUUM INTO ?", [str(MIGRATED)])
    return made


@pytest.fixture(scope="session")
def migrated(django_db_setup: None) -> Callable[[Path], None]:
    """Return what lays rows into a home that is new, as ``migrate`` would make them there."""
    if not MIGRATED.exists():  # no other test of this run asks for rows
        MIGRATED.parent.mkdir()
        home = {"SHANGHENG_HOME": str(MIGRATED.parent)}
        command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
        settings = {"DJANGO_SETTINGS_MODULE": "shangheng.site.settings"}
        environment = {**os.environ, **settings, **home}  # noqa: TID251 - handed on to a child
        subprocess.run(command, env=environment, check=True, timeout=300)

    def lay(home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MIGRATED, home / "rows.sqlite3")

    return lay


def pytest_unconfigure() -> None:
    """Remove the home once the run is over."""
    shutil.rmtree(HOME, ignore_errors=True)
