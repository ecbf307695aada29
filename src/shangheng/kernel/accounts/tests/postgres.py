# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of a test's own, from the binaries that Debian's package brings."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")
NAME = "shangheng"
KEPT_BY = "postgres"


def _binaries() -> Path | None:
    found = sorted(VERSIONS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def lacking() -> str:
    """Return why no server can be started here; empty if one can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed (the extra `postgresql`)"
    if _binaries() is None:
        return "no PostgreSQL server under /usr/lib/postgresql"
    if os.geteuid() == 0 and not _other_user():
        return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


def _other_user() -> bool:
    return KEPT_BY in {user.pw_name for user in pwd.getpwall()} and bool(shutil.which("setpriv"))


@contextmanager
def served(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """Run a server over a new folder; give the settings by which the house uses it.

    Without `durable` nothing is forced to disk: enough where only clients are killed.
    """
    binaries = _binaries()
    assert binaries is not None
    as_user: list[str] = []
    # Not below a test's own folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="shangheng-postgres-"))
    if os.geteuid() == 0:
        as_user = ["setpriv", "--reuid", KEPT_BY, "--regid", KEPT_BY, "--init-groups"]
        shutil.chown(folder, KEPT_BY, KEPT_BY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    data, quiet = str(folder / "data"), {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(binaries / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, timeout=60, **quiet)  # type: ignore[call-overload]

    run("initdb", "-D", data, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync")
    settings = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1"
    if not durable:
        settings += " -c fsync=off"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        run("createdb", "-h", str(folder), "-p", port, "-U", NAME, NAME)
        yield {"SHANGHENG_DATABASE_URL": f"postgresql://{NAME}@127.0.0.1:{port}/{NAME}"}
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
