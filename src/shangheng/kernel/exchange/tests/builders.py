# SPDX-License-Identifier: Apache-2.0
"""Builders that default everything but the point, and a receiver that is a dictionary."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shangheng.kernel.evidence.keys import Kind, SignerKey
from shangheng.kernel.exchange import actions, delivering
from shangheng.kernel.exchange.actions import Office
from shangheng.kernel.exchange.concept import agreements, partners
from shangheng.kernel.exchange.concept.agreements import Agreement
from shangheng.kernel.exchange.concept.parcels import ACT, PUT, RECORD, SEQUENCE
from shangheng.kernel.exchange.concept.partners import Partner
from shangheng.kernel.exchange.delivering import Wanted
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.withdrawing import Withdrawal
from shangheng.kernel.records.tests.builders import AT, MASTER_KEY, ORDER, Door, order

FIELDS = {
    "platform": "plain", "order_no": "plain", "buyer": "pseudonym", "paid": "plain",
    "ordered_at": "day", "region": "plain",
}  # fmt: skip
SIGNER = SignerKey("kunshan.test/log", Kind.ED25519, bytes(range(32)))


def declared(**told: Any) -> dict[str, Any]:
    """Return an agreement as its file says it."""
    usual: dict[str, Any] = {
        "agreement": "orders", "edition": 1, "zh": "订单共享", "en": "Orders shared",
        "from": "kunshan", "to": ["suzhou"], "basis": ["jiangsu-2015 (三十)"],
        "in_force": {"from": "2026-01-01", "until": "2026-12-31"}, "shares": "order",
        "only": {"region": ["320583"]}, "fields": FIELDS, "after_end": "keep",
    }  # fmt: skip
    return {name: value for name, value in (usual | told).items() if value is not None}


def agreed(**told: Any) -> Agreement:
    """Return an agreement."""
    return agreements.parse(declared(**told), {"order": ORDER})


def partner(name: str = "suzhou", **told: Any) -> Partner:
    """Return a partner that fetches, unless told otherwise."""
    return partners.parse({"partner": name, "zh": name, "en": name, **told})


@dataclass
class Provider:
    """The providing side on a ledger of its own, and a clock that goes when it is told."""

    door: Door
    office: Office
    at: datetime = AT
    withdrawn: int = 0

    def now(self) -> datetime:
        """Return what the clock says."""
        return self.at

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def report(self, *numbers: int, **told: Any) -> None:
        """Take in orders of these numbers."""
        self.door.send([order(number, **told) for number in numbers])

    def take_back(self, *numbers: int) -> int:
        """Withdraw orders."""
        self.withdrawn += 1
        keys = [{"platform": "P01", "order_no": f"N{each:06d}"} for each in numbers]
        asked = Withdrawal(
            kind=ORDER, reporter="P01", number=f"W{self.withdrawn}", keys=keys, reason="test"
        )
        return records.withdraw(asked, home=self.office.home, at=self.at)

    def cut(self, name: str = "orders") -> int:
        """Cut what has changed."""
        return actions.cut(self.office, name, at=self.at)

    def deliver(self, *, workers: int = 1, patience_s: float | None = None) -> delivering.Round:
        """Push to everybody whose turn it is, one after the other unless told otherwise."""
        return delivering.deliver(
            self.office, now=self.now, workers=workers, patience_s=patience_s
        )

    def forget(self) -> None:
        """Let the next look at a parcel be one at the ledger."""
        object.__setattr__(self.office, "contents", actions.Contents())


def provider(folder: Path, *known: Partner) -> Provider:
    """Return a providing side with an empty ledger and these partners."""
    sent = folder / f"sent-{secrets.token_hex(4)}"
    sent.mkdir(parents=True)
    home = Ledger(folder / "ledger", MASTER_KEY, memory_mb=400)
    office = Office(home, {"order": ORDER}, {each.name: each for each in known}, SIGNER)
    return Provider(Door(home, sent), office)


@dataclass
class Consumer:
    """The simplest receiver that is right: a dictionary, and the number of the last parcel.

    ``holes`` is for where records were disposed of: numbers are missing between parcels, and what
    one never had may be withdrawn.
    """

    last: int = 0
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    sequence: int = 0
    again: int = 0
    holes: bool = False

    def take(self, number: int, lines: bytes) -> None:
        """Take a parcel; one that was taken is known by its number."""
        if number <= self.last:
            self.again += 1
            return
        assert number == self.last + 1, "a gap"
        for place, record in enumerate(map(json.loads, lines.splitlines())):
            if self.holes and place == 0:
                self.sequence = max(self.sequence, record[SEQUENCE] - 1)
            self.sequence += 1
            assert record[SEQUENCE] == self.sequence, "sequences follow each other"
            if record[ACT] == PUT:
                self.held[record[RECORD]] = record
            elif not self.holes or record[RECORD] in self.held:
                del self.held[record[RECORD]]
        self.last = number

    def orders(self) -> dict[str, str]:
        """Return what was paid by the number of the order."""
        return {each["order_no"]: each["paid"] for each in self.held.values()}


def drain(given: Provider, consumer: Consumer, receiver: str = "suzhou") -> None:
    """Fetch and acknowledge whatever waits."""
    for parcel in delivering.waiting_for("orders", receiver=receiver, after=None):
        ready = delivering.fetch(
            given.office, Wanted("orders", parcel.number, receiver, "lines"), at=given.at
        )
        consumer.take(parcel.number, ready.body)
        delivering.acknowledge(
            "orders", parcel.number, parcel.content, receiver=receiver, at=given.at
        )


def numbered(numbers: Iterable[int], paid: str = "100.0000") -> dict[str, str]:
    """Return orders of these numbers as a consumer holds them."""
    return {f"N{number:06d}": paid for number in numbers}
