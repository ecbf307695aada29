# SPDX-License-Identifier: Apache-2.0
"""CSV files whose lines end in different ways, and control characters within them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangheng.kernel.records.store import lines
from shangheng.kernel.records.tests.builders import Door, balanced, csv_of, order, orders, rules

pytestmark = pytest.mark.django_db
ENDS = (b"\n", b"\r\n", b"\r\r\n")


def ended(ends: list[bytes]) -> bytes:
    """Return a file of orders of which each line, the header too, ends as told."""
    told = csv_of(orders(len(ends) - 1)).splitlines()
    return b"".join(line + end for line, end in zip(told, ends, strict=True))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ends=st.lists(st.sampled_from(ENDS), min_size=2, max_size=8),
    last=st.sampled_from((b"", b"\r", b"\n")),
)
def test_however_its_lines_end_a_file_is_read(door: Door, ends: list[bytes], last: bytes) -> None:
    receipt = door.send(ended([*ends[:-1], last]))
    assert (receipt.rows_read, receipt.rejected) == (len(ends) - 1, 0)


def test_where_most_lines_end_with_a_return_alone_it_ends_lines(door: Door) -> None:
    assert door.send(ended([b"\r", b"\r", b"\n", b"\r"])).accepted == 3
    assert door.send(ended([b"\r"] * 3)).unchanged == 2


def test_a_return_within_a_line_sends_this_row_back(door: Door) -> None:
    rows = [order(1), order(2, product="a\rb"), order(3, gross="1\r00"), order(4)]
    receipt = door.send(csv_of(rows))
    assert balanced(receipt)
    assert (receipt.accepted, rules(receipt)) == (2, {"E003 product": 1, "E002 gross": 1})
    assert [each["_line"] for each in door.rejects(receipt)] == ["3", "4"]


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_wherever_a_piece_ends_the_lines_are_the_same(
    tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\r\r\n1,\r2\r\n3,4\n5,6\r")
    monkeypatch.setattr(lines, "PIECE_BYTES", piece)
    straight = lines.straightened(path, tmp_path)
    assert straight.read_bytes() == b"a,b\n1,\x1a2\n3,4\n5,6\n"


@pytest.mark.parametrize("text", [b"", b"a\n1\n", b"a\r\n1\r\n", b"a\r1\r", b"a\r\n1"])
def test_a_file_whose_lines_end_alike_is_read_as_it_lies(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text)
    assert lines.straightened(path, tmp_path) == path


def test_every_control_character_is_found_and_no_quote_is_taken_for_one(door: Door) -> None:
    controls = (*range(1, 32), 127)
    bad = [order(code, product=f"a{chr(code)}b") for code in controls]
    good = [
        order(200 + at, product=text)
        for at, text in enumerate(('a "b"', "a\\b", "甲é😀/'\u200d\u00a0"))
    ]
    receipt = door.send([*bad, *good])
    assert (receipt.accepted, receipt.rejected) == (len(good), len(controls))
    assert rules(receipt) == {"E003 product": len(controls)}
