# SPDX-License-Identifier: Apache-2.0
"""Attached files: checked by the machine's virus scanner, shown as small pictures."""

import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from fpdf import FPDF
from PIL import Image
from pytest_django.fixtures import Settings

from shangheng.kernel.cases.concept.views import Attached
from shangheng.site import previews, scanning
from shangheng.site.tests.test_declared import STALL_GIVEN, declared

__all__ = ["declared"]
pytestmark = pytest.mark.usefixtures("declared")


def photo(width: int = 2400, height: int = 1600) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((width, height), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


def scanner(folder: Path, code: int) -> str:
    """Return a command that answers with a code, whatever file it is given."""
    script = folder / f"scan{code}"
    script.write_text(f'#!/bin/sh\ntest -s "$2" || exit 9\nexit {code}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return f"{script} --quiet"


def filed(content: bytes, name: str = "p.jpg") -> tuple[Client, int, str]:
    client = Client()
    file = SimpleUploadedFile(name, content, "image/jpeg")
    answer = client.post("/cases/market_stall/new/", {**STALL_GIVEN, "photo": file})
    return client, answer.status_code, answer.content.decode()


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [(0, 302, ""), (1, 422, "未通过病毒检查"), (2, 422, "暂时无法做病毒检查")],
)
def test_a_file_is_taken_only_if_the_scanner_says_that_it_is_clean(
    tmp_path: Path, settings: Settings, code: int, status: int, said: str
) -> None:
    settings.SCAN = scanner(tmp_path, code)
    _, answered, page = filed(photo(64, 64))
    assert (answered, said in page) == (status, True)
    assert bool(list((tmp_path / "files").glob("*/*"))) == (code == 0)


def test_without_the_scanner_that_is_set_up_no_file_is_taken(settings: Settings) -> None:
    settings.SCAN = "/no/such/scanner"
    assert filed(photo(64, 64))[1] == 422
    settings.SCAN = ""
    assert scanning.verdict(b"x") == "unasked"


def test_a_photo_is_shown_small_and_without_what_the_camera_wrote() -> None:
    client, status, _ = filed(photo())
    assert status == 302
    page = client.get("/follow/case/").content.decode()
    address = page.split('<img src="', 1)[1].split('"', 1)[0]
    whole = b"".join(client.get(address.partition("?")[0]).streaming_content)  # type: ignore[arg-type]
    answer = client.get(address)
    small = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with Image.open(io.BytesIO(small)) as image:
        assert (image.size, dict(image.getexif())) == ((320, 213), {})
    assert len(small) < 60_000 < len(whole)


def pdf(text: str = "收据") -> bytes:
    paper = FPDF()
    paper.add_page()
    paper.set_fill_color(200, 30, 30)
    paper.rect(0, 0, 210, 100, style="F")
    paper.set_title(text)
    return bytes(paper.output())


def endless() -> bytes:
    """Return a small PDF of nested forms, each drawn ten times by the one before: 10^9 strokes."""
    deep = 9
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"{page}/Resources<</XObject<</F 5 0 R>>>>>>",
        "<</Length 5>>stream\n/F Do\nendstream",
    ]  # fmt: skip
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 600 600]"
    for level in range(deep):
        drawn = "/F Do " * 10 if level < deep - 1 else "0 0 m 600 600 l S " * 10
        more = f"/Resources<</XObject<</F {level + 6} 0 R>>>>/Length {len(drawn)}>>"
        parts.append(f"{form}{more}stream\n{drawn}\nendstream")
    body = "".join(f"{n} 0 obj{part} endobj\n" for n, part in enumerate(parts, 1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R/Size {len(parts) + 1}>>\n%%EOF".encode()


def test_the_first_page_of_a_pdf_is_shown_small_with_its_type_and_size() -> None:
    client, status, _ = filed(pdf(), "p.pdf")
    assert status == 302
    page = client.get("/follow/case/").content.decode()
    assert "p.pdf" in page
    assert "PDF · " in page
    address = page.split('<img src="', 1)[1].split('"', 1)[0]
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as image:  # type: ignore[arg-type]
        assert max(image.size) == 320
        red, green, blue = image.getpixel((100, 10))  # type: ignore[misc]
        assert min(red, 255 - green, 255 - blue) > 180
    whole = client.get(address.partition("?")[0])
    assert whole.headers["Content-Disposition"].startswith("attachment")


def test_what_cannot_be_drawn_has_no_preview(tmp_path: Path) -> None:
    broken = tmp_path / "x"
    broken.write_bytes(b"\xff\xd8\xff broken \xff\xd9")
    assert previews.preview(Attached("x.jpg", "image/jpeg", broken)) is None
    assert previews.preview(Attached("x.pdf", "application/pdf", broken)) is None


def test_of_a_pdf_that_cannot_be_drawn_the_page_shows_a_sheet_of_paper() -> None:
    client, status, _ = filed(b"%PDF-1.4\nbroken\n%%EOF", "p.pdf")
    assert status == 302
    page = client.get("/follow/case/").content.decode()
    address = page.split('<img src="', 1)[1].split('"', 1)[0]
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, "/static/shangheng/paper.svg")


@pytest.mark.parametrize(("content", "seconds"), [(endless(), 30), (pdf(), 0.01)])
def test_a_pdf_that_asks_for_too_much_is_given_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, seconds: float
) -> None:
    made = tmp_path / "x"
    made.write_bytes(content)
    found = Attached("x.pdf", "application/pdf", made)
    monkeypatch.setattr(previews, "PAGE_S", seconds)
    assert previews.preview(found) is None
    monkeypatch.setattr(previews, "PAGE_S", None)
    made.write_bytes(pdf())
    assert previews.preview(found) is None  # it is not tried again


def test_whoever_draws_a_pdf_gets_little_memory() -> None:
    asked = "from shangheng.site import pdf_page; pdf_page.limit(); bytearray(1 << 30)"
    ended = subprocess.run(
        [sys.executable, "-c", asked], env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True, check=False,
    )  # fmt: skip
    assert ended.stderr.decode().strip().endswith("MemoryError")
