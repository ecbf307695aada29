# SPDX-License-Identifier: Apache-2.0
"""What was released, what will be, and what nobody may see before."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shangheng.kernel.cases import across
from shangheng.kernel.cases.concept.views import CaseView
from shangheng.kernel.errors import NotFound
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import NOBODY
from shangheng.kernel.registers.queries import EntryView, Sought, VersionView
from shangheng.services.statistics.cases import RELEASE, UNRELEASED
from shangheng.services.statistics.registers import PUBLISHED_FIGURE
from shangheng.services.statistics.rules.releases import Change, changes


@dataclass(frozen=True)
class Version:
    """One version of a released figure: the release itself, a correction, or its withdrawal."""

    held: VersionView
    figure: dict[str, Any]
    changes: tuple[Change, ...]

    @property
    def act(self) -> str:
        """Return what it is: ``enter``, ``amend`` (a correction) or ``end`` (a withdrawal)."""
        return self.held.act


def unreleased() -> list[CaseView]:
    """Return the releases that are being prepared or wait for their time, oldest first."""
    return across.in_states(RELEASE, UNRELEASED)


def embargo() -> tuple[tuple[str, date, date], ...]:
    """Return of which indicator and which days nothing is public before its release."""
    forms = (each.values for each in unreleased())
    return tuple(
        (form["indicator"], date.fromisoformat(form["since"]), date.fromisoformat(form["until"]))
        for form in forms
    )


def due_at(case: CaseView) -> datetime:
    """Return when a case's figure is to be released."""
    return datetime.fromisoformat(case.values["release_at"])


def calendar() -> list[tuple[str, datetime]]:
    """Return title and time of what is approved and will be released, the next one first."""
    approved = across.in_states(RELEASE, ("approved",))
    return sorted(((each.title, due_at(each)) for each in approved), key=lambda each: each[1])


def released(text: str, today: date) -> list[EntryView]:
    """Return what was released, withdrawn ones too, the latest first."""
    sought = Sought(text=text, state="", limit=None)
    found = registers.listed(PUBLISHED_FIGURE, sought, actor=NOBODY, today=today)
    return sorted(found, key=lambda each: str(each.values["released_at"]), reverse=True)


def about(question: str, today: date) -> EntryView | None:
    """Return what was released of a question and stands, if anything was."""
    where = Sought(where=(("question", question),), limit=1)
    found = registers.listed(PUBLISHED_FIGURE, where, actor=NOBODY, today=today)
    return found[0] if found else None


def standing(number: str, today: date) -> EntryView:
    """Return a released figure that was not withdrawn."""
    found = registers.entry(PUBLISHED_FIGURE, number, actor=NOBODY, today=today)
    if found.state != "current":
        raise NotFound("register.not_in_force", number=number, day=today.isoformat())
    return found


def versions(number: str) -> tuple[Version, ...]:
    """Return every version of a released figure, oldest first, with what each corrected."""
    found: list[Version] = []
    for each in registers.history(PUBLISHED_FIGURE, number, actor=NOBODY):
        figure = json.loads(each.values["figure"])
        changed = tuple(changes(found[-1].figure, figure)) if found else ()
        found.append(Version(each, figure, changed))
    return tuple(found)


def listed(at: datetime) -> list[dict[str, Any]]:
    """Return what was released and what will be, as a shell lists it."""
    done = [
        {"number": each.number, "title": each.title, "state": each.state, "version": each.holds,
         "at": each.values["released_at"]}
        for each in released("", at.date())
    ]  # fmt: skip
    coming = [
        {"number": "", "title": title, "state": "coming", "version": 0, "at": due.isoformat()}
        for title, due in calendar()
    ]
    return [*coming, *done]
