# SPDX-License-Identifier: Apache-2.0
"""Names of files, made of what they are about."""

import hashlib
from pathlib import Path

INTENT, RECEIPTS = "intent.json", "receipts.json"
"""What a convoy writes down before it changes the ledger, and before its commit."""


def folder_of(reporter: str, batch: str) -> str:
    """Return the name of a batch's folder; safe whatever the two are called."""
    return hashlib.sha256(f"{reporter}\x1f{batch}".encode()).hexdigest()[:32]


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
