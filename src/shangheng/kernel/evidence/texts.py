# SPDX-License-Identifier: Apache-2.0
"""The spellings that the C2SP formats share, read strictly: one value, one spelling.

A signature or hash that could be spelled in two ways could be altered without being refused.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error

from shangheng.kernel.errors import Invalid

UINT64_MAX = 2**64 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)


def write_base64(data: bytes) -> str:
    """Spell bytes in the standard alphabet with padding (RFC 4648 section 4)."""
    return b64encode(data).decode("ascii")


def read_base64(text: str, code: str) -> bytes:
    """Read what `write_base64` spells, and nothing else; refuse the rest with `code`."""
    try:
        data = b64decode(text, validate=True)
    except (Error, ValueError) as error:
        raise Invalid(code, text=text) from error
    if write_base64(data) != text:
        raise Invalid(code, text=text)
    return data


def read_decimal(text: str, code: str) -> int:
    """Read an unsigned 64-bit number without leading zeroes; refuse the rest with `code`."""
    if not _DECIMAL.fullmatch(text) or int(text) > UINT64_MAX:
        raise Invalid(code, text=text)
    return int(text)
