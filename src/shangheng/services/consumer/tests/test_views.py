# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
DECIDED = """
consumer.seven_day_start: day_after_receipt
consumer.seven_day_last_day: as_counted
consumer.treble_reading: treble_in_total
"""


def page(query: str) -> str:
    return Client().get(f"/consumer/rights/?{query}").content.decode()


def test_the_calculators_show_answer_and_reading(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = tmp_path
    (tmp_path / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    told = page("received_on=2020-01-01&price=1,000")
    assert "已过期" in told
    assert "自签收的次日起算" in told
    assert "¥3,000.00" in told
    assert "合计三倍" in told


def test_a_case_brings_its_day_and_amount_along(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = tmp_path
    (tmp_path / "decisions.yaml").write_text(DECIDED, encoding="utf-8")
    assert "¥1,000.00" in page("claim=1000.00")


def test_without_a_decision_the_question_is_shown(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = tmp_path
    assert "consumer.seven_day_start" in page("received_on=2020-01-01")


@pytest.mark.parametrize("query", ["received_on=yesterday", "price=ten", "price=NaN", "price=-1"])
def test_what_cannot_be_read_is_said_at_the_field(query: str) -> None:
    assert 'class="what"' in page(query)
