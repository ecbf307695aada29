# SPDX-License-Identifier: Apache-2.0
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence import checkpoints, merkle, notes
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tests.logs import tiles_of
from shangheng.kernel.evidence.tiled_tree import TiledTree, read_bundle
from shangheng.kernel.evidence.tiles import Tile, parse_path

ENTRIES = [b"entry %d" % n for n in range(70_000)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> TiledTree:
    store = TileStore(tmp_path_factory.mktemp("log"), durable=False)
    tree = TiledTree(store)
    for begin, end in ((0, 1), (1, 255), (255, 257), (257, 65_536), (65_536, 70_000)):
        tree = tree.append(ENTRIES[begin:end])
    return tree


def files(store: TileStore) -> dict[str, bytes]:
    places = (place for place in store.folder.rglob("*") if place.is_file())
    return {str(place.relative_to(store.folder)): place.read_bytes() for place in places}


def test_the_files_are_those_of_the_specification(large: TiledTree) -> None:
    expected = {tile.path for tile in tiles_of(70_000)}
    older = {tile.path for size in (1, 255, 257, 65_536) for tile in tiles_of(size)}
    assert set(files(large.store)) == expected | older


def test_roots_and_proofs_from_tiles_are_those_of_the_tree_in_memory(large: TiledTree) -> None:
    assert large.root() == merkle.root(HASHES)
    some = range(5, 70_000, 11_111)
    for index in [0, 255, 256, 65_535, 65_536, 69_999, *some]:
        assert large.inclusion_proof(index) == merkle.inclusion_proof(index, HASHES)
        assert large.leaf_hash(index) == HASHES[index]
        assert large.entry(index) == ENTRIES[index]
    for older in [0, 1, 255, 256, 257, 65_536, 70_000, *some]:
        assert large.consistency_proof(older) == merkle.consistency_proof(older, 70_000, HASHES)


@pytest.mark.parametrize("size", [0, 1, 255, 257, 65_536])
def test_every_published_size_stays_readable(large: TiledTree, size: int) -> None:
    tree = TiledTree(large.store, size)
    assert tree.root() == merkle.root(HASHES[:size])
    if size:
        proof = tree.inclusion_proof(size - 1)
        assert merkle.verify_inclusion(size - 1, size, HASHES[size - 1], proof, tree.root())


def test_a_proof_reads_a_handful_of_tiles(large: TiledTree) -> None:
    with patch.object(TileStore, "read", autospec=True, side_effect=TileStore.read) as reads:
        large.inclusion_proof(33_333)
        assert reads.call_count <= 5
        reads.reset_mock()
        large.consistency_proof(33_333)
        assert reads.call_count <= 5


# The last checkpoint of the example log in the source of Tessera (transparency-dev,
# testdata/log, Apache-2.0), which another implementation sequenced and signed.
TESSERA = (
    "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n"
    "— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6"
    "zdkdIQzd/fmwlM/dlPWF74ewI=\n"
)


def test_the_same_entries_make_the_log_that_another_implementation_made(tmp_path: Path) -> None:
    shared = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency"
    vectors = shared / "signed_note_vectors.json"
    if not vectors.exists():
        pytest.skip("the shared entries of the example log are not beside the repository")
    published = json.loads(vectors.read_text())
    note = notes.open_note(TESSERA, [published["tessera_testdata_vkey"]])
    checkpoint = checkpoints.parse(note.text)
    entries = [entry.encode() for entry in published["tessera_leaf_data_in_order"]]
    tree = TiledTree(TileStore(tmp_path)).append(entries)
    assert (tree.size, tree.root()) == (checkpoint.size, checkpoint.root)


class EndlessStore(TileStore):
    """A log of any size: every tile is there, full of the same hash."""

    reads = 0

    def read(self, path: str) -> bytes:
        self.reads += 1
        return HASHES[0] * parse_path(path).width


@pytest.mark.parametrize("at", [0, 33_333_333, 99_999_999])
def test_a_proof_in_100_million_entries_reads_a_handful_of_tiles(tmp_path: Path, at: int) -> None:
    store = EndlessStore(tmp_path)
    tree = TiledTree(store, 100_000_000)
    assert len(tree.inclusion_proof(at)) <= 27
    assert store.reads <= 7
    store.reads = 0
    assert len(tree.consistency_proof(at)) <= 28
    assert store.reads <= 7


@settings(max_examples=25)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_however_a_log_grows_it_ends_with_the_same_root(batches: list[int]) -> None:
    with TemporaryDirectory() as folder:
        tree = TiledTree(TileStore(Path(folder), durable=False))
        for size in batches:
            older = tree
            tree = older.append(ENTRIES[older.size : older.size + size])
            assert tree.root() == merkle.root(HASHES[: tree.size])
            proof = tree.consistency_proof(older.size)
            if older.size:
                sizes, roots = (older.size, tree.size), (older.root(), tree.root())
                assert merkle.verify_consistency(*sizes, proof, *roots)
        for index in range(0, tree.size, 97):
            assert tree.entry(index) == ENTRIES[index]


def test_appending_again_after_a_crash_completes_the_same_files(tmp_path: Path) -> None:
    whole = TileStore(tmp_path / "whole", durable=False)
    start = files(TiledTree(whole).append(ENTRIES[:100]).store)
    TiledTree(whole, 100).append(ENTRIES[100:600])
    added = sorted(set(files(whole)) - set(start))
    for written in range(len(added) + 1):
        store = TileStore(tmp_path / str(written), durable=False)
        store.put([*start.items(), *((path, whole.read(path)) for path in added[:written])])
        assert TiledTree(store, 100).append(ENTRIES[100:600]).root() == merkle.root(HASHES[:600])
        assert files(store) == files(whole)


def test_other_entries_in_the_same_place_are_a_fork(tmp_path: Path) -> None:
    tree = TiledTree(TileStore(tmp_path))
    tree.append(ENTRIES[:3])
    with pytest.raises(EvidenceBroken) as fault:
        tree.append([b"forged", *ENTRIES[1:3]])
    assert fault.value.code == "evidence.file_differs"
    assert fault.value.facts["path"] == "tile/entries/000.p/3"
    assert fault.value.facts["found"] != fault.value.facts["expected"]


def test_a_partial_tile_may_be_gone_once_the_full_one_is_there(tmp_path: Path) -> None:
    older = TiledTree(TileStore(tmp_path)).append(ENTRIES[:3])
    older.append(ENTRIES[3:256])
    for path in ("tile/0/000.p/3", "tile/entries/000.p/3"):
        (tmp_path / path).unlink()
    assert older.root() == merkle.root(HASHES[:3])
    assert older.entry(2) == ENTRIES[2]


def test_a_missing_tile_is_named(tmp_path: Path) -> None:
    tree = TiledTree(TileStore(tmp_path)).append(ENTRIES[:300])
    (tmp_path / "tile/0/000").unlink()
    with pytest.raises(NotFound) as refusal:
        tree.inclusion_proof(3)
    assert refusal.value.facts["path"] == "tile/0/000"


@pytest.mark.parametrize("data", [b"", b"short", bytes(33)])
def test_a_damaged_tile_is_named(tmp_path: Path, data: bytes) -> None:
    tree = TiledTree(TileStore(tmp_path)).append(ENTRIES[:1])
    (tmp_path / "tile/0/000.p/1").write_bytes(data)
    with pytest.raises(EvidenceBroken, match=r"evidence\.tile_damaged"):
        tree.root()


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\1a\0\1b"])
def test_a_damaged_bundle_is_named(tmp_path: Path, data: bytes) -> None:
    tree = TiledTree(TileStore(tmp_path)).append(ENTRIES[:1])
    (tmp_path / "tile/entries/000.p/1").write_bytes(data)
    with pytest.raises(EvidenceBroken, match=r"evidence\.bundle_damaged"):
        read_bundle(tree.store, Tile(None, 0, 1))


@pytest.mark.parametrize("index", [-1, 5])
def test_there_is_nothing_outside_the_log(tmp_path: Path, index: int) -> None:
    tree = TiledTree(TileStore(tmp_path)).append(ENTRIES[:5])
    for ask in (tree.leaf_hash, tree.entry, tree.inclusion_proof):
        with pytest.raises(Invalid, match=r"evidence\.index_out_of_range"):
            ask(index)
