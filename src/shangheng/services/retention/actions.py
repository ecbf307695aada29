# SPDX-License-Identifier: Apache-2.0
"""What can be done about retention: every act under a role, whatever concerns a case under one.

Officers hold, ask and hand over; only a lead releases what was held, disposes and destroys.
"""

from dataclasses import dataclass

from django.db import transaction

from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases.concept.views import CaseView
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import NotPermitted
from shangheng.kernel.exchange.forgetting import Forgetting
from shangheng.kernel.records import answering, disposing
from shangheng.kernel.records.concept.custody import Answer
from shangheng.kernel.records.concept.kinds import RecordKind
from shangheng.kernel.records.concept.retention import (
    Disposal,
    Hold,
    Holding,
    Period,
    Said,
    Selection,
)
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.service import Registry
from shangheng.services.retention import queries
from shangheng.services.retention.cases import LEAD, OFFICER


@dataclass(frozen=True)
class Desk:
    """Who acts, on which ledger, among which kinds of records and cases."""

    hand: Hand
    home: Ledger
    registry: Registry

    def require(self, *roles: str) -> None:
        """Refuse whoever has none of the roles here."""
        if self.hand.actor.role_for(roles, self.hand.house.region) is None:
            raise NotPermitted("retention.not_yours", roles=list(roles))

    def said(self, why: str) -> Said:
        """Return by whom and when something is done, and why."""
        return Said(self.hand.actor.name, why, self.hand.at)


def hold(asked: Selection, *, case: str, reason: str, desk: Desk) -> Holding:
    """Hold what a case needs; the case notes it."""
    desk.require(OFFICER, LEAD)
    under = queries.case_for(desk.registry, case, desk.hand)
    kind = desk.registry.kind_held(asked.kind) if asked.kind else None
    told = desk.said(reason)
    with transaction.atomic():
        given = Hold(
            number="", case=under.number, reason=told.why, by=told.by, at=told.at,
            kind=asked.kind, reporter=asked.reporter, batch=asked.batch, since=asked.since,
            until=asked.until, where=asked.where,
        )  # fmt: skip
        placed = disposing.hold(given, home=desk.home, kind=kind)
        _note(under, f"留存冻结 hold {placed.hold.number}", desk)
    return placed


def release(number: str, reason: str, desk: Desk) -> Holding:
    """Let go of what was held."""
    desk.require(LEAD)
    return disposing.release(number, desk.said(reason))


def dispose(kind: RecordKind, period: Period, reason: str, desk: Desk) -> Disposal | None:
    """Dispose of what is due of a kind and not held; whoever received it is told to forget it."""
    desk.require(LEAD)
    told_to = Forgetting(desk.home, desk.registry.held, kind.name, desk.hand.at)
    return disposing.dispose(desk.home, kind, period, desk.said(reason), before=told_to)


def ask(asked: Selection, *, case: str, purpose: str, desk: Desk) -> Answer:
    """Answer a question from retained records under a case; the case notes it."""
    desk.require(OFFICER, LEAD)
    under = queries.case_for(desk.registry, case, desk.hand)
    kind = desk.registry.kind_held(asked.kind)
    with transaction.atomic():
        answer = answering.ask(desk.home, kind, asked, case=under.number, told=desk.said(purpose))
        said = f"调取 answer {answer.number}: {answer.rows}, sha256 {answer.digest}"
        _note(under, said, desk)
    return answer


def give(number: str, *, to: str, why: str, desk: Desk) -> tuple[Answer, bytes]:
    """Hand an answer over; return it with its bytes."""
    desk.require(OFFICER, LEAD)
    return answering.give(desk.home, number, desk.said(why), to=to)


def destroy(number: str, why: str, desk: Desk) -> Answer:
    """Make an answer unreadable; its chain of custody stays."""
    desk.require(LEAD)
    return answering.destroy(desk.home, number, desk.said(why))


def _note(under: CaseView, text: str, desk: Desk) -> None:
    """Write on the case what was done under it, where the actor may write there.

    Who may only look leaves the case's own chain alone; hold and answer name the case anyway.
    """
    kind = desk.registry.case_kind(under.kind)
    try:
        cases.add_note(kind, under.number, text, desk.hand, outward=False)
    except NotPermitted:
        return
