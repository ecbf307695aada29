# SPDX-License-Identifier: Apache-2.0
"""What a release is about, and what a correction changed: the old value beside the new one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shangheng.kernel.formulas.concept import Level, Question


@dataclass(frozen=True)
class Change:
    """A cell that a correction changed; a value of none was withheld, or was not there."""

    codes: tuple[str | None, ...]
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Return by how much the old value was wrong, where both are known."""
        known = self.before is not None and self.after is not None
        return cast("Decimal", self.after) - cast("Decimal", self.before) if known else None

    def plain(self) -> dict[str, Any]:
        """Return it as plain values; amounts stay exact as text."""
        told = {"old": self.before, "new": self.after, "difference": self.difference}
        return {"cell": list(self.codes)} | {
            name: None if value is None else format(value, "f") for name, value in told.items()
        }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the cells that two sealed figures of one question have differently."""
    names = [*after["question"]["by"], "currency"]
    old, new = (_cells(figure, names) for figure in (before, after))
    for codes in dict.fromkeys([*new, *old]):
        if old.get(codes) != new.get(codes):
            yield Change(codes, old.get(codes), new.get(codes))


def _cells(
    figure: Mapping[str, Any], names: list[str]
) -> dict[tuple[str | None, ...], Decimal | None]:
    return {
        tuple(row.get(name) for name in names): None if row["value"] is None
        else Decimal(row["value"])
        for row in figure["rows"]
    }  # fmt: skip


def asked(form: Mapping[str, Any]) -> Question:
    """Return the question whose answer a form asks to release."""
    return Question(
        by=tuple(form[name] for name in ("period", "by") if form.get(name)),
        level=cast("Level", form.get("level") or "city"),
        since=date.fromisoformat(str(form["since"])),
        until=date.fromisoformat(str(form["until"])),
    )


def question_text(form: Mapping[str, Any]) -> str:
    """Return what a release is about in one line: two releases of the same are one, corrected."""
    question = asked(form)
    split = "+".join(question.by) or "total"
    return f"{form['indicator']} {split} {question.level} {question.since}–{question.until}"
