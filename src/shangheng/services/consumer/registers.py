# SPDX-License-Identifier: Apache-2.0
"""What is on file: the 12315 stations inside platforms."""

from shangheng.kernel.records.concept.fields import Day, OneOf, Region, Text
from shangheng.kernel.registers.concept.kinds import RegisterKind

STATION_FORMS = {
    "online": ("线上", "online"),
    "onsite": ("现场", "on site"),
    "both": ("线上和现场", "both"),
}
RIGHTS_STATION = RegisterKind(
    name="rights_station",
    zh="12315消费维权服务站",
    en="12315 rights station",
    serves=("rights-station-12315",),
    basis=("jiangsu-2015 (十)3",),
    intro=(
        "设在网络交易平台内的消费维权服务站：哪个平台、归谁管、怎么找到它。",
        "Rights stations inside platforms: on which one, under whom, how to reach it.",
    ),
    fields=(
        Text("platform", zh="平台代码", en="platform", max=64, sensitivity="public"),
        Text("name", zh="站名", en="station", max=80, sensitivity="public"),
        Region("region", zh="所在地", en="region", sensitivity="public"),
        OneOf("form", zh="形式", en="form", values=STATION_FORMS, sensitivity="public"),
        Text("address", zh="地址", en="address", max=200, optional=True, sensitivity="public"),
        Text("hotline", zh="电话", en="telephone", max=30, optional=True, sensitivity="public"),
        Text("contact", zh="联络员", en="contact", max=40, optional=True, sensitivity="personal"),
        Day("opened_on", zh="设立日期", en="opened on", sensitivity="public"),
    ),
    key=("platform", "name"),
    title="name",
    enter=("consumer.officer",),
    confirm=("consumer.lead",),
    public=("platform", "name", "region", "form", "address", "hotline", "opened_on"),
    place="region",
    number="WQZ-{year}-{sequence:04}",
)
REGISTERS = (RIGHTS_STATION,)
