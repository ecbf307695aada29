# SPDX-License-Identifier: Apache-2.0
"""How long officers and the public wait for pages over a million cases and five million entries.

    python -m benchmarks.cases [CASES ENTRIES] [--home FOLDER] [--postgresql]

``filling`` writes the rows into a home of their own, which is removed afterwards unless a folder
is named: that is filled once and asked ever after. Then each page is asked for again and again
through the whole stack of the site but the socket. With SQLite what counts is processor time, for
the database is part of the process; with PostgreSQL the time that passes.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import report, told_by
from shangheng.kernel.accounts.tests import postgres

CASES, ENTRIES = 1_000_000, 5_000_000
MODULE = "benchmarks.cases"
ROUNDS = 40
P95_MS_MAX = 300
PAGE_KB_MAX = 300
OK = 200
DECIDED = Path(__file__).resolve().parent.parent / "src/shangheng/simulate/decisions.yaml"
PAGES = {
    "inboxes": "/inbox/",
    "inbox": "/inbox/complaint/",
    "inbox-region": "/inbox/complaint/?region=320583",
    "inbox-all": "/inbox/complaint/?all=1&page=40",
    "inbox-county": "/inbox/complaint/?all=1&region=320583",
    "inbox-state": "/inbox/complaint/?state=closed",
    "inbox-search-some": "/inbox/complaint/?all=1&text=星光新山",
    "inbox-search-common": "/inbox/complaint/?all=1&text=商行",
    "inbox-search-rare": "/inbox/complaint/?all=1&text=2026-0123456",
    "inbox-mine": "/inbox/complaint/?holder=me",
    "inbox-late": "/inbox/complaint/?late=1",
    "inbox-loads": "/inbox/complaint/?loads=1",
    "case": "/inbox/complaint/TS-2026-0000020/",
    "outliers": "/consumer/outliers/",
    "stations": "/consumer/stations/",
    "statistics": "/inbox/complaint/statistics/?year=2025",
    "registers": "/registers/",
    "entries": "/registers/rights_station/",
    "entries-region": "/registers/rights_station/?region=320583",
    "entries-city": "/registers/rights_station/?region=320500",
    "entries-list": "/registers/rights_station/?form=both",
    "entries-list-last": "/registers/rights_station/?form=online",
    "entries-list-county": "/registers/rights_station/?form=online&region=320583",
    "entries-list-city": "/registers/rights_station/?form=online&region=320500",
    "entries-draft": "/registers/rights_station/?state=draft",
    "entries-far": "/registers/rights_station/?page=200",
    "entry": "/registers/rights_station/WQZ-2026-0002500/",
    "entries-api": "/api/v1/registers/rights_station/entries?region=320500",
    "entries-as-at": "/registers/rights_station/?on=2024-05-01",
    "entries-as-at-list": "/registers/rights_station/?on=2024-05-01&form=online",
    "entries-as-at-county": "/registers/rights_station/?on=2024-05-01&form=online&region=320583",
    "entries-as-at-early": "/registers/rights_station/?on=2019-05-01&form=online",
    "entries-search-list": "/registers/rights_station/?text=服务站&form=online",
    "entries-search-elsewhere": "/registers/rights_station/?text=商行",
    "entries-search-common": "/registers/rights_station/?text=服务站",
    "entries-search-some": "/registers/rights_station/?text=星光新山&region=320583",
    "entries-search-rare": "/registers/rights_station/?text=wqz-2026-0004242",
}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=[CASES, ENTRIES])
    parser.add_argument("--home", type=Path, help="a folder that is kept")
    parser.add_argument("--postgresql", action="store_true", help="in a server of its own")
    return parser.parse_args()


def main() -> None:
    """Fill a home in the databases that are asked for, and ask for every page."""
    given = _asked()
    if not given.postgresql:
        measured("sqlite", given)
    elif reason := postgres.lacking():
        report("cases/postgresql", reason, "not measured")
    else:
        with postgres.served() as settings:
            os.environ.update(settings)  # noqa: TID251 - for the child
            measured("postgresql", given)


def measured(database: str, given: argparse.Namespace) -> None:
    """Ask for every page over one database and print how long each took."""
    with tempfile.TemporaryDirectory(prefix="shangheng-bench-") as folder:
        home = given.home or Path(folder)
        if database == "postgresql" or not (home / "filled").is_file():
            told = told_by(MODULE, "fill", *given.counts, home=home)
            report(f"cases/{database}/filled", told.answer["seconds"], "s",
                   against=told.answer["rows"])  # fmt: skip
        told = told_by(MODULE, "ask", home=home)
    report(f"cases/{database}/heaviest-page", told.answer["bytes"] / 1000, "kB",
           against="without what pages share", at_most=PAGE_KB_MAX)  # fmt: skip
    for name, waits in told.answer["waits"].items():
        ms = sorted(wait * 1000 for wait in waits)
        against = f"median {ms[len(ms) // 2]:.0f} ms, first {waits[0] * 1000:.0f} ms"
        p95 = ms[int(len(ms) * 0.95) - 1]
        report(f"cases/{database}/{name}-p95", p95, "ms", against=against, at_most=P95_MS_MAX)


def _prepared() -> None:
    import django  # noqa: PLC0415 - the parent needs none of it

    django.setup()
    from shangheng.site import wiring  # noqa: PLC0415

    wiring.prepare("jiangsu")


def fill(cases: int, entries: int) -> dict[str, object]:
    """Write the rows, and remember that they are there."""
    from django.conf import settings  # noqa: PLC0415

    from benchmarks import filling  # noqa: PLC0415

    _prepared()
    Path(settings.HOME, "decisions.yaml").write_bytes(DECIDED.read_bytes())
    told = filling.fill(cases, entries)
    Path(settings.HOME, "filled").touch()
    return told


def ask() -> dict[str, Any]:
    """Return how long each page took, time after time, and the length of the longest."""
    _prepared()
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from shangheng.site import people  # noqa: PLC0415

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    roles = ("consumer.officer@320000", "consumer.lead@320000", "consumer.mediator@320000")
    people.make_person("reader", "correct horse battery", roles=roles)
    client = Client()
    client.login(username="reader", password="correct horse battery")  # noqa: S106
    client.get("/help/")  # the first page of a process loads what all pages need
    waits: dict[str, list[float]] = {name: [] for name in PAGES}
    longest = 0
    for _ in range(ROUNDS):
        for name, page in PAGES.items():
            begun = clock()
            answer = client.get(page)
            waits[name].append(clock() - begun)
            longest = max(longest, len(answer.content))
            if answer.status_code != OK:
                raise SystemExit(f"{page} answered {answer.status_code}")
    return {"waits": waits, "bytes": longest}


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(fill(int(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] == ["ask"]:
        print(json.dumps(ask()))
    else:
        main()
