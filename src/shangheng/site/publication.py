# SPDX-License-Identifier: Apache-2.0
"""Who sees which cells: officers all, the public only those that do not betray anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.service import Registry

DECISION = "cell-minimum"
USUAL_MINIMUM = 3
"""Parties in a published cell until the authority has decided: the usual threshold rule.

No policy document prints one; three is what statistical offices commonly begin with (Handbook on
Statistical Disclosure Control, Eurostat/ESSnet 2010, section 4.2.1).
"""
JOB = "fit-to-publish"


@dataclass(frozen=True)
class Reader:
    """Who looks at figures: an officer, a reporter's program, or anybody."""

    officer: bool = False
    reporter: str | None = None


EVERYBODY = Reader()
OFFICER = Reader(officer=True)


def minimum(decisions: Mapping[str, Any], on: date) -> int:
    """Return how many parties a published cell needs on a day."""
    decided = decisions.get(DECISION)
    if isinstance(decided, Mapping):
        begun = {date.fromisoformat(str(since)): value for since, value in decided.items()}
        known = [since for since in begun if since <= on]
        decided = begun[max(known)] if known else None
    return USUAL_MINIMUM if decided is None else int(decided)


def publisher(registry: Registry) -> Callable[[Figure, int], Figure]:
    """Return the rule by which a service withholds cells."""
    found: list[Callable[[Figure, int], Figure]] = [
        service.jobs[JOB] for service in registry.services if JOB in service.jobs
    ]
    return found[0]


def own_question(figure: Figure, reporter: str) -> Question | None:
    """Return the same question about one reporter's records alone, where that can be asked."""
    if not any(row.get("suppressed") for row in figure.rows):
        return None
    if "reporter" not in {dimension.name for dimension in figure.indicator.by}:
        return None
    where = tuple(sorted({*figure.question.where, ("reporter", reporter)}))
    return replace(figure.question, where=where)


def with_own(published: Figure, whole: Figure, own: Figure) -> Figure:
    """Return the published figure with the cells open that hold nothing but one's own records."""
    names = [*whole.question.by, "currency"]
    mine = {tuple(row.get(name) for name in names): row["records"] for row in own.rows}
    rows = []
    for shown, row in zip(published.rows, whole.rows, strict=True):
        alone = mine.get(tuple(row.get(name) for name in names)) == row["records"]
        rows.append({**row, "suppressed": False} if shown.get("suppressed") and alone else shown)
    return replace(published, rows=tuple(rows))
