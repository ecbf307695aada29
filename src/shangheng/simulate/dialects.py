# SPDX-License-Identifier: Apache-2.0
"""How reporters speak when they do not use the standard columns, and the mapping for each.

A dialect changes names of columns, units, times, codes and bytes, never what is meant: read with
its mapping, a file gives the same records, and the same mistakes, as the standard one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shangheng.simulate.rows import COLUMNS
from shangheng.simulate.text import Texts

MONEY = frozenset(
    [
        "unit_price",
        "gross",
        "discount",
        "freight",
        "tax",
        "paid",
        "refunded",
        "amount",
        "price",
        "list_price",
    ]
)
TIMES = frozenset(
    [
        "ordered_at",
        "paid_at",
        "shipped_at",
        "received_at",
        "delivered_at",
        "requested_at",
        "refunded_at",
    ]
)
BEIJING_HOURS = 8


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One reporter's way to write one kind."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Its names of columns; others keep the standard name."""
    cents: bool = False
    """Amounts are whole 分."""
    time: str = ""
    """How times are written, where not as usual."""
    utc: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Standard code → its own code, by field."""


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


_CHINESE = {
    "platform": "平台编码", "order_no": "订单编号", "shop": "店铺ID", "buyer": "买家账号",
    "mode": "交易模式", "nature": "商品类型", "channel": "成交渠道", "cross_border": "跨境标识",
    "agricultural": "是否农产品", "category": "类目", "product": "宝贝标题", "gtin": "商品条码",
    "hs_code": "海关编码", "quantity": "宝贝总数量", "unit_price": "单价", "lines": "明细",
    "currency": "币种", "gross": "总金额", "discount": "优惠金额", "freight": "邮费",
    "tax": "税费",
    "paid": "买家实际支付金额",
    "refunded": "退款金额", "ordered_at": "订单创建时间",
    "paid_at": "订单付款时间", "shipped_at": "发货时间", "received_at": "确认收货时间",
    "seller_region": "发货地区划", "seller_area": "发货地城乡", "buyer_region": "收货地区划",
    "buyer_area": "收货地城乡",
}  # fmt: skip
_CODES = {
    "mode": {"B2B": "企业采购", "B2C": "普通", "C2C": "个人闲置"},
    "channel": {
        "own_site": "官网",
        "platform": "搜索",
        "live_stream": "直播间",
        "mini_programme": "小程序",
    },
}

DIALECTS: Mapping[tuple[str, str], Dialect] = {
    ("order", "P02"): Dialect(columns=_CHINESE, encoding="gb18030", values=_CODES),
    ("order", "P03"): Dialect(
        columns={name: _camel(name) for name in COLUMNS["order"]},
        cents=True,
        time="%Y/%m/%d %H:%M:%S",
    ),
    ("refund", "P03"): Dialect(
        columns={name: _camel(name) for name in COLUMNS["refund"]}, cents=True
    ),
    ("order", "P06"): Dialect(time="%d/%m/%Y %H:%M:%S", utc=True),
    ("payment", "I02"): Dialect(
        columns={name: _camel(name) for name in COLUMNS["payment"]},
        cents=True,
        values={"status": {"success": "SUCCESS", "failed": "PAYERROR"}},
    ),
    ("payment", "I03"): Dialect(delimiter=";"),
    ("shipment", "C02"): Dialect(time="%Y%m%d%H%M%S", encoding="gb18030"),
}


def spoken(dialect: Dialect, table: pa.Table) -> pa.Table:
    """Return the rows as the reporter writes them."""
    columns: dict[str, Texts] = {}
    for name in table.column_names:
        cells = table[name].combine_chunks()
        if name in MONEY and dialect.cents:
            cells = _in_cents(cells)
        if name in TIMES and dialect.time:
            cells = _in_its_time(dialect, cells)
        for standard, own in dialect.values.get(name, {}).items():
            cells = pc.if_else(pc.equal(cells, standard), own, cells)
        columns[dialect.columns.get(name, name)] = cells
    return pa.table(columns)


def _in_cents(cells: Texts) -> Texts:
    """Return amounts with two decimals without their point; what is not one stays as it is."""
    whole = pc.replace_substring_regex(cells, r"^(-?\d+)\.(\d\d)$", r"\1\2")
    return pc.replace_substring_regex(whole, r"^0+(\d)", r"\1")


def _in_its_time(dialect: Dialect, cells: Texts) -> Texts:
    """Return times in the reporter's zone and style; what is not a time stays as it is."""
    moments = pc.strptime(cells, "%Y-%m-%d %H:%M:%S", "s", error_is_null=True)
    moments = pc.if_else(pc.equal(pc.strftime(moments, "%Y-%m-%d %H:%M:%S"), cells), moments, None)
    if dialect.utc:
        moments = pc.subtract(moments, pa.scalar(BEIJING_HOURS * 3_600, pa.duration("s")))
    return pc.coalesce(pc.strftime(moments, dialect.time), cells)


def mapping(dialect: Dialect, kind: str) -> dict[str, Any]:
    """Return the mapping that turns the reporter's files into the kind."""
    return {"kind": kind, "fields": {name: _origin(dialect, name) for name in COLUMNS[kind]}}


def _origin(dialect: Dialect, name: str) -> str | dict[str, Any]:
    column = dialect.columns.get(name, name)
    origin: dict[str, Any] = {"from": column}
    if name in MONEY and dialect.cents:
        origin["times"] = "0.01"
    if name in TIMES and dialect.time:
        origin["time"] = dialect.time
        if dialect.utc:
            origin["zone"] = "UTC"
    if name in dialect.values:
        origin["values"] = {own: code for code, own in dialect.values[name].items()}
    return origin if len(origin) > 1 else column
