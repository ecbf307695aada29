# SPDX-License-Identifier: Apache-2.0
"""Files as reporters send them: CSV, NDJSON and Parquet with the same cells of text.

Rows become bytes in bulk: the cells of a row are joined by Arrow, so the buffer of the joined
column *is* the piece of the file.
"""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shangheng.kernel.errors import Invalid
from shangheng.simulate.chance import Ints
from shangheng.simulate.text import Texts

Format = Literal["csv", "ndjson", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "ndjson", "parquet")

UTF8 = "utf-8"
QUOTED = ("lines",)
"""Columns whose cells hold commas or quotes; no other cell does unless it is a mistake."""


@dataclass(frozen=True)
class Block:
    """Rows ready to be written, to be cut by row numbers: joined lines, or for Parquet a table."""

    lines: Texts = None
    table: Any = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.table if self.lines is None else self.lines)

    def cut(self, first: int, last: int) -> "Block":
        """Return the rows from ``first`` up to but not ``last``."""
        if self.lines is None:
            return Block(table=self.table.slice(first, last - first))
        return Block(lines=self.lines.slice(first, last - first))


@dataclass(frozen=True)
class Style:
    """How a reporter writes text files."""

    delimiter: str = ","
    encoding: str = UTF8


STANDARD = Style()


def block(
    fmt: Format, table: pa.Table, spoiled: pa.Table | None = None, order: Ints | None = None
) -> Block:
    """Encode rows; spoiled ones count on behind the others, ``order`` chooses and sorts both."""
    if fmt == "parquet":
        whole = table if spoiled is None else pa.concat_tables([table, spoiled]).combine_chunks()
        return Block(table=whole if order is None else whole.take(pa.array(order)))
    encode = _csv if fmt == "csv" else _ndjson
    lines = encode(table, QUOTED)
    if spoiled is not None:
        lines = pa.concat_arrays([lines, encode(spoiled, tuple(spoiled.column_names))])
    return Block(lines=lines if order is None else lines.take(pa.array(order)))


def styled(fmt: Format, table: pa.Table, style: Style) -> Block:
    """Encode rows of which any cell may need quotes, in a reporter's own style."""
    if fmt == "parquet":
        return Block(table=table)
    every = tuple(table.column_names)
    lines = _csv(table, every, style.delimiter) if fmt == "csv" else _ndjson(table, every)
    return Block(lines=lines)


def _columns(table: pa.Table) -> list[tuple[str, Texts]]:
    whole = table.combine_chunks()
    return [
        (name, whole[name].chunk(0) if whole[name].num_chunks else pa.array([], pa.string()))
        for name in whole.column_names
    ]


def _csv(table: pa.Table, quoted: tuple[str, ...], delimiter: str = ",") -> Texts:
    cells = [
        _quote(cell, surely=name in QUOTED) if name in quoted else cell
        for name, cell in _columns(table)
    ]
    line = pc.binary_join_element_wise(
        *cells, delimiter, null_handling="replace", null_replacement=""
    )
    return pc.binary_join_element_wise(line, "\n", "")


def _quote(cells: Texts, *, surely: bool) -> Texts:
    """Quote the cells that need it; all of them where that is known beforehand."""
    if cells.null_count == len(cells):
        return cells
    if surely:
        return _in_quotes(cells)
    needs = pc.fill_null(pc.match_substring_regex(cells, '[",;\\n]'), False)  # noqa: FBT003
    return pc.if_else(needs, _in_quotes(cells), cells) if pc.any(needs).as_py() else cells


def _in_quotes(cells: Texts) -> Texts:
    return pc.binary_join_element_wise('"', pc.replace_substring(cells, '"', '""'), '"', "")


def _ndjson(table: pa.Table, quoted: tuple[str, ...]) -> Texts:
    pieces: list[Any] = []
    for number, (name, cell) in enumerate(_columns(table)):
        text = pc.replace_substring(cell, '"', '\\"') if name in quoted else cell
        pieces.append(f'{"," if number else "{"}"{name}":')
        if text.null_count:
            pieces.append(pc.binary_join_element_wise('"', text, '"', ""))
        else:
            pieces[-1] += '"'
            pieces.extend((text, '"'))
    return pc.binary_join_element_wise(
        *pieces, "}\n", "", null_handling="replace", null_replacement="null"
    )


def keys(*columns: Texts) -> Texts:
    """Return the key of each row, its parts joined by a slash."""
    return pc.binary_join_element_wise(*columns, "/", null_handling="replace", null_replacement="")


def csv_bytes(table: pa.Table) -> memoryview:
    """Return rows as CSV, without a header."""
    return _bytes(_csv(table, ()))


def _encoded(text: memoryview, encoding: str) -> bytes | memoryview:
    return text if encoding == UTF8 else str(text, UTF8).encode(encoding)


def _bytes(lines: Texts) -> memoryview:
    """Return the bytes of the joined lines without copying them."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    first, last = offsets[lines.offset], offsets[lines.offset + len(lines)]
    return memoryview(lines.buffers()[2])[first:last]


class Reports:
    """The files of a folder, opened when their first rows come."""

    def __init__(self, folder: Path, fmt: Format) -> None:
        """Write into the folder in the format."""
        if fmt not in FORMATS:
            raise Invalid("simulate.format_unknown", name=fmt, known=FORMATS)
        self.folder = folder
        self.fmt = fmt
        self.rows: dict[str, int] = {}
        self._open: dict[str, IO[bytes] | pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all files."""
        for each in self._open.values():
            each.close()

    def append(
        self, name: str, columns: tuple[str, ...], rows: Block, style: Style = STANDARD
    ) -> int:
        """Append rows to the file of that name; return the spreadsheet row of the first one.

        The header is row 1, so the first row of a file is 2, in every format.
        """
        file = f"{name}.{self.fmt}"
        if file not in self._open:
            self._open[file] = self._start(file, columns, style)
            self.rows[file] = 0
        first = self.rows[file] + 2
        target = self._open[file]
        if isinstance(target, pq.ParquetWriter):
            target.write_table(rows.table)
        elif len(rows):
            target.write(_encoded(_bytes(rows.lines), self._encoding(style)))
        self.rows[file] += len(rows)
        return first

    def _encoding(self, style: Style) -> str:
        return style.encoding if self.fmt == "csv" else UTF8

    def _start(
        self, file: str, columns: tuple[str, ...], style: Style
    ) -> IO[bytes] | pq.ParquetWriter:
        path = self.folder / file
        if self.fmt == "parquet":
            schema = pa.schema([(name, pa.string()) for name in columns])
            return pq.ParquetWriter(path, schema, compression="zstd")
        stream = path.open("wb")
        if self.fmt == "csv":
            stream.write((style.delimiter.join(columns) + "\n").encode(style.encoding))
        return stream
