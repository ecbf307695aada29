# SPDX-License-Identifier: Apache-2.0
"""What moves the funds: appropriated by the treasury, moved by the steps of applications.

Each function runs in the transaction of its caller where one is open; the transfers of one award
are linked: every treasury pays its share, or none does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from shangheng.kernel.accounts import actions as accounts
from shangheng.kernel.accounts import proving
from shangheng.kernel.accounts.concept.kinds import by_name
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.accounts.concept.units import pieces_of, written
from shangheng.kernel.accounts.queries import balances, spelled
from shangheng.kernel.errors import Conflict, Invalid, NotFound
from shangheng.kernel.parties import actions as parties
from shangheng.kernel.parties import queries as known
from shangheng.kernel.regions import queries as regions
from shangheng.kernel.registers.concept.actors import Hand
from shangheng.services.incentives.rules.conditions import inside
from shangheng.services.incentives.rules.funds import (
    FUND_KINDS,
    FUND_PLAN,
    PURSES,
    TREASURY_KIND,
    Purse,
    Share,
    fund_code,
    purse_named,
)

OUTSIDE = "treasury"
CHAIN_FAILED = "transfer.chain_failed"
KEY_MAX = 60


@dataclass(frozen=True, kw_only=True)
class Line:
    """A budget line: which purse of which treasury, in which year.

    ``home`` is the region of the house, whose own line holds those of the treasuries below it.
    """

    purse: Purse
    region: str
    year: int
    home: str = ""

    @property
    def code(self) -> str:
        """Return the code of its accounts."""
        return fund_code(self.purse, self.region, self.year)


def appropriate(line: Line, amount: Decimal, document: str, hand: Hand) -> str:
    """Add to a budget line by a document of the treasury, below zero to take back what is free.

    The same document for the same line counts once. Returns the code of the line.
    """
    if not document.strip() or len(document) > KEY_MAX or amount == 0:
        raise Invalid("incentive.appropriation_unclear", document=document, amount=amount)
    unit = PURSES[line.purse][2]
    outside = f"{OUTSIDE}/{line.purse}/{line.region}"
    movement = "appropriate" if amount > 0 else "withdraw"
    key = f"{line.code}:{document.strip()}"
    pieces = abs(pieces_of(amount, unit))
    with transaction.atomic():
        accounts.declare(unit, at=hand.at)
        owner = _treasury(line.region, hand.at)
        accounts.open_account(
            TREASURY_KIND.account(outside, owner=owner, unit=unit.code), at=hand.at
        )
        _open(line, unit.code, hand.at)
        transfer = FUND_PLAN.move(movement, line.code, pieces, key=key, outside=outside)
        facts = {"document": document.strip(), "by": hand.actor.name}
        (outcome,) = proving.post_as(
            [replace(transfer, facts=facts)], hand, by_name(FUND_KINDS), place=line.region
        )
        if outcome.refusal is not None:
            raise spelled(outcome.refusal)
    return line.code


def _open(line: Line, unit: str, at: datetime) -> None:
    """Open the accounts of a line that has none, below those of the division above it."""
    if balances([FUND_PLAN.account(line.code, FUND_PLAN.pots[0].name)]):
        return
    above = ""
    if line.home not in ("", line.region) and inside(line.region, line.home):
        upper = replace(line, region=regions.find(line.region).parent or line.home)
        _open(upper, unit, at)
        above = upper.code
    owner, kind = _treasury(line.region, at), FUND_PLAN.name
    pots = Account(code=line.code, kind=kind, owner=owner, unit=unit, parent=above)
    accounts.open_plan(FUND_PLAN, pots, at=at)


def _treasury(region: str, at: datetime) -> UUID:
    """Return the party that owns a treasury's accounts, put on file the first time."""
    code = f"TREASURY-{region}"
    try:
        return known.find("reporter", code, on=at.date()).uuid
    except NotFound:
        name = f"{regions.find(region).name}财政"
        return parties.register("department", name, {"reporter": code}, region=region, at=at)


def move(
    movement: str, parts: Sequence[Share], key: str, facts: Mapping[str, str], at: datetime
) -> tuple[str, ...]:
    """Move every treasury's share of an award through its fund, all or none; return the keys."""
    made = []
    for number, share in enumerate(parts):
        unit = PURSES[purse_named(share.fund)][2]
        moved = FUND_PLAN.move(
            movement, share.fund, pieces_of(share.amount, unit), key=f"{key}:{movement}:{number}"
        )
        made.append(replace(moved, facts=facts, linked=number < len(parts) - 1))
    outcomes = zip(made, accounts.post(made, at=at), strict=True)
    refused = [(transfer, each.refusal) for transfer, each in outcomes if each.refusal]
    for transfer, refusal in refused:
        if refusal.code != CHAIN_FAILED:  # one of them is at fault, the others are tied to it
            unit = PURSES[purse_named(transfer.source)][2]
            raise Conflict(
                "incentive.fund_short", fund=transfer.source.rpartition("/")[0],
                needed=written(transfer.amount, unit), unit=unit.zh, unit_en=unit.en,
                why=refusal.code,
            ) from refusal  # fmt: skip
    return tuple(each.key for each in made)
