# SPDX-License-Identifier: Apache-2.0
"""The policies that ship are whole: checked by themselves, then against the printed texts.

The texts and the tables that were made from them by hand lie beside the repository; where they
do not, those comparisons are skipped.
"""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from architecture.tree import ROOT
from shangheng.kernel.policies import comparing, queries
from shangheng.kernel.policies.concept import Clause, Library
from shangheng.site.registry import REGISTRY

SHARED = ROOT.parent / "shared"
JURISDICTIONS = ("ganzhou", "hunan", "jiangsu", "qinghai")
TEXTS = {
    "jiangsu-2015": "000", "ganzhou-2015": "001", "jiangsu-2016": "002", "hunan-2015": "003",
    "qinghai-2016": "004",
}  # fmt: skip
DOCUMENTS = {number: name for name, number in TEXTS.items()}
CLAUSES = {
    "jiangsu-2015": 72, "ganzhou-2015": 43, "jiangsu-2016": 17, "hunan-2015": 30,
    "qinghai-2016": 27,
}  # fmt: skip
DUTIES = {"jiangsu-2015": 69, "jiangsu-2016": 16, "hunan-2015": 70, "qinghai-2016": 23}
SECTIONS = {
    "8.1": "jiangsu-2015",
    "8.2": "jiangsu-2016",
    "8.3": "hunan-2015",
    "8.4": "qinghai-2016",
}
SEPARATOR = re.compile("[、，,]")
REMARK = re.compile("等|按职责|按照职责|会有关")
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the printed texts are not at hand")


@cache
def library() -> Library:
    return queries.load(queries.shipped(), indicators=REGISTRY.indicators)


def clauses(document: str) -> tuple[Clause, ...]:
    return library().documents[document].clauses


def numbered(document: str) -> list[Clause]:
    """Return the clauses that have a number; the closing paragraph of Hunan's has none."""
    return [clause for clause in clauses(document) if clause.label != "结语"]


def rows(name: str, begins: str, ends: str) -> list[list[str]]:
    """Return the rows of a table in one of the files beside the repository."""
    text = (SHARED / name).read_text(encoding="utf-8")
    section = text.partition(f"\n{begins}")[2].partition(f"\n{ends}")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_everything_that_ships_is_complete_and_without_fault() -> None:
    assert queries.names(queries.shipped()) == JURISDICTIONS
    assert queries.flaws(queries.shipped(), indicators=REGISTRY.indicators) == ()


@pytest.mark.parametrize("document", CLAUSES)
def test_a_document_has_every_clause(document: str) -> None:
    labels = [clause.label for clause in clauses(document)]
    assert len(labels) == len(set(labels)) == CLAUSES[document]


@shared
@pytest.mark.parametrize("document", TEXTS)
def test_no_clause_and_no_number_of_the_text_is_left_out(document: str) -> None:
    (path,) = (SHARED / "seeds").glob(f"{TEXTS[document]}_*.txt")
    text = path.read_text(encoding="utf-8")
    assert queries.against_text(library(), document, text) == ()


@shared
@pytest.mark.parametrize("document", TEXTS)
def test_a_number_that_is_taken_out_of_the_data_is_missed(document: str) -> None:
    """Shows that the comparison above can fail: each clause's numbers are left out in turn."""
    whole = library().documents[document]
    (path,) = (SHARED / "seeds").glob(f"{TEXTS[document]}_*.txt")
    text = path.read_text(encoding="utf-8")
    for index, clause in enumerate(whole.clauses):
        bare = replace(clause, numbers=())
        spoilt = replace(
            whole, clauses=(*whole.clauses[:index], bare, *whole.clauses[index + 1 :])
        )
        missed = {flaw.facts["clause"] for flaw in comparing.against_text(spoilt, text)}
        assert missed == ({clause.ref} if clause.numbers else set()), clause.ref


@pytest.mark.parametrize("document", DUTIES)
def test_a_document_assigns_as_many_duties_as_it_prints_lists(document: str) -> None:
    assert sum(len(clause.duties) for clause in numbered(document)) == DUTIES[document]


@shared
@pytest.mark.parametrize("section", SECTIONS)
def test_the_departments_of_each_duty_are_those_that_are_printed(section: str) -> None:
    document = SECTIONS[section]
    following = f"## 8.{int(section[2]) + 1}" if section != "8.4" else "Notes to 8.3"
    printed = rows("policy-facts.md", f"## {section}", following)[1:]
    assert len(printed) == DUTIES[document]
    owed = [duty for clause in numbered(document) for duty in clause.duties]
    for (label, _, bodies, _), duty in zip(printed, owed, strict=True):
        named = SEPARATOR.sub("、", REMARK.split(bodies)[0])
        assert bare(named) == bare("、".join(duty.departments)), (document, label, duty.zh)


def bare(named: str) -> str:
    """Return a list of bodies without the phrase that stands for those it does not name."""
    return re.sub("、?省?有关部门$", "", named)


def test_only_where_the_document_says_so_somebody_leads() -> None:
    led = {
        owed.ref
        for place in library().jurisdictions.values()
        for owed in queries.duties(place)
        if owed.lead and owed.clause.document != "qinghai-2016"
    }
    assert led == {"jiangsu-2015 (七)1", "jiangsu-2015 (二十九)"}


@shared
def test_every_target_of_the_table_is_there_with_its_clause_and_value() -> None:
    targets = {
        target.id: target
        for jurisdiction in library().jurisdictions.values()
        for target in jurisdiction.targets
    }
    wanted = rows("policy-facts.md", "# 2.", "# 3.")[1:]
    outcomes = {row[0]: row for row in wanted if not row[0].startswith("JS2")}
    assert targets.keys() == outcomes.keys()
    for name, (_, number, label, _, operator, value, _, year, _) in outcomes.items():
        target = targets[name]
        assert target.clause == f"{DOCUMENTS[number]} {label}", name
        assert target.operator == operator.split()[0].strip("`"), name
        if re.fullmatch(r"[0-9.]+", value):
            assert str(target.value) == value, name
        if re.fullmatch(r"20\d\d", year):
            assert str(target.year) == year, name


@shared
def test_every_quota_of_the_table_is_there() -> None:
    counts = {
        (quota.clause, quota.count or len(quota.named))
        for jurisdiction in library().jurisdictions.values()
        for quota in jurisdiction.quotas
    }
    for number, label, what, quota, *_ in rows("policy-facts.md", "# 3.", "# 4.")[1:]:
        if found := re.match(r"\d+", quota):
            wanted = {
                (f"{DOCUMENTS[number]} {each.strip()}", int(found[0])) for each in label.split(",")
            }
            assert wanted & counts, what


@shared
def test_the_systems_are_those_of_the_catalogue() -> None:
    text = (SHARED / "systems.md").read_text(encoding="utf-8")
    assert list(library().systems) == re.findall(r"^### `([a-z0-9-]+)`", text, re.MULTILINE)


@shared
@pytest.mark.parametrize("document", TEXTS)
def test_a_clause_names_the_systems_that_it_calls_for(document: str) -> None:
    text = (SHARED / "systems.md").read_text(encoding="utf-8")
    calls = re.findall(r"^### `([a-z0-9-]+)`.*\n\n- \*\*Seeds:\*\* ([^|]*)", text, re.MULTILINE)
    assert len(calls) == len(library().systems)
    absent = []
    for system, seeds in calls:
        for number, label in re.findall(r"(00\d) ([^;\s~]+)", seeds):
            if number == TEXTS[document]:
                below = [each for each in clauses(document) if each.label.startswith(label)]
                if not any(system in each.serves for each in below):
                    absent.append(f"{label} {system}")
    assert not absent


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_a_place_says_everything_in_both_languages(name: str) -> None:
    place = library().jurisdictions[name]
    chinese = re.compile("[\u4e00-\u9fff]")
    things = (
        *place.clauses, *(duty for clause in place.clauses for duty in clause.duties),
        *place.parameters, *place.targets, *place.quotas, *place.codes, *place.provisions,
    )  # fmt: skip
    without = [each.place for each in things if not chinese.search(each.zh)]
    mixed = [each.place for each in things if len(chinese.findall(each.en)) > len(each.en) // 3]
    assert not without
    assert not mixed


@shared
def test_the_sentences_are_our_own() -> None:
    """No passage of thirty signs or more stands in a printed text as it stands in the data."""
    printed = "".join(
        re.sub(r"\s", "", path.read_text(encoding="utf-8"))
        for path in sorted(Path(SHARED / "seeds").glob("*.txt"))
    )
    length = 30
    copied = [
        clause.ref
        for document in TEXTS
        for clause in clauses(document)
        for start in range(max(0, len(clause.zh) - length))
        if clause.zh[start : start + length] in printed
    ]
    assert not sorted(set(copied))
