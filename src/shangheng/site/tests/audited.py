# SPDX-License-Identifier: Apache-2.0
"""A house in which everything was done of which there are leaves, and the audit of it."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import pytest

from shangheng.kernel.access import actions as access
from shangheng.kernel.access.concept import ADMINISTRATOR, Appointment
from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts import proving as hands
from shangheng.kernel.accounts.concept.kinds import AccountKind, by_name
from shangheng.kernel.accounts.concept.transfers import Account, Transfer
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.evidence.auditing import audit
from shangheng.kernel.evidence.findings import Finding, Workers
from shangheng.kernel.exchange import actions as sharing
from shangheng.kernel.exchange import answering as told_apart
from shangheng.kernel.exchange import delivering
from shangheng.kernel.exchange import queries as agreements
from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import answering, disposing, reporters
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.concept.retention import Hold, Said, Selection
from shangheng.kernel.records.store import tables
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.withdrawing import Withdrawal
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers.concept.actors import Actor, Hand, Post
from shangheng.site import accounts as people
from shangheng.site import auditing, clock, exchange, ledger_rows, sealed_figures, sealing
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders, plugged_in
from shangheng.site.tests.declared_case import STALL
from shangheng.site.tests.declared_register import WELL
from shangheng.site.tests.test_declared import PLUGGED_IN, STALL_GIVEN, WELL_GIVEN

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "exchange"
CLERK = Actor("clerk", (Post("stalls.clerk", "320500"), Post("wells.clerk", "320500")))
BOSS = Actor("boss", (Post(ADMINISTRATOR), Post("fund.clerk")))
OPEN = by_name((AccountKind(name="fund", zh="基金", en="fund", takes=("fund.clerk",),
                            gives=("fund.clerk",)),))  # fmt: skip


@pytest.fixture
def declared(home: Ledger) -> Iterator[None]:
    with plugged_in(PLUGGED_IN):
        yield


@pytest.fixture
def house(
    home: Ledger, declared: None, report: Callable[..., Receipt], monkeypatch: pytest.MonkeyPatch
) -> Ledger:
    """Return a house with batches, corrections, second sources, a figure, cases and a register."""
    monkeypatch.setattr(tables, "GATHERED_EVERY", 4)
    monkeypatch.setattr(ledger_rows, "SHARE_BYTES", 1)  # a share for each file
    report(orders(40))
    report(orders(12, platform="P02"), reporter="P02")
    report(orders(8).replace(b"100.00,100.00", b"100.00,90.00"))
    report(orders(6), reporter="shop-1")
    report(orders(4).replace(b"100.00,100.00", b"100.00,80.00"), reporter="shop-1")
    report(orders(3, first=70).replace(b"100.00,100.00", b"100.00,-1"))
    report(orders(2, first=90))
    hand = cases_hand()
    for _ in range(3):
        opened = cases.open_case(STALL, STALL_GIVEN, hand)
        cases.assign(STALL, opened.number, "clerk", hand)
    cases.take_step(STALL, opened.number, "grant", {"place": "A1"}, hand)
    for number in range(3):
        entered = registers.enter(
            WELL,
            {**WELL_GIVEN, "code": f"W{number}", "name": f"井{number}"},
            Hand(CLERK, clock.now()),
        )
    filing = registers.Filing(reason="枯竭")
    registers.end(WELL, entered.number, Hand(CLERK, clock.now()), filing)
    with_books(home)
    with_officers(home)
    with_withdrawal(home)
    with_access()
    with_exchange(home)
    sealed_figures.publish("order-count", Question(by=("category",)))
    sealing.publish()
    return home


def with_books(home: Ledger) -> None:
    """Let the house know two parties that are linked, a token, two accounts and a transfer."""
    at = clock.now()
    one, other = (
        parties.register("department", f"部门{code}", {"reporter": code}, region="320000", at=at)
        for code in ("D1", "D2")
    )
    parties.link(one, "operated_by", other, at=at)
    reporters.issue_token("P01", at=at)
    accounts.declare(CNY, at=at)
    for code, floor in (("world", None), ("fund", 0)):
        opened = Account(code=code, kind="fund", owner=one, unit=CNY.code, floor=floor)
        accounts.open_account(opened, at=at)
    booked = Transfer(key="T1", source="world", target="fund", amount=5, kind="seed")
    accounts.post_one(replace(booked, facts={"why": "seed"}), at=at)
    by_hand = [replace(booked, key=f"T{n}", amount=n, facts={"why": "加"}) for n in (2, 3)]
    for each in by_hand:
        hands.post_as([each], Hand(BOSS, at), OPEN, place="")
    hands.prove(CNY.code, as_at=at, key=home.master_key, at=at)


def with_officers(home: Ledger) -> None:
    """Let officers hold records for a case, ask for them, and look at an entry."""
    at, asked = clock.now(), Selection(kind="order", reporter="P02")
    disposing.hold(Hold(number="", case="C1", reason="举证", by="li", at=at), home=home, kind=None)
    answering.ask(home, REGISTRY.kind("order"), asked, case="C1", told=Said("li", "查刷单", at))
    access.look(WELL, "WELL-2026-000001", "核实", Hand(CLERK, at))


def with_access() -> None:
    """Let posts come, go and come back, tokens be taken back, accounts be locked and renewed."""
    at, day = clock.now(), timedelta(days=1)
    wanted = Appointment(
        person="zhang", role="wells.clerk", since=at, reason="调入", region="320500"
    )
    access.give(replace(wanted, person="boss", role=ADMINISTRATOR, region=""), by_boss("root"))
    given = access.give(replace(wanted, until=at + 90 * day, second_factor=True), by_boss())
    for act in (access.end, access.undo, access.end):
        act(given, "调离", by_boss())
    mistaken = access.give(replace(wanted, role="stalls.clerk", party="P01"), by_boss())
    access.undo(mistaken, "给错了人", by_boss())
    for name in ("zhang", "zhao"):
        people.add(name, by_boss())
    access.issue_token("报表", ["records.read"], 30, Hand(CLERK, at))
    access.issue_token("接口", ["cases.read", "records.read"], 9, Hand(Actor("zhang", ()), at))
    people.renew("zhang", "忘记密码", by_boss())
    people.lock("zhang", "出差", by_boss(), locked=True)
    people.lock("zhang", "回来了", by_boss(), locked=False)
    people.lock("zhao", "离职", by_boss(), locked=True)


def by_boss(name: str = "boss") -> Hand:
    return Hand(replace(BOSS, name=name), clock.now())


def with_exchange(home: Ledger) -> None:
    """Share records, answer questions, send again, end an agreement, take in what came."""
    root = home.root.parent
    for name in ("agreements", "partners", "came"):
        (root / name).mkdir()
    for path in (EXAMPLES / "agreements").glob("*.yaml"):
        copy(path, root / "agreements")
    text = (EXAMPLES / "partners" / "post.yaml").read_text(encoding="utf-8")
    (root / "partners" / "post.yaml").write_text(
        text.replace("drop/post", str(root / "drop")), encoding="utf-8"
    )
    exchange.adopt()
    for _ in range(2):
        exchange.turn(workers=1)
        delivering.replay("orders-for-post", "post", since=1, at=clock.now())
    parcel = agreements.parcel(agreements.adopted("orders-to-city"), 1)
    delivering.acknowledge("orders-to-city", 1, parcel.content, receiver="suzhou", at=clock.now())
    rows = [{"platform": "P01", "shop": "shop-1"}, {"platform": "P01", "shop": "shop-9999"}]
    told_apart.answer(exchange.office(), "orders-for-tax", rows, receiver="tax", at=clock.now())
    where = {"seller_region": "320583", "ordered_at": "2025-11"}
    told_apart.records(
        exchange.office(), "orders-on-request", where, receiver="suzhou", at=clock.now()
    )
    sharing.end("orders-for-tax", reason="职能调整", at=clock.now())
    (root / "came" / "order-1.csv").write_bytes(orders(3, platform="P09"))
    exchange.take_files("post", "order", root / "came")


def with_withdrawal(home: Ledger) -> None:
    """Let a reporter take records back."""
    row = next(csv.DictReader(orders(1, platform="P02").decode().splitlines()))
    keys = [{name: row[name] for name in REGISTRY.kind("order").key}]
    asked = Withdrawal(kind=REGISTRY.kind("order"), reporter="P02", number="W1", keys=keys,
                       reason="重复报送")  # fmt: skip
    assert records.withdraw(asked, home=home, at=clock.now()) == 1


def cases_hand() -> cases.Hand:
    return cases.Hand(CLERK, clock.now(), house=cases.store.House(region="320500"))


def found(home: Ledger, workers: Workers | None = None) -> list[Finding]:
    sealing.the_log.__globals__["_opened"].cache_clear()  # as another process would open it
    with TemporaryDirectory() as folder:
        return audit(sealing.the_log(), auditing.objects(home, Path(folder)), workers=workers)
