# SPDX-License-Identifier: Apache-2.0
"""Printing what was measured, and measuring things in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
SHANGHENG = Path(sys.executable).with_name("shangheng")
KIB = 1024
THREADS = 2
"""The limits are meant for two cores, so everyone who is measured gets two threads."""


def report(
    name: str,
    value: float | str,
    unit: str,
    *,
    against: object = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> None:
    """Print one measurement; without a limit it is there to be known, and is ok."""
    limit = at_most if at_most is not None else at_least
    ok = limit is None
    if limit is not None and not isinstance(value, str):
        ok = value <= limit if at_most is not None else value >= limit
    line = {
        "name": name,
        "value": value if isinstance(value, str) else float(f"{value:.5g}"),
        "unit": unit,
        "against": against,
        "limit": limit,
        "must_be": None if limit is None else "at most" if at_most is not None else "at least",
        "ok": ok,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def environment(**settings: object) -> dict[str, str]:
    """Return the environment of a child process with some settings of the house in it."""
    given = {f"SHANGHENG_{name.upper()}": str(value) for name, value in settings.items()}
    inherited = dict(os.environ)  # noqa: TID251 - handed on, not read
    fixed = {
        "DJANGO_SETTINGS_MODULE": "shangheng.site.settings",
        "POLARS_MAX_THREADS": str(THREADS),
    }
    return {**inherited, **fixed, **given}


@dataclass(frozen=True)
class Told:
    """What a child process said at its end, the most memory that it held, and its work.

    ``cpu_s`` adds up what it used of all cores, its start included; unlike the time that passed,
    it hardly depends on what else the machine does.
    """

    answer: Mapping[str, Any]
    peak_mb: float
    cpu_s: float


def told_by(module: str, *arguments: object, home: Path | None = None) -> Told:
    """Run a module of this package to its end; its last line is a JSON object.

    The peak is the child's own (``wait4``): a fresh interpreter, this process being small.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    settings = {"home": home} if home else {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment(**settings), cwd=REPOSITORY, text=True
    ) as child:
        assert child.stdout is not None  # noqa: S101 - asked for above
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{module} {' '.join(map(str, arguments))} ended with {child.returncode}")
    cpu = used.ru_utime + used.ru_stime
    return Told(json.loads(said.splitlines()[-1]), used.ru_maxrss / KIB, cpu)


def shangheng(*arguments: object, home: Path) -> str:
    """Run the command of the house and return what it printed."""
    command = [str(SHANGHENG), *map(str, arguments)]
    done = subprocess.run(
        command, env=environment(home=home), check=True, capture_output=True, text=True
    )
    return done.stdout
