# SPDX-License-Identifier: Apache-2.0
"""A facts file that cannot be believed is refused with the place and the reason."""

from pathlib import Path

import pytest

from shangheng.kernel.errors import Invalid, NotFound, Refusal
from shangheng.kernel.messages import text
from shangheng.services.incentives.forms.places import placed
from shangheng.services.incentives.tests.places import HERE, ask, ask_place, provision

BAD = {
    "an unknown section": ("turnover: []", "facts.unknown_field", "turnover", 1),
    "an unknown field": (
        "party: {}\nsales: [{year: 2015, mode: B2C, sum: 60000000}]",
        "facts.unknown_field", "sales[0].sum", 2,
    ),
    "an unknown fact of the firm": (
        "party: {registered: '360702'}", "facts.unknown_field", "party.registered", 1,
    ),
    "1500 for 1500 times ten thousand": (
        "sales:\n- {year: 2014, mode: B2C, amount: 0}\n- {year: 2015, mode: B2C, amount: 1500}",
        "facts.suspiciously_small", "sales[1].amount", 3,
    ),
    "rent in ten thousands": (
        "leases: [{annual_rent: 24}]", "facts.suspiciously_small", "leases[0].annual_rent", 1,
    ),
    "a unit in the amount": (
        "sales: [{year: 2015, mode: B2C, amount: 1500万}]",
        "facts.not_a_number", "sales[0].amount", 1,
    ),
    "an amount in quotes": (
        "sales: [{year: 2015, mode: B2C, amount: '60000000'}]",
        "facts.not_a_number", "sales[0].amount", 1,
    ),
    "not a number": (
        "sales: [{year: 2015, mode: B2C, amount: .nan}]",
        "facts.not_a_number", "sales[0].amount", 1,
    ),
    "true as a number": (
        "sales: [{year: 2015, mode: B2C, amount: true}]",
        "facts.not_a_number", "sales[0].amount", 1,
    ),
    "three decimals": (
        "sales: [{year: 2015, mode: B2C, amount: 60000000.001}]",
        "facts.too_precise", "sales[0].amount", 1,
    ),
    "more than all money": (
        "sales: [{year: 2015, mode: B2C, amount: 1000000000000000}]",
        "facts.too_great", "sales[0].amount", 1,
    ),
    "negative sales": (
        "sales: [{year: 2015, mode: B2C, amount: -60000000}]",
        "facts.negative", "sales[0].amount", 1,
    ),
    "a negative area": ("leases: [{area_m2: -800}]", "facts.negative", "leases[0].area_m2", 1),
    "no area": ("leases: [{area_m2: 0}]", "facts.no_area", "leases[0].area_m2", 1),
    "a lease that ends before it begins": (
        "leases: [{from: 2015-10-01, to: 2014-09-30}]",
        "facts.ends_before_begins", "leases[0]", 1,
    ),
    "other use before the lease": (
        "leases: [{from: 2015-10-01, used_otherwise_from: 2014-09-30}]",
        "facts.ends_before_begins", "leases[0]", 1,
    ),
    "two leases of one place at once": (
        ("leases:\n- {from: 2015-01-01, to: 2015-12-31, place: 甲}\n"
        "- {from: 2015-12-31, to: 2016-12-31, place: 甲}"),
        "facts.leases_overlap", "leases[1]", 3,
    ),
    "a firm in two places": (
        "party: {registered_region: ['360702', '320500']}",
        "facts.two_places", "party.registered_region", 1,
    ),
    "two firms": ("party: [{kind: enterprise}, {}]", "facts.two_places", "party", 1),
    "no such division": (
        "party: {registered_region: '999999'}",
        "facts.not_a_region", "party.registered_region", 1,
    ),
    "a name for a division": (
        "party: {registered_region: 赣州}", "facts.not_a_region", "party.registered_region", 1,
    ),
    "a year and mode twice": (
        ("sales:\n- {year: 2015, mode: B2C, amount: 60000000}\n"
        "- {year: 2015, mode: B2C, amount: 70000000}"),
        "facts.year_twice", "sales[1]", 3,
    ),
    "a year of cost twice": (
        "rnd: [{year: 2015, expensed: 5000}, {year: 2015, expensed: 6000}]",
        "facts.year_twice", "rnd[1]", 1,
    ),
    "a payment twice": (
        ("awards:\n- {provision: ganzhou.brand-award, date: 2015-06-01, amount: 5}\n"
        "- {provision: ganzhou.brand-award, date: 2015-06-01, amount: 5}"),
        "facts.award_twice", "awards[1]", 3,
    ),
    "a provision that does not exist": (
        "awards: [{provision: ganzhou.sale-award, date: 2015-06-01, amount: 5}]",
        "facts.not_one_of", "awards[0].provision", 1,
    ),
    "an unknown mode": (
        "sales: [{year: 2015, mode: O2O, amount: 60000000}]",
        "facts.not_one_of", "sales[0].mode", 1,
    ),
    "an unknown finding": (
        "findings: [{kind: gossip, year: 2015}]", "facts.not_one_of", "findings[0].kind", 1,
    ),
    "a payment without a day": (
        "awards: [{provision: ganzhou.brand-award, amount: 5}]",
        "facts.field_needed", "awards[0]", 1,
    ),
    "no such day": ("fibre: [{from: 2015-02-30}]", "facts.not_a_day", "fibre[0].from", 1),
    "a moment for a day": (
        "fibre: [{from: 2015-02-03T10:00:00}]", "facts.not_a_day", "fibre[0].from", 1,
    ),
    "a day long ago": ("fibre: [{from: 1015-02-03}]", "facts.not_a_day", "fibre[0].from", 1),
    "a year with a decimal": (
        "findings: [{kind: fraud, year: 2015.5}]", "facts.not_whole", "findings[0].year", 1,
    ),
    "a word for true": (
        "party: {above_scale: perhaps}", "facts.not_a_truth", "party.above_scale", 1,
    ),
    "a number for true": ("party: {above_scale: 1}", "facts.not_a_truth", "party.above_scale", 1),
    "a long use": (f"leases: [{{use: {'x' * 300}}}]", "facts.not_a_text", "leases[0].use", 1),
    "a list for a firm's fields": ("sales: [[1, 2]]", "facts.not_fields", "sales[0]", 1),
    "fields for a list": ("sales: {year: 2015}", "facts.not_a_list", "sales", 1),
    "a text for a file": ("企业", "facts.not_fields", "/", 1),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_its_place_and_reason(what: str) -> None:
    written, code, place, line = BAD[what]
    with pytest.raises(Invalid) as refusal:
        ask(written)
    assert refusal.value.code == code
    assert (refusal.value.facts["place"], refusal.value.facts["line"]) == (place, line)
    for language in ("zh", "en"):
        told = text(code, refusal.value.facts, language)  # type: ignore[arg-type,unused-ignore]
        assert place in told
        assert "{" not in told


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("a: &x [1]\nb: *x", "policy.yaml_alias"),
        ("party: !!python/object:os.system {}", "policy.yaml_tag"),
        ("party: {kind: enterprise, kind: shop}", "policy.yaml_key_twice"),
        ("party: {}\n---\nparty: {}", "policy.yaml_several"),
        ("party: {", "policy.not_yaml"),
        ("[" * 100, "policy.yaml_too_deep"),
        ("sales: [{year: 2015, mode: B2C, <<: {amount: 60000000}}]", "facts.unknown_field"),
    ],
)
def test_yaml_that_does_more_than_state_facts_is_refused(written: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        ask(written)
    assert refusal.value.code == code


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"party: \xff\xfe")
    with pytest.raises(Invalid, match=r"policy\.not_utf8"):
        placed(path)
    with pytest.raises(NotFound, match=r"policy\.file_missing"):
        placed(tmp_path / "none.yaml")


def test_a_small_firm_gets_through_once_the_amount_is_confirmed() -> None:
    written = f"party: {HERE}\nsales: [{{year: 2015, mode: C2C, amount: 1500}}]"
    with pytest.raises(Invalid) as refusal:
        ask(written)
    assert refusal.value.facts["meant"] == 15_000_000
    found = provision(ask(written, small=True), "ganzhou.sales-award")
    assert (found["verdict"], found["amount"]) == ("no", 0)
    zero = f"party: {HERE}\nsales: [{{year: 2015, mode: C2C, amount: 0}}]"
    assert provision(ask(zero), "ganzhou.sales-award")["verdict"] == "no"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("rent_rate", "10", "reading.unknown"),
        ("rent_cap", "per_month", "reading.not_a_choice"),
        ("rent_rate_per_m2", "ten", "reading.not_a_number"),
        ("rent_rate_per_m2", "-1", "reading.not_a_number"),
        ("rent_rate_per_m2", "NaN", "reading.not_a_number"),
        ("rent_rate_per_m2", "10.01", "reading.out_of_range"),
        ("agricultural_factor", "1.5", "reading.out_of_range"),
        ("agricultural_factor", "0", "reading.out_of_range"),
    ],
)
def test_a_reading_that_the_document_does_not_allow_is_refused(
    name: str, value: str, code: str
) -> None:
    written = (
        'party: {registered_region: "360702", agricultural: true}\n'
        "sales: [{year: 2015, mode: B2C, amount: 60000000}]\nleases: []"
    )
    with pytest.raises(Invalid) as refusal:
        ask(written, **{name: value})
    assert refusal.value.code == code


def test_words_that_people_write_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(
        "\ufeffparty: {kind: sole-trader, registered_region: 360702, above_scale: 是}\n"
        "honours: [{kind: demonstration-enterprise, level: municipal, date: 2015-06-01}]\n"
        "sales: null\n",
        encoding="utf-8",
    )
    answer = ask_place(placed(path), "2016-03-01", {})
    assert provision(answer, "ganzhou.demonstration-award")["amount"] == 5000
    assert provision(answer, "ganzhou.sales-award")["missing"] == ["sales"]


def test_an_empty_file_says_nothing_and_nothing_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("", encoding="utf-8")
    answer = ask_place(placed(path), "2016-03-01", {})
    missing = {each["id"]: each["verdict"] for each in answer["provisions"]}
    assert set(missing.values()) == {"missing"}
    assert answer["total"] == 0
    assert not answer["total_is_complete"]
