# SPDX-License-Identifier: Apache-2.0
"""A small register, people with posts, and moments, for the tests of registers."""

from datetime import UTC, datetime

from shangheng.kernel.records.concept.fields import Day, Identifier, Number, OneOf, Region, Text
from shangheng.kernel.registers.actions import Filing
from shangheng.kernel.registers.concept.actors import NOBODY, Actor, Hand, Post
from shangheng.kernel.registers.concept.kinds import RegisterKind

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
STATES = {"on": ("营业", "open"), "off": ("停业", "shut")}
KIND = RegisterKind(
    name="outlet",
    zh="网点",
    en="outlet",
    serves=("express-licence-outlet-filing",),
    basis=("hunan-2015 (十一)",),
    fields=(
        Text("code", zh="编号", en="code", max=20),
        Text("name", zh="名称", en="name", max=60, sensitivity="public"),
        Region("region", zh="所在地", en="region", sensitivity="public"),
        Identifier("owner", zh="信用代码", en="credit code", scheme="uscc", optional=True),
        OneOf("state", zh="营业", en="state", values=STATES),
        Number("longitude", zh="经度", en="longitude", min=-180, max=180, optional=True),
        Number("latitude", zh="纬度", en="latitude", min=-90, max=90, optional=True),
        Text("phone", zh="电话", en="phone", optional=True, sensitivity="personal"),
        Day("until", zh="有效期至", en="valid until", optional=True),
    ),
    key=("code",),
    title="name",
    enter=("tryout.clerk",),
    confirm=("tryout.chief",),
    see=("tryout.reader",),
    public=("name", "region"),
    place="region",
    point=("longitude", "latitude"),
    near_m=100,
    expires="until",
)
CLERK = Actor("clerk", (Post("tryout.clerk", "320500"),))
CHIEF = Actor("chief", (Post("tryout.chief", "320000"), Post("tryout.clerk", "320000")))
READER = Actor("reader", (Post("tryout.reader", "320500"),))
STRANGER = Actor("stranger", (Post("tryout.clerk", "430100"),))
FILING = Filing(home="320000")


def hand(actor: Actor = CLERK, at: datetime = AT, version: int | None = None) -> Hand:
    return Hand(actor, at, version)


def outlet(number: int = 1, **more: str) -> dict[str, str]:
    plain = {
        "code": f"C{number}", "name": f"第{number}号网点{chr(0x5F00 + 977 * number)}",
        "region": "320583", "state": "on", "phone": "13800000000",
    }  # fmt: skip
    return plain | more


def visitor() -> Actor:
    return NOBODY
