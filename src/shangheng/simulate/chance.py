# SPDX-License-Identifier: Apache-2.0
"""Columns of numbers, and chance applied to them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Luck = NDArray[np.floating[Any]]
"""Numbers drawn uniformly from 0 up to 1."""


def happens(luck: Luck, share: float | Reals) -> Flags:
    """Return where what happens in that share of cases does happen."""
    return np.asarray(luck < share)


def counts(numbers: NDArray[Any]) -> Ints:
    """Return the whole part of numbers."""
    return numbers.astype(np.int64)


def slots(weights: NDArray[Any], size: int) -> Ints:
    """Spread indices over a table so that a uniform draw from it follows the weights.

    Every index gets at least one slot as long as there are fewer indices than slots.
    """
    n = len(weights)
    bounds = np.round(np.cumsum(weights) / np.sum(weights) * (size - n)).astype(np.int64)
    return np.repeat(np.arange(n, dtype=np.int64), np.diff(bounds, prepend=0) + 1)
