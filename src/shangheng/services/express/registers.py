# SPDX-License-Identifier: Apache-2.0
"""What is on file: permits of express firms, and their outlets."""

from shangheng.kernel.records.concept.fields import (
    Day,
    Flag,
    Identifier,
    Number,
    OneOf,
    Region,
    Text,
    Whole,
)
from shangheng.kernel.registers.concept.kinds import RegisterKind

SCOPES = {
    "province": ("省内", "within the province"),
    "interprovincial": ("跨省", "between provinces"),
    "international": ("国际", "international"),
}
FIRM = (
    Text("firm", zh="快递企业", en="express firm", max=120, sensitivity="public"),
    Identifier("uscc", zh="统一社会信用代码", en="credit code", scheme="uscc",
               sensitivity="public"),
)  # fmt: skip
OUTLET_FIELDS = (
    Text("name", zh="网点名称", en="outlet", max=120, sensitivity="public"),
    *FIRM,
    Text("permit", zh="快递业务经营许可证号", en="number of the permit", max=60,
         sensitivity="public"),
    Text("brand", zh="快递品牌", en="brand", max=60, sensitivity="public"),
    Region("region", zh="所在县（市、区）", en="county", sensitivity="public"),
    Text("address", zh="地址", en="address", max=200, sensitivity="public"),
    Number("longitude", zh="经度", en="longitude", min=73, max=136, unit="°",
           sensitivity="public"),
    Number("latitude", zh="纬度", en="latitude", min=3, max=54, unit="°", sensitivity="public"),
    Day("opened_on", zh="开办日期", en="opened on", sensitivity="public"),
    Flag("to_village", zh="服务到村", en="serves villages", sensitivity="public"),
    Whole("villages", zh="服务行政村数", en="villages served", optional=True,
          sensitivity="public"),
)  # fmt: skip
EXPRESS_PERMIT = RegisterKind(
    name="express_permit",
    zh="快递业务经营许可",
    en="express permits",
    serves=("express-licence-outlet-filing",),
    basis=("hunan-2015 (四)",),
    intro=(
        "持有快递业务经营许可的企业和许可的地域、期限。",
        "Firms that hold a permit, where and until when.",
    ),
    fields=(
        *FIRM,
        OneOf("scope", zh="许可地域", en="scope", values=SCOPES, sensitivity="public"),
        Region("region", zh="住所地", en="seat", sensitivity="public"),
        Day("valid_from", zh="有效期起", en="valid from", sensitivity="public"),
        Day("valid_until", zh="有效期至", en="valid until", sensitivity="public"),
        Whole("checked_year", zh="最近年度报告年份", en="year of the last annual report", min=2000,
              max=2100, optional=True, sensitivity="public"),
        Text("decided_by", zh="许可办件", en="decided in case", max=60, sensitivity="public"),
    ),
    key=("uscc", "scope"),
    title="firm",
    enter=("express.officer",),
    public=("firm", "uscc", "scope", "region", "valid_from", "valid_until", "checked_year",
            "decided_by"),
    place="region",
    expires="valid_until",
    number="KDXK-{year}-{sequence:05}",
)  # fmt: skip
EXPRESS_OUTLET = RegisterKind(
    name="express_outlet",
    zh="快递末端网点",
    en="express outlets",
    serves=("express-licence-outlet-filing",),
    basis=("hunan-2015 (四)", "jiangsu-2015 (十六)3", "qinghai-2016 (十九)"),
    intro=(
        "已备案的快递末端网点：在哪里、哪家企业、是否服务到村。",
        "Outlets on file: where, of which firm, whether they serve villages.",
    ),
    fields=(
        *OUTLET_FIELDS,
        Region("filed_with", zh="备案地", en="filed with", sensitivity="public"),
        Whole("days_late", zh="逾期备案天数", en="days filed too late", unit="d",
              sensitivity="public"),
        Text("filed_by", zh="备案办件", en="filed as case", max=60, sensitivity="public"),
    ),
    key=("brand", "region", "name"),
    title="name",
    enter=("express.officer",),
    public=(*(each.name for each in OUTLET_FIELDS), "filed_with", "days_late", "filed_by"),
    place="region",
    point=("longitude", "latitude"),
    number="MDWD-{year}-{sequence:06}",
)  # fmt: skip
REGISTERS = (EXPRESS_PERMIT, EXPRESS_OUTLET)
