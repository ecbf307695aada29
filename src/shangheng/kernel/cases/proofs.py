# SPDX-License-Identifier: Apache-2.0
"""What can be proved of cases: each step and letter by its leaf, a whole case by its chain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.letters import sealed_content
from shangheng.kernel.cases.concept.seals import seal_of
from shangheng.kernel.cases.models import CaseRow, LetterRow, StepRow
from shangheng.kernel.cases.products import ISSUED
from shangheng.kernel.errors import NotFound
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.evidence.findings import Finding, SealedRow
from shangheng.kernel.periods import CHINA

MOVES = ("transfer", "settle_dispute")


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
    """Return the seal that a step should have after the one before it."""
    return seal_of(_entry(row, step), before)


def _entry(row: CaseRow, step: StepRow) -> dict[str, Any]:
    """Return what was written down of a step, as `store.append` seals it."""
    return {
        "case": row.number, "number": step.number, "act": step.act, "name": step.name,
        "source": step.source, "target": step.target, "by": step.by, "role": step.role,
        "at": step.at.astimezone(CHINA).isoformat(), "values": step.values,
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


def sealed_letters() -> Iterator[SealedRow]:
    """Give every letter with the leaf that seals it and what that says."""
    rows = LetterRow.objects.select_related("case", "step").order_by("pk")
    for key, row in evidence.readable(rows):
        where = f"kernel_case_letter/{key}"
        if row is None or not isinstance(row.content, dict):
            yield SealedRow(where, -1, ISSUED, "?", "")
            continue
        object_id, content = f"{row.case.number}/{row.step.number}", letter_content(row)
        yield SealedRow(where, row.leaf, ISSUED, object_id, content, {"digest": row.digest})


def letter_content(row: LetterRow) -> dict[str, Any]:
    """Return what was sealed of a letter: its words and its code."""
    return sealed_content(row.code, row.content)


def letter_sealed_by(leaf: int) -> dict[str, Any]:
    """Return what a leaf of a letter commits to."""
    row = LetterRow.objects.filter(leaf=leaf).first()
    if row is None:
        raise NotFound("evidence.leaf_unknown", index=leaf)
    return letter_content(row)


def chain(number: str) -> tuple[str, list[dict[str, Any]], StepRow]:
    """Return a case as one chain: its kind, what was sealed of each step, and the last one."""
    row = CaseRow.objects.filter(number=number).first()
    if row is None:
        raise NotFound("case.unknown", number=number)
    steps = list(row.steps.order_by("number"))
    return row.kind, [_entry(row, step) for step in steps], steps[-1]


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
        elif step.act == "hand_back" or step.act in MOVES:
            self.holder = ""
        if step.act in MOVES:
            self.region, self.department = told.get("region", ""), told.get("department", "")
