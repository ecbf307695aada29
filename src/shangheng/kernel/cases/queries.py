# SPDX-License-Identifier: Apache-2.0
"""What can be asked of cases: inboxes, one case with its clocks, what a follower may see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from shangheng.kernel.cases import papers, signing
from shangheng.kernel.cases.concept import clocks as c
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import fits
from shangheng.kernel.cases.concept.views import (
    PAGE,
    Attached,
    CaseFile,
    CaseView,
    ClockView,
    JointView,
    Load,
    NoteView,
    StepView,
    Wanted,
)
from shangheng.kernel.cases.models import (
    CaseRow,
    ClockRow,
    JointRow,
    NoteRow,
    StepRow,
    TraitRow,
)
from shangheng.kernel.cases.store import House, events_of, file_path, unit_of
from shangheng.kernel.errors import NotFound, NotPermitted
from shangheng.kernel.registers.concept.actors import APPLICANT, PUBLIC, SYSTEM, Actor, Post
from shangheng.kernel.registers.conditions import above, below, naming, placed
from shangheng.kernel.search import store as search
from shangheng.kernel.search.concept import folded

SIMILAR_MAX = 100
FOUND_MAX = 10_000
COUNTED_MAX = 10_000
OPEN_FIRST = F("closed_at").asc(nulls_first=True)
"""What is not closed stands on top in every database; PostgreSQL would put it last."""


def scoped(kind: CaseKind, actor: Actor, *, joint: bool = True) -> Q:
    """Return the condition for the cases of a kind that an actor may see.

    With ``joint`` these are also the cases in which the actor's department takes part.
    """
    return Q(kind=kind.name) & _seen(kind, actor, below, joint=joint)


def _seen(kind: CaseKind, actor: Actor, within: Callable[[str], Q], *, joint: bool = True) -> Q:
    """Return the condition for what an actor may see of the cases of a kind.

    ``within`` says how a region is asked for: as ``placed`` for lists that are read in order.
    """
    posts = [post for post in actor.posts if post.role in kind.roles]
    if not posts:
        raise NotPermitted("case.not_yours", what="see", roles=list(kind.roles), region="")
    scope = Q(pk__in=[])
    for post in dict.fromkeys(replace(post, role="") for post in posts):
        ours = Q(department__in=("", post.department)) if post.department else Q()
        reach = within(post.region)
        if post.is_each and is_narrow(kind, post):
            reach |= above(post.region)
        scope |= reach & ours & _named(kind, post)
        if joint and (taken_part := JointRow.objects.filter(below(post.region) & ours)).exists():
            scope |= Q(pk__in=taken_part.values("case"))
    return scope


def _named(kind: CaseKind, post: Post) -> Q:
    """Return the condition that a case names the body of a post, if its kind asks for that."""
    if not is_narrow(kind, post):
        return Q()
    return reduce(or_, (naming(f"values__{name}", post.names) for name in kind.bodies))


def is_narrow(kind: CaseKind, post: Post) -> bool:
    """Return whether a post sees the cases of a kind that name its body, and no others."""
    return bool(kind.bodies) and post.department not in ("", kind.office)


def may(kind: CaseKind, roles: tuple[str, ...], case: CaseView, actor: Actor) -> bool:
    """Return whether an actor has one of the roles in a case."""
    bodies = kind.bodies_of(case.values)
    return actor.role_for(roles, case.region, case.department, bodies) is not None


def _wanted(
    kind: CaseKind, wanted: Wanted, actor: Actor, within: Callable[[str], Q] = placed
) -> QuerySet[CaseRow]:
    rows = CaseRow.objects.filter(_seen(kind, actor, within))
    found = search.found(f"case.{kind.name}", wanted.text, most=FOUND_MAX)
    rows = rows.filter(kind=kind.name) if found is None else rows.filter(pk__in=found)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.region:
        rows = rows.filter(within(wanted.region))
    if wanted.holder:
        rows = rows.filter(holder="" if wanted.holder == "-" else wanted.holder)
    for word in folded(wanted.text).split():
        rows = rows.filter(typed__contains=word)
    if wanted.is_open is not None:
        rows = rows.filter(closed_at__isnull=wanted.is_open)
    if wanted.late_at is not None:
        rows = rows.filter(due_at__lte=wanted.late_at)
    return rows


def inbox(
    kind: CaseKind,
    wanted: Wanted,
    *,
    actor: Actor,
    at: datetime,
) -> list[CaseView]:
    """Return the cases that an actor may see: open ones first, the oldest on top.

    Of late ones the first is that which is late for the longest.
    """
    rows = _wanted(kind, wanted, actor)
    in_order = (OPEN_FIRST, "opened_at") if wanted.late_at is None else ("due_at",)
    rows = rows.order_by(*in_order, "number")
    return _views(rows[wanted.offset : wanted.offset + wanted.limit], at)


def count(kind: CaseKind, wanted: Wanted, *, actor: Actor) -> int:
    """Return how many cases there are of what is looked for; beyond ``COUNTED_MAX`` not all."""
    within = (
        below if wanted.is_open else placed
    )  # an index of open ones answers how many there are
    rows = _wanted(kind, wanted, actor, within)
    return rows.order_by().values_list("kind")[: COUNTED_MAX + 1].count()


def loads(kind: CaseKind, *, actor: Actor, at: datetime) -> list[Load]:
    """Return how much each officer holds of what an actor may see, the heaviest load first."""
    scope = scoped(kind, actor, joint=False)
    held = CaseRow.objects.filter(scope, closed_at=None).exclude(holder="")
    late = Count("kind", filter=Q(due_at__lte=at))  # read from the index alone
    counted = held.order_by().values_list("holder").annotate(n=Count("kind"), late=late)
    found = [Load(*each) for each in counted]
    return sorted(found, key=lambda each: (-each.open, each.holder))


def _views(rows: Iterable[CaseRow], at: datetime) -> list[CaseView]:
    return [view(row, at) for row in rows]


def view(row: CaseRow, at: datetime) -> CaseView:
    """Return a case as a list tells it."""
    return CaseView(
        row.number, row.kind, row.title, row.state, row.outcome, row.region, row.department,
        row.holder, row.opened_at, row.changed_at, row.closed_at, row.version, row.due_at,
        row.due_at is not None and row.due_at <= at, row.values,
    )  # fmt: skip


def case_file(
    kind: CaseKind, number: str, *, actor: Actor, at: datetime, house: House
) -> CaseFile:
    """Return a whole case to an officer who may see it; others are told that there is none."""
    row = CaseRow.objects.filter(scoped(kind, actor), number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    found = _file(kind, row, at, house)
    allowed = tuple(
        step
        for step in kind.steps_from(row.state)
        if may(kind, _officers(step), found.case, actor)
    )
    return replace(found, next_steps=allowed)


def _officers(step: Step) -> tuple[str, ...]:
    return tuple(role for role in step.roles if role not in (APPLICANT, PUBLIC, SYSTEM))


def followed(
    kinds: Mapping[str, CaseKind], number: str, code: str, *, at: datetime, house: House
) -> tuple[CaseKind, CaseFile]:
    """Return what whoever filed a case may see of it: states, outward notes, clocks.

    A wrong number and a wrong code are answered alike.
    """
    row = CaseRow.objects.filter(number=number.strip().upper(), kind__in=list(kinds)).first()
    digest = row.code_digest if row else "0" * 64
    if not fits(number.strip().upper(), code, digest) or row is None:
        raise NotFound("case.not_followed", number=number)
    kind = kinds[row.kind]
    own = tuple(step for step in kind.steps_from(row.state) if APPLICANT in step.roles)
    return kind, _for_parties(kind, _file(kind, row, at, house), own)


def other_side(kind: CaseKind, number: str, *, at: datetime, house: House) -> CaseFile:
    """Return what whoever a case is against may see of it; the caller has made sure who asks."""
    row = CaseRow.objects.filter(kind=kind.name, number=number).first()
    if row is None or not kind.other_side:
        raise NotFound("case.unknown", number=number)
    own = tuple(step for step in kind.steps_from(row.state) if kind.other_side in step.roles)
    return _for_parties(kind, _file(kind, row, at, house), own)


def _for_parties(kind: CaseKind, whole: CaseFile, own: tuple[Step, ...]) -> CaseFile:
    """Return a case without what is internal, with the steps that a party may take."""
    shown = {step.name for step in kind.steps if step.shown}
    papers = {letter.name for letter in kind.letters if letter.shown}
    public = {"open", "transfer", "gather", "reply", "stopped", "resumed", "extended"}
    named = {"step": shown, "letter": papers}
    steps = tuple(
        step for step in whole.steps if step.act in public or step.name in named.get(step.act, ())
    )
    notes = tuple(note for note in whole.notes if note.outward)
    letters = tuple(each for each in whole.letters if each.name in papers)
    return replace(
        whole,
        steps=steps,
        notes=notes,
        next_steps=own,
        gathered=(),
        letters=letters,
        joint=(),
    )


def _file(kind: CaseKind, row: CaseRow, at: datetime, house: House) -> CaseFile:
    clocks = tuple(_clock(kind, each, at, house) for each in row.clocks.order_by("pk"))
    main = row.gathered_into
    return CaseFile(
        view(row, at),
        tuple(step_view(each) for each in row.steps.order_by("number")),
        clocks,
        tuple(_note(each) for each in row.notes.order_by("pk")),
        (),
        tuple(row.gathered.order_by("number").values_list("number", flat=True)),
        main.number if main else "",
        tuple(
            papers.view(each) for each in row.letters.select_related("case", "step").order_by("pk")
        ),
        tuple(_joint(each) for each in row.joint.order_by("pk")),
        row.disputes.filter(settled_at=None).exists(),
    )


def _joint(row: JointRow) -> JointView:
    return JointView(
        row.region, row.department, row.task, row.asked_at, row.answer, row.answered_by,
        row.answered_at,
    )  # fmt: skip


def code_to_sign(kind: CaseKind, number: str, *, actor: Actor, house: House) -> signing.ToSign:
    """Return the code with which the other side signs the text that stands, for who hands it on.

    Only who may take the steps that bring such a text forth is told it.
    """
    row = CaseRow.objects.filter(scoped(kind, actor), number=number).first()
    makers = {step.makes: step.roles for step in kind.steps}
    signed = [step.signs for step in kind.steps if step.signs]
    if (
        row is None
        or not signed
        or not may(kind, makers[signed[0]], view(row, row.changed_at), actor)
    ):
        return signing.ToSign()
    return signing.code_of_other_side(kind, row, house.secret)


def step_view(row: StepRow) -> StepView:
    """Return a step as it is told."""
    return StepView(
        row.number, row.act, row.name, row.source, row.target, row.by, row.role, row.at,
        row.values, row.seal, row.leaf,
    )  # fmt: skip


def _note(row: NoteRow) -> NoteView:
    return NoteView(row.outward, row.text, row.by, row.at)


def _clock(kind: CaseKind, kept: ClockRow, at: datetime, house: House) -> ClockView:
    declared = kind.clock(kept.name)
    events = events_of(kept)
    found = c.reckon(unit_of(kept), kept.length, events, house.calendar)
    turned = [event.what for event in events if event.what in ("stopped", "resumed")]
    stands = turned[-1:] == ["stopped"] and kept.ended_at is None
    until = kept.ended_at or at
    return ClockView(
        kept.name, declared.zh, declared.en, found, kept.source, declared.basis, events[0].at,
        kept.ended_at, found.is_over(until), stands,
    )  # fmt: skip


def similar(kind: CaseKind, number: str, *, actor: Actor, limit: int = 5) -> list[CaseView]:
    """Propose open cases that have a trait in common, such as the order or the seller."""
    row = CaseRow.objects.filter(scoped(kind, actor), number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    same = Q(pk__in=[])
    for name, value in row.traits.values_list("name", "value"):
        same |= Q(kind=kind.name, name=name, value=value)
    found = TraitRow.objects.filter(same).exclude(case=row).values("case")[:SIMILAR_MAX]
    cases = [each["case"] for each in found]
    others = CaseRow.objects.filter(_seen(kind, actor, placed), closed_at=None, pk__in=cases)
    return _views(others.order_by("number")[:limit], row.changed_at)


def overdue(
    kinds: Mapping[str, CaseKind], *, actor: Actor, at: datetime, limit: int = PAGE
) -> list[CaseView]:
    """Return every case with a clock that has run out, of all kinds that an actor may see."""
    found: list[CaseView] = []
    for kind in kinds.values():
        if any(post.role in kind.roles for post in actor.posts):
            found += inbox(kind, Wanted(late_at=at, limit=limit), actor=actor, at=at)
    return sorted(found, key=lambda each: each.due_at or at)[:limit]


def knows(kind: CaseKind, actor: Actor) -> bool:
    """Tell whether an actor has anything to do with a kind of case."""
    return any(post.role in kind.roles for post in actor.posts)


def attached(file: CaseFile, digest: str, house: House) -> Attached:
    """Return a file of a case that the caller may see; a digest alone opens nothing."""
    told = [file.case.values, *(step.values for step in file.steps)]
    listed = [each for values in told for value in values.values() for each in _listed(value)]
    found = next((each for each in listed if each.get("digest") == digest), None)
    if found is None or house.files is None:
        raise NotFound("case.no_such_file", number=file.case.number)
    return Attached(found["name"], found["media"], file_path(house.files, digest))


def _listed(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what a form keeps
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]
