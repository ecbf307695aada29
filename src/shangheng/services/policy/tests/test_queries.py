# SPDX-License-Identifier: Apache-2.0
from time import perf_counter

import pytest

from shangheng.kernel.errors import NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.services.policy import queries
from shangheng.services.policy.tests.libraries import library

FAST_S = 0.02


def test_a_search_wants_every_word_in_either_language() -> None:
    both = queries.search(library(), "快递 车辆")
    assert both
    assert len(both) < len(queries.search(library(), "快递"))
    assert queries.search(library(), "COURIER")
    assert not queries.search(library(), "快递 nonsense")


def test_wide_signs_and_capitals_do_not_matter() -> None:
    narrow = queries.search(library(), "b2b")
    assert narrow
    assert queries.search(library(), "Ｂ２Ｂ") == narrow


def test_a_search_finds_bodies_numbers_and_places() -> None:
    assert all(
        each.place.id == "jiangsu"
        for each in queries.search(library(), "省商务厅", jurisdiction="jiangsu")
    )
    kinds = [each.clause.kinds for each in queries.search(library(), "", kind="quota")]
    assert kinds
    assert all("quota" in each for each in kinds)


def test_the_place_of_the_house_comes_first() -> None:
    assert queries.places(library(), "qinghai")[0].id == "qinghai"
    assert queries.search(library(), "", home="hunan")[0].place.id == "hunan"


def test_a_search_over_all_clauses_takes_less_than_twenty_milliseconds() -> None:
    spent = []
    for _ in range(5):
        begun = perf_counter()
        queries.search(library(), "电子商务 省商务厅")
        spent.append(perf_counter() - begun)
    assert min(spent) < FAST_S


def test_what_a_department_owes_is_what_it_leads_or_is_listed_for() -> None:
    place = library().jurisdictions["jiangsu"]
    load = {each.department.printed: each for each in queries.loads(place)}["省商务厅"]
    owed = queries.owed_by(place, "省商务厅", "")
    assert load.duties == len(owed) == len(policies.duties(place, department="省商务厅"))
    assert {queries.role_of(load.department, each) for each in owed} <= {"lead", "listed"}


def test_the_lead_of_qinghai_is_the_body_listed_first() -> None:
    place = library().jurisdictions["qinghai"]
    assert sum(each.led for each in queries.loads(place)) == sum(
        1 for each in policies.duties(place) if each.lead
    )


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(NotFound):
        queries.document(library(), "nowhere-2015")


def test_topics_are_found_by_kind_and_words() -> None:
    every = queries.topics(library(), "", "")
    assert len(every) == len(library().topics)
    assert {each.kind for each in queries.topics(library(), "", "open")} == {"open"}
    found = {each.id for each in queries.topics(library(), "谁牵头", "")}
    assert "lead-unit" in found
    assert len(found) < len(every)
