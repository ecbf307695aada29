# SPDX-License-Identifier: Apache-2.0
"""Every test has a ledger of its own in a temporary folder."""

from pathlib import Path

import pytest

from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.tests.builders import MASTER_KEY, Door


@pytest.fixture
def door(tmp_path: Path, db: None) -> Door:
    """Return the front door of an empty ledger."""
    sent = tmp_path / "sent"
    sent.mkdir()
    return Door(Ledger(tmp_path / "ledger", MASTER_KEY, memory_mb=400), sent)
