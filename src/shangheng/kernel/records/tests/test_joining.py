# SPDX-License-Identifier: Apache-2.0
"""Several exports of one system, joined on a key, become records together."""

import gzip
from decimal import Decimal
from typing import Any

import pytest

from shangheng.kernel.errors import Invalid
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.store.archive import unsealed
from shangheng.kernel.records.tests.builders import Door, rules

MAPPING: dict[str, Any] = {
    "kind": "order",
    "files": {"buyers": {"pattern": "*买家*", "on": {"单号": "订单"}}},
    "fields": {
        "platform": {"constant": "P01"},
        "order_no": "单号",
        "currency": {"constant": "CNY"},
        "gross": "金额",
        "paid": "金额",
        "ordered_at": {"constant": "2026-11-11 20:05:00"},
        "buyer": "buyers.账号",
        "shop": "buyers.店铺",
    },
}
GROUPED = MAPPING | {
    "files": {"lines": {"pattern": "*明细*", "on": {"单号": "订单"}}},
    "fields": {
        name: told for name, told in MAPPING["fields"].items() if name not in {"buyer", "shop"}
    },
    "group": {
        "by": ["单号"],
        "lines": {"product": "lines.品名", "amount": "lines.金额", "quantity": "lines.件数"},
    },
}
ORDERS = "单号,金额\n1,5\n2,6\n3,x\n4,8\n"
BUYERS = "订单,账号,店铺\n4,丁,S4\n1,甲,S1\n2,乙,S2\n9,壬,S9\n"


def send(door: Door, files: dict[str, bytes], **told: Any) -> Receipt:
    """Report the main export with others beside it."""
    for name, content in files.items():
        door.file(content, name)
    path = door.file(ORDERS.encode(), "订单.csv")
    return door.send(path, **({"mapping": MAPPING, "beside": door.folder} | told))


def test_a_file_beside_gives_its_columns_to_the_rows_of_its_key(door: Door) -> None:
    receipt = send(door, {"买家.csv": BUYERS.encode()})
    assert (receipt.rows_read, receipt.accepted) == (4, 3)
    assert rules(receipt) == {"E002 gross": 1, "E002 paid": 1}
    assert [(row["shop"], row["line"]) for row in door.rows()] == [("S1", 2), ("S2", 3), ("S4", 5)]
    assert door.rejects(receipt)[0]["_line"] == "4"


def test_a_row_without_a_partner_stays_and_has_nothing(door: Door) -> None:
    receipt = send(door, {"买家.csv": "订单,账号,店铺\n1,甲,S1\n".encode()})
    assert receipt.accepted == 3
    assert [row["shop"] for row in door.rows()] == ["S1", None, None]


@pytest.mark.parametrize("form", ["gb18030", "gzip"])
def test_the_file_beside_may_have_any_form(door: Door, form: str) -> None:
    packed = {"gb18030": BUYERS.encode("gb18030"), "gzip": gzip.compress(BUYERS.encode())}[form]
    assert send(door, {"买家": packed}).accepted == 3
    assert door.rows()[0]["shop"] == "S1"


def test_lines_beside_are_gathered_into_the_order(door: Door) -> None:
    lines = "订单,品名,金额,件数\n2,米,6,1\n1,茶,2,1\n1,油,3,1\n"
    receipt = send(door, {"明细.csv": lines.encode()}, mapping=GROUPED)
    assert receipt.accepted == 3
    told = [
        [(line["product"], line["amount"]) for line in row["lines"] or []] for row in door.rows()
    ]
    assert told == [[("茶", 2), ("油", 3)], [("米", 6)], []]
    assert receipt.totals["CNY"]["gross"] == Decimal(19)


def test_every_file_is_archived_and_part_of_what_makes_a_batch_the_same(door: Door) -> None:
    first = send(door, {"买家.csv": BUYERS.encode()})
    assert first.bytes == len(ORDERS.encode()) + len(BUYERS.encode())
    assert send(door, {"买家.csv": BUYERS.encode()}) == first
    other = send(door, {"买家.csv": BUYERS.replace("S1", "S7").encode()})
    assert (other.corrected, other.unchanged) == (1, 2)
    assert other.digest != first.digest
    kept = door.archived(first).with_suffix(".buyers.sealed")
    assert b"".join(unsealed(kept, master_key=door.home.master_key)) == BUYERS.encode()
    assert door.unsealed(first) == ORDERS.encode()


def refused(door: Door, files: dict[str, bytes], **told: Any) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        send(door, files, **told)
    assert door.remains() == []
    return refusal.value


def test_exactly_one_file_must_fit(door: Door) -> None:
    assert refused(door, {}).code == "file.beside_not_one"
    several = refused(door, {"买家1.csv": b"", "买家2.csv": b""})
    assert several.facts["found"] == ["买家1.csv", "买家2.csv"]


def test_where_no_folder_is_opened_nothing_is_looked_for(door: Door) -> None:
    """What comes over the network must not reach for other people's files."""
    refusal = refused(door, {"买家.csv": BUYERS.encode()}, beside=None)
    assert refusal.code == "file.beside_not_one"


def test_the_key_must_be_in_both_files(door: Door) -> None:
    refusal = refused(door, {"买家.csv": "号,账号\n1,甲\n".encode()})
    assert (refusal.code, refusal.facts["missing"]) == ("file.columns_missing", ["订单"])


def test_a_damaged_file_beside_refuses_the_whole(door: Door) -> None:
    broken = BUYERS.encode() + b"5,a,b,c,d\n"
    assert refused(door, {"买家.csv": broken}).code == "file.unreadable"
    assert refused(door, {"买家.csv": b"<html>"}).code == "file.markup"


@pytest.mark.parametrize(
    "files",
    [
        {"../x": {"pattern": "*", "on": {"单号": "订单"}}},
        {"buyers": {"pattern": "../*", "on": {"单号": "订单"}}},
        {"buyers": {"pattern": "*", "on": {}}},
    ],
)
def test_a_mapping_cannot_reach_out_of_the_folder(door: Door, files: dict[str, Any]) -> None:
    given = MAPPING | {"files": files}
    assert refused(door, {}, mapping=given).code == "mapping.field_not_told"


def test_two_files_with_several_rows_for_a_key_are_refused_not_multiplied(door: Door) -> None:
    """What was paid in two parts for an order of two lines would be counted four times."""
    lines = "订单,品名,件数,金额\n1,蟹,1,2\n1,茶,1,3\n2,米,1,6\n".encode()
    paid = "订单,付款\n1,2\n1,3\n2,6\n"
    both = {
        "lines": {"pattern": "*明细*", "on": {"单号": "订单"}},
        "payments": {"pattern": "*付款*", "on": {"单号": "订单"}},
    }
    mapping = GROUPED | {"files": both, "fields": GROUPED["fields"] | {"paid": "payments.付款"}}
    with pytest.raises(Invalid) as refusal:
        send(door, {"明细.csv": lines, "付款.csv": paid.encode()}, mapping=mapping)
    assert refusal.value.code == "file.rows_multiply"
    assert refusal.value.facts["files"] == ["lines", "payments"]
    gathered = {"明细.csv": lines, "付款.csv": "订单,付款\n1,5\n2,6\n".encode()}
    assert send(door, gathered, mapping=mapping).accepted == 2
    twice = door.file("单号,金额\n1,5\n1,5\n".encode(), "两次.csv")
    with pytest.raises(Invalid) as refusal:
        door.send(twice, mapping=GROUPED, beside=door.folder)
    assert refusal.value.facts["files"] == ["lines", "两次.csv"]
