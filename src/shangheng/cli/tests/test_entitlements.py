# SPDX-License-Identifier: Apache-2.0
"""``shangheng entitlements`` as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shangheng.cli.entitlements import entitlements_command
from shangheng.kernel.errors import Invalid

FACTS = """
party: {kind: enterprise, registered_region: "360702", agricultural: false}
sales: [{year: 2014, mode: B2C, amount: 40000000.00}, {year: 2015, mode: B2C, amount: 120000000}]
honours: [{kind: brand, level: provincial, date: 2015-06-01}]
"""


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


def run(facts: Path, *options: str) -> Result:
    asked = [str(facts), "--jurisdiction", "ganzhou", "--on", "2016-03-01", *options]
    return CliRunner().invoke(entitlements_command, asked, catch_exceptions=False)


def test_the_answer_is_one_json_object(facts: Path) -> None:
    found: dict[str, Any] = json.loads(
        run(facts, "--json", "--reading", "several_levels_in_one_year=sum").output
    )
    assert found["jurisdiction"] == "ganzhou"
    assert found["on"] == "2016-03-01"
    assert found["total"] == 200_000
    award = next(each for each in found["provisions"] if each["id"] == "ganzhou.sales-award")
    assert award["clause"] == "ganzhou-2015 四(二)1"
    assert (award["verdict"], award["amount"]) == ("yes", 150_000)
    assert award["reading"]["several_levels_in_one_year"] == "sum"
    assert award["reasons"]


def test_people_see_a_table_with_what_is_missing(facts: Path) -> None:
    told = run(facts).output
    assert "合计 total: 50,000" in told
    choice = "  --reading several_levels_in_one_year=sum  各级相加 the sum of the levels"
    assert f"{choice}  → 150,000 元 yuan" in told
    assert "企业：规模以上 The firm: above scale [party.above_scale]" in told


def test_nothing_that_is_missing_is_told_by_its_name_alone(facts: Path) -> None:
    for place in ("ganzhou", "jiangsu", "hunan", "qinghai"):
        options = ("--jurisdiction", place, "--on", "2016-12-31", "--json")
        told = CliRunner().invoke(entitlements_command, [str(facts), *options]).output
        missing = [
            fact for each in json.loads(told)["provisions"] for fact in each["missing_in_words"]
        ]
        assert missing
        assert not [fact for fact in missing if fact["name"] in (fact["zh"], fact["en"])]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["rent_cap"], "reading.unreadable"),
        (["=highest"], "reading.unreadable"),
        (["rent_cap=per_firm", "rent_cap=per_year"], "reading.twice"),
    ],
)
def test_a_reading_is_a_name_and_a_value(facts: Path, given: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        run(facts, *(part for each in given for part in ("--reading", each)))
    assert refusal.value.code == code


def test_a_suspicious_amount_is_taken_once_confirmed(facts: Path) -> None:
    facts.write_text("sales: [{year: 2015, mode: B2C, amount: 1500}]", encoding="utf-8")
    with pytest.raises(Invalid, match=r"facts\.suspiciously_small"):
        run(facts, "--json")
    assert json.loads(run(facts, "--json", "--confirm-small").output)["total"] == 0
