# SPDX-License-Identifier: Apache-2.0
import pytest

from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.accounts.concept.units import Unit
from shangheng.kernel.accounts.tests.builders import (
    AT,
    codes_of,
    later,
    opened,
    posted,
    settled,
    transfer,
)
from shangheng.kernel.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db


def test_an_account_is_opened_once() -> None:
    owner = opened("fund")
    opened("fund", owner=owner)
    with pytest.raises(Conflict, match=r"account\.code_taken"):
        opened("fund", owner=owner, floor=-1)
    assert queries.account("fund") == Account(code="fund", kind="test", owner=owner, unit="CNY")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"code": ""}, "account.code_malformed"),
        ({"kind": ""}, "account.kind_malformed"),
        ({"floor": 1}, "account.limits_malformed"),
        ({"ceiling": -1}, "account.limits_malformed"),
        ({"unit": "CNX"}, "unit.unknown"),
        ({"parent": "nowhere"}, "account.unknown"),
        ({"parent": "fund", "unit": "seat"}, "account.parent_unit"),
    ],
)
def test_an_account_that_could_not_be_kept_is_not_opened(
    wrong: dict[str, object], code: str
) -> None:
    owner = opened("fund")
    told = {"code": "new", "kind": "test", "owner": owner, "unit": "CNY", **wrong}
    with pytest.raises((Invalid, NotFound), match=code.replace(".", r"\.")):
        actions.open_account(Account(**told), at=AT)  # type: ignore[arg-type]


def test_an_account_is_closed_empty_and_for_good() -> None:
    opened("world", "fund")
    posted(transfer("1", phase="pending"))
    with pytest.raises(Conflict, match=r"account\.not_empty"):
        actions.close("fund", at=AT)
    posted(settled("v", "1", "void"), at=later(5))
    with pytest.raises(Conflict, match=r"transfer\.clock_back"):
        actions.close("fund", at=AT)
    actions.close("fund", at=later(5))
    actions.close("fund", at=later(6))
    assert codes_of(posted(transfer("2"), at=later(7))) == ["account.closed"]
    with pytest.raises(NotFound, match=r"account\.unknown"):
        actions.close("nowhere", at=AT)


def test_a_units_decimals_never_change() -> None:
    actions.declare(Unit("kg", "公斤", "kilogram", 3), at=AT)
    actions.declare(Unit("kg", "千克", "kilogram", 3), at=AT)
    with pytest.raises(Conflict, match=r"unit\.decimals_differ"):
        actions.declare(Unit("kg", "公斤", "kilogram", 2), at=AT)
