# SPDX-License-Identifier: Apache-2.0
"""What is written of a withdrawal once it stands in the ledger; ``actions`` takes records back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.records.models import ReporterRow, WithdrawalRow
from shangheng.kernel.records.store.names import folder_of


def write(kind: str, told: Mapping[str, Any]) -> None:
    """Write and seal a withdrawal that stands in the ledger; may be repeated."""
    at = datetime.fromisoformat(told["at"])
    facts = {name: told[name] for name in ("reason", "digest", "records", "ledger_version")}
    row, new = WithdrawalRow.objects.get_or_create(
        reporter=ReporterRow.objects.get(code=told["reporter"]), number=told["number"],
        defaults={**facts, "kind": kind, "withdrawn_at": at},
    )  # fmt: skip
    if new:
        object_id = folder_of(told["reporter"], told["number"])
        public = {"kind": kind, "reporter": told["reporter"], "records": row.records}
        evidence.seal("record.withdrawn", object_id, {**facts, **public}, at=at, facts=public)
