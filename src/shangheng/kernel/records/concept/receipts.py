# SPDX-License-Identifier: Apache-2.0
"""What a reporter gets back for a batch."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a batch one rule touched."""

    rule: str
    field: str
    rows: int
    zh: str
    en: str


Totals = dict[str, dict[str, Decimal]]
"""Amounts by currency and field."""


def _exact(totals: Totals) -> dict[str, dict[str, str]]:
    return {
        currency: {name: format(amount, "f") for name, amount in amounts.items()}
        for currency, amounts in totals.items()
    }


def _revived(plain: dict[str, Any], *times: str) -> dict[str, Any]:
    return {
        **plain,
        **{name: datetime.fromisoformat(plain[name]) for name in times},
        **{
            name: tuple(RuleCount(**each) for each in plain[name])
            for name in ("rejected_by_rule", "warnings_by_rule")
        },
        "totals": {
            currency: {name: Decimal(amount) for name, amount in amounts.items()}
            for currency, amounts in plain["totals"].items()
        },
        "unread": tuple(plain.get("unread", ())),
    }


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer to a batch: what was taken, what was not, and why.

    ``rows_read = accepted + corrected + unchanged + rejected``. ``second_source`` counts those of
    the accepted and corrected that another, better placed reporter had already told of: they are
    kept for reconciliation and not counted twice. ``totals`` adds up each amount of the rows that
    came into the ledger, those of second sources left out, by currency. ``ledger_version`` is the
    version of the kind's table in which they stand. ``records_root`` is the root of the Merkle
    tree over the salted hashes of its ``records`` (those new or corrected). ``mapping`` is the
    digest of the mapping by which the file was read; empty where none was needed. ``unread`` names
    the columns of a file without a mapping that the kind does not know: they were passed over.
    """

    batch: str
    reporter: str
    kind: str
    file: str
    bytes: int
    digest: str
    received_at: datetime
    recorded_at: datetime
    rows_read: int
    accepted: int
    corrected: int
    unchanged: int
    rejected: int
    skipped: int
    second_source: int
    rejected_by_rule: tuple[RuleCount, ...] = ()
    warnings_by_rule: tuple[RuleCount, ...] = ()
    totals: Totals = field(default_factory=dict)
    ledger_version: int = 0
    records_digest: str = ""
    records_root: str = ""
    records: int = 0
    mapping: str = ""
    unread: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values that JSON can carry; amounts stay exact as text."""
        plain = asdict(self)
        plain["received_at"] = self.received_at.isoformat()
        plain["recorded_at"] = self.recorded_at.isoformat()
        plain["totals"] = _exact(self.totals)
        if not self.unread:  # as receipts were before it was told
            del plain["unread"]
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Receipt":
        """Return the receipt that ``to_dict`` made plain."""
        return cls(**_revived(plain, "received_at", "recorded_at"))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a report of a file would be told, of which nothing was taken.

    ``rows_read = good + repeated + rejected``. A ``repeated`` row says once more what an earlier
    one of the file says. ``totals`` adds up each amount of the good rows, by currency. All else
    is as on a receipt.
    """

    reporter: str
    kind: str
    file: str
    bytes: int
    digest: str
    checked_at: datetime
    rows_read: int
    good: int
    repeated: int
    rejected: int
    skipped: int
    rejected_by_rule: tuple[RuleCount, ...] = ()
    warnings_by_rule: tuple[RuleCount, ...] = ()
    totals: Totals = field(default_factory=dict)
    mapping: str = ""
    unread: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values that JSON can carry; amounts stay exact as text."""
        checked_at = self.checked_at.isoformat()
        return {**asdict(self), "checked_at": checked_at, "totals": _exact(self.totals)}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "Trial":
        """Return the outcome that ``to_dict`` made plain."""
        return cls(**_revived(plain, "checked_at"))
