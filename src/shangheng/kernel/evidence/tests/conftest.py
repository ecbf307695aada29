# SPDX-License-Identifier: Apache-2.0
"""A log, a receipt with its evidence and a bundle of it, as the tests of verifying need them."""

from pathlib import Path
from typing import Any

import pytest

from shangheng.kernel.evidence import (
    entries,
    queries,
    sealing,
)
from shangheng.kernel.evidence.bundles import Bundle, write
from shangheng.kernel.evidence.integrating import integrate
from shangheng.kernel.evidence.log import Log
from shangheng.kernel.evidence.tests.logs import (
    COVER,
    SECRET,
    now,
    opened,
    seal,
    seal_batch,
)


@pytest.fixture
def a_log(tmp_path: Path) -> Log:
    return opened(tmp_path)


@pytest.fixture
def with_evidence(a_log: Log, tmp_path: Path) -> dict[str, Any]:
    """Return the receipt of a sealed batch with its evidence, other leaves around it."""
    for number in range(3):
        seal(number)
    told = seal_batch(tmp_path)
    seal(3)
    integrate(a_log, now=now)
    (leaf,) = queries.leaves_of("b1")
    return {**told, "evidence": queries.proof_of(a_log, leaf)}


@pytest.fixture
def bundle(a_log: Log, tmp_path: Path, with_evidence: dict[str, Any]) -> bytes:
    content = {name: value for name, value in with_evidence.items() if name != "evidence"}
    record = sealing.prove_record(tmp_path / "hashes.bin", SECRET, 2)
    return write(
        Bundle(
            entries.canonical(content), with_evidence["evidence"], COVER,
            record, b"record 2", {"verify.html": b"<p>"},
        )
    )  # fmt: skip
