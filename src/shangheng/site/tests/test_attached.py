# SPDX-License-Identifier: Apache-2.0
"""Attached files: checked by the machine's virus scanner, shown as small pictures."""

import io
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
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


def filed(content: bytes) -> tuple[Client, int, str]:
    client = Client()
    file = SimpleUploadedFile("p.jpg", content, "image/jpeg")
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


def test_what_cannot_be_drawn_has_no_preview(tmp_path: Path) -> None:
    broken = tmp_path / "x"
    broken.write_bytes(b"\xff\xd8\xff broken \xff\xd9")
    assert previews.preview(Attached("x.jpg", "image/jpeg", broken)) is None
    assert previews.preview(Attached("x.pdf", "application/pdf", broken)) is None
