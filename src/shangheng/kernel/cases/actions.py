# SPDX-License-Identifier: Apache-2.0
"""What can be done with cases; each function is one transaction and one sealed step.

Who may do it follows from the declaration of the kind. A ``Hand`` says who acts, when and in which
house; its ``version`` is the version of the case that was looked at: whoever acts on an older one
is told who was faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shangheng.kernel.access import actions as access
from shangheng.kernel.access.concept import Look
from shangheng.kernel.cases import joint, products, signing, store
from shangheng.kernel.cases.acts import (
    Moved,
    moved,
    officers,
    region_code,
    role_of,
    said_of,
    sealed,
)
from shangheng.kernel.cases.concept import clocks as c
from shangheng.kernel.cases.concept.clocks import Clock, Event
from shangheng.kernel.cases.concept.guards import OPENING
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import code_digest, fits, new_code, seal_of
from shangheng.kernel.cases.models import CaseRow, ClockRow, NoteRow
from shangheng.kernel.cases.store import Done, Hand, House
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.periods import day_of
from shangheng.kernel.registers.concept.actors import APPLICANT, PLATFORM, PUBLIC, SYSTEM
from shangheng.kernel.registers.concept.forms import checked
from shangheng.kernel.search import store as search
from shangheng.kernel.search.concept import folded

TYPED_MAX = 4_000


@dataclass(frozen=True)
class Opened:
    """A case that was opened: its number, and the code by which it can be followed, told once."""

    uuid: UUID
    number: str
    code: str


@sealed
def open_case(kind: CaseKind, given: Mapping[str, Any], hand: Hand) -> Opened:
    """Open a case from its form; its clocks start, its number and code are returned once."""
    kind.decided(hand.house.configuration, day_of(hand.at))
    values = checked(kind.form, given, region=region_code)
    place = kind.place_of(values, hand.house.region)
    role = hand.actor.role_for(kind.opens, place, bodies=kind.bodies_of(values))
    if role is None:
        raise NotPermitted("case.not_yours", what="open", roles=list(kind.opens), region=place)
    # Drawn before the guards: of two openings at once the second one's guards see the first case.
    number, code = store.next_number(kind, hand.at), new_code()
    values = store.guarded(kind, None, hand, values, None)
    store.keep_files(hand.house, kind.form, given)
    row = CaseRow.objects.create(
        uuid=uuid4(), kind=kind.name, number=number, state=kind.initial, region=place,
        title=kind.title_of(values), values=values, typed=_searchable(kind, number, values),
        code_digest=code_digest(number, code), opened_by=hand.actor.name, opened_at=hand.at,
        changed_at=hand.at, version=0, seal=seal_of({"kind": kind.name}, ""),
    )  # fmt: skip
    store.keep_traits(kind, row)
    search.put(f"case.{kind.name}", row.uuid, row.typed)
    store.append(kind, row, Done("open", hand, role, values=values))
    store.turn_clocks(kind, row, hand)
    return Opened(row.uuid, number, code)


def _searchable(kind: CaseKind, number: str, values: Mapping[str, Any]) -> str:
    """Return what is searched: everything that was typed but personal data."""
    open_ = [field.name for field in kind.form if field.sensitivity != "personal"]
    told = [str(values[name]) for name in open_ if isinstance(values.get(name), str | int)]
    return folded(" ".join([number, *told]))[:TYPED_MAX]


@sealed
def take_step(
    kind: CaseKind, number: str, name: str, given: Mapping[str, Any], hand: Hand
) -> Moved:
    """Take a step: the case moves on, its clocks turn, what was said is kept under a seal."""
    step = kind.step(name)
    row = store.locked(kind, number)
    role = _role_for_step(kind, step, row, hand)
    if row.state not in step.sources:
        raise Conflict("case.step_not_allowed", step=step.name, state=row.state)
    _refuse_same_eyes(step, row, hand.actor.name)
    values = checked(step.needs, given, region=region_code)
    values = store.guarded(kind, row, hand, values, step)
    values |= signing.signed(step, row, hand, role)
    store.keep_files(hand.house, step.needs, given)
    changes: dict[str, Any] = {"outcome": step.outcome} if step.outcome else {}
    if step.target in kind.ends:
        joint.refuse_unanswered(row)
        changes["closed_at"] = hand.at
    done = Done("step", hand, role, step.name, step.target, values, changes)
    store.append(kind, row, done)
    store.turn_clocks(kind, row, hand, why=step.zh, step=step.name)
    products.bring_forth(kind, step, row, done)
    return moved(row)


def _refuse_same_eyes(step: Step, row: CaseRow, by: str) -> None:
    """Refuse whoever took a step that somebody else must have taken, or opened the case."""
    done = {*row.steps.filter(name__in=step.unlike, by=by).values_list("name", flat=True)}
    done |= {OPENING} if row.opened_by == by else set()
    if same := [other for other in step.unlike if other in done]:
        raise NotPermitted("case.four_eyes", step=step.name, other=same[0], by=by)


def _role_for_step(kind: CaseKind, step: Step, row: CaseRow, hand: Hand) -> str:
    if APPLICANT in step.roles and hand.code and fits(row.number, hand.code, row.code_digest):
        store.refuse_stale(row, hand.version)
        return APPLICANT
    officers = [role for role in step.roles if role not in (APPLICANT, PUBLIC)]
    return role_of(kind, hand, officers, row, step.name)


@sealed
def assign(kind: CaseKind, number: str, holder: str, hand: Hand) -> Moved:
    """Give a case to an officer; whoever may take its steps may claim it for themselves."""
    row = store.locked(kind, number)
    claims = bool(holder) and holder == hand.actor.name
    role = role_of(kind, hand, officers(kind) if claims else kind.leads, row, "assign")
    if row.holder and row.holder != holder and role not in kind.leads:
        raise Conflict("case.held", number=number, by=row.holder)
    told = {"holder": holder}
    store.append(kind, row, Done("assign", hand, role, values=told, changes=told))
    return moved(row)


@sealed
def hand_back(kind: CaseKind, number: str, reason: str, hand: Hand) -> Moved:
    """Give a case back to the inbox, with the reason."""
    row = store.locked(kind, number)
    own = row.holder == hand.actor.name
    role = role_of(kind, hand, officers(kind) if own else kind.leads, row, "hand_back")
    values = {"reason": said_of(reason)}
    store.append(kind, row, Done("hand_back", hand, role, values=values, changes={"holder": ""}))
    return moved(row)


@sealed
def transfer(kind: CaseKind, number: str, to: Mapping[str, str], hand: Hand) -> Moved:
    """Send a case to another ``region`` or ``department``, with the ``reason``.

    Who held it holds it no longer; clocks run on: a transfer is no reason to take longer.
    """
    row = store.locked(kind, number)
    role = role_of(kind, hand, kind.leads, row, "transfer")
    if row.closed_at is not None:
        raise Conflict("case.closed", number=number)
    region = region_code(to["region"])[:6] if to.get("region") else row.region
    department = to.get("department") or row.department
    if department and department not in kind.departments:
        raise Invalid("case.no_such_department", department=department)
    joint.refuse_disputed(row)
    if (region, department) == (row.region, row.department):
        raise Invalid("case.transfer_nowhere", number=number)
    values = {
        "from_region": row.region, "region": region, "from_department": row.department,
        "department": department, "reason": said_of(to.get("reason", "")),
    }  # fmt: skip
    changes = {"region": region, "department": department, "holder": ""}
    store.append(kind, row, Done("transfer", hand, role, values=values, changes=changes))
    return moved(row)


@sealed
def add_note(kind: CaseKind, number: str, text: str, hand: Hand, *, outward: bool) -> Moved:
    """Write a note: internal, or outward for whoever filed the case."""
    row = store.locked(kind, number)
    role = role_of(kind, hand, officers(kind), row, "note")
    said = said_of(text)
    store.append(kind, row, Done("note", hand, role, values={"outward": outward, "text": said}))
    NoteRow.objects.create(case=row, outward=outward, text=said, by=hand.actor.name, at=hand.at)
    return moved(row)


@sealed
def reply(kind: CaseKind, number: str, text: str, hand: Hand) -> Moved:
    """Let whoever filed a case add something to it, with its code."""
    row = store.locked(kind, number)
    if not fits(row.number, hand.code, row.code_digest):
        raise NotFound("case.not_followed", number=number)
    if row.closed_at is not None:
        raise Conflict("case.closed", number=number)
    said = said_of(text)
    store.append(kind, row, Done("reply", hand, APPLICANT, values={"text": said}))
    NoteRow.objects.create(case=row, outward=True, text=said, by="", at=hand.at)
    return moved(row)


@sealed
def stop_clock(kind: CaseKind, number: str, clock: str, reason: str, hand: Hand) -> Moved:
    """Stop a clock for a reason that the law knows, such as an appraisal."""
    declared = kind.clock(clock)
    event = Event("stopped", hand.at, said_of(reason), hand.actor.name)
    return _clock_event(kind, number, declared, event, hand)


@sealed
def resume_clock(kind: CaseKind, number: str, clock: str, reason: str, hand: Hand) -> Moved:
    """Let a stopped clock run on."""
    declared = kind.clock(clock)
    event = Event("resumed", hand.at, said_of(reason), hand.actor.name)
    return _clock_event(kind, number, declared, event, hand)


@sealed
def extend_clock(kind: CaseKind, number: str, clock: str, reason: str, hand: Hand) -> Moved:
    """Prolong a clock once by what the declaration allows, by who is named there."""
    declared = kind.clock(clock)
    if declared.extension is None:
        raise NotPermitted("clock.not_extended", clock=clock)
    amount, source = c.settled(declared.extension, hand.house.configuration, day_of(hand.at))
    reason = f"{said_of(reason)} {source}".strip()
    event = Event("extended", hand.at, reason, hand.actor.name, amount)
    return _clock_event(kind, number, declared, event, hand)


def _clock_event(kind: CaseKind, number: str, clock: Clock, event: Event, hand: Hand) -> Moved:
    row = store.locked(kind, number)
    roles = clock.may_extend if event.what == "extended" else clock.may_stop
    role = role_of(kind, hand, roles, row, event.what)
    kept = row.clocks.filter(name=clock.name, ended_at=None).first()
    if kept is None:
        raise Conflict("clock.not_running", clock=clock.name)
    if event.what == "extended" and any(each["what"] == "extended" for each in kept.events):
        raise Conflict("clock.already", what=event.what)
    store.change(clock, kept, event, hand.house)
    store.keep_due(row)
    values = {"reason": event.reason, "amount": event.amount}
    store.append(kind, row, Done(event.what, hand, role, clock.name, values=values))
    return moved(row)


@sealed
def gather(kind: CaseKind, number: str, into: str, reason: str, hand: Hand) -> Moved:
    """Gather a case into another of its kind that is about the same; both keep their numbers."""
    row, main = store.locked(kind, number), store.locked(kind, into)
    role = role_of(kind, hand, officers(kind), row, "gather")
    main_role = role_of(kind, replace(hand, version=None), officers(kind), main, "gather")
    if row.pk == main.pk or main.gathered_into_id or row.gathered_into_id or row.gathered.exists():
        raise Conflict("case.cannot_gather", number=number, into=into)
    values = {"into": into, "reason": said_of(reason)}
    changes = {"gathered_into": main}
    store.append(kind, row, Done("gather", hand, role, values=values, changes=changes))
    store.append(kind, main, Done("gathered", hand, main_role, values={"number": number}))
    return moved(row)


@sealed
def look(kind: CaseKind, number: str, purpose: str, hand: Hand) -> Mapping[str, Any]:
    """Show the personal data of a case for a stated purpose; that it was looked at is sealed."""
    row = store.locked(kind, number)
    role = role_of(kind, hand, officers(kind), row, "look")
    said = said_of(purpose)
    step = store.append(kind, row, Done("look", hand, role, values={"purpose": said}))
    personal = [field.name for field in kind.form if field.sensitivity == "personal"]
    shown = {name: row.values[name] for name in personal if name in row.values}
    access.keep_look(
        Look(hand.at, hand.actor.name, role, "case", kind.name, number, row.region,
             tuple(shown), said, step.leaf)
    )  # fmt: skip
    return shown


def remind(
    kinds: Mapping[str, CaseKind], *, at: datetime, house: House | None = None
) -> dict[str, int]:
    """Remind of clocks that run out soon and tell who is to be told of those that are over.

    Safe to run as often as one likes and from several processes: each clock is told of once before
    and once after its end, each in a transaction of its own.
    """
    running = ClockRow.objects.filter(ended_at=None, case__kind__in=list(kinds))
    marked = {
        "warned": ("warned_at", running.filter(warn_at__lte=at, warned_at=None)),
        "escalated": ("escalated_at", running.filter(due_at__lte=at, escalated_at=None)),
    }
    told = dict.fromkeys(marked, 0)
    hand = Hand(PLATFORM, at, house=house or House())
    for what, (mark, clocks) in marked.items():
        for clock in clocks.order_by("pk").select_related("case"):
            told[what] += _remind(kinds[clock.case.kind], clock, hand, (what, mark))
    return told


def take_overdue(
    kinds: Mapping[str, CaseKind], *, at: datetime, house: House | None = None
) -> dict[str, int]:
    """Take the steps that are the platform's own once a clock has run out; return how many.

    Each is a transaction of its own, sealed with the platform as who acted.
    """
    hand = Hand(PLATFORM, at, house=house or House())
    declared = [(kind, step) for kind in kinds.values() for step in kind.steps if step.overdue]
    taken = 0
    for kind, step in declared:
        clock = kind.clock(step.overdue)
        over = ClockRow.objects.filter(
            name=clock.name, ended_at=None, due_at__lte=at, case__kind=kind.name,
            case__state__in=step.sources,
        )  # fmt: skip
        reason = {"reason": f"“{clock.zh}”已届满，自动办理 “{clock.en}” is over"}
        said = reason if any(each.name == "reason" for each in step.needs) else {}
        for number in over.order_by("due_at", "pk").values_list("case__number", flat=True):
            taken += _take_overdue(kind, number, step, said, hand)
    return {"taken": taken}


def _take_overdue(
    kind: CaseKind, number: str, step: Step, said: Mapping[str, Any], hand: Hand
) -> bool:
    """Take a step of the platform; somebody may have been faster."""
    try:
        take_step(kind, number, step.name, said, hand)
    except Conflict:
        return False
    return True


@sealed
def _remind(kind: CaseKind, clock: ClockRow, hand: Hand, told: tuple[str, str]) -> bool:
    what, mark = told
    row = CaseRow.objects.select_for_update().get(pk=clock.case_id)
    unmarked = ClockRow.objects.filter(pk=clock.pk, ended_at=None, **{mark: None})
    if not unmarked.update(**{mark: hand.at}):
        return False
    to = kind.clock(clock.name).escalates_to if what == "escalated" else ""
    store.append(kind, row, Done(what, hand, SYSTEM, clock.name, values={"to": to or row.holder}))
    return True
