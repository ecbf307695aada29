# SPDX-License-Identifier: Apache-2.0
"""A register that nobody else knows: this file is all that there is of it."""

from shangheng.kernel.records.concept.fields import Day, Number, OneOf, Region, Text, Whole
from shangheng.kernel.registers.concept.kinds import RegisterKind

WATER = {"good": ("好", "good"), "bad": ("差", "bad")}
WELL = RegisterKind(
    name="well",
    zh="水井名录",
    en="wells",
    serves=("wells",),
    basis=("ganzhou-2015 五3",),
    intro=("村里的井", "Village wells"),
    fields=(
        Text("code", zh="井号", en="code", max=9, sensitivity="public"),
        Text("name", zh="井名", en="name", max=40, sensitivity="public"),
        Region("region", zh="所在地", en="region", sensitivity="public"),
        OneOf("water", zh="水质", en="water", values=WATER),
        Whole("depth_m", zh="井深（米）", en="depth", min=1, max=900, optional=True),
        Text("keeper", zh="看井人", en="keeper", optional=True, sensitivity="personal"),
        Number("lon", zh="经度", en="longitude", min=-180, max=180, optional=True),
        Number("lat", zh="纬度", en="latitude", min=-90, max=90, optional=True),
        Day("dug_on", zh="开凿日期", en="dug on", optional=True),
    ),
    key=("code",),
    title="name",
    enter=("wells.clerk",),
    public=("code", "name", "region", "lon", "lat"),
    point=("lon", "lat"),
    place="region",
)
