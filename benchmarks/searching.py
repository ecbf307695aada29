# SPDX-License-Identifier: Apache-2.0
"""Full-text search over every clause, in SQLite and in PostgreSQL.

    python -m benchmarks.searching

Each search asks first whether the index is of the documents as they are, then for the clauses that
hold all its words, best first, as the page of the library does. The words are Chinese and Latin,
of one sign and of many, found often, seldom and never.
"""

import os
import tempfile
from pathlib import Path

from benchmarks.api import percentile
from benchmarks.measuring import report, told_by
from shangheng.kernel.accounts.tests import postgres

MODULE = "shangheng.services.policy.tests.searching"
ASKED = (
    "电子商务|快递 车辆|税|省商务厅|跨境 检验检疫 备案|b2b|courier village|4.5万亿元|没有这回事"
)
ROUNDS = 100
P95_MS_MAX = 20


def main() -> None:
    """Measure both databases, or say why one cannot be measured."""
    measured("sqlite")
    if reason := postgres.lacking():
        report("searching/postgresql", reason, "not measured")
        return
    with postgres.served() as settings:
        os.environ.update(settings)  # noqa: TID251 - for the child
        measured("postgresql")


def measured(database: str) -> None:
    """Search in a process of its own and print how long an answer takes."""
    with tempfile.TemporaryDirectory() as home:
        found = told_by(MODULE, ASKED, ROUNDS, home=Path(home)).answer
    ms = sorted(seconds * 1000 for seconds in found["seconds"])
    hits = sum(map(len, found["found"].values()))
    against = f"{len(ms)} searches, {hits} clauses found, longest {ms[-1]:.1f} ms"
    report(
        f"searching/{database}-p95", percentile(ms, 95), "ms", against=against, at_most=P95_MS_MAX
    )
    report(f"searching/{database}-median", percentile(ms, 50), "ms", against=against)


if __name__ == "__main__":
    main()
