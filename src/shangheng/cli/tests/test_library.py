# SPDX-License-Identifier: Apache-2.0
import json
from typing import Any

import pytest
from click.testing import CliRunner

from shangheng.cli.library import policy_command
from shangheng.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def told(*words: str) -> Any:
    ran = CliRunner().invoke(policy_command, [*words, "--json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.output)


def test_clauses_are_found_by_words_on_a_day() -> None:
    both = told("search", "快递 配送", "--jurisdiction", "jiangsu")
    assert {each["jurisdiction"] for each in both} == {"jiangsu"}
    assert {each["clause"].split()[0] for each in both} == {"jiangsu-2015", "jiangsu-2016"}
    early = told("search", "快递 配送", "--jurisdiction", "jiangsu", "--on", "2015-12-31")
    assert {each["clause"].split()[0] for each in early} == {"jiangsu-2015"}


def test_a_farmer_is_told_what_there_is_to_receive_first() -> None:
    found = told("concerns", "farmer", "--jurisdiction", "ganzhou")
    assert found[0]["heading"] == "可以得到什么"
    assert "ganzhou.sales-award" in found[0]["provisions"]
    assert all("farmer" in each["audience"] for each in found)


def test_there_are_no_tasks_before_one_is_set_up() -> None:
    assert told("tasks", "--jurisdiction", "jiangsu") == []


def test_nothing_is_evaluated_before_a_scheme_is_decided() -> None:
    with pytest.raises(Invalid) as refused:
        told("evaluate", "--year", "2026")
    assert refused.value.code == "parameter.not_configured"
