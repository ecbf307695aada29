# SPDX-License-Identifier: Apache-2.0
"""Plans (款项办法): which accounts a budget or a fund has, and which movements between them exist.

A plan is a table that can be read aloud: each movement takes from one pot and gives to another,
and there are no others. Every pot has the floor zero, so that no movement can take what is not
there; what comes from outside the plan comes from the account that the plan is opened with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shangheng.kernel.accounts.concept.transfers import Transfer
from shangheng.kernel.errors import Invalid

OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Pot:
    """One account of a plan."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Movement:
    """What may be done with a plan's amounts, and between which of its pots."""

    name: str
    source: str
    target: str
    zh: str
    en: str


@dataclass(frozen=True)
class Plan:
    """A budget, fund, deposit or quota as pots and the movements between them."""

    name: str
    zh: str
    en: str
    pots: tuple[Pot, ...]
    movements: tuple[Movement, ...]
    basis: tuple[str, ...] = ()
    by_name: Mapping[str, Movement] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a table with a movement to nowhere or with one name for two things."""
        pots = [OUTSIDE, *(pot.name for pot in self.pots)]
        names = [movement.name for movement in self.movements]
        ends = {end for each in self.movements for end in (each.source, each.target)}
        strange = sorted(ends - {*pots})
        if strange or len({*pots}) < len(pots) or len({*names}) < len(names):
            raise Invalid("plan.malformed", plan=self.name, strange=strange)
        object.__setattr__(self, "by_name", {each.name: each for each in self.movements})

    def account(self, code: str, pot: str) -> str:
        """Return the code of one pot's account of the plan that was opened under a code."""
        return f"{code}/{pot}"

    def move(self, name: str, code: str, amount: int, *, key: str, outside: str = "") -> Transfer:
        """Return a movement as a transfer; ``outside`` is the account where one end lies out."""
        if name not in self.by_name:
            raise Invalid("plan.movement_unknown", plan=self.zh, name=name, known=[*self.by_name])
        movement = self.by_name[name]
        ends = [
            outside if end == OUTSIDE else self.account(code, end)
            for end in (movement.source, movement.target)
        ]
        if not all(ends):
            raise Invalid("plan.outside_missing", plan=self.zh, name=name)
        return Transfer(key=key, source=ends[0], target=ends[1], amount=amount, kind=name)


BUDGET = Plan(
    "budget",
    "预算",
    "budget",
    pots=(
        Pot("available", "可用额度", "available"),
        Pot("committed", "已安排", "committed"),
        Pot("paid", "已支付", "paid"),
    ),
    movements=(
        Movement("appropriate", OUTSIDE, "available", "下达预算", "appropriate"),
        Movement("withdraw", "available", OUTSIDE, "收回预算", "take back what is not committed"),
        Movement("commit", "available", "committed", "安排", "commit to a purpose"),
        Movement("release", "committed", "available", "撤销安排", "give a commitment up"),
        Movement("pay", "committed", "paid", "支付", "pay what was committed"),
        Movement("return", "paid", "available", "退回", "take back what was paid"),
    ),
)
"""A budget line: nothing is paid that was not committed, nothing committed that is not there."""

GUARANTEE = Plan(
    "guarantee",
    "保证金",
    "guarantee deposit",
    pots=(
        Pot("deposited", "已缴存", "deposited"),
        Pot("claimed", "被申请赔付", "claimed"),
        Pot("paid_out", "已赔付", "paid out"),
    ),
    movements=(
        Movement("deposit", OUTSIDE, "deposited", "缴存", "pay in"),
        Movement("refund", "deposited", OUTSIDE, "退还", "give back what nobody claims"),
        Movement("claim", "deposited", "claimed", "申请赔付", "set aside for a claim"),
        Movement("reject", "claimed", "deposited", "驳回赔付", "a claim was unfounded"),
        Movement("pay", "claimed", "paid_out", "赔付", "pay a founded claim"),
        Movement(
            "recover", "paid_out", "deposited", "追偿到账", "recovered from whoever is liable"
        ),
    ),
)
"""A guarantee deposit: only what is claimed can be paid out. Paying moves what was set aside to
*paid out*; the account outside changes only by deposit and refund. What is recovered from whoever
is liable is free at once: never more than is paid out of this fund in all, whichever complaint."""
