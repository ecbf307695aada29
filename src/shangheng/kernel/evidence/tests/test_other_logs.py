# SPDX-License-Identifier: Apache-2.0
"""A log that another program wrote is read by ours, and ours by that program: see `tessera/`."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from shangheng.kernel.evidence import merkle
from shangheng.kernel.evidence.checkpoints import Checkpoint
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.keys import parse_verifier
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.proofs import Trust, open_checkpoint
from shangheng.kernel.evidence.store import TileStore
from shangheng.kernel.evidence.tests.logs import now, seal, tiles_of
from shangheng.kernel.evidence.tiled_tree import TiledTree, read_bundle, read_tile
from shangheng.kernel.evidence.tiles import Tile

THEIRS = Path(__file__).with_name("tessera") / "log.zip"
KEY = "example.com/tessera-log+d1d1de07+AS0c5fTr4864FZSp9npIRqCz+piK9n2BNfDeunQWrIg4"
ENTRIES = [(f"entry {n:03}" + " 条目" * (n >= 300)).encode() for n in range(700)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]
FSCK = shutil.which("tessera-fsck")
TIME_S = 60


@pytest.fixture
def theirs(tmp_path: Path) -> TileStore:
    with zipfile.ZipFile(THEIRS) as archive:
        archive.extractall(tmp_path / "theirs")
    return TileStore(tmp_path / "theirs", durable=False)


def opened(store: TileStore, name: str) -> Checkpoint:
    trust = Trust("example.com/tessera-log", (parse_verifier(KEY),))
    return open_checkpoint(store.read(name), trust).checkpoint


def test_a_log_of_another_implementation_is_read_whole(theirs: TileStore) -> None:
    checkpoint = opened(theirs, "checkpoint")
    tree = TiledTree(theirs, checkpoint.size)
    assert checkpoint.size == len(ENTRIES)
    assert tree.root() == checkpoint.root == merkle.root(HASHES)
    bundles = [tile for tile in tiles_of(tree.size) if tile.level is None]
    read = [entry for tile in bundles for entry in read_bundle(theirs, tile)]
    assert read == ENTRIES
    levels = [read_tile(theirs, tile) for tile in tiles_of(tree.size) if tile.level == 0]
    assert b"".join(levels) == b"".join(HASHES)


def test_its_proofs_verify_and_it_grew_out_of_its_older_checkpoint(theirs: TileStore) -> None:
    older, newer = opened(theirs, "checkpoint.300"), opened(theirs, "checkpoint")
    tree = TiledTree(theirs, newer.size)
    for index in range(newer.size):
        proof = tree.inclusion_proof(index)
        assert merkle.verify_inclusion(index, newer.size, HASHES[index], proof, newer.root)
    grown = tree.consistency_proof(older.size)
    assert merkle.verify_consistency(older.size, newer.size, grown, older.root, newer.root)
    assert TiledTree(theirs, older.size).root() == older.root


def test_the_same_entries_make_the_same_files_byte_for_byte(
    theirs: TileStore, tmp_path: Path
) -> None:
    ours = TileStore(tmp_path / "ours", durable=False)
    TiledTree(ours).append(ENTRIES[:300]).append(ENTRIES[300:])
    files = [path for path in (theirs.folder / "tile").rglob("*") if path.is_file()]
    assert len(files) == 10
    for path in files:
        name = str(path.relative_to(theirs.folder))
        assert ours.read(name) == path.read_bytes(), name


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2"])
def test_a_changed_byte_in_it_is_seen(theirs: TileStore, name: str) -> None:
    place = theirs.folder / name
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    checkpoint = opened(theirs, "checkpoint")
    tree = TiledTree(theirs, checkpoint.size)
    proved = [
        merkle.verify_inclusion(
            index, checkpoint.size, HASHES[index], tree.inclusion_proof(index), checkpoint.root
        )
        for index in range(checkpoint.size)
    ]
    assert proved.count(False) > 100


@pytest.mark.django_db
@pytest.mark.skipif(FSCK is None, reason="tessera-fsck is not here, see tessera/README.md")
def test_our_log_is_read_whole_by_another_implementation(a_log: Log, tmp_path: Path) -> None:
    for count in (1, 255, 300):
        for number in range(count):
            seal(number)
        integrate(a_log, now=now)
    key = tmp_path / "key.pub"
    key.write_text(str(a_log.signers[0].verifier), encoding="ascii")
    command = [
        str(FSCK), f"--storage_url=file://{a_log.store.folder}/", f"--public_key={key}",
        "--ui=false", "--N=8",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_S, check=False)
    assert done.returncode == 0, done.stderr
    assert "Successfully fsck'd log with size 556" in done.stderr
    bundle = a_log.store.folder / Tile(None, 0).path
    bundle.write_bytes(bundle.read_bytes().replace(b"thing-7", b"thing-8", 1))
    broken = subprocess.run(command, capture_output=True, text=True, timeout=TIME_S, check=False)
    assert "fsck failed" in broken.stderr
    assert "Successfully" not in broken.stderr
