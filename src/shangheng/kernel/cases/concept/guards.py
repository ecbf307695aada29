# SPDX-License-Identifier: Apache-2.0
"""What a service does with a step: checks, books or enters something before it is written down.

A service declares guards in its manifest under ``kind.step`` (``kind.open`` for the opening of a
case). A guard runs in the transaction of the step, before it is written down: what it returns, if
anything, is sealed with the step; if it refuses, neither the step nor anything else is done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.periods import day_of
from shangheng.kernel.policies.concept import Library
from shangheng.kernel.registers.concept.actors import Actor, Hand

OPENING = "open"


class Figures(Protocol):
    """Where a step that releases a figure gets it, and how it is sealed once it is public."""

    def computed(self, indicator: str, asked: Question, at: datetime) -> Mapping[str, Any]:
        """Return a figure as everybody may see it, with what it was computed from."""

    def seal(self, content: Mapping[str, Any], at: datetime) -> str:
        """Seal what ``computed`` returned, and which ``release`` it is; return its number."""


@dataclass(frozen=True, kw_only=True)
class Taking:
    """A step about to be taken.

    ``values`` are those of the form, ``given`` what is said with this step, ``said`` what was said
    with each earlier one (the latest of a name, in the order of time). ``opened_at`` is when the
    case began (now, if it is being opened), ``due_at`` when each clock that runs is over;
    ``secret`` is what pseudonyms in cases are keyed with.
    """

    kind: str
    number: str
    step: str
    region: str
    values: Mapping[str, Any]
    given: Mapping[str, Any]
    actor: Actor
    at: datetime
    opened_at: datetime
    home: str
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    due_at: Mapping[str, datetime | None] = field(default_factory=dict)
    configuration: Configuration = field(default_factory=dict)
    library: Callable[[], Library] | None = None
    figures: Figures | None = None
    secret: str = ""

    @property
    def today(self) -> date:
        """Return the day in China on which the step is taken."""
        return day_of(self.at)

    @property
    def by(self) -> str:
        """Return the name of who takes the step."""
        return self.actor.name

    @property
    def hand(self) -> Hand:
        """Return the hand that takes it, for what else it moves; the version is the case's."""
        return Hand(self.actor, self.at)

    @property
    def told(self) -> Mapping[str, Any]:
        """Return what all steps so far have said and this one says, later ones over earlier."""
        earlier = {name: value for said in self.said.values() for name, value in said.items()}
        return {**earlier, **self.given}


Guard = Callable[[Taking], Mapping[str, Any] | None]
Guards = Mapping[str, Sequence[Guard]]
