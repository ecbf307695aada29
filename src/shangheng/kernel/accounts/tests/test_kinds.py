# SPDX-License-Identifier: Apache-2.0
"""Who moves a plan says which accounts there are and who may post on them."""

from uuid import uuid4

import pytest

from shangheng.kernel.accounts.concept.kinds import (
    ANYBODY,
    AccountKind,
    Outside,
    allowed,
    kinds_of,
)
from shangheng.kernel.accounts.concept.plans import BUDGET, GUARANTEE
from shangheng.kernel.errors import Invalid, NotPermitted

LEAD, OFFICER, FINANCE = ("x.lead",), ("x.officer",), ("x.finance",)
BY = {"deposit": LEAD, "refund": LEAD, "claim": OFFICER, "reject": LEAD, "pay": FINANCE,
      "recover": FINANCE}  # fmt: skip
BANK = Outside("bank", "专户", "bank")
KINDS = {each.pot: each for each in kinds_of(GUARANTEE, by=BY, outside=BANK, basis=())}


def end(code: str) -> tuple[str, AccountKind]:
    return code, KINDS[code.rpartition("/")[2] if code != "bank" else "outside"]


def test_whoever_makes_a_movement_takes_from_one_end_and_gives_to_the_other() -> None:
    kinds = {each.name: each for each in kinds_of(GUARANTEE, by=BY, outside=BANK, basis=("b",))}
    assert [*kinds] == ["guarantee.deposited", "guarantee.claimed", "guarantee.paid_out", "bank"]
    told = {name: ({*each.takes}, {*each.gives}) for name, each in kinds.items()}
    assert told == {
        "guarantee.deposited": ({"x.lead", "x.officer"}, {"x.lead", "x.finance"}),
        "guarantee.claimed": ({"x.lead", "x.finance"}, {"x.officer"}),
        "guarantee.paid_out": ({"x.finance"}, {"x.finance"}),
        "bank": ({"x.lead"}, {"x.lead"}),
    }


def test_only_the_account_outside_falls_below_zero() -> None:
    *pots, bank = kinds_of(GUARANTEE, by=BY, outside=BANK, basis=())
    assert {each.floor for each in pots} == {0}
    account = bank.account("bank/1", owner=uuid4(), unit="CNY")
    assert (account.kind, account.floor) == ("bank", None)


@pytest.mark.parametrize("by", [{**BY, "steal": LEAD}, {"deposit": LEAD}])
def test_every_movement_is_somebodys_and_no_other_exists(by: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(Invalid, match=r"plan\.movements_unassigned"):
        kinds_of(GUARANTEE, by=by, outside=BANK, basis=())


def test_each_movement_is_made_by_its_own_roles_within_one_fund() -> None:
    for each in GUARANTEE.movements:
        ends = ["bank" if pot == "outside" else f"g/1/{pot}" for pot in (each.source, each.target)]
        assert allowed(*map(end, ends)) == [(ends[0], BY[each.name])]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("g/1/deposited", "g/2/deposited"), ("g/1/deposited", "g/2/claimed"),
        ("g/1/claimed", "g/2/paid_out"), ("g/1/paid_out", "g/2/deposited"),
        ("g/1/claimed", "bank"), ("g/1/deposited", "g/1/paid_out"), ("bank", "g/1/claimed"),
        ("bank", "bank"),
    ],
)  # fmt: skip
def test_nothing_moves_between_pots_but_as_the_plan_says(source: str, target: str) -> None:
    with pytest.raises(NotPermitted, match=r"account_kind\.no_movement"):
        allowed(end(source), end(target))


def test_nothing_leaves_a_plan_for_an_account_beside_it() -> None:
    purse = ("purse", AccountKind(name="purse", zh="零用", en="purse", takes=(ANYBODY,)))
    budget = kinds_of(BUDGET, by=dict.fromkeys(BUDGET.by_name, LEAD), outside=BANK, basis=())
    pairs = [(end("g/1/deposited"), purse), (purse, end("g/1/deposited"))]
    for pair in [*pairs, (end("g/1/claimed"), ("g/1/available", budget[0]))]:
        with pytest.raises(NotPermitted, match=r"account_kind\.no_movement"):
            allowed(*pair)
    assert allowed(purse, purse) == [("purse", (ANYBODY,))] * 2
