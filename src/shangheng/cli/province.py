# SPDX-License-Identifier: Apache-2.0
"""A simulated province drawn: one page in the folder, to look at before anything is reported."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from shangheng.kernel.records.concept.fields import OneOf
from shangheng.simulate.people import PLATFORMS
from shangheng.simulate.places import JURISDICTIONS
from shangheng.site import charts
from shangheng.site.charts import Picture, Point
from shangheng.site.maps import drawing
from shangheng.site.places import region_name
from shangheng.site.registry import REGISTRY

PAGE = "province.html"
WIDTH = 620
PLATFORM_NAMES = {each.code: each.zh for each in PLATFORMS}
WHAT = {
    "self_buying": ("自买自卖的刷单圈", "rings that buy from themselves"),
    "structuring": ("化整为零", "structuring"),
    "price_raised": ("节前先涨价", "prices raised before the festival"),
    "false_reference": ("虚构原价", "false reference prices"),
    "lookalike_brand": ("仿冒品牌店", "look-alike brand shops"),
    "under_reporting": ("瞒报订单", "orders kept to itself"),
    "empty_parcel": ("空包裹", "empty parcels"),
    "reused_number": ("重复使用的运单号", "reused tracking numbers"),
    "flash_sale": ("限时抢购", "flash sales"),
    "live_burst": ("直播间爆单", "livestream bursts"),
    "group_buy": ("社区团购", "group buying"),
    "dormitory": ("宿舍同址", "dormitories"),
    "wholesale_round": ("批发整数价", "round wholesale prices"),
    "brand_shops": ("品牌自营多店", "a brand's own many shops"),
    "clearance": ("清仓", "clearance"),
    "sent_again_put_right": ("更正后重报", "sent again, put right"),
    "sent_again_unchanged": ("原样重报", "sent again unchanged"),
    "correction": ("更正", "corrections"),
    "duplicate_row": ("重复行", "duplicate rows"),
    "amount_with_comma": ("金额带千分号", "amounts with commas"),
    "bad_date": ("不存在的日期", "dates that do not exist"),
    "full_width_digits": ("全角数字", "full-width digits"),
    "future_order": ("未来的订单", "orders of the future"),
    "missing_order_no": ("缺订单号", "no order number"),
    "negative_price": ("负价格", "negative prices"),
    "paid_before_ordered": ("付款早于下单", "paid before ordered"),
    "paid_over_total": ("实付超过应付", "paid more than due"),
    "same_number_other_amount": ("同号不同额", "one number, two amounts"),
    "unknown_region": ("不存在的地区", "unknown regions"),
    "wrong_gtin": ("条码校验位错", "wrong check digits"),
    "wrong_mode": ("不存在的模式", "unknown modes"),
}
"""What is planted or mistaken, as an official would call it."""
FATES = {
    "rows": ("行", "rows"),
    "accepted": ("收下", "accepted"),
    "warned": ("其中有提醒", "of these warned"),
    "corrected": ("更正", "corrected"),
    "unchanged": ("未变", "unchanged"),
    "rejected": ("退回", "rejected"),
}


def draw(directory: Path) -> Path:
    """Write the page of a simulation's folder, from what stands in it; return its path."""
    totals = json.loads((directory / "truth" / "totals.json").read_text(encoding="utf-8"))
    order, where = totals["order"], JURISDICTIONS[totals["simulation"]["jurisdiction"]]
    sheet = drawing.sheet(f"{where.region[:2]}0000")
    page = render_to_string(
        "site/province.html",
        {
            "simulation": totals["simulation"],
            "place": where.zh,
            "order": order,
            "paid": _paid(order),
            "unreported": totals["unreported"],
            "shock": totals["shock"] | {"name": region_name(totals["shock"]["province"])},
            "sheet": sheet,
            "cities": _cities(order["by_seller_city"], sheet),
            "daily": _drawn("line", _points(order["by_day"])),
            "platforms": _drawn("bars", _named(order["by_platform"], PLATFORM_NAMES)),
            "categories": _drawn("bars", _named(order["by_category"], _categories())),
            "fates": FATES.values(),
            "rows": {kind: [row[fate] for fate in FATES] for kind, row in totals["rows"].items()},
            "rings": _rings(directory / "truth" / "rings.csv"),
            "labels": _labels(directory / "truth" / "planted.csv"),
        },
    )
    path = directory / PAGE
    path.write_text(page, encoding="utf-8")
    return path


def _paid(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["paid"]["CNY"])


def _points(rows: Mapping[str, Any]) -> tuple[Point, ...]:
    return tuple(Point(at, float(_paid(row))) for at, row in rows.items())


def _categories() -> dict[str, str]:
    (field,) = (each for each in REGISTRY.kind("order").of_type(OneOf) if each.name == "category")
    return {code: zh for code, (zh, _) in field.values.items()}


def _named(rows: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Point, ...]:
    """Return what was paid by name, the most first."""
    points = (Point(names[each.at], each.value) for each in _points(rows))
    return tuple(sorted(points, key=lambda each: -(each.value or 0)))


def _drawn(form: str, points: tuple[Point, ...]) -> str:
    order = tuple(each.at for each in points)
    picture = Picture(form=form, points=points, unit="元", width=WIDTH, order=order)  # type: ignore[arg-type]
    return mark_safe(charts.svg(picture))  # noqa: S308 - drawn here, of numbers and our own names


def _cities(rows: Mapping[str, Any], sheet: drawing.Sheet | None) -> list[dict[str, object]]:
    """Return each city with its name, what it sold, and the shade and outline on the map."""
    paid = {at: _paid(row) for at, row in rows.items()}
    shapes = {each.code: each for each in sheet.shapes} if sheet else {}
    shades = drawing.shades({at: float(value) for at, value in paid.items()})
    return [
        {
            "name": region_name(at),
            "paid": f"{value:,.2f}",
            "shade": shades[at],
            "shape": shapes.get(at),
        }
        for at, value in sorted(paid.items(), key=lambda each: -each[1])
    ]


def _rings(path: Path) -> list[dict[str, object]]:
    """Return how many rings of each sort there are, cheats first, by strength."""
    with path.open(encoding="utf-8", newline="") as lines:
        counted = Counter(
            (row["honest"], row["what"], row["strength"]) for row in csv.DictReader(lines)
        )
    told = sorted({(honest, what) for honest, what, _ in counted})
    return [
        {
            "what": WHAT[what],
            "honest": honest == "true",
            "by": [counted[honest, what, strength] for strength in ("low", "medium", "high")],
        }
        for honest, what in told
    ]


def _labels(path: Path) -> list[tuple[tuple[str, str], str, int]]:
    """Return how many rows carry each label, with what a faultless intake does to them."""
    with path.open(encoding="utf-8", newline="") as lines:
        counted = Counter((row["what"], row["expected"]) for row in csv.DictReader(lines))
    return [(WHAT[what], expected, count) for (what, expected), count in counted.most_common()]
