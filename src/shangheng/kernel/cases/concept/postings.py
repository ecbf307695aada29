# SPDX-License-Identifier: Apache-2.0
"""Postings (入账): what a step moves between the accounts of a plan, in its own transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shangheng.kernel.accounts.concept.plans import Plan
from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.accounts.concept.units import CNY, Unit, pieces_of
from shangheng.kernel.cases.concept.facts import Fact
from shangheng.kernel.cases.concept.letters import slots_of
from shangheng.kernel.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A movement of a plan that a step makes (``Step(posts=…)``): pay-out, recovery, deposit.

    ``account`` is the code under which the plan was opened and ``outside`` the account where one
    end lies out of the plan; both may have slots (``guarantee/{seller}``) that name facts of the
    case by their kept values. ``amount`` names the money field that says how much; where it was
    left empty nothing is posted. An account that lacks the amount refuses the whole step.
    """

    plan: Plan
    movement: str
    account: str
    amount: str
    outside: str = ""
    unit: Unit = CNY

    def problems(self, known: frozenset[str]) -> Iterator[str]:
        """Yield what is wrong with the declaration; ``known`` are the facts of the kind."""
        if self.movement not in self.plan.by_name:
            yield f"posting names unknown movement {self.movement} of {self.plan.name}"
        named = {self.amount, *slots_of(self.account), *slots_of(self.outside)}
        if unknown := sorted(named - known):
            yield f"posting {self.movement} names unknown facts {unknown}"

    def transfer(self, facts: Mapping[str, Fact], *, key: str) -> Transfer | None:
        """Return the transfer that a step makes, or nothing where no amount was said."""
        told = facts.get(self.amount)
        if told is None or told.value in (None, ""):
            return None
        values = {name: str(fact.value) for name, fact in facts.items()}
        named = slots_of(self.account) | slots_of(self.outside)
        if empty := sorted(name for name in named if not values.get(name)):
            raise Invalid("case.posting_lacks", movement=self.movement, facts=empty)
        return self.plan.move(
            self.movement,
            self.account.format_map(values),
            pieces_of(Decimal(str(told.value)), self.unit),
            key=key,
            outside=self.outside.format_map(values),
        )
