# SPDX-License-Identifier: Apache-2.0
"""Damage that is one for certain: a byte set to what it was already would be none."""


def spoilt(data: bytes) -> bytes:
    """Return the bytes with their last bit turned over."""
    return data[:-1] + bytes((data[-1] ^ 1,))
