# SPDX-License-Identifier: Apache-2.0
"""A landed file as a relation of text columns, whatever its format."""

import codecs
import csv
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import python_calamine as calamine
from pyarrow import ipc, parquet

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.store.landing import (
    EXPANSION_FREE_BYTES,
    EXPANSION_MAX,
    LINE_BYTES_MAX,
    PIECE_BYTES,
    SAMPLE_BYTES,
)
from shangheng.kernel.records.store.lines import straightened
from shangheng.kernel.records.store.mapped import Columns
from shangheng.kernel.records.store.reading import literal, quoted

DELIMITERS = ",\t;|"
XLSX_BYTES_MAX = 512 * 1024 * 1024
ZIP_HEAD_BYTES = 30
FILE = "_read_from_file"
OWN_COLUMNS = ("_line", "_field", "_rule", "_reason_zh", "_reason_en")


@dataclass(frozen=True)
class Relation:
    """What can be selected from a file: the SQL, its columns, and whether broken rows are told.

    ``template`` is a SELECT of the columns ``c0 … cN`` and ``filename`` with ``{paths}`` in the
    place of the list of files, so that files of one shape can be read by one query. A line that is
    no JSON reads as a row of nothing: ``nothing_means_broken``. A sheet may have rows of nothing
    between others, which are left out: ``has_blank_rows``. ``header`` is the line that names the
    columns, where rows are lines.
    """

    template: str
    names: tuple[str, ...]
    path: Path
    delimiter: str = ""
    nothing_means_broken: bool = False
    has_blank_rows: bool = False
    header: int = 1

    @property
    def tells_broken_rows(self) -> bool:
        """Return whether rows that cannot be split are told of, as those of a CSV file are."""
        return bool(self.delimiter)

    @property
    def sql(self) -> str:
        """Return the SELECT of this file's rows."""
        return self.reading(f"[{literal(str(self.path))}]")

    def reading(self, paths: str) -> str:
        """Return the SELECT of all rows of files of this shape, each with its ``filename``."""
        return self.template.replace("{paths}", paths)

    @property
    def columns(self) -> Columns:
        """Return the columns by the names that people know."""
        return Columns({name: quoted(f"c{at}") for at, name in enumerate(self.names)})


@dataclass(frozen=True)
class Wanted:
    """Which columns are wanted, of which sheet, named in which line.

    With ``whole`` no row may be broken.
    """

    columns: Iterable[str]
    sheet: str | None = None
    header: int = 1
    whole: bool = False


def header_of(path: Path, line: int = 1) -> tuple[list[str], str]:
    """Return the column names of a CSV file and its delimiter; one without a name is its place.

    They stand in its first line, or in the ``line`` that is told.

    Raises:
        Invalid: a name stands twice (``file.header_twice``).
    """
    with path.open("rb") as source:
        sample = codecs.getincrementaldecoder("utf-8-sig")().decode(source.read(SAMPLE_BYTES))
    first = next(islice(sample.splitlines(), line - 1, None), "")
    delimiter = max(DELIMITERS, key=first.count)
    found = [
        name.strip().strip("\ufeff") for name in next(csv.reader([first], delimiter=delimiter))
    ]
    names = [name or f"({at})" for at, name in enumerate(found, start=1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid("file.header_twice", columns=twice)
    return names, delimiter


BROKEN_TOLD = (
    "ignore_errors=true, store_rejects=true, rejects_limit=0, rejects_table='broken', "
    "rejects_scan='broken_scans'"
)


def _csv(path: Path, wanted: Wanted) -> Relation:
    names, delimiter = header_of(path, wanted.header)
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(names)))
    sql = (
        f"SELECT * FROM read_csv({{paths}}, columns={{{columns}}}, auto_detect=false, "
        f"files_to_sniff=1, filename=true, skip={wanted.header - 1}, header=true, "
        f"delim={literal(delimiter)}, "
        f"quote='\"', escape='\"', strict_mode=true, "
        f"max_line_size={LINE_BYTES_MAX}, "
        f"{'ignore_errors=false' if wanted.whole else BROKEN_TOLD})"
    )
    told_by = "" if wanted.whole else delimiter
    return Relation(sql, tuple(names), path, delimiter=told_by, header=wanted.header)


def _json(path: Path, form: str, wanted: Iterable[str], *, whole: bool = False) -> Relation:
    names = tuple(wanted)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    told = ", ".join(f"{quoted(name)} AS c{at}" for at, name in enumerate(names))
    layout = "newline_delimited" if form == "ndjson" else "auto"
    broken = "ignore_errors=true, " if form == "ndjson" and not whole else ""
    sql = (
        f"SELECT {told}, {FILE} AS filename FROM read_json({{paths}}, format='{layout}', {broken}"
        f"columns={{{columns}}}, maximum_object_size={LINE_BYTES_MAX}, filename='{FILE}')"
    )
    return Relation(sql, names, path, nothing_means_broken=True)


def _parquet(path: Path) -> Relation:
    try:
        names = tuple(parquet.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid("file.damaged", format="Parquet", detail=str(error)) from error
    told = ", ".join(f"{_as_text(name)} AS c{at}" for at, name in enumerate(names))
    read = f"read_parquet({{paths}}, filename='{FILE}')"
    template = f"SELECT {told}, {FILE} AS filename FROM {read}"
    return Relation(template, names, path)


def _as_text(name: str) -> str:
    column = quoted(name)
    nested = f"typeof({column}) LIKE '%[]' OR typeof({column}) LIKE 'STRUCT%'"
    return f"CASE WHEN {nested} THEN to_json({column})::VARCHAR ELSE {column}::VARCHAR END"


def _arrow(path: Path, work: Path) -> Relation:
    """Turn Arrow IPC into Parquet a batch at a time, so that one reader serves both."""
    try:
        with ipc.open_file(str(path)) as source:
            turned = work / "arrow.parquet"
            with parquet.ParquetWriter(turned, source.schema, compression="lz4") as out:
                for at in range(source.num_record_batches):
                    out.write_batch(source.get_batch(at))
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid("file.damaged", format="Arrow", detail=str(error)) from error
    return _parquet(turned)


def _xlsx(path: Path, work: Path, wanted: Wanted) -> Relation:
    """Turn a sheet into CSV; of each row above the names there is one line, whatever it said."""
    turned = work / "sheet.csv"
    with turned.open("w", newline="", encoding="utf-8") as out:
        rows = workbook_rows(path, wanted.sheet)
        csv.writer(out).writerows(["-"] for _ in islice(rows, wanted.header - 1))
        csv.writer(out).writerows(rows)
    return replace(_csv(turned, wanted), has_blank_rows=True)


def workbook_rows(path: Path, sheet: str | None = None) -> Iterator[list[str]]:
    """Give the rows of a workbook's sheet (the first) as texts; blank ones at the end are none."""
    _refuse_unsafe_workbook(path)
    try:
        book = calamine.load_workbook(str(path))
        blank: list[list[str]] = []
        for row in book.get_sheet_by_name(sheet or book.sheet_names[0]).iter_rows():
            blank.append([_cell(value) for value in row])
            if any(blank[-1]):
                yield from blank
                blank = []
    except (calamine.CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise Invalid("file.damaged", format="XLSX", detail=str(error)) from error


def _refuse_unsafe_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            entries = book.infolist()
            _refuse_a_lie(path, entries)
    except (zipfile.BadZipFile, zlib.error, struct.error) as error:
        raise Invalid("file.damaged", format="XLSX", detail=str(error)) from error
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names:
        raise Invalid("file.not_records", file=path.name)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("file.macros", file=path.name)
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > max(EXPANSION_FREE_BYTES, EXPANSION_MAX * path.stat().st_size)
    if is_bomb or unpacked > XLSX_BYTES_MAX:
        raise Invalid("file.expands_too_much", bytes=path.stat().st_size, unpacked=unpacked)


def _refuse_a_lie(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a workbook of which a part unpacks into more than its directory says."""
    with path.open("rb") as source:
        for entry in entries:
            source.seek(entry.header_offset)
            name_bytes, extra_bytes = struct.unpack("<26x2H", source.read(ZIP_HEAD_BYTES))
            source.seek(name_bytes + extra_bytes, 1)
            if entry.compress_type == zipfile.ZIP_DEFLATED:
                unpacked = _unpacked_bytes(source.read(entry.compress_size), entry.file_size)
            else:
                unpacked = entry.compress_size
            if unpacked > entry.file_size:
                raise zipfile.BadZipFile(entry.filename)


def _unpacked_bytes(packed: bytes, limit: int) -> int:
    """Return into how many bytes this unpacks, or any number above the limit."""
    opener, rest, unpacked = zlib.decompressobj(-15), packed, 0
    while rest and not opener.eof and unpacked <= limit:
        unpacked += len(opener.decompress(rest, PIECE_BYTES))
        rest = opener.unconsumed_tail
    return unpacked


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def open_source(path: Path, form: str, wanted: Wanted, *, work: Path) -> Relation:
    """Return a landed file as a relation of text columns."""
    match form:
        case "csv":
            return _csv(straightened(path, work), wanted)
        case "json" | "ndjson":
            return _json(path, form, wanted.columns, whole=wanted.whole)
        case "parquet":
            return _parquet(path)
        case "arrow":
            return _arrow(path, work)
        case _:
            return _xlsx(path, work, wanted)


def broken_rows(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]
) -> list[list[tuple[int, str]]]:
    """Return per file the rows that the CSV reader could not split: line, text as it stood."""
    found = connection.execute(
        "SELECT file_path, line, any_value(csv_line)[1:2000] FROM broken "
        "JOIN broken_scans USING (scan_id, file_id) GROUP BY file_path, line ORDER BY line"
    ).fetchall()
    return [[(line, text) for at, line, text in found if at == str(path)] for path in paths]
