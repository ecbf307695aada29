# SPDX-License-Identifier: Apache-2.0
from uuid import UUID, uuid4

import pytest

from shangheng.kernel.search import store
from shangheng.kernel.search.concept import as_fts5, as_tsquery, phrases, tokens

ONE, OTHER = UUID(int=1), UUID(int=2)


def found(scope: str, text: str, *, most: int) -> list[UUID] | None:
    rows = store.found(scope, text, most=most)
    return None if rows is None else [row["object_id"] for row in rows]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("快递车辆", ["快递", "递车", "车辆", "辆"]),
        ("井", ["井"]),
        ("ＷＱＺ-2026 昆山", ["wqz", "2026", "昆山", "山"]),
        ("  ，。", []),
    ],
)
def test_chinese_is_cut_into_pairs_and_latin_into_words(text: str, cut: list[str]) -> None:
    assert tokens(text) == cut


def test_a_search_is_written_for_either_database() -> None:
    wanted = phrases("车辆 管 WQZ'")
    assert as_fts5(wanted) == '"车辆" AND "管" * AND "wqz" *'
    assert as_tsquery(wanted) == "('车辆') & ('管':*) & ('wqz':*)"
    assert as_tsquery(wanted[:2], "a1") == "('a1车辆') & ('a1管':*)"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "is_found"),
    [("甜水", True), ("水井", True), ("甜水井", True), ("井水", False), ("井", True), ("甜", True),
     ("W", True), ("00", False), ("昆山 甜水", True), ("苏州 甜水", False), ("ｗ1", True)],
)  # fmt: skip
def test_what_a_text_says_is_found_wherever_it_stands(text: str, *, is_found: bool) -> None:
    store.put("entry.well", ONE, "W1 甜水井 昆山市")
    assert found("entry.well", text, most=9) == ([ONE] if is_found else [])


@pytest.mark.django_db
def test_a_text_that_was_replaced_is_found_no_longer_and_others_scopes_never() -> None:
    store.put("entry.well", ONE, "甜水井")
    store.put("entry.pump", OTHER, "甜水泵")
    store.put("entry.well", ONE, "苦水井", before="甜水井")
    assert found("entry.well", "甜水", most=9) == []
    assert found("entry.well", "苦水", most=9) == [ONE]
    assert found("entry.pump", "甜水", most=9) == [OTHER]


@pytest.mark.django_db
def test_where_a_text_is_common_or_no_word_the_index_says_so() -> None:
    for _ in range(4):
        store.put("entry.well", uuid4(), "甜水井")
    assert found("entry.well", "甜水", most=3) is None
    assert len(found("entry.well", "甜水", most=4) or ()) == 4
    assert found("entry.well", "，", most=9) is None
    store.put("entry.well", ONE, "w1 甜水井")
    assert found("entry.well", "甜水 w w1", most=9) == [ONE]
    assert found("entry.well", "w1 甜水 abc", most=9) == []
    assert found("entry.well", "'; DROP", most=9) == []
