# SPDX-License-Identifier: Apache-2.0
"""Small pictures of attached images, so that a case with nine photographs stays a light page.

A preview is drawn anew from the image (what a camera wrote beside it, such as the place, is not in
it) and kept beside the file under its digest.
"""

import secrets
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from shangheng.kernel.cases.concept.views import Attached

SIDE_PX = 320
QUALITY = 78
PIXELS_MAX = 60_000_000
"""A larger image is not drawn: it would unpack into hundreds of megabytes."""


def preview(found: Attached) -> Path | None:
    """Return the file of a small picture of an image; nothing where none can be drawn."""
    if not found.media.startswith("image/"):
        return None
    kept = found.path.with_suffix(".preview.jpg")
    if kept.is_file():
        return kept
    try:
        with Image.open(found.path, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > PIXELS_MAX:
                return None
            image.draft("RGB", (SIDE_PX * 2, SIDE_PX * 2))
            small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail((SIDE_PX, SIDE_PX))
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return None
    written = kept.with_suffix(f".{secrets.token_hex(4)}")
    small.save(written, "JPEG", quality=QUALITY, optimize=True)
    written.replace(kept)
    return kept
