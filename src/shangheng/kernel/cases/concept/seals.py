# SPDX-License-Identifier: Apache-2.0
"""What is sealed of a step: a digest over it and over the one before, and codes for followers."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH, LETTER_CODE_LENGTH = 12, 16


def seal_of(entry: Mapping[str, Any], before: str) -> str:
    """Return the SHA-256 of an entry as canonical JSON, with the seal before it."""
    plain = json.dumps(
        {**entry, "before": before},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=str,
    )
    return hashlib.sha256(plain.encode()).hexdigest()


def new_code() -> str:
    """Return a code by which a case can be followed: twelve letters without look-alikes."""
    return _drawn(CODE_LENGTH)


def new_letter_code() -> str:
    """Return the code on a letter, by which anybody can check it: sixteen letters, 79 bits."""
    return _drawn(LETTER_CODE_LENGTH)


def _drawn(length: int) -> str:
    return in_fours("".join(secrets.choice(CODE_LETTERS) for _ in range(length)))


def in_fours(letters: str) -> str:
    """Return a code as it is shown."""
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def letters_of(typed: str) -> str:
    """Return the letters of a code, however somebody typed it."""
    return "".join(letter for letter in typed.upper() if letter in CODE_LETTERS)


def signing_code(secret: str, number: str, digest: str) -> str:
    """Return the code with which the other side signs one text and no other: eight letters.

    Who has the secret can tell it; neither the case nor the text betrays it.
    """
    told = hmac.new(secret.encode(), f"sign\n{number}\n{digest}".encode(), hashlib.sha256).digest()
    return in_fours("".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in told[:8]))


def code_digest(number: str, code: str) -> str:
    """Return what is kept of a code: a digest that is of use for one case only."""
    return hashlib.sha256(f"{number}\n{letters_of(code)}".encode()).hexdigest()


def fits(number: str, code: str, digest: str) -> bool:
    """Tell in constant time whether a code is the one of a case."""
    return hmac.compare_digest(code_digest(number, code), digest)
