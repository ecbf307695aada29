# SPDX-License-Identifier: Apache-2.0
"""Kinds of account: who may take from them, who may give to them, whether that is sealed.

An account whose kind nobody declared is nobody's to post on by hand; only the house itself does,
through the actions of a service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shangheng.kernel.accounts.concept.plans import OUTSIDE, Plan
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.errors import Invalid, NotPermitted

ANYBODY = "*"
"""Whoever may take from the other end may also give to an account that says so."""


@dataclass(frozen=True, kw_only=True)
class AccountKind:
    """A kind of account: roles that may take from it (``takes``) and give to it (``gives``).

    With ``seals`` every posting on it is a leaf of the log, in the transaction that books it.
    ``name`` is the ``kind`` with which accounts are opened, a plan's pots as ``plan.pot``. No
    account of it falls below its ``floor``; without one it stands for the world outside.
    Of a ``plan`` it is the ``pot``, and ``by`` says which roles make which of its movements.
    """

    name: str
    zh: str
    en: str
    takes: tuple[str, ...]
    gives: tuple[str, ...] = (ANYBODY,)
    seals: bool = True
    basis: tuple[str, ...] = ()
    floor: int | None = 0
    plan: Plan | None = None
    pot: str = ""
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def account(self, code: str, *, owner: UUID, unit: str) -> Account:
        """Return an account of this kind, to be opened."""
        return Account(code=code, kind=self.name, owner=owner, unit=unit, floor=self.floor)


@dataclass(frozen=True)
class Outside:
    """The account beyond a plan, from which its amounts come and to which they go back."""

    name: str
    zh: str
    en: str


def kinds_of(
    plan: Plan, *, by: Mapping[str, tuple[str, ...]], outside: Outside, basis: tuple[str, ...]
) -> tuple[AccountKind, ...]:
    """Return the kinds of a plan's accounts, from which roles make which of its movements.

    Whoever makes a movement takes from the one end and gives to the other. The last kind is that
    of the account outside.
    """
    if strange := sorted({*by} ^ {*plan.by_name}):
        raise Invalid("plan.movements_unassigned", plan=plan.zh, movements=strange)

    def movers(pot: str, *, takes: bool) -> tuple[str, ...]:
        ends = ((each.source if takes else each.target, each.name) for each in plan.movements)
        return tuple(dict.fromkeys(role for end, name in ends if end == pot for role in by[name]))

    pots = [(f"{plan.name}.{pot.name}", pot.zh, pot.en, pot.name, 0) for pot in plan.pots]
    ends = [*pots, (outside.name, outside.zh, outside.en, OUTSIDE, None)]
    return tuple(
        AccountKind(
            name=name, zh=zh, en=en, floor=floor, basis=basis,
            takes=movers(pot, takes=True), gives=movers(pot, takes=False),
            plan=plan, pot=pot, by=by,
        )
        for name, zh, en, pot, floor in ends
    )  # fmt: skip


def allowed(
    source: tuple[str, AccountKind], target: tuple[str, AccountKind]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return which account takes which roles for a posting between two, by their codes.

    In a plan only its movements exist, within one fund, each by its own roles.
    """
    (giver, taken), (taker, given) = source, target
    plan = taken.plan or given.plan
    if plan is None:
        return [(giver, taken.takes), (taker, given.gives)]
    ends = (taken.pot, given.pot)
    roles = [taken.by[m.name] for m in plan.movements if (m.source, m.target) == ends]
    funds = {code.rpartition("/")[0] for code, kind in (source, target) if kind.pot != OUTSIDE}
    if taken.plan != given.plan or len(funds) > 1 or not roles:
        raise NotPermitted("account_kind.no_movement", plan=plan.zh, plan_en=plan.en,
                           source=giver, target=taker)  # fmt: skip
    return [(giver, tuple(role for each in roles for role in each))]


def by_name(kinds: tuple[AccountKind, ...]) -> Mapping[str, AccountKind]:
    """Return kinds by their names; two of one name are refused."""
    found = {kind.name: kind for kind in kinds}
    if len(found) < len(kinds):
        raise Invalid("account_kind.twice", kinds=sorted(kind.name for kind in kinds))
    return found
