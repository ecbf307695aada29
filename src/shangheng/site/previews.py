# SPDX-License-Identifier: Apache-2.0
"""Small pictures of attached files, so that a case with nine photographs stays a light page.

A preview is drawn anew from the image (what a camera wrote beside it, such as the place, is not in
it) or from the first page of a PDF, and kept beside the file under its digest. What cannot be
drawn is remembered, so that a file which was made to take long takes it once.
"""

import secrets
import subprocess
import sys
import threading
from pathlib import Path

import structlog
from PIL import Image, ImageOps, UnidentifiedImageError

from shangheng.kernel.cases.concept.views import Attached

SIDE_PX = 320
QUALITY = 78
PIXELS_MAX = 60_000_000
"""A larger image is not drawn: it would unpack into hundreds of megabytes."""
PAGE_S = 10
"""How long the page of a PDF may take, its process started and ended."""
_one_at_a_time = threading.Semaphore(1)
_log = structlog.get_logger("shangheng.site")


def preview(found: Attached) -> Path | None:
    """Return the file of a small picture; nothing where none can be drawn."""
    kept, refused = (found.path.with_suffix(f".preview.{end}") for end in ("jpg", "none"))
    if kept.is_file():
        return kept
    if refused.is_file():
        return None
    written = kept.with_suffix(f".{secrets.token_hex(4)}")
    draw = _photo if found.media.startswith("image/") else _page
    if draw(found.path, written):
        written.replace(kept)
        return kept
    written.unlink(missing_ok=True)
    refused.touch()
    return None


def _photo(path: Path, written: Path) -> bool:
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > PIXELS_MAX:
                return False
            image.draft("RGB", (SIDE_PX * 2, SIDE_PX * 2))
            small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail((SIDE_PX, SIDE_PX))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return False
    small.save(written, "JPEG", quality=QUALITY, optimize=True)
    return True


def _page(path: Path, written: Path) -> bool:
    """Let another process draw the first page; it knows where programs lie and nothing else."""
    given = (str(path), str(written), str(SIDE_PX))
    command = [sys.executable, "-m", "shangheng.site.pdf_page", *given]
    known = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    with _one_at_a_time:
        try:
            ended = subprocess.run(  # noqa: S603 - our own module
                command, env=known, timeout=PAGE_S, capture_output=True, check=False
            )
        except subprocess.TimeoutExpired:
            _log.warning("no_preview", file=path.name, why="it took too long")
            return False
    if ended.returncode or not written.is_file():
        why = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        _log.warning("no_preview", file=path.name, code=ended.returncode, why=why)
        return False
    return True
