# SPDX-License-Identifier: Apache-2.0
"""The versions of the ledger, sealed in the log as they come."""

from django.db import transaction

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence.entries import LEDGER_COMMITTED
from shangheng.kernel.evidence.queries import sealed
from shangheng.kernel.records.store import versions
from shangheng.kernel.records.store.home import Ledger


def seal_versions(home: Ledger, kind: str) -> None:
    """Seal the versions of a kind's tables that no leaf speaks of; the caller holds its pen.

    To be called after every commit: a version is sealed by the digest of its commit, which names
    those of its files.
    """
    for table in versions.TABLES:
        path = versions.folder_of(home, table, kind)
        unsealed = []
        for version in range(versions.latest(path), -1, -1):
            name = versions.name_of(table, kind, version)
            if sealed({name}):
                break
            unsealed.append((version, name))
        with transaction.atomic():
            for version, name in reversed(unsealed):
                facts, at = (
                    versions.sealed_facts(path, version),
                    versions.committed_at(path, version),
                )
                evidence.seal(LEDGER_COMMITTED, name, facts, at=at, facts=facts)
