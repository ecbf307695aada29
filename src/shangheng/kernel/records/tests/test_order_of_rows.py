# SPDX-License-Identifier: Apache-2.0
"""However a file is read, a row keeps its place: its line number is what the reporter looks up.

A join anywhere in the pass over the rows would lose their order as soon as two threads read.
"""

import io
from dataclasses import replace

import pyarrow as pa
import pytest
from pyarrow import parquet

from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.tests.builders import ORDER, Door, order, rules

ROWS, ROW_GROUP = 260_000, 20_480
LISTED = {f"M{at}": ("模式", "mode") for at in range(40)}
WIDE = replace(
    ORDER,
    fields=tuple(
        f.OneOf("mode", zh="模式", values=LISTED, optional=True) if each.name == "mode" else each
        for each in ORDER.fields
    ),
)
MAPPING = {
    "kind": "order",
    "fields": {
        "platform": {"constant": "P01"},
        "order_no": "order_no",
        "mode": "mode",
        "currency": {"constant": "CNY"},
        "gross": "gross",
        "paid": {"constant": "1"},
        "ordered_at": {"constant": "2026-11-11 20:05:00"},
    },
}


def many_rows(region: str = "320583") -> bytes:
    """Return rows that two threads read at once; every fifty-thousandth is wrong."""
    gross = ["5"] * ROWS
    for at in range(0, ROWS, 50_000):
        gross[at] = "wrong"
    told = pa.table({
        "order_no": [f"N{at:07d}" for at in range(2, ROWS + 2)],
        "mode": [f"M{at % 40}" for at in range(ROWS)],
        "gross": gross,
        "region": ["320583"] * (ROWS - 1) + [region],
    })  # fmt: skip
    out = io.BytesIO()
    parquet.write_table(told, out, row_group_size=ROW_GROUP)
    return out.getvalue()


def placed(door: Door, mapping: object, content: bytes) -> None:
    receipt = door.send(content, mapping=mapping, kind=WIDE)
    for back in door.rejects(receipt):
        assert back["order_no"] == f"N{int(back['_line']):07d}"
    rows = door.rows(columns="platform, order_no, line, reporter")
    assert len(rows) == receipt.accepted
    assert [row for row in rows if int(row["order_no"][1:]) != row["line"]] == []
    assert rules(receipt)["E002 gross"] == 6


def test_rows_keep_their_lines_through_every_check(door: Door) -> None:
    placed(door, MAPPING, many_rows())


@pytest.mark.parametrize("region", ["320583", "320583999999"])
def test_rows_keep_their_lines_where_regions_are_looked_up(door: Door, region: str) -> None:
    """Names are looked up in a table; a township that does not exist means a second pass."""
    told = {"from": "region", "region": True}
    mapping = {"kind": "order", "fields": MAPPING["fields"] | {"region": told}}  # type: ignore[operator]
    placed(door, mapping, many_rows(region))


def test_a_township_that_does_not_exist_is_found(door: Door) -> None:
    receipt = door.send([order(1), order(2, region="320583999"), order(3, region="320583100")])
    assert (receipt.accepted, rules(receipt)) == (2, {"E007 region": 1})
    assert [back["_line"] for back in door.rejects(receipt)] == ["3"]
