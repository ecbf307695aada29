# SPDX-License-Identifier: Apache-2.0
"""Writing millions of cases and register entries in bulk, as their actions would have left them.

Rows go in without their secondary indexes, which are made afterwards: ``COPY`` into PostgreSQL,
one prepared statement into SQLite. Cases are of three years over the counties of Jiangsu, one in
twenty still open, each with a clock and its first step; rights stations have one version each.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

FIRST, SECOND = "星海云山江湖林泉河川", "光明新城东方金桥华润"
NAMES = 10_000
BEGIN, SPAN, OPEN_FOR = datetime(2023, 11, 15), timedelta(days=1095), timedelta(days=10)  # noqa: DTZ001 - as rows keep it
PERIOD = timedelta(days=60)
FORMS, OFFICERS, STILL_OPEN = ("online", "both"), 50, 20
SEEN_EVERY = 7
GROUNDS = ("quality", "fraud", "delivery")
SECRET, AT = "0" * 64, "2026-01-01 00:00:00"
CASE = (
    "uuid kind number state region department holder title outcome values typed code_digest "
    "opened_by opened_at changed_at closed_at due_at version seal gathered_into_id"
)
CLOCK = "case_id name unit length source events due_at ended_at warn_at warned_at escalated_at"
STEP = "case_id number act name source target by role at values seal leaf"
TRAIT = "case_id kind name value"
ENTRY = "uuid kind number key title state region typed version seal entered_at parent_id"
FACET = "entry_id mark kind title number state region"
VERSION = (
    "entry_id number act values effective_from reason recorded_by recorded_at confirmed_by "
    "confirmed_at superseded_at superseded_by seal leaf"
)
Row = tuple[Any, ...]


@cache
def name_of(i: int) -> str:
    """Return one of ten thousand names of four characters."""
    return FIRST[i % 10] + SECOND[i // 10 % 10] + SECOND[i // 100 % 10] + FIRST[i // 1000 % 10]


@cache
def _cut(text: str) -> str:
    from shangheng.kernel.search.concept import tokens  # noqa: PLC0415

    return " ".join(tokens(text))


def _span(i: int, cases: int) -> tuple[datetime, datetime | None]:
    """Return when a case was opened and when it was closed."""
    opened = BEGIN + timedelta(seconds=int(SPAN.total_seconds() * i / cases))
    return opened, opened + OPEN_FOR if i % STILL_OPEN else None


def case_of(i: int, cases: int, counties: list[str]) -> Row:
    """Return the row of a case."""
    opened, closed = _span(i, cases)
    number, title = f"TS-2026-{i:07d}", f"{name_of(i % NAMES)}商行"
    ground = GROUNDS[i // 3 % len(GROUNDS)]
    values = f'{{"seller": "{title}", "ground": "{ground}", "story": "", "want": "refund"}}'
    return (
        f"{i:032x}", "complaint", number, "closed" if closed else "open",
        counties[i % len(counties)], "", f"officer{i % OFFICERS}" if i % SEEN_EVERY else "", title,
        "settled" if closed else "", values, f"{number.lower()} {title} {ground} refund", SECRET,
        "", opened, closed or opened, closed, None if closed else opened + PERIOD, 1, SECRET, None,
    )  # fmt: skip


def clock_of(i: int, cases: int) -> Row:
    """Return the row of a case's clock."""
    opened, closed = _span(i, cases)
    at = f"{opened.isoformat()}+00:00"
    events = json.dumps([{"what": "started", "at": at, "reason": "", "by": "", "amount": 0}])
    due = opened + PERIOD
    return (
        f"{i:032x}", "handling", "calendar_days", PERIOD.days, "", events, due, closed, None, None,
        None,
    )  # fmt: skip


def step_of(i: int, cases: int) -> Row:
    """Return the row of the step that opened a case."""
    opened, _ = _span(i, cases)
    return (f"{i:032x}", 1, "open", "", "", "open", "", "public", opened, "{}", SECRET, 0)


def trait_of(i: int) -> Row:
    """Return the row by which similar cases find this one."""
    return (f"{i:032x}", "complaint", "seller", f"{name_of(i % NAMES)}商行")


def entry_of(i: int, counties: list[str], marks: Mapping[str, str]) -> Row:
    """Return the row of a rights station; its form goes with its title, as values often do."""
    number, name = f"WQZ-2026-{i:07d}", f"{name_of(i % NAMES)}服务站"
    form = FORMS[i % NAMES % 2]
    return (
        f"{i:032x}", "rights_station", number, f"P{i}", name, "current",
        counties[i % len(counties)], f"{number.lower()} {marks[form]} p{i} {name}", 1, SECRET, AT,
        None,
    )  # fmt: skip


def facet_of(i: int, counties: list[str], marks: Mapping[str, str]) -> Row:
    """Return the row of a rights station's form in the order of lists."""
    key, kind, number, _, title, state, region, *_ = entry_of(i, counties, marks)
    return (key, marks[FORMS[i % NAMES % 2]], kind, title, number, state, region)


def version_of(i: int, counties: list[str]) -> Row:
    """Return the row of what a rights station says."""
    values = {
        "platform": f"P{i}", "name": f"{name_of(i % NAMES)}服务站",
        "region": counties[i % len(counties)], "form": FORMS[i % NAMES % 2],
    }  # fmt: skip
    return (
        f"{i:032x}", 1, "enter", json.dumps(values, ensure_ascii=False), "2020-01-01", "", "clerk",
        AT, "clerk", AT, None, None, SECRET, 0,
    )  # fmt: skip


def _columns(text: str) -> str:
    return ", ".join(f'"{name}"' for name in text.split())


def copied(connection: Any, table: str, columns: str, rows: Iterable[Row]) -> None:  # noqa: ANN401 - of Django
    """Write rows into a table as fast as the database takes them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({_columns(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns.split()))
        said = f"INSERT INTO {table} ({_columns(columns)}) VALUES ({marks})"
        texts = (tuple(str(each) if isinstance(each, datetime) else each for each in row)
                 for row in rows)  # fmt: skip
        connection.connection.executemany(said, texts)


@contextmanager
def without_indexes(connection: Any, tables: Iterable[str]) -> Iterator[None]:  # noqa: ANN401
    """Take the secondary indexes of tables away and make them again in the end."""
    asked = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)"
        if connection.vendor == "postgresql"
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name = %s"
    )
    with connection.cursor() as cursor:
        kept: list[tuple[str, str]] = []
        for table in tables:
            cursor.execute(asked, [table])
            kept += cursor.fetchall()
        for name, _ in kept:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, said in kept:
            cursor.execute(said.replace("%", "%%"))


def fill(cases: int, entries: int) -> dict[str, object]:
    """Write so many cases and entries into the house, with what is kept beside them."""
    from django.db import connection, transaction  # noqa: PLC0415

    from shangheng.kernel.cases import tallies  # noqa: PLC0415
    from shangheng.kernel.regions import queries as regions  # noqa: PLC0415
    from shangheng.kernel.search.concept import mark_of  # noqa: PLC0415

    cities = regions.children("320000")
    counties = [county.code for city in cities for county in regions.children(city.code)]
    marks = {form: mark_of("form", form) for form in FORMS}
    begun = time.perf_counter()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in (
                "journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"
            ):  # fmt: skip
                cursor.execute(f"PRAGMA {pragma}")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # rows fit by making
    each_case, each_entry = range(1, cases + 1), range(1, entries + 1)
    written: dict[str, tuple[str, Iterator[Row]]] = {
        "kernel_case": (CASE, (case_of(i, cases, counties) for i in each_case)),
        "kernel_case_clock": (CLOCK, (clock_of(i, cases) for i in each_case)),
        "kernel_case_step": (STEP, (step_of(i, cases) for i in each_case)),
        "kernel_case_trait": (TRAIT, (trait_of(i) for i in each_case)),
        "kernel_register_entry": (ENTRY, (entry_of(i, counties, marks) for i in each_entry)),
        "kernel_register_facet": (FACET, (facet_of(i, counties, marks) for i in each_entry)),
        "kernel_register_version": (VERSION, (version_of(i, counties) for i in each_entry)),
    }
    with transaction.atomic(), without_indexes(connection, [*written, "kernel_search"]):
        for table, (columns, rows) in written.items():
            copied(connection, table, columns, rows)
        _found(connection, each_case, each_entry, marks)
    with transaction.atomic():
        tallies.recount()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as its own daemon does after some time
    return {"seconds": time.perf_counter() - begun, "rows": f"{cases} cases, {entries} entries"}


def _found(connection: Any, cases: range, entries: range, marks: Mapping[str, str]) -> None:  # noqa: ANN401
    """Let every row be found by what it says, as ``kernel.search`` would."""

    def said() -> Iterator[tuple[str, str, str]]:
        for i in cases:
            ground = GROUNDS[i // 3 % len(GROUNDS)]
            cut = _cut(f"{name_of(i % NAMES)}商行 {ground} refund")
            yield "case.complaint", f"{i:032x}", f"ts 2026 {i:07d} {cut}"
        for i in entries:
            cut = _cut(f"{name_of(i % NAMES)}服务站")
            mark = marks[FORMS[i % NAMES % 2]]
            words = f"wqz 2026 {i:07d} {mark} p{i} {cut}"
            yield "register.rights_station", f"{i:032x}", words

    if connection.vendor == "postgresql":
        rows = ((scope, key, as_vector(scope, words)) for scope, key, words in said())
        copied(connection, "kernel_search", "scope object_id words", rows)
        return
    numbered = ((i, scope, key) for i, (scope, key, _) in enumerate(said(), 1))
    copied(connection, "kernel_search", "id scope object_id", numbered)
    words = ((i, f"@{scope} {words}") for i, (scope, _, words) in enumerate(said(), 1))
    copied(connection, "kernel_search_words", "rowid said", words)


def as_vector(scope: str, words: str) -> str:
    """Return words as PostgreSQL writes the vector of a text of a scope."""
    from shangheng.kernel.search.concept import as_tsvector, own  # noqa: PLC0415

    return as_tsvector(words.split(), own(scope))
