# SPDX-License-Identifier: Apache-2.0
"""What one page says before a meeting: targets in order of worry, tasks, and who owes what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shangheng.kernel.policies.concept import Jurisdiction, document_of
from shangheng.services.policy.rules.standing import Standing
from shangheng.services.policy.rules.tracking import DONE, Task

WORRY = ("late", "behind", "unknown", "on_course", "done")
DEBTORS_MAX = 10


@dataclass(frozen=True)
class Debtor:
    """A body with late or stuck tasks, and the clauses that these carry out."""

    body: str
    late: int
    stuck: int
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Brief:
    """The page: targets, and tasks where the reader may see them."""

    standings: tuple[Standing, ...]
    tasks: tuple[Task, ...] | None
    done: int
    late: int
    stuck: int
    debtors: tuple[Debtor, ...]
    waiting: tuple[Task, ...]

    @property
    def sentence(self) -> tuple[str, str]:
        """Return how the tasks stand in one sentence."""
        count = len(self.tasks or ())
        waits = len(self.waiting)
        zh = f"共 {count} 项任务：完成 {self.done}，逾期 {self.late}，有困难 {self.stuck}，"
        en = f"Of {count} tasks {self.done} are done, {self.late} late and {self.stuck} stuck; "
        return f"{zh}等待会议决定 {waits}。", f"{en}{waits} wait for a decision."


def brief_of(
    place: Jurisdiction, standings: Sequence[Standing], held: Sequence[Task] | None, today: date
) -> Brief:
    """Return the page of a place as of a day; without tasks where these may not be seen."""
    ordered = tuple(sorted(standings, key=lambda each: WORRY.index(each.verdict)))
    own = {text.id for text in place.documents}
    tasks = tuple(each for each in held or () if document_of(each.clause) in own)
    late = [each for each in tasks if each.is_late(today)]
    stuck = [each for each in tasks if each.state in {"problem", "escalated"}]
    return Brief(
        standings=ordered,
        tasks=None if held is None else tasks,
        done=sum(each.state == DONE for each in tasks),
        late=len(late),
        stuck=len(stuck),
        debtors=_debtors(late, stuck),
        waiting=tuple(each for each in tasks if each.state == "escalated"),
    )


def _debtors(late: Sequence[Task], stuck: Sequence[Task]) -> tuple[Debtor, ...]:
    """Return who answers for what is late or stuck: the lead, else all that are named."""
    owed: dict[str, list[Task]] = {}
    for task in dict.fromkeys((*late, *stuck)):
        for body in (task.lead,) if task.lead else task.units:
            owed.setdefault(body, []).append(task)
    debtors = [
        Debtor(
            body=body,
            late=sum(task in late for task in tasks),
            stuck=sum(task in stuck for task in tasks),
            clauses=tuple(dict.fromkeys(task.clause for task in tasks)),
        )
        for body, tasks in owed.items()
    ]
    debtors.sort(key=lambda each: (-each.late, -each.stuck, each.body))
    return tuple(debtors[:DEBTORS_MAX])
