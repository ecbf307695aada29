# SPDX-License-Identifier: Apache-2.0
"""The law as at a day, parameters as of a day, who owes what."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.messages import text
from shangheng.kernel.policies import queries
from shangheng.kernel.policies.concept import Jurisdiction, Library, Step, document_of, duty_of
from shangheng.kernel.policies.tests.folders import DOCUMENT, written

IN_2015, IN_2016, IN_2018 = date(2015, 6, 1), date(2016, 6, 1), date(2018, 6, 1)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A document of 2015, and one of 2016 that replaces it."""
    head = "documents: [test-2015]"
    folder = written(tmp_path, {"test/jurisdiction.yaml": (head, head[:-1] + ", test-2016]")})
    later = DOCUMENT.replace("test-2015", "test-2016").replace("2015-03-01", "2016-05-01")
    later = later.replace("lead_rule:", "supersedes: [test-2015]\nlead_rule:")
    later = later.replace("first-listed", "none").replace("target, duty", "duty")
    later = later.replace("quota, duty", "duty")
    (folder / "test/documents/test-2016.yaml").write_text(later, encoding="utf-8")
    return queries.load(folder)


@pytest.fixture
def place(library: Library) -> Jurisdiction:
    return queries.jurisdiction(library, "test")


@pytest.mark.parametrize(
    ("day", "documents"),
    [
        (date(2015, 2, 28), []), (date(2015, 3, 1), ["test-2015"]),
        (date(2016, 4, 30), ["test-2015"]), (date(2016, 5, 1), ["test-2016"]),
    ],
)  # fmt: skip
def test_the_law_as_at_a_day_is_what_is_in_force_and_not_replaced(
    place: Jurisdiction, day: date, documents: list[str]
) -> None:
    assert [each.id for each in queries.documents_on(place, day)] == documents
    assert {each.document for each in queries.clauses_on(place, day)} == set(documents)


def test_a_clause_is_found_by_its_reference(library: Library) -> None:
    found = queries.clause(library, "test-2015 二1#a")
    assert (found.ref, found.numbers, found.kinds) == (
        "test-2015 二1",
        ("10个",),
        ("quota", "duty"),
    )
    assert document_of(found.ref) == "test-2015"
    assert duty_of("test-2015 二1#a") == "a"
    for wrong in ("test-2015 二9", "test-1999 一", "二1"):
        with pytest.raises(NotFound, match=r"policy\.no_such_clause"):
            queries.clause(library, wrong)


def test_a_parameter_is_what_it_was_on_the_day(place: Jurisdiction) -> None:
    assert queries.parameter_on(place, "test.award", IN_2015).value == 50_000
    answer = queries.parameter_on(place, "test.award", IN_2018)
    assert (answer.value, answer.since) == (Decimal("60000.50"), date(2017, 1, 1))
    assert not answer.configured
    with pytest.raises(NotFound, match=r"policy\.parameter_not_yet"):
        queries.parameter_on(place, "test.award", date(2014, 1, 1))


def test_a_ladder_keeps_its_rungs(place: Jurisdiction) -> None:
    rungs = queries.parameter_on(place, "test.ladder", IN_2015).value
    assert rungs == (Step(1, 2), Step(3, 4))


def test_what_no_document_prints_is_refused_with_the_clause_and_the_question(
    place: Jurisdiction,
) -> None:
    with pytest.raises(Invalid) as refusal:
        queries.parameter_on(place, "test.reading", IN_2015)
    assert refusal.value.code == "policy.parameter_open"
    said = text(refusal.value.code, refusal.value.facts, "zh")
    assert "test-2015 二2" in said
    assert "每年还是一次？" in said
    assert "Each year or once?" in text(refusal.value.code, refusal.value.facts, "en")


def test_what_the_authority_decided_is_used_and_said_to_be_decided(place: Jurisdiction) -> None:
    answer = queries.parameter_on(place, "test.reading", IN_2015, {"test.reading": "once"})
    assert (answer.value, answer.since, answer.configured) == ("once", None, True)
    with pytest.raises(Invalid, match=r"policy\.answer_unknown"):
        queries.parameter_on(place, "test.reading", IN_2015, {"test.reading": "twice"})


def test_what_a_document_prints_cannot_be_decided_otherwise(place: Jurisdiction) -> None:
    with pytest.raises(Invalid, match=r"policy\.parameter_printed"):
        queries.parameter_on(place, "test.award", IN_2015, {"test.award": 1})
    same = queries.parameter_on(place, "test.award", IN_2015, {"test.award": 50_000})
    assert not same.configured


def test_an_unknown_name_is_refused_with_those_that_come_near(
    library: Library, place: Jurisdiction
) -> None:
    with pytest.raises(NotFound) as refusal:
        queries.parameter_on(place, "test.awards", IN_2015)
    assert refusal.value.facts["near"][0] == "test.award"
    with pytest.raises(NotFound) as refusal:
        queries.find_department(place, "商务")
    assert refusal.value.facts["near"][0] == "商务厅"
    with pytest.raises(NotFound) as refusal:
        queries.jurisdiction(library, "elsewhere")
    assert refusal.value.facts["known"] == ["test"]


@pytest.mark.parametrize("form", ["省商务厅", "商务厅", "测试省商务厅", " 省商务厅 "])
def test_a_department_owes_its_duties_under_every_printed_form(
    place: Jurisdiction, form: str
) -> None:
    owed = queries.duties(place, department=form, day=IN_2015)
    assert [each.ref for each in owed] == ["test-2015 一", "test-2015 二1#a"]
    assert owed[0].duty.departments == ("省统计局", "省商务厅")


def test_the_first_listed_leads_only_where_the_document_says_so_and_is_one_body(
    place: Jurisdiction,
) -> None:
    led = {each.ref: each.lead for each in queries.duties(place)}
    assert led == {
        "test-2015 一": None,  # the rule begins at 二1
        "test-2015 二1#a": "省商务厅",
        "test-2015 二1#b": None,  # all departments are not one
        "test-2016 一": None, "test-2016 二1#a": None, "test-2016 二1#b": None,
    }  # fmt: skip
    assert [each.duty.first_listed for each in queries.duties(place, day=IN_2016)] == [
        "省统计局", "省商务厅", "各部门",
    ]  # fmt: skip


def test_libraries_are_put_together_and_the_first_wins(library: Library) -> None:
    shipped = queries.load(queries.shipped(), ("ganzhou",))
    both = queries.together(library, shipped)
    assert list(both.jurisdictions) == ["test", "ganzhou"]
    assert {"test-2015", "ganzhou-2015"} <= both.documents.keys()
    assert queries.together(library, library).topics == library.topics


def test_a_provision_changes_by_a_new_date_and_falls_with_its_document(tmp_path: Path) -> None:
    folder = written(tmp_path)
    first = folder / "test/incentives/award-for-bases.yaml"
    later = first.read_text(encoding="utf-8") + "from: 2017-01-01\nuntil: 2018-12-31\n"
    (folder / "test/incentives/award-from-2017.yaml").write_text(later, encoding="utf-8")
    place = queries.jurisdiction(queries.load(folder), "test")
    counting = {
        day: [each.begins for each in queries.provisions_on(place, day)]
        for day in (date(2015, 2, 1), IN_2015, IN_2018, date(2019, 1, 1))
    }
    assert list(counting.values()) == [[], [None], [date(2017, 1, 1)], []]


def test_a_provision_ends_when_its_document_is_replaced(place: Jurisdiction) -> None:
    assert [each.id for each in queries.provisions_on(place, IN_2015)] == ["test.award-for-bases"]
    assert queries.provisions_on(place, IN_2016) == ()


def test_files_of_strangers_are_read_through_the_same_door(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("sales: [{year: 2014, amount: 48000000.00}]\n", encoding="utf-8")
    assert queries.read_yaml(path) == {"sales": [{"year": 2014, "amount": Decimal(48_000_000)}]}
    path.write_text("sales: &all [1]\nmore: *all\n", encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        queries.read_yaml(path, "the facts")
    assert (refusal.value.facts["file"], refusal.value.facts["line"]) == ("the facts", 1)


def test_a_folder_without_a_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    with pytest.raises(NotFound, match=r"policy\.folder_empty"):
        queries.load(tmp_path)
