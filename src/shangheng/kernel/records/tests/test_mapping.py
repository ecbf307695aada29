# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 - tables of cases read better unwrapped
"""A mapping turns a reporter's own export into records; what cannot work is refused with its place."""

import re
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.messages import text
from shangheng.kernel.records.concept.mapping import parse, plain
from shangheng.kernel.records.tests.builders import ORDER, Door, balanced, csv_of, rules

ENOUGH: dict[str, Any] = {
    "platform": {"constant": "P01"},
    "order_no": "no",
    "currency": {"constant": "CNY"},
    "gross": "gross",
    "paid": "gross",
    "ordered_at": {"constant": "2026-11-11 20:05:00"},
}


def mapping(words: dict[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """Return a mapping that tells enough, and what the test is about."""
    return {"kind": "order", "fields": ENOUGH | fields, **(words or {})}


def refused(given: object) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        parse(given, ORDER)
    for language in ("zh", "en"):
        said = text(refusal.value.code, refusal.value.facts, language)
        assert said != refusal.value.code
        assert not re.search(r"\{\w+\}", said)
    return refusal.value


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        (None, "mapping.no_fields", None),
        ({"fields": ["order_no"]}, "mapping.no_fields", None),
        ({"kind": "shop", "fields": {}}, "mapping.other_kind", None),
        (mapping({"filds": {}}), "mapping.unknown_word", "mapping"),
        (mapping(ordr_no="x"), "mapping.unknown_word", "fields"),
        (mapping(gross={"form": "x"}), "mapping.unknown_word", "gross"),
        (mapping(gross={"from": "x", "constant": "1"}), "mapping.one_origin", "gross"),
        (mapping(gross={"times": 2}), "mapping.one_origin", "gross"),
        (mapping(gross=5), "mapping.field_not_told", "gross"),
        (mapping(gross={"from": ["a", "b"]}), "mapping.field_not_told", "gross"),
        (mapping(region={"from": "x", "region": "yes"}), "mapping.not_a_flag", "region"),
        (mapping(gross={"from": "x", "times": "1; DROP TABLE x"}), "mapping.not_a_number", "gross.times"),
        (mapping(gross={"from": "x", "times": "(SELECT 1)"}), "mapping.not_a_number", "gross.times"),
        (mapping(gross={"from": "x", "times": True}), "mapping.not_a_number", "gross.times"),
        (mapping(gross={"from": "x", "decimal": "x"}), "mapping.field_not_told", "gross.decimal"),
        (mapping(gross={"from": "x", "round": "two"}), "mapping.not_a_number", "gross.round"),
        (mapping(shop={"from": "x", "split": "-", "part": -1}), "mapping.not_a_number", "shop.part"),
        (mapping(ordered_at={"from": "x", "zone": "Asia/Suzhou"}), "mapping.unknown_zone", "ordered_at.zone"),
        (mapping(mode={"from": "x", "values": ["B2C"]}), "mapping.field_not_told", "mode.values"),
        (mapping({"skip": {"column": "x"}}), "mapping.field_not_told", "skip"),
        (mapping({"skip": [{"begins": "x", "column": "y"}]}), "mapping.unknown_word", "skip"),
        (mapping({"skip": [{"empty": True}]}), "mapping.field_not_told", "skip"),
        (mapping({"skip": [{"column": "x", "below": "0 OR true"}]}), "mapping.not_a_number", "skip.below"),
        (mapping({"group": "no"}), "mapping.field_not_told", "group"),
        (mapping({"group": {"sum": ["gross"]}}), "mapping.group_by_nothing", "group.by"),
        (mapping({"group": {"by": ["no"], "sum": ["gros"]}}), "mapping.unknown_word", "group"),
        (mapping({"group": {"by": ["no"], "lines": {"sku": "x"}}}), "mapping.unknown_word", "group.lines"),
        (mapping({"files": {"details": "*.csv"}}), "mapping.field_not_told", "files.details"),
        (mapping({"files": {"details": {"pattern": "*"}}}), "mapping.field_not_told", "files.details"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_is_refused_with_the_place(
    given: object, code: str, where: str | None
) -> None:
    refusal = refused(given)
    assert refusal.code == code
    assert refusal.facts.get("where") == where


def test_a_misspelt_word_is_answered_with_the_nearest() -> None:
    assert refused(mapping(orderd_at="x")).facts["did_you_mean"] == "ordered_at"
    assert refused(mapping(gross={"from": "x", "tims": 2})).facts["did_you_mean"] == "times"


def test_required_fields_that_are_not_told_are_named() -> None:
    refusal = refused({"fields": {"platform": {"constant": "P01"}, "order_no": "no"}})
    assert refusal.code == "mapping.required_untold"
    assert refusal.facts["fields"] == ["currency", "gross", "paid", "ordered_at"]


def test_the_plain_mapping_takes_every_column_by_its_own_name() -> None:
    assert plain(ORDER).columns == tuple(each.name for each in ORDER.fields)


def test_a_column_that_a_required_field_needs_must_be_there(door: Door) -> None:
    with pytest.raises(Invalid) as refusal:
        door.send(b"no,price\n1,2\n", mapping=mapping())
    assert refusal.value.code == "file.columns_missing"
    assert refusal.value.facts["missing"] == ["gross"]


def one(door: Door, fields: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
    """Return the record that one row of an export becomes."""
    told = {"no": "1", "gross": "5"} | row
    receipt = door.send(csv_of([told], columns=list(told)), mapping=mapping(**fields))
    assert rules(receipt) == {}
    return door.rows()[0]


@pytest.mark.parametrize(
    ("field", "source", "given", "kept"),
    [
        ("gross", {"from": "x", "times": "0.01"}, "123456", Decimal("1234.56")),
        ("gross", {"from": "x", "times": 10000}, "1.5", Decimal(15000)),
        ("gross", {"from": "x", "strip": "¥,"}, "¥1,234.50", Decimal("1234.5")),
        ("gross", {"from": "x", "strip": "€ ", "decimal": ","}, "1.234,56 €", Decimal("1234.56")),
        ("gross", {"from": "x", "decimal": "."}, "1,234.56", Decimal("1234.56")),
        ("gross", {"multiply": ["x", "gross"], "decimal": ","}, "2,5", Decimal("12.5")),
        ("gross", {"from": "x", "round": 2}, "9.999", Decimal(10)),
        ("gross", {"multiply": ["x", "gross"]}, "2.5", Decimal("12.5")),
        ("gross", {"multiply": ["x", "x", "x"]}, "2.5", Decimal("15.625")),
        ("gross", {"multiply": ["x", "gross"], "times": -1}, "-2", Decimal(10)),
        ("ordered_at", {"from": "x", "time": "%d/%m/%Y %H:%M"}, "01/11/2026 08:30", "2026-11-01 08:30:00"),
        ("ordered_at", {"from": "x", "zone": "Europe/London"}, "2026-07-01 12:00:00", "2026-07-01 19:00:00"),
        ("ordered_at", {"from": "x", "zone": "Europe/London"}, "2026-11-01 12:00:00", "2026-11-01 20:00:00"),
        ("ordered_at", {"from": "x", "time": "%Y%m%d%H%M%S", "zone": "UTC"}, "20261101000000", "2026-11-01 08:00:00"),
        ("mode", {"from": "x", "values": {"1": "B2C", 2: "B2B"}}, "2", "B2B"),
        ("mode", {"from": "x", "values": {"企业": "B2B"}, "otherwise": "B2C"}, "普通", "B2C"),
        ("mode", {"from": "x", "otherwise": "B2C"}, "", "B2C"),
        ("product", {"join": ["x", "no"], "with": "-"}, "茶", "茶-1"),
        ("product", {"join": ["x", "no"]}, "", "1"),
        ("shop", {"from": "x", "split": "-", "part": 2}, "店-7", "7"),
        ("shop", {"from": "x", "split": "-"}, "店-7", "店"),
        ("region", {"from": "x", "region": True}, "江苏省苏州市昆山市", "320583"),
        ("region", {"from": "x", "region": True}, "上海", "310000"),
        ("region", "x", "江苏省 徐州市 丰县", "320321"),
        ("region", "x", "北京 北京市 朝阳区", "110105"),
        ("region", {"from": "x", "region": True}, "320583", "320583"),
    ],
)  # fmt: skip
def test_every_word_of_the_language_does_what_it_says(
    door: Door, field: str, source: dict[str, Any], given: str, kept: object
) -> None:
    fields = {field: source} | ({"paid": {"constant": "0"}} if field == "gross" else {})
    found = one(door, fields, {"x": given})[field]
    assert (str(found) if field == "ordered_at" else found) == kept


@pytest.mark.parametrize(
    ("field", "source", "given", "rule"),
    [
        ("gross", {"from": "x", "times": "0.01"}, "abc", "E002 gross"),
        ("gross", {"multiply": ["x", "gross"]}, "abc", "E002 gross"),
        ("gross", {"multiply": ["x", "x", "x"]}, "9e15", "E002 gross"),
        ("ordered_at", {"from": "x", "time": "%d/%m/%Y"}, "2026-02-30", "E002 ordered_at"),
        ("ordered_at", {"from": "x", "zone": "UTC"}, "soon", "E002 ordered_at"),
        ("mode", {"from": "x", "values": {"1": "B2C"}}, "3", "E004 mode"),
        ("region", {"from": "x", "region": True}, "某地", "E007 region"),
    ],
)  # fmt: skip
def test_what_a_mapping_cannot_turn_goes_back_as_it_was(
    door: Door, field: str, source: dict[str, Any], given: str, rule: str
) -> None:
    told = {"no": "1", "gross": "5", "x": given}
    fields = {field: source} | ({"paid": {"constant": "0"}} if field == "gross" else {})
    receipt = door.send(csv_of([told], columns=list(told)), mapping=mapping(**fields))
    assert rules(receipt) == {rule: 1}
    assert door.rejects(receipt)[0]["x"] == given


def test_skipped_rows_are_counted_and_neither_read_nor_rejected(door: Door) -> None:
    skip = [
        {"column": "no", "starts_with": ["C", "A"]},
        {"column": "gross", "below": "0.01"},
        {"column": "x", "equals": ["test", "测试", "a", "b", "c", "d"]},
        {"column": "no", "empty": True},
    ]
    told = [
        ("1", "5", ""),
        ("C1", "bad", ""),
        ("2", "0", ""),
        ("3", "5", "测试"),
        ("", "5", ""),
        ("4", "x", ""),
    ]
    rows = [{"no": no, "gross": gross, "x": x} for no, gross, x in told]
    receipt = door.send(
        csv_of(rows, columns=["no", "gross", "x"]), mapping=mapping({"skip": skip})
    )
    assert balanced(receipt)
    assert (receipt.rows_read, receipt.skipped, receipt.accepted) == (2, 4, 1)
    assert rules(receipt) == {"E002 gross": 1, "E002 paid": 1}


GROUP: dict[str, Any] = {
    "group": {
        "by": ["no"],
        "sum": ["gross", "paid"],
        "min": ["ordered_at"],
        "lines": {
            "product": "item",
            "quantity": "count",
            "amount": {"multiply": ["count", "gross"]},
        },
    }
}


def test_lines_are_gathered_into_orders(door: Door) -> None:
    rows = [
        {"no": "1", "item": "茶", "count": "2", "gross": "5", "at": "2026-11-11 10:00:05"},
        {"no": "2", "item": "米", "count": "1", "gross": "7", "at": "2026-11-11 10:00:00"},
        {"no": "1", "item": "油", "count": "3", "gross": "4", "at": "2026-11-11 10:00:00"},
    ]
    fields = {
        "gross": {"multiply": ["count", "gross"]},
        "paid": {"multiply": ["count", "gross"]},
        "ordered_at": "at",
    }
    receipt = door.send(csv_of(rows, columns=list(rows[0])), mapping=mapping(GROUP, **fields))
    assert (receipt.rows_read, receipt.accepted) == (2, 2)
    assert receipt.totals["CNY"]["gross"] == 29
    first, second = door.rows()
    assert (first["gross"], str(first["ordered_at"])) == (22, "2026-11-11 10:00:00")
    assert [(line["product"], line["amount"]) for line in first["lines"]] == [
        ("茶", 10),
        ("油", 12),
    ]
    assert len(second["lines"]) == 1


def test_all_lines_of_a_gathered_order_go_back_together(door: Door) -> None:
    rows = [
        {"no": "1", "item": "茶", "count": "2", "gross": "5"},
        {"no": "2", "item": "米", "count": "1", "gross": "-7"},
        {"no": "2", "item": "油", "count": "1", "gross": "3"},
    ]
    receipt = door.send(csv_of(rows, columns=list(rows[0])), mapping=mapping(GROUP))
    assert (receipt.accepted, receipt.rejected) == (1, 1)
    assert [back["item"] for back in door.rejects(receipt)] == ["米", "油"]


def test_the_same_mapping_again_is_the_same_batch(door: Door) -> None:
    content = b"no,gross\n1,5\n"
    assert door.send(content, mapping=mapping()) == door.send(content, mapping=mapping())


def test_an_amount_that_cannot_be_read_is_not_left_out_of_a_sum(door: Door) -> None:
    rows = [{"no": "1", "gross": "100"}, {"no": "1", "gross": "1,200.00"}]
    gathered = mapping({"group": {"by": ["no"], "sum": ["gross"]}}, paid={"constant": "0"})
    receipt = door.send(csv_of(rows, columns=["no", "gross"]), mapping=gathered)
    assert rules(receipt) == {"E002 gross": 1}


def test_the_largest_amount_and_the_latest_time_are_not_those_of_the_texts(door: Door) -> None:
    rows = [
        {"no": "1", "gross": "9", "at": "2026/3/9 10:00"},
        {"no": "1", "gross": "10", "at": "2026/3/10 09:00"},
    ]
    gathered = mapping(
        {"group": {"by": ["no"], "max": ["gross", "ordered_at"]}},
        paid={"constant": "0"}, ordered_at="at",
    )  # fmt: skip
    door.send(csv_of(rows, columns=["no", "gross", "at"]), mapping=gathered)
    record = door.rows()[0]
    assert record["gross"] == Decimal(10)
    assert str(record["ordered_at"]) == "2026-03-10 09:00:00"
