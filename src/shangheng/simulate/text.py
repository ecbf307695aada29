# SPDX-License-Identifier: Apache-2.0
"""Numbers as text, in bulk: money, times, weights and words from a list.

Every cell of a file is text already here, so that a mistake (``2026-02-30``) stands in Parquet as
it does in CSV. Tables of ready-made texts make this as fast as copying bytes.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shangheng.simulate.chance import Flags, Ints

_READY = 1 << 17
_TIME_CHARACTERS = 19
LONGEST_DELAY_DAYS = 400

Texts = Any
"""An Arrow array of strings."""


def words(values: Sequence[str]) -> Texts:
    """Return a list of words to pick from; an empty word becomes an empty cell."""
    return pa.array([value or None for value in values], pa.string())


def pick(values: Texts, index: Ints, empty: Flags | None = None) -> Texts:
    """Return the words at the index; nothing where ``empty`` says so."""
    return values.take(pa.array(index, mask=empty))


def whole(numbers: Ints, empty: Flags | None = None) -> Texts:
    """Return whole numbers as text."""
    return pa.array(numbers, mask=empty).cast(pa.string())


class Writer:
    """Writes money and times; made once, used by every chunk."""

    def __init__(self, start: date, days: int) -> None:
        """Prepare the texts of all amounts to 1,310.71 and of every day and second."""
        self._amounts = pa.array(_amounts(np.arange(_READY)), pa.string())
        span = [start + timedelta(days=i) for i in range(days + LONGEST_DELAY_DAYS)]
        self._dates = np.array([f"{day.isoformat()} " for day in span], dtype="S11")
        self._clock = np.array(
            [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)], dtype="S8"
        )

    def money(self, cents: Ints, empty: Flags | None = None) -> Texts:
        """Return hundredths as text with two decimals."""
        large = np.flatnonzero(cents >= _READY)
        if not len(large):
            return pick(self._amounts, cents, empty)
        index = cents.copy()
        index[large] = np.arange(_READY, _READY + len(large))
        table = pa.concat_arrays([self._amounts, _decimal(cents[large])])
        return pick(table, index, empty)

    def time(self, seconds: Ints) -> Texts:
        """Return seconds since the start as local times; nothing where they are negative."""
        n = len(seconds)
        known = seconds >= 0
        safe = np.where(known, seconds, 0)
        cells = np.empty(n, dtype=[("day", "S11"), ("clock", "S8")])
        cells["day"] = self._dates[safe // 86_400]
        cells["clock"] = self._clock[safe % 86_400]
        validity = pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
        offsets = np.arange(0, _TIME_CHARACTERS * (n + 1), _TIME_CHARACTERS, dtype=np.int32)
        return pa.StringArray.from_buffers(
            n, pa.py_buffer(offsets), pa.py_buffer(cells), validity, int(n - known.sum())
        )


def _amounts(cents: Ints) -> list[str]:
    return [f"{c // 100}.{c % 100:02d}" for c in cents.tolist()]


def _decimal(cents: Ints) -> Texts:
    yuan, rest = np.divmod(cents, 100)
    tails = pa.array([f".{i:02d}" for i in range(100)])
    return pc.binary_join_element_wise(whole(yuan), pick(tails, rest), "")


def joined(*pieces: Any) -> Texts:  # noqa: ANN401 - columns and constants
    """Return the pieces of each row put together; nothing where one is missing."""
    return pc.binary_join_element_wise(*pieces, "")
