# SPDX-License-Identifier: Apache-2.0
import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shangheng.kernel import codes

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "reference"
needs_samples = pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def completed(body: st.SearchStrategy[str], check: Callable[[str], str]) -> st.SearchStrategy[str]:
    return body.map(lambda text: text + check(text))


uscc_bodies = st.builds(
    lambda head, place, tail: head + place + tail,
    st.sampled_from(["91", "92", "12", "51", "93", "N2", "Y1"]),
    digits(6),
    st.text(USCC_CHARACTERS, min_size=9, max_size=9),
)
resident_bodies = st.builds(
    lambda day, tail: "320583" + day.strftime("%Y%m%d") + tail,
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    digits(3),
)
VALID = {
    "uscc": completed(uscc_bodies, codes.uscc_check_character),
    "organisation": completed(
        st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8),
        codes.organisation_check_character,
    ),
    "registration": completed(digits(14), codes.registration_check_digit),
    "gtin": completed(
        st.one_of(digits(7), digits(11), digits(12), digits(13)), codes.gtin_check_digit
    ).filter(lambda text: text.strip("0") != ""),
    "hs": st.from_regex(re.compile("[1-9][0-9]{5}([0-9]{2}){0,2}", re.ASCII), fullmatch=True),
    "mobile": st.from_regex(re.compile("1[3-9][0-9]{9}", re.ASCII), fullmatch=True),
    "resident": completed(resident_bodies, codes.resident_check_character),
}
CONNECTION = duckdb.connect()


def sql_verdicts(expression: Callable[[str], str], values: list[str | None]) -> list[bool | None]:
    rows = CONNECTION.execute(
        f"SELECT {expression('c')} FROM (SELECT unnest(?::VARCHAR[]) AS c)", [values]
    ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize("name", codes.BY_SCHEME)
@given(data=st.data())
@settings(max_examples=40)
def test_python_and_sql_give_the_same_verdict(name: str, data: st.DataObject) -> None:
    judge, expression = codes.BY_SCHEME[name]
    valid = st.lists(VALID[name], min_size=1, max_size=20)
    good = data.draw(valid)
    spoilt = [
        text[:place] + data.draw(st.sampled_from("0123456789ABXYZ 一a'")) + text[place + 1 :]
        for text in good
        for place in [data.draw(st.integers(0, len(text) - 1))]
    ]
    anything = data.draw(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
    values = [*good, *spoilt, *anything, good[0] + "\n", ""]
    assert sql_verdicts(expression, [*values]) == [judge(value) for value in values]


@pytest.mark.parametrize("name", codes.BY_SCHEME)
@given(data=st.data())
@settings(max_examples=40)
def test_a_completed_code_is_valid(name: str, data: st.DataObject) -> None:
    assert codes.BY_SCHEME[name][0](data.draw(VALID[name]))


@pytest.mark.parametrize("name", ["uscc", "organisation", "registration", "gtin", "resident"])
@given(data=st.data())
@settings(max_examples=40)
def test_one_wrong_digit_is_always_found(name: str, data: st.DataObject) -> None:
    text = data.draw(VALID[name].filter(lambda code: any(c.isdigit() for c in code)))
    places = [i for i, c in enumerate(text) if c.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != text[place]]))
    assert not codes.BY_SCHEME[name][0](text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("name", codes.BY_SCHEME)
def test_null_stays_null(name: str) -> None:
    assert sql_verdicts(codes.BY_SCHEME[name][1], [None]) == [None]


def test_published_codes_are_judged_rightly() -> None:
    assert codes.is_uscc("91110000600037341L")
    assert not codes.is_uscc("91110000600037341N")
    assert not codes.is_uscc("9111000060003IOZSV")
    assert codes.is_gtin("7501031311309")
    assert not codes.is_gtin("7501031311308")
    assert codes.is_gtin("036000291452")
    assert codes.is_gtin("96385074")
    assert codes.is_organisation_code("60003734X") is False
    assert codes.is_organisation_code("D2143569X")
    assert codes.is_resident_id("11010519491231002X")
    assert not codes.is_resident_id("440524188001010014")
    assert codes.is_registration_number("110108000000016")


def test_a_birthday_that_never_was_is_refused() -> None:
    body = "32058319990229001"
    assert not codes.is_resident_id(body + codes.resident_check_character(body))


def test_zeros_are_a_placeholder_and_no_goods() -> None:
    assert not codes.is_gtin("00000000")


@needs_samples
def test_all_sample_credit_codes_get_their_expected_verdict() -> None:
    with (SHARED / "uscc" / "uscc_samples.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong = [r["code"] for r in rows if codes.is_uscc(r["code"]) != (r["expected"] == "valid")]
    assert (len(rows), wrong) == (64, [])


@needs_samples
def test_credit_codes_found_in_the_wild_are_valid() -> None:
    text = (SHARED / "stdnum" / "test_cn_uscc.doctest").read_text("utf-8")
    found = re.findall(r"^\.\.\. ([0-9A-Z]{18})$", text, re.MULTILINE)
    assert len(found) > 150
    assert [code for code in found if not codes.is_uscc(code)] == []
