# SPDX-License-Identifier: Apache-2.0
"""What the steps of a voucher do: issued on an application, redeemed by who is listed, paid.

The money was committed when the application was decided and stays so until the voucher is spent
or falls back: what is not paid is released to the treasuries that had committed it. The code of
the case is the token: shown once, kept as a digest, and typed again to spend the voucher.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shangheng.kernel.cases import across as cases
from shangheng.kernel.cases import store
from shangheng.kernel.cases.concept.guards import Taking
from shangheng.kernel.errors import Conflict
from shangheng.kernel.registers import queries as registers
from shangheng.kernel.registers.concept.actors import covers, listed
from shangheng.services.incentives.cases import APPLICATION, VOUCHER
from shangheng.services.incentives.jobs.deciding import (
    READER,
    awarded,
    booked,
    parts_from,
    plainly,
    portion,
)
from shangheng.services.incentives.registers import PROVIDER
from shangheng.services.incentives.rules.funds import Share
from shangheng.services.incentives.rules.provisions import ZERO


def issued(taking: Taking) -> Mapping[str, Any]:
    """Issue one voucher on an application that was granted one; it takes firm and worth of it."""
    number = str(taking.values["application"]).strip().upper()
    row = store.locked(APPLICATION, number)
    grants = row.steps.filter(act="step", name="grant", values__has_key="shares")
    grant = grants.first()
    if grant is None or not covers(taking.home, row.region):
        raise Conflict("incentive.no_voucher", number=number, state=row.state)
    if known := cases.having(VOUCHER, "application", number):
        raise Conflict("incentive.voucher_issued", number=known[0].number, application=number)
    told = {name: grant.values[name] for name in ("shares", "provision")}
    told |= {name: row.values[name] for name in ("name", "code")}
    return {"application": number, "worth": grant.values["amount"], **told}


def chosen(taking: Taking) -> Mapping[str, Any]:
    """Let a firm choose a provider on the list that is not related to it."""
    _refuse_expired(taking)
    return {"provider": _provider(taking, str(taking.given["provider"]))}


def delivered(taking: Taking) -> Mapping[str, Any]:
    """Take proof of delivery while the voucher is good and its provider is on the list."""
    _refuse_expired(taking)
    _provider(taking, str(taking.said["choose"]["provider"]))
    return {}


def _refuse_expired(taking: Taking) -> None:
    due = taking.due_at.get("validity")
    if due is None or taking.at >= due:
        raise Conflict("incentive.voucher_expired", number=taking.number)


def _provider(taking: Taking, number: str) -> str:
    found = registers.in_force(PROVIDER, number.upper(), actor=READER, today=taking.today)
    firm = str(taking.values["code"])
    if firm == found.values["code"] or firm in listed(found.values.get("ties")):
        raise Conflict("incentive.voucher_related", provider=found.number, firm=firm)
    return found.number


def paid(taking: Taking) -> Mapping[str, Any]:
    """Pay the price, at most the worth; what is left of the worth is free again."""
    parts, worth = parts_from(taking.values["shares"]), Decimal(str(taking.values["worth"]))
    price = min(worth, Decimal(str(taking.said["deliver"]["price"])))
    spent = portion(parts, price, worth)
    by_part = {(each.fund, each.matching): each.amount for each in spent}
    left = (
        Share(fund=each.fund, amount=rest, matching=each.matching)
        for each in parts
        if (rest := each.amount - by_part.get((each.fund, each.matching), ZERO))
    )
    keys = booked("pay", taking, spent)
    return {"amount": str(price), "shares": plainly(spent), "transfers": list(keys),
            **_fallen_back(taking, tuple(left))}  # fmt: skip


def unused(taking: Taking) -> Mapping[str, Any]:
    """Give back to the funds the whole of a voucher that was not spent in time, or is void."""
    return _fallen_back(taking, parts_from(taking.values["shares"]))


def _fallen_back(taking: Taking, parts: tuple[Share, ...]) -> Mapping[str, Any]:
    own = sum((each.amount for each in parts if not each.matching), ZERO)
    released = booked("release", taking, parts)
    return {"released": list(released), **awarded(taking, str(own))}


NAME = VOUCHER.name
VOUCHER_GUARDS = {
    f"{NAME}.open": issued,
    f"{NAME}.choose": chosen,
    f"{NAME}.deliver": delivered,
    f"{NAME}.pay": paid,
    f"{NAME}.expire": unused,
    f"{NAME}.cancel": unused,
}
