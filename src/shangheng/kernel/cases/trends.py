# SPDX-License-Identifier: Apache-2.0
"""What came in a span of time: counted by what was filed, step by step, in time or late."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, F
from django.db.models.fields.json import KeyTextTransform

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import CaseView, StepView, Wanted
from shangheng.kernel.cases.models import CaseRow, ClockRow, StepRow
from shangheng.kernel.cases.queries import inbox, scoped, step_view, view
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
