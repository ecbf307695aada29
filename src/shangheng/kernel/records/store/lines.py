# SPDX-License-Identifier: Apache-2.0
"""A few lines of a large text file, found without reading its rows once more."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

PIECE_BYTES = 16 * 1024 * 1024
NEWLINE = 10


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
