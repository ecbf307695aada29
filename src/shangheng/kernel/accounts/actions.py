# SPDX-License-Identifier: Apache-2.0
"""What can be done with accounts; each function is one transaction, and a leaf of the log.

A transfer that is refused leaves nothing behind, so that the same key may be sent again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock
from time import sleep
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from shangheng.kernel.accounts import queries, sealing, store
from shangheng.kernel.accounts.concept.book import KIND_MAX, Book, State
from shangheng.kernel.accounts.concept.plans import Plan
from shangheng.kernel.accounts.concept.transfers import Account, Entry, Outcome, Transfer
from shangheng.kernel.accounts.concept.units import INT64_MAX, Unit
from shangheng.kernel.accounts.models import CODE_MAX, AccountRow, UnitRow
from shangheng.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from shangheng.kernel.parties import queries as parties
from shangheng.kernel.periods import day_of

Done = TypeVar("Done")

NO_LAG = timedelta(0)
HOLDS_A_ROUND = 1_000
_TRIES = 5
_JOINED_MAX = 2_000
_CROWD, _GATHER_S = 4, 0.001
"""From how many callers that a round has answered the next one waits for them, and how long."""
_DEADLOCK = "40P01"
"""PostgreSQL's code; two batches can meet so if they name the same keys for other accounts."""


def declare(unit: Unit, *, at: datetime) -> None:
    """Make a unit known; one that is known with other decimals is refused."""
    with transaction.atomic():
        row, is_new = UnitRow.objects.get_or_create(
            code=unit.code, defaults={"zh": unit.zh, "en": unit.en, "decimals": unit.decimals}
        )
        if is_new:
            sealing.seal_unit(row, at=at)
    if row.decimals != unit.decimals:
        raise Conflict(
            "unit.decimals_differ", unit=unit.code, known=row.decimals, given=unit.decimals
        )


def open_account(account: Account, *, at: datetime) -> None:
    """Open an account; opened again alike, it stays as it is."""
    _check(account)
    owner = parties.get(account.owner, on=day_of(at))
    wanted = {
        "kind": account.kind, "owner_id": owner.uuid, "unit_id": account.unit,
        "parent_id": _parent(account), "floor": account.floor, "ceiling": account.ceiling,
    }  # fmt: skip
    with transaction.atomic():
        row, is_new = AccountRow.objects.get_or_create(
            code=account.code, defaults={**wanted, "opened_at": at, "last_at": at}
        )
        if is_new:
            sealing.seal_opened(row, at=at)
    if any(getattr(row, name) != value for name, value in wanted.items()):
        raise Conflict("account.code_taken", account=account.code)


def _check(account: Account) -> None:
    if not 0 < len(account.code) <= CODE_MAX or not account.code.isprintable():
        raise Invalid("account.code_malformed", account=account.code, max=CODE_MAX)
    if not 0 < len(account.kind) <= KIND_MAX:
        raise Invalid("account.kind_malformed", kind=account.kind, max=KIND_MAX)
    low, high = account.floor or 0, account.ceiling or 0
    if not -INT64_MAX <= low <= 0 <= high <= INT64_MAX:
        raise Invalid("account.limits_malformed", floor=account.floor, ceiling=account.ceiling)
    if not UnitRow.objects.filter(code=account.unit).exists():
        raise NotFound("unit.unknown", unit=account.unit)


def _parent(account: Account) -> int | None:
    if not account.parent:
        return None
    parent = AccountRow.objects.filter(code=account.parent).first()
    if parent is None:
        raise NotFound("account.unknown", account=account.parent)
    if parent.unit_id != account.unit:
        raise Invalid("account.parent_unit", unit=account.unit, parent_unit=parent.unit_id)
    return parent.pk


def open_plan(plan: Plan, line: Account, *, at: datetime) -> None:
    """Open an account for each pot of a budget or fund, all or none; see ``Plan.move``.

    ``line`` says under which code, whose, of which unit; its ``parent`` is the code of the plan
    above it, whose pots each hold those of this one.
    """
    with transaction.atomic():
        for pot in plan.pots:
            code, kind = plan.account(line.code, pot.name), f"{plan.name}.{pot.name}"
            above = line.parent and plan.account(line.parent, pot.name)
            open_account(replace(line, code=code, kind=kind, parent=above), at=at)


def close(code: str, *, at: datetime) -> None:
    """Close an account for good; it must be empty and without holds. Closed again, it stays so."""
    with transaction.atomic():
        state = store.locked([code]).get(code)
        if state is None:
            raise NotFound("account.unknown", account=code)
        if state.is_closed:
            return
        if state.posted or state.held_in or state.held_out:
            held = state.held_in + state.held_out
            raise queries.spelled(
                Conflict("account.not_empty", account=code, posted=state.posted, held=held)
            )
        if at < state.last_at:
            raise Conflict(
                "transfer.clock_back", account=code, at=at.isoformat(),
                last_at=state.last_at.isoformat(),
            )  # fmt: skip
        AccountRow.objects.filter(pk=state.id).update(closed_at=at, last_at=at)
        sealing.seal_closed(state.id, at, at=at)


def post(
    transfers: Sequence[Transfer], *, at: datetime, lag: timedelta = NO_LAG
) -> tuple[Outcome, ...]:
    """Book transfers in their order, those that are linked all or none; one outcome for each.

    What was booked is committed when this returns, unless the caller's own transaction is open:
    then it stands and falls with that one. Calls of several threads that come at the same time
    share one transaction, which costs each of them less.

    An account's time does not run back. If `at` lies before its last entry, as with clocks that
    differ a little, the transfer counts from that last entry's moment if `lag` allows it, and is
    refused otherwise.
    """
    part = _Part(tuple(transfers), at, lag)
    if connection.in_atomic_block or len(transfers) > _JOINED_MAX:
        _book([part])
    else:
        _QUEUE.go(part)
    return part.outcomes


def post_one(transfer: Transfer, *, at: datetime, lag: timedelta = NO_LAG) -> bool:
    """Book one transfer or raise why not; False if it was booked before."""
    outcome = post([transfer], at=at, lag=lag)[0]
    if outcome.refusal is not None:
        raise queries.spelled(outcome.refusal)
    return outcome.state == "booked"


def expire(*, at: datetime) -> int:
    """Release holds that are past their time, as ``post`` does for the accounts that it touches.

    Returns how many; to be run now and then, until it returns 0.
    """
    return _again(lambda: _expire(store.overdue(at, HOLDS_A_ROUND), at), rows=HOLDS_A_ROUND)


@dataclass
class _Part:
    """What one caller asks for, and what became of it; ``called`` once it is done, or may lead."""

    transfers: tuple[Transfer, ...]
    at: datetime
    lag: timedelta
    outcomes: tuple[Outcome, ...] = ()
    error: BaseException | None = None
    is_done: bool = False
    called: Event = field(default_factory=Event)


@dataclass
class _Queue:
    """Where small batches of several threads meet: one leads and books for all that wait.

    Whoever comes while another books waits; the first of them leads next. Where several come at a
    time, whoever leads gives those that the round before has just answered the moment to come
    again: else the callers part into two halves that wait for each other's commits.
    """

    waiting: list[_Part] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    is_led: bool = False
    last: int = 0

    def go(self, part: _Part) -> None:
        """Wait until a part is booked, by this thread or by another one."""
        with self.lock:
            self.waiting.append(part)
            leads, self.is_led = not self.is_led, True
        if not leads:
            part.called.wait()
        if not part.is_done:
            self._lead(part)
        if part.error is not None:
            raise part.error

    def _lead(self, part: _Part) -> None:
        if self.last >= _CROWD:
            sleep(_GATHER_S)
        with self.lock:
            alike = [each for each in self.waiting if each.lag == part.lag]
            self.waiting = [each for each in self.waiting if each.lag != part.lag]
        self.last = len(alike)
        alike.sort(key=lambda each: each.at)
        try:
            _book(alike)
        except BaseException:  # noqa: BLE001 - one of them is at fault; each is told its own error
            for each in alike:
                _book_alone(each)
        for each in alike:
            each.is_done = True
            each.called.set()
        with self.lock:
            self.is_led = bool(self.waiting)
            if self.waiting:
                self.waiting[0].called.set()


_QUEUE = _Queue()


def _book_alone(part: _Part) -> None:
    try:
        _book([part])
    except BaseException as error:  # noqa: BLE001 - raised where it was asked for
        part.error = error


def _book(parts: Sequence[_Part]) -> None:
    """Book the parts in one transaction, after one in which holds past their time are released."""
    size = sum(len(part.transfers) for part in parts)
    for _ in range(_TRIES):
        late, at = _again(lambda: _decided(parts), rows=size), parts[0].at
        if not late:
            return
        _again(lambda late=late, at=at: _expire(late, at), rows=len(late))  # type: ignore[misc]
    raise Unavailable("transfer.kept_clashing", tries=_TRIES)


def _decided(parts: Sequence[_Part]) -> list[Entry]:
    """Decide and write; if holds have to be released first, change nothing and return those."""
    transfers = [transfer for part in parts for transfer in part.transfers]
    pendings = {transfer.pending for transfer in transfers if transfer.pending}
    keys = pendings.union(transfer.key for transfer in transfers)
    if pendings:
        known = store.entries(keys)
        holds = [known[key] for key in pendings & known.keys()]
        states = store.locked(_accounts_of(transfers, holds))
    else:
        states, known = store.locked_with(_accounts_of(transfers, []), keys)
    if late := _late(states, parts[0].at):
        transaction.set_rollback(True)
        return late
    ended = store.ended(pendings & known.keys()) if pendings else {}
    book = Book(states, known, ended, at=parts[0].at, lag=parts[0].lag)
    for part in parts:
        book.at = part.at
        part.outcomes = book.decide(part.transfers)
    _write(book)
    return []


def _accounts_of(transfers: Sequence[Transfer], holds: Sequence[Entry]) -> set[str]:
    codes = {code for transfer in transfers for code in (transfer.source, transfer.target)}
    return codes.union(code for hold in holds for code in (hold.source, hold.target)) - {""}


def _late(states: dict[str, State], at: datetime) -> list[Entry]:
    due = [each for each in states.values() if each.next_expiry and each.next_expiry <= at]
    return store.overdue_of(due, at) if due else []


def _expire(holds: Sequence[Entry], at: datetime) -> int:
    states = store.locked(_accounts_of([], holds))
    gone = store.ended({hold.key for hold in holds})
    book = Book(states, {}, {}, at=at, lag=NO_LAG)
    for hold in holds:
        if hold.key not in gone:
            book.expire(hold)
    _write(book)
    return len(book.booked)


def _write(book: Book) -> None:
    """Write what was booked, with the leaf of it."""
    if book.booked:
        store.write(book.booked, book.changed(), partial(sealing.seal_posting, at=book.at))


def _again(work: Callable[[], Done], *, rows: int) -> Done:
    """Do work that books so many rows in a transaction, anew if another one was in its way."""
    clash: Exception | None = None
    for _ in range(_TRIES):
        try:
            with transaction.atomic(), store.few_trips(rows):
                return work()
        except IntegrityError as error:  # one of the keys was booked since we looked
            clash = error
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
            clash = error
    raise Unavailable("transfer.kept_clashing", tries=_TRIES) from clash
