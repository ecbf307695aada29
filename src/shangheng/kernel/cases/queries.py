# SPDX-License-Identifier: Apache-2.0
"""What can be asked of cases: inboxes, one case with its clocks, what a follower may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
)

from shangheng.kernel.cases.concept import clocks as c
from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.cases.concept.seals import fits, seal_of
from shangheng.kernel.cases.concept.views import (
    PAGE,
    Attached,
    CaseFile,
    CaseView,
    ClockView,
    NoteView,
    Statistics,
    StepView,
    Wanted,
)
from shangheng.kernel.cases.models import CaseRow, ClockRow, NoteRow, StepRow, TraitRow
from shangheng.kernel.cases.store import House, events_of, file_path, unit_of
from shangheng.kernel.errors import NotFound, NotPermitted
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.registers.concept.actors import APPLICANT, PUBLIC, SYSTEM, Actor
from shangheng.kernel.registers.queries import below

SIMILAR_MAX = 100
DAY_S = 86_400


def _scope(kind: CaseKind, actor: Actor) -> Q:
    """Return the condition for the cases of a kind that an actor may see."""
    posts = [post for post in actor.posts if post.role in kind.roles]
    if not posts:
        raise NotPermitted("case.not_yours", what="see", roles=list(kind.roles), region="")
    scope = Q(pk__in=[])
    for post in posts:
        one = below(post.region)
        if post.department:
            one &= Q(department__in=("", post.department))
        scope |= one
    return Q(kind=kind.name) & scope


def _wanted(rows: QuerySet[CaseRow], wanted: Wanted) -> QuerySet[CaseRow]:
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.region:
        rows = rows.filter(below(wanted.region))
    if wanted.holder:
        rows = rows.filter(holder="" if wanted.holder == "-" else wanted.holder)
    for word in wanted.text.lower().split():
        rows = rows.filter(typed__contains=word)
    if wanted.is_open is not None:
        rows = rows.filter(closed_at__isnull=wanted.is_open)
    if wanted.late_at is not None:
        late = ClockRow.objects.filter(ended_at=None, due_at__lte=wanted.late_at)
        rows = rows.filter(closed_at=None, pk__in=late.values("case"))
    return rows


def inbox(
    kind: CaseKind,
    wanted: Wanted,
    *,
    actor: Actor,
    at: datetime,
) -> list[CaseView]:
    """Return the cases that an actor may see: open ones first, the oldest on top."""
    rows = _wanted(CaseRow.objects.filter(_scope(kind, actor)), wanted)
    rows = rows.order_by("closed_at", "opened_at", "number")
    return _views(list(rows[wanted.offset : wanted.offset + wanted.limit]), at)


def count(kind: CaseKind, wanted: Wanted, *, actor: Actor) -> int:
    """Return how many cases there are of what is looked for."""
    return _wanted(CaseRow.objects.filter(_scope(kind, actor)), wanted).count()


def _views(rows: list[CaseRow], at: datetime) -> list[CaseView]:
    running = ClockRow.objects.filter(case__in=[row.pk for row in rows], ended_at=None)
    due: dict[Any, datetime] = {}
    for clock in running.exclude(due_at=None):
        if clock.due_at and (clock.case_id not in due or clock.due_at < due[clock.case_id]):
            due[clock.case_id] = clock.due_at
    return [_view(row, due.get(row.pk), at) for row in rows]


def _view(row: CaseRow, due_at: datetime | None, at: datetime) -> CaseView:
    return CaseView(
        row.number, row.kind, row.title, row.state, row.outcome, row.region, row.department,
        row.holder, row.opened_at, row.changed_at, row.closed_at, row.version, due_at,
        due_at is not None and due_at <= at, row.values,
    )  # fmt: skip


def case_file(
    kind: CaseKind, number: str, *, actor: Actor, at: datetime, house: House
) -> CaseFile:
    """Return a whole case to an officer who may see it; others are told that there is none."""
    row = CaseRow.objects.filter(_scope(kind, actor), number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    found = _file(kind, row, at, house)
    allowed = tuple(
        step
        for step in kind.steps_from(row.state)
        if actor.role_for(_officers(step), row.region, row.department)
    )
    return CaseFile(
        found.case, found.steps, found.clocks, found.notes, allowed,
        found.gathered, found.gathered_into,
    )  # fmt: skip


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
    whole = _file(kind, row, at, house)
    shown = {step.name for step in kind.steps if step.shown}
    public = {"open", "transfer", "gather", "reply", "stopped", "resumed", "extended"}
    steps = tuple(
        step
        for step in whole.steps
        if step.act in public or (step.act == "step" and step.name in shown)
    )
    notes = tuple(note for note in whole.notes if note.outward)
    own = tuple(step for step in kind.steps_from(row.state) if APPLICANT in step.roles)
    return kind, CaseFile(whole.case, steps, whole.clocks, notes, own, (), whole.gathered_into)


def _file(kind: CaseKind, row: CaseRow, at: datetime, house: House) -> CaseFile:
    clocks = tuple(_clock(kind, each, at, house) for each in row.clocks.order_by("pk"))
    main = row.gathered_into
    return CaseFile(
        _views([row], at)[0],
        tuple(_step(each) for each in row.steps.order_by("number")),
        clocks,
        tuple(_note(each) for each in row.notes.order_by("pk")),
        (),
        tuple(row.gathered.order_by("number").values_list("number", flat=True)),
        main.number if main else "",
    )


def _step(row: StepRow) -> StepView:
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


def intact(number: str) -> bool:
    """Tell whether the steps of a case are as they were sealed."""
    row = CaseRow.objects.filter(number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    before = seal_of({"kind": row.kind}, "")
    for step in row.steps.order_by("number"):
        if _seal_again(row, step, before) != step.seal:
            return False
        before = step.seal
    return before == row.seal


def _seal_again(row: CaseRow, step: StepRow, before: str) -> str:
    return seal_of(_entry(row, step), before)


def _entry(row: CaseRow, step: StepRow) -> dict[str, Any]:
    """Return what was written down of a step, as `store.append` seals it."""
    return {
        "case": row.number, "number": step.number, "act": step.act, "name": step.name,
        "source": step.source, "target": step.target, "by": step.by, "role": step.role,
        "at": step.at.astimezone(c.CHINA).isoformat(), "values": step.values,
    }  # fmt: skip


def sealed_steps(number: str | None = None) -> Iterator[SealedRow]:
    """Give every step, or those of one case, with the leaf that seals it and what that says."""
    steps = StepRow.objects.select_related("case").order_by("case__number", "number")
    if number is not None:
        steps = steps.filter(case__number=number)
    for key, step in evidence.readable(steps):
        if step is None:
            yield SealedRow(f"kernel_case_step/{key}", -1, "case.?", "?", "")
            continue
        where = f"kernel_case_step/{step.pk} {step.case.number} {step.number}"
        content = _entry(step.case, step) | {"seal": step.seal}
        what, number_ = f"case.{step.act}", step.case.number
        yield SealedRow(where, step.leaf, what, number_, content, {"kind": step.case.kind})


def chain(number: str) -> tuple[str, list[dict[str, Any]], StepView]:
    """Return a case as one chain: its kind, what was sealed of each step, and the last one."""
    row = CaseRow.objects.filter(number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    steps = list(row.steps.order_by("number"))
    return row.kind, [_entry(row, step) for step in steps], _step(steps[-1])


def unlike_their_steps(kinds: Mapping[str, CaseKind], *, region: str) -> Iterator[Finding]:
    """Name the cases that do not stand where their sealed steps lead; `region` is the house's."""
    for key, row in evidence.readable(CaseRow.objects.order_by("number"), by="number"):
        if row is None:
            yield Finding(f"kernel_case/{key}", "evidence.row_differs", {"column": "?"})
            continue
        seal, values, stands = seal_of({"kind": row.kind}, ""), row.values, _Stands()
        steps = [step for _, step in evidence.readable(row.steps.order_by("number")) if step]
        for step in steps:
            seal = _seal_again(row, step, seal)
            stands.take(step)
        last = steps[-1] if steps else None
        said = {
            "seal": (seal, row.seal),
            "version": (len(steps), row.version),
            "state": (last.target if last else row.state, row.state),
            "values": (steps[0].values if steps else values, values),
            "holder": (stands.holder, row.holder),
            "department": (stands.department, row.department),
            "region": (stands.region or _place(kinds, row, region), row.region),
        }
        if wrong := [name for name, (told, found) in said.items() if told != found]:
            facts = {"column": ", ".join(wrong)}
            yield Finding(f"kernel_case/{row.number}", "evidence.row_differs", facts)


def _place(kinds: Mapping[str, CaseKind], row: CaseRow, region: str) -> str:
    """Return where a case was opened; a kind that nobody declares any more cannot tell."""
    values = row.values if isinstance(row.values, dict) else {}
    return kinds[row.kind].place_of(values, region) if row.kind in kinds else row.region


@dataclass
class _Stands:
    """Who has a case, as its steps tell; the region is known once it was transferred."""

    holder: str = ""
    department: str = ""
    region: str = ""

    def take(self, step: StepRow) -> None:
        told = step.values if isinstance(step.values, dict) else {}
        if step.act == "assign":
            self.holder = told.get("holder", "")
        elif step.act in ("hand_back", "transfer"):
            self.holder = ""
        if step.act == "transfer":
            self.region, self.department = told.get("region", ""), told.get("department", "")


def similar(kind: CaseKind, number: str, *, actor: Actor, limit: int = 5) -> list[CaseView]:
    """Propose open cases that have a trait in common, such as the order or the seller."""
    row = CaseRow.objects.filter(_scope(kind, actor), number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    same = Q(pk__in=[])
    for name, value in row.traits.values_list("name", "value"):
        same |= Q(kind=kind.name, name=name, value=value)
    found = TraitRow.objects.filter(same).exclude(case=row).values("case")[:SIMILAR_MAX]
    cases = [each["case"] for each in found]
    others = CaseRow.objects.filter(_scope(kind, actor), closed_at=None, pk__in=cases)
    return _views(list(others.order_by("number")[:limit]), row.changed_at)


def statistics(
    kind: CaseKind, *, actor: Actor, since: datetime, until: datetime, at: datetime
) -> Statistics:
    """Count the cases opened in a span, as they stand now."""
    rows = CaseRow.objects.filter(_scope(kind, actor), opened_at__gte=since, opened_at__lt=until)
    counted = rows.order_by().values_list("state", "region", "outcome").annotate(n=Count("pk"))
    groups = list(counted)
    clocks = ClockRow.objects.filter(case__in=rows).order_by()
    closed = rows.exclude(closed_at=None)
    return Statistics(
        opened=sum(n for *_, n in groups),
        closed=closed.count(),
        late=clocks.filter(ended_at=None, due_at__lte=at).count(),
        by_state=_summed((state, n) for state, _, _, n in groups),
        by_region=_summed((region, n) for _, region, _, n in groups),
        by_outcome=_summed((outcome, n) for _, _, outcome, n in groups if outcome),
        by_clock=_kept(clocks),
        days_median=_median_days(closed),
    )


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, n in pairs:
        found[name] = found.get(name, 0) + n
    return found


def _kept(clocks: QuerySet[ClockRow]) -> dict[str, tuple[int, int]]:
    """Return by clock how many have ended, and how many of them too late."""
    late = Count("pk", filter=Q(due_at__lte=F("ended_at")))
    ended = clocks.exclude(ended_at=None).values("name").annotate(n=Count("pk"), too_late=late)
    return {each["name"]: (each["n"], each["too_late"]) for each in ended}


def _median_days(closed: QuerySet[CaseRow]) -> float | None:
    took = ExpressionWrapper(F("closed_at") - F("opened_at"), DurationField())
    ordered = closed.annotate(took=took).order_by("took").values_list("took", flat=True)
    middle = ordered[(count := closed.count()) // 2 : count // 2 + 1]
    return next((each.total_seconds() / DAY_S for each in middle), None)


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
