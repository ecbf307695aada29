# SPDX-License-Identifier: Apache-2.0
"""Who pays first, from which guarantee and how much; for how long goods are guaranteed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shangheng.kernel.accounts.concept.kinds import Outside, kinds_of
from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.errors import Conflict, Invalid
from shangheng.services.consumer.cases.steps import FINANCE, LEAD, OFFICER

FUND_KINDS = kinds_of(
    GUARANTEE,
    by={
        "deposit": (LEAD,), "refund": (LEAD,),
        "claim": (OFFICER,), "reject": (LEAD,),
        "pay": (FINANCE,), "recover": (FINANCE,),
    },
    outside=Outside("bank", "保证金专户（平台之外）", "bank account of the guarantees, outside"),
    basis=("hunan-2015 (十一)", "hunan-2015 (二十五)"),
)  # fmt: skip
"""Who moves a guarantee, within one fund and in no other way: a lead books what came to the bank
and gives back what nobody claims; an officer sets aside for a claim, a lead lets go of it; finance
pays it and books recoveries. ``GUARANTEE`` says what each does to the pots.
"""
BANK_KIND = FUND_KINDS[-1]
PROMISES = {
    "return": ("包退", "may be returned"),
    "exchange": ("包换", "may be exchanged"),
    "repair": ("包修", "is repaired free of charge"),
}


def owed(said: Mapping[str, Any], form: Mapping[str, Any]) -> Decimal:
    """Return the most that may be advanced: what was settled, though it be nothing.

    Only where the settlement names no amount does the claim count.
    """
    amounts = [said.get("pays"), form.get("claim")]
    told = next((Decimal(str(each)) for each in amounts if each not in (None, "")), Decimal(0))
    if told <= 0:
        raise Invalid("consumer.nothing_owed")
    return told


def check_advance(
    said: Mapping[str, Any], form: Mapping[str, Any], fund: Mapping[str, Any]
) -> None:
    """Refuse an advance from another's guarantee, of nothing, or of more than is owed.

    The operator who was asked first answers (经营者首问): it is pinned when the complaint is taken
    up, and no later step can name another.
    """
    first = str(said.get("first_operator", ""))
    if not first:
        raise Conflict("consumer.nobody_asked_first")
    if str(fund["operator"]) != first:
        raise Conflict("consumer.not_the_first_asked", first=first, fund=fund["operator"])
    most, wanted = owed(said, form), Decimal(str(said["advance"]))
    if wanted <= 0:
        raise Invalid("consumer.advance_of_nothing", most=str(most))
    if wanted > most:
        raise Invalid("consumer.advance_too_much", advance=str(wanted), most=str(most))


@dataclass(frozen=True)
class Promise:
    """Until when a product is guaranteed, in one way."""

    what: str
    last_day: date
    days_left: int


def promises(term: Mapping[str, Any], received_on: date, today: date) -> Iterator[Promise]:
    """Yield what a product's guarantee still promises; the day of receipt is not counted."""
    for what in PROMISES:
        if days := term.get(f"{what}_days"):
            last = received_on + timedelta(days=int(days))
            yield Promise(what, last, max(0, (last - today).days + 1))
