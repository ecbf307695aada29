# SPDX-License-Identifier: Apache-2.0
import hashlib
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.attachments import Upload
from shangheng.kernel.registers.concept.forms import Files, checked, read


def region(text: str) -> str:
    if text == "昆山":
        return "320583"
    if text == "西湖":
        raise Invalid("region.ambiguous", name=text, candidates=["330106", "360103"])
    raise NotFound("region.unknown_name", name=text)


LIST = {"a": ("甲", "A")}
GOOD = [
    (f.Text("x", "名"), " 手机壳 ", "手机壳"),
    (f.OneOf("x", "选", values=LIST), "a", "a"),
    (f.Identifier("x", "码", scheme="uscc"), "91110000600037341l", "91110000600037341L"),
    (f.Whole("x", "数"), "12", 12),
    (f.Money("x", "额"), "¥1,234.5", "1234.50"),
    (f.Number("x", "量"), "1.2500", "1.25"),
    (f.Day("x", "日"), "2026-03-02", "2026-03-02"),
    (f.Time("x", "时"), "2026-03-02T09:30", "2026-03-02T09:30:00+08:00"),
    (f.Time("x", "时"), "2026-03-02T01:30:00Z", "2026-03-02T09:30:00+08:00"),
    (f.Flag("x", "否"), "on", True),
    (f.Flag("x", "否"), "", False),
    (f.Flag("x", "否"), False, False),
    (f.Region("x", "地"), "昆山", "320583"),
    (f.Text("x", "名"), "<script>alert(1)</script>", "<script>alert(1)</script>"),
]
BAD = [
    (f.Text("x", "名"), "  ", "field.missing"),
    (f.Text("x", "名", max=3), "四个字呢", "field.too_long"),
    (f.Text("x", "名", pattern="[A-Z]+"), "a", "field.wrong_form"),
    (f.Text("x", "名"), "a\x00b", "field.control"),
    (f.Text("x", "名"), "a\u202eb", "field.control"),
    (f.OneOf("x", "选", values=LIST), "b", "field.not_listed"),
    (f.Identifier("x", "码", scheme="uscc"), "911100006000373410", "field.wrong_code"),
    (f.Whole("x", "数"), "1.5", "field.unreadable"),
    (f.Whole("x", "数"), "-1", "field.out_of_range"),
    (f.Money("x", "额"), "1.234", "field.decimals"),
    (f.Money("x", "额"), "NaN", "field.unreadable"),
    (f.Money("x", "额", max=10), "11", "field.out_of_range"),
    (f.Number("x", "量"), "1e30", "field.decimals"),
    (f.Day("x", "日"), "2026-02-30", "field.unreadable"),
    (f.Time("x", "时"), "soon", "field.unreadable"),
    (f.Flag("x", "否"), "maybe", "field.unreadable"),
    (f.Region("x", "地"), "西湖", "field.many_regions"),
    (f.Region("x", "地"), "亚特兰蒂斯", "field.no_region"),
]


@pytest.mark.parametrize(("field", "typed", "value"), GOOD)
def test_what_is_typed_becomes_a_value(field: f.Field, typed: Any, value: object) -> None:
    assert checked((field,), {"x": typed}, region=region) == {"x": value}


@pytest.mark.parametrize(("field", "typed", "code"), BAD)
def test_what_does_not_fit_is_said_and_kept(field: f.Field, typed: str, code: str) -> None:
    found = read((field,), {"x": typed}, region=region)
    assert found.wrong["x"].code == code
    assert found.typed["x"] == typed.strip()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Invalid, match=r"form\.wrong") as refusal:
        checked((f.Text("a", "甲"), f.Whole("b", "乙")), {"b": "x"}, region=region)
    assert refusal.value.facts["fields"] == ["甲", "乙"]


PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff" + b"pixels" + b"\xff\xd9"
PDF = b"%PDF-1.7 words %%EOF\n"
FILES = Files("b", "附件", optional=True, most=2)


def test_files_are_kept_as_digest_and_type_of_their_content() -> None:
    uploads = [Upload("../../a b.png", PNG), Upload("x.exe", PDF)]
    kept = checked((FILES,), {"b": uploads}, region=region)["b"]
    assert [each["media"] for each in kept] == ["image/png", "application/pdf"]
    assert [each["name"] for each in kept] == [".._.._a b.png", "x.exe"]
    assert kept[0]["digest"] == hashlib.sha256(PNG).hexdigest()


@pytest.mark.parametrize(
    ("uploads", "code"),
    [
        ([Upload("a.png", b"no image")], "field.file_type"),
        ([Upload("a.svg", b"<svg onload=alert(1)>")], "field.file_type"),
        ([Upload("a.jpg", b"\xff\xd8\xff<script>alert(1)</script>\xff\xd9")], "field.file_type"),
        ([Upload("a.jpg", JPEG + b"PK\x03\x04 an archive behind it")], "field.file_type"),
        ([Upload("a.pdf", b"%PDF- PK\x03\x04 %%EOF")], "field.file_type"),
        ([Upload("a.png", PNG[:-4])], "field.file_type"),
        ([Upload("a.jpg", JPEG + b"0" * 10_000_000)], "field.file_too_large"),
        ([Upload("a.jpg", JPEG)] * 3, "field.too_many_files"),
    ],
)
def test_files_that_are_not_what_they_should_be_are_refused(
    uploads: list[Upload], code: str
) -> None:
    assert read((FILES,), {"b": uploads}, region=region).wrong["b"].code == code


def test_nobody_names_a_file_that_they_did_not_send() -> None:
    told = [{"digest": "of somebody else's file", "media": "image/png", "name": "x"}]
    assert checked((FILES,), {"b": told}, region=region) == {}
    needed = Files("b", "附件")
    assert read((needed,), {"b": told}, region=region).wrong["b"].code == "field.missing"
