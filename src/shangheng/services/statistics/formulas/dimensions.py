# SPDX-License-Identifier: Apache-2.0
"""By what figures are split, each declared once; and the units that they count."""

from shangheng.kernel.formulas.concept import TIMES, Dimension, Unit
from shangheng.services.statistics.records import (
    AREAS,
    BORDERS,
    CATEGORIES,
    CHANNELS,
    MODES,
    NATURES,
    OWNER_KINDS,
    PAY_METHODS,
)

ORDERS = Unit("orders", "单", "orders", "count")
SHOPS = Unit("shops", "家", "shops", "count")
BUYERS = Unit("buyers", "人", "buyers", "count")
PARCELS = Unit("parcels", "件", "parcels", "count")
ITEMS = Unit("items", "件", "items", "count")

SELLER_REGION = Dimension(
    "seller_region", "卖家所在地", "seller's region", "region",
    {"order": "seller_region", "merchant": "region", "shipment": "origin_region",
     "series": "region"},
)  # fmt: skip
BUYER_REGION = Dimension(
    "buyer_region", "收货地", "buyer's region", "region",
    {"order": "buyer_region", "shipment": "destination_region"},
)  # fmt: skip
PLATFORM = Dimension("platform", "平台", "platform", columns={"*": "platform"})
REPORTER = Dimension("reporter", "报送单位", "reporter", columns={"*": "reporter"})
CARRIER = Dimension("carrier", "快递企业", "carrier", columns={"shipment": "carrier"})
INSTITUTION = Dimension(
    "institution", "支付机构", "payment institution", columns={"payment": "institution"}
)
METHOD = Dimension(
    "method", "支付方式", "method", columns={"payment": "method"}, labels=PAY_METHODS
)
MODE = Dimension("mode", "交易模式", "mode", columns={"order": "mode"}, labels=MODES)
NATURE = Dimension(
    "nature", "商品或服务", "goods or services", columns={"order": "nature"}, labels=NATURES
)
CHANNEL = Dimension("channel", "渠道", "channel", columns={"order": "channel"}, labels=CHANNELS)
CROSS_BORDER = Dimension(
    "cross_border", "跨境方向", "cross-border",
    columns={"order": "cross_border"}, labels=BORDERS,
)  # fmt: skip
AGRICULTURAL = Dimension(
    "agricultural", "农产品", "agricultural",
    columns={"order": "agricultural"},
    labels={"true": ("农产品", "agricultural"), "false": ("非农产品", "other")},
)  # fmt: skip
CATEGORY = Dimension(
    "category", "品类", "category",
    columns={"order": "category", "merchant": "category", "listing": "category"},
    labels=CATEGORIES,
)  # fmt: skip
SELLER_AREA = Dimension(
    "seller_area", "卖家城乡", "seller's area",
    columns={"order": "seller_area", "merchant": "area"}, labels=AREAS,
)  # fmt: skip
BUYER_AREA = Dimension(
    "buyer_area", "收货地城乡", "buyer's area",
    columns={"order": "buyer_area", "shipment": "destination_area"}, labels=AREAS,
)  # fmt: skip
OWNER_KIND = Dimension(
    "owner_kind", "经营者类型", "kind of owner",
    columns={"merchant": "owner_kind"}, labels=OWNER_KINDS,
)  # fmt: skip

OF_ORDERS = (
    *TIMES, SELLER_REGION, BUYER_REGION, PLATFORM, MODE, CATEGORY, CHANNEL, NATURE,
    CROSS_BORDER, AGRICULTURAL, SELLER_AREA, BUYER_AREA, REPORTER,
)  # fmt: skip
OF_MERCHANTS = (
    *TIMES, SELLER_REGION, PLATFORM, CATEGORY, SELLER_AREA, OWNER_KIND, REPORTER,
)  # fmt: skip
OF_SHIPMENTS = (
    *TIMES, SELLER_REGION, BUYER_REGION, BUYER_AREA, PLATFORM, CARRIER, REPORTER,
)  # fmt: skip
OF_PAYMENTS = (*TIMES, PLATFORM, INSTITUTION, METHOD, REPORTER)
