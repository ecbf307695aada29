# SPDX-License-Identifier: Apache-2.0
"""How long officers and the public wait for pages over a million cases and five million entries.

    python -m benchmarks.cases [CASES ENTRIES]

The rows are written by SQL into a SQLite home of their own, which is removed afterwards: cases
of three years over the counties of Jiangsu, one in twenty still open, and rights stations with one
version each. Then each page is asked for again and again through the whole stack of the site but
the socket. Rows of steps and evidence are left out: no list or count reads them.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import report, told_by

CASES, ENTRIES = 1_000_000, 5_000_000
MODULE = "benchmarks.cases"
ROUNDS = 20
P95_MS_MAX = 300
OK = 200
SECOND_CHARACTER = 2
FIRST, SECOND = "星海云山江湖林泉河川", "光明新城东方金桥华润"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
WHERE = "(SELECT code FROM county WHERE rowid = 1 + i % (SELECT count(*) FROM county))"
NAME = (
    f"substr('{FIRST}', 1 + i % 10, 1) || substr('{SECOND}', 1 + i / 10 % 10, 1) || "
    f"substr('{SECOND}', 1 + i / 100 % 10, 1) || substr('{FIRST}', 1 + i / 1000 % 10, 1)"
)
OPENED = "datetime(1700000000 + i * 94608000 / {cases}, 'unixepoch')"
CLOSED = "CASE WHEN i % 20 THEN datetime(1700864000 + i * 94608000 / {cases}, 'unixepoch') END"
STATE = "CASE WHEN i % 20 THEN 'closed' ELSE 'open' END"
WORDS = "INSERT INTO kernel_search_words(rowid, said) SELECT {place}, {said} FROM {table}"
CASE_SQL = (
    "INSERT INTO kernel_case SELECT printf('%032x', i), 'complaint', printf('TS-2026-%07d', i), "
    f"{STATE}, {WHERE}, '', CASE WHEN i % 7 THEN 'officer' || i % 50 ELSE '' END, "
    f"{NAME} || '商行', "
    "CASE WHEN i % 20 THEN 'settled' ELSE '' END, json_object('seller', 's'), "
    f"printf('ts-2026-%07d ', i) || {NAME} || '商行', '', '', {OPENED}, {OPENED}, {CLOSED}, 1, "
    "'', NULL FROM n"
)  # fmt: skip
CLOCK_SQL = (
    "INSERT INTO kernel_case_clock(name, unit, length, source, events, due_at, ended_at, warn_at, "
    "warned_at, escalated_at, case_id) SELECT 'handling', 'calendar_days', 60, '', '[]', "
    "datetime(opened_at, '+60 days'), closed_at, NULL, NULL, NULL, uuid FROM kernel_case"
)
TALLY_SQL = (
    "INSERT INTO kernel_case_tally(kind, month, region, department, what, name, cases) "
    "SELECT kind, substr(datetime(opened_at, '+8 hours'), 1, 7), region, '', what, "
    "CASE what WHEN 'state' THEN state WHEN 'outcome' THEN outcome WHEN 'days' THEN '10' "
    "ELSE 'handling' END AS said, count(*) FROM kernel_case, (SELECT 'state' AS what UNION ALL "
    "SELECT 'outcome' UNION ALL SELECT 'days' UNION ALL SELECT 'kept') "
    "WHERE what = 'state' OR closed_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6"
)
ENTRY_SQL = (
    "INSERT INTO kernel_register_entry SELECT printf('%032x', i), 'rights_station', "
    f"printf('WQZ-2026-%07d', i), printf('P%d', i), {NAME} || '服务站', 'current', {WHERE}, "
    "printf('wqz-2026-%07d ', i) || CASE i / 7 % 2 WHEN 0 THEN '{online}' ELSE '{both}' END "
    "|| ' ' || "
    f"{NAME} || '服务站', 1, '', '2026-01-01', NULL FROM n"
)
VERSION_SQL = (
    "INSERT INTO kernel_register_version SELECT NULL, 1, 'enter', json_object('platform', key, "
    "'name', title, 'region', region, 'form', CASE rowid / 7 % 2 WHEN 0 THEN 'online' ELSE 'both' "
    "END), '2020-01-01', '', 'clerk', '2026-01-01', 'clerk', '2026-01-01', NULL, NULL, '', 0, "
    "uuid FROM kernel_register_entry"
)  # fmt: skip
PAGES = {
    "inboxes": "/inbox/",
    "inbox": "/inbox/complaint/",
    "inbox-region": "/inbox/complaint/?region=320583",
    "inbox-all": "/inbox/complaint/?all=1&page=40",
    "inbox-search-common": "/inbox/complaint/?all=1&text=商行",
    "inbox-search-rare": "/inbox/complaint/?all=1&text=2026-0123456",
    "statistics": "/inbox/complaint/statistics/?year=2025",
    "registers": "/registers/",
    "entries": "/registers/rights_station/",
    "entries-region": "/registers/rights_station/?region=320583",
    "entries-city": "/registers/rights_station/?region=320500",
    "entries-list": "/registers/rights_station/?form=both",
    "entries-as-at": "/registers/rights_station/?on=2024-05-01",
    "entries-search-common": "/registers/rights_station/?text=服务站",
    "entries-search-some": "/registers/rights_station/?text=星光新山&region=320583",
    "entries-search-rare": "/registers/rights_station/?text=wqz-2026-0004242",
}


def main() -> None:
    """Fill a home, ask for every page, print how long each took."""
    counts = [int(each) for each in sys.argv[1:3]] or [CASES, ENTRIES]
    with tempfile.TemporaryDirectory(prefix="shangheng-bench-") as home:
        told = told_by(MODULE, "fill", *counts, home=Path(home))
        report("cases/filled", told.answer["seconds"], "s", against=told.answer["rows"])
        told = told_by(MODULE, "ask", home=Path(home))
    for name, waits in told.answer.items():
        ms = sorted(wait * 1000 for wait in waits)
        against = f"median {ms[len(ms) // 2]:.0f} ms, first {waits[0] * 1000:.0f} ms"
        p95 = ms[int(len(ms) * 0.95) - 1]
        report(f"cases/{name}-p95", p95, "ms", against=against, at_most=P95_MS_MAX)


def _prepared() -> Any:  # noqa: ANN401 - Django's connection, which the parent does without
    import django  # noqa: PLC0415 - the parent needs none of it

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from shangheng.site import wiring  # noqa: PLC0415

    wiring.prepare()
    return connection


def _pairs(text: str, characters: int) -> str:
    """Return the SQL that cuts a text of so many characters as ``kernel.search`` does."""
    pairs = [f"substr({text}, {at}, 2)" for at in range(1, characters)]
    return " || ' ' || ".join([*pairs, f"substr({text}, {characters}, 1)"])


def _said(scope: str, characters: int) -> str:
    number = "replace(substr(number, 1, instr(number, '-') - 1), '-', ' ')"
    year = "'2026 ' || substr(number, -7)"
    cut = _pairs("title", characters)
    mark = "CASE WHEN instr(typed, 'm') THEN substr(typed, instr(typed, ' ') + 1, 13) ELSE '' END"
    return f"'@{scope} ' || lower({number}) || ' ' || {year} || ' ' || {mark} || ' ' || {cut}"


def fill(cases: int, entries: int) -> dict[str, object]:
    """Write so many cases and entries, with what is kept beside them."""
    connection = _prepared()
    from shangheng.kernel.regions import queries as regions  # noqa: PLC0415
    from shangheng.kernel.search.concept import mark_of  # noqa: PLC0415

    counties = [
        county.code
        for city in regions.children("320000")
        for county in regions.children(city.code)
    ]
    marks = {value: mark_of("form", value) for value in ("online", "both")}
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for pragma in ("synchronous=OFF", "cache_size=-800000", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("CREATE TEMP TABLE county(code)")
        cursor.executemany("INSERT INTO county VALUES (%s)", [[code] for code in counties])
        for sql, count in ((CASE_SQL, cases), (ENTRY_SQL, entries)):
            cursor.execute(NUMBERS.format(count=count) + sql.format(cases=cases, **marks))
        for sql in (CLOCK_SQL, TALLY_SQL, VERSION_SQL):
            cursor.execute(sql)
        for scope, table, title in (
            ("case.complaint", "kernel_case", 6),
            ("register.rights_station", "kernel_register_entry", 7),
        ):
            cursor.execute(
                "INSERT INTO kernel_search(scope, object_id) SELECT %s, uuid FROM " + table,
                [scope],
            )
            joined = f"{table} JOIN kernel_search ON object_id = uuid AND scope = '{scope}'"
            said = _said(scope, title)
            cursor.execute(WORDS.format(place="kernel_search.id", said=said, table=joined))
    return {"seconds": time.perf_counter() - begun, "rows": f"{cases} cases, {entries} entries"}


def ask() -> dict[str, list[float]]:
    """Return how long each page took, time after time."""
    _prepared()
    from django.test import Client  # noqa: PLC0415

    from shangheng.site import people  # noqa: PLC0415

    roles = ("consumer.officer@320000", "consumer.lead@320000")
    people.make_person("reader", "correct horse battery", roles=roles)
    client = Client()
    client.login(username="reader", password="correct horse battery")  # noqa: S106
    client.get("/help/")  # the first page of a process loads what all pages need
    waits: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(ROUNDS):
        for name, page in PAGES.items():
            begun = time.perf_counter()
            answer = client.get(page)
            waits[name].append(time.perf_counter() - begun)
            if answer.status_code != OK:
                raise SystemExit(f"{page} answered {answer.status_code}")
    return waits


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(fill(int(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] == ["ask"]:
        print(json.dumps(ask()))
    else:
        main()
