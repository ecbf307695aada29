# SPDX-License-Identifier: Apache-2.0
"""Exports whose columns are not named in the first line; rows are told by the file's own lines."""

import io
from typing import Any

import pytest
import xlsxwriter

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.tests.builders import (
    COLUMNS,
    Door,
    csv_of,
    ndjson_of,
    order,
    orders,
    rules,
)

FIELDS: dict[str, Any] = {name: name for name in COLUMNS}
ABOVE = '店铺订单明细,,\n导出时间,"2026-11-12 08:00:00",\n\n'
MAPPING = {"header": 4, "fields": FIELDS}
GROUPED = MAPPING | {
    "fields": {name: told for name, told in FIELDS.items() if name not in {"pieces", "lines"}},
    "group": {
        "by": ["order_no"],
        "lines": {"product": "product", "amount": "gross", "quantity": "pieces"},
    },
}


def lines_of(door: Door, receipt: Any) -> list[int]:
    return [int(each["_line"]) for each in door.rejects(receipt)]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_stands_above_the_names_is_not_read_and_lines_are_those_of_the_file(
    door: Door, ends: str
) -> None:
    rows = [*orders(3), order(4, gross="x"), order(5), order(5, paid="1.00"), order(6, mode="?")]
    text = (ABOVE + csv_of(rows).decode()).replace("\n", ends)
    text += f"broken,row{ends}"
    receipt = door.send(text.encode(), mapping=MAPPING)
    assert (receipt.rows_read, receipt.accepted, receipt.rejected) == (8, 4, 4)
    assert rules(receipt)["E002 gross"] == 1
    assert sorted(lines_of(door, receipt)) == [8, 10, 11, 12]
    given = text.splitlines()
    for each in door.rejects(receipt):
        if each["order_no"]:
            assert each["order_no"] in given[int(each["_line"]) - 1]
    assert {row["line"] for row in door.rows()} == {5, 6, 7, 9}


def test_a_workbook_is_read_the_same_way(door: Door) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "店铺订单明细\n含退款")  # two lines in one cell above the names
        sheet.write_row(3, 0, COLUMNS)
        for at, row in enumerate([*orders(2), order(3, gross="x")], start=4):
            sheet.write_row(at, 0, [str(row[name]) for name in COLUMNS])
    receipt = door.send(out.getvalue(), mapping=MAPPING)
    assert (receipt.accepted, lines_of(door, receipt)) == (2, [7])
    assert {row["line"] for row in door.rows()} == {5, 6}


def test_gathered_rows_are_told_by_the_line_of_their_first(door: Door) -> None:
    text = ABOVE + csv_of([order(1), order(1), order(2, mode="?"), order(3)]).decode()
    receipt = door.send(text.encode(), mapping=GROUPED)
    assert (receipt.accepted, rules(receipt)) == (2, {"E004 mode": 1})
    assert lines_of(door, receipt) == [7]
    assert {row["line"] for row in door.rows()} == {5, 8}


def test_names_in_another_line_than_is_said_are_missed(door: Door) -> None:
    content = ABOVE.encode() + csv_of(orders(2))
    for header in (1, 2, 99):
        with pytest.raises(Invalid) as refusal:
            door.send(content, mapping=MAPPING | {"header": header})
        assert refusal.value.code == "file.columns_missing"
    for header in (0, -1, "4", True, None):
        with pytest.raises(Invalid) as refusal:
            door.send(content, mapping=MAPPING | {"header": header})
        assert refusal.value.code == "mapping.not_a_number"


def test_where_rows_have_no_header_none_is_counted(door: Door) -> None:
    rows = [order(1), order(2, gross="x")]
    receipt = door.send(ndjson_of(rows), mapping=MAPPING)
    without = door.send(ndjson_of(rows), mapping={"fields": FIELDS})
    assert lines_of(door, receipt) == lines_of(door, without)


def test_a_file_beside_says_its_own_line(door: Door) -> None:
    door.file("说明\n订单,店\nN000001,S7\n".encode(), name="店铺.csv")
    beside = {"shops": {"pattern": "店铺*", "on": {"order_no": "订单"}, "header": 2}}
    mapping = {"header": 4, "files": beside, "fields": FIELDS | {"shop": "shops.店"}}
    content = ABOVE.encode() + csv_of([order(1), order(2)])
    door.send(content, mapping=mapping, beside=door.folder)
    assert [row["shop"] for row in door.rows()] == ["S7", None]
