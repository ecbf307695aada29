# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import tiles
from shangheng.kernel.evidence.tests.logs import tiles_of
from shangheng.kernel.evidence.tiles import Tile


@pytest.mark.parametrize(("tile", "path"), [
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
    (Tile(63, 999, 1), "tile/63/999.p/1"),
    (Tile(5, 1000, 255), "tile/5/x001/000.p/255"),
    (Tile(None, 273, 112), "tile/entries/273.p/112"),
])  # fmt: skip
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse_path(path) == tile


@given(st.none() | st.integers(0, 63), st.integers(0, 2**64 - 1), st.integers(1, 256))
def test_every_path_is_read_back(level: int | None, index: int, width: int) -> None:
    assert tiles.parse_path(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize("path", [
    "", "tile", "tile/0/", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/0", "tile/0/0000",
    "tile/0/x000/001", "tile/0/001/002", "tile/0/x001/x002", "tile/0/000.p/0", "tile/0/000.p/256",
    "tile/0/000.p/01", "tile/0/000.p/", "/tile/0/000", "tile/0/../000", "tile/0/000\n",
    "tile/0/000.p/999", "tile/entries/../../etc", "tile/0/٠٠٠",
    "tile/0/x018/x446/x744/x073/x709/x551/616",
])  # fmt: skip
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(Invalid, match=r"evidence\.tile_path"):
        tiles.parse_path(path)


def test_a_log_of_70000_leaves_has_the_tiles_of_the_specification() -> None:
    every = list(tiles_of(70_000))
    widths = [(tile.level, tile.width) for tile in every]
    assert widths.count((0, 256)) == widths.count((None, 256)) == 273
    assert [pair for pair in widths if pair[1] != 256] == [
        (None, 112), (0, 112), (1, 17), (2, 1)
    ]  # fmt: skip
    assert widths.count((1, 256)) == 1
    assert len(every) == 2 * 274 + 2 + 1


def test_a_log_of_256_leaves_has_a_full_tile_and_one_of_width_1_above() -> None:
    assert list(tiles_of(256)) == [Tile(None, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_are_read_back(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries)) == entries


def test_a_bundle_is_length_and_entry_in_turn() -> None:
    assert tiles.encode_bundle([b"one", b"", b"x" * 300]) == b"\0\3one\0\0\1\x2c" + b"x" * 300


def test_an_entry_too_long_for_its_length_field_is_refused() -> None:
    assert len(tiles.encode_bundle([bytes(65_535)])) == 65_537
    with pytest.raises(Invalid, match=r"evidence\.entry_length"):
        tiles.encode_bundle([bytes(65_536)])


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\1a\0", b"\0\1a\0\2b"])
def test_a_bundle_that_breaks_off_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match=r"evidence\.bundle_truncated"):
        tiles.decode_bundle(data)
