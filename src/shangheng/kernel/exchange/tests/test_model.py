# SPDX-License-Identifier: Apache-2.0
"""Whatever is reported, corrected, taken back, cut, lost, sent again: nobody holds anything else.

The model is two dictionaries: what the ledger should hold, and what a receiver should. Each run of
random steps has a ledger of its own.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shangheng.kernel.exchange import actions, delivering
from shangheng.kernel.exchange.models import AgreementRow
from shangheng.kernel.exchange.tests.builders import (
    AT,
    Consumer,
    Provider,
    agreed,
    drain,
    partner,
    provider,
)
from shangheng.kernel.records import actions as records
from shangheng.kernel.records import queries as records_queries
from shangheng.kernel.records.tests.builders import ORDER, order

NUMBERS = st.integers(1, 8)
INSIDE, OUTSIDE = "320583", "320506"
RECEIVERS = ("suzhou", "tax")


class Exchanges(RuleBasedStateMachine):
    """The provider against the model, with two receivers who fetch when they please."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.folder = Path(tempfile.mkdtemp())
        self.house: Provider = provider(self.folder, *map(partner, RECEIVERS))
        self.consumers = {name: Consumer() for name in RECEIVERS}
        self.ledger: dict[int, tuple[int, str]] = {}
        actions.adopt(agreed(to=[*RECEIVERS]), at=AT)

    @rule(
        orders=st.dictionaries(
            NUMBERS, st.tuples(st.integers(1, 3), st.sampled_from((INSIDE, OUTSIDE))), min_size=1
        )
    )
    def report(self, orders: dict[int, tuple[int, str]]) -> None:
        rows: list[dict[str, Any]] = [
            order(number, paid=str(paid), region=region)
            for number, (paid, region) in orders.items()
        ]
        self.house.door.send(rows)
        self.ledger |= orders

    @precondition(lambda self: self.ledger)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.ledger)))
        assert self.house.take_back(number) == 1
        del self.ledger[number]

    @rule()
    def settle(self) -> None:
        records.settle(self.house.office.home, ORDER, limit=1)

    @rule()
    def cut(self) -> None:
        self.house.cut()
        self.house.forget()

    @rule(receiver=st.sampled_from(RECEIVERS))
    def fetch(self, receiver: str) -> None:
        drain(self.house, self.consumers[receiver], receiver)

    @rule(receiver=st.sampled_from(RECEIVERS), data=st.data())
    def replay(self, receiver: str, data: st.DataObject) -> None:
        last = self.consumers[receiver].last
        if last:
            since = data.draw(st.integers(1, last))
            delivering.replay("orders", receiver, since=since, at=AT)

    @invariant()
    def whoever_is_up_to_date_holds_what_is_covered(self) -> None:
        expected = {
            f"N{number:06d}": f"{paid}.0000"
            for number, (paid, region) in self.ledger.items()
            if region == INSIDE
        }
        row = AgreementRow.objects.get(name="orders")
        if records_queries.changes_since(self.house.office.home, "order", row.version):
            return
        for consumer in self.consumers.values():
            if consumer.last == row.last:
                assert consumer.orders() == expected

    def teardown(self) -> None:
        try:
            self.house.cut()
            for receiver, consumer in self.consumers.items():
                drain(self.house, consumer, receiver)
                assert consumer.last == AgreementRow.objects.get(name="orders").last
            self.whoever_is_up_to_date_holds_what_is_covered()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def test_everybody_holds_what_is_covered(db: None) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Exchanges,
        settings=settings(
            max_examples=10, stateful_step_count=12, database=None,
            suppress_health_check=[*HealthCheck],
        ),
    )  # fmt: skip
