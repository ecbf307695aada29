# SPDX-License-Identifier: Apache-2.0
"""From a database address to what Django needs to know."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from shangheng.kernel.errors import Invalid

BUSY_TIMEOUT_S = 30
PAGES_ARE_MANY = "-c max_parallel_workers_per_gather=0 -c jit=off"
"""Every question of a page is small and many pages are asked for at once: to start more processes
or to compile a plan takes longer than the answer."""


def parse(address: str, *, home: Path) -> dict[str, Any]:
    """Return Django's description of the database at this address; SQLite in the home if empty."""
    parts = urlsplit(address)
    if not address:
        return _sqlite(str(home / "rows.sqlite3"))
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/")) or ":memory:")
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"options": PAGES_ARE_MANY},
        }
    raise Invalid("settings.database_unknown", scheme=parts.scheme)


def _sqlite(name: str) -> dict[str, Any]:
    """Describe a SQLite file that one writer and many readers use at the same time.

    ``IMMEDIATE`` takes the write lock at the start of a transaction: a reader that turns writer
    in the middle of one would otherwise fail at once instead of waiting. ``FULL`` flushes at every
    commit: what was acknowledged survives a power cut.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "timeout": BUSY_TIMEOUT_S,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
