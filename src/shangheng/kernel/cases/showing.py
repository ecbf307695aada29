# SPDX-License-Identifier: Apache-2.0
"""How the rows of a case are told: in a list, as a whole file, as a letter; do they hold?"""

from datetime import datetime
from typing import Any

from shangheng.kernel.cases.concept import clocks as c
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.letters import digest_of
from shangheng.kernel.cases.concept.seals import seal_of
from shangheng.kernel.cases.concept.views import (
    CaseFile,
    CaseView,
    ClockView,
    JointView,
    LetterView,
    NoteView,
    StepView,
)
from shangheng.kernel.cases.models import (
    CaseRow,
    ClockRow,
    JointRow,
    LetterRow,
    NoteRow,
    StepRow,
)
from shangheng.kernel.cases.store import House, events_of, unit_of


def views(rows: list[CaseRow], at: datetime) -> list[CaseView]:
    """Return cases as lists tell them, each with the clock that runs out first."""
    running = ClockRow.objects.filter(case__in=[row.pk for row in rows], ended_at=None)
    due: dict[Any, datetime] = {}
    for clock in running.exclude(due_at=None):
        if clock.due_at and (clock.case_id not in due or clock.due_at < due[clock.case_id]):
            due[clock.case_id] = clock.due_at
    return [view(row, due.get(row.pk), at) for row in rows]


def view(row: CaseRow, due_at: datetime | None, at: datetime) -> CaseView:
    """Return a case as lists tell it."""
    return CaseView(
        row.number, row.kind, row.title, row.state, row.outcome, row.region, row.department,
        row.holder, row.opened_at, row.changed_at, row.closed_at, row.version, due_at,
        due_at is not None and due_at <= at, row.values,
    )  # fmt: skip


def file_of(kind: CaseKind, row: CaseRow, at: datetime, house: House) -> CaseFile:
    """Return a whole case with everything that was done with it."""
    clocks = tuple(_clock(kind, each, at, house) for each in row.clocks.order_by("pk"))
    main = row.gathered_into
    return CaseFile(
        views([row], at)[0],
        tuple(step(each) for each in row.steps.order_by("number")),
        clocks,
        tuple(_note(each) for each in row.notes.order_by("pk")),
        (),
        tuple(row.gathered.order_by("number").values_list("number", flat=True)),
        main.number if main else "",
        tuple(letter(each) for each in row.letters.select_related("case", "step").order_by("pk")),
        tuple(_joint(each) for each in row.joint.order_by("pk")),
        row.disputes.filter(settled_at=None).exists(),
    )


def _joint(row: JointRow) -> JointView:
    return JointView(
        row.region, row.department, row.task, row.asked_at, row.answer, row.answered_by,
        row.answered_at,
    )  # fmt: skip


def letter(row: LetterRow) -> LetterView:
    """Return a letter, and whether it is as it was sealed."""
    genuine = row.digest == digest_of(row.code, row.content) == row.step.values.get("digest")
    return LetterView(
        row.case.number, row.case.kind, row.name, row.code, row.content, row.digest,
        row.issued_at, row.step.number, row.step.seal, row.leaf,
        genuine and is_intact(row.case),
    )  # fmt: skip


def step(row: StepRow) -> StepView:
    """Return what was done as it is told."""
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


def _seal_again(row: CaseRow, step: StepRow, before: str) -> str:
    entry = {
        "case": row.number, "number": step.number, "act": step.act, "name": step.name,
        "source": step.source, "target": step.target, "by": step.by, "role": step.role,
        "at": step.at.astimezone(c.CHINA).isoformat(), "values": step.values,
    }  # fmt: skip
    return seal_of(entry, before)


def is_intact(row: CaseRow) -> bool:
    """Tell whether the steps of a case are as they were sealed."""
    before = seal_of({"kind": row.kind}, "")
    for step in row.steps.order_by("number"):
        if _seal_again(row, step, before) != step.seal:
            return False
        before = step.seal
    return before == row.seal
