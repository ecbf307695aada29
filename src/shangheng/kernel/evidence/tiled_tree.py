# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of the log, read from and grown in tiles.

A `TiledTree` is a view of the log at one size: roots and proofs at that size stay what they were,
however far the log has grown since. A proof reads a handful of tiles: in a log of 100 million
entries about eight files, wherever the entry stands.

Growing is deterministic: the same entries in the same order write the same files. So a crash is
mended by appending the same entries again, and other bytes in the same place are a fork.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence.folding import fold
from shangheng.kernel.evidence.hashing import EMPTY_ROOT, HASH_BYTES
from shangheng.kernel.evidence.merkle import leaf_hash
from shangheng.kernel.evidence.ranges import (
    consistency_ranges,
    inclusion_ranges,
    perfect_subtrees,
)
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    encode_bundle,
    tiles_added,
)


@dataclass(frozen=True)
class TiledTree:
    """The log in a store at a size for which a checkpoint is, or is about to be, published."""

    store: TileStore
    size: int = 0

    def root(self) -> bytes:
        """Return the Merkle tree hash."""
        if not self.size:
            return EMPTY_ROOT
        return _Reader(self).subtree_root(range(self.size))

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the siblings that lead from one leaf to the root, lowest first."""
        reader = _Reader(self)
        return [reader.subtree_root(leaves) for leaves in inclusion_ranges(index, self.size)]

    def consistency_proof(self, older_size: int) -> list[bytes]:
        """Return the subtrees that show the first `older_size` leaves unchanged in this tree."""
        subtrees = consistency_ranges(older_size, self.size)
        reader = _Reader(self)
        return [reader.subtree_root(leaves) for leaves in subtrees]

    def leaf_hash(self, index: int) -> bytes:
        """Return the hash of one leaf."""
        self._check_index(index)
        return _Reader(self).node(0, index)

    def entry(self, index: int) -> bytes:
        """Return one entry."""
        self._check_index(index)
        return read_bundle(self.store, self.tile(None, index // TILE_WIDTH))[index % TILE_WIDTH]

    def tile(self, level: int | None, index: int) -> Tile:
        """Return a tile as wide as it is at this size."""
        count = self.size >> TILE_HEIGHT * (level or 0)
        return Tile(level, index, min(TILE_WIDTH, count - index * TILE_WIDTH))

    def append(self, entries: Sequence[bytes]) -> "TiledTree":
        """Write entries behind the last one, with their hashes, and return the grown tree."""
        hashes = b"".join([leaf_hash(entry) for entry in entries])
        grown = TiledTree(self.store, self.size + len(entries))
        self.store.put(chain(self._bundles(entries), self._grow(hashes, grown.size)))
        return grown

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise Invalid("evidence.index_out_of_range", index=index, size=self.size)

    def _last(self, level: int | None) -> Tile | None:
        """Return the partial tile at the end of a level, None where the level ends full."""
        count = self.size >> TILE_HEIGHT * (level or 0)
        index, width = divmod(count, TILE_WIDTH)
        return Tile(level, index, width) if width else None

    def _bundles(self, entries: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
        last = self._last(None)
        kept = read_bundle(self.store, last) if last else []
        at = -len(kept)  # where the next bundle begins, counted in the new entries
        for tile in tiles_added(None, self.size, self.size + len(entries)):
            new = entries[max(at, 0) : at + tile.width]
            yield tile.path, encode_bundle([*kept, *new])
            kept, at = [], at + tile.width

    def _grow(self, hashes: bytes, size: int) -> Iterator[tuple[str, bytes]]:
        """Yield the tiles of all levels: full tiles of one are the new hashes of the next."""
        level = 0
        while hashes:
            last = self._last(level)
            hashes = (read_tile(self.store, last) if last else b"") + hashes
            full: list[bytes] = []
            at = 0
            for tile in tiles_added(level, self.size, size):
                data = hashes[at : at + tile.width * HASH_BYTES]
                yield tile.path, data
                if tile.width == TILE_WIDTH:
                    full.append(fold(data))
                at += len(data)
            hashes = b"".join(full)
            level += 1


class _Reader:
    """Reads each tile once for one root or proof."""

    def __init__(self, tree: TiledTree) -> None:
        self._tree = tree
        self._read: dict[Tile, bytes] = {}

    def subtree_root(self, leaves: range) -> bytes:
        """Join perfect subtrees from the right, as RFC 6962 does at the ragged end of a tree."""
        nodes = [self.node(height, index) for height, index in perfect_subtrees(leaves)]
        joined = nodes.pop()
        while nodes:
            joined = fold(nodes.pop() + joined)
        return joined

    def node(self, height: int, index: int) -> bytes:
        """Return the root of a perfect subtree, from the hashes of the one tile that spans it."""
        level, rise = divmod(height, TILE_HEIGHT)
        tile_index, offset = divmod(index << rise, TILE_WIDTH)
        tile = self._tree.tile(level, tile_index)
        if tile not in self._read:
            self._read[tile] = read_tile(self._tree.store, tile)
        begin, width = offset * HASH_BYTES, HASH_BYTES << rise
        return fold(self._read[tile][begin : begin + width])


def read_tile(store: TileStore, tile: Tile) -> bytes:
    """Return the hashes of a tile."""
    data, width = _read_wide_enough(store, tile)
    if len(data) != width * HASH_BYTES:
        facts = {"expected": width * HASH_BYTES, "found": len(data)}
        raise EvidenceBroken("evidence.tile_damaged", path=tile.path, **facts)
    return data[: tile.width * HASH_BYTES]


def read_bundle(store: TileStore, tile: Tile) -> list[bytes]:
    """Return the entries of a bundle."""
    data, width = _read_wide_enough(store, tile)
    try:
        entries = decode_bundle(data)
    except Invalid as error:
        raise EvidenceBroken("evidence.bundle_damaged", path=tile.path) from error
    if len(entries) != width:
        raise EvidenceBroken("evidence.bundle_damaged", path=tile.path)
    return entries[: tile.width]


def _read_wide_enough(store: TileStore, tile: Tile) -> tuple[bytes, int]:
    """Read a tile; a log may drop a partial one once the full one is there (tlog-tiles)."""
    try:
        return store.read(tile.path), tile.width
    except NotFound:
        if tile.width == TILE_WIDTH:
            raise
    return store.read(replace(tile, width=TILE_WIDTH).path), TILE_WIDTH
