# SPDX-License-Identifier: Apache-2.0
import random
import zlib
from hashlib import sha256

import pytest

from shangheng.kernel.evidence.bundles import packed, read, verify_bundle
from shangheng.kernel.evidence.flips import Flip, flipped
from shangheng.kernel.evidence.tests.damage import spoilt
from shangheng.kernel.evidence.verifying import Verdict


@pytest.mark.parametrize("size", [1, 2, 255, 5_000])
def test_the_byte_that_was_changed_is_found_wherever_it_is(size: int) -> None:
    chance = random.Random(size)  # noqa: S311 - places, not secrets
    right = chance.randbytes(size)
    for at in {0, size - 1, *(chance.randrange(size) for _ in range(20))}:
        now = right[at] ^ chance.randrange(1, 256)
        data = right[:at] + bytes((now,)) + right[at + 1 :]
        expected = Flip(at, now, right[at])
        assert flipped(data, zlib.crc32(right), sha256(right).hexdigest()) == expected
        assert flipped(data, zlib.crc32(right), "") == expected


def test_two_bytes_or_another_file_are_not_called_one_byte() -> None:
    right = bytes(range(256))
    digest = sha256(right).hexdigest()
    for data in (b"x" + right[1:-1] + b"x", right[::-1], right + b"x", right):
        assert flipped(data, zlib.crc32(right), digest) is None


@pytest.mark.django_db
def test_a_bundle_with_a_changed_byte_tells_which_it_is(bundle: bytes) -> None:
    files, _ = read(bundle)
    for name in ("content.json", "entry.json", "proof.tlog-proof", "manifest.json", "cover.html"):
        at = len(files[name]) // 2
        place = bundle.find(files[name]) + at
        forged = bundle[:place] + bytes((bundle[place] ^ 4,)) + bundle[place + 1 :]
        told = altered(verify_bundle(forged), name)
        assert told["at"] == at, name
        assert told["first"] == place, name
        assert (int(told["was"], 16), int(told["now"], 16)) == (bundle[place], forged[place])
    again = packed({**files, "content.json": spoilt(files["content.json"])})  # its CRC too
    (wrong,) = [each for each in verify_bundle(again) if each.item == "content.json"]
    assert wrong.code == "evidence.file_altered"


def altered(verdicts: list[Verdict], name: str) -> dict[str, object]:
    """Return the facts of the byte that was changed, by the zip and by the file itself."""
    item = "container" if name == "manifest.json" else name
    (told,) = [each for each in verdicts if each.item == item and not each.ok]
    assert told.code == "evidence.byte_altered"
    return dict(told.facts)
