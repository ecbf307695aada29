# SPDX-License-Identifier: Apache-2.0
"""Who sees which cells: officers all, the public only those that do not betray anybody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.kernel.formulas.parameters import decided
from shangheng.kernel.periods import days_in
from shangheng.kernel.service import Registry

DECISION = "cell-minimum"
USUAL_MINIMUM = 3
"""Parties in a published cell until the authority has decided: the usual threshold rule.

No policy document prints one; three is what statistical offices commonly begin with (Handbook on
Statistical Disclosure Control, Eurostat/ESSnet 2010, section 4.2.1).
"""
JOB = "fit-to-publish"
EMBARGO = "embargo"
Held = tuple[str, date, date]
"""An indicator, and the first and last day of which it is not public yet."""


@dataclass(frozen=True)
class Reader:
    """Who looks at figures: an officer, a reporter's program, or anybody."""

    officer: bool = False
    reporter: str | None = None


EVERYBODY = Reader()
OFFICER = Reader(officer=True)


def minimum(decisions: Mapping[str, Any], on: date) -> int:
    """Return how many parties a published cell needs on a day."""
    found = decided(decisions, on, DECISION)
    found = found["value"] if isinstance(found, Mapping) else found
    return USUAL_MINIMUM if found is None else int(found)


def publisher(registry: Registry) -> Callable[[Figure, int], Figure]:
    """Return the rule by which a service withholds cells."""
    found: list[Callable[[Figure, int], Figure]] = [
        service.jobs[JOB] for service in registry.services if JOB in service.jobs
    ]
    return found[0]


def held(registry: Registry) -> tuple[Held, ...]:
    """Return what nobody but officers may see before it is released."""
    asked = (service.jobs[EMBARGO] for service in registry.services if EMBARGO in service.jobs)
    return tuple(span for spans in asked for span in spans())


def without_held(figure: Figure, spans: Sequence[Held]) -> Figure:
    """Return a figure without what is under an embargo: cells whose days touch such a span.

    A cell that is of no period of its own is of all the days that were asked for.
    """
    ours = [(since, until) for name, since, until in spans if name == figure.indicator.name]
    if not ours:
        return figure
    rows = tuple(
        {**row, "value": None, "records": 0, "parties": None, "suppressed": True, "why": EMBARGO}
        if any(first <= until and since <= last for since, until in ours)
        else row
        for row in figure.rows
        for first, last in (_days_of(figure, row),)
    )
    return replace(figure, rows=rows)


def _days_of(figure: Figure, row: Mapping[str, Any]) -> tuple[date, date]:
    """Return from which day to which day a cell counts."""
    for name in figure.question.by:
        if figure.indicator.dimension(name).form == "time" and row.get(name):
            return days_in(name, str(row[name]))
    return figure.question.since or date.min, figure.question.until or date.max


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
