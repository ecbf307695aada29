# SPDX-License-Identifier: Apache-2.0
"""What is done with accounts as it stands in the log: one leaf for all that is booked at once.

A leaf for each transfer would let all accounts of a province wait for one counter, the log's. So
a *posting*, everything that one transaction books, is one leaf, sealed without waiting for its
index. Its transfers say to which posting they belong, and the leaf commits to each of them.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import uuid4

from django.db.models import TextField
from django.db.models.functions import Cast

from shangheng.kernel.accounts import store
from shangheng.kernel.accounts.models import AccountRow, TransferRow, UnitRow
from shangheng.kernel.evidence import actions as evidence
from shangheng.kernel.evidence import queries
from shangheng.kernel.evidence.entries import Fact
from shangheng.kernel.evidence.findings import SealedRow

DECLARED, OPENED, CLOSED = "unit.declared", "account.opened", "account.closed"
BOOKED = "transfers.booked"
_ROWS_A_ROUND = 2_000
_COLUMNS = tuple(name for name in store.TRANSFERS.columns if name != "posting")
_TOLD = ("at", "expires_at", "facts")


def seal_posting(rows: Iterable[store.Row], *, at: datetime) -> str:
    """Seal transfers that are booked at once, as they are written; return their posting's number.

    MUST be called inside the transaction that writes them.
    """
    posting, content = uuid4().hex, _posted(rows)
    evidence.seal_soon(BOOKED, posting, content, at=at, facts={"entries": content["entries"]})
    return posting


def _posted(rows: Iterable[store.Row]) -> dict[str, Any]:
    """Return what the leaf of a posting commits to: the digest of its transfers, by their keys."""
    ordered = sorted(rows, key=itemgetter(0))
    return {"entries": len(ordered), "sha256": sha256(_written(ordered).encode()).hexdigest()}


@lru_cache
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


_written = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_moment
).encode


def seal_unit(row: UnitRow, *, at: datetime) -> None:
    """Seal what is counted, and in how many decimals."""
    evidence.seal_soon(DECLARED, row.code, _unit(row), at=at)


def seal_opened(row: AccountRow, *, at: datetime) -> None:
    """Seal an account as it was opened; the log shows neither its code nor whose it is."""
    evidence.seal_soon(OPENED, str(row.pk), _opened(row), at=at)


def seal_closed(account: int, closed_at: datetime, *, at: datetime) -> None:
    """Seal that an account was closed."""
    evidence.seal_soon(CLOSED, str(account), _closed(closed_at), at=at)


def _unit(row: UnitRow) -> dict[str, Any]:
    return {"unit": row.code, "zh": row.zh, "en": row.en, "decimals": row.decimals}


def _opened(row: AccountRow) -> dict[str, Any]:
    return {
        "account": row.code, "kind": row.kind, "owner": row.owner_id.hex, "unit": row.unit_id,
        "parent": row.parent_id, "floor": row.floor, "ceiling": row.ceiling,
        "opened_at": _moment(row.opened_at),
    }  # fmt: skip


def _closed(at: datetime) -> dict[str, Any]:
    return {"closed_at": _moment(at)}


def seal_found(at: datetime) -> dict[str, Fact]:
    """Seal what stands in the book and was never sealed; return how much of what it is.

    For a house whose book is older than its sealing: to be asked once, see ``evidence.began``.
    """
    units, accounts = UnitRow.objects.order_by("pk"), AccountRow.objects.order_by("pk")
    for unit in units:
        seal_unit(unit, at=at)
    for account in accounts.iterator(_ROWS_A_ROUND):
        seal_opened(account, at=at)
        if account.closed_at is not None:
            seal_closed(account.pk, account.closed_at, at=at)
    unsealed, transfers = TransferRow.objects.filter(posting=None).order_by("pk"), 0
    while some := list(unsealed.values_list("pk", *_COLUMNS)[:_ROWS_A_ROUND]):
        posting = seal_posting([row[1:] for row in some], at=at)
        transfers += unsealed.filter(pk__lte=some[-1][0]).update(posting=posting)
    return {"units": len(units), "accounts": accounts.count(), "transfers": transfers}


def sealed_units() -> Iterator[SealedRow]:
    """Give every unit with what its leaf must commit to."""
    for row in UnitRow.objects.order_by("pk"):
        yield SealedRow(f"kernel_unit/{row.code}", None, DECLARED, row.code, _unit(row))


def sealed_accounts() -> Iterator[SealedRow]:
    """Give every account with what its leaves must commit to."""
    for code, row in queries.readable(AccountRow.objects.order_by("pk"), by="code"):
        where = f"kernel_account/{code}"
        if row is None:
            yield SealedRow(where, None, OPENED, "?", "")
            continue
        yield SealedRow(where, None, OPENED, str(row.pk), _opened(row))
        if row.closed_at is not None:
            yield SealedRow(where, None, CLOSED, str(row.pk), _closed(row.closed_at))


def sealed_postings() -> Iterator[SealedRow]:
    """Give every posting with what its leaf must commit to, from its transfers as they are now.

    What a hand in the database made of an id, a moment or facts may be none: they are texts.
    """
    as_texts = {f"{name}_told": Cast(name, TextField()) for name in ("posting", *_TOLD)}
    names = [f"{name}_told" if name in _TOLD else name for name in _COLUMNS]
    rows = TransferRow.objects.annotate(**as_texts).order_by("posting", "pk")
    found = rows.values_list("posting_told", *names).iterator(_ROWS_A_ROUND)
    for posting, those in groupby(found, key=itemgetter(0)):
        name = (posting or "").replace("-", "")
        where = f"kernel_transfer/{name}"
        try:
            content = _posted([_read(row[1:]) for row in those])
        except (ValueError, TypeError):
            yield SealedRow(where, None, BOOKED, name, "")
            continue
        facts = {"entries": content["entries"]}
        yield SealedRow(where, None, BOOKED, name, content, facts)


def _read(row: store.Row) -> store.Row:
    at, expires_at = map(store.moment, row[7:9])
    return (*row[:7], at, expires_at, row[9], json.loads(row[10]), *row[11:])
