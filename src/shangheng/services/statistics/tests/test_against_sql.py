# SPDX-License-Identifier: Apache-2.0
"""Main indicators over random records, against SQL that was written without looking at them."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shangheng.services.statistics.tests.ledgers import NOON, Province, Row

ROWS = 3_000
TOLD = """
    (SELECT o.*, CASE WHEN o.refunded IS NOT NULL THEN o.refunded
                      ELSE coalesce(back.amount, 0) END AS gone
     FROM "order" AS o LEFT JOIN (
         SELECT platform, order_no, currency, sum(amount) AS amount FROM refund
         GROUP BY platform, order_no, currency) AS back
     ON back.platform = o.platform AND back.order_no = o.order_no
     AND back.currency = o.currency)"""
RETAIL = "mode IN ('B2C', 'C2C') AND paid > 0 AND NOT (gone >= paid)"
MONEY = {
    "order-amount": """SELECT {by}, currency, sum(gross) FROM "order" GROUP BY ALL""",
    "paid-amount": """SELECT {by}, currency, sum(paid) FROM "order" GROUP BY ALL""",
    "transaction-volume": """
        SELECT {by}, currency, sum(paid) FROM "order" WHERE paid <> 0 GROUP BY ALL""",
    "refund-amount": f"""
        SELECT {{by}}, currency, sum(gone) FROM {TOLD} WHERE gone <> 0 GROUP BY ALL""",
    "online-retail-sales": f"""
        SELECT {{by}}, currency, sum(paid) FROM {TOLD} WHERE {RETAIL} GROUP BY ALL""",
    "online-retail-sales-goods": f"""
        SELECT {{by}}, currency, sum(paid) FROM {TOLD} WHERE {RETAIL} AND nature = 'goods'
        GROUP BY ALL""",
    "b2b-volume": """
        SELECT {by}, currency, sum(paid) FROM "order" WHERE mode = 'B2B' AND paid > 0
        GROUP BY ALL""",
    "average-order": """
        SELECT {by}, currency, round(sum(paid)::DECIMAL(38, 8) / count(*), 4) FROM "order"
        WHERE paid > 0 GROUP BY ALL""",
    "platform-cr4": """
        SELECT {inner}, currency, round(100.0 * sum(v) FILTER (r <= 4) / sum(v), 4) FROM (
            SELECT *, row_number() OVER (PARTITION BY {inner}, currency ORDER BY v DESC) AS r
            FROM (SELECT {by}, currency, platform, sum(paid) AS v FROM "order" WHERE paid > 0
                  GROUP BY ALL)) GROUP BY ALL""",
}
COUNTS = {
    "order-count": """SELECT {by}, count(*) FROM "order" GROUP BY ALL""",
    "buyers": """
        SELECT {by}, count(DISTINCT buyer) FROM "order" WHERE paid > 0 AND buyer IS NOT NULL
        GROUP BY ALL""",
    "active-shops": """
        SELECT {by}, count(DISTINCT platform || '/' || shop) FROM "order"
        WHERE paid > 0 AND shop IS NOT NULL GROUP BY ALL""",
    "refunded-order-rate": f"""
        SELECT {{by}}, round(100.0 * count(*) FILTER (gone > 0) / count(*), 4) FROM {TOLD}
        WHERE paid > 0 GROUP BY ALL""",
    "repeat-purchase-rate": """
        SELECT {inner}, round(100.0 * count(*) FILTER (n > 1) / count(*), 4) FROM (
            SELECT {by}, buyer, count(*) AS n FROM "order"
            WHERE paid > 0 AND buyer IS NOT NULL GROUP BY ALL) GROUP BY ALL""",
}
SPLITS = {
    "": ("'all' AS k", "k"),
    "month": ("strftime(ordered_at, '%Y-%m') AS k", "k"),
    "seller_region": ("rpad(seller_region[:4], 6, '0') AS k", "k"),
    "category": ("category AS k", "k"),
}


def _orders(chance: random.Random) -> list[Row]:
    rows: list[Row] = []
    for number in range(ROWS):
        gross = Decimal(chance.randint(1, 99_999)) / 100
        paid = chance.choice([gross, gross, gross - Decimal("0.01"), Decimal(0)])
        rows.append(
            {
                "order_no": f"o{number}",
                "platform": f"P{chance.randint(1, 6)}",
                "shop": chance.choice([None, *(f"S{i}" for i in range(40))]),
                "buyer": chance.choice([None, *(f"b{i}" for i in range(700))]),
                "mode": chance.choice(["B2B", "B2C", "C2C", None]),
                "nature": chance.choice(["goods", "service", None]),
                "category": chance.choice(["food", "home", None]),
                "currency": chance.choice(["CNY", "CNY", "USD"]),
                "gross": gross,
                "paid": paid,
                "refunded": chance.choice([None, None, 0, paid, paid / 2 if paid else 0]),
                "seller_region": chance.choice(["320583", "320505", "360702", "320583107", None]),
                "ordered_at": NOON + timedelta(hours=chance.randint(0, 2_000)),
            }
        )
    return rows


def _refunds(chance: random.Random, orders: list[Row]) -> list[Row]:
    chosen = chance.choices(orders, k=ROWS // 3)
    return [
        {
            "platform": order["platform"],
            "order_no": order["order_no"],
            "currency": order["currency"],
            "amount": chance.choice([order["paid"], Decimal("1.25")]),
        }
        for order in chosen
    ]


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    chance = random.Random(20261121)  # noqa: S311 - records to count, nothing secret
    orders = _orders(chance)
    tables = {"order": orders, "refund": _refunds(chance, orders)}
    return Province(tmp_path_factory.mktemp("random"), tables)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", [*MONEY, *COUNTS])
def test_it_agrees_with_an_independent_query(province: Province, name: str, split: str) -> None:
    sql = MONEY.get(name) or COUNTS[name]
    by, inner = SPLITS[split]
    rows = province.engine.run(sql.format(by=by, inner=inner), province.sources).to_pylist()
    expected = {tuple(row.values())[:-1]: _number(tuple(row.values())[-1]) for row in rows}
    asked: dict[str, Any] = {"by": (split,)} if split else {}
    found = {}
    for row in province.ask(name, **asked).rows:
        key = (row[split] if split else "all", *([row["currency"]] if name in MONEY else []))
        found[key] = row["value"]
    assert found == expected


def _number(value: float | str | Decimal) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
