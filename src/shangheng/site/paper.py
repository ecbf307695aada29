# SPDX-License-Identifier: Apache-2.0
"""Sheets of paper: letters, statements and covers as PDF, whatever they say.

A sheet is declared as a title and parts; the same sheet gives the same bytes. Chinese is embedded,
so that it reads the same on a machine without Chinese fonts; the font is one of the machine that
makes the sheet, see ``FONTS``. The code and the QR square lead its holder to what it claims to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from unicodedata import category

import segno
from django.conf import settings
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from shangheng.kernel.errors import Unavailable

FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 1),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
)
"""Where a Chinese font usually lies, and its place in the collection; ``SHANGHENG_FONT`` first."""

MARGIN_MM, LINE_MM, QR_MM = 20.0, 6.5, 30.0
KEPT_MM = 35.0
"""A heading stands with at least so much of what follows, never alone at the foot of a page."""
INK, SOFT, RULE, SHADE = (25, 35, 34), (85, 98, 95), 200, (237, 242, 241)


@dataclass(frozen=True)
class Heading:
    """A heading inside a sheet."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph; line ends are kept."""

    text: str
    soft: bool = False


@dataclass(frozen=True)
class Facts:
    """Labels and what they are for this sheet, such as applicant, number and date."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table; columns whose places stand in ``numbers`` are set right.

    ``widths`` are shares, not millimetres; equal where none are given.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()


Part = Heading | Text | Facts | Table


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a sheet says.

    ``code`` is printed at the foot of every page; ``link`` goes into the QR square on the first.
    ``at`` is the time of making, in the file's own data too; nothing is read from the clock.
    """

    title: str
    english: str = ""
    issuer: str = ""
    number: str = ""
    at: datetime
    parts: tuple[Part, ...]
    code: str = ""
    link: str = ""


@cache
def font() -> tuple[Path, int]:
    """Return a font with Chinese in it and its place in its file.

    Raises:
        Unavailable: this machine has none that is known; ``paper.no_font``.
    """
    asked = settings.FONT
    for place, number in ((asked, 0), *FONTS) if asked else FONTS:
        if Path(place).is_file():
            return Path(place), number
    raise Unavailable("paper.no_font", asked=asked)


class _Page(FPDF):
    """A page that knows its sheet: head and foot are the same on each."""

    def __init__(self, said: Sheet) -> None:
        super().__init__(format="A4")
        self.said = said
        path, number = font()
        self.add_font("paper", fname=path, collection_font_number=number)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + LINE_MM)
        self.set_creation_date(said.at)
        self.set_title(said.title)
        self.set_lang("zh-CN")
        self.set_creator("Shangheng")
        self.alias_nb_pages("{pages}")

    def header(self) -> None:
        """Print who issues the sheet and its number."""
        self._ink(9, SOFT)
        self.cell(w=self.epw / 2, text=self.said.issuer)
        self.cell(
            w=self.epw / 2, text=self.said.number, align=Align.R,
            new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip
        self.set_draw_color(RULE)
        self.line(MARGIN_MM, self.get_y() + 2, self.w - MARGIN_MM, self.get_y() + 2)
        self.ln(LINE_MM)

    def footer(self) -> None:
        """Print the code by which the sheet can be checked, and the page's number."""
        self.set_y(-MARGIN_MM)
        self._ink(8, SOFT)
        code = f"验证码 Code  {self.said.code}" if self.said.code else ""
        self.cell(w=self.epw * 0.8, text=code)
        self.cell(w=self.epw * 0.2, text=f"{self.page_no()} / {{pages}}", align=Align.R)

    def _ink(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        self.set_font("paper", size=size)
        self.set_text_color(*colour)

    def paragraph(self, text: str, size: float, colour: tuple[int, int, int] = INK) -> None:
        """Print text over the width that there is."""
        self._ink(size, colour)
        self.multi_cell(
            w=0, h=size * 0.58, text=text, align=Align.L,
            new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip

    def title_with_square(self) -> None:
        """Print the titles, and the QR square to their right."""
        top = self.get_y()
        if self.said.link:
            drawn = BytesIO()
            segno.make(self.said.link, error="m", micro=False).save(drawn, kind="png", scale=8)
            self.image(drawn, x=self.w - MARGIN_MM - QR_MM, y=top, w=QR_MM, h=QR_MM)
            self.set_right_margin(MARGIN_MM + QR_MM + 4)
        self.paragraph(self.said.title, 18)
        if self.said.english:
            self.paragraph(self.said.english, 11, SOFT)
        self.set_right_margin(MARGIN_MM)
        self.set_y(max(self.get_y() + 4, top + QR_MM + 4 if self.said.link else 0))

    def print(self, part: Part) -> None:
        """Print a part of the sheet."""
        match part:
            case Heading():
                if self.will_page_break(KEPT_MM):
                    self.add_page()
                self.ln(2)
                self.paragraph(part.text, 13)
            case Text():
                self.paragraph(part.text, 10.5, SOFT if part.soft else INK)
            case Facts():
                self._table(part.rows, widths=(1, 3))
            case Table():
                self._table(
                    (part.headings, *part.rows), widths=part.widths or (1,) * len(part.headings),
                    numbers=part.numbers, headed=True,
                )  # fmt: skip
        self.ln(3)

    def _table(
        self, rows: tuple[tuple[str, ...], ...], *, widths: tuple[int, ...],
        numbers: tuple[int, ...] = (), headed: bool = False,
    ) -> None:  # fmt: skip
        self._ink(9.5)
        self.set_draw_color(RULE)
        aligns = tuple(Align.R if at in numbers else Align.L for at in range(len(widths)))
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=widths,
            text_align=aligns, line_height=LINE_MM, first_row_as_headings=headed,
            headings_style=FontFace(fill_color=SHADE), padding=(0.6, 1),
        ) as table:  # fmt: skip
            for row in rows:
                table.row(row)


def _printable(text: str) -> str:
    """Return text without what no paper shows: controls, and marks that turn its direction."""
    return "".join(each for each in text if category(each) not in ("Cc", "Cf") or each in "\n\t")


def _clean(part: Part) -> Part:
    match part:
        case Heading():
            return Heading(_printable(part.text))
        case Text():
            return Text(_printable(part.text), part.soft)
        case Facts():
            return Facts(tuple((_printable(label), _printable(said)) for label, said in part.rows))
        case Table():
            rows = tuple(tuple(map(_printable, row)) for row in part.rows)
            return Table(part.headings, rows, part.numbers, part.widths)


def _parts(said: Sheet) -> Iterator[Part]:
    yield from map(_clean, said.parts)
    if said.link:
        yield Text(f"核验 Check this sheet: {said.link}", soft=True)


def sheet(said: Sheet) -> bytes:
    """Return a sheet as PDF, A4, with its Chinese embedded.

    Raises:
        Unavailable: this machine has no Chinese font; ``paper.no_font``.
    """
    page = _Page(said)
    page.add_page()
    page.title_with_square()
    for part in _parts(said):
        page.print(part)
    return bytes(page.output())
