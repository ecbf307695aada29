# SPDX-License-Identifier: Apache-2.0
import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shangheng.kernel.accounts import actions, queries
from shangheng.kernel.accounts.concept import matching, statements, sums
from shangheng.kernel.accounts.concept.conversion import Rate, Route, conversion
from shangheng.kernel.accounts.concept.plans import BUDGET
from shangheng.kernel.accounts.concept.transfers import Account
from shangheng.kernel.accounts.concept.units import CNY, USD
from shangheng.kernel.accounts.models import AccountRow, TransferRow
from shangheng.kernel.accounts.tests.builders import (
    AT,
    codes_of,
    later,
    opened,
    party,
    posted,
    settled,
    transfer,
)
from shangheng.kernel.errors import EvidenceBroken, Invalid, NotFound
from shangheng.kernel.parties import actions as parties

pytestmark = pytest.mark.django_db
SECRET = bytes(32)


def a_month() -> None:
    """Book what the tests of statements look at."""
    opened("world", "fund", "shop")
    posted(transfer("1", amount=1_000_00, kind="grant"))
    posted(transfer("2", "fund", "shop", amount=250_50, kind="award"), at=later(10))
    posted(transfer("h", "fund", "shop", amount=100, phase="pending"), at=later(20))
    posted(settled("p", "h", amount=40), at=later(30))


def test_a_balance_can_be_asked_for_at_any_moment() -> None:
    a_month()
    told = [queries.balance("fund", at=later(at)) for at in (-1, 0, 9, 10, 20, 29, 30, 99)]
    assert [each.posted for each in told] == [
        0, 1_000_00, 1_000_00, 749_50, 749_50, 749_50, 749_10, 749_10
    ]  # fmt: skip
    assert [each.held_out for each in told] == [0, 0, 0, 0, 100, 100, 0, 0]
    assert told[4].available == 749_50 - 100
    assert queries.balance("fund") == told[-1]


def test_a_hold_past_its_time_no_longer_counts() -> None:
    opened("world", "fund")
    posted(transfer("h", phase="pending", timeout=timedelta(seconds=10)))
    assert queries.balance("fund", at=later(9)).held_in == 100
    assert queries.balance("fund", at=later(10)).held_in == 0


def test_a_statement_leads_from_opening_to_closing() -> None:
    a_month()
    told = queries.statement("fund", since=later(5), until=later(31))
    assert (told.opening, told.closing) == (1_000_00, 749_10)
    assert [(line.key, line.change, line.after) for line in told.lines] == [
        ("2", -250_50, 749_50), ("h", 0, 749_50), ("p", -40, 749_10)
    ]  # fmt: skip
    nothing = queries.statement("fund", since=later(40), until=later(50))
    assert (nothing.opening, nothing.closing, nothing.lines) == (749_10, 749_10, ())
    with pytest.raises(Invalid, match=r"statement\.period_backwards"):
        queries.statement("fund", since=later(5), until=later(4))


def test_a_statement_as_a_file_can_be_verified_for_ever() -> None:
    a_month()
    told = queries.statement("fund", since=AT, until=later(31))
    rows = list(csv.reader(io.StringIO(statements.to_csv(told).decode("utf-8-sig"))))
    assert rows[0][1] == "fund"
    assert rows[6][5:] == ["250.50", "-250.50", "749.50"]
    code = rows[-1][1]
    posted(transfer("3"), at=later(31))
    period = {"since": AT, "until": later(31)}
    assert queries.is_genuine("fund", verification=f" {code.lower()} ", **period)
    assert not queries.is_genuine("shop", verification=code, **period)
    assert not queries.is_genuine("fund", verification=code, since=AT, until=later(32))


def test_a_cell_is_never_taken_for_a_formula() -> None:
    opened("world", "fund")
    posted(transfer("=1+1", kind="+x"))
    text = statements.to_csv(queries.statement("fund", since=AT, until=later(1))).decode()
    assert ",'=1+1," in text
    assert ",'+x," in text


@pytest.mark.alters_the_books
def test_an_altered_book_is_found_out() -> None:
    a_month()
    assert queries.audit().is_clean
    TransferRow.objects.filter(key="2").update(amount=1)
    with pytest.raises(EvidenceBroken, match=r"statement\.does_not_add_up"):
        queries.statement("fund", since=AT, until=later(31))
    assert queries.audit().differing_accounts == ("fund", "shop")
    AccountRow.objects.filter(code="fund").update(posted=5, held_in=3)
    found = queries.audit()
    assert (found.unbalanced_units, found.differing_holds) == (("CNY",), ("fund",))


def test_a_citys_fund_counts_with_those_of_its_counties() -> None:
    owner = opened("world", "city")
    opened("county-1", "county-2", owner=party("K"), parent="city")
    opened("town", owner=owner, parent="county-1")
    for number, code in enumerate(("city", "county-1", "county-2", "town"), start=1):
        posted(transfer(code, target=code, amount=10**number))
    posted(transfer("h", "town", "city", amount=7, phase="pending"), at=later(5))
    whole = queries.total("city")
    assert (whole.posted, whole.held_out, whole.held_in) == (11_110, 7, 7)
    assert queries.total("county-1").posted == 10_100
    assert queries.total("city", at=later(4)).held_out == 0
    assert queries.account("town").parent == "county-1"


def test_an_owners_accounts_are_found_also_those_of_its_duplicates() -> None:
    owner = opened("fund", "world")
    other = opened("old", owner=party("OLD"))
    parties.merge(other, owner, at=AT)
    assert [each.code for each in queries.accounts_of(owner)] == ["fund", "old", "world"]
    opened("new", owner=other)
    assert queries.account("new").owner == owner


def test_what_is_not_there_is_said_so() -> None:
    for asked in (queries.account, queries.balance, queries.total):
        with pytest.raises(NotFound, match=r"account\.unknown"):
            asked("nowhere")
    with pytest.raises(NotFound, match=r"transfer\.unknown"):
        queries.entry("nothing")
    with pytest.raises(NotFound, match=r"unit\.unknown"):
        queries.unit("YYY")


def test_a_budget_is_committed_paid_and_returned_and_never_overspent() -> None:
    owner = opened("world")
    line = Account(code="b", kind=BUDGET.name, owner=owner, unit="CNY")
    actions.open_plan(BUDGET, line, at=AT)
    steps = [
        ("appropriate", 100), ("commit", 70), ("pay", 71), ("pay", 50), ("release", 20),
        ("return", 10), ("withdraw", 61), ("withdraw", 60), ("commit", 1),
    ]  # fmt: skip
    told = [
        codes_of(posted(BUDGET.move(name, "b", amount, key=f"{number}", outside="world")))[0]
        for number, (name, amount) in enumerate(steps)
    ]
    below = "transfer.below_floor"
    assert told == [
        "booked", "booked", below, "booked", "booked", "booked", below, "booked", below
    ]  # fmt: skip
    pots = [queries.balance(BUDGET.account("b", pot.name)).posted for pot in BUDGET.pots]
    assert pots == [0, 0, 40]


def test_a_conversion_moves_both_units_or_none() -> None:
    actions.declare(USD, at=AT)
    owner = opened("world", "cny")
    opened("cny-pool", owner=owner, floor=-7_200)
    opened("usd-world", "usd-pool", owner=owner, unit="USD", floor=None)
    opened("usd", owner=owner, unit="USD")
    posted(transfer("0", "usd-world", "usd", amount=20_00))
    rate = Rate(USD, CNY, Decimal("7.2"), date(2026, 5, 1), "x")
    route = Route("usd", "usd-pool", "cny-pool", "cny")
    told = posted(*conversion("c1", route, 10_00, rate, rounding="half_up"))
    assert codes_of(told) == ["booked", "booked"]
    assert queries.balance("cny").posted == 72_00
    assert queries.entry("c1/in").facts["rate"] == "1 USD = 7.2 CNY"
    told = posted(*conversion("c2", route, 10_00, rate, rounding="half_up"))
    assert codes_of(told) == ["transfer.chain_failed", "transfer.below_floor"]
    assert queries.balance("usd").posted == 10_00
    assert queries.audit().is_clean


def test_the_book_is_reconciled_with_a_banks_file() -> None:
    opened("world", "fund")
    posted(transfer("1", facts={"bank_no": "B-77"}), transfer("2", amount=5))
    ours = queries.lines_of(
        queries.statement("fund", since=AT, until=later(1)), reference="bank_no"
    )
    theirs = [matching.Line(1, "B-77", date(2026, 5, 2), 100)]
    result = matching.reconcile(ours, theirs, matching.usual_rules(days=1))
    assert [match.rule for match in result.matches] == ["days"]
    assert [(each.line.reference, each.why) for each in result.unmatched] == [("2", "absent")]


def test_every_balance_of_a_night_is_proved_by_one_root() -> None:
    a_month()
    opened("late", owner=party("L"), at=later(100))
    tree = queries.sum_tree("CNY", at=later(15), secret=SECRET)
    assert tree.root.plus == tree.root.minus == 1_000_00
    for code in ("world", "fund", "shop"):
        proof = tree.proof(code)
        assert proof.balance == queries.balance(code, at=later(15)).posted
        assert sums.verify(proof, tree.root)
    assert "late" not in tree.places
    posted(transfer("9"), at=later(200))
    assert queries.sum_tree("CNY", at=later(15), secret=SECRET).root == tree.root
