# SPDX-License-Identifier: Apache-2.0
"""Files that cannot be records as a whole: each is refused with its reason, nothing is kept."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
import xlsxwriter
import zstandard

from shangheng.kernel.errors import Conflict, Invalid
from shangheng.kernel.messages import text
from shangheng.kernel.records.models import BatchRow
from shangheng.kernel.records.store import landing
from shangheng.kernel.records.tests.builders import (
    COLUMNS,
    Door,
    csv_of,
    ndjson_of,
    order,
    orders,
    rules,
)

HEADER = ",".join(COLUMNS).encode()


def _zstd_with_checksum(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


def refused(door: Door, content: bytes, **told: object) -> Invalid:
    """Return why a file is refused, having seen that nothing of it stayed."""
    with pytest.raises(Invalid) as refusal:
        door.send(content, **told)
    assert not BatchRow.objects.exists()
    assert door.rows() == []
    assert door.remains() == []
    for language in ("zh", "en"):
        said = text(refusal.value.code, refusal.value.facts, language)
        assert said != refusal.value.code
        assert "{" not in said.replace("{“", "")
    return refusal.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"  \n\n ", "file.empty"),
        (b"\xef\xbb\xbf", "file.empty"),
        (b"<?xml version='1.0'?><orders/>", "file.markup"),
        (b"  <!DOCTYPE html><html><table>", "file.markup"),
        (b"\xef\xbb\xbf<html>", "file.markup"),
        ("<html>".encode("utf-16"), "file.markup"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "file.old_excel"),
        (b"%PDF-1.7\n", "file.not_records"),
        (b"\x89PNG\r\n\x1a\n", "file.not_records"),
        (b"PAR1 and then nothing that is Parquet", "file.damaged"),
        (b"ARROW1\0\0 and then nothing", "file.damaged"),
        (b"PK\x03\x04 and then nothing", "file.damaged"),
        (HEADER + b"\nP01,\xff\xff\xff\n", "file.encoding_unknown"),
        (HEADER + b"\nP01,N\0001\n", "file.nul_bytes"),
        (b"just a sentence without any columns\n", "file.columns_missing"),
        (b"\n\nplatform,order_no\n", "file.columns_missing"),
        (b"platform,order_no,platform\n1,2,3\n", "file.header_twice"),
    ],
)
def test_a_file_that_cannot_be_records_is_refused_with_its_reason(
    door: Door, content: bytes, code: str
) -> None:
    assert refused(door, content).code == code


def test_a_missing_required_column_is_named_with_the_columns_that_are_there(door: Door) -> None:
    columns = [name for name in COLUMNS if name not in {"paid", "currency"}]
    refusal = refused(door, csv_of(orders(2), columns=columns))
    assert refusal.code == "file.columns_missing"
    assert refusal.facts["missing"] == ["currency", "paid"]
    assert "order_no" in refusal.facts["found"]


@pytest.mark.parametrize("cut", [1, 9, 100])
def test_a_truncated_gzip_file_is_refused(door: Door, cut: int) -> None:
    assert refused(door, gzip.compress(csv_of(orders(200)))[:-cut]).code == "file.truncated"


@pytest.mark.parametrize("cut", [1, 100])
def test_a_truncated_zstd_file_is_refused(door: Door, cut: int) -> None:
    packed = zstandard.compress(csv_of(orders(200)))
    assert refused(door, packed[:-cut]).code in {"file.truncated", "file.compression_broken"}


@pytest.mark.parametrize("pack", [gzip.compress, _zstd_with_checksum])
def test_damage_inside_a_compressed_file_is_refused(
    door: Door, pack: Callable[[bytes], bytes]
) -> None:
    packed = bytearray(pack(csv_of(orders(300))))
    middle = len(packed) // 2
    packed[middle : middle + 8] = b"\xff" * 8
    told = {"file.compression_broken", "file.truncated", "file.encoding_unknown", "file.nul_bytes"}
    assert refused(door, bytes(packed)).code in told


def test_a_gzip_bomb_is_stopped_early(door: Door) -> None:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packer:
        packer.write(HEADER + b"\n")
        for _ in range(400):
            packer.write(b"0\n" * 500_000)
    refusal = refused(door, out.getvalue())
    assert refusal.code == "file.expands_too_much"
    assert refusal.facts["unpacked"] < 200_000_000


def test_a_zstd_bomb_is_stopped_before_it_fills_memory(door: Door) -> None:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    content = packer.compress(HEADER + b"\n")
    content += b"".join(packer.compress(b"0\n" * 5_000_000) for _ in range(200)) + packer.flush()
    assert len(content) < 1_000_000
    refusal = refused(door, content)
    assert refusal.code == "file.expands_too_much"
    assert refusal.facts["unpacked"] < 300_000_000


def test_a_line_longer_than_any_export_has_is_refused(door: Door) -> None:
    content = csv_of(orders(3)) + b"P01," + b"x" * (landing.LINE_BYTES_MAX + 2_000_000) + b"\n"
    assert refused(door, content).code == "file.line_too_long"


def test_a_long_line_under_gzip_and_in_ndjson_is_refused_too(door: Door) -> None:
    long = b"x" * (landing.LINE_BYTES_MAX + 2_000_000)
    assert refused(door, gzip.compress(csv_of(orders(1)) + long, 1)).code == "file.line_too_long"
    assert refused(door, ndjson_of(orders(1)) + b'{"a": "' + long).code == "file.line_too_long"


def test_nul_bytes_far_into_the_file_are_found(door: Door) -> None:
    content = csv_of(orders(4_000)) + b"P01,N\0,\n"
    refusal = refused(door, content)
    assert refusal.code == "file.nul_bytes"
    assert refusal.facts["at"] == content.index(b"\0")


def test_utf_16_without_its_mark_is_refused_with_advice(door: Door) -> None:
    content = csv_of(orders(2)).decode().encode("utf-16-le")
    assert refused(door, content).code == "file.nul_bytes"


def test_text_that_stops_being_gb18030_is_refused(door: Door) -> None:
    content = csv_of(orders(9_000)).decode().encode("gb18030") + b"P01,\xff\xff,x\n"
    assert refused(door, content).code == "file.encoding_broken"


def test_a_row_that_is_not_utf_8_goes_back_and_the_others_stay(door: Door) -> None:
    content = csv_of(orders(4_000)) + "P01,订单,".encode("gb18030") + b"\n"
    receipt = door.send(content)
    assert rules(receipt) == {"E011": 1}
    assert "UTF-8" in receipt.rejected_by_rule[0].zh
    assert receipt.accepted == 4_000


def workbook(rows: list[list[object]], *, macros: bool = False) -> bytes:
    """Return an Excel workbook of one sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    if macros:
        with zipfile.ZipFile(out, "a") as packed:
            packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out.getvalue()


def test_a_workbook_with_macros_is_refused(door: Door) -> None:
    rows = [list(COLUMNS), list(order().values())]
    assert refused(door, workbook(rows, macros=True), name="a.xlsx").code == "file.macros"


def test_a_zip_that_is_no_workbook_is_refused(door: Door) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("orders.csv", csv_of(orders(1)))
    assert refused(door, out.getvalue()).code == "file.not_records"


def test_a_workbook_that_unpacks_into_gigabytes_is_refused(door: Door) -> None:
    out = io.BytesIO(workbook([list(COLUMNS)]))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/worksheets/sheet9.xml", "w") as entry,
    ):
        for _ in range(60):
            entry.write(b"0" * 10_000_000)
    assert refused(door, out.getvalue()).code == "file.expands_too_much"


def test_a_workbook_that_unpacks_a_thousandfold_is_refused_below_that_too(door: Door) -> None:
    out = io.BytesIO(workbook([list(COLUMNS)]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet9.xml", b"0" * 100_000_000)
    assert refused(door, out.getvalue()).code == "file.expands_too_much"


def test_a_workbook_that_lies_about_its_size_is_refused(door: Door) -> None:
    """The directory says that a sheet of a gigabyte has ten bytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = b"".join(packer.compress(b"0" * 10_000_000) for _ in range(100)) + packer.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 10)
    plain = bytearray(out.getvalue())
    small = zlib.compressobj(-1, zlib.DEFLATED, -15)
    told = small.compress(b"0" * 10) + small.flush()
    at = plain.index(told)
    grown = plain[:at] + body + plain[at + len(told) :]
    for place in range(len(grown) - 4):
        if grown[place : place + 4] == b"PK\x01\x02" and b"sheet1" in grown[place : place + 80]:
            struct.pack_into("<I", grown, place + 20, len(body))
        if grown[place : place + 4] == b"PK\x05\x06":
            start = struct.unpack_from("<I", grown, place + 16)[0]
            struct.pack_into("<I", grown, place + 16, start + len(body) - len(told))
    first = grown.index(b"PK\x03\x04", 10)
    struct.pack_into("<I", grown, first + 18, len(body))
    assert refused(door, bytes(grown)).code in {"file.expands_too_much", "file.damaged"}


def test_a_file_that_is_not_there_is_said_to_be_missing(door: Door) -> None:
    with pytest.raises(Invalid) as refusal:
        door.send(door.folder / "absent.csv")
    assert refusal.value.code == "file.not_found"


def test_a_batch_number_that_is_no_number_is_refused(door: Door) -> None:
    for number in ("", "a b", "../x", "x" * 101):
        assert refused(door, csv_of(orders(1)), batch=number).code == "batch.bad_number"


def test_a_reporter_code_that_is_no_code_is_refused(door: Door) -> None:
    assert refused(door, csv_of(orders(1)), reporter="a/b").code == "reporter.bad_code"


def test_the_same_batch_number_with_other_bytes_is_refused(door: Door) -> None:
    door.send(orders(2), batch="B-1")
    with pytest.raises(Conflict) as refusal:
        door.send(orders(3), batch="B-1")
    assert refusal.value.code == "batch.other_bytes"
    assert refusal.value.facts["taken_at"].endswith("+08:00")
    assert len(door.rows()) == 2
    assert door.remains() == []


def test_a_json_file_that_is_no_json_is_refused(door: Door) -> None:
    assert refused(door, b'[{"platform": "P01", "order_no": ').code == "file.unreadable"


def test_an_unclosed_quote_does_not_swallow_the_file_unseen(door: Door) -> None:
    content = (
        csv_of(orders(3)) + b'P01,"N000009,S1\n' + csv_of(orders(3, start=4)).split(b"\n", 1)[1]
    )
    try:
        receipt = door.send(content)
    except Invalid as refusal:
        assert refusal.code == "file.unreadable"  # noqa: PT017 - either answer will do
    else:
        assert receipt.rejected >= 1
        assert "E011" in rules(receipt)
