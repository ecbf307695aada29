# SPDX-License-Identifier: Apache-2.0
"""When a task is late or waits for another, and how a duty stands by its tasks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

DONE, DROPPED = "done", "dropped"
ALARMS = {
    "overdue": ("逾期 {days} 天", "{days} days late"),
    "unplanned": ("没有计划和期限", "neither plan nor day"),
    "problem": ("有困难未解决", "an unsolved problem"),
    "escalated": ("等待协调", "waits for a decision"),
    "slow": ("督查：{finding}", "inspection: {finding}"),
    "waits": ("等 {task}", "waits for {task}"),
    "needs_late": ("所等的 {task} 已逾期", "{task}, which comes first, is late"),
    "needs_later": ("所等的 {task} 期限更晚（{day}）", "{task} comes first, but is due on {day}"),
    "needs_dropped": ("所等的 {task} 已终止", "{task}, which comes first, was dropped"),
    "needs_unknown": ("没有前置任务 {task}", "there is no task {task}"),
    "circle": ("前置任务互相等待：{circle}", "tasks wait for each other: {circle}"),
    "clause_unknown": ("条款 {clause} 不在库中", "the clause {clause} is not in the library"),
}  # fmt: skip
STATES = {
    "none": ("未分解", "no task yet"),
    "running": ("推进中", "under way"),
    "late": ("有逾期", "late"),
    "stuck": ("有困难", "stuck"),
    "done": ("已完成", "done"),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as far as its alarms go: where it stands, until when, after which others."""

    number: str
    clause: str
    work: str
    lead: str
    units: tuple[str, ...]
    state: str
    due_on: date | None
    percent: int | None
    needs: tuple[str, ...]
    finding: str = ""
    decision: str = ""
    proofs: int = 0

    @property
    def is_open(self) -> bool:
        """Return whether there is still something to do."""
        return self.state not in {DONE, DROPPED}

    def is_late(self, today: date) -> bool:
        """Return whether its day has passed while something is still to do."""
        return self.is_open and self.due_on is not None and self.due_on < today

    @property
    def bodies(self) -> tuple[str, ...]:
        """Return everybody who works on it, the lead first."""
        return tuple(dict.fromkeys(each for each in (self.lead, *self.units) if each))


@dataclass(frozen=True)
class Alarm:
    """Something that is not as it should be: its code and the facts of its text."""

    code: str
    facts: Mapping[str, str]

    @property
    def words(self) -> tuple[str, str]:
        """Return what it says, in Chinese and English."""
        zh, en = ALARMS[self.code]
        return zh.format_map(self.facts), en.format_map(self.facts)


def alarms(
    tasks: Sequence[Task], today: date, clauses: Iterable[str] | None = None
) -> dict[str, list[Alarm]]:
    """Return by task what is not as it should be; open tasks only.

    ``clauses`` are those of the library, with the letters of duties; without them they are not
    compared.
    """
    by_number = {each.number: each for each in tasks}
    known = None if clauses is None else set(clauses)
    found: dict[str, list[Alarm]] = {}
    for each in tasks:
        if not each.is_open:
            continue
        told = [*_of_itself(each, today), *_of_needs(each, by_number, today)]
        if known is not None and each.clause not in known:
            told.append(Alarm("clause_unknown", {"clause": each.clause}))
        if told:
            found[each.number] = told
    return found


def _of_itself(task: Task, today: date) -> list[Alarm]:
    found = []
    if task.is_late(today) and task.due_on:
        found.append(Alarm("overdue", {"days": str((today - task.due_on).days)}))
    if task.due_on is None:
        found.append(Alarm("unplanned", {}))
    if task.state in {"problem", "escalated"}:
        found.append(Alarm(task.state, {}))
    if task.finding:
        found.append(Alarm("slow", {"finding": task.finding}))
    return found


def _of_needs(task: Task, by_number: Mapping[str, Task], today: date) -> list[Alarm]:
    found = []
    for number in task.needs:
        first = by_number.get(number)
        if first is None:
            found.append(Alarm("needs_unknown", {"task": number}))
        elif first.state == DROPPED:
            found.append(Alarm("needs_dropped", {"task": number}))
        elif first.is_late(today):
            found.append(Alarm("needs_late", {"task": number}))
        elif first.is_open:
            found.append(Alarm("waits", {"task": number}))
            if first.due_on and task.due_on and first.due_on > task.due_on:
                facts = {"task": number, "day": first.due_on.isoformat()}
                found.append(Alarm("needs_later", facts))
    if circle := _circle(task.number, by_number):
        found.append(Alarm("circle", {"circle": " → ".join(circle)}))
    return found


def _circle(start: str, by_number: Mapping[str, Task]) -> list[str]:
    """Return the way from a task over those that come first back to itself."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        task = by_number.get(way[-1])
        for number in task.needs if task else ():
            if number == start:
                return [*way, start]
            if number not in seen:
                seen.add(number)
                ways.append([*way, number])
    return []


def state_of(tasks: Sequence[Task], today: date) -> str:
    """Return how a duty stands by its tasks, the worst first; dropped ones do not count."""
    counted = [each for each in tasks if each.state != DROPPED]
    if not counted:
        return "none"
    if any(each.is_late(today) for each in counted):
        return "late"
    if any(each.state in {"problem", "escalated"} for each in counted):
        return "stuck"
    return "running" if any(each.is_open for each in counted) else "done"
