# SPDX-License-Identifier: Apache-2.0
import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from shangheng.kernel import codes
from shangheng.kernel.regions import queries
from shangheng.simulate.people import PLATFORMS, UNDER
from shangheng.simulate.places import places
from shangheng.simulate.province import simulate

Row = dict[str, str]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    simulate(folder, orders=8_000, days=30, seed=3, strength="high", mistakes=0)
    return folder


def rows(box: Path, kind: str) -> list[Row]:
    found: list[Row] = []
    for path in sorted(box.glob(f"{kind}-*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found += list(csv.DictReader(lines))
    return found


def labels(box: Path) -> dict[str, list[Row]]:
    by_what: dict[str, list[Row]] = defaultdict(list)
    with (box / "truth" / "planted.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            by_what[row["what"]].append(row)
    return by_what


def labelled(box: Path, kind: str, what: str, *key: str) -> list[Row]:
    keys = {row["key"] for row in labels(box)[what]}
    return [row for row in rows(box, kind) if "/".join(row[name] for name in key) in keys]


def test_without_mistakes_no_row_is_rejected(box: Path) -> None:
    assert not [
        row for each in labels(box).values() for row in each if row["expected"] == "reject"
    ]
    assert not list(box.glob("*.second.*"))


def test_the_weightless_parcels_are_the_planted_ones(box: Path) -> None:
    planted = labelled(box, "shipment", "empty_parcel", "carrier", "tracking_no")
    weightless = [row for row in rows(box, "shipment") if float(row["weight_kg"]) == 0]
    assert planted
    reused = labelled(box, "shipment", "reused_number", "carrier", "tracking_no")
    assert all(row in planted or row in reused for row in weightless)


def test_a_reused_number_is_known_to_two_carriers(box: Path) -> None:
    carriers = defaultdict(set)
    for row in rows(box, "shipment"):
        carriers[row["tracking_no"]].add(row["carrier"])
    planted = labelled(box, "shipment", "reused_number", "carrier", "tracking_no")
    assert planted
    assert all(len(carriers[row["tracking_no"]]) > 1 for row in planted)


def test_structured_payments_stay_just_below_the_line(box: Path) -> None:
    planted = labelled(box, "payment", "structuring", "institution", "payment_no")
    assert planted
    assert all(49_000 <= float(row["amount"]) < 50_000 for row in planted)


def test_prices_are_raised_before_the_festival_and_cut_on_it(box: Path) -> None:
    planted = labelled(box, "listing", "price_raised", "platform", "item", "as_of")
    by_item: dict[str, dict[str, float]] = defaultdict(dict)
    for row in planted:
        by_item[row["item"]][row["as_of"]] = float(row["price"])
    whole = [days for days in by_item.values() if {"2026-10-20", "2026-11-10"} <= set(days)]
    assert whole
    assert all(days["2026-11-10"] > days["2026-10-20"] for days in whole)
    assert all(days["2026-11-11"] == days["2026-10-20"] for days in whole)


def test_a_false_reference_price_is_far_above_every_price(box: Path) -> None:
    planted = labelled(box, "listing", "false_reference", "platform", "item", "as_of")
    assert planted
    assert all(float(row["list_price"]) > 1.8 * float(row["price"]) for row in planted)


def test_a_ring_buys_from_one_shop_with_few_accounts(box: Path) -> None:
    with (box / "truth" / "rings.csv").open(encoding="utf-8") as lines:
        rings = {row["ring"]: row for row in csv.DictReader(lines)}
    ring_of = {row["key"]: row["ring"] for row in labels(box)["self_buying"]}
    buyers, strengths = defaultdict(set), set()
    for row in rows(box, "order"):
        ring = ring_of.get(f"{row['platform']}/{row['order_no']}")
        if ring:
            assert row["shop"] == rings[ring]["shop"]
            buyers[ring].add(row["buyer"])
            strengths.add(rings[ring]["strength"])
    assert all(len(found) <= int(rings[ring]["accounts"]) for ring, found in buyers.items())
    assert strengths == {"low", "medium", "high"}


def test_honest_bursts_have_many_buyers(box: Path) -> None:
    planted = labelled(box, "order", "flash_sale", "platform", "order_no")
    assert len({row["buyer"] for row in planted}) > 0.8 * len(planted) > 0


def test_look_alike_shops_do_not_belong_to_the_brand(box: Path) -> None:
    fakes = labelled(box, "merchant", "lookalike_brand", "platform", "shop")
    brands = labelled(box, "merchant", "brand_shops", "platform", "shop")
    assert fakes
    assert not {row["owner_name"] for row in fakes} & {row["owner_name"] for row in brands}


def test_payments_tell_of_orders_that_a_platform_keeps_to_itself(box: Path) -> None:
    reported = {(row["platform"], row["order_no"]) for row in rows(box, "order")}
    unknown = [
        row for row in rows(box, "payment") if (row["platform"], row["order_no"]) not in reported
    ]
    assert {row["platform"] for row in unknown} == {PLATFORMS[UNDER].code}
    told = [row for row in labels(box)["under_reporting"] if row["kind"] == "payment"]
    totals = json.loads((box / "truth" / "totals.json").read_text(encoding="utf-8"))
    assert len(unknown) == len(told) == totals["rows"]["payment"]["warned"]


def test_every_order_is_of_a_shop_on_the_roster_and_open_then(box: Path) -> None:
    roster = {(row["platform"], row["shop"]): row for row in rows(box, "merchant")}
    for row in rows(box, "order"):
        shop = roster[row["platform"], row["shop"]]
        assert shop["opened_on"] <= row["ordered_at"][:10]
        assert not shop["closed_on"] or row["ordered_at"][:10] <= shop["closed_on"]
        assert shop["region"] == row["seller_region"]


def test_all_places_are_divisions_that_the_kernel_knows() -> None:
    assert set(places().codes) <= set(queries.known_codes())


def test_all_codes_satisfy_the_kernel(box: Path) -> None:
    owners = {row["owner_code"] for row in rows(box, "merchant") if row["owner_code"]}
    articles = {row["gtin"] for row in rows(box, "order") if row["gtin"]}
    assert all(codes.is_uscc(code) for code in owners)
    assert all(codes.is_gtin(code) for code in articles)
