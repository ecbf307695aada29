# SPDX-License-Identifier: Apache-2.0
"""Batches that are staged and committed together, and the queue in which small ones meet.

A large batch travels alone. Small batches that arrive at the same time and look alike (same kind,
mapping, columns) share one stage and one commit: whoever gets the pen first takes along all that
wait, the others find their receipts made. Each keeps its own receipt, archive and rejects.
"""

import hmac
import json
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

import duckdb

from shangheng.kernel.records.concept import kinds
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store import staging
from shangheng.kernel.records.store.home import Ledger, write_durably
from shangheng.kernel.records.store.landing import Landed, Progress
from shangheng.kernel.records.store.names import INTENT, folder_of
from shangheng.kernel.records.store.outcome import Placed, Returned
from shangheng.kernel.records.store.sources import Relation

SMALL_BYTES = 4 * 1024 * 1024
MEMBERS_MAX = 32
LINGER_S, LINGER_SHARE = 0.05, 0.5
"""How long to wait for those who have just been served: so long, or a share of the last convoy."""
LOOK_AROUND_S = 0.002


@dataclass(frozen=True)
class Order:
    """What is asked for: whose batch, of what kind, read how."""

    kind: kinds.RecordKind
    reporter: str
    source_number: int
    batch: str | None
    mapping: mappings.Mapping
    usual: Mapping[str, float]
    at: datetime
    tell: Progress
    key: bytes = field(repr=False)
    beside: Path | None = None
    mapping_digest: str = ""

    def number_of(self, digest: str) -> str:
        """Return the number of a batch that its reporter gave none: the same file read alike.

        It is keyed, and the reporter's own: whoever guesses a content, or has sent it too, cannot
        look for it in the log.
        """
        said = f"batch\x1f{self.reporter}\x1f{self.kind.name}\x1f{digest}\x1f{self.mapping_digest}"
        keyed = hmac.digest(self.key, said.encode(), "sha256")
        return f"{self.kind.name}-{keyed.hex()[:24]}"


@dataclass
class Member:
    """One batch of a convoy: its bytes are landed, its rows not yet read.

    While ``is_begun`` the ledger may hold part of it: its files must stay until it is put right.
    """

    order: Order
    work: Path
    relation: Relation
    landed: Callable[[], Landed]
    path: Path
    broken: list[tuple[int, str]] = field(default_factory=list)
    is_begun: bool = False

    @property
    def batch(self) -> str:
        """Return the batch's number: the reporter's own, or one made of kind, content, mapping."""
        return self.order.batch or self.order.number_of(self.landed().digest)

    @property
    def folder(self) -> str:
        """Return the name under which the batch's files are kept."""
        return folder_of(self.order.reporter, self.batch)

    @property
    def folders(self) -> tuple[str, ...]:
        """Return where this batch may lie already: numbers were made without a key formerly."""
        order = self.order
        if order.batch:
            return (self.folder,)
        parts = (order.kind.name, self.landed().digest[:16], order.mapping_digest[:8])
        return self.folder, folder_of(order.reporter, "-".join(filter(None, parts)))

    def matches(self, other: "Member") -> bool:
        """Return whether both can be read by one query."""
        ours, theirs = self.order, other.order
        return (
            ours.kind is theirs.kind
            and ours.mapping == theirs.mapping
            and ours.mapping.group is None
            and self.relation.template == other.relation.template
            and self.relation.names == other.relation.names
        )


@dataclass
class Convoy:
    """Batches that have been read and checked together, and wait for the pen of their kind."""

    home: Ledger
    work: Path
    members: list[Member]
    connection: duckdb.DuckDBPyConnection
    plan: staging.Plan
    returned: list[Returned] = field(default_factory=list)

    @property
    def kind(self) -> kinds.RecordKind:
        """Return the kind of all the batches."""
        return self.plan.kind

    def alongside(self) -> duckdb.DuckDBPyConnection:
        """Open another connection to the stage: each thread needs one of its own."""
        other = staging.alongside(self.connection, self.work)
        staging.optimise(other, on=not self.plan.is_kept)
        return other

    def by_member(self, values: list[str]) -> str:
        """Return the SQL that gives each row its batch's value."""
        if len(values) == 1:
            return values[0]
        cases = " ".join(f"WHEN {at} THEN {value}" for at, value in enumerate(values))
        return f"CASE member {cases} END"

    @property
    def placed(self) -> list[Placed]:
        """Return where each batch's rows stand."""
        return [each.placed for each in self.returned]

    def close(self) -> None:
        """Let go of the connection and the shared work; members clear away their own."""
        staging.give_back_room(self.connection, self.work)
        if not any(member.is_begun for member in self.members):
            shutil.rmtree(self.work, ignore_errors=True)


def begin(convoy: Convoy, tag: str, *, table_version: int, claims_version: int | None) -> None:
    """Write down what is about to be changed, before anything is."""
    intent = {
        "kind": convoy.kind.name, "tag": tag, "table_version": table_version,
        "claims_version": claims_version,
        "members": [
            {"work": each.work.name, "folder": each.folder, "reporter": each.order.reporter,
             "batch": each.batch}
            for each in convoy.members
        ],
    }  # fmt: skip
    for member in convoy.members:
        member.is_begun = True
    write_durably(convoy.work / INTENT, json.dumps(intent).encode())


@dataclass
class Ticket:
    """A small batch in the queue, and what became of it."""

    member: Member
    receipt: Receipt | None = None
    error: BaseException | None = None

    def is_done(self) -> bool:
        """Return whether somebody has seen to it."""
        return self.receipt is not None or self.error is not None


class Queue:
    """Where small batches of one ledger and kind wait for the pen."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: list[Ticket] = []
        self._adding, self._pen = Lock(), Lock()
        self._recent: deque[frozenset[str]] = deque(maxlen=2)
        self._took_s = 0.0

    def _take(self, ticket: Ticket) -> list[Ticket]:
        """Return the tickets that go with this one, in the order in which they came."""
        with self._adding:
            alike = [each for each in self._waiting if each.member.matches(ticket.member)]
            chosen: list[Ticket] = []
            seen: set[tuple[str, str]] = set()
            for each in alike[:MEMBERS_MAX]:
                name = (each.member.order.reporter, each.member.batch)
                if name not in seen:
                    chosen.append(each)
                    seen.add(name)
            if ticket not in chosen:
                chosen = [ticket]
            self._waiting = [each for each in self._waiting if each not in chosen]
            return chosen

    def _linger(self) -> None:
        """Wait a moment for those who have just been served, so that they go together again."""
        expected = len(frozenset().union(*self._recent))
        until = monotonic() + max(LINGER_S, LINGER_SHARE * self._took_s)
        while len(self._waiting) < expected and monotonic() < until:
            sleep(LOOK_AROUND_S)

    def go(self, member: Member, carry: Callable[[list[Ticket]], Any]) -> Receipt:
        """Wait for the pen and carry all that wait alike, unless another has carried this one."""
        ticket = Ticket(member)
        with self._adding:
            self._waiting.append(ticket)
        while not ticket.is_done():
            with self._pen:
                if ticket.is_done():
                    break
                self._linger()
                chosen = self._take(ticket)
                self._recent.append(frozenset(each.member.order.reporter for each in chosen))
                begun = monotonic()
                try:
                    carry(chosen)
                except BaseException as error:  # noqa: BLE001 - given to whom it concerns, below
                    for each in chosen:
                        each.error = each.error or error
                self._took_s = monotonic() - begun
        if ticket.error is not None:
            raise ticket.error
        assert ticket.receipt is not None  # noqa: S101 - done and without error
        return ticket.receipt
