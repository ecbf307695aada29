# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangheng.kernel.errors import Invalid
from shangheng.kernel.parties import concept
from shangheng.kernel.parties.concept import Merchant

USCC = "91110000600037341L"


def test_a_credit_code_is_written_one_way_however_it_was_typed() -> None:
    for typed in (
        USCC,
        USCC.lower(),
        "91 110000 600037341L",
        "９１１１００００６０００３７３４１Ｌ",
    ):
        assert concept.checked("uscc", typed) == USCC


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.Example.com/shop/1/",
        "http://example.com/shop/1#top",
        "example.com/shop/1",
        "//WWW.example.com/shop/1",
    ],
)
def test_a_shop_address_is_written_one_way_however_it_was_typed(typed: str) -> None:
    assert concept.normalised("shop_url", typed) == "example.com/shop/1"


def test_a_query_tells_shops_apart() -> None:
    one = concept.normalised("shop_url", "https://example.com/shop?id=1")
    assert one != concept.normalised("shop_url", "https://example.com/shop?id=2")


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("uscc", "91110000600037341N", "party.code_invalid"),
        ("platform", "  ", "party.code_invalid"),
        ("passport", "1", "party.scheme_unknown"),
    ],
)
def test_a_wrong_code_is_refused(scheme: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        concept.checked(scheme, value)
    assert refused.value.code == code


def test_an_owner_is_also_known_by_the_organisation_code_inside_the_credit_code() -> None:
    keys, wrong = concept.owner_keys(Merchant(platform="P", shop="1", uscc=USCC))
    assert keys == (("uscc", USCC), ("org", "600037341"))
    assert not wrong


def test_a_wrong_code_identifies_nobody_and_is_noted() -> None:
    keys, wrong = concept.owner_keys(Merchant(platform="P", shop="1", uscc=USCC[:-1] + "N"))
    assert (keys, wrong) == ((), True)


def test_the_category_in_the_credit_code_tells_the_kind() -> None:
    assert concept.kind_of_owner((("uscc", "92340602MA2PBQAH7E"),)) == "sole_trader"
    assert concept.kind_of_owner((("uscc", USCC),)) == "enterprise"


@given(
    st.sampled_from(sorted(set(concept.SCHEMES) - {"shop_url"})),
    st.text("0189ABXYabxy-/ ０１９ＡＢａｂ－　"),
)
def test_writing_a_code_the_normal_way_twice_changes_nothing(scheme: str, value: str) -> None:
    once = concept.normalised(scheme, value)
    assert concept.normalised(scheme, once) == once
