# SPDX-License-Identifier: Apache-2.0
"""What came in a span of time: counted by what was filed, step by step, in time or late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, F, Q, Sum
from django.db.models.fields.json import KeyTextTransform

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import CaseView, Statistics, StepView, Wanted
from shangheng.kernel.cases.models import CaseRow, ClockRow, StepRow, TallyRow
from shangheng.kernel.cases.queries import (
    COUNTED_MAX,
    inbox,
    is_narrow,
    knows,
    scoped,
    step_view,
    view,
)
from shangheng.kernel.cases.tallies import month_of
from shangheng.kernel.errors import NotPermitted
from shangheng.kernel.registers.concept.actors import Actor


def with_steps(
    kind: CaseKind, wanted: Wanted, *, actor: Actor, at: datetime
) -> list[tuple[CaseView, tuple[StepView, ...]]]:
    """Return cases with everything that was done in them, by number."""
    found = sorted(inbox(kind, wanted, actor=actor, at=at), key=lambda each: each.number)
    steps: dict[str, list[StepView]] = {case.number: [] for case in found}
    rows = StepRow.objects.filter(case__number__in=list(steps)).select_related("case")
    for row in rows.order_by("case", "number"):
        steps[row.case.number].append(step_view(row))
    return [(case, tuple(steps[case.number])) for case in found]


def tallied(
    kind: CaseKind, by: Sequence[str], *, actor: Actor, since: datetime, until: datetime
) -> dict[tuple[str, ...], int]:
    """Count the cases opened in a span by fields of their form, or by ``region``."""
    rows = CaseRow.objects.filter(scoped(kind, actor), opened_at__gte=since, opened_at__lt=until)
    said = {
        f"by_{place}": F(name) if name == "region" else KeyTextTransform(name, "values")
        for place, name in enumerate(by)
    }
    counted = rows.order_by().values(**said).annotate(n=Count("pk")).values_list(*said, "n")
    return {tuple(str(each or "") for each in told): n for *told, n in counted}


def taken(
    kind: CaseKind, step: str, *, actor: Actor, since: datetime, until: datetime
) -> list[tuple[CaseView, StepView]]:
    """Return where a step was taken in a span, with the case as it stands now, oldest first."""
    cases = CaseRow.objects.filter(scoped(kind, actor))
    rows = StepRow.objects.filter(act="step", name=step, at__gte=since, at__lt=until)
    rows = rows.filter(case__in=cases).select_related("case").order_by("at", "pk")
    return [(view(row.case, until), step_view(row)) for row in rows]


def kept(kind: CaseKind, clock: str, numbers: Collection[str]) -> dict[str, bool]:
    """Tell of cases whose clock has ended whether it was kept, by their numbers."""
    rows = ClockRow.objects.filter(
        case__kind=kind.name, case__number__in=numbers, name=clock
    ).exclude(ended_at=None)
    return {
        number: due is None or ended < due
        for number, due, ended in rows.values_list("case__number", "due_at", "ended_at")
        if ended is not None
    }


def statistics(
    kind: CaseKind, *, actor: Actor, since: datetime, until: datetime, at: datetime
) -> Statistics:
    """Count the cases opened in whole months, from that of ``since`` to before that of ``until``.

    The counts are those that are kept with each act, so that it takes as long for a million cases
    as for a thousand. They are not kept by body, so that nobody is told them who sees only the
    cases that name theirs.
    """
    actor = replace(actor, posts=tuple(p for p in actor.posts if not is_narrow(kind, p)))
    if not knows(kind, actor):
        raise NotPermitted("case.counts_of_all", kind=kind.zh, kind_en=kind.en)
    months = Q(month__gte=month_of(since), month__lt=month_of(until))
    rows = TallyRow.objects.filter(months, scoped(kind, actor, joint=False)).order_by()
    found: dict[str, dict[str, int]] = {}
    for what, name, n in rows.values_list("what", "name").annotate(n=Sum("cases")):
        found.setdefault(what, {})[name] = n
    states = rows.filter(what="state", cases__gt=0)
    by_region = states.values_list("region").annotate(n=Sum("cases"))
    days = {int(name): n for name, n in found.get("days", {}).items() if n}
    kept, late = found.get("kept", {}), found.get("late", {})
    opened = CaseRow.objects.filter(
        scoped(kind, actor, joint=False), opened_at__gte=since, opened_at__lt=until
    )
    return Statistics(
        opened=sum(found.get("state", {}).values()),
        closed=sum(days.values()),
        late=opened.filter(due_at__lte=at)[: COUNTED_MAX + 1].count(),
        by_state=_told(found.get("state", {})),
        by_region=_told(dict(by_region)),
        by_outcome=_told(found.get("outcome", {})),
        by_clock={
            name: (kept.get(name, 0) + late.get(name, 0), late.get(name, 0))
            for name in {*kept, *late}
        },
        days_median=_median(days),
    )


def _told(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n}


def _median(days: Mapping[int, int]) -> float | None:
    """Return the middle of a number of days, each with how many cases took so long."""
    middle, passed = (sum(days.values()) + 1) // 2, 0
    for took in sorted(days):
        passed += days[took]
        if passed >= middle:
            return float(took)
    return None
