# SPDX-License-Identifier: Apache-2.0
import json
import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from shangheng.services.incentives import queries
from shangheng.services.incentives.forms import typed
from shangheng.services.incentives.forms.places import placed_text
from shangheng.services.incentives.rules.decide import judge
from shangheng.services.incentives.rules.facts import Facts, Fibre, Honour, Lease
from shangheng.services.incentives.tests.places import HERE, ask, jurisdiction

pytestmark = pytest.mark.django_db
ADDRESS = "/incentives/"
FILLED = {
    "party.registered_region": "360702",
    "party.above_scale": "true",
    "party.key_industry": "true",
    "party.agricultural": "false",
    "sales.0.year": "2014",
    "sales.0.mode": "B2C",
    "sales.0.amount": "48,000,000",
    "sales.1.year": "2015",
    "sales.1.mode": "B2C",
    "sales.1.amount": "60,000,000.00",
}
SALES = """
sales: [{year: 2014, mode: B2C, amount: 48000000}, {year: 2015, mode: B2C, amount: 60000000.00}]
"""


def send(language: str = "zh", **given: Any) -> HttpResponse:
    client = Client()
    client.cookies["language"] = language
    return client.post(ADDRESS, {"jurisdiction": "ganzhou", "on": "2016-03-01", **given})


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_the_form_is_there_before_anything_is_known() -> None:
    told = text_of(Client().get(ADDRESS))
    assert 'name="party.registered_region"' in told
    assert 'name="facts"' in told
    assert 'id="answer"' not in told


def test_fields_and_file_and_command_give_the_same_answer() -> None:
    wanted = ask(f"party: {HERE}\n{SALES}")
    filled = json.loads(send(format="json", **FILLED).content)
    pasted = json.loads(send(format="json", facts=f"party: {HERE}\n{SALES}").content)
    assert filled == pasted == wanted
    assert wanted["total"] > 0


def test_the_page_says_yes_no_and_what_is_missing_with_the_clause() -> None:
    told = text_of(send(**FILLED))
    for word in ("可以", "还缺情况", "ganzhou-2015 ", "<small>江苏省</small>"):
        assert word in told
    assert f"¥{ask(f'party: {HERE}{SALES}')['total']:,.2f}" in told
    assert 'value="48,000,000"' in told


def test_a_reading_can_be_chosen_and_stays_chosen() -> None:
    lease = {"leases.0.area_m2": "800", "leases.0.annual_rent": "240000",
             "leases.0.from": "2014-10-01", "leases.0.to": "2017-09-30",
             "leases.0.use": "office"}  # fmt: skip
    told = text_of(send(**FILLED, **lease))
    assert 'name="reading.rent_rate_per_m2"' in told
    chosen = text_of(send(**FILLED, **lease, **{"reading.rent_rate_per_m2": "10"}))
    assert re.search(r'name="reading\.rent_rate_per_m2"[^>]*value="10"', chosen)
    assert re.search(r'10 <span class="code">rent_rate_per_m2</span>', chosen)


def test_a_named_reading_is_chosen_and_told_in_words() -> None:
    jumped = {**FILLED, "sales.0.amount": "120000000"}
    told = text_of(send(**jumped))
    assert "各级相加 → ¥150,000.00" in told
    assert re.search(r'<option value="sum"\s*>各级相加</option>', told)
    chosen = text_of(send(**jumped, **{"reading.several_levels_in_one_year": "sum"}))
    assert re.search(r'<option value="sum" selected>各级相加</option>', chosen)
    assert re.search(r'各级相加 <span class="code">several_levels_in_one_year</span>', chosen)
    english = text_of(send("en", **jumped))
    assert ">the sum of the levels</option>" in english


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"facts": "sales: [{year: 2015, mode: B2C, amount: 1500}]"}, "facts.suspiciously_small"),
        ({"facts": "nonsense: 1"}, "facts.unknown_field"),
        ({"facts": "a: &x 1"}, "policy.yaml_alias"),
        ({"leases.0.area_m2": "-1"}, "facts.negative"),
        ({"party.registered_region": "nowhere: {"}, "facts.not_a_region"),
        ({"on": "soon"}, "question.day_unreadable"),
        ({"reading.several_levels_in_one_year": "none"}, "reading.not_a_choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(given: dict[str, str], code: str) -> None:
    answer = send(**given)
    assert answer.status_code == 422
    assert code in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    for value in given.values():
        assert value.replace("&", "&amp;").split("\n")[0] in text_of(answer)


def test_small_amounts_count_once_they_are_confirmed() -> None:
    small = {"facts": "sales: [{year: 2015, mode: B2C, amount: 1500}]"}
    assert send(**small, confirm_small="on").status_code == 200


def test_the_page_is_in_english_where_that_is_chosen() -> None:
    told = text_of(send("en", **FILLED))
    assert "something is missing" in told
    assert "还缺情况" not in told


def test_an_unknown_place_is_said_in_words() -> None:
    assert send(jurisdiction="atlantis").status_code == 404


def test_every_field_of_the_page_can_be_stated_in_a_file() -> None:
    samples = {"number": "2015", "date": "2015-06-01", "text": "360702"}
    for group in typed.GROUPS:
        prefix = f"{group.name}.0" if group.rows else group.name
        given = {
            f"{prefix}.{each.name}": each.choices[0][0] if each.choices else samples[each.form]
            for each in group.fields
        }
        facts = placed_text(typed.composed(given), "facts")
        assert list(facts.fields()) == [group.name]
        assert send(**given, confirm_small="on").status_code == 200, group.name


@pytest.mark.parametrize("place", ["ganzhou", "jiangsu", "hunan", "qinghai"])
def test_whatever_may_be_missing_is_said_in_words(place: str) -> None:
    found = queries.provisions(jurisdiction(place), date(2017, 12, 1))
    words = typed.words_of(found)
    entries = Facts(honours=(Honour(kind="brand"),), leases=(Lease(),), fibre=(Fibre(),))
    for facts in (Facts(), entries):
        for each in found:
            for name in judge(each, facts, date(2017, 12, 1), {}).missing:
                zh, en = typed.in_words(name, words)
                assert zh != name, name
                assert en != name, name


def test_what_is_on_file_fills_the_fields_and_the_rest_stays_a_file() -> None:
    sales = [{"year": 2010 + each, "mode": "B2C", "amount": 10**7 * (1 + each)}
             for each in range(6)]  # fmt: skip
    party = {"kind": "enterprise", "registered_region": "360702", "above_scale": True}
    facts = {"party": party, "sales": sales, "findings": []}
    given, rest = typed.filled(facts | {"party": {**party, "agricultural": False}})
    assert (given["party.above_scale"], given["sales.5.year"]) == ("true", "2015")
    assert rest == {"findings": []}
    assert len(typed.composed(given).splitlines()) == 1 + 1 + len(sales)
    odd = {"party": {"kind": "platform"}, "leases": [{"area_m2": 1, "rate": 2}]}
    assert typed.filled(odd) == ({}, odd)  # no field can say it: it must not get lost
    shown = text_of(send(**given, facts="findings: []"))
    assert 'name="sales.5.amount"' in shown
    both = json.loads(send(format="json", **given, facts="findings: []").content)
    (award,) = (each for each in both["provisions"] if each["id"] == "ganzhou.sales-award")
    assert award["verdict"] == "yes"
