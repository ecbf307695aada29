# SPDX-License-Identifier: Apache-2.0
"""Accounts against a model so naive that it is plainly right: a list that is added up each time.

Run as a program with the numbers of examples and of steps, it does so on the database of the
settings.
"""

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

ACCOUNTS: dict[str, tuple[str, int | None, int | None]] = {
    "world": ("CNY", None, None),
    "fund": ("CNY", 0, None),
    "credit": ("CNY", -20, None),
    "hall": ("CNY", 0, 30),
    "seats": ("seat", None, None),
    "row": ("seat", 0, 12),
}
NAMES = (*ACCOUNTS, "nowhere")


@dataclass
class Model:
    """What was accepted, in order: moment, transfer, and its amount once settled."""

    log: list[tuple[datetime, Any, int]] = field(default_factory=list)

    def told(self, key: str) -> tuple[datetime, Any, int] | None:
        return next((each for each in self.log if each[1].key == key), None)

    def moves(self, until: datetime) -> list[tuple[str, str, int]]:
        found = []
        for at, each, amount in self.log:
            if at <= until and each.phase == "posted":
                found.append((each.source, each.target, amount))
            if at <= until and each.phase == "post":
                hold = self.told(each.pending)[1]  # type: ignore[index]
                found.append((hold.source, hold.target, amount))
        return found

    def holds(self, until: datetime) -> list[Any]:
        ended = {each.pending for at, each, _ in self.log if at <= until and each.pending}
        return [
            each
            for at, each, _ in self.log
            if at <= until and each.phase == "pending" and each.key not in ended
            if each.timeout is None or at + each.timeout > until
        ]

    def balance(self, name: str, until: datetime) -> tuple[int, int, int]:
        moves, holds = self.moves(until), self.holds(until)
        return (
            sum(a for _, target, a in moves if target == name)
            - sum(a for source, _, a in moves if source == name),
            sum(each.amount for each in holds if each.source == name),
            sum(each.amount for each in holds if each.target == name),
        )

    def takes(self, transfer: Any, now: datetime) -> str:
        """Say what becomes of a transfer, and keep it if it is booked."""
        if known := self.told(transfer.key):
            whole = self.told(transfer.pending)
            amount = transfer.amount or (whole[1].amount if whole else 0)
            is_same = all(
                getattr(transfer, name) == getattr(known[1], name)
                for name in ("source", "target", "kind", "phase", "pending", "timeout")
            )
            return "known" if is_same and amount == known[2] else "refused"
        amount = self.amount(transfer, now)
        if amount is None:
            return "refused"
        self.log.append((now, transfer, amount))
        return "booked"

    def amount(self, transfer: Any, now: datetime) -> int | None:
        if transfer.phase in ("posted", "pending"):
            return transfer.amount if self.has_room(transfer, now) else None
        hold = next((e for e in self.holds(now) if e.key == transfer.pending), None)
        if hold is None:
            return None
        amount: int = transfer.amount or hold.amount
        if transfer.phase == "void" and amount != hold.amount:
            return None
        return amount if amount <= hold.amount else None

    def has_room(self, transfer: Any, now: datetime) -> bool:
        if transfer.amount <= 0 or transfer.source == transfer.target:
            return False
        if transfer.source not in ACCOUNTS or transfer.target not in ACCOUNTS:
            return False
        (unit, floor, _), (other, _, ceiling) = (
            ACCOUNTS[transfer.source], ACCOUNTS[transfer.target]
        )  # fmt: skip
        left = self.balance(transfer.source, now)
        right = self.balance(transfer.target, now)
        return (
            unit == other
            and (floor is None or left[0] - left[1] - transfer.amount >= floor)
            and (ceiling is None or right[0] + right[2] + transfer.amount <= ceiling)
        )


moves = st.fixed_dictionaries(
    {
        "source": st.sampled_from(NAMES), "target": st.sampled_from(NAMES),
        "amount": st.integers(-1, 25), "phase": st.sampled_from(["posted", "posted", "pending"]),
        "linked": st.booleans(), "timeout": st.sampled_from([None, None, 3, 8]),
    }
)  # fmt: skip
ends = st.fixed_dictionaries(
    {
        "phase": st.sampled_from(["post", "void"]), "amount": st.sampled_from([0, 0, 0, 3, 26]),
        "linked": st.booleans(), "which": st.integers(0, 5),
    }
)  # fmt: skip


class Books(RuleBasedStateMachine):
    """Posts whatever comes, resends, lets time pass, and compares with the model all along."""

    def __init__(self) -> None:
        from django.db import transaction  # noqa: PLC0415 - after the settings

        from shangheng.kernel.accounts import actions, queries  # noqa: PLC0415
        from shangheng.kernel.accounts.concept.transfers import Transfer  # noqa: PLC0415
        from shangheng.kernel.accounts.tests import builders  # noqa: PLC0415

        super().__init__()
        self.actions, self.queries, self.transfer = actions, queries, Transfer
        self.transaction = transaction
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        owner = builders.party()
        for name, (unit, floor, ceiling) in ACCOUNTS.items():
            builders.opened(name, owner=owner, unit=unit, floor=floor, ceiling=ceiling)
        self.model, self.now, self.count = Model(), builders.AT, 0
        self.moments = [self.now]

    def teardown(self) -> None:
        self.transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def made(self, given: dict[str, Any]) -> Any:
        self.count += 1
        told = dict(given)
        holds = [each for _, each, _ in self.model.log if each.phase == "pending"]
        if "which" in told:
            which = told.pop("which")
            told["pending"] = holds[-1 - which % len(holds)].key if holds else "none"
        elif told["timeout"] is not None:
            lasts = timedelta(seconds=told["timeout"])
            told["timeout"] = lasts if told["phase"] == "pending" else None
        return self.transfer(key=f"k{self.count}", **told)

    def compare(self, transfers: list[Any]) -> None:
        """Post a batch, and let the model say what must become of each part of it."""
        outcomes = self.actions.post(transfers, at=self.now)
        expected: list[str] = []
        start = 0
        while start < len(transfers):
            end = start
            while end < len(transfers) and transfers[end].linked:
                end += 1
            expected += self.chained(transfers[start : end + 1])
            start = end + 1
        assert [each.state for each in outcomes] == expected
        assert all((each.refusal is not None) == (each.state == "refused") for each in outcomes)

    def chained(self, chain: list[Any]) -> list[str]:
        before = list(self.model.log)
        states = [self.model.takes(each, self.now) for each in chain]
        is_chain = len(chain) > 1 or chain[0].linked
        broken = "refused" in states or chain[-1].linked or len(set(states)) > 1
        if is_chain and broken:
            self.model.log = before
            return ["refused"] * len(chain)
        return states

    @rule(given=moves | ends)
    def one(self, given: dict[str, Any]) -> None:
        self.compare([self.made({**given, "linked": False})])

    @rule(given=st.lists(moves | ends, min_size=2, max_size=6))
    def batch(self, given: list[dict[str, Any]]) -> None:
        self.compare([self.made(each) for each in given])

    @precondition(lambda self: self.model.log)
    @rule(which=st.integers(0, 50), more=st.sampled_from([0, 0, 1]))
    def again(self, which: int, more: int) -> None:
        _, transfer, amount = self.model.log[which % len(self.model.log)]
        fields = {name: getattr(transfer, name) for name in self.transfer.__slots__}
        fields |= {"linked": False, "amount": amount + more}
        self.compare([self.transfer(**fields)])

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.moments.append(self.now)

    @rule()
    def release(self) -> None:
        self.actions.expire(at=self.now)

    @rule(given=moves)
    def clock_back(self, given: dict[str, Any]) -> None:
        made = self.made({**given, "linked": False})
        outcome = self.actions.post([made], at=self.moments[0] - timedelta(seconds=1))[0]
        assert outcome.state == "refused"

    @invariant()
    def the_books_balance(self) -> None:
        assert self.queries.audit().is_clean
        for name, (_, floor, ceiling) in ACCOUNTS.items():
            posted, held_out, held_in = self.model.balance(name, self.now)
            found = self.queries.balance(name, at=self.now)
            assert (found.posted, found.held_out, found.held_in) == (posted, held_out, held_in)
            assert self.queries.balance(name).posted == posted
            assert floor is None or posted - held_out >= floor
            assert ceiling is None or posted + held_in <= ceiling

    @rule(which=st.integers(0, 20))
    def the_past_stays(self, which: int) -> None:
        moment = self.moments[which % len(self.moments)]
        for name in ACCOUNTS:
            found = self.queries.balance(name, at=moment)
            told = (found.posted, found.held_out, found.held_in)
            assert told == self.model.balance(name, moment)
            statement = self.queries.statement(name, since=moment, until=self.now)
            assert statement.closing == statement.opening + sum(
                line.change for line in statement.lines
            )


def run(examples: int, steps: int) -> None:
    """Let Hypothesis try to tell the two apart."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Books,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


if __name__ == "__main__":
    from shangheng.kernel.accounts.tests import working

    working.prepare()
    working.migrate()
    run(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write("alike\n")
