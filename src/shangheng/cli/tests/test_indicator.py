# SPDX-License-Identifier: Apache-2.0
"""The figures' commands, as they are typed."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from shangheng.cli import indicator as commands
from shangheng.kernel.errors import Invalid
from shangheng.kernel.formulas.concept import Figure, Question
from shangheng.services.statistics.tests.ledgers import BY_NAME


def test_an_unknown_name_is_refused_with_those_that_come_near() -> None:
    with pytest.raises(Invalid, match=r"indicator\.unknown") as refusal:
        commands.found("order-cuont")
    assert "order-count" in refusal.value.facts["suggestions"]
    assert commands.found("网络零售额") is BY_NAME["online-retail-sales"]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("12.50", "12.5"), ("0.1", "0.1"), ("100.0000", "100"),
        ("12345678901234567.8901", '"12345678901234567.8901"'), ("0.1234567890123456789", None),
    ],
)  # fmt: skip
def test_a_number_is_never_changed_by_printing_it(value: str, printed: str | None) -> None:
    text = json.dumps(commands.plain_number(Decimal(value)))
    assert text == (printed or f'"{value}"')
    assert Decimal(json.loads(text, parse_float=Decimal)) == Decimal(value)


def test_options_become_a_question() -> None:
    asked: dict[str, Any] = {
        "by": ("day,region", "mode"), "level": "county", "where": ("platform=P1", "mode=B2C"),
        "since": None, "until": None, "borders": 2012,
    }  # fmt: skip
    question = commands.question_of(BY_NAME["order-count"], asked)
    assert question == Question(
        by=("day", "region", "mode"), level="county",
        where=(("platform", "P1"), ("mode", "B2C")), borders_year=2012,
    )  # fmt: skip
    with pytest.raises(Invalid, match=r"question\.where_unreadable"):
        commands.question_of(BY_NAME["order-count"], {**asked, "where": ("platform",)})


@pytest.fixture
def figure() -> Figure:
    rows = (
        {"seller_region": "320500", "currency": "CNY", "value": Decimal("1234.50"), "records": 2},
        {"seller_region": "999999", "currency": "CNY", "value": Decimal(1), "records": 1},
        {"seller_region": None, "currency": "CNY", "value": None, "records": 0},
    )
    return Figure(
        indicator=BY_NAME["paid-amount"],
        question=Question(by=("seller_region",)),
        rows=rows,
        ledger={"order": 3},
        parameters={},
    )


def test_json_has_the_shape_that_programs_rely_on(
    figure: Figure, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.print_json(figure)
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == [
        {"seller_region": "320500", "currency": "CNY", "value": 1234.5},
        {"seller_region": "999999", "currency": "CNY", "value": 1},
        {"seller_region": None, "currency": "CNY", "value": None},
    ]
    assert (told["indicator"], told["zh"], told["unit"]) == ("paid-amount", "实付金额", "CNY")
    assert (told["by"], told["records"], told["ledger"]) == (["seller_region"], 3, {"order": 3})


def test_csv_keeps_the_exact_amount(figure: Figure, capsys: pytest.CaptureFixture[str]) -> None:
    commands.print_csv(figure)
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["seller_region", "currency", "value"]
    assert rows[1] == ["320500", "CNY", "1234.50"]
    assert rows[3] == ["", "CNY", ""]


def test_the_table_names_regions(figure: Figure, capsys: pytest.CaptureFixture[str]) -> None:
    commands.print_table(figure)
    text = capsys.readouterr().out
    assert "320500 苏州市" in text
    assert "1,234.50" in text
    assert "order@3" in text


def test_the_dictionary_is_listed_and_one_entry_explained() -> None:
    listed = CliRunner().invoke(commands.formulas_command, ["--json"], catch_exceptions=False)
    names = [each["indicator"] for each in json.loads(listed.output)]
    assert {"order-count", "online-retail-sales"} <= set(names)
    table = CliRunner().invoke(commands.formulas_command, [], catch_exceptions=False)
    assert "电子商务交易额" in table.output
