# SPDX-License-Identifier: Apache-2.0
"""Whatever the format, the encoding and the packing, the same rows are the same records."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest
import xlsxwriter
import zstandard
from pyarrow import ipc, parquet

from shangheng.kernel.records import queries
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.tests.builders import (
    COLUMNS,
    Door,
    Row,
    balanced,
    canonical,
    csv_of,
    json_of,
    ndjson_of,
    order,
    orders,
    rules,
    table_of,
)

LINES = '[{"product": "茶",\n "quantity": 1.5, "amount": 20.25}]'


def sample() -> list[Row]:
    """Return rows with everything in them that formats disagree about."""
    return [
        *orders(20),
        order(21, product='引号"与,逗号', lines=LINES),
        order(22, product="tab and ; and |", shop="", buyer="", gtin=""),
        order(23, gross="1e2", paid=" 99.9 ", agricultural="false"),
        order(24, ordered_at="2026-11-10T23:59:59Z", region="320583"),
        order(25, paid="x"),
    ]


def _crlf(rows: list[Row]) -> bytes:
    return csv_of(rows).replace(b"\n", b"\r\n").replace(b',\r\n ""quantity', b',\n ""quantity')


def _json(rows: list[Row]) -> bytes:
    return ("[" + ",\n".join(map(json_of, rows)) + "]").encode()


def _xlsx(rows: list[Row]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([list(COLUMNS), *(list(row.values()) for row in rows)]):
            for place, value in enumerate(row):
                sheet.write_string(at, place, str(value))
    return out.getvalue()


def _parquet(rows: list[Row]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table_of(rows), out)
    return out.getvalue()


def _arrow(rows: list[Row]) -> bytes:
    out = io.BytesIO()
    table = table_of(rows)
    with ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    return out.getvalue()


def _gzip_members(rows: list[Row]) -> bytes:
    whole = csv_of(rows)
    return gzip.compress(whole[:900]) + gzip.compress(whole[900:])


def _zstd_frames(rows: list[Row]) -> bytes:
    whole = csv_of(rows)
    return zstandard.compress(whole[:900]) + zstandard.compress(whole[900:])


FORMS: dict[str, Callable[[list[Row]], bytes]] = {
    "csv": csv_of,
    "semicolons": lambda rows: csv_of(rows, delimiter=";"),
    "tabs": lambda rows: csv_of(rows, delimiter="\t"),
    "bars": lambda rows: csv_of(rows, delimiter="|"),
    "windows": _crlf,
    "other order": lambda rows: csv_of(rows, columns=reversed(COLUMNS)),
    "utf-8 with a mark": lambda rows: b"\xef\xbb\xbf" + csv_of(rows),
    "gb18030": lambda rows: csv_of(rows).decode().encode("gb18030"),
    "utf-16": lambda rows: csv_of(rows).decode().encode("utf-16"),
    "gzip": lambda rows: gzip.compress(csv_of(rows)),
    "gzip in members": _gzip_members,
    "gzip of gb18030": lambda rows: gzip.compress(csv_of(rows).decode().encode("gb18030")),
    "zstd": lambda rows: zstandard.compress(csv_of(rows)),
    "zstd in frames": _zstd_frames,
    "ndjson": ndjson_of,
    "ndjson under zstd": lambda rows: zstandard.compress(ndjson_of(rows)),
    "ndjson with blank lines": lambda rows: ndjson_of(rows).replace(b"\n", b"\n\n"),
    "json": _json,
    "json of one line": lambda rows: _json(rows).replace(b",\n{", b",{"),
    "xlsx": _xlsx,
    "parquet": _parquet,
    "arrow": _arrow,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(door: Door, form: str) -> None:
    receipt = door.send(FORMS[form](sample()))
    assert balanced(receipt)
    assert (receipt.accepted, rules(receipt)) == (24, {"E002 paid": 1})
    assert receipt.totals == {
        "CNY": {"gross": Decimal("120.50") * 23 + 100, "paid": Decimal("2399.90")}
    }
    assert door.rows()[20]["lines"] == [
        {"product": "茶", "quantity": Decimal("1.5"), "amount": Decimal("20.25")}
    ]
    expected = [hashlib.sha256(canonical(row)).digest() for row in sample()[:24]]
    assert door.hashes(receipt) == b"".join(expected)
    assert receipt.records_digest == f"sha256:{hashlib.sha256(b''.join(expected)).hexdigest()}"


@pytest.mark.parametrize("form", ["csv", "gzip", "ndjson", "json", "xlsx", "parquet", "arrow"])
def test_a_stream_without_a_name_is_taken_like_a_file(door: Door, form: str) -> None:
    content = FORMS[form](sample())
    receipt = door.pipe(content)
    assert (receipt.accepted, receipt.bytes) == (24, len(content))
    assert door.unsealed(receipt) == content
    assert door.pipe(content) == receipt
    assert door.send(content) == receipt


def test_numbers_and_dates_of_a_workbook_are_read_as_what_they_are(door: Door) -> None:
    import datetime as dt  # noqa: PLC0415

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        told: Row = order(1, gross=120.5, paid=100, pieces=3, agricultural=True)
        told["ordered_at"] = dt.datetime(2026, 11, 11, 20, 5)  # noqa: DTZ001
        sheet.write_row(0, 0, list(COLUMNS))
        sheet.write_row(1, 0, list(told.values()))
        blank = book.add_format({"bold": True})
        for row in range(2, 30):
            sheet.write_blank(row, 0, None, blank)
    receipt = door.send(out.getvalue())
    assert (receipt.rows_read, receipt.accepted) == (1, 1)
    row = door.rows()[0]
    assert (row["gross"], row["paid"], row["pieces"]) == (Decimal("120.5"), Decimal(100), 3)
    assert row["ordered_at"] == dt.datetime(2026, 11, 11, 20, 5)  # noqa: DTZ001
    assert row["agricultural"] is True


def test_typed_parquet_gives_the_same_record_as_text(door: Door) -> None:
    texts = table_of(orders(3))
    amounts = pa.decimal128(10, 2)
    typed = texts
    for name, type_ in {
        "gross": amounts, "paid": amounts, "pieces": pa.int32(), "agricultural": pa.bool_(),
    }.items():  # fmt: skip
        at = typed.column_names.index(name)
        typed = typed.set_column(at, name, typed[name].cast(type_))
    when = pa.array(["2026-11-11 20:05:00"] * 3).cast(pa.timestamp("us"))
    typed = typed.set_column(typed.column_names.index("ordered_at"), "ordered_at", when)
    out = io.BytesIO()
    parquet.write_table(typed, out)
    first = door.send(out.getvalue())
    second = door.send(orders(3))
    assert (first.accepted, second.unchanged) == (3, 3)


def test_a_nested_list_in_parquet_and_json_is_the_same_as_json_text(door: Door) -> None:
    plain = order(1, lines=LINES)
    told = [{name: value for name, value in plain.items() if value != ""}]
    told[0]["lines"] = json.loads(LINES)
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(told), out)
    assert door.send(out.getvalue()).accepted == 1
    assert door.send(ndjson_of([plain])).unchanged == 1
    assert door.send([plain]).unchanged == 1


def test_a_broken_line_of_ndjson_goes_back_and_the_others_stay(door: Door) -> None:
    content = (
        ndjson_of(orders(2)) + b'{"platform": "P01", broken\n' + ndjson_of(orders(2, start=3))
    )
    receipt = door.send(content)
    assert (receipt.rows_read, receipt.accepted, receipt.rejected) == (5, 4, 1)
    assert rules(receipt) == {"E011": 1}
    assert door.rejects(receipt)[0]["_line"] == "4"


def test_a_file_with_only_a_header_is_taken_as_nothing(door: Door) -> None:
    receipt = door.send([])
    assert (receipt.rows_read, receipt.accepted, receipt.totals) == (0, 0, {})
    assert door.send([]) == receipt
    assert door.rows() == []


def test_columns_that_the_kind_does_not_know_are_left_aside(door: Door) -> None:
    rows = [{**row, "备注": "多余\n的", "id": "9", "": "x"} for row in orders(2)]
    receipt = door.send(csv_of(rows, columns=["备注", *COLUMNS, "id", ""]))
    assert (receipt.accepted, receipt.rejected) == (2, 0)
    assert door.send(orders(2)).unchanged == 2


def test_optional_columns_may_be_missing(door: Door) -> None:
    needed = ["platform", "order_no", "currency", "gross", "paid", "ordered_at"]
    assert door.send(csv_of(orders(2), columns=needed)).accepted == 2


def test_columns_without_names_do_no_harm(door: Door) -> None:
    rows = [*orders(2), order(3, gross="x")]
    content = b"".join(line + b",,\n" for line in csv_of(rows).splitlines())
    receipt = door.send(content)
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    assert door.rejects(receipt)[0]["gross"] == "x"


def test_blank_rows_of_a_sheet_are_left_out_and_counted_as_such(door: Door) -> None:
    blank = dict.fromkeys(COLUMNS, "")
    rows = [order(1), blank, order(2, gross="x"), blank, blank, order(3)]
    receipt = door.send(_xlsx(rows), mapping={"fields": {name: name for name in COLUMNS}})
    assert (receipt.rows_read, receipt.accepted, receipt.rejected, receipt.skipped) == (3, 2, 1, 3)
    assert [each["_line"] for each in door.rejects(receipt)] == ["4"]
    assert [row["line"] for row in door.rows()] == [2, 7]
    told = {name: name for name in COLUMNS if name not in {"pieces", "lines"}}
    lines = {"product": "product", "amount": "gross", "quantity": "pieces"}
    gathering = {"fields": told, "group": {"by": ["order_no"], "lines": lines}}
    again = door.send(_xlsx([order(8), blank, order(8), blank]), mapping=gathering)
    assert (again.rows_read, again.accepted, again.skipped) == (1, 1, 1)


@pytest.mark.parametrize("name", ["订单[1].csv", "all*.csv", "what?.csv", "it's.csv", "a b.csv"])
def test_a_file_may_have_any_name(door: Door, name: str) -> None:
    door.file(csv_of(orders(5, start=100)), "all-others.csv")
    receipt = door.send(orders(2), name=name)
    assert (receipt.accepted, receipt.file) == (2, name)
    assert len(door.rows()) == 2


def test_a_file_without_a_last_line_break_loses_nothing(door: Door) -> None:
    assert door.send(csv_of(orders(3)).rstrip(b"\n")).accepted == 3


def test_a_column_may_be_called_filename(door: Door) -> None:
    out = io.BytesIO()
    named = table_of(orders(3)).append_column("filename", pa.array(["a"] * 3))
    parquet.write_table(named, out)
    assert door.send(out.getvalue()).accepted == 3
    fields = {name: name for name in COLUMNS} | {"shop": "filename"}
    content = ndjson_of(orders(3)).replace(b'"shop"', b'"filename"')
    assert door.send(content, mapping={"fields": fields}).unchanged == 3


def test_columns_that_no_field_reads_are_named_and_no_others(door: Door) -> None:
    rows = [each | {"refund": "5", "备注": "急"} for each in orders(2)]
    told = csv_of(rows, columns=[*COLUMNS, "refund", "备注"])
    receipt = door.send(told)
    assert (receipt.accepted, receipt.unread) == (2, ("refund", "备注"))
    assert Receipt.from_dict(receipt.to_dict()) == receipt
    usual = door.send(orders(2, start=9))
    assert usual.unread == ()
    assert "unread" not in usual.to_dict()
    back = csv_of(orders(1, start=20, paid="x"))
    again = door.send(b"".join(queries.rejects(door.home, door.send(back).batch, reporter="P01")))
    assert again.unread == ()
