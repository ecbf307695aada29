# SPDX-License-Identifier: Apache-2.0
"""Receipts as rows that a formula can read: what came in when, from whom, of what quality."""

from collections.abc import Sequence
from typing import Any

from shangheng.kernel.records.concept.fields import Text, Time, Whole
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt

RECEIPT = RecordKind(
    name="receipt",
    zh="回执",
    en="receipt",
    key=("batch_id",),
    day="received_at",
    retain="log",
    fields=(
        Text("batch_id", zh="批次", en="batch"),
        Text("sent_kind", zh="记录类型", en="kind of record"),
        Whole("rows_read", zh="读入行数", en="rows read"),
        Whole("accepted", zh="接受行数", en="rows accepted"),
        Whole("corrected", zh="更正行数", en="rows corrected"),
        Whole("rejected", zh="拒绝行数", en="rows rejected"),
        Time("received_at", zh="收到时间", en="received at"),
    ),
)
"""Not reported by anybody and not in the ledger: the platform's own record of each batch."""


def receipt_rows(receipts: Sequence[Receipt]) -> dict[str, list[Any]]:
    """Return the columns of the table of receipts."""
    return {
        "batch_id": [each.batch for each in receipts],
        "sent_kind": [each.kind for each in receipts],
        "rows_read": [each.rows_read for each in receipts],
        "accepted": [each.accepted for each in receipts],
        "corrected": [each.corrected for each in receipts],
        "rejected": [each.rejected for each in receipts],
        "received_at": [each.received_at.replace(tzinfo=None) for each in receipts],
        "reporter": [each.reporter for each in receipts],
        "batch": [each.batch for each in receipts],
        "line": [0 for _ in receipts],
        "day": [each.received_at.date() for each in receipts],
    }
