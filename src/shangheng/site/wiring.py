# SPDX-License-Identifier: Apache-2.0
"""Where the parts meet: the ledger, the engine and the keys that this installation uses."""

import os
import secrets
import threading
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.errors import Invalid, Unavailable
from shangheng.kernel.formulas.parameters import Parameter
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.queries import confirmed_on
from shangheng.site import jurisdictions, sealing
from shangheng.site.registry import REGISTRY

MASTER_KEY_BYTES = 32
ENGINE_MEMORY = "2GB"


Place = jurisdictions.Place
place = jurisdictions.place
library = jurisdictions.library


def master_key_file() -> Path:
    """Return the file of the key from which archive keys and pseudonyms are made."""
    return Path(settings.HOME) / "master.key"


def ledger() -> Ledger:
    """Return the ledger of this installation."""
    return _ledger(Path(settings.LEDGER), master_key_file())


@cache
def _ledger(root: Path, key_file: Path) -> Ledger:
    if not key_file.is_file():
        raise Unavailable("home.not_prepared", home=str(key_file.parent))
    return Ledger(root, bytes.fromhex(key_file.read_text(encoding="ascii").strip()))


def ledger_is_there() -> bool:
    """Return whether the ledger's folder and key can be used."""
    return master_key_file().is_file() and os.access(settings.LEDGER, os.R_OK | os.W_OK)


def decisions(known_at: datetime | None = None) -> dict[str, Any]:
    """Return what the authority has decided where no document prints a number.

    They stand in ``decisions.yaml`` of the home, a value by the parameter's name or values by the
    day from which they hold, and in registers, by day; ``known_at`` as was on file at a moment.
    """
    entered = {each.name: partial(_entered, each, known_at) for each in REGISTRY.entered}
    return {**entered, **_written()}


def _entered(parameter: Parameter, known_at: datetime | None, day: date) -> Any:  # noqa: ANN401
    """Return what a register decides on a day."""
    return parameter.drawn(confirmed_on(parameter.register, day, known_at=known_at).values())


def _written() -> dict[str, Any]:
    path = Path(settings.HOME) / "decisions.yaml"
    return _decisions(path, path.stat().st_mtime_ns) if path.is_file() else {}


def is_demonstration() -> bool:
    """Tell whether what is decided here is for demonstration only, as its file says."""
    return bool(_written().get("demonstration"))


@lru_cache(maxsize=4)
def _decisions(path: Path, changed_ns: int) -> dict[str, Any]:  # noqa: ARG001 - part of the key
    given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(given, dict):
        raise Invalid("decisions.unreadable", path=str(path))
    return given


_opening = threading.Lock()


def engine() -> DuckDBEngine:
    """Return the engine on which formulas run in this process."""
    with _opening:
        return _engine(Path(settings.HOME))


@lru_cache(maxsize=1)
def _engine(home: Path) -> DuckDBEngine:
    spill = home / "spill"
    return DuckDBEngine(memory=ENGINE_MEMORY, spill=str(spill))


def prepare(jurisdiction: str | None = None) -> None:
    """Make the home of an installation: folders, keys that only its owner can read, the rows.

    Safe to run again: what is there stays; a jurisdiction that is named is kept from now on.
    """
    make_folders()
    if jurisdiction:
        Path(settings.JURISDICTION_FILE).write_text(jurisdiction + "\n", encoding="ascii")
        settings.JURISDICTION = jurisdiction
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    sealing.prepare()


def make_folders() -> None:
    """Make the folders of a home and its keys, where they are not there yet."""
    for folder in (settings.HOME, settings.LEDGER, settings.UPLOADS):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    _key(Path(settings.SECRET_KEY_FILE), secrets.token_urlsafe(48))
    _key(master_key_file(), secrets.token_hex(MASTER_KEY_BYTES))


def refuse_outdated() -> None:
    """Raise ``home.outdated`` if the database was made by an older version of the platform."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unavailable("home.outdated", home=str(settings.HOME))


def _key(path: Path, value: str) -> None:
    """Write a key once; a second run, or a second process, leaves the first one's."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value + "\n")
