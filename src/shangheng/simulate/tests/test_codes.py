# SPDX-License-Identifier: Apache-2.0
import csv
from pathlib import Path

import numpy as np
import pytest

from shangheng.simulate import codes

SAMPLES = (
    Path(__file__).resolve().parents[5] / "shared" / "data" / "reference" / "uscc"
) / "uscc_samples.csv"


def test_credit_codes_end_in_the_check_character_of_the_standard() -> None:
    """Worked by hand from GB 11714 and GB 32100."""
    assert codes.credit_code("91", "320583", 0) == "91320583MA0000" + _tail("91320583MA000000")


def _tail(head: str) -> str:
    body = head[8:]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * w for c, w in zip(body, weights, strict=True))
    check = 11 - total % 11
    organisation = body[-2:] + {10: "X", 11: "0"}.get(check, str(check))
    whole = head + organisation[-1]
    value = sum(codes.ALPHABET.index(c) * 3**i for i, c in enumerate(whole))
    return organisation + codes.ALPHABET[(31 - value % 31) % 31]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared data folder is not here")
def test_the_check_character_agrees_with_codes_found_elsewhere() -> None:
    with SAMPLES.open(encoding="utf-8") as lines:
        valid = [r["code"] for r in csv.DictReader(lines) if r["expected"] == "valid"]
    ours = [c for c in valid if c[8:10] == "MA" and c[10:16].isdigit()]
    for code in ours:
        assert codes.credit_code(code[:2], code[2:8], int(code[10:16])) == code


def test_gtins_have_the_check_digit_of_a_known_article() -> None:
    assert codes.gtin13(np.array([400638133393, 590123412345])).tolist() == [
        4006381333931,
        5901234123457,
    ]


def test_scrambling_keeps_numbers_apart() -> None:
    numbers = codes.scramble(np.arange(100_000), factor=48_271, shift=77, prime=9_999_991)
    assert len(np.unique(numbers)) == 100_000
