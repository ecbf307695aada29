# SPDX-License-Identifier: Apache-2.0
"""The book that decides: which transfers of a batch are booked, in order, and why others are not.

It works on accounts that were read and locked before, and knows of no database. Each transfer sees
what those before it did. Nothing is changed before every question about a transfer is answered; a
chain that fails is taken back whole.

Time does not run back within an account, so that a balance as at a past moment stays what it was.
A transfer whose moment lies before the last entry of one of its accounts is booked at that last
entry's moment if it is late by no more than ``lag``, and refused otherwise.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from shangheng.kernel.accounts.concept.transfers import Entry, Outcome, Phase, Transfer
from shangheng.kernel.accounts.concept.units import INT64_MAX
from shangheng.kernel.errors import Conflict, Invalid, NotFound, Refusal

KEY_MAX = 100
KIND_MAX = 32
EXPIRED = ":expired"


@dataclass(slots=True)
class State:
    """An account while a batch is decided; ``id`` is the row behind it."""

    id: int
    code: str
    unit: str
    floor: int | None
    ceiling: int | None
    is_closed: bool
    posted: int
    held_out: int
    held_in: int
    last_at: datetime
    next_expiry: datetime | None
    is_changed: bool = False

    def room_out(self) -> int:
        """Return how much more may leave."""
        return self.posted - self.held_out - (-INT64_MAX if self.floor is None else self.floor)

    def room_in(self) -> int:
        """Return how much more may come."""
        return (INT64_MAX if self.ceiling is None else self.ceiling) - self.posted - self.held_in


class Book:
    """The accounts and entries that a batch concerns, and what is decided about it.

    ``entries`` are those already booked under keys that the batch names; ``resolved`` says of
    holds among them how they ended.
    """

    def __init__(
        self,
        accounts: dict[str, State],
        entries: dict[str, Entry],
        resolved: dict[str, Phase],
        *,
        at: datetime,
        lag: timedelta,
    ) -> None:
        """Begin with what was read under lock; ``at`` may be moved on between two batches."""
        self._accounts, self._known, self._resolved = accounts, entries, resolved
        self.at, self._lag = at, lag
        self._before: dict[str, State] | None = None
        self._chain = ""
        self.booked: list[Entry] = []

    def changed(self) -> list[State]:
        """Return the accounts that have to be written."""
        return [state for state in self._accounts.values() if state.is_changed]

    def decide(self, transfers: Sequence[Transfer]) -> tuple[Outcome, ...]:
        """Book what can be booked, in the order given; one outcome for each transfer."""
        outcomes: list[Outcome] = []
        start = 0
        while start < len(transfers):
            if not transfers[start].linked:
                outcomes.append(self._one(transfers[start]))
                start += 1
                continue
            end = start
            while end < len(transfers) and transfers[end].linked:
                end += 1
            chain = transfers[start : end + 1]
            outcomes += self._linked(chain)
            start = end + 1
        return tuple(outcomes)

    def _one(self, transfer: Transfer) -> Outcome:
        try:
            if self._is_known(transfer):
                return Outcome(transfer.key, "known")
            self._enter(transfer)
        except Refusal as refusal:
            return Outcome(transfer.key, "refused", refusal)
        return Outcome(transfer.key, "booked")

    def _linked(self, chain: Sequence[Transfer]) -> list[Outcome]:
        """Book a chain whole, find it known whole, or leave no trace of it."""
        done: list[Outcome] = []
        self._before, self._chain, mark = {}, chain[0].key, len(self.booked)
        for transfer in chain:
            done.append(self._one(transfer))
            if done[-1].state == "refused":
                break
        failed = done[-1]
        if failed.refusal is None:
            failed = self._wrong_as_a_whole(chain, done) or failed
        if failed.refusal is not None:
            self._take_back(self._before, mark)
            done = [
                failed if each.key == failed.key else _fallen(each.key, failed) for each in chain
            ]
        self._before, self._chain = None, ""
        return done

    def _wrong_as_a_whole(
        self, chain: Sequence[Transfer], done: Sequence[Outcome]
    ) -> Outcome | None:
        if chain[-1].linked:
            key = chain[-1].key
            return Outcome(key, "refused", Invalid("transfer.chain_open", key=key))
        known = [outcome.key for outcome in done if outcome.state == "known"]
        if known and len(known) < len(done):
            return Outcome(known[0], "refused", Conflict("transfer.chain_torn", key=known[0]))
        return None

    def _take_back(self, before: dict[str, State], mark: int) -> None:
        self._accounts.update(before)
        for entry in self.booked[mark:]:
            del self._known[entry.key]
            self._resolved.pop(entry.pending, None)
        del self.booked[mark:]

    def _is_known(self, transfer: Transfer) -> bool:
        entry = self._known.get(transfer.key)
        if entry is None:
            return False
        if not _is_same(transfer, entry, self._known.get(transfer.pending)):
            raise Conflict("transfer.key_taken", key=transfer.key, at=entry.at.isoformat())
        return True

    def _enter(self, transfer: Transfer) -> None:
        key = transfer.key
        if not 0 < len(key) <= KEY_MAX or not key.isprintable() or key.endswith(EXPIRED):
            raise Invalid("transfer.key_malformed", key=transfer.key, max=KEY_MAX)
        if len(transfer.kind) > KIND_MAX or not all(map(_is_text, transfer.facts.items())):
            raise Invalid("transfer.facts_malformed", key=transfer.key, max=KIND_MAX)
        if transfer.phase in ("posted", "pending"):
            self._move(transfer)
        elif transfer.phase in ("post", "void"):
            self._settle(transfer)
        else:
            raise Invalid("transfer.phase_unknown", key=transfer.key, phase=transfer.phase)

    def _move(self, transfer: Transfer) -> None:
        _check_move(transfer)
        amount, is_held = transfer.amount, transfer.phase == "pending"
        source, target = self._account(transfer.source), self._account(transfer.target)
        if source.unit != target.unit:
            raise Invalid(
                "transfer.units_differ", key=transfer.key, source=source.unit, target=target.unit
            )
        at = self._moment(source, target)
        if amount > source.room_out():
            raise Conflict(
                "transfer.below_floor", key=transfer.key, account=source.code, amount=amount,
                room=source.room_out(),
            )  # fmt: skip
        if amount > target.room_in():
            raise Conflict(
                "transfer.above_ceiling", key=transfer.key, account=target.code, amount=amount,
                room=target.room_in(),
            )  # fmt: skip
        source, target = self._changing(source, at), self._changing(target, at)
        expires = None
        if is_held:
            source.held_out += amount
            target.held_in += amount
            expires = at + transfer.timeout if transfer.timeout else None
            source.next_expiry = _earlier(source.next_expiry, expires)
            target.next_expiry = _earlier(target.next_expiry, expires)
        else:
            source.posted -= amount
            target.posted += amount
        self._write(transfer, (source, target), amount, at=at, expires=expires)

    def _settle(self, transfer: Transfer) -> None:
        """Book or release a hold."""
        hold = self._known.get(transfer.pending)
        if hold is None or hold.phase != "pending":
            raise NotFound("transfer.pending_unknown", key=transfer.key, pending=transfer.pending)
        if transfer.source or transfer.target or transfer.timeout:
            raise Invalid("transfer.not_a_move", key=transfer.key, phase=transfer.phase)
        if ended := self._resolved.get(hold.key):
            raise Conflict("transfer.pending_ended", key=transfer.key, pending=hold.key, how=ended)
        is_posted = transfer.phase == "post"
        amount = transfer.amount or hold.amount
        if (
            amount.__class__ is not int
            or not 0 < amount <= hold.amount
            or (not is_posted and amount != hold.amount)
        ):
            raise Invalid(
                "transfer.more_than_held", key=transfer.key, amount=amount, held=hold.amount,
                account=hold.source,
            )  # fmt: skip
        source, target = self._account(hold.source), self._account(hold.target)
        at = self._moment(source, target)
        if hold.expires_at is not None and hold.expires_at <= at:
            raise Conflict(
                "transfer.pending_expired", key=transfer.key, pending=hold.key,
                expired_at=hold.expires_at.isoformat(),
            )  # fmt: skip
        self._release(transfer, hold, at=at, posted=amount if is_posted else 0)

    def expire(self, hold: Entry) -> None:
        """Release a hold that is past its time, now or at its accounts' last entry if later."""
        source, target = self._accounts[hold.source], self._accounts[hold.target]
        at = max(self.at, source.last_at, target.last_at)
        transfer = Transfer(key=expiry_key(hold.key), phase="expire", pending=hold.key)
        self._release(transfer, hold, at=at, posted=0)

    def _release(self, transfer: Transfer, hold: Entry, *, at: datetime, posted: int) -> None:
        """Let go of what is held at both ends; ``posted`` of it moves."""
        source = self._changing(self._accounts[hold.source], at)
        target = self._changing(self._accounts[hold.target], at)
        source.held_out -= hold.amount
        target.held_in -= hold.amount
        source.posted -= posted
        target.posted += posted
        self._resolved[hold.key] = transfer.phase
        self._write(transfer, (source, target), posted or hold.amount, at=at)

    def _account(self, code: str) -> State:
        state = self._accounts.get(code)
        if state is None:
            raise NotFound("account.unknown", account=code)
        if state.is_closed:
            raise Conflict("account.closed", account=code)
        return state

    def _moment(self, source: State, target: State) -> datetime:
        later = source if source.last_at >= target.last_at else target
        if self.at >= later.last_at:
            return self.at
        if later.last_at - self.at > self._lag:
            raise Conflict(
                "transfer.clock_back", account=later.code, at=self.at.isoformat(),
                last_at=later.last_at.isoformat(),
            )  # fmt: skip
        return later.last_at

    def _changing(self, state: State, at: datetime) -> State:
        if self._before is not None:
            self._before.setdefault(state.code, copy(state))
        state.last_at = at
        state.is_changed = True
        return state

    def _write(
        self,
        transfer: Transfer,
        ends: tuple[State, State],
        amount: int,
        *,
        at: datetime,
        expires: datetime | None = None,
    ) -> None:
        source, target = ends
        entry = Entry(
            key=transfer.key, source=source.code, target=target.code, amount=amount,
            kind=transfer.kind, phase=transfer.phase, pending=transfer.pending, at=at,
            expires_at=expires, chain=self._chain, facts=transfer.facts,
            source_after=source.posted, target_after=target.posted,
        )  # fmt: skip
        self._known[entry.key] = entry
        self.booked.append(entry)


def _check_move(transfer: Transfer) -> None:
    """Refuse what is wrong with a transfer whatever its accounts are."""
    amount = transfer.amount
    if amount.__class__ is not int or not 0 < amount <= INT64_MAX:
        raise Invalid("transfer.amount_out_of_range", key=transfer.key, amount=amount)
    if transfer.source == transfer.target:
        raise Invalid("transfer.to_itself", key=transfer.key, account=transfer.source)
    if transfer.pending or (transfer.timeout is not None and transfer.phase != "pending"):
        raise Invalid("transfer.not_a_hold", key=transfer.key, phase=transfer.phase)
    if transfer.timeout is not None and transfer.timeout <= timedelta(0):
        raise Invalid("transfer.timeout_malformed", key=transfer.key, timeout=transfer.timeout)


def expiry_key(pending: str) -> str:
    """Return the key of the entry that ends a hold's time; no caller may use one like it."""
    return pending + EXPIRED


def _fallen(key: str, failed: Outcome) -> Outcome:
    assert failed.refusal is not None  # noqa: S101 - asked of failed chains only
    why = Conflict("transfer.chain_failed", key=key, failed=failed.key, code=failed.refusal.code)
    return Outcome(key, "refused", why)


def _is_text(fact: tuple[str, str]) -> bool:
    return all(isinstance(part, str) and "\0" not in part for part in fact)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _is_same(transfer: Transfer, entry: Entry, hold: Entry | None) -> bool:
    """Tell whether a transfer asks for what its key already stands for."""
    if (transfer.phase, transfer.kind, transfer.pending) != (
        entry.phase, entry.kind, entry.pending
    ) or dict(transfer.facts) != entry.facts:  # fmt: skip
        return False
    if transfer.phase in ("posted", "pending"):
        lasts = entry.expires_at - entry.at if entry.expires_at else None
        return (transfer.source, transfer.target, transfer.amount, transfer.timeout) == (
            entry.source, entry.target, entry.amount, lasts
        )  # fmt: skip
    asked = transfer.amount or (hold.amount if hold else 0)
    return asked == entry.amount and not (transfer.source or transfer.target or transfer.timeout)
