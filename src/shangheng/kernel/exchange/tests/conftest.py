# SPDX-License-Identifier: Apache-2.0
"""A providing side for every test."""

from pathlib import Path

import pytest

from shangheng.kernel.exchange.tests.builders import Provider, partner, provider


@pytest.fixture
def house(tmp_path: Path, db: None) -> Provider:
    """Return a providing side whose partner Suzhou fetches."""
    return provider(tmp_path, partner())
