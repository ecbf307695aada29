# SPDX-License-Identifier: Apache-2.0
"""Codes with their check characters, made in bulk.

The simulator makes codes where the kernel checks them; both follow the standards on their own,
so that an error in one is found by the other. GB 32100-2015 (unified social credit code),
GB 11714-1997 (organisation code inside it), GS1 General Specifications (GTIN-13).
"""

import numpy as np
from numpy.typing import NDArray

from shangheng.simulate.chance import Ints

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100; the position is the value."""

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

# Registering department and kind of registrant, GB 32100 tables 1 and 2.
DEPARTMENTS = {"enterprise": "91", "sole_trader": "92", "cooperative": "93"}


_CREDIT_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_ORGANISATION_VALUES = {character: value for value, character in enumerate(_ORGANISATION)}


def credit_code(department: str, region: str, serial: int) -> str:
    """Return the 18-digit code of a registrant; the serial (below 1,000,000) makes it distinct."""
    body = f"MA{serial:06d}"
    pairs = zip(body, _ORGANISATION_WEIGHTS, strict=True)
    total = sum(_ORGANISATION_VALUES[character] * weight for character, weight in pairs)
    head = department + region + body + "0123456789X0"[11 - total % 11]
    pairs = zip(head, _CREDIT_WEIGHTS, strict=True)
    total = sum(_CREDIT_VALUES[character] * weight for character, weight in pairs)
    return head + ALPHABET[-total % 31]


def gtin13(bodies: Ints) -> Ints:
    """Return GTIN-13 numbers for twelve-digit bodies, check digit appended."""
    total = np.zeros(len(bodies), dtype=np.int64)
    rest = bodies.copy()
    for position in range(12):
        total += (rest % 10) * (3 if position % 2 == 0 else 1)
        rest //= 10
    return bodies * 10 + (-total) % 10


def scramble(numbers: Ints, *, factor: int, shift: int, prime: int) -> Ints:
    """Return distinct numbers below the prime for distinct numbers below it: no order shows."""
    return (numbers % prime * factor + shift) % prime


def mix(numbers: Ints) -> NDArray[np.uint64]:
    """Return well mixed 64-bit values (the finaliser of splitmix64): facts that follow from an id.

    They need no memory: the same buyer has the same address wherever it is asked for.
    """
    value = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))
