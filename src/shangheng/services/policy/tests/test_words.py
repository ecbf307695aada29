# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.services.policy.rules import words

TEXTS = st.text(alphabet="快递车辆税省商务厅 ab1Ｂ，。", max_size=30)


def test_a_run_of_characters_becomes_its_pairs_and_its_last() -> None:
    assert words.tokens("快递车辆，Ｂ２Ｂ平台") == [
        "快递", "递车", "车辆", "辆", "b2b", "平台", "台",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fts5", "tsquery"),
    [
        ("快递车", '"快递 递车"', "('快递' <-> '递车')"),
        ("税 ab", '"税" * AND "ab" *', "('税':*) & ('ab':*)"),
        ("“'； --", "", ""),
    ],
)
def test_a_search_is_written_for_either_database(text: str, fts5: str, tsquery: str) -> None:
    wanted = words.phrases(text)
    assert words.as_fts5(wanted) == fts5
    assert words.as_tsquery(wanted) == tsquery


def test_a_vector_weighs_what_is_said_more_than_what_stands_beside() -> None:
    assert words.as_tsvector("税", "ab") == "'税':1A 'ab':2C"


@given(TEXTS)
def test_marking_a_text_loses_nothing_of_it(text: str) -> None:
    parts = words.marked(text, words.phrases("快递 税 b"))
    assert "".join(part for part, _ in parts) == text


@given(TEXTS)
def test_every_piece_of_a_text_is_found_in_its_tokens(text: str) -> None:
    """A phrase's tokens stand side by side among those of any text that holds its run."""
    there = words.tokens(text)
    for each in words.phrases(text):
        size = len(each.tokens)
        sides = [tuple(there[at : at + size]) for at in range(len(there) - size + 1)]
        assert each.tokens in sides or any(token.startswith(each.run) for token in there)


def test_what_was_found_is_marked_whatever_its_width_or_case() -> None:
    assert words.marked("建Ｂ２Ｂ平台", words.phrases("b2b")) == [
        ("建", False), ("Ｂ２Ｂ", True), ("平台", False),
    ]  # fmt: skip
    assert words.marked("subway bus", words.phrases("bu")) == [
        ("subway ", False),
        ("bu", True),
        ("s", False),
    ]


@pytest.mark.parametrize("text", ["㎡ ﬁne", "ß", "①税"])
def test_signs_that_fold_to_several_do_not_shift_the_marks(text: str) -> None:
    parts = words.marked(text, words.phrases(text))
    assert "".join(part for part, _ in parts) == text
