# SPDX-License-Identifier: Apache-2.0
"""Persons stand in the ledger under pseudonyms only; the archive is sealed to the last byte."""

import random
from pathlib import Path

import pytest

from shangheng.kernel.errors import EvidenceBroken
from shangheng.kernel.records.store.archive import FRAME_BYTES, Sealer, unsealed
from shangheng.kernel.records.tests.builders import (
    MASTER_KEY,
    Door,
    csv_of,
    ndjson_of,
    order,
    orders,
    pseudonym,
)

PERSON = "zhang.san.13800138000"


def mentions(folder: Path, text: bytes) -> list[Path]:
    """Return the files under a folder in which these bytes stand."""
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_no_file_of_the_ledger_names_a_person(door: Door) -> None:
    door.send([order(1, buyer=PERSON), *orders(20, start=2)])
    door.send([order(1, buyer=PERSON, paid="1")])
    door.send(ndjson_of([order(1, buyer=PERSON, paid="2")]), reporter="shop-1")
    back = door.send([order(40, buyer=PERSON, gross="wrong"), order(41, buyer=PERSON, paid="9e9")])
    assert door.rejects(back)[0]["buyer"] == PERSON
    assert mentions(door.home.root, PERSON.encode()) == []
    assert mentions(door.home.root, b"buyer-7@") == []
    assert door.rows()[0]["buyer"] == pseudonym(PERSON)


def test_a_pseudonym_is_the_same_for_the_same_person_and_differs_by_key(door: Door) -> None:
    door.send(
        [order(1, buyer=PERSON), order(2, buyer=f" {PERSON} "), order(3), order(4, buyer="")]
    )
    told = [row["buyer"] for row in door.rows()]
    assert told[0] == told[1] != told[2]
    assert told[3] is None
    assert all(len(name) == 32 for name in told[:3])


def test_the_archive_gives_back_the_bytes_as_received(door: Door) -> None:
    content = csv_of(orders(40))
    receipt = door.send(content)
    assert door.unsealed(receipt) == content
    assert content[:64] not in door.archived(receipt).read_bytes()
    refused = door.send(csv_of(orders(3, gross="x")))
    assert b"buyer-1@" in door.unsealed(refused)


def test_the_archive_of_a_compressed_file_is_the_compressed_file(door: Door) -> None:
    import gzip  # noqa: PLC0415

    content = gzip.compress(csv_of(orders(40)))
    assert door.unsealed(door.send(content)) == content


def sealed(path: Path, content: bytes) -> bytes:
    """Return the bytes of a sealed file."""
    sealer = Sealer(path, batch="b", master_key=MASTER_KEY)
    sealer.write(content)
    sealer.close()
    return path.read_bytes()


def broken(path: Path, content: bytes) -> bool:
    """Return whether a sealed file of these bytes is seen to be broken."""
    path.write_bytes(content)
    try:
        b"".join(unsealed(path, master_key=MASTER_KEY))
    except EvidenceBroken:
        return True
    return False


@pytest.mark.parametrize("content", [b"x", b"the bytes as received " * 20])
def test_every_change_of_a_single_byte_is_detected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sealed"
    whole = sealed(path, content)
    assert not broken(path, whole)
    for at in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            assert broken(path, bytes(changed)), (at, bit)
    for value in (0, 9, 10, 32, 255):
        for at in range(len(whole)):
            if whole[at] != value:
                assert broken(path, whole[:at] + bytes([value]) + whole[at + 1 :]), (at, value)


def test_a_cut_or_longer_archive_is_detected(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    whole = sealed(path, b"content")
    for length in range(len(whole)):
        assert broken(path, whole[:length])
    for more in (b"\0", b"\0\0\0\0", b"\0\0\0\1x", whole):
        assert broken(path, whole + more)


def test_frames_cannot_be_dropped_or_swapped(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    content = random.Random(1).randbytes(FRAME_BYTES * 2 + 1000)  # noqa: S311 - no secret
    whole = sealed(path, content)
    assert b"".join(unsealed(path, master_key=MASTER_KEY)) == content
    start = whole.index(b"\n") + 1
    frames = []
    while start < len(whole):
        length = 4 + int.from_bytes(whole[start : start + 4], "big")
        frames.append(whole[start : start + length])
        start += length
    head = whole[: whole.index(b"\n") + 1]
    assert len(frames) == 3
    assert not broken(path, head + b"".join(frames))
    for kept in ([0, 1], [0, 2], [1, 2], [1, 0, 2], [0, 0, 1, 2], [0, 2, 1], []):
        assert broken(path, head + b"".join(frames[at] for at in kept)), kept


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    sealed(path, b"content")
    with pytest.raises(EvidenceBroken) as found:
        b"".join(unsealed(path, master_key=bytes(32)))
    assert found.value.code == "archive.altered"
