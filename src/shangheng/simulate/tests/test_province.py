# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shangheng.kernel.errors import Conflict, Invalid
from shangheng.simulate.folder import Summary
from shangheng.simulate.province import simulate

ORDERS = 3_000


def made(folder: Path, **changes: Any) -> Summary:
    wish: dict[str, Any] = {"orders": ORDERS, "days": 30, "seed": 11, "mistakes": 0.05}
    return simulate(folder, **(wish | changes))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return made(tmp_path_factory.mktemp("box"))


@pytest.fixture(scope="module")
def base(box: Summary) -> duckdb.DuckDBPyConnection:
    """An independent reading of the files: all text, one view per kind, and the labels."""
    con = duckdb.connect()
    for each in box.files:
        path = box.directory / each.file
        con.execute(f"create table part as from read_csv('{path}', all_varchar=true, header=true)")
        con.execute(
            f'create table if not exists "{each.kind}" as '
            "select *, '' as file, 0::bigint as line from part limit 0"
        )
        con.execute(f"insert into \"{each.kind}\" select *, '{each.file}', rowid + 2 from part")
        con.execute("drop table part")
    planted = box.directory / "truth" / "planted.csv"
    con.execute(f"create table planted as from read_csv('{planted}', all_varchar=true)")
    con.execute(
        """create table fated as select o.*, coalesce(p.expected, 'accepted') as fate
        from "order" o left join
        (from planted where kind = 'order' and expected != 'accepted') p
        on p.file = o.file and p.line::bigint = o.line"""
    )
    con.execute("create table sound as from fated where fate != 'reject'")
    con.execute(
        """create table ledger as from sound where fate != 'unchanged'
        qualify row_number() over (
            partition by platform, order_no order by file like '%.second.%' desc) = 1"""
    )
    return con


def one(base: duckdb.DuckDBPyConnection, query: str) -> Any:
    found = base.execute(query).fetchone()
    assert found is not None
    return found[0] if len(found) == 1 else found


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangheng.simulate.chunk.SIZE", 500)
    made(tmp_path / "one", workers=1)
    made(tmp_path / "three", workers=3)
    assert digests(tmp_path / "one") == digests(tmp_path / "three")


def test_another_seed_gives_other_orders(box: Summary, tmp_path: Path) -> None:
    other = made(tmp_path / "other", seed=12)
    assert digests(box.directory)["order-P01.csv"] != digests(other.directory)["order-P01.csv"]


def test_all_orders_asked_for_are_in_the_ledger_once(base: duckdb.DuckDBPyConnection) -> None:
    assert one(base, "select count(*), count(distinct order_no) from ledger") == (
        ORDERS,
        ORDERS,
    )


@pytest.mark.parametrize("measure", ["gross", "discount", "freight", "tax", "paid", "refunded"])
def test_the_true_sums_equal_an_independent_count(
    box: Summary, base: duckdb.DuckDBPyConnection, measure: str
) -> None:
    counted = one(base, f"select sum({measure}::decimal(18,2)) from ledger")
    assert Decimal(box.totals["order"][measure]["CNY"]) == counted


@pytest.mark.parametrize(
    ("dimension", "expression"),
    [
        ("by_day", "ordered_at[:10]"),
        ("by_seller_city", "seller_region[:4] || '00'"),
        ("by_platform", "platform"),
        ("by_mode", "mode"),
        ("by_category", "category"),
    ],
)
def test_the_true_sums_by_dimension_equal_an_independent_count(
    box: Summary, base: duckdb.DuckDBPyConnection, dimension: str, expression: str
) -> None:
    retail = (
        "sum(case when mode != 'B2B' and (refunded::decimal(18,2) < paid::decimal(18,2) "
        "or paid::decimal(18,2) = 0) then paid::decimal(18,2) else 0 end)"
    )
    counted = base.execute(
        f"select {expression} as it, count(*), sum(gross::decimal(18,2)),"
        f" sum(paid::decimal(18,2)), {retail} from ledger group by it"
    ).fetchall()
    truth = {
        name: (row["orders"], *(Decimal(row[m]["CNY"]) for m in ("gross", "paid", "retail")))
        for name, row in box.totals["order"][dimension].items()
    }
    assert truth == {row[0]: row[1:] for row in counted}


def test_rows_fare_as_the_totals_say(box: Summary, base: duckdb.DuckDBPyConnection) -> None:
    fates = dict(base.execute("select fate, count(*) from fated group by all").fetchall())
    counts = box.totals["rows"]["order"]
    assert counts["rejected"] == fates["reject"]
    assert counts["corrected"] == fates["correction"]
    assert counts["unchanged"] == fates["unchanged"]
    assert counts["accepted"] == fates["accepted"] == ORDERS
    assert counts["rows"] == sum(fates.values())


def test_payments_refunds_and_parcels_add_up(
    box: Summary, base: duckdb.DuckDBPyConnection
) -> None:
    paid = one(
        base,
        "select count(*), sum(amount::decimal(18,2)) from payment where status = 'success'",
    )
    back = one(base, "select count(*), sum(amount::decimal(18,2)) from refund")
    sent = one(base, "select count(*), count(distinct carrier || tracking_no) from shipment")
    totals = box.totals
    assert (totals["payment"]["count"], Decimal(totals["payment"]["amount"]["CNY"])) == paid
    assert (totals["refund"]["count"], Decimal(totals["refund"]["amount"]["CNY"])) == back
    assert (totals["shipment"]["count"],) * 2 == sent
    kept = Decimal(totals["unreported"]["paid"]["CNY"])
    assert kept > 0
    assert paid[1] == Decimal(totals["order"]["paid"]["CNY"]) + kept
    assert Decimal(totals["order"]["refunded"]["CNY"]) == back[1]


def test_sound_orders_satisfy_the_rules_of_the_kind(base: duckdb.DuckDBPyConnection) -> None:
    broken = one(
        base,
        """select count(*) from sound where not (
            paid::decimal(18,2) in (0, gross::decimal(18,2) - discount::decimal(18,2)
                + freight::decimal(18,2) + tax::decimal(18,2))
            and (paid_at is null) = (paid::decimal(18,2) = 0)
            and coalesce(paid_at >= ordered_at, true)
            and coalesce(shipped_at >= paid_at, true)
            and coalesce(received_at >= shipped_at, true)
            and refunded::decimal(18,2) <= paid::decimal(18,2)
            and (lines is not null or gross::decimal(18,2)
                = quantity::bigint * unit_price::decimal(18,2))
            and greatest(ordered_at, paid_at, shipped_at, received_at) < '2026-11-19')""",
    )
    assert broken == 0


def test_lines_add_up_to_the_gross_amount(base: duckdb.DuckDBPyConnection) -> None:
    many, sums = one(
        base,
        """select count(*), count(*) filter (gross::decimal(18,2) = list_sum(list_transform(
            from_json(lines, '["JSON"]'), lambda x: (x->>'$.amount')::decimal(18,2))))
        from ledger where lines is not null""",
    )
    assert many == sums
    assert many / ORDERS == pytest.approx(0.23, abs=0.06)


def test_every_mistake_is_planted_and_stands_where_its_label_says(
    base: duckdb.DuckDBPyConnection,
) -> None:
    signs = {
        "unknown_region": "buyer_region = '999999'",
        "bad_date": "ordered_at like '2026-02-30%'",
        "amount_with_comma": "gross like '%,%'",
        "full_width_digits": "regexp_matches(gross, '[０-９]')",
        "negative_price": "unit_price like '-%'",
        "future_order": "ordered_at like '2099%'",
        "missing_order_no": "order_no is null",
        "wrong_mode": "mode = 'B2X'",
        "paid_before_ordered": "paid_at < ordered_at",
        "paid_over_total": "paid::decimal(18,2) > gross::decimal(18,2) + freight::decimal(18,2)"
        " + tax::decimal(18,2)",
        "wrong_gtin": "gtin is not null",
        "same_number_other_amount": "order_no is not null",
        "duplicate_row": "order_no is not null",
        "sent_again_unchanged": "o.file like '%.second.csv'",
        "correction": "o.file like '%.second.csv'",
    }
    for what, sign in signs.items():
        labels, right = one(
            base,
            f"""select count(*), count(*) filter ({sign}) from planted p join "order" o
            on p.file = o.file and p.line::bigint = o.line where what = '{what}'""",
        )
        assert labels == right > 0, what


def test_labels_carry_the_key_of_their_row(base: duckdb.DuckDBPyConnection) -> None:
    keys = {
        "order": "platform || '/' || coalesce(order_no, split_part(key, '/', 2))",
        "payment": "institution || '/' || payment_no",
        "shipment": "carrier || '/' || tracking_no",
        "merchant": "platform || '/' || shop",
        "listing": "platform || '/' || item || '/' || as_of",
    }
    for kind, key in keys.items():
        found, right = one(
            base,
            f"""select count(*), count(*) filter (ends_with(p.key, {key})) from planted p
            join "{kind}" r on p.file = r.file and p.line::bigint = r.line
            where p.kind = '{kind}'""",
        )
        assert found == right > 0, kind


def test_staged_sales_are_labelled_by_ring(base: duckdb.DuckDBPyConnection, box: Summary) -> None:
    rings = box.directory / "truth" / "rings.csv"
    lost = one(
        base,
        f"""select count(*) from planted p anti join read_csv('{rings}', all_varchar=true) r
        on p.ring = r.ring and p.strength = r.strength where p.ring is not null""",
    )
    kinds = one(base, "select count(distinct what) from planted where ring is not null")
    assert lost == 0
    assert kinds >= 10


def test_the_manifest_lists_the_files_in_reporting_order(box: Summary) -> None:
    manifest = json.loads((box.directory / "manifest.json").read_text(encoding="utf-8"))
    names = [each["file"] for each in manifest["files"]]
    assert names == [each.file for each in box.files]
    assert names.index("order-P01.csv") + 1 < names.index("order-P01.second.csv")
    assert min(names).startswith("listing")
    assert {path.name for path in box.directory.glob("*-*.*")} == set(names)


@pytest.mark.parametrize("name", ["jiangsu", "ganzhou", "hunan", "qinghai"])
def test_every_jurisdiction_has_sellers_of_its_own_only(tmp_path: Path, name: str) -> None:
    prefix = {"jiangsu": "32", "ganzhou": "3607", "hunan": "43", "qinghai": "63"}[name]
    totals = made(tmp_path / name, jurisdiction=name, orders=800).totals
    assert all(code.startswith(prefix) for code in totals["order"]["by_seller_city"])


def test_the_festival_is_the_busiest_day(box: Summary) -> None:
    days = box.totals["order"]["by_day"]
    assert max(days, key=lambda day: days[day]["orders"]) == "2026-11-11"


def test_any_start_and_length_will_do(tmp_path: Path) -> None:
    short = made(tmp_path / "short", days=1, orders=50, start=date(2024, 2, 29))
    assert list(short.totals["order"]["by_day"]) == ["2024-02-29"]
    long = made(tmp_path / "long", days=400, orders=600, start=date(2025, 6, 1))
    assert len(long.totals["order"]["by_day"]) > 250


@pytest.mark.parametrize("orders", [1, 2, 7, 60])
def test_the_smallest_provinces_are_whole(tmp_path: Path, orders: int) -> None:
    totals = made(tmp_path / str(orders), orders=orders).totals
    assert totals["order"]["orders"] == totals["rows"]["order"]["accepted"] == orders


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made(tmp_path / "box", orders=100, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (100, 100)


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    made(tmp_path / "box", orders=900)
    made(tmp_path / "box", orders=100)
    made(tmp_path / "fresh", orders=100)
    assert digests(tmp_path / "box") == digests(tmp_path / "fresh")


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Conflict, match=r"simulate\.directory_in_use"):
        made(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"jurisdiction": "atlantis"},
        {"orders": 0},
        {"days": 0},
        {"fmt": "xlsx"},
        {"strength": "brutal"},
        {"mistakes": 0.9},
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"simulate\."):
        made(tmp_path / "box", **changes)
    assert not (tmp_path / "box").exists()
