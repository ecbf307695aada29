# SPDX-License-Identifier: Apache-2.0
"""The embedded engine: versions side by side, threads, failures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from shangheng.engines.duckdb import SCHEMAS_KEPT, DuckDBEngine
from shangheng.kernel.errors import Unavailable
from shangheng.kernel.formulas.concept import Given
from shangheng.kernel.records.concept.fields import Day, Lines, Number, Text
from shangheng.kernel.records.concept.kinds import RecordKind

COUNT = 'SELECT count(*) AS n FROM "sale"'
SALE = RecordKind(
    name="sale",
    zh="销售",
    en="sale",
    key=("no",),
    day="on",
    retain="log",
    fields=(
        Text("no", zh="编号"),
        Day("on", zh="日期"),
        Lines("lines", zh="明细", fields=(Number("quantity", zh="数量"),), optional=True),
    ),
)


@dataclass(frozen=True)
class Files:
    version: int = 0
    paths: tuple[str, ...] = ()


def _file(folder: Path, rows: int) -> str:
    path = folder / "day=2026-01-01" / f"it's {rows}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"SELECT range::VARCHAR AS no FROM range({rows})").write_parquet(str(path))
    return str(path)


@pytest.fixture
def engine() -> DuckDBEngine:
    return DuckDBEngine(memory="200MB", threads=1)


def test_a_kind_without_files_is_an_empty_table_with_all_its_columns(engine: DuckDBEngine) -> None:
    table = engine.run("SELECT * FROM sale", {"sale": (SALE, Files())})
    assert table.num_rows == 0
    assert table.column_names == ["no", "on", "lines", "reporter", "batch", "line", "day"]
    assert pa.types.is_list(table.schema.field("lines").type)


def test_the_day_comes_from_the_folder_as_a_date(engine: DuckDBEngine, tmp_path: Path) -> None:
    sources = {"sale": (SALE, Files(1, (_file(tmp_path, 2),)))}
    rows = engine.run("SELECT DISTINCT day FROM sale", sources).to_pylist()
    assert rows == [{"day": date(2026, 1, 1)}]


def test_each_version_of_the_ledger_keeps_its_own_rows(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    versions = [Files(n, (_file(tmp_path, n),)) for n in range(1, SCHEMAS_KEPT + 6)]
    for _ in range(2):
        for files in versions:
            counted = engine.run(COUNT, {"sale": (SALE, files)}).to_pylist()
            assert counted == [{"n": files.version}]


def test_rows_that_are_not_in_the_ledger_can_be_given(engine: DuckDBEngine) -> None:
    for n in (1, 2):
        given = Given(n, pa.table({"no": ["a"] * n}))
        assert engine.run(COUNT, {"sale": (SALE, given)}).to_pylist() == [{"n": n}]


def test_many_threads_ask_different_versions_at_once(tmp_path: Path) -> None:
    engine = DuckDBEngine(memory="500MB", threads=2)
    versions = [Files(n, (_file(tmp_path, n),)) for n in range(1, 9)]

    def counted(files: Files) -> int:
        return int(engine.run(COUNT, {"sale": (SALE, files)}).to_pylist()[0]["n"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(counted, versions * 10)) == list(range(1, 9)) * 10


def test_a_failure_carries_the_query(engine: DuckDBEngine) -> None:
    with pytest.raises(Unavailable, match=r"engine\.failed") as fault:
        engine.run("SELECT nothing FROM sale", {"sale": (SALE, Files())})
    assert fault.value.facts["sql"] == "SELECT nothing FROM sale"
