# SPDX-License-Identifier: Apache-2.0
import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.evidence import checkpoints
from shangheng.kernel.evidence.checkpoints import Checkpoint

TRANSPARENCY = Path(__file__).resolve().parents[6] / "shared" / "data" / "transparency"
VECTORS = TRANSPARENCY / "signed_note_vectors.json"
ROOT = b64encode(bytes(32)).decode()


def test_published_checkpoints_are_read_or_refused_as_published() -> None:
    if not VECTORS.exists():
        pytest.skip("the shared checkpoint vectors are not beside the repository")
    vectors = json.loads(VECTORS.read_text())
    for case in [*vectors["checkpoint_unmarshal"], *vectors["sumdb_tree"]]:
        if not case["ok"]:
            with pytest.raises(Invalid):
                checkpoints.parse(case["text"])
            continue
        checkpoint = checkpoints.parse(case["text"])
        assert checkpoints.encode(checkpoint) == case["text"]
        if "origin" in case:
            assert (checkpoint.origin, checkpoint.size) == (case["origin"], case["size"])
            assert b64encode(checkpoint.root).decode() == case["hash_b64"]
            assert "".join(f"{line}\n" for line in checkpoint.extensions) == case["rest"]


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(names, st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32), st.lists(names))
def test_what_is_written_is_read_back(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert checkpoints.parse(checkpoints.encode(checkpoint)) == checkpoint


@pytest.mark.parametrize(("text", "code"), [
    (f"log\n1\n{ROOT}", "evidence.checkpoint_unfinished"),
    ("log\n1\n", "evidence.checkpoint_lines"),
    (f"log\n1\n{ROOT}\n\n", "evidence.checkpoint_lines"),
    (f"log\n01\n{ROOT}\n", "evidence.checkpoint_size"),
    (f"log\n+1\n{ROOT}\n", "evidence.checkpoint_size"),
    (f"log\n１\n{ROOT}\n", "evidence.checkpoint_size"),
    (f"log\n18446744073709551616\n{ROOT}\n", "evidence.checkpoint_size"),
    (f"log\n1\n{ROOT[:-2]}B=\n", "evidence.checkpoint_root"),
    (f"log\n1\n {ROOT}\n", "evidence.checkpoint_root"),
])  # fmt: skip
def test_a_malformed_checkpoint_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checkpoints.parse(text)
    assert refusal.value.code == code


@pytest.mark.parametrize("checkpoint", [
    Checkpoint("", 1, bytes(32)), Checkpoint("a\nb", 1, bytes(32)), Checkpoint("a", -1, bytes(32)),
    Checkpoint("a", 2**64, bytes(32)), Checkpoint("a", 1, bytes(32), ("",)),
    Checkpoint("a", 1, bytes(32), ("b\nc",)),
])  # fmt: skip
def test_what_could_not_be_read_back_is_not_written(checkpoint: Checkpoint) -> None:
    with pytest.raises(Invalid):
        checkpoints.encode(checkpoint)
