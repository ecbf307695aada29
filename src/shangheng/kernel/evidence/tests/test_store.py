# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.evidence.store import TileStore


def test_a_file_is_put_once_and_again_only_with_the_same_bytes(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    store.put([("tile/0/000", b"one")])
    store.put([("tile/0/000", b"one")])
    with pytest.raises(EvidenceBroken, match=r"evidence\.file_differs"):
        store.put([("tile/0/000", b"two")])
    assert store.read("tile/0/000") == b"one"
    assert not list((tmp_path / ".pending").iterdir())


def test_only_the_checkpoint_is_replaced(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    store.replace("checkpoint", b"old")
    store.replace("checkpoint", b"new")
    assert store.read("checkpoint") == b"new"


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    store.put([("a/b", b"")])
    for path in ("tile/0/000", "a/b/c"):
        with pytest.raises(NotFound, match=r"evidence\.file_missing"):
            store.read(path)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "tile/../../x", ".pending/x", "a\0b"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    store = TileStore(tmp_path / "log")
    for use in (store.read, lambda p: store.put([(p, b"")]), lambda p: store.replace(p, b"")):
        with pytest.raises(Invalid, match=r"evidence\.tile_path"):
            use(path)


def test_files_and_their_folders_wait_for_the_disk(tmp_path: Path) -> None:
    with patch.object(os, "fsync", side_effect=os.fsync) as flushed:
        TileStore(tmp_path).put([("a/b/c", b"1"), ("a/b/d", b"2")])
        assert flushed.call_count == 2 + len(["log", "a", "b"])
        TileStore(tmp_path, durable=False).put([("a/b/e", b"3")])
        assert flushed.call_count == 5


def test_what_a_crash_left_half_written_is_cleared(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    (tmp_path / ".pending" / "half").write_bytes(b"hal")
    store.put([("a", b"1")])
    store.clear_pending()
    assert not list((tmp_path / ".pending").iterdir())
    assert store.read("a") == b"1"
