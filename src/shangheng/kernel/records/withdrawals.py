# SPDX-License-Identifier: Apache-2.0
"""What is written of a withdrawal once it stands in the ledger; ``actions`` takes records back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import entries, queries
from shangheng.kernel.evidence.findings import SealedRow, broken
from shangheng.kernel.records.models import ReporterRow, WithdrawalRow
from shangheng.kernel.records.store.names import folder_of

WITHDRAWN = "record.withdrawn"


def write(kind: str, told: Mapping[str, Any]) -> None:
    """Write and seal a withdrawal that stands in the ledger; may be repeated."""
    at = datetime.fromisoformat(told["at"])
    facts = {name: told[name] for name in ("reason", "digest", "records", "ledger_version")}
    row, new = WithdrawalRow.objects.get_or_create(
        reporter=ReporterRow.objects.get(code=told["reporter"]), number=told["number"],
        defaults={**facts, "kind": kind, "withdrawn_at": at},
    )  # fmt: skip
    if new:
        each = _sealed(row)
        evidence.seal(WITHDRAWN, each.object_id, each.content, at=at, facts=each.facts)


def sealed() -> Iterator[SealedRow]:
    """Give every withdrawal with what its leaf must commit to."""
    rows = WithdrawalRow.objects.select_related("reporter").order_by("pk")
    for key, row in queries.readable(rows):
        yield broken(f"kernel_withdrawal/{key}", WITHDRAWN) if row is None else _sealed(row)


def _sealed(row: WithdrawalRow) -> SealedRow:
    reporter = row.reporter.code
    public: dict[str, entries.Fact] = {
        "kind": row.kind,
        "reporter": reporter,
        "records": row.records,
    }
    content = {
        **public, "reason": row.reason, "digest": row.digest, "ledger_version": row.ledger_version,
    }  # fmt: skip
    return SealedRow(
        f"kernel_withdrawal/{row.pk}", None, WITHDRAWN, folder_of(reporter, row.number), content,
        public, at=row.withdrawn_at,
    )  # fmt: skip
