# SPDX-License-Identifier: Apache-2.0
"""One thing, once, in a process of its own: its seconds and its peak are then its own.

    python -m benchmarks.once take FILE     into the ledger of SHANGHENG_HOME
    python -m benchmarks.once check FILE    as a report of it is checked, of which nothing is taken
    python -m benchmarks.once copy FILE     by DuckDB to Parquet, every column as text
    python -m benchmarks.once month FOLDER  all that a figure needs of a simulated month
    python -m benchmarks.once box FOLDER    every file of a simulated month, whatever its format
    python -m benchmarks.once sign-in NAME  an officer, who may see every reporter; the cookie

A take is preceded by one of a few rows into a ledger that is thrown away, so that what a server
does once when it starts (loading regions, compiling expressions) is not counted.
"""

import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django

from benchmarks import data

WARM_UP = (
    "platform,order_no,currency,gross,paid,ordered_at\nWARM,1,CNY,1.00,1.00,2026-01-01 00:00:00\n"
)
KINDS = ("merchant", "series", "order", "refund")
"""Payments and shipments are left out: no limit speaks of them and they take long."""
READERS = {
    ".csv": "read_csv('{}', all_varchar=true)",
    ".ndjson": "read_json('{}', format='newline_delimited')",
    ".parquet": "read_parquet('{}')",
}


def take(path: Path) -> dict[str, Any]:
    """Take a file of orders in, and say how long that was and how long its check stage."""
    django.setup()
    from shangheng.kernel.records import actions  # noqa: PLC0415 - Django comes first
    from shangheng.kernel.records.reports import Report  # noqa: PLC0415 - Django comes first
    from shangheng.kernel.records.store.home import Ledger  # noqa: PLC0415
    from shangheng.site import clock, wiring  # noqa: PLC0415
    from shangheng.site.registry import REGISTRY  # noqa: PLC0415

    def taken(source: Path, reporter: str, home: Ledger, tell: Callable[..., object]) -> Any:  # noqa: ANN401
        report = Report(source=source, kind=REGISTRY.kind("order"), reporter=reporter)
        return actions.take(report, home=home, at=clock.now(), tell=tell)

    ledger = wiring.ledger()
    with tempfile.TemporaryDirectory() as scratch:
        small = Path(scratch) / "small.csv"
        small.write_text(WARM_UP)
        taken(small, "WARM", Ledger(Path(scratch) / "ledger", ledger.master_key), lambda *_: None)
    steps: dict[str, float] = {}
    begun = time.perf_counter()
    told = taken(
        path, "BENCH", ledger, lambda step, *_: steps.setdefault(step, time.perf_counter())
    )
    ended = time.perf_counter()
    return {
        "seconds": ended - begun,
        "check_seconds": steps.get("resolve", ended) - steps.get("check", begun),
        "rows": told.rows_read,
        "rejected": told.rejected,
        "receipt": told.to_dict(),
    }


def check(path: Path) -> dict[str, Any]:
    """Check a file of orders before it is reported, and say how long that was."""
    django.setup()
    from shangheng.kernel.records.reports import Report  # noqa: PLC0415 - Django comes first
    from shangheng.site import reception  # noqa: PLC0415
    from shangheng.site.registry import REGISTRY  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        small = Path(scratch) / "small.csv"
        small.write_text(WARM_UP)
        kind = REGISTRY.kind("order")
        for source, reporter in ((small, "WARM"), (path, "BENCH")):
            begun = time.perf_counter()
            report = Report(source=source, kind=kind, reporter=reporter)
            with reception.checked(report) as (told, _):
                pass
        ended = time.perf_counter()
    return {"seconds": ended - begun, "rows": told.rows_read, "rejected": told.rejected}


def copy(path: Path) -> dict[str, Any]:
    """Let DuckDB copy a file to Parquet, and say how long that was."""
    with tempfile.TemporaryDirectory(dir=data.DATA) as scratch, data.connect() as connection:
        reader = READERS[path.suffix].format(path)
        begun = time.perf_counter()
        connection.execute(f"COPY (FROM {reader}) TO '{scratch}/copy.parquet' (FORMAT parquet)")
        return {"seconds": time.perf_counter() - begun}


def month(folder: Path) -> dict[str, Any]:
    """Report the files of a simulated month, as its reporters would, and settle the ledger."""
    return _reported(
        (file, name, file.name.removeprefix(f"{name}-").split(".")[0])
        for name in KINDS
        for file in sorted(folder.glob(f"{name}-*.csv"))
    )


def box(folder: Path) -> dict[str, Any]:
    """Report every file of a simulated month in the order of its manifest."""
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    return _reported((folder / each["file"], each["kind"], each["reporter"]) for each in files)


def _reported(files: Iterable[tuple[Path, str, str]]) -> dict[str, Any]:
    """Report files, each with its kind and reporter, and settle the ledger."""
    django.setup()
    from shangheng.kernel.records.reports import Report  # noqa: PLC0415 - Django comes first
    from shangheng.site import reception  # noqa: PLC0415
    from shangheng.site.registry import REGISTRY  # noqa: PLC0415

    begun = time.perf_counter()
    for file, kind, reporter in files:
        report = Report(source=file, kind=REGISTRY.kind(kind), reporter=reporter)
        reception.receive(report)
    reception.settle()
    return {"seconds": time.perf_counter() - begun}


def sign_in(name: Path) -> dict[str, Any]:
    """Make an officer of this name and return the cookie with which a browser would come back."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django comes first
    from django.contrib import auth  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from shangheng.site import people  # noqa: PLC0415

    people.make_person(str(name), secrets.token_urlsafe(16), roles=(people.OFFICER,))
    person = auth.get_user_model().objects.get(username=str(name))
    session = SessionStore()
    session[auth.SESSION_KEY] = str(person.pk)
    session[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[auth.HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


WHAT: dict[str, Callable[[Path], dict[str, Any]]] = {
    "take": take,
    "check": check,
    "copy": copy,
    "month": month,
    "box": box,
    "sign-in": sign_in,
}


def main() -> None:
    """Do what the command line says, and print what is to be known."""
    what, path = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(WHAT[what](path)))


if __name__ == "__main__":
    main()
