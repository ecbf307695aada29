# SPDX-License-Identifier: Apache-2.0
"""What is asked for (a transfer), what became of it (an outcome), and what stands in the book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shangheng.kernel.accounts.concept.units import Unit
from shangheng.kernel.errors import Refusal

Phase = Literal["posted", "pending", "post", "void", "expire"]

PHASES: dict[Phase, tuple[str, str]] = {
    "posted": ("入账", "posted"),
    "pending": ("冻结", "held"),
    "post": ("解冻入账", "hold posted"),
    "void": ("撤销冻结", "hold voided"),
    "expire": ("冻结到期", "hold expired"),
}
"""What an entry is; ``expire`` is written by the house itself once a hold is past its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An amount on its way from one account to another.

    - ``posted`` moves it at once; ``pending`` holds it at both ends, for ``timeout`` if given.
    - ``post`` books the hold whose key is ``pending``, whole or, with an amount, only that much of
      it, the rest being released; ``void`` releases it whole. Neither names accounts.
    - ``linked`` ties it to the next transfer of the batch: a chain is booked all or none.
    - ``facts`` say why, for people and auditors (case number, rate); texts only.

    ``amount`` counts smallest pieces of the accounts' unit.
    """

    key: str
    source: str = ""
    target: str = ""
    amount: int = 0
    kind: str = ""
    phase: Phase = "posted"
    pending: str = ""
    timeout: timedelta | None = None
    linked: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A transfer as it was booked; never changed afterwards.

    ``at`` is the moment from which it counts. ``source_after`` and ``target_after`` are the posted
    balances of its accounts once it was booked. ``chain`` is the key of the first transfer of its
    chain.
    """

    key: str
    source: str
    target: str
    amount: int
    kind: str
    phase: Phase
    pending: str
    at: datetime
    expires_at: datetime | None
    chain: str
    facts: Mapping[str, str]
    source_after: int
    target_after: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one transfer of a batch: booked now, known from before, or refused."""

    key: str
    state: Literal["booked", "known", "refused"]
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it was opened; ``floor`` and ``ceiling`` in smallest pieces, None for none."""

    code: str
    kind: str
    owner: UUID
    unit: str
    floor: int | None = 0
    ceiling: int | None = None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """How an account stands at a moment, in smallest pieces of its unit.

    ``held_out`` is what pending transfers would take, ``held_in`` what they would bring.
    """

    unit: Unit
    posted: int
    held_out: int = 0
    held_in: int = 0

    @property
    def available(self) -> int:
        """Return what is left once every hold on it is paid; what is to come does not count."""
        return self.posted - self.held_out

    def __add__(self, other: "Balance") -> "Balance":
        """Add up balances of one unit."""
        assert self.unit == other.unit, "balances of two units are never added"  # noqa: S101
        return Balance(
            self.unit,
            self.posted + other.posted,
            self.held_out + other.held_out,
            self.held_in + other.held_in,
        )
