# SPDX-License-Identifier: Apache-2.0
"""From a figure to its sources and from a record to its figures, now and as it was published."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from shangheng.kernel.formulas.concept import Question
from shangheng.kernel.records import actions as records
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.withdrawing import Withdrawal
from shangheng.site import clock, lineage, sealed_figures
from shangheng.site.registry import REGISTRY
from shangheng.site.tests.conftest import orders

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[..., object]
COUNT = "order-count"


def key(number: int) -> dict[str, str]:
    return {"platform": "P01", "order_no": f"P01-{number}"}


def of(number: int) -> lineage.Use:
    """Return what is said of the count of orders about one of them."""
    return next(
        each for each in lineage.uses("order", key(number)) if each.indicator.name == COUNT
    )


def traced(officer: Client, number: int) -> str:
    asked = {"kind": "order", **key(number)}
    return officer.get("/exchange/trace/", asked).content.decode()


def records_at(officer: Client, address: str) -> set[str]:
    """Return the orders that a page of records lists."""
    page = officer.get(address).content.decode()
    return set(re.findall(r"<td>(P01-\d+)</td>", page))


def links_of(client: Client, address: str) -> list[tuple[str, int]]:
    """Return where the values of a table lead to, and how many records are said to be there."""
    page = client.get(address).content.decode()
    found = re.findall(r'href="(/indicators/[^"]+/records/[^"]*)">([\d,]+)</a>', page)
    return [(unescape(to), int(count.replace(",", ""))) for to, count in found]


def test_a_published_figure_counts_what_it_counted_whatever_came_or_went_since(
    home: Ledger, report: Send, officer: Client
) -> None:
    report(orders(6))
    number = sealed_figures.publish(COUNT, Question(by=("month",)))
    report(orders(2, first=6))
    gone = Withdrawal(
        kind=REGISTRY.kind("order"), reporter="P01", number="w-1", keys=[key(0)], reason="录错"
    )
    assert records.withdraw(gone, home=home, at=clock.now()) == 1
    assert (of(1).counts, of(1).sealed) == (True, (number,))
    assert (of(7).counts, of(7).sealed) == (True, ())
    assert (of(0).counts, of(0).day, of(0).sealed) == (False, None, (number,))
    assert "公布时计入了" in traced(officer, 0)
    then = f"/indicators/{COUNT}/records/?figure={number}"
    assert f"figure={number}" in traced(officer, 1)
    assert records_at(officer, then) == {f"P01-{n}" for n in range(6)}
    now = f"/indicators/{COUNT}/records/?month=2025-11"
    assert records_at(officer, now) == {f"P01-{n}" for n in range(1, 8)}
    assert "按公布时的账本版本" in officer.get(then).content.decode()
    assert officer.get(f"/indicators/paid-amount/records/?figure={number}").status_code == 404


@pytest.mark.parametrize("asked", ["by=day", "by=seller_region&level=county", "by=day,category"])
def test_an_officer_goes_from_each_value_to_the_records_it_was_computed_of(
    report: Send, officer: Client, client: Client, asked: str
) -> None:
    report(orders(30))
    address = f"/indicators/{COUNT}/?{asked}&from=2025-11-01&to=2025-11-30"
    found = links_of(officer, address)
    assert len(found) > 2
    seen = [records_at(officer, to) for to, _ in found]
    assert [len(each) for each in seen] == [count for _, count in found]
    assert set.union(*seen) == {f"P01-{n}" for n in range(30)}
    assert links_of(client, address) == []


def test_of_places_that_were_asked_for_only_those_in_the_line_are_followed(
    report: Send, officer: Client
) -> None:
    report(orders(30))
    asked = "by=seller_region&level=city&where=seller_region=320583&where=seller_region=320205"
    found = links_of(officer, f"/indicators/{COUNT}/?{asked}&month=2025-11")
    assert [(len(records_at(officer, to)), count) for to, count in found] == [(6, 6), (6, 6)]


def test_a_value_leads_to_its_batches_whose_word_it_is_and_on_to_each_records_lineage(
    report: Send, officer: Client
) -> None:
    report(orders(6))
    page = officer.get(f"/indicators/{COUNT}/records/?month=2025-11").content.decode()
    assert "直接报送" in page
    assert "平台自己的报送；别人所报只作核对" in page
    traces = [unescape(each) for each in re.findall(r'href="(/exchange/trace/[^"]+)"', page)]
    assert len(traces) == 6
    told = officer.get(traces[0]).content.decode()
    assert "订单数" in told
    assert 'class="code">P01</span>' in told
    assert "/receipts/P01/" in told


def test_a_register_is_traced_to_the_figures_that_draw_on_it(home: Ledger) -> None:
    drawing = {
        each.name
        for each in REGISTRY.indicators.values()
        if any(one.register == "trading_platform" for one in each.parameters)
    }
    assert drawing
    entry = {"entry_of": "P", "entry_no": "1", "in_force_from": "2026-01-01"}
    used = lineage.uses("trading_platform", entry)
    assert {each.indicator.name for each in used} == drawing
    assert {each.counts for each in used} == {None}


def test_what_is_computed_of_no_records_is_said_so(home: Ledger, officer: Client) -> None:
    page = officer.get(f"/indicators/{COUNT}/records/?month=2025-11").content.decode()
    assert "回到指标，换一段时间或地区" in page
