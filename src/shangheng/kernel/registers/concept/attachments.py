# SPDX-License-Identifier: Apache-2.0
"""Attached files: told apart by their content, never by name or by what the sender says.

A file is taken only where it begins and ends as its format does, so that one that is two things at
once (an image with a script or an archive behind it) is refused.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Literal

FILE_BYTES_MAX = 10_000_000
NAME_MAX = 120
_HIDDEN = re.compile(rb"<script|<html|<svg|<!doctype|PK\x03\x04|%PDF-", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w.\-()（） ]")


@dataclass(frozen=True, slots=True)
class Format:
    """A format that may be attached: how a file of it begins and ends."""

    media: str
    group: str
    begins: bytes
    ends: bytes
    within: int


FORMATS = (
    Format("image/jpeg", "image", b"\xff\xd8\xff", b"\xff\xd9", 2),
    Format("image/png", "image", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82", 8),
    Format("application/pdf", "pdf", b"%PDF-", b"%%EOF", 1024),
)


Verdict = Literal["unasked", "clean", "infected", "unscanned"]
"""What a virus scanner says of a file; ``unasked`` where none is set up, ``unscanned`` where the
one that is set up did not answer: such a file is not taken."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, with what the virus scanner said of it."""

    name: str
    content: bytes
    verdict: Verdict = "unasked"

    @property
    def digest(self) -> str:
        """Return the SHA-256 under which the file is kept."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def format(self) -> Format | None:
        """Return the format that the content has, or nothing where it is none or two at once."""
        for each in FORMATS:
            if self.content.startswith(each.begins) and each.ends in self.content[-each.within :]:
                rest = self.content[len(each.begins) :]
                hides = each.group == "image" and _HIDDEN.search(rest) is not None
                return None if hides or b"PK\x03\x04" in rest else each
        return None

    def plain(self) -> dict[str, Any]:
        """Return what is kept of the file beside its content."""
        found = self.format
        return {
            "name": _UNSAFE.sub("_", self.name)[-NAME_MAX:] or "file",
            "digest": self.digest,
            "bytes": len(self.content),
            "media": found.media if found else "",
        }
