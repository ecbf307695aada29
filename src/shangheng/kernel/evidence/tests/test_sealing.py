# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from shangheng.kernel.errors import EvidenceBroken, Invalid
from shangheng.kernel.evidence import batches, sealing
from shangheng.kernel.evidence.folding import fold
from shangheng.kernel.evidence.sealing import RecordProof
from shangheng.kernel.evidence.tests.logs import SECRET, hashes


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 20])
def test_a_batch_read_in_slices_has_the_root_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(sealing, "SLICE_RECORDS", 4)
    monkeypatch.setattr(sealing, "BLOCK_RECORDS", 2)
    kept = tmp_path / "nodes.bin"
    path = hashes(tmp_path, count)
    leaves = batches.record_leaves(batches.salts(SECRET, 0, count), path.read_bytes())
    sealed = sealing.seal_records(path, SECRET)
    assert sealed == sealing.SealedRecords(fold(leaves), count)
    for index in range(count):
        proof = sealing.prove_record(path, SECRET, index)
        assert proof.holds(sealed.root)
        assert sealing.prove_record(path, SECRET, index, nodes=kept) == proof
        assert list(proof.path) == batches.inclusion_proof(index, leaves)
        assert sealing.find_record(path, proof.record_hash) == index
        assert RecordProof.from_dict(proof.to_dict()) == proof
    with pytest.raises(Invalid):
        sealing.prove_record(path, SECRET, count)
    assert sealing.find_record(path, bytes(32)) is None


def test_a_damaged_file_of_hashes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hashes.bin"
    path.write_bytes(bytes(33))
    with pytest.raises(EvidenceBroken):
        sealing.seal_records(path, SECRET)
    with pytest.raises(Invalid, match=r"evidence\.document_malformed"):
        RecordProof.from_dict({"index": "x"})
