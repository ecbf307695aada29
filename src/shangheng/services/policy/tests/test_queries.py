# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest

from shangheng.kernel.errors import NotFound
from shangheng.kernel.policies import queries as policies
from shangheng.services.policy.queries import library as queries
from shangheng.services.policy.queries.library import Wanted
from shangheng.services.policy.tests.libraries import library


def test_clauses_are_chosen_by_place_kind_and_audience() -> None:
    quotas = queries.clauses(library(), Wanted(kind="quota"))
    assert quotas
    assert all("quota" in each.clause.kinds for each in quotas)
    farmers = queries.clauses(library(), Wanted(audience="farmer", jurisdiction="jiangsu"))
    assert {each.place.id for each in farmers} == {"jiangsu"}
    assert "jiangsu-2015 (十三)2" in {each.clause.ref for each in farmers}


def test_what_a_search_found_stays_in_its_order() -> None:
    refs = ["qinghai-2016 (四)", "nowhere 1", "hunan-2015 (三)"]
    found = queries.clauses(library(), Wanted(), refs=refs)
    assert [each.clause.ref for each in found] == ["qinghai-2016 (四)", "hunan-2015 (三)"]


def test_the_law_as_at_a_day_leaves_out_what_had_not_begun() -> None:
    before = queries.clauses(library(), Wanted(jurisdiction="jiangsu", day=date(2015, 12, 31)))
    after = queries.clauses(library(), Wanted(jurisdiction="jiangsu", day=date(2017, 1, 1)))
    assert len(before) < len(after)
    place = library().jurisdictions["jiangsu"]
    for day, listed in ((date(2015, 12, 31), before), (date(2017, 1, 1), after)):
        assert {e.document.id for e in listed} == {
            each.id for each in policies.documents_on(place, day)
        }


def test_the_place_of_the_house_comes_first() -> None:
    assert queries.places(library(), "qinghai")[0].id == "qinghai"
    assert queries.clauses(library(), Wanted(), home="hunan")[0].place.id == "hunan"


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
