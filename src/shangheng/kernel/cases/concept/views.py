# SPDX-License-Identifier: Apache-2.0
"""A case as it is told: in a list, as a whole file, as numbers; and what can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shangheng.kernel.cases.concept.clocks import Reckoning
from shangheng.kernel.cases.concept.kinds import Step

PAGE = 50


@dataclass(frozen=True)
class ClockView:
    """A clock of a case: how long, until when, whether it is late, how that was counted."""

    name: str
    zh: str
    en: str
    reckoning: Reckoning
    source: str
    basis: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    is_late: bool
    stands: bool


@dataclass(frozen=True)
class StepView:
    """One thing that was done with a case."""

    number: int
    act: str
    name: str
    source: str
    target: str
    by: str
    role: str
    at: datetime
    values: Mapping[str, Any]
    seal: str
    leaf: int


@dataclass(frozen=True)
class NoteView:
    """A note on a case."""

    outward: bool
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class JointView:
    """A department that takes part in a case, what it was asked and what it answered."""

    region: str
    department: str
    task: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Signature:
    """That a side signed a text: the name that it gave, when, and the entry that proves it."""

    name: str
    role: str
    at: datetime
    digest: str
    entry: int
    leaf: int


@dataclass(frozen=True)
class LetterView:
    """A letter of a case: its words, the code on it, and the entry of the log that proves it."""

    case: str
    kind: str
    name: str
    code: str
    content: Mapping[str, Any]
    digest: str
    issued_at: datetime
    entry: int
    seal: str
    leaf: int
    is_genuine: bool
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class CaseView:
    """A case in a list: how it stands, and when the next of its clocks runs out."""

    number: str
    kind: str
    title: str
    state: str
    outcome: str
    region: str
    department: str
    holder: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    version: int
    due_at: datetime | None = None
    is_late: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseFile:
    """A whole case: how it stands, its steps, clocks and notes, what can be done next."""

    case: CaseView
    steps: tuple[StepView, ...]
    clocks: tuple[ClockView, ...]
    notes: tuple[NoteView, ...]
    next_steps: tuple[Step, ...]
    gathered: tuple[str, ...]
    gathered_into: str
    letters: tuple[LetterView, ...] = ()
    joint: tuple[JointView, ...] = ()
    disputed: bool = False


@dataclass(frozen=True)
class Load:
    """How many open cases an officer holds, and how many of them are late."""

    holder: str
    open: int
    late: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for in an inbox, and which part of it; empty is everything."""

    state: str = ""
    region: str = ""
    holder: str = ""
    text: str = ""
    late_at: datetime | None = None
    is_open: bool | None = None
    limit: int = PAGE
    offset: int = 0


@dataclass(frozen=True)
class Statistics:
    """How many cases came, by state, by region and by outcome, and how many clocks were kept."""

    opened: int
    closed: int
    late: int
    by_state: Mapping[str, int]
    by_region: Mapping[str, int]
    by_outcome: Mapping[str, int]
    by_clock: Mapping[str, tuple[int, int]]
    days_median: float | None

    def on_time_percent(self, clock: str) -> float | None:
        """Return the share of ended clocks that ended in time."""
        ended, late = self.by_clock.get(clock, (0, 0))
        return 100 * (ended - late) / ended if ended else None


@dataclass(frozen=True)
class Attached:
    """A file that belongs to a case."""

    name: str
    media: str
    path: Path
