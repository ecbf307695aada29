# SPDX-License-Identifier: Apache-2.0
import csv
import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
import yaml

from shangheng.simulate import dialects
from shangheng.simulate.province import simulate
from shangheng.simulate.writing import Format


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dialects")
    for name, spoken in (("plain", False), ("own", True)):
        simulate(folder / name, orders=1_500, days=30, seed=5, dialects=spoken, mistakes=0.05)
    return folder / "plain", folder / "own"


def rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def value(origin: str | dict[str, Any], row: dict[str, str]) -> str:
    """Read a cell as the mapping says; what cannot be read stays as it stands."""
    if isinstance(origin, str):
        return row[origin]
    cell = row[origin["from"]]
    if not cell.isascii() and "values" not in origin:
        return cell  # full-width digits, which the intake must not read as a number
    try:
        if "times" in origin:
            cell = f"{Decimal(cell) * Decimal(origin['times']):.2f}"
        if "time" in origin:
            moment = datetime.strptime(cell, origin["time"])  # noqa: DTZ007 - wall clocks
            moment += timedelta(hours=8 if origin.get("zone") == "UTC" else 0)
            cell = moment.strftime("%Y-%m-%d %H:%M:%S")
    except (InvalidOperation, ValueError):
        return cell
    return str(origin.get("values", {}).get(cell, cell))


def files(box: Path) -> list[dict[str, Any]]:
    return list(json.loads((box / "manifest.json").read_text(encoding="utf-8"))["files"])


def test_a_dialect_read_with_its_mapping_gives_the_standard_cells(
    boxes: tuple[Path, Path],
) -> None:
    plain, own = boxes
    spoken = [each for each in files(own) if "mapping" in each]
    assert {(each["kind"], each["reporter"]) for each in spoken} == set(dialects.DIALECTS)
    for each in spoken:
        dialect = dialects.DIALECTS[each["kind"], each["reporter"]]
        mapping = yaml.safe_load((own / each["mapping"]).read_text(encoding="utf-8"))
        found = rows(own / each["file"], dialect.encoding, dialect.delimiter)
        read = [
            {name: value(how, row) for name, how in mapping["fields"].items()} for row in found
        ]
        assert read == rows(plain / each["file"])


def test_reporters_without_a_dialect_write_as_ever(boxes: tuple[Path, Path]) -> None:
    plain, own = boxes
    for each in files(own):
        if "mapping" not in each:
            assert rows(own / each["file"]) == rows(plain / each["file"])


def test_a_dialect_looks_foreign(boxes: tuple[Path, Path]) -> None:
    first = (boxes[1] / "order-P02.csv").read_bytes().split(b"\n")[0]
    assert "买家实际支付金额".encode("gb18030") in first
    assert rows(boxes[1] / "order-P03.csv")[0]["gross"].isdigit()
    assert ";" in (boxes[1] / "payment-I03.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("fmt", ["ndjson", "parquet"])
def test_dialects_are_spoken_in_every_format(tmp_path: Path, fmt: Format) -> None:
    made = simulate(tmp_path / fmt, orders=300, days=30, seed=5, fmt=fmt, dialects=True)
    assert any(each.mapping for each in made.files)
