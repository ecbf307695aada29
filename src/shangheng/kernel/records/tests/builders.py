# SPDX-License-Identifier: Apache-2.0
"""Builders of reports that default everything but the point of a test."""

import csv
import hmac
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shangheng.kernel.records import actions, queries
from shangheng.kernel.records.concept import fields as f
from shangheng.kernel.records.concept import mapping as mappings
from shangheng.kernel.records.concept.kinds import Check, RecordKind, Refers
from shangheng.kernel.records.concept.receipts import Receipt
from shangheng.kernel.records.reports import Report
from shangheng.kernel.records.store import receiving
from shangheng.kernel.records.store.archive import unsealed
from shangheng.kernel.records.store.convoys import Member, Order
from shangheng.kernel.records.store.home import Ledger
from shangheng.kernel.records.store.names import folder_of

AT = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=8)))
MASTER_KEY = bytes(range(32))
Row = dict[str, Any]

ORDER = RecordKind(
    name="order",
    zh="订单",
    en="order",
    key=("platform", "order_no"),
    day="ordered_at",
    authority="platform",
    retain="transaction",
    fields=(
        f.PartyCode("platform", zh="平台"),
        f.Text("order_no", zh="订单编号", max=64),
        f.Text("shop", zh="店铺编号", max=64, optional=True),
        f.Person("buyer", zh="买家", optional=True),
        f.OneOf(
            "mode", zh="模式", values={"B2B": ("企业", "b"), "B2C": ("个人", "c")}, optional=True
        ),
        f.Text("product", zh="商品名称", max=60, optional=True),
        f.Identifier("gtin", zh="商品条码", scheme="gtin", optional=True),
        f.Identifier("seller", zh="卖家代码", scheme="uscc", optional=True),
        f.Identifier("hs_code", zh="海关编码", scheme="hs", optional=True),
        f.Whole("pieces", zh="件数", max=1_000_000, optional=True),
        f.Flag("agricultural", zh="农产品", optional=True),
        f.Lines(
            "lines",
            zh="明细",
            optional=True,
            fields=(
                f.Text("product", zh="商品名称"),
                f.Number("quantity", zh="数量"),
                f.Money("amount", zh="金额"),
            ),
        ),
        f.Text("currency", zh="币种", max=3, pattern="[A-Z]{3}"),
        f.Money("gross", zh="商品总额"),
        f.Money("paid", zh="实付金额"),
        f.Time("ordered_at", zh="下单时间"),
        f.Day("due_on", zh="应发货日", optional=True),
        f.Region("region", zh="收货地", optional=True),
    ),
    checks=(
        Check(
            "E012", lambda o: o.paid <= o.gross, zh="实付过多", en="too much paid", field="paid"
        ),
        Check(
            "W021",
            lambda o: o.paid <= 20 * o.usual.paid,
            zh="金额异常",
            en="far above earlier orders",
            field="paid",
        ),
    ),
    refers=(
        Refers("W031", to="shop", by=("platform", "shop"), zh="店铺未登记", en="unknown shop"),
    ),
)

SHOP = RecordKind(
    name="shop",
    zh="店铺",
    en="shop",
    key=("platform", "shop"),
    day="as_of",
    authority="platform",
    retain="transaction",
    fields=(
        f.PartyCode("platform", zh="平台"),
        f.Text("shop", zh="店铺编号", max=64),
        f.Day("as_of", zh="名录日期"),
    ),
)

SERIES = RecordKind(
    name="series",
    zh="统计序列",
    en="series",
    key=("series", "starts_on"),
    day="starts_on",
    retain="statistic",
    fields=(
        f.Text("series", zh="序列"),
        f.Day("starts_on", zh="期初"),
        f.Number("value", zh="数值", min=None),
    ),
)

COLUMNS = tuple(each.name for each in ORDER.fields)


def order(number: int = 1, /, **told: Any) -> Row:
    """Return one good order; what is told replaces what is usual."""
    usual = {
        "platform": "P01",
        "order_no": f"N{number:06d}",
        "shop": "S1",
        "buyer": f"buyer-{number}@example.cn",
        "mode": "B2C",
        "product": "阳澄湖大闸蟹",
        "gtin": "6901234567892",
        "pieces": 2,
        "agricultural": "true",
        "currency": "CNY",
        "gross": "120.50",
        "paid": "100.00",
        "ordered_at": "2026-11-11 20:05:00",
        "region": "320583",
    }
    assert set(told) <= set(COLUMNS)
    return {name: (usual | told).get(name, "") for name in COLUMNS}


def orders(count: int, *, start: int = 1, **told: Any) -> list[Row]:
    """Return that many good orders with numbers that follow each other."""
    return [order(number, **told) for number in range(start, start + count)]


def csv_of(
    rows: Iterable[Row], *, delimiter: str = ",", columns: Iterable[str] = COLUMNS
) -> bytes:
    """Return rows as a CSV file in UTF-8."""
    out = io.StringIO(newline="")
    names = list(columns)
    writer = csv.DictWriter(
        out, names, delimiter=delimiter, lineterminator="\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def json_of(row: Row) -> str:
    """Return a row as one JSON object, an empty value left out."""
    told = {name: value for name, value in row.items() if value != ""}
    if "lines" in told:
        told["lines"] = json.loads(told["lines"])
    return json.dumps(told, ensure_ascii=False)


def ndjson_of(rows: Iterable[Row]) -> bytes:
    """Return rows as NDJSON."""
    return "".join(json_of(row) + "\n" for row in rows).encode()


def table_of(rows: list[Row]) -> pa.Table:
    """Return rows as an Arrow table of texts."""
    return pa.table({name: [str(row[name]) for row in rows] for name in COLUMNS})


def pseudonym(person: str) -> str:
    """Return under which name a person stands in the ledger (HMAC-SHA256, 128 bits of it)."""
    key = hmac.digest(MASTER_KEY, b"pseudonym:person", "sha256")
    return hmac.digest(key, person.strip().encode(), "sha256").hex()[:32]


def kept(field_: f.Field, text: str) -> str:
    """Return a good value as the record's hash sees it, worked out without any database."""
    text = text.strip()
    match field_:
        case _ if not text:
            return ""
        case f.Number():
            return f"{Decimal(text):.4f}"
        case f.Person():
            return pseudonym(text)
        case f.Time():
            moment = datetime.fromisoformat(text)
            beijing = moment.astimezone(AT.tzinfo) if moment.tzinfo else moment
            return beijing.strftime("%Y-%m-%d %H:%M:%S")
        case f.Lines():
            told = [
                ",".join(f'"{name}":{_json_value(value)}' for name, value in line.items())
                for line in json.loads(text)
            ]
            return f"[{','.join('{' + line + '}' for line in told)}]"
        case _:
            return text


def _json_value(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{Decimal(str(value)):.4f}"


def canonical(row: Row) -> bytes:
    """Return the bytes whose SHA-256 is the hash of a good order."""
    return "".join(kept(each, str(row[each.name])) + "\x1f" for each in ORDER.fields).encode()


@dataclass
class Door:
    """The front door of one ledger, as a test uses it."""

    home: Ledger
    folder: Path
    reporter: str = "P01"
    kind: RecordKind = ORDER
    sent: int = field(default=0)

    def file(self, content: bytes, name: str = "") -> Path:
        """Return a file with this content."""
        self.sent += 1
        path = self.folder / (name or f"report-{self.sent}.csv")
        path.write_bytes(content)
        return path

    def send(self, content: bytes | Path | Iterable[Row], **told: Any) -> Receipt:
        """Report bytes, a file or rows; everything else has a usual value."""
        name = told.pop("name", "")
        at = told.pop("at", AT)
        if isinstance(content, Path):
            path = content
        else:
            path = self.file(content if isinstance(content, bytes) else csv_of(content), name)
        report = Report(
            source=path,
            kind=told.pop("kind", self.kind),
            reporter=told.pop("reporter", self.reporter),
            **told,
        )
        return actions.take(report, home=self.home, at=at)

    def pipe(self, content: bytes, **told: Any) -> Receipt:
        """Report bytes as a stream without a name."""
        report = Report(source=io.BytesIO(content), kind=self.kind, reporter=self.reporter, **told)
        return actions.take(report, home=self.home, at=AT)

    def rows(self, kind: RecordKind | None = None, columns: str = "*") -> list[Row]:
        """Return what stands in the ledger, by key."""
        kind = kind or self.kind
        return read(queries.ledger_files(self.home, kind.name).paths, kind, columns)

    def claims(self, kind: RecordKind | None = None) -> list[Row]:
        """Return what second sources said, by key and reporter."""
        kind = kind or self.kind
        return read(queries.claims_files(self.home, kind.name).paths, kind, "*")

    def history(self, kind: RecordKind | None = None) -> list[Row]:
        """Return the replaced versions, by key."""
        kind = kind or self.kind
        paths = tuple(str(path) for path in self.home.history(kind.name).glob("*.parquet"))
        return read(paths, kind, "*")

    def rejects(self, receipt: Receipt) -> list[dict[str, str]]:
        """Return the rows that went back, as the reporter's spreadsheet shows them."""
        pieces = queries.rejects(self.home, receipt.batch, reporter=receipt.reporter)
        return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))

    def archived(self, receipt: Receipt) -> Path:
        """Return the sealed file of a batch."""
        return self.home.archive(folder_of(receipt.reporter, receipt.batch))

    def unsealed(self, receipt: Receipt) -> bytes:
        """Return the bytes of a batch as they came."""
        path = self.archived(receipt)
        return b"".join(unsealed(path, master_key=self.home.master_key))

    def hashes(self, receipt: Receipt) -> bytes:
        """Return the hashes of the records that a batch brought."""
        return (
            self.home.batch(folder_of(receipt.reporter, receipt.batch)) / "hashes.bin"
        ).read_bytes()

    def remains(self) -> list[Path]:
        """Return the work folders that are left; there should be none."""
        return [path for path in (self.home.root / "work").glob("*") if path.name != "spill"]


def read(paths: Iterable[str], kind: RecordKind, columns: str) -> list[Row]:
    """Return the rows of Parquet files, by the kind's key."""
    listed = list(paths)
    if not listed:
        return []
    by = ", ".join((*kind.key, "reporter"))
    with duckdb.connect() as connection:
        relation = connection.sql(
            f"SELECT {columns} FROM read_parquet({listed!r}, hive_partitioning=true, "
            f"union_by_name=true) ORDER BY {by}"
        )
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def rules(receipt: Receipt) -> dict[str, int]:
    """Return how many rows each rule sent back, as ``E002 paid`` → rows."""
    return {_told(each.rule, each.field): each.rows for each in receipt.rejected_by_rule}


def warnings(receipt: Receipt) -> dict[str, int]:
    """Return how many rows each rule questioned."""
    return {_told(each.rule, each.field): each.rows for each in receipt.warnings_by_rule}


def _told(rule: str, name: str) -> str:
    return f"{rule.split('.')[1]} {name}".strip()


def balanced(receipt: Receipt) -> bool:
    """Return whether every row that was read is accounted for."""
    taken = receipt.accepted + receipt.corrected + receipt.unchanged
    return receipt.rows_read == taken + receipt.rejected


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into pieces."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def by_key(rows: Iterable[Row]) -> Mapping[tuple[str, str], Row]:
    """Return orders by platform and number."""
    return {(row["platform"], row["order_no"]): row for row in rows}


def landed(door: Door, reporter: str, rows: list[Row], usual: Mapping[str, float]) -> Member:
    """Land a batch without taking it."""
    asked = Order(
        ORDER, reporter, int(reporter[1:]), None, mappings.plain(ORDER), usual, AT,
        lambda *_: None, door.home.master_key,
    )  # fmt: skip
    return receiving.land(door.home, asked, io.BytesIO(csv_of(rows)), name="x.csv")
