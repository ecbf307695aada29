# SPDX-License-Identifier: Apache-2.0
"""Small ledgers of Parquet files, in the shape that intake gives them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import write_deltalake

from shangheng.engines.duckdb import DuckDBEngine
from shangheng.kernel.formulas.concept import Figure, Indicator, Question, columns_of
from shangheng.kernel.formulas.figures import Setting, compute
from shangheng.kernel.formulas.parameters import Configuration
from shangheng.kernel.formulas.receipts import RECEIPT
from shangheng.services.statistics.manifest import INDICATORS
from shangheng.services.statistics.records import KINDS

Row = dict[str, Any]
KIND = {kind.name: kind for kind in KINDS} | {RECEIPT.name: RECEIPT}


def moment(*parts: int) -> datetime:
    """Return a moment of Beijing wall-clock time, as the ledger has it: without an offset."""
    return datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001


NOON = moment(2026, 1, 15, 12)
BY_NAME = {each.name: each for each in INDICATORS}
DECIDED: dict[str, Any] = {
    "expected-platforms": ["P1", "P2"],
    "reporting-days": 10,
    "statistical-frame": {},
}
DEFAULTS: dict[str, Row] = {
    "order": {
        "platform": "P1", "shop": "S1", "mode": "B2C", "currency": "CNY", "gross": 100,
        "paid": 100, "ordered_at": NOON, "seller_region": "320583", "buyer_region": "320104",
    },
    "refund": {
        "platform": "P1", "currency": "CNY", "amount": 100, "reason": "quality",
        "requested_at": NOON,
    },
    "merchant": {"platform": "P1", "owner_kind": "enterprise", "as_of": NOON.date()},
    "payment": {
        "institution": "I1", "platform": "P1", "currency": "CNY", "amount": 100,
        "status": "success", "paid_at": NOON,
    },
    "shipment": {"carrier": "C1", "platform": "P1", "shipped_at": NOON},
    "listing": {"platform": "P1", "currency": "CNY", "as_of": NOON.date()},
    "series": {
        "series": "total-retail-sales", "region": "320000", "frequency": "month",
        "starts_on": date(2026, 1, 1), "value": 1, "unit": "元",
    },
    "receipt": {"sent_kind": "order", "received_at": NOON},
}  # fmt: skip
KEYS = {
    "order": "order_no", "refund": "refund_no", "merchant": "shop", "payment": "payment_no",
    "shipment": "tracking_no", "listing": "item", "series": "publisher", "receipt": "batch_id",
}  # fmt: skip


@dataclass(frozen=True)
class Parquet:
    """The files of a kind."""

    version: int = 0
    paths: tuple[str, ...] = ()


def columns(kind: str, rows: Iterable[Row]) -> pa.Table:
    """Return rows in the columns of their kind, each with the defaults of the kind."""
    declared, standing = KIND[kind], {"reporter": "P1", "batch": "b1"}
    types = columns_of(declared)
    full = []
    for number, row in enumerate(rows, start=1):
        key = {KEYS[kind]: f"{kind}-{number}"}
        merged = {**dict.fromkeys(types), **standing, **key, **DEFAULTS[kind], **row}
        at = merged[declared.day]
        on = at.date() if isinstance(at, datetime) else at
        full.append({**merged, "line": number, "day": on})
    plain = pa.table(
        {name: pa.array([_plain(row[name]) for row in full], pa.string()) for name in types}
    )
    casts = ", ".join(f'CAST("{name}" AS {sql}) AS "{name}"' for name, sql in types.items())
    with duckdb.connect() as con:
        con.register("given", plain)
        return con.sql(f"SELECT {casts} FROM given").to_arrow_table()


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def written(folder: Path, kind: str, rows: Iterable[Row]) -> Parquet:
    """Write rows as Parquet files by day."""
    table = columns(kind, rows)
    if not table.num_rows:
        return Parquet()
    target = folder / kind
    with duckdb.connect() as con:
        con.register("given", table)
        con.execute(f"COPY given TO '{target}' (FORMAT parquet, PARTITION_BY (day))")
    return Parquet(1, tuple(sorted(str(path) for path in target.glob("*/*.parquet"))))


def stored(path: Path, kind: str, rows: Iterable[Row]) -> None:
    """Append rows to the Delta Lake table of a kind."""
    write_deltalake(str(path), columns(kind, rows), partition_by=["day"], mode="append")


class Province:
    """A ledger of hand-written rows that can be asked for figures."""

    def __init__(self, folder: Path, tables: Mapping[str, Iterable[Row]]) -> None:
        """Write the tables; kinds without rows are empty."""
        files = {name: written(folder, name, tables.get(name, ())) for name in KIND}
        self.engine = DuckDBEngine(memory="1GB", threads=2)
        self.sources = {name: (KIND[name], each) for name, each in files.items()}

    def ask(self, name: str, **question: Any) -> Figure:
        """Return a figure of the dictionary."""
        decided = question.pop("decided", DECIDED)
        parties = question.pop("parties", False)
        return self.figure(BY_NAME[name], Question(**question), decided, parties=parties)

    def figure(
        self,
        indicator: Indicator,
        question: Question,
        decided: Configuration | None = None,
        *,
        parties: bool = False,
    ) -> Figure:
        """Return the figure of an indicator."""
        setting = Setting(
            engine=self.engine,
            sources=self.sources,
            on=date(2026, 12, 31),
            configuration=DECIDED if decided is None else decided,
            parties=parties,
        )
        return compute([(indicator, question)], setting)[0]

    def value(self, name: str, **question: Any) -> Decimal | None:
        """Return the one number of a figure in one row."""
        return self.ask(name, **question).value

    def cells(self, name: str, **question: Any) -> dict[Any, Any]:
        """Return the values of a figure by the dimensions' texts."""
        figure = self.ask(name, **question)
        by = figure.question.by
        return {
            row[by[0]] if len(by) == 1 else tuple(row[each] for each in by): row["value"]
            for row in figure.rows
        }


def day(offset: int) -> datetime:
    """Return noon so many days after 15 January 2026."""
    return NOON + timedelta(days=offset)
