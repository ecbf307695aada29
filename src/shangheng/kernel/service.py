# SPDX-License-Identifier: Apache-2.0
"""What a service plugs in: one constant in its ``manifest.py``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from shangheng.kernel.accounts.concept.kinds import ANYBODY, AccountKind, by_name
from shangheng.kernel.accounts.concept.plans import OUTSIDE
from shangheng.kernel.cases.concept.guards import OPENING, Guard
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.store import House
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.exchange.concept.registered import as_records
from shangheng.kernel.formulas.concept import Indicator
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.formulas.receipts import RECEIPT
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers.concept.actors import SYSTEM
from shangheng.kernel.registers.concept.kinds import RegisterKind

AfterBatch = Callable[[Ledger, Receipt, datetime], None]
Chore = Callable[[House, datetime], int]
Advice = Callable[[Mapping[str, Any], date, Configuration], tuple[tuple[str, str], ...]]
"""Says in Chinese and English sentences what follows from the values of a form on a day."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its name, the systems it delivers, the kinds and formulas it brings.

    ``reads`` names the record kinds that it needs, whoever provides them, beside those that its
    indicators read; ``urls`` is the module
    of its pages; ``jobs`` are functions that ``shangheng`` may run; ``after`` names by record kind
    what is to be done once a batch of it was taken; ``accounts`` says who may post on which kind
    of account; ``guards`` are by ``kind.step`` what is checked, booked or entered before a step is
    written, whoever declares that kind. ``advises`` says by kind of case what the law gives
    whoever filed one. ``chores`` are done now and then by the platform itself, each as often as
    one likes; they return how much there was to do. ``watches`` look over whole registers.
    """

    name: str
    zh: str
    en: str
    systems: tuple[str, ...]
    kinds: tuple[RecordKind, ...] = ()
    registers: tuple[RegisterKind, ...] = ()
    cases: tuple[CaseKind, ...] = ()
    accounts: tuple[AccountKind, ...] = ()
    reads: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    urls: str = ""
    jobs: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    after: Mapping[str, AfterBatch] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    chores: Mapping[str, Chore] = field(default_factory=dict)
    watches: Mapping[str, Chore] = field(default_factory=dict)
    advises: Mapping[str, Advice] = field(default_factory=dict)


def _entered(service: Service) -> list[Parameter]:
    """Return the parameters of a service's indicators that registers decide."""
    return [p for each in service.indicators for p in each.parameters if p.register]


@dataclass(frozen=True)
class Registry:
    """All that the enabled services bring, found by name; put together once for the process."""

    services: tuple[Service, ...]

    def __post_init__(self) -> None:
        """Refuse a house in which a kind is provided twice or read by nobody's provision."""
        names = [kind.name for service in self.services for kind in service.kinds]
        files = [kind.name for service in self.services for kind in service.registers]
        cases = [kind.name for service in self.services for kind in service.cases]
        for named in ([*names, *files], cases):
            if twice := sorted({name for name in named if named.count(name) > 1}):
                raise Invalid("service.kind_twice", kinds=twice)
        steps = {
            f"{kind.name}.{step.name}": step for kind in self.cases.values() for step in kind.steps
        }
        guarded = {name for name, step in steps.items() if step.guarded}
        if missing := sorted(guarded - set(self.guards)):
            raise Invalid("service.guard_missing", steps=missing)
        known = {*steps, *(f"{name}.{OPENING}" for name in self.cases)}
        for service in self.services:
            if strange := sorted(set(service.guards) - known):
                raise Invalid("service.guard_nowhere", service=service.name, steps=strange)
            read = {*service.reads, *(name for each in service.indicators for name in each.reads)}
            read |= {each.register for each in _entered(service)}
            if missing := sorted(read - {*names, *files, RECEIPT.name}):
                raise Invalid("service.kind_missing", service=service.name, kinds=missing)
            for case in service.cases:
                self._refuse_unfit_records(service, case)
                self._refuse_undeclared_postings(case)

    def _refuse_unfit_records(self, service: Service, case: CaseKind) -> None:
        """Refuse a step that reports a record which nobody provides or which it cannot fill in."""
        for step in case.steps:
            if not step.records:
                continue
            if step.records not in self.kinds:
                raise Invalid("service.kind_missing", service=service.name, kinds=[step.records])
            fields = self.kinds[step.records].fields
            told = {each.name: step.tells.get(each.name, each.name) for each in fields}
            needed = [each.name for each in fields if not each.optional]
            if lacks := [name for name in needed if told[name] not in case.fact_names]:
                raise Invalid("service.record_lacks", case=case.name, step=step.name, fields=lacks)

    def _refuse_undeclared_postings(self, case: CaseKind) -> None:
        """Refuse a step that makes a movement which the plan's accounts do not give its takers."""
        for step, posting in ((one, each) for one in case.steps for each in one.posts):
            roles = {step.by} if isinstance(step.by, str) else {*step.by}
            moved = posting.plan.by_name[posting.movement]
            pot = moved.target if moved.source == OUTSIDE else moved.source
            kind = self.accounts.get(name := f"{posting.plan.name}.{pot}")
            allowed = kind.by.get(posting.movement, ()) if kind else ()
            if ANYBODY not in allowed and not roles <= {*allowed}:
                raise Invalid(
                    "service.posting_not_allowed", case=case.name, step=step.name,
                    roles=sorted(roles), account=name, movement=posting.movement,
                )  # fmt: skip

    @cached_property
    def kinds(self) -> dict[str, RecordKind]:
        """Return every record kind by its name."""
        return {kind.name: kind for service in self.services for kind in service.kinds}

    @cached_property
    def held(self) -> dict[str, RecordKind]:
        """Return every kind that the ledger may hold: what is reported, and what partners share.

        A register's entries are shared as records under the register's own name.
        """
        return self.kinds | {name: as_records(kind) for name, kind in self.registers.items()}

    @cached_property
    def registers(self) -> dict[str, RegisterKind]:
        """Return every register by its name."""
        return {kind.name: kind for service in self.services for kind in service.registers}

    @cached_property
    def cases(self) -> dict[str, CaseKind]:
        """Return every kind of case by its name."""
        return {kind.name: kind for service in self.services for kind in service.cases}

    @cached_property
    def accounts(self) -> Mapping[str, AccountKind]:
        """Return every kind of account by its name."""
        return by_name(tuple(kind for service in self.services for kind in service.accounts))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Return every role that a register, a kind of case or a kind of account names."""
        told = [role for kind in self.registers.values() for role in kind.roles]
        told += [role for kind in self.cases.values() for role in kind.roles]
        told += [role for kind in self.accounts.values() for role in (*kind.takes, *kind.gives)]
        return tuple(dict.fromkeys(role for role in told if role not in (ANYBODY, SYSTEM)))

    def register(self, name: str) -> RegisterKind:
        """Return the register of that name, or say which there are."""
        if name not in self.registers:
            raise NotFound("register_kind.unknown", kind=name, known=sorted(self.registers))
        return self.registers[name]

    def case_kind(self, name: str) -> CaseKind:
        """Return the kind of case of that name, or say which there are."""
        if name not in self.cases:
            raise NotFound("case_kind.unknown", kind=name, known=sorted(self.cases))
        return self.cases[name]

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """Return every indicator by its name."""
        return {each.name: each for service in self.services for each in service.indicators}

    @cached_property
    def entered(self) -> tuple[Parameter, ...]:
        """Return the parameters of indicators that registers decide."""
        return tuple(each for service in self.services for each in _entered(service))

    def after(self, kind: str) -> tuple[AfterBatch, ...]:
        """Return what is to be done once a batch of a kind was taken."""
        return tuple(each.after[kind] for each in self.services if kind in each.after)

    @cached_property
    def guards(self) -> dict[str, tuple[Guard, ...]]:
        """Return what is checked or booked before steps are written, by ``kind.step``."""
        named = {name for service in self.services for name in service.guards}
        return {
            name: tuple(each.guards[name] for each in self.services if name in each.guards)
            for name in sorted(named)
        }

    def advice(
        self, kind: str, form: Mapping[str, Any], on: date, configuration: Configuration
    ) -> list[tuple[str, str]]:
        """Return what services say of a case to whoever filed it, in both languages."""
        rules = [each.advises[kind] for each in self.services if kind in each.advises]
        return [pair for rule in rules for pair in rule(form, on, configuration)]

    def kind(self, name: str) -> RecordKind:
        """Return the kind of that name, or say which there are."""
        return self._kind(name, self.kinds)

    def kind_held(self, name: str) -> RecordKind:
        """Return the kind, or the register as records, of that name; or say which there are."""
        return self._kind(name, self.held)

    def _kind(self, name: str, known: Mapping[str, RecordKind]) -> RecordKind:
        if name not in known:
            raise Invalid("kind.unknown", kind=name, known=sorted(known))
        return known[name]

    def indicator(self, name: str) -> Indicator:
        """Return the indicator of that name, or say which there are."""
        if name not in self.indicators:
            raise Invalid("indicator.unknown", indicator=name, known=sorted(self.indicators))
        return self.indicators[name]
