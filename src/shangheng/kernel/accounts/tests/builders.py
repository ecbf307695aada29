# SPDX-License-Identifier: Apache-2.0
"""Accounts and transfers for tests: everything has a default but the point of the test."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shangheng.kernel.accounts import actions
from shangheng.kernel.accounts.concept.transfers import Account, Outcome, Transfer
from shangheng.kernel.accounts.concept.units import CNY, Unit
from shangheng.kernel.parties import actions as parties

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)
SEATS = Unit("seat", "席位", "seats", 0)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def party(code: str = "SWT") -> UUID:
    return parties.register("department", f"部门{code}", {"reporter": code}, at=AT)


def opened(*codes: str, owner: UUID | None = None, at: datetime = AT, **more: Any) -> UUID:
    """Open accounts; ``world`` has no floor, all others have floor zero unless told."""
    actions.declare(CNY, at=AT)
    actions.declare(SEATS, at=AT)
    owner = owner or party()
    for code in codes:
        told = {"floor": None if code == "world" else 0, "unit": "CNY", "kind": "test", **more}
        actions.open_account(Account(code=code, owner=owner, **told), at=at)
    return owner


def transfer(key: str, source: str = "world", target: str = "fund", **more: Any) -> Transfer:
    return Transfer(key=key, source=source, target=target, **{"amount": 100, **more})


def settled(key: str, pending: str, phase: Any = "post", **more: Any) -> Transfer:
    return Transfer(key=key, pending=pending, phase=phase, **more)


def posted(*transfers: Transfer, at: datetime = AT, **more: Any) -> tuple[Outcome, ...]:
    return actions.post(transfers, at=at, **more)


def codes_of(outcomes: tuple[Outcome, ...]) -> list[str]:
    """Return what became of each: its state, or why it was refused."""
    return [each.refusal.code if each.refusal else each.state for each in outcomes]
