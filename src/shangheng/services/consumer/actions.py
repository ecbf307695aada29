# SPDX-License-Identifier: Apache-2.0
"""What the steps of a complaint do besides: check mediators, pin operators, open guarantees."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts.concept.plans import GUARANTEE as PLAN
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.accounts.concept.units import CNY
from shangheng.kernel.cases import actions as cases
from shangheng.kernel.cases import queries as case_queries
from shangheng.kernel.cases.actions import Opened
from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.cases.store import Hand
from shangheng.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from shangheng.kernel.evidence import queries as evidence
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties import queries as party_queries
from shangheng.services.consumer import queries
from shangheng.services.consumer.cases.complaint import COMPLAINT
from shangheng.services.consumer.cases.others import BANK
from shangheng.services.consumer.registers import GUARANTEE, MEDIATOR
from shangheng.services.consumer.rules import guarantees, mediation


def fast_track(taking: Taking) -> None:
    """Let only what the authority calls small and simple onto the fast track."""
    configuration = taking.configuration
    asked = mediation.fast_track(taking.values, on=taking.today, configuration=configuration)
    if failing := [each for each in asked if not each.holds]:
        raise Conflict(
            "consumer.not_for_the_fast_track", lacks=[each.zh for each in failing],
            en=[each.en for each in failing],
        )  # fmt: skip
    appoint(taking)


def appoint(taking: Taking) -> None:
    """Refuse a mediator who is not on the roster, is tied to a side, or is somebody else."""
    mediator = queries.entry_of(MEDIATOR, str(taking.told["mediator"]), taking.today).values
    ties = list(mediation.conflicts(mediator, queries.sides(taking.values, taking.told)))
    if ties:
        raise Conflict(
            "consumer.conflict_of_interest", mediator=mediator["name"],
            ties=sorted({tie for _, tie in ties}),
        )  # fmt: skip
    name = taking.actor.name
    is_officer = taking.actor.role_for(("consumer.officer",), taking.region)
    if not is_officer and mediator["account"] != name:
        raise NotPermitted("consumer.not_this_mediator", by=name, mediator=mediator["account"])


def attach(taking: Taking) -> None:
    """Refuse evidence that is said to be in the log and is not."""
    if (leaf := taking.told.get("leaf")) is not None:
        evidence.leaf(int(leaf))


def first_asked(taking: Taking) -> None:
    """Set aside only what the operator who was asked first owes, from its own guarantee."""
    fund = queries.entry_of(GUARANTEE, str(taking.told["fund"]), taking.today)
    guarantees.check_advance(taking.told, taking.values, fund.values)


def deposit(taking: Taking) -> None:
    """Open the accounts of a guarantee before its first deposit is booked."""
    _require(taking, "deposit")
    number = str(taking.values["fund"])
    fund = queries.entry_of(GUARANTEE, number, taking.today)
    at = taking.at
    accounts.declare(CNY, at=at)
    bank = _party("department", "消费维权保证金专户", {"reporter": BANK}, taking)
    outside = guarantees.BANK_KIND.account(BANK, owner=bank, unit=CNY.code)
    accounts.open_account(outside, at=at)
    owner = _party("platform", str(fund.values["name"]),
                   {"platform": str(fund.values["operator"])}, taking)  # fmt: skip
    line = Account(code=f"guarantee/{number}", kind=PLAN.name, owner=owner, unit=CNY.code)
    accounts.open_plan(PLAN, line, at=at)


def refund(taking: Taking) -> None:
    """Refuse to give back what was noted as a deposit."""
    _require(taking, "refund")


def _require(taking: Taking, move: str) -> None:
    if taking.values["move"] != move:
        raise Invalid("consumer.other_movement", number=taking.number, move=taking.values["move"])


def _party(kind: str, name: str, codes: Mapping[str, str], taking: Taking) -> UUID:
    """Return the party that bears a code, on file from now on if it was not."""
    ((scheme, value),) = codes.items()
    try:
        return party_queries.find(scheme, value, on=taking.today).uuid
    except NotFound:
        return parties.register(kind, name, codes, at=taking.at)


GUARDS = {
    "complaint.investigate": attach,
    "complaint.fast_track": fast_track,
    "complaint.mediate": appoint,
    "complaint.set_aside": first_asked,
    "guarantee_deposit.book": deposit,
    "guarantee_deposit.give_back": refund,
}


@transaction.atomic
def take_claim(given: Mapping[str, Any], told: Mapping[str, str], hand: Hand) -> Opened:
    """Open a complaint that a station hands in, and let the station deal with it first.

    The same order of the same seller that is open already is refused with its number, so that a
    claim that is sent again is not counted twice.
    """
    opened = cases.open_case(COMPLAINT, given, hand)
    officer = queries.HOUSE
    twins = case_queries.similar(COMPLAINT, opened.number, actor=officer)
    same = [each for each in twins
            if given.get("order_no") and each.values.get("order_no") == given.get("order_no")
            and each.values.get("seller") == given.get("seller")]  # fmt: skip
    if same:
        raise Conflict("consumer.claim_known", number=same[0].number)
    cases.take_step(COMPLAINT, opened.number, "to_station", told, hand)
    return opened
