# SPDX-License-Identifier: Apache-2.0
"""The mappings that are shipped, on the real files: an independent count agrees to the cent."""

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from shangheng.kernel.records import actions, queries
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store.home import Ledger
from shangheng.services.statistics.records import KINDS

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "examples" / "mappings"
TRANSACTIONS = ROOT.parent / "shared" / "data" / "transactions"
AT = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=8)))
BY_NAME = {kind.name: kind for kind in KINDS}
Row = dict[str, str]


@pytest.fixture
def home(tmp_path: Path, db: None) -> Ledger:
    return Ledger(tmp_path / "ledger", bytes(32), memory_mb=800)


def real(name: str) -> Path:
    path = TRANSACTIONS / name
    if not path.is_file():
        pytest.skip(f"the data folder is not there: {name}")
    return path


def report(home: Ledger, path: Path, kind: str, mapping: str, **told: str) -> Receipt:
    given = yaml.safe_load((MAPPINGS / f"{mapping}.yaml").read_text(encoding="utf-8"))
    reporter = given["fields"]["platform"]["constant"]
    asked = Report(source=path, kind=BY_NAME[kind], reporter=reporter, mapping=given, **told)
    return actions.take(asked, home=home, at=AT)


def rows_of(path: Path) -> Iterator[Row]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {name.strip(): value for name, value in row.items()}


def kept(home: Ledger, kind: str, select: str) -> list[tuple[object, ...]]:
    paths = list(queries.ledger_files(home, kind).paths)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {select} FROM read_parquet({paths!r})").fetchall()


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_is_valid_and_says_how_to_load_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    given = yaml.safe_load(text)
    assert mappings.parse(given, BY_NAME[given["kind"]]).kind == given["kind"]
    assert f"--kind {given['kind']} " in text
    assert f"--mapping examples/mappings/{path.name}" in text


def test_the_tmall_order_report_adds_up_to_the_cent(home: Ledger) -> None:
    path = real("tmall/tmall_order_report.csv")
    receipt = report(home, path, "order", "tmall-orders")
    rows = list(rows_of(path))
    assert (receipt.rows_read, receipt.accepted, receipt.rejected) == (28_010, 28_010, 0)
    told = receipt.totals["CNY"]
    for field, column in {
        "gross": "总金额", "paid": "买家实际支付金额", "refunded": "退款金额",
    }.items():  # fmt: skip
        assert told[field] == sum(Decimal(row[column]) for row in rows), field
    assert told["paid"] == Decimal("1902487.15")

    provinces = Counter(row["收货地址"] for row in rows)
    kept_by_code = kept(home, "order", "histogram(buyer_region)")[0][0]
    assert isinstance(kept_by_code, dict)
    assert len(provinces) == len(kept_by_code) == 31
    assert kept_by_code["320000"] == provinces["江苏省"]
    assert kept_by_code["310000"] == provinces["上海"]
    assert kept_by_code["150000"] == provinces["内蒙古自治区"]
    paid_at = kept(home, "order", "count(paid_at), min(ordered_at)::VARCHAR")[0]
    assert paid_at == (
        sum(bool(row["订单付款时间"]) for row in rows),
        min(row["订单创建时间"] for row in rows),
    )


def test_the_tmall_listings_are_kept_once_each(home: Ledger) -> None:
    path = real("tmall/double11_cosmetics_2016.csv")
    receipt = report(home, path, "listing", "tmall-listings")
    rows = list(rows_of(path))
    by_key = {(row["id"], row["update_time"]): row for row in rows}
    assert (receipt.rows_read, receipt.rejected) == (27_598, 0)
    assert (receipt.accepted, receipt.unchanged) == (len(by_key), len(rows) - len(by_key))
    told = kept(
        home, "listing",
        "sum(price), sum(sold_count), sum(comment_count), count(DISTINCT shop), "
        "min(as_of)::VARCHAR",
    )[0]  # fmt: skip
    assert told == (
        sum(Decimal(row["price"]) for row in by_key.values()),
        sum(int(row["sale_count"] or 0) for row in by_key.values()),
        sum(int(row["comment_count"] or 0) for row in by_key.values()),
        len({row["店名"] for row in rows}),
        "2016-11-05",
    )


def test_the_invoices_of_the_british_shop_become_orders_to_the_penny(home: Ledger) -> None:
    path = real("uci/online_retail_II_2009-2010.csv.gz")
    receipt = report(home, path, "order", "uci-online-retail-orders")
    invoices: dict[str, list[Row]] = defaultdict(list)
    skipped = 0
    for row in rows_of(path):
        if row["Invoice"][0] in "CA" or Decimal(row["Price"]) <= 0:
            skipped += 1
        else:
            invoices[row["Invoice"]].append(row)
    assert (receipt.rows_read, receipt.accepted) == (len(invoices), len(invoices))
    assert (receipt.rejected, receipt.skipped) == (0, skipped)
    total = sum(
        Decimal(row["Quantity"]) * Decimal(row["Price"])
        for lines in invoices.values()
        for row in lines
    )
    assert receipt.totals["GBP"]["paid"] == receipt.totals["GBP"]["gross"] == total
    assert total == Decimal("10305892.024")
    told = kept(
        home, "order",
        "sum(len(lines)), sum(list_sum([each.amount for each in lines])), max(len(lines)), "
        "count(DISTINCT buyer)",
    )[0]  # fmt: skip
    assert told == (
        sum(map(len, invoices.values())),
        total,
        max(map(len, invoices.values())),
        len({row["Customer ID"] for lines in invoices.values() for row in lines} - {""}),
    )
    summer = next(no for no, lines in invoices.items() if lines[0]["InvoiceDate"] > "2010-07-01")
    there = datetime.fromisoformat(min(row["InvoiceDate"] for row in invoices[summer]))
    here = there.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(AT.tzinfo)
    chosen = f"any_value(ordered_at::VARCHAR) FILTER (order_no = '{summer}')"
    assert kept(home, "order", chosen)[0][0] == here.strftime("%Y-%m-%d %H:%M:%S")


def test_the_cancelled_invoices_become_refunds_to_the_penny(home: Ledger) -> None:
    path = real("uci/online_retail_II_2009-2010.csv.gz")
    report(home, path, "order", "uci-online-retail-orders")
    receipt = report(home, path, "refund", "uci-online-retail-refunds", batch="refunds-2009-2010")
    refunds: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of(path):
        if row["Invoice"].startswith("C"):
            refunds[row["Invoice"]] -= Decimal(row["Quantity"]) * Decimal(row["Price"])
    negative = [number for number, amount in refunds.items() if amount < 0]
    assert negative == ["C496350"]
    assert (receipt.rows_read, receipt.rejected) == (len(refunds), 1)
    assert receipt.totals["GBP"]["amount"] == sum(
        amount for number, amount in refunds.items() if number not in negative
    )
    assert receipt.warnings_by_rule[0].rows == receipt.accepted
