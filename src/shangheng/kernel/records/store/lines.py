# SPDX-License-Identifier: Apache-2.0
"""The lines of a large text file: made to end alike, and a few of them found."""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

PIECE_BYTES = 16 * 1024 * 1024
NEWLINE = 10
SUBSTITUTE = b"\x1a"
"""Stands for a carriage return within a line, as a control character that no value may hold."""


def straightened(path: Path, work: Path) -> Path:
    """Return a CSV file, or a copy of it of which every line ends alike: DuckDB reads no other.

    Exports are put together from parts that end their lines with CR LF, LF, CR CR LF. A carriage
    return by itself ends a line where more lines end so than otherwise.
    """
    if not any(b"\r" in piece for piece in _whole_ends(path)):
        return path
    returns = pairs = newlines = 0
    for piece in _whole_ends(path):
        returns += piece.count(b"\r")
        pairs += piece.count(b"\r\n")
        newlines += piece.count(b"\n")
    if not newlines or returns == pairs == newlines:
        return path
    alone = b"\n" if returns - pairs > newlines else SUBSTITUTE
    straight = work / "straight.csv"
    with straight.open("wb") as out:
        for piece in _whole_ends(path):
            out.write(re.sub(rb"\r+(\n|\Z)", b"\n", piece).replace(b"\r", alone))
    return straight


def _whole_ends(path: Path) -> Iterator[bytes]:
    """Give the pieces of a file; none but the last ends with a carriage return."""
    held = b""
    with path.open("rb") as source:
        while piece := source.read(PIECE_BYTES):
            piece = held + piece
            whole = piece.rstrip(b"\r")
            held = piece[len(whole) :]
            yield whole
    if held:
        yield held


def line_starts(path: Path, numbers: Sequence[int], *, lines: int) -> list[int] | None:
    """Return where the lines with these numbers begin, the first being 0.

    Nothing if the file has another count of lines than ``lines``: then rows and lines are not the
    same, as a quoted text may hold a line break.
    """
    wanted = np.asarray(sorted(numbers), dtype=np.int64)
    starts: dict[int, int] = {0: 0}
    done = seen = 0
    ended = True
    with path.open("rb") as source:
        while piece := source.read(PIECE_BYTES):
            breaks = np.flatnonzero(np.frombuffer(piece, np.uint8) == NEWLINE)
            inside = wanted[(wanted > seen) & (wanted <= seen + len(breaks))]
            for number in inside:
                starts[int(number)] = done + int(breaks[number - seen - 1]) + 1
            seen, done = seen + len(breaks), done + len(piece)
            ended = piece.endswith(b"\n")
    if seen + (not ended) != lines:
        return None
    return [starts[number] for number in numbers]


def rows_at(path: Path, numbers: Sequence[int], *, lines: int, delimiter: str) -> list[list[str]]:
    """Return the cells of the rows of a CSV file that stand at these lines, the first being 0.

    Nothing if rows and lines are not the same; see ``line_starts``.
    """
    starts = line_starts(path, numbers, lines=lines)
    if starts is None:
        return []
    rows = []
    with path.open("rb") as source:
        for start in starts:
            source.seek(start)
            text = source.readline().decode().rstrip("\r\n")
            rows.append(next(csv.reader([text], delimiter=delimiter)))
    return rows
