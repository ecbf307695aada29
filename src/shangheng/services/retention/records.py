# SPDX-License-Identifier: Apache-2.0
"""What qinghai-2016 (二十三) asks operators to keep beside transactions and payments."""

from shangheng.kernel.records.concept.fields import OneOf, PartyCode, Person, Text, Time, Whole
from shangheng.kernel.records.concept.kinds import Check, RecordKind

IP_ADDRESS = r"(\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
PORT_MAX = 65_535
LOG_ACTS = {
    "sign_in": ("登录", "signed in"),
    "sign_out": ("退出", "signed out"),
    "order": ("下单", "placed an order"),
    "pay": ("付款", "paid"),
    "publish": ("发布信息", "published"),
    "change": ("修改信息", "changed something"),
    "other": ("其他", "other"),
}
EVENTS = {
    "created": ("创建", "created"),
    "paid": ("付款", "paid"),
    "shipped": ("发货", "shipped"),
    "received": ("收货", "received"),
    "cancelled": ("取消", "cancelled"),
    "refunded": ("退款", "refunded"),
    "changed": ("变更", "changed"),
}
SYSTEMS = {
    "android": ("安卓", "Android"),
    "ios": ("苹果", "iOS"),
    "harmony": ("鸿蒙", "HarmonyOS"),
    "windows": ("微软视窗", "Windows"),
    "mac": ("苹果电脑", "macOS"),
    "other": ("其他", "other"),
}
PLATFORM = PartyCode("platform", zh="平台", en="platform", kinds=("platform",))
STREAM = Text("stream", zh="日志流", en="stream", max=64, note="每台服务器或每个文件一个")
SEQUENCE = Whole("sequence", zh="日志序号", en="sequence number", note="每条日志流内连续，不跳号")
ACCOUNT = Person("account", zh="用户账号", en="account", optional=True)
TERMINAL_NO = Text("terminal", zh="终端编号", en="terminal", max=128, sensitivity="personal",
                   retain="terminal", optional=True)  # fmt: skip
BASIS = ("qinghai-2016 (二十三)", "hunan-2015 (二十四)")

ACCESS_LOG = RecordKind(
    name="access_log",
    zh="网络访问日志",
    en="access log",
    key=("platform", "stream", "sequence"),
    day="occurred_at",
    authority="platform",
    retain="log",
    sequence="sequence",
    stream=("platform", "stream"),
    basis=BASIS,
    fields=(
        PLATFORM,
        STREAM,
        SEQUENCE,
        Time("occurred_at", zh="发生时间", en="occurred at"),
        ACCOUNT,
        Text(
            "ip", zh="IP 地址", en="IP address", max=45, pattern=IP_ADDRESS,
            sensitivity="personal", retain="address",
        ),
        Whole(
            "source_port", zh="源端口号", en="source port", min=1, max=PORT_MAX,
            sensitivity="personal", retain="address",
        ),
        TERMINAL_NO,
        OneOf("act", zh="操作", en="act", values=LOG_ACTS),
        Text("order_no", zh="订单编号", en="order number", max=64, optional=True),
    ),
)  # fmt: skip
TRANSACTION_LOG = RecordKind(
    name="transaction_log",
    zh="交易日志",
    en="transaction log",
    key=("platform", "stream", "sequence"),
    day="occurred_at",
    authority="platform",
    retain="log",
    sequence="sequence",
    stream=("platform", "stream"),
    basis=BASIS,
    fields=(
        PLATFORM,
        STREAM,
        SEQUENCE,
        Time("occurred_at", zh="发生时间", en="occurred at"),
        Text("order_no", zh="订单编号", en="order number", max=64),
        OneOf("event", zh="交易事件", en="event", values=EVENTS),
        ACCOUNT,
        Text("detail", zh="详情", en="detail", max=500, optional=True),
    ),
)
TERMINAL = RecordKind(
    name="terminal",
    zh="终端信息",
    en="terminal",
    key=("platform", "terminal"),
    day="first_seen_at",
    authority="platform",
    retain="terminal",
    basis=BASIS,
    fields=(
        PLATFORM,
        Text("terminal", zh="终端编号", en="terminal", max=128, sensitivity="personal"),
        OneOf("system", zh="操作系统", en="system", values=SYSTEMS),
        Text("model", zh="终端型号", en="model", max=100, optional=True),
        ACCOUNT,
        Time("first_seen_at", zh="首次出现时间", en="first seen at"),
        Time("last_seen_at", zh="最近出现时间", en="last seen at", optional=True),
    ),
    checks=(
        Check(
            "E012",
            lambda t: t.last_seen_at >= t.first_seen_at,
            zh="最近出现早于首次出现",
            en="last seen before it was first seen",
            field="last_seen_at",
        ),
    ),
)
KINDS = (ACCESS_LOG, TRANSACTION_LOG, TERMINAL)
