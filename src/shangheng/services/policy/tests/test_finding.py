# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest

from shangheng.kernel.accounts.tests import postgres
from shangheng.kernel.policies.concept import Library
from shangheng.services.policy import actions
from shangheng.services.policy.queries import finding
from shangheng.services.policy.rules.words import says
from shangheng.services.policy.tests.libraries import library

FAST_S = 0.02
SETTINGS, WHICH = "DJANGO_SETTINGS_MODULE", "shangheng.site.settings"
ASKED = (
    "快递 车辆",
    "税",
    "省商务厅",
    "b2b",
    "courier",
    "电子商务 统计",
    "4.5万亿元",
    "辆",
    "没有这回事",
)


@pytest.fixture
def index(db: None) -> Library:
    actions.keep_index(library())
    return library()


@pytest.mark.parametrize("text", ASKED)
@pytest.mark.usefixtures("index")
def test_a_search_finds_the_clauses_that_hold_every_word(text: str) -> None:
    holding = {
        each.ref for each in finding.entries(library()) if says(text, (each.said, each.beside))
    }
    assert set(finding.refs(text)) == holding
    assert len(finding.refs(text)) == len(holding)


@pytest.mark.usefixtures("index")
def test_figures_and_wide_signs_are_found() -> None:
    assert finding.refs("4.5万亿元") == ["jiangsu-2015 (二)"]
    assert finding.refs("Ｂ２Ｂ") == finding.refs("b2b") != []


@pytest.mark.usefixtures("index")
def test_a_clause_that_says_it_comes_before_one_that_mentions_it_beside() -> None:
    found = finding.refs("跨境电商")
    said = [each.ref for each in finding.entries(library()) if says("跨境电商", (each.said,))]
    assert said
    assert set(found[: len(said) // 2]) <= set(said)


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "text", ["", "“”", "'; DROP TABLE x; --", '" OR ref:"', "税*", "NEAR(a b)"]
)
def test_no_search_can_say_anything_to_the_database(text: str) -> None:
    finding.refs(text)
    assert finding.refs("快递")


def test_the_index_is_made_anew_when_a_document_changes(index: Library) -> None:
    assert not finding.refs("狮子座")
    place = index.jurisdictions["hunan"]
    document = place.documents[0]
    first = replace(document.clauses[0], zh="狮子座")
    changed = replace(document, clauses=(first, *document.clauses[1:]))
    other = replace(
        index, jurisdictions={**index.jurisdictions, "hunan": replace(place, documents=(changed,))}
    )
    actions.keep_index(other)
    assert finding.refs("狮子座") == [first.ref]
    actions.keep_index(index)
    assert not finding.refs("狮子座")


@pytest.mark.usefixtures("index")
def test_a_search_over_all_clauses_takes_less_than_twenty_milliseconds() -> None:
    spent = []
    for text in ASKED * 3:
        begun = perf_counter()
        actions.keep_index(library())
        finding.refs(text)
        spent.append(perf_counter() - begun)
    assert sorted(spent)[len(spent) * 3 // 4] < FAST_S


@pytest.mark.usefixtures("index")
@pytest.mark.skipif(bool(postgres.lacking()), reason=postgres.lacking() or "-")
def test_postgresql_finds_the_same_clauses(tmp_path: Path) -> None:
    with postgres.served() as settings:
        told = subprocess.run(
            [sys.executable, "-m", "shangheng.services.policy.tests.searching", "|".join(ASKED)],
            env=os.environ | settings | {"SHANGHENG_HOME": str(tmp_path), SETTINGS: WHICH},  # noqa: TID251
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    found = json.loads(told.stdout)["found"]
    assert {text: set(refs) for text, refs in found.items()} == {
        text: set(finding.refs(text)) for text in ASKED
    }
    assert found["4.5万亿元"]
