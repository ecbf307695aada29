# SPDX-License-Identifier: Apache-2.0
"""What every act with a case shares: one transaction, whose role it is, what was said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from shangheng.kernel.cases import store
from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.models import CaseRow
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Invalid, NotPermitted
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers.concept.actors import APPLICANT, SYSTEM

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
NOTE_MAX = 4_000


def sealed(act: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Make a function an act: one transaction, in which whatever it does stands or falls."""

    @wraps(act)
    def whole(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with transaction.atomic():
            return act(*args, **kwargs)

    return whole


@dataclass(frozen=True)
class Moved:
    """A case after an act: its state, its version, the seal of the act."""

    number: str
    state: str
    version: int
    seal: str


def region_code(text: str) -> str:
    """Return the code of a region's code or name."""
    return regions.lookup(text).code


def moved(row: CaseRow) -> Moved:
    """Return a case as it stands after an act."""
    return Moved(row.number, row.state, row.version, row.seal)


def officers(kind: CaseKind) -> tuple[str, ...]:
    """Return the roles that work on cases of a kind, those who lead first."""
    told = [role for step in kind.steps for role in step.roles if role not in (APPLICANT, SYSTEM)]
    return tuple(dict.fromkeys((*kind.leads, *told)))


def role_of(kind: CaseKind, hand: Hand, roles: Sequence[str], row: CaseRow, what: str) -> str:
    """Return the role by which a case may be touched; who may and came late is told by whom."""
    bodies = kind.bodies_of(row.values)
    role = hand.actor.role_for(tuple(roles), row.region, row.department, bodies)
    if role is None:
        raise NotPermitted("case.not_yours", what=what, roles=list(roles), region=row.region)
    store.refuse_stale(row, hand.version)
    return role


def said_of(text: str) -> str:
    """Return a text or reason without blanks around it; refuse none and too much."""
    said = text.strip()
    if not said:
        raise Invalid("case.reason_missing")
    if len(said) > NOTE_MAX:
        raise Invalid("case.text_too_long", most=NOTE_MAX)
    return said
