# SPDX-License-Identifier: Apache-2.0
"""What holds for every firm: caps, order of facts, growing sales, payments, cents."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shangheng.services.incentives.queries import provisions
from shangheng.services.incentives.rules.entitlements import Answer, answer
from shangheng.services.incentives.rules.facts import (
    FINDINGS,
    HONOUR_LEVELS,
    HONOURS,
    MODES,
    Award,
    Facts,
    Fibre,
    Finding,
    Honour,
    Lease,
    Sale,
)
from shangheng.services.incentives.rules.provisions import Provision
from shangheng.services.incentives.tests.places import jurisdiction

ON = date(2019, 6, 30)
READINGS: dict[str, Any] = {
    "several_levels_in_one_year": "highest", "rent_rate_per_m2": Decimal(10),
    "rent_cap": "per_firm",
}  # fmt: skip
PARTY = {"registered_region": "360702", "above_scale": True, "key_industry": True}
HIGHEST_A_YEAR = 200_000

amounts = st.decimals(0, 2_000_000_000, places=2)
rents = st.decimals(1_000, 2_000_000, places=2)
days = st.dates(date(2012, 1, 1), date(2020, 12, 31))


@st.composite
def sales(draw: st.DrawFn) -> tuple[Sale, ...]:
    return tuple(
        Sale(year=year, mode=mode, amount=draw(amounts))
        for mode in draw(st.lists(st.sampled_from(MODES), unique=True, max_size=3))
        for year in range(draw(st.integers(2011, 2016)), 2019)
    )


@st.composite
def leases(draw: st.DrawFn) -> tuple[Lease, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        since, until = sorted((draw(days), draw(days)))
        area = draw(st.decimals(1, 30_000, places=2))
        found.append(
            Lease(area_m2=area, annual_rent=draw(rents), since=since, until=until, use="office")
        )
    return tuple(found)


facts = st.builds(
    Facts,
    party=st.just(PARTY),
    sales=sales(),
    leases=leases(),
    fibre=st.lists(
        st.builds(Fibre, since=days, first_year_rent=rents, new=st.booleans()), max_size=3
    ).map(tuple),
    honours=st.lists(
        st.builds(
            Honour, kind=st.sampled_from(HONOURS), level=st.sampled_from(HONOUR_LEVELS), day=days,
            name=st.sampled_from((None, "甲", "乙")),
        ),
        max_size=5,
    ).map(tuple),
    findings=st.lists(
        st.builds(Finding, kind=st.sampled_from(FINDINGS), year=st.integers(2013, 2020)),
        max_size=2,
    ).map(tuple),
)  # fmt: skip


@cache
def ganzhou() -> tuple[Provision, ...]:
    return provisions(jurisdiction("ganzhou"), ON)


def judged(firm: Facts, on: date = ON, **readings: Any) -> Answer:
    return answer("ganzhou", ganzhou(), firm, on=on, readings={**READINGS, **readings})


def amount(found: Answer, name: str) -> Decimal:
    return next(each.amount or Decimal(0) for each in found.verdicts if each.provision.id == name)


@given(facts)
def test_no_award_is_above_its_cap(firm: Facts) -> None:
    found = judged(firm)
    assert amount(found, "ganzhou.rent-subsidy") <= 100_000
    assert amount(found, "ganzhou.fibre-subsidy") <= 150_000
    years = {sale.year for sale in firm.sales or ()}
    assert amount(found, "ganzhou.sales-award") <= HIGHEST_A_YEAR * len(years)
    assert amount(judged(firm, rent_cap="per_year"), "ganzhou.rent-subsidy") <= 300_000


@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(firm: Facts, chance: Any) -> None:
    def shuffled(listed: tuple[Any, ...] | None) -> tuple[Any, ...]:
        return tuple(chance.sample(listed or (), len(listed or ())))

    # Leases and lines of the same day share a cap whatever their order.
    mixed = replace(
        firm, sales=shuffled(firm.sales), leases=shuffled(firm.leases),
        fibre=shuffled(firm.fibre), honours=shuffled(firm.honours),
        findings=shuffled(firm.findings),
    )  # fmt: skip
    assert judged(mixed).total == judged(firm).total


@given(facts)
def test_paying_what_is_due_leaves_nothing(firm: Facts) -> None:
    due = [each for each in judged(firm).verdicts if each.provision.is_money and each.amount]
    awards = tuple(
        Award(provision=each.provision.id, day=ON, amount=each.amount or Decimal(0))
        for each in due
    )
    assert judged(replace(firm, awards=awards)).total == 0


@given(facts)
def test_every_amount_is_in_whole_cents_and_never_below_zero(firm: Facts) -> None:
    for each in judged(firm).verdicts:
        if each.amount is not None and each.provision.is_money:
            assert each.amount == each.amount.quantize(Decimal("0.01"))
            assert each.amount >= 0


@given(st.sampled_from(MODES), amounts, amounts)
def test_more_sales_in_a_first_year_never_bring_less(
    mode: str, one: Decimal, two: Decimal
) -> None:
    less, more = sorted((one, two))

    def award(sold: Decimal, several: str) -> Decimal:
        firm = Facts(party=PARTY, sales=(Sale(year=2015, mode=mode, amount=sold),))
        return amount(judged(firm, several_levels_in_one_year=several), "ganzhou.sales-award")

    for several in ("highest", "sum"):
        assert award(less, several) <= award(more, several)


@given(facts, st.dates(date(2015, 2, 4), ON))
def test_what_has_fallen_due_never_becomes_less_with_time(firm: Facts, day: date) -> None:
    assert judged(firm, on=day).total <= judged(firm).total


@given(facts)
def test_a_finding_never_brings_money(firm: Facts) -> None:
    for name in ("ganzhou.sales-award", "ganzhou.fibre-subsidy"):
        clean = amount(judged(replace(firm, findings=())), name)
        assert amount(judged(firm), name) <= clean
