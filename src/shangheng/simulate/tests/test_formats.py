# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from shangheng.simulate import rows
from shangheng.simulate.province import simulate
from shangheng.simulate.writing import FORMATS, Format

READERS = {
    "csv": "read_csv('{}', all_varchar=true, header=true)",
    "ndjson": "read_json('{}', format='newline_delimited', columns={})",
    "parquet": "read_parquet('{}')",
}


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> dict[Format, Path]:
    folder = tmp_path_factory.mktemp("formats")
    for fmt in FORMATS:
        simulate(folder / fmt, orders=1_500, days=30, seed=5, fmt=fmt, mistakes=0.05)
    return {fmt: folder / fmt for fmt in FORMATS}


def cells(path: Path, fmt: Format) -> list[tuple[Any, ...]]:
    columns = rows.COLUMNS[path.name.split("-")[0]]
    types = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in columns) + "}"
    reader = READERS[fmt].format(path, types)
    return duckdb.connect().execute(f"select * from {reader}").fetchall()


@pytest.mark.parametrize("fmt", ["ndjson", "parquet"])
def test_all_formats_carry_the_same_cells(boxes: dict[Format, Path], fmt: Format) -> None:
    names = sorted(path.stem for path in boxes["csv"].glob("*-*.csv"))
    assert names == sorted(path.stem for path in boxes[fmt].glob(f"*-*.{fmt}"))
    for name in names:
        plain = cells(boxes["csv"] / f"{name}.csv", "csv")
        assert cells(boxes[fmt] / f"{name}.{fmt}", fmt) == plain


def test_the_truth_does_not_depend_on_the_format(boxes: dict[Format, Path]) -> None:
    texts = {
        (box / "truth" / "planted.csv").read_text(encoding="utf-8").replace(f".{fmt},", ".x,")
        for fmt, box in boxes.items()
    }
    assert len(texts) == 1


def test_a_csv_opens_with_the_columns_of_its_kind(boxes: dict[Format, Path]) -> None:
    for path in boxes["csv"].glob("*-*.csv"):
        kind = path.name.split("-")[0]
        with path.open(encoding="utf-8") as lines:
            assert next(lines).strip().split(",") == list(rows.COLUMNS[kind])


def test_memory_does_not_grow_with_the_number_of_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The province itself is held at one size, so that only the stream of orders grows."""
    monkeypatch.setattr("shangheng.simulate.chunk.SIZE", 1_000)
    monkeypatch.setattr("shangheng.simulate.world.SHOPS", (200, 200))
    peaks = []
    for orders in (5_000, 20_000):
        used: list[int] = []
        simulate(
            tmp_path / str(orders),
            orders=orders,
            days=30,
            seed=5,
            workers=1,
            progress=lambda *_, used=used: used.append(pa.total_allocated_bytes()),  # type: ignore[misc]
        )
        peaks.append(max(used))
    assert peaks[1] < 1.25 * peaks[0]
