# SPDX-License-Identifier: Apache-2.0
"""The declaration of a kind of case: form, life cycle, clocks, who may do what."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shangheng.kernel.cases.concept.clocks import Clock, settled
from shangheng.kernel.cases.concept.facts import ABOUT
from shangheng.kernel.cases.concept.guards import OPENING
from shangheng.kernel.cases.concept.letters import Letter
from shangheng.kernel.cases.concept.postings import Posting
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.parameters import Configuration, Parameter
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.registers.concept.actors import APPLICANT, PUBLIC, SYSTEM, listed

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
ROLE = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z-]*")


@dataclass(frozen=True)
class Step:
    """One line of the life cycle: from a state to another, by whom, with what said.

    ``needs`` are the fields to be filled in with the step, ``outcome`` how the case ended.
    ``makes`` names the letter of the kind that it puts on paper, ``signs`` the one that it signs:
    its digest is sealed with the step (see ``signing``). ``records`` names the kind of
    record that it reports through the ledger's front door: each field of the record takes the fact
    of the same name (fields of form and steps, ``facts.ABOUT``), or the one that ``tells`` says.
    ``posts`` are the movements between accounts that it makes in its own transaction.
    ``unlike`` names earlier steps that others must have taken (four eyes); ``open`` is to open
    the case.
    ``guarded`` says that a service must check, book or enter something before it is written down
    (see ``guards``): without that service the step cannot be taken.
    ``overdue`` names the clock at whose end the platform itself takes the step, with no other word
    than its reason. ``shown`` tells whether whoever filed the case sees that it was taken.
    """

    name: str
    source: str | tuple[str, ...]
    target: str
    by: str | tuple[str, ...]
    zh: str = ""
    en: str = ""
    needs: tuple[f.Field, ...] = ()
    makes: str = ""
    signs: str = ""
    records: str = ""
    tells: Mapping[str, str] = field(default_factory=dict)
    posts: tuple[Posting, ...] = ()
    outcome: str = ""
    unlike: tuple[str, ...] = ()
    overdue: str = ""
    shown: bool = True
    guarded: bool = False
    basis: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the states from which the step can be taken."""
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def roles(self) -> tuple[str, ...]:
        """Return who may take it."""
        return (self.by,) if isinstance(self.by, str) else self.by


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """What must be brought to an end: the one declaration from which everything about it follows.

    ``states`` and ``outcomes`` map names to their Chinese and English labels; a state without a
    step out of it is an end. ``opens`` says who may open a case, ``sees`` who sees those of their
    region besides the roles of the steps, ``leads`` who may assign and transfer. ``place`` names
    the region fields of the form that decide who is competent, the first that is filled in;
    ``title`` the field that names a case in lists, ``alike`` those by which similar cases are
    found; ``number`` is how a citizen quotes it. ``rights`` says what the law gives, ``advice`` is
    the name of a page that works it out from the days and amounts of the form (a service may say
    it in sentences, too). ``finder`` names a page that finds what the form asks for, ``desk`` one
    which shows an officer more about one case, by its number.
    ``letters`` are the texts that steps put on paper; ``contact`` names the field of the form in
    which whoever files may leave an e-mail address to be told of news. ``other_side`` is the role
    of whoever the case is against: with the link that an officer hands on, they see it and take
    the steps of that role; ``other_contact`` names the field of steps in which their e-mail
    address may be left, to which goes what is for them alone: the code to sign with.
    ``bodies`` are the fields of the form that say which bodies work on a case: a post for a
    department then opens only the cases that name it, but one for a department with the function
    ``office`` all of them.
    """

    name: str
    zh: str
    en: str
    serves: tuple[str, ...]
    basis: tuple[str, ...]
    initial: str
    form: tuple[f.Field, ...]
    states: Mapping[str, tuple[str, str]]
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...] = ()
    outcomes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    opens: tuple[str, ...] = (PUBLIC,)
    sees: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    title: str = ""
    alike: tuple[str, ...] = ()
    number: str = ""
    intro: tuple[str, str] = ("", "")
    rights: tuple[str, str] = ("", "")
    advice: str = ""
    finder: str = ""
    desk: str = ""
    letters: tuple[Letter, ...] = ()
    contact: str = ""
    other_side: str = ""
    other_contact: str = ""
    departments: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    bodies: tuple[str, ...] = ()
    office: str = ""

    def __post_init__(self) -> None:
        """Refuse a life cycle that cannot be lived, at import, with every reason."""
        if wrong := list(self._problems()):
            raise Invalid("case_kind.wrong", kind=self.name, wrong=wrong)

    def _problems(self) -> Iterator[str]:
        if not NAME.fullmatch(self.name):
            yield f"name {self.name!r}"
        if self.initial not in self.states:
            yield f"initial state {self.initial} is not declared"
        yield from self._twice()
        for step in self.steps:
            yield from self._step_problems(step)
        for state in self.states:
            if state not in self.reachable:
                yield f"state {state} cannot be reached"
        if self.states and not self.ends:
            yield "no state is an end"
        for clock in self.clocks:
            yield from self._clock_problems(clock)
        yield from self._form_problems()
        yield from self._product_problems()

    def _twice(self) -> Iterator[str]:
        parts = (
            ("step", self.steps), ("clock", self.clocks), ("field", self.form),
            ("letter", self.letters),
        )  # fmt: skip
        for what, declared in parts:
            names = [each.name for each in declared]
            for name in sorted({each for each in names if names.count(each) > 1}):
                yield f"{what} {name} is declared twice"

    def _step_problems(self, step: Step) -> Iterator[str]:
        for state in (*step.sources, step.target):
            if state not in self.states:
                yield f"step {step.name} names unknown state {state}"
        if not step.roles or not all(
            role in (APPLICANT, SYSTEM) or ROLE.fullmatch(role) for role in step.roles
        ):
            yield f"step {step.name} may be taken by nobody or by {step.roles}"
        if strange := {*step.unlike} - {OPENING, *(each.name for each in self.steps)}:
            yield f"step {step.name} is unlike unknown steps {sorted(strange)}"
        if step.overdue:
            yield from self._overdue_problems(step)
        if step.outcome and step.outcome not in self.outcomes:
            yield f"step {step.name} has unknown outcome {step.outcome}"

    def _overdue_problems(self, step: Step) -> Iterator[str]:
        if step.overdue not in {each.name for each in self.clocks}:
            yield f"step {step.name} waits for an unknown clock {step.overdue}"
        if SYSTEM not in step.roles:
            yield f"step {step.name} is not the system's to take"
        if any(each.name != "reason" and not each.optional for each in step.needs):
            yield f"step {step.name} needs more than the system can say"

    def _clock_problems(self, clock: Clock) -> Iterator[str]:
        yield from clock.problems(tuple(self.states))
        if unknown := sorted(set(clock.until) - {step.name for step in self.steps}):
            yield f"clock {clock.name} ends with unknown steps {unknown}"
        if set(clock.runs) & set(self.ends):
            yield f"clock {clock.name} runs on after the end"

    def _form_problems(self) -> Iterator[str]:
        by_name = {each.name: each for each in self.form}
        for name in self.place:
            if not isinstance(by_name.get(name), f.Region):
                yield f"place {name} is not a region of the form"
        for name in (*self.alike, *self.bodies, *((self.title,) if self.title else ())):
            if name not in by_name:
                yield f"{name} is not a field of the form"
        try:
            self.numbered(date(2026, 1, 1), 1)
        except (KeyError, IndexError, ValueError):
            yield f"number {self.number!r} is no pattern of year and sequence"

    def _product_problems(self) -> Iterator[str]:
        known = self.fact_names
        for letter in self.letters:
            yield from letter.problems(known)
        known_letters = {each.name for each in self.letters}
        for step in self.steps:
            for letter_name in (step.makes, step.signs):
                if letter_name and letter_name not in known_letters:
                    yield f"step {step.name} makes or signs an unknown letter {letter_name}"
            if unknown := sorted(set(step.tells.values()) - known):
                yield f"step {step.name} tells unknown facts {unknown}"
            for posting in step.posts:
                yield from posting.problems(known)
        yield from self._contact_problems()

    def _contact_problems(self) -> Iterator[str]:
        if self.contact and self.contact not in {each.name for each in self.form}:
            yield f"contact {self.contact} is not a field of the form"
        if self.other_contact and self.other_contact not in self.fact_names:
            yield f"contact {self.other_contact} is not a field of form or steps"

    @property
    def fact_names(self) -> frozenset[str]:
        """Return everything that a letter, a record or a posting of this kind may name."""
        needed = {field.name for step in self.steps for field in step.needs}
        return frozenset({*ABOUT, *needed, *(field.name for field in self.form)})

    @property
    def reachable(self) -> frozenset[str]:
        """Return the states to which some sequence of steps leads."""
        found = {self.initial}
        before = 0
        while len(found) != before:
            before = len(found)
            found |= {step.target for step in self.steps if set(step.sources) & found}
        return frozenset(found)

    @property
    def ends(self) -> tuple[str, ...]:
        """Return the states out of which no step leads."""
        left = {source for step in self.steps for source in step.sources}
        return tuple(state for state in self.states if state not in left)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return every role that an officer may have in cases of this kind."""
        told = [role for step in self.steps for role in step.roles]
        told += [role for clock in self.clocks for role in (*clock.may_stop, *clock.may_extend)]
        told += [clock.escalates_to for clock in self.clocks if clock.escalates_to]
        everybody = (*told, *self.opens, *self.sees, *self.leads, self.other_side)
        return tuple(
            dict.fromkeys(r for r in everybody if r not in ("", PUBLIC, APPLICANT, SYSTEM))
        )

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return what an authority has to decide before a case of this kind is opened."""
        lengths = [
            length
            for clock in self.clocks
            for length in (clock.period[1], clock.extension, clock.warns_before)
        ]
        return tuple(dict.fromkeys(each for each in lengths if isinstance(each, Parameter)))

    def decided(self, configuration: Configuration, on: date) -> None:
        """Refuse to open a case whose clocks nobody has decided, with the question."""
        for parameter in self.parameters:
            settled(parameter, configuration, on)

    def numbered(self, on: date, sequence: int) -> str:
        """Return the number of the year's n-th case."""
        pattern = self.number or self.name.upper().replace("_", "-") + "-{year}-{sequence:06}"
        number = pattern.format(year=on.year, sequence=sequence)
        told = "sequence" in pattern and "year" in pattern
        if not told or "/" in number or number != number.upper():
            raise ValueError(pattern)
        return number

    def step(self, name: str) -> Step:
        """Return the step of that name."""
        for step in self.steps:
            if step.name == name:
                return step
        raise Invalid("case.no_such_step", kind=self.name, step=name)

    def letter(self, name: str) -> Letter:
        """Return the letter of that name."""
        for letter in self.letters:
            if letter.name == name:
                return letter
        raise Invalid("case.no_such_letter", kind=self.name, letter=name)

    def clock(self, name: str) -> Clock:
        """Return the clock of that name."""
        for clock in self.clocks:
            if clock.name == name:
                return clock
        raise Invalid("case.no_such_clock", kind=self.name, clock=name)

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """Return the steps that lead out of a state, in their order."""
        return tuple(step for step in self.steps if state in step.sources)

    def bodies_of(self, values: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return who works on a case, and the office of all; None if the kind does not say."""
        if not self.bodies:
            return None
        named = [body for name in self.bodies for body in listed(values.get(name))]
        return (*named, *((self.office,) if self.office else ()))

    def place_of(self, values: Mapping[str, Any], home: str) -> str:
        """Return the county (or higher region) that is competent; ``home`` where none is told."""
        told = next((str(values[name]) for name in self.place if values.get(name)), home)
        return told[:6]

    def title_of(self, values: Mapping[str, Any]) -> str:
        """Return how a case is called in lists."""
        return str(values.get(self.title, ""))[:120] if self.title else ""
