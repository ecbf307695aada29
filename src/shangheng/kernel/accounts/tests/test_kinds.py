# SPDX-License-Identifier: Apache-2.0
"""Who moves a plan says which accounts there are and who may post on them."""

from uuid import uuid4

import pytest

from shangheng.kernel.accounts.concept.kinds import Outside, kinds_of
from shangheng.kernel.accounts.concept.plans import GUARANTEE
from shangheng.kernel.errors import Invalid

LEAD, OFFICER, FINANCE = ("x.lead",), ("x.officer",), ("x.finance",)
BY = {"deposit": LEAD, "refund": LEAD, "claim": OFFICER, "reject": LEAD, "pay": FINANCE,
      "recover": FINANCE}  # fmt: skip
BANK = Outside("bank", "专户", "bank")


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
