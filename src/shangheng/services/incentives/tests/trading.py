# SPDX-License-Identifier: Apache-2.0
"""A small ledger of sellers and orders, for tests: only the columns that sales are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.formulas.concept import Given, Sources
from shangheng.kernel.formulas.queries import House
from shangheng.kernel.records.concept.fields import (
    Day,
    Identifier,
    Money,
    OneOf,
    Region,
    Text,
    Time,
)
from shangheng.kernel.records.concept.kinds import RecordKind

PLATFORM = Text("platform", zh="平台")
CURRENCY = Text("currency", zh="币种")
MERCHANT = RecordKind(
    name="merchant", zh="商家", en="merchant", key=("platform", "shop"), day="as_of",
    basis=("jiangsu-2015 (三十)",), retain="transaction",
    fields=(
        PLATFORM, Text("shop", zh="店铺"), Text("owner_name", zh="名称", optional=True),
        Identifier("owner_code", zh="代码", scheme="uscc", optional=True),
        Region("region", zh="所在地", optional=True), Day("as_of", zh="日期"),
    ),
)  # fmt: skip
ORDER = RecordKind(
    name="order", en="order", zh="订单", key=("platform", "order_no"), day="ordered_at",
    basis=("jiangsu-2015 (三十)",), retain="transaction",
    fields=(
        PLATFORM, Text("order_no", zh="编号"), Text("shop", zh="店铺"), CURRENCY,
        OneOf("mode", zh="模式", values=dict.fromkeys(("B2B", "B2C", "C2C"), ("", ""))),
        Money("paid", zh="实付"), Money("refunded", zh="退款", optional=True),
        Time("ordered_at", zh="下单"),
    ),
)  # fmt: skip
REFUND = RecordKind(
    name="refund", en="refund", zh="退款", key=("platform", "refund_no"), day="requested_at",
    basis=("jiangsu-2015 (七)4",), retain="transaction",
    fields=(
        PLATFORM, Text("refund_no", zh="退款编号"), Text("order_no", zh="编号"), CURRENCY,
        Money("amount", zh="金额"), Time("requested_at", zh="时间"),
    ),
)  # fmt: skip
KINDS = {kind.name: kind for kind in (MERCHANT, ORDER, REFUND)}
SCHEMAS = {
    "merchant": {"platform": pa.string(), "shop": pa.string(), "owner_name": pa.string(),
                 "owner_code": pa.string(), "region": pa.string()},
    "order": {"platform": pa.string(), "order_no": pa.string(), "shop": pa.string(),
              "currency": pa.string(), "mode": pa.string(), "paid": pa.decimal128(18, 4),
              "refunded": pa.decimal128(18, 4), "ordered_at": pa.timestamp("us")},
    "refund": {"platform": pa.string(), "order_no": pa.string(), "currency": pa.string(),
               "amount": pa.decimal128(18, 4)},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trade(House):
    """A house whose ledger is these rows."""

    rows: dict[str, pa.Table]

    def sources(self, names: Iterable[str]) -> Sources:
        return {name: (KINDS[name], Given(0, self.rows[name])) for name in names}


def sold(shop: str, year: int, amount: int, mode: str = "B2C", **more: Any) -> dict[str, Any]:
    """Return a year's sales as one order of the shop."""
    return {
        "platform": "P1", "order_no": f"{shop}-{year}-{mode}", "shop": shop, "currency": "CNY",
        "mode": mode, "paid": Decimal(amount), "refunded": None,
        "ordered_at": datetime(year, 6, 1), **more,  # noqa: DTZ001 - Beijing's wall clock
    }  # fmt: skip


def shop_of(shop: str, code: str | None, region: str = "360702") -> dict[str, Any]:
    return {"platform": "P1", "shop": shop, "owner_name": f"{shop}公司", "owner_code": code,
            "region": region}  # fmt: skip


def trade(configuration: dict[str, Any], **rows: list[dict[str, Any]]) -> Trade:
    tables = {
        name: pa.Table.from_pylist(rows.get(name, []), pa.schema(list(schema.items())))
        for name, schema in SCHEMAS.items()
    }
    return Trade(
        engine=DuckDBEngine(memory="500MB", threads=1), ledger=None, kinds=KINDS,  # type: ignore[arg-type]
        configuration=configuration, rows=tables,
    )  # fmt: skip
