# SPDX-License-Identifier: Apache-2.0
"""The commands about policies, as they are typed."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from shangheng.cli import jurisdictions, policies
from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.policies.tests.folders import written

TEST = ("--jurisdiction", "test")


def run(command: Any, *words: str) -> Result:
    return CliRunner().invoke(command, words)


def answer(command: Any, *words: str) -> list[dict[str, Any]]:
    ran = run(command, *words, "--json")
    assert ran.exit_code == 0, ran.exception
    listed: list[dict[str, Any]] = json.loads(ran.output)
    return listed


def test_targets_carry_what_scoreboards_need() -> None:
    first = answer(policies.targets_command, "--jurisdiction", "ganzhou")[0]
    wanted = {
        "id": "GZ-01", "clause": "ganzhou-2015 二", "operator": ">=", "value": 1500,
        "unit": "亿元", "amount": 150_000_000_000, "base_unit": "CNY", "year": 2020,
        "indicator": "transaction-volume", "judged_by": "number",
    }  # fmt: skip
    assert {name: first[name] for name in wanted} == wanted
    assert first["zh"]
    assert first["en"]
    assert first["note"].keys() == {"zh", "en"}


def test_the_duties_of_a_department_name_it_and_who_leads() -> None:
    words = ("--jurisdiction", "jiangsu", "--department", "省商务厅")
    duties = answer(policies.duties_command, *words)
    assert all({"省商务厅", "商务厅"} & {*each["departments"], each["lead"]} for each in duties)
    by_clause = {each["clause"]: each for each in duties}
    enforcement = by_clause["jiangsu-2015 (七)1"]
    assert enforcement["lead"] != enforcement["first_listed"] == "省商务厅"
    assert by_clause["jiangsu-2016 一"]["lead"] is None
    every = answer(policies.duties_command, "--jurisdiction", "jiangsu")
    assert len(every) == 69 + 16


def test_in_qinghai_the_first_listed_leads() -> None:
    duties = answer(policies.duties_command, "--jurisdiction", "qinghai")
    last = duties.pop()
    assert all(each["lead"] == each["first_listed"] for each in duties)
    assert (last["clause"], last["lead"]) == ("qinghai-2016 (二十六)", None)


def test_an_unknown_department_is_refused_with_those_that_come_near() -> None:
    ran = run(policies.duties_command, "--jurisdiction", "hunan", "--department", "商务")
    assert isinstance(ran.exception, NotFound)
    assert "省商务厅" in ran.exception.facts["near"]


def test_people_read_tables() -> None:
    for command in (policies.targets_command, policies.duties_command):
        ran = run(command, "--jurisdiction", "hunan")
        assert ran.exit_code == 0
        assert "hunan-2015 (三)" in ran.output or "hunan-2015 (四)#a" in ran.output


def test_the_law_is_asked_as_at_a_day() -> None:
    words = ("--jurisdiction", "jiangsu", "--on", "2016-01-01")
    assert {each["clause"].split()[0] for each in answer(policies.duties_command, *words)} == {
        "jiangsu-2015"
    }
    before = ("--jurisdiction", "ganzhou", "--on", "2015-02-03")
    assert answer(policies.targets_command, *before) == []


def test_ones_own_folder_comes_first_and_the_shipped_one_stays(
    tmp_path: Path, settings: Any
) -> None:
    settings.JURISDICTIONS = written(tmp_path)
    assert [each["clause"] for each in answer(policies.duties_command, *TEST)] == [
        "test-2015 一", "test-2015 二1", "test-2015 二1",
    ]  # fmt: skip
    assert answer(policies.targets_command, "--jurisdiction", "ganzhou")
    ran = run(policies.targets_command, "--jurisdiction", "absent")
    assert isinstance(ran.exception, NotFound)
    only = run(policies.targets_command, "--jurisdiction", "ganzhou", "--folder", str(tmp_path))
    assert isinstance(only.exception, NotFound)


def test_the_check_says_clean_or_each_fault_with_its_place(tmp_path: Path) -> None:
    folder = written(tmp_path, {"test/targets.yaml": ("indicator: volume", "indicator: buyers")})
    check = ("check", "test", "--folder", str(folder))
    clean = run(jurisdictions.jurisdiction_command, *check)
    assert (clean.exit_code, "完整无误" in clean.output) == (0, True)
    path = folder / "test/parameters.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2017-01-01", "2015-03-01"), "utf-8")
    ran = run(jurisdictions.jurisdiction_command, *check)
    assert ran.exit_code == jurisdictions.FAULTY
    assert "test/parameters.yaml 第 1 行：参数 test.award 在 2015-03-01 有两个值" in ran.output
    assert "test/parameters.yaml, line 1: parameter test.award has two values" in ran.output
    told = json.loads(
        CliRunner().invoke(jurisdictions.jurisdiction_command, [*check, "--json"]).stdout
    )
    assert [each["code"] for each in told] == ["policy.two_values"]


def test_an_indicator_that_the_house_does_not_have_is_a_fault(tmp_path: Path) -> None:
    ran = run(jurisdictions.jurisdiction_command, "check", "--folder", str(written(tmp_path)))
    assert ran.exit_code == jurisdictions.FAULTY
    assert "volume" in ran.output


@pytest.mark.parametrize("given", ["test-2015", "test-2015=absent.txt"])
def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path, given: str) -> None:
    folder = written(tmp_path, {"test/targets.yaml": ("indicator: volume", "indicator: buyers")})
    check = ("check", "test", "--folder", str(folder), "--text", given)
    assert isinstance(run(jurisdictions.jurisdiction_command, *check).exception, Invalid)


@pytest.mark.parametrize(
    ("number", "printed"), [(Decimal("4.5"), 4.5), (Decimal("3.0"), 3), (5, 5), (None, None)]
)
def test_numbers_are_written_as_json_has_them(number: Any, printed: Any) -> None:
    assert policies.plain(number) == printed
    assert type(policies.plain(number)) is type(printed)
