# SPDX-License-Identifier: Apache-2.0
"""Draws the first page of a PDF, in a process of its own that may use little and know nothing.

    python -m shangheng.site.pdf_page FILE PICTURE SIDE

A file that somebody attached may be made to break whoever reads it. So it is read here: with hard
limits of memory, processor time and what can be written, without the settings of the house, and
whoever waits for the picture waits only so long (``previews``).
"""

import resource
import sys

MEMORY_BYTES, CPU_S, WRITTEN_BYTES = 768 * 1024 * 1024, 4, 4 * 1024 * 1024
QUALITY = 78


def limit() -> None:
    """Give up every claim to more than a page needs."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def draw(file: str, picture: str, side: int) -> None:
    """Write the first page as a JPEG whose longer side has so many pixels."""
    import pypdfium2  # noqa: PLC0415 - only once the limits hold

    page = pypdfium2.PdfDocument(file)[0]
    drawn = page.render(scale=side / max(*page.get_size(), 1), may_draw_forms=False).to_pil()
    drawn.convert("RGB").save(picture, "JPEG", quality=QUALITY, optimize=True)


if __name__ == "__main__":
    limit()
    draw(sys.argv[1], sys.argv[2], int(sys.argv[3]))
