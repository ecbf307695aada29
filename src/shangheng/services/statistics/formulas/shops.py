# SPDX-License-Identifier: Apache-2.0
"""What the rosters of platforms come to: shops, sellers, items."""

from typing import Any

from shangheng.kernel.formulas.concept import PERCENT, TIMES, Measure, Ratio, indicator
from shangheng.services.statistics.formulas.dimensions import (
    ITEMS,
    OF_MERCHANTS,
    PLATFORM,
    REPORTER,
    SHOPS,
)

Table = Any
"""An Ibis table; Ibis publishes no types."""


@indicator(
    "sellers",
    zh="平台网店数",
    en="shops on rosters",
    definition_zh="平台商家名录中未闭店的网店数",
    definition_en="Shops on the platforms' rosters that have not closed",
    unit=SHOPS,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (三十)", "qinghai-2016 (二十四)"),
    additive=True,
    level="county",
)
def sellers(merchant: Table) -> Measure:
    """Count the shops that are open."""
    return Measure(merchant, where=lambda m: m.closed_on.isnull(), kind="merchant")


@indicator(
    "sellers-per-county",
    zh="县均网店数",
    en="shops per county",
    definition_zh="未闭店网店数除以有网店的县（市、区）数",
    definition_en="Open shops divided by the number of counties that have any",
    unit=SHOPS,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (十三)1",),
)
def sellers_per_county(merchant: Table) -> Ratio:
    """Divide the open shops by the counties in which they are."""
    located = merchant.filter(merchant.closed_on.isnull(), merchant.region.notnull())
    rows = located.mutate(county=located.region.left(6))
    shops = Measure(rows, kind="merchant")
    return Ratio(shops, Measure(rows, kind="merchant", per=("county",)))


@indicator(
    "new-shops",
    zh="新开网店数",
    en="new shops",
    definition_zh="按开店日期统计的新开网店数",
    definition_en="Shops by the day on which they opened",
    unit=SHOPS,
    reads=("merchant",),
    by=OF_MERCHANTS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def new_shops(merchant: Table) -> Measure:
    """Count shops on the day they opened."""
    return Measure(merchant, kind="merchant", at="opened_on")


@indicator(
    "closed-shops",
    zh="关闭网店数",
    en="closed shops",
    definition_zh="按闭店日期统计的关闭网店数",
    definition_en="Shops by the day on which they closed",
    unit=SHOPS,
    reads=("merchant",),
    by=OF_MERCHANTS,
    basis=("jiangsu-2015 (三十)",),
    additive=True,
)
def closed_shops(merchant: Table) -> Measure:
    """Count shops on the day they closed."""
    return Measure(merchant, kind="merchant", at="closed_on")


@indicator(
    "registered-seller-rate",
    zh="登记注册网店比重",
    en="share of shops with a credit code",
    definition_zh="未闭店网店中已填统一社会信用代码的比重",
    definition_en="Share of open shops whose owner has a unified social credit code",
    unit=PERCENT,
    reads=("merchant",),
    by=tuple(each for each in OF_MERCHANTS if each.form != "time"),
    basis=("jiangsu-2015 (三)2",),
)
def registered_seller_rate(merchant: Table) -> Ratio:
    """Divide the shops with a credit code by all that are open."""
    shops = merchant.filter(merchant.closed_on.isnull())
    registered = Measure(shops, where=lambda m: m.owner_code.notnull(), kind="merchant")
    return Ratio(registered, Measure(shops, kind="merchant"), times=100)


@indicator(
    "items-listed",
    zh="在售商品数",
    en="items on offer",
    definition_zh="商品快照中出现的不同商品数",
    definition_en="Different items in the listing snapshots",
    unit=ITEMS,
    reads=("listing",),
    by=(*TIMES, PLATFORM, REPORTER),
    basis=("jiangsu-2015 (七)3",),
)
def items_listed(listing: Table) -> Measure:
    """Count items once each."""
    return Measure(listing, kind="listing", per=("platform", "item"))


INDICATORS = (
    sellers,
    sellers_per_county,
    new_shops,
    closed_shops,
    registered_seller_rate,
    items_listed,
)
