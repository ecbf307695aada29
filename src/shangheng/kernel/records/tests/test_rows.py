# SPDX-License-Identifier: Apache-2.0
"""Rows that are wrong go back with their number, field, rule and reason; the others are taken."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel import codes
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.store import receiving
from shangheng.kernel.records.tests.builders import (
    COLUMNS,
    ORDER,
    SHOP,
    Door,
    balanced,
    csv_of,
    order,
    orders,
    rules,
    warnings,
)

USCC = "91320583" + "MA1X8" + "0000"
USCC += codes.uscc_check_character(USCC)

BAD: list[tuple[str, Any, str]] = [
    ("platform", "", "E001"),
    ("order_no", "", "E001"),
    ("order_no", "   ", "E001"),
    ("currency", "", "E001"),
    ("gross", "", "E001"),
    ("ordered_at", "", "E001"),
    ("gross", "   ", "E002"),
    ("gross", "1,234.50", "E002"),
    ("gross", "１２３", "E002"),
    ("gross", "1e309", "E002"),
    ("gross", "NaN", "E002"),
    ("gross", "inf", "E002"),
    ("gross", "-inf", "E002"),
    ("gross", "¥120", "E002"),
    ("gross", "一百", "E002"),
    ("gross", "1 000", "E002"),
    ("gross", "9" * 16, "E002"),
    ("gross", "1_000", "E006"),
    ("gross", "120.12345", "E006"),
    ("pieces", "1.5", "E006"),
    ("pieces", "0x10", "E006"),
    ("pieces", "15e-1", "E006"),
    ("pieces", "1000001", "E006"),
    ("pieces", "-1", "E006"),
    ("pieces", "two", "E002"),
    ("agricultural", "perhaps", "E002"),
    ("ordered_at", "2026-02-30", "E002"),
    ("ordered_at", "2026-02-30 10:00:00", "E002"),
    ("ordered_at", "2026-13-01 10:00:00", "E002"),
    ("ordered_at", "2026-11-11 25:00:00", "E002"),
    ("ordered_at", "11/13/2026", "E002"),
    ("ordered_at", "yesterday", "E002"),
    ("ordered_at", "46337.8368", "E002"),
    ("ordered_at", "2027-01-01 00:00:00", "E010"),
    ("ordered_at", "2026-11-22 12:00:01", "E010"),
    ("ordered_at", "infinity", "E010"),
    ("ordered_at", "1989-12-31 23:59:59", "E006"),
    ("ordered_at", "epoch", "E006"),
    ("due_on", "2026-02-30", "E002"),
    ("product", "a" * 61, "E003"),
    ("product", "bell\x07", "E003"),
    ("product", "two\nlines", "E003"),
    ("order_no", "x" * 65, "E003"),
    ("order_no", "A\u200b1", "E003"),
    ("platform", "P\u00a001", "E003"),
    ("mode", "C2C", "E004"),
    ("mode", "b2c", "E004"),
    ("gtin", "6901234567893", "E005"),
    ("gtin", "690123456789", "E005"),
    ("gtin", "６９０１２３４５６７８９２", "E005"),
    ("seller", USCC[:-1] + ("A" if USCC[-1] != "A" else "B"), "E005"),
    ("seller", USCC.lower(), "E005"),
    ("hs_code", "99", "E005"),
    ("currency", "RMB¥", "E003"),
    ("currency", "cny", "E005"),
    ("region", "999999", "E007"),
    ("region", "320599", "E007"),
    ("region", "朝阳", "E007"),
    ("region", "3205e2", "E007"),  # as a number 320500
    ("region", "032e04", "E007"),
    ("region", "+20583", "E007"),
    ("region", "320583.0 ", "E007"),
    ("region", "3205e2101", "E007"),
    ("region", "32058", "E007"),
    ("product", "=1+1", "E009"),
    ("product", "@SUM(A1)", "E009"),
    ("product", "+cmd|' /C calc'!A0", "E009"),
    ("product", "-2+3+cmd|' /C calc'!A0", "E009"),
    ("shop", '=HYPERLINK("http://x")', "E009"),
    ("lines", "{broken", "E002"),
    ("lines", "not json", "E002"),
]  # fmt: skip


def test_every_bad_value_sends_its_row_back_with_its_own_rule(door: Door) -> None:
    """One batch with all of them: each row is told its own reason, none that of another."""
    rows = [
        order(at, gross="500", paid="1") | {name: value} for at, (name, value, _) in enumerate(BAD)
    ]
    receipt = door.send([*rows, *orders(3, start=1000)])
    assert balanced(receipt)
    assert (receipt.accepted, receipt.rejected) == (3, len(BAD))
    told = door.rejects(receipt)
    assert len(told) == len(BAD)
    for at, ((name, value, rule), back) in enumerate(zip(BAD, told, strict=True)):
        said = list(zip(back["_field"].split("; "), back["_rule"].split("; "), strict=True))
        assert (name, f"order.{rule}") in said, (name, value, said)
        assert int(back["_line"]) == at + 2
        assert "：" in back["_reason_zh"] or ":" in back["_reason_zh"]
        assert back["_reason_en"].strip()
        assert back["order_no"] == rows[at]["order_no"]


GOOD: list[tuple[str, str, Any]] = [
    ("gross", "1234", Decimal(1234)),
    ("gross", "+1234.5", Decimal("1234.5")),
    ("gross", " 1234.5 ", Decimal("1234.5")),
    ("gross", "1234.5000000", Decimal("1234.5")),
    ("gross", "1.5e3", Decimal(1500)),
    ("gross", "99999999999999.9999", Decimal("99999999999999.9999")),
    ("pieces", "12.0", 12),
    ("agricultural", "TRUE", True),
    ("agricultural", "0", False),
    ("ordered_at", "2026-11-11", datetime(2026, 11, 11)),  # noqa: DTZ001 - as kept
    ("ordered_at", "2026/11/11 20:05", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11T20:05:00", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11T12:05:00Z", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11T12:05Z", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11T12:05:00.000Z", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11 21:05:00+09:00", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11 21:05:00+0900", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-11 12:05:00 UTC", datetime(2026, 11, 11, 20, 5)),  # noqa: DTZ001
    ("ordered_at", "2026-11-22 11:59:59", datetime(2026, 11, 22, 11, 59, 59)),  # noqa: DTZ001
    ("product", " 茶 ", "茶"),
    ("product", "-5℃ 冰", "-5℃ 冰"),
    ("product", "1=1", "1=1"),
    ("product", "", None),
    ("product", "茶" * 60, "茶" * 60),
    ("mode", "", None),
    ("gtin", "96385074", "96385074"),
    ("seller", USCC, USCC),
    ("hs_code", "0901210000", "0901210000"),
    ("region", "32", None),
    ("region", "320583", "320583"),
    ("region", "320583100", "320583100"),
    ("region", "320522", "320522"),
]  # fmt: skip


def test_every_good_value_is_kept_as_what_it_means(door: Door) -> None:
    told = [(name, value, kept) for name, value, kept in GOOD if value != "32"]
    usual = {"gross": "99999", "paid": "1"}
    rows = [order(at, **(usual | {name: value})) for at, (name, value, _) in enumerate(told)]
    receipt = door.send(rows)
    assert rules(receipt) == {}
    for (name, value, kept), row in zip(told, door.rows(), strict=True):
        assert row[name] == kept, (name, value)


def test_a_region_may_be_told_by_its_full_name_as_the_dictionary_says(door: Door) -> None:
    door.send([order(1, region="江苏省苏州市昆山市"), order(2, region=" 昆山市 ")])
    assert [row["region"] for row in door.rows()] == ["320583", "320583"]


def test_rows_of_a_large_file_are_told_the_same_reasons(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [order(at, **{name: value}) for at, (name, value, _) in enumerate(BAD)]
    told.append(order(len(told), region="320583999"))  # no such township in that county
    small = door.send(told, reporter="R1")
    monkeypatch.setattr(receiving, "FEW_BYTES", 0)
    large = door.send(told, reporter="R2")
    assert rules(large) == rules(small)
    assert door.rejects(large) == door.rejects(small)
    assert large.rejected == len(told)


def test_a_row_with_several_faults_is_one_row_with_all_reasons(door: Door) -> None:
    receipt = door.send([order(1, gross="x", region="999999", mode="?"), order(2)])
    assert (receipt.rejected, receipt.accepted) == (1, 1)
    assert rules(receipt) == {"E002 gross": 1, "E007 region": 1, "E004 mode": 1}
    [back] = door.rejects(receipt)
    assert set(back["_field"].split("; ")) == {"gross", "region", "mode"}
    assert back["_reason_zh"].count(";") == 2


def test_rules_across_fields_and_what_is_unknown(door: Door) -> None:
    receipt = door.send([order(1, gross="10", paid="10.01"), order(2, gross="10", paid="10")])
    assert rules(receipt) == {"E012 paid": 1}
    assert receipt.accepted == 1


def test_a_shifted_row_goes_back_and_no_other(door: Door) -> None:
    """A comma in an unquoted name makes one column too many: the row cannot be trusted."""
    lines = csv_of(orders(5)).splitlines(keepends=True)
    lines[3] = lines[3].replace("阳澄湖大闸蟹".encode(), "阳澄湖,大闸蟹".encode())
    receipt = door.send(b"".join(lines))
    assert (rules(receipt), receipt.accepted) == ({"E011": 1}, 4)
    [back] = door.rejects(receipt)
    assert back["_line"] == "4"
    assert "阳澄湖,大闸蟹" in back["platform"]


def test_a_column_shifted_within_the_width_is_caught_by_the_fields(door: Door) -> None:
    rows = [list(map(str, order(at).values())) for at in range(1, 4)]
    at = COLUMNS.index("currency")
    rows[1][at:] = ["", *rows[1][at:-1]]
    content = "\n".join([",".join(COLUMNS), *(",".join(row) for row in rows)]).encode()
    receipt = door.send(content)
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    assert {"E001 currency", "E002 gross"} <= set(rules(receipt))


def test_rows_with_too_few_or_too_many_columns_go_back_with_their_line(door: Door) -> None:
    lines = csv_of([order(1, product='q"u'), *orders(4, start=2)]).splitlines(keepends=True)
    lines.insert(2, b"P01,N9\n")
    lines.insert(5, b"P01," + b"x," * 40 + b"\n")
    lines.append(csv_of([order(9, gross="x")]).splitlines(keepends=True)[1])
    receipt = door.send(b"".join(lines))
    assert balanced(receipt)
    assert (receipt.accepted, rules(receipt)) == (5, {"E011": 2, "E002 gross": 1})
    assert [back["_line"] for back in door.rejects(receipt)] == ["3", "6", "9"]
    # The lines in the ledger are those of the file too, whatever was broken before them.
    assert [row["line"] for row in door.rows()] == [2, 4, 5, 7, 8]


def test_lines_are_counted_as_a_spreadsheet_counts_rows(door: Door) -> None:
    """A line break inside quotes does not begin a row."""
    told = '[{"product": "茶",\n\n "quantity": 1, "amount": 2}]'
    receipt = door.send([order(1, lines=told), order(2, gross="x"), order(3)])
    assert [back["_line"] for back in door.rejects(receipt)] == ["3"]
    assert [row["line"] for row in door.rows()] == [2, 4]


SOLD = f.Lines(
    "lines",
    zh="明细",
    optional=True,
    fields=(
        f.Text("product", zh="商品名称"),
        f.Number("quantity", zh="数量", optional=True),
        f.Money("amount", zh="金额"),
        f.Identifier("gtin", zh="商品条码", scheme="gtin", optional=True),
    ),
)
DETAILED = replace(
    ORDER, fields=tuple(SOLD if each.name == "lines" else each for each in ORDER.fields)
)


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ('"product": "茶", "quantity": -1, "amount": 2', "E006 lines.quantity"),
        ('"product": "茶", "quantity": 1', "E001 lines.amount"),
        ('"product": "=1+1", "quantity": 1, "amount": 2', "E009 lines.product"),
        (
            '"product": "茶", "quantity": 1, "amount": 2, "gtin": "6901234567890"',
            "E005 lines.gtin",
        ),
        ('"product": "茶", "quantity": "many", "amount": 2', "E002 lines.quantity"),
    ],
)
def test_what_stands_inside_lines_is_checked_like_any_field(
    door: Door, inside: str, rule: str
) -> None:
    good = '{"product": "茶", "quantity": 1, "amount": 2, "gtin": "6901234567892"}'
    told = (f"[{good}]", f"[{good}, {{{inside}}}]", "[]")
    rows = [order(at, lines=lines) for at, lines in enumerate(told)]
    receipt = door.send(rows, kind=DETAILED)
    assert (receipt.accepted, rules(receipt)) == (2, {rule: 1})


def test_an_offset_counts_however_short_the_time_is_written(door: Door) -> None:
    door.send([order(1, ordered_at="2026-11-11 20:05+00")])
    assert str(door.rows(columns="ordered_at")[0]["ordered_at"]) == "2026-11-12 04:05:00"


def test_the_same_number_twice_in_a_batch_counts_once_when_equal(door: Door) -> None:
    receipt = door.send([order(1), order(2), order(1)])
    assert (receipt.accepted, receipt.unchanged, receipt.rejected) == (2, 1, 0)
    assert receipt.totals["CNY"]["paid"] == 200


def test_the_same_number_twice_in_a_batch_goes_back_when_not_equal(door: Door) -> None:
    receipt = door.send([order(1, paid="1"), order(2), order(1, paid="2"), order(1, paid="1")])
    assert balanced(receipt)
    assert (receipt.accepted, receipt.unchanged, rules(receipt)) == (2, 1, {"E008": 1})
    [back] = door.rejects(receipt)
    assert (back["_line"], back["paid"], back["_rule"]) == ("4", "2", "order.E008")
    assert door.rows()[0]["paid"] == 1
    again = door.send([order(1, paid="2")])
    assert again.corrected == 1


def test_a_formula_is_neutralised_in_the_file_that_goes_back(door: Door) -> None:
    risky = ["=1+1", "@x(", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1"]
    rows = [order(at, product=text) for at, text in enumerate(risky)]
    receipt = door.send([*rows, order(9, gross="-5", paid="-6", shop="=1")])
    assert receipt.accepted == 0
    told = door.rejects(receipt)
    for text, back in zip(risky, told, strict=False):
        assert back["product"] == f"'{text}"
    assert (told[-1]["gross"], told[-1]["shop"]) == ("-5", "'=1")


def test_a_formula_in_the_header_is_neutralised_too(door: Door) -> None:
    columns = [*COLUMNS, "=cmd|x"]
    receipt = door.send(csv_of([{**order(1, gross="x"), "=cmd|x": "1"}], columns=columns))
    assert "'=cmd|x" in door.rejects(receipt)[0]


def test_rejects_can_be_corrected_and_sent_again(door: Door) -> None:
    rows = [
        order(1, gross="1,200", product='引号" , 逗号'),
        *orders(3, start=2),
        order(9, mode="?"),
    ]
    first = door.send(rows)
    back = door.rejects(first)
    assert list(back[0])[-5:] == ["_line", "_field", "_rule", "_reason_zh", "_reason_en"]
    back[0]["gross"], back[1]["mode"] = "1200", "B2B"
    content = b"\xef\xbb\xbf" + csv_of(back, columns=list(back[0]))
    second = door.send(content)
    assert (second.accepted, second.rejected) == (2, 0)
    assert len(door.rows()) == 5
    assert door.rows()[0]["product"] == '引号" , 逗号'


def test_rejects_sent_again_uncorrected_come_back_without_growing(door: Door) -> None:
    first = door.send([order(1, gross="x")])
    content = csv_of(door.rejects(first), columns=list(door.rejects(first)[0]))
    second = door.send(content)
    assert list(door.rejects(second)[0]) == list(door.rejects(first)[0])


def test_a_batch_of_nothing_but_bad_rows_is_taken_and_adds_nothing(door: Door) -> None:
    receipt = door.send(orders(5, gross="x"))
    assert (receipt.rows_read, receipt.rejected, receipt.totals) == (5, 5, {})
    assert door.rows() == []
    assert door.send(orders(5)).accepted == 5


def test_an_amount_far_above_what_this_reporter_usually_sends_is_questioned(door: Door) -> None:
    door.send(orders(600))
    receipt = door.send([order(1000, gross="99999", paid="99999"), order(1001)])
    assert (receipt.accepted, warnings(receipt)) == (2, {"W021 paid": 1})
    other = door.send([order(1, platform="P02", gross="99999", paid="99999")], reporter="P02")
    assert warnings(other) == {}


def test_a_shop_that_is_on_no_roster_is_questioned_once_there_is_a_roster(door: Door) -> None:
    assert warnings(door.send([order(1, shop="S9")])) == {}
    door.send(b"platform,shop,as_of\nP01,S1,2026-11-01\n", kind=SHOP)
    receipt = door.send([order(2, shop="S1"), order(3, shop="S9"), order(4, shop="")])
    assert (receipt.accepted, warnings(receipt)) == (3, {"W031 shop": 1})


def test_columns_named_like_our_own_do_no_harm(door: Door) -> None:
    names = [
        "line",
        "place",
        "n",
        "skip",
        "bad",
        "doubted",
        "high",
        "low",
        "hash",
        "day",
        "key",
        "c0",
    ]
    rows = [
        {**order(at, gross="x" if at % 2 else "200"), **dict.fromkeys(names, str(9 - at))}
        for at in range(4)
    ]
    receipt = door.send(csv_of(rows, columns=[*names, *COLUMNS]))
    assert (receipt.accepted, receipt.rejected) == (2, 2)
    assert [back["_line"] for back in door.rejects(receipt)] == ["3", "5"]


def test_currencies_are_added_up_apart(door: Door) -> None:
    receipt = door.send(
        [order(1), order(2, currency="EUR", paid="9.99"), order(3, currency="EUR")]
    )
    assert receipt.totals["EUR"]["paid"] == Decimal("109.99")
    assert receipt.totals["CNY"]["paid"] == 100
