# SPDX-License-Identifier: Apache-2.0
"""Sheets of paper: what they say can be read back, and they are the same each time."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from pytest_django import Settings

from shangheng.kernel.errors import Unavailable
from shangheng.site import paper

SHEET = paper.Sheet(
    title="调解协议书", english="Settlement", issuer="江苏省商务厅", number="TS-2026-000123",
    at=datetime(2026, 11, 22, 3, tzinfo=UTC), code="ABCD-1234", link="https://example.cn/l/ABCD",
    parts=(
        paper.Facts((("投诉人", "张某"),)),
        paper.Heading("内容"),
        paper.Text("三个工作日内退还货款。"),
        paper.Table(("日期", "金额"), (("2026-01-05", "1,000.00"),), numbers=(1,)),
    ),
)  # fmt: skip


def characters(content: bytes) -> set[str]:
    """Return the characters that a reader can copy out of the sheet, from its ToUnicode table."""
    pairs = re.findall(rb"<[0-9A-F]{4}> <([0-9A-F]{4})>", content)
    return {chr(int(each, 16)) for each in pairs}


def test_what_a_sheet_says_can_be_copied_out_of_it() -> None:
    said = characters(paper.sheet(SHEET))
    told = (
        SHEET.title,
        SHEET.english,
        SHEET.issuer,
        SHEET.number,
        SHEET.code,
        "投诉人张某1,000.00",
    )
    assert set("".join(told)) <= said


def test_the_font_is_in_the_file_so_that_it_reads_the_same_everywhere() -> None:
    assert b"/FontFile" in paper.sheet(SHEET)


def test_the_same_sheet_gives_the_same_bytes_and_another_time_gives_others() -> None:
    assert paper.sheet(SHEET) == paper.sheet(SHEET)
    later = replace(SHEET, at=datetime(2026, 11, 23, tzinfo=UTC))
    assert paper.sheet(SHEET) != paper.sheet(later)


def test_a_long_sheet_goes_on_on_further_pages_with_head_and_foot() -> None:
    long = replace(SHEET, parts=(paper.Text("一段很长的话。\n" * 200),))
    content = paper.sheet(long)
    assert content.count(b"/Type /Page\n") > 2


@pytest.mark.parametrize("lines", range(24, 40))
def test_a_heading_never_stands_alone_at_the_foot_of_a_page(lines: int) -> None:
    parts = (paper.Text("一行\n" * lines), paper.Heading("标题"), paper.Text("其下"))
    document = PdfDocument(paper.sheet(replace(SHEET, parts=parts)))
    texts = [page.get_textpage().get_text_range() for page in document]
    assert [("标题" in text) for text in texts] == [("其下" in text) for text in texts]


def test_a_sheet_without_link_has_no_square() -> None:
    assert b"/Subtype /Image" in paper.sheet(SHEET)
    assert b"/Subtype /Image" not in paper.sheet(replace(SHEET, link=""))


def test_characters_that_no_paper_shows_do_no_harm() -> None:
    odd = replace(SHEET, parts=(paper.Text("甲\x00乙\x1b[31m丙\u202e"),))
    assert {"甲", "乙", "丙"} <= characters(paper.sheet(odd))


def test_without_a_chinese_font_the_refusal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.FONT = str(tmp_path / "none.ttc")
    monkeypatch.setattr(paper, "FONTS", ())
    paper.font.cache_clear()
    with pytest.raises(Unavailable, match=r"paper\.no_font"):
        paper.sheet(SHEET)
    paper.font.cache_clear()
