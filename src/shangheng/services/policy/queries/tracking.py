# SPDX-License-Identifier: Apache-2.0
"""What became of the clauses: their tasks with what was done in them, and targets judged."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from shangheng.kernel.cases import queries as cases
from shangheng.kernel.cases import trends
from shangheng.kernel.cases.concept.views import CaseView, StepView, Wanted
from shangheng.kernel.policies.concept import Library
from shangheng.kernel.policies.queries import Owed
from shangheng.kernel.registers.concept.actors import Actor, Post, listed
from shangheng.services.policy.cases import JUDGEMENT, READER, TASK, VERDICTS
from shangheng.services.policy.rules.standing import Judged
from shangheng.services.policy.rules.tracking import Task

READ_MAX = 50_000
HOUSE = Actor("shangheng", (Post(READER),))
"""The house itself, and whoever has its shell: reads every task and judgement, changes none."""


def may_see(actor: Actor) -> bool:
    """Return whether somebody has anything to do with tasks."""
    return cases.knows(TASK, actor)


def sees_those_of(actor: Actor, bodies: Collection[str] = ()) -> bool:
    """Return whether somebody sees the tasks of some bodies; without any, whether all of them."""
    named = (*bodies, TASK.office)
    return any(post.role in TASK.roles and post.works_on("", named) for post in actor.posts)


def tasks(actor: Actor, at: datetime) -> list[Task]:
    """Return every task that somebody may see."""
    found = trends.with_steps(TASK, Wanted(limit=READ_MAX), actor=actor, at=at)
    return [_task(view, steps) for view, steps in found]


def _task(view: CaseView, steps: Sequence[StepView]) -> Task:
    """Return a case as a task: what a later step says counts, not what an earlier one said."""
    said = {name: value for step in steps for name, value in step.values.items()}
    inspected = [step.values["finding"] for step in steps if step.name == "inspect"]
    bad = bool(inspected) and inspected[-1] != "on_course"
    return Task(
        number=view.number,
        clause=str(view.values["clause"]),
        work=str(view.values["work"]),
        lead=str(view.values.get("lead", "")),
        units=listed(view.values.get("units")),
        state=view.state,
        due_on=date.fromisoformat(said["due_on"]) if said.get("due_on") else None,
        percent=said.get("percent"),
        needs=listed(view.values.get("needs")),
        finding=inspected[-1] if bad else "",
        decision=str(said.get("decision", "")),
        proofs=sum(len(step.values.get("proof", ())) for step in steps),
    )


def of_duty(held: Iterable[Task], owed: Owed) -> list[Task]:
    """Return the tasks of a duty; one of the whole clause is a task of each of its duties."""
    return [each for each in held if each.clause in {owed.ref, owed.clause.ref}]


def of_bodies(held: Iterable[Task], forms: Collection[str]) -> list[Task]:
    """Return the tasks that a body leads or joins, under any of its printed forms."""
    return [each for each in held if set(forms) & set(each.bodies)]


def references(library: Library) -> set[str]:
    """Return everything that a task may name as its clause: clauses, and duties by letter."""
    found = set()
    for document in library.documents.values():
        for clause in document.clauses:
            found |= {clause.ref, *(f"{clause.ref}#{duty.id}" for duty in clause.duties)}
    return found


def judgements(at: datetime, year: int | None = None) -> dict[str, Judged]:
    """Return the latest confirmed judgement of each target, up to a year if one is given."""
    wanted = Wanted(state="confirmed", limit=READ_MAX)
    found: dict[str, Judged] = {}
    for view in cases.inbox(JUDGEMENT, wanted, actor=HOUSE, at=at):
        told = view.values
        made = Judged(
            told["year"], VERDICTS[told["verdict"]], told["verdict"] == "reached", view.number,
            len(told.get("proof", ())),
        )  # fmt: skip
        before = found.get(told["target"])
        if (year is None or made.year <= year) and (before is None or before.year <= made.year):
            found[told["target"]] = made
    return found
