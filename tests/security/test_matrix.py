# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every action, every role, here and elsewhere, as the declarations have it.

The declarations are read twice: here, plainly, to say what should be; and by the kernel, which is
asked to do it. Only the answer "not yours" counts as refused: who is let through and then told
that a form is incomplete or a state is wrong was let through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from security.samples import PLACE, filled
from shangheng.kernel.access import actions as access
from shangheng.kernel.cases import actions, queries
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.views import Wanted
from shangheng.kernel.cases.models import CaseRow
from shangheng.kernel.cases.store import Hand, House
from shangheng.kernel.errors import NotFound, NotPermitted, Refusal
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.registers import actions as registers
from shangheng.kernel.registers import queries as entries
from shangheng.kernel.registers.concept.actors import (
    APPLICANT,
    PLATFORM,
    PUBLIC,
    SYSTEM,
    Actor,
    Post,
)
from shangheng.kernel.registers.concept.actors import Hand as PlainHand
from shangheng.kernel.registers.concept.kinds import RegisterKind
from shangheng.site import accounts, acting, clock
from shangheng.site.registry import REGISTRY

NOT_YOURS = {
    "case": {"case.not_yours", "case.unknown"},
    "register": {"register.not_yours", "register.unknown"},
}
"""How each noun says that something is not theirs; a step may speak of an entry of its own."""
HERE, ABOVE, ELSEWHERE = PLACE, "320500", "430100"
ROLES = (*accounts.known_roles(), "")
PLACES = {HERE: True, ABOVE: True, "": True, ELSEWHERE: False, "320507": False}


@dataclass(frozen=True)
class Act:
    """Something that can be done, and the roles that may."""

    name: str
    roles: tuple[str, ...]
    do: Callable[[Actor], Any]
    noun: str = "case"


def officers(roles: tuple[str, ...]) -> set[str]:
    return {role for role in roles if role not in (PUBLIC, APPLICANT, SYSTEM)}


def let_through(act: Act, actor: Actor) -> bool:
    """Do it and take it back; tell whether it was refused for who did it."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                act.do(actor)
        except (NotPermitted, NotFound) as refusal:
            return refusal.code not in NOT_YOURS[act.noun]
        except (Refusal, KeyError):  # a case that was put into a state lacks what led there
            return True
        finally:
            transaction.set_rollback(True)
    return True


def wrong_in(acts: Iterator[Act]) -> list[str]:
    """Return every case in which what happens is not what is declared."""
    found = []
    for act in acts:
        for role in ROLES:
            for region, is_here in PLACES.items():
                actor = Actor("somebody", (Post(role, region),) if role else ())
                right = PUBLIC in act.roles or (is_here and role in officers(act.roles))
                if let_through(act, actor) is not right:
                    found.append(f"{act.name} as {role or 'nobody'} at {region or 'everywhere'}")
    return found


def hand(actor: Actor, house: House) -> Hand:
    return Hand(actor, clock.now(), None, house)


def case_of(kind: CaseKind) -> str:
    """Return the number of a case that lies here, whoever may open it."""
    role = next((each for each in kind.opens if each != PUBLIC), "")
    opener = Actor("opener", (Post(role, ""),)) if role else PLATFORM
    # What a service checks before it opens (an entry that must be there) is not asked here.
    unguarded = replace(acting.house(), guards={})
    number = actions.open_case(kind, filled(kind.form), hand(opener, unguarded)).number
    CaseRow.objects.filter(number=number).update(region=HERE)
    return number


def moved(number: str, state: str) -> None:
    CaseRow.objects.filter(number=number).update(state=state)


def acts_of_case(kind: CaseKind, number: str) -> Iterator[Act]:
    """Return everything that can be done with a case, and who is declared to do it."""
    house = acting.house()

    def opening(who: Actor) -> None:
        actions.open_case(kind, here(kind), hand(who, house))

    yield Act("open", kind.opens, opening)
    for step in kind.steps:
        for state in step.sources:

            def take(who: Actor, step: Step = step, state: str = state) -> None:
                moved(number, state)
                actions.take_step(kind, number, step.name, filled(step.needs), hand(who, house))

            yield Act(f"{step.name} from {state}", step.roles, take)
    workers = (*kind.leads, *(role for step in kind.steps for role in step.roles))
    to = {"region": "320507", "reason": "属地"}

    def do(act: Callable[..., Any], *said: Any, **more: Any) -> Callable[[Actor], Any]:
        return lambda who: act(kind, number, *said, hand(who, house), **more)

    yield Act("claim", workers, do(actions.assign, "somebody"))
    yield Act("note", workers, do(actions.add_note, "备注", outward=False))
    yield Act("look", workers, do(actions.look, "核对"))
    yield Act("assign", kind.leads, do(actions.assign, "li"))
    yield Act("transfer", kind.leads, do(actions.transfer, to))
    for each in kind.clocks:
        yield Act(f"stop {each.name}", each.may_stop, do(actions.stop_clock, each.name, "鉴定"))
        if each.extension is not None:
            extends = do(actions.extend_clock, each.name, "复杂")
            yield Act(f"extend {each.name}", each.may_extend, extends)
    yield Act(
        "see",
        kind.roles,
        lambda who: queries.case_file(kind, number, actor=who, at=clock.now(), house=house),
    )


def here(kind: CaseKind) -> dict[str, Any]:
    """Return a form whose place is here; a kind without a place is of the whole house."""
    return filled(kind.form, 2)


@pytest.mark.parametrize("kind", REGISTRY.cases.values(), ids=lambda kind: kind.name)
def test_cases_let_through_who_is_declared_and_nobody_else(kind: CaseKind, home: Ledger) -> None:
    number = case_of(kind)
    acts = acts_of_case(kind, number)
    if not kind.place:
        acts = (act for act in acts if act.name != "open")  # opened for the whole house
    assert wrong_in(acts) == []


@pytest.mark.parametrize("kind", REGISTRY.cases.values(), ids=lambda kind: kind.name)
def test_an_inbox_shows_what_lies_in_the_region_to_who_works_on_it(
    kind: CaseKind, home: Ledger
) -> None:
    number = case_of(kind)
    for role in ROLES:
        for region, is_here in PLACES.items():
            actor = Actor("somebody", (Post(role, region),) if role else ())
            try:
                seen = queries.inbox(kind, Wanted(), actor=actor, at=clock.now())
            except NotPermitted:
                seen = []
            right = is_here and role in officers(kind.roles)
            assert ([each.number for each in seen] == [number]) is right, (role, region)


def plain(actor: Actor) -> PlainHand:
    return PlainHand(actor, clock.now())


def acts_of_register(kind: RegisterKind, numbers: tuple[str, str]) -> Iterator[Act]:
    """Return everything that can be done with an entry, and who is declared to do it."""
    number, waiting = numbers
    noun = "register"
    filing = registers.Filing(home=HERE, reason="试", sure=True)

    def do(act: Callable[..., Any], *said: Any) -> Callable[[Actor], Any]:
        return lambda who: act(kind, *said[:2], plain(who), *said[2:])

    new, changed = filled(kind.fields, 3), filled(kind.fields)
    yield Act(
        "enter", kind.enter, lambda who: registers.enter(kind, new, plain(who), filing), noun
    )
    yield Act("amend", kind.enter, do(registers.amend, number, changed, filing), noun)
    yield Act("correct", kind.enter, do(registers.correct, number, changed, filing), noun)
    yield Act("end", kind.enter, lambda who: registers.end(kind, number, plain(who), filing), noun)
    yield Act("look", kind.roles, do(access.look, number, "核对"), noun)
    if kind.confirm:
        confirm = registers.confirm
        yield Act("confirm", kind.confirm, lambda who: confirm(kind, waiting, plain(who)), noun)


def entry_of(kind: RegisterKind, number: int, *, confirmed: bool) -> str:
    both = tuple(Post(role, "") for role in (*kind.enter, *kind.confirm))
    filing = registers.Filing(home=HERE, sure=True)
    given = filled(kind.fields, number)
    entered = registers.enter(kind, given, plain(Actor("clerk", both)), filing).number
    if confirmed and kind.confirm:
        registers.confirm(kind, entered, plain(Actor("chief", both)))
    return entered


@pytest.mark.parametrize("kind", REGISTRY.registers.values(), ids=lambda kind: kind.name)
def test_registers_let_through_who_is_declared_and_nobody_else(
    kind: RegisterKind, home: Ledger
) -> None:
    numbers = entry_of(kind, 1, confirmed=True), entry_of(kind, 2, confirmed=False)
    assert wrong_in(acts_of_register(kind, numbers)) == []


@pytest.mark.parametrize("kind", REGISTRY.registers.values(), ids=lambda kind: kind.name)
def test_whole_entries_are_seen_by_who_is_declared_and_public_fields_by_all(
    kind: RegisterKind, home: Ledger
) -> None:
    number = entry_of(kind, 1, confirmed=True)
    day = clock.now().date()
    for role in ROLES:
        for region, is_here in PLACES.items():
            actor = Actor("somebody", (Post(role, region),) if role else ())
            whole = is_here and role in officers(kind.roles)
            try:
                seen = entries.entry(kind, number, actor=actor, today=day)
            except NotFound:
                assert not whole, (role, region)
                assert not kind.public, (role, region)
                continue
            expected = {each.name for each in kind.fields} if whole else set(kind.public)
            assert seen.is_whole is whole, (role, region)
            assert set(seen.values) <= expected, (role, region)


def test_a_department_works_on_its_own_cases_and_on_those_of_nobody(home: Ledger) -> None:
    house = acting.house()
    for kind in REGISTRY.cases.values():
        for department in kind.departments:
            number = case_of(kind)
            CaseRow.objects.filter(number=number).update(department=department)
            step = next(each for each in kind.steps if officers(each.roles))
            role = next(iter(officers(step.roles)))
            act = Act("note", (), lambda who, n=number, k=kind: actions.add_note(
                k, n, "备", hand(who, house), outward=False))  # fmt: skip
            for posted in ("", *kind.departments, "省统计局"):
                actor = Actor("somebody", (Post(role, HERE, posted),))
                assert let_through(act, actor) is (posted in ("", department)), (kind.name, posted)
