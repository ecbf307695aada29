# SPDX-License-Identifier: Apache-2.0
"""Where the hashes and entries of a log lie, and how they are written (C2SP tlog-tiles).

Tile `n` of level `l` holds up to 256 consecutive hashes: of the leaves at level 0, of full tiles
of the level below above it. Entry bundles stand beside level 0. The last tile of a level may be
partial and says its width in its path.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import pack, unpack_from

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence.texts import UINT64_MAX

TILE_WIDTH = 256
TILE_HEIGHT = 8
LEVEL_MAX = 63
ENTRY_BYTES_MAX = 65_535
_THOUSAND = 1000
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/"
    r"(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of hashes, or an entry bundle where `level` is None."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where the tile lies below the address of the log."""
        level = "entries" if self.level is None else str(self.level)
        last = f"{self.index % _THOUSAND:03}"
        above = self.index // _THOUSAND
        while above:
            last = f"x{above % _THOUSAND:03}/{last}"
            above //= _THOUSAND
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{last}{partial}"


def parse_path(path: str) -> Tile:
    """Read a path back; what `Tile.path` would not write is refused."""
    found = _PATH.fullmatch(path)
    if not found:
        raise Invalid("evidence.tile_path", path=path)
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(found["width"] or TILE_WIDTH))
    # No leading group of zeroes, no width of 256 or more, no index beyond 64 bits.
    if tile.path != path or tile.width > TILE_WIDTH or index > UINT64_MAX:
        raise Invalid("evidence.tile_path", path=path)
    return tile


def tiles_added(level: int | None, old_size: int, new_size: int) -> Iterator[Tile]:
    """Return the tiles of a level that a log writes when it grows, sizes counted in leaves."""
    height = TILE_HEIGHT * (level or 0)
    old_count, new_count = old_size >> height, new_size >> height
    if new_count == old_count:
        return
    for index in range(old_count // TILE_WIDTH, new_count // TILE_WIDTH):
        yield Tile(level, index)
    if new_count % TILE_WIDTH:
        yield Tile(level, new_count // TILE_WIDTH, new_count % TILE_WIDTH)


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries one after the other, each behind its length in two bytes."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise Invalid("evidence.entry_length", length=len(entry), max=ENTRY_BYTES_MAX)
        parts += (pack(">H", len(entry)), entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """Read the entries of a bundle; one that breaks off is refused."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        begin = at + 2
        end = begin + unpack_from(">H", data, at)[0] if begin <= len(data) else begin
        if end > len(data):
            raise Invalid("evidence.bundle_truncated", entry=len(entries), length=len(data))
        entries.append(data[begin:end])
        at = end
    return entries
