# SPDX-License-Identifier: Apache-2.0
"""What places are called: in Chinese as the tree of regions has them, cities also in English."""

from shangheng.kernel.errors import Invalid, NotFound
from shangheng.kernel.regions import queries as regions
from shangheng.site import words

ENGLISH = {
    "320000": "Jiangsu", "320100": "Nanjing", "320200": "Wuxi", "320300": "Xuzhou",
    "320400": "Changzhou", "320500": "Suzhou", "320600": "Nantong", "320700": "Lianyungang",
    "320800": "Huai'an", "320900": "Yancheng", "321000": "Yangzhou", "321100": "Zhenjiang",
    "321200": "Taizhou", "321300": "Suqian",
    "360000": "Jiangxi", "360100": "Nanchang", "360200": "Jingdezhen", "360300": "Pingxiang",
    "360400": "Jiujiang", "360500": "Xinyu", "360600": "Yingtan", "360700": "Ganzhou",
    "360800": "Ji'an", "360900": "Yichun", "361000": "Fuzhou (Jiangxi)", "361100": "Shangrao",
    "430000": "Hunan", "430100": "Changsha", "430200": "Zhuzhou", "430300": "Xiangtan",
    "430400": "Hengyang", "430500": "Shaoyang", "430600": "Yueyang", "430700": "Changde",
    "430800": "Zhangjiajie", "430900": "Yiyang", "431000": "Chenzhou", "431100": "Yongzhou",
    "431200": "Huaihua", "431300": "Loudi", "433100": "Xiangxi",
    "630000": "Qinghai", "630100": "Xining", "630200": "Haidong", "632200": "Haibei",
    "632300": "Huangnan", "632500": "Hainan (Qinghai)", "632600": "Golog", "632700": "Yushu",
    "632800": "Haixi",
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi",
    "150000": "Inner Mongolia", "210000": "Liaoning", "220000": "Jilin", "230000": "Heilongjiang",
    "310000": "Shanghai", "330000": "Zhejiang", "340000": "Anhui", "350000": "Fujian",
    "370000": "Shandong", "410000": "Henan", "420000": "Hubei", "440000": "Guangdong",
    "450000": "Guangxi", "460000": "Hainan", "500000": "Chongqing", "510000": "Sichuan",
    "520000": "Guizhou", "530000": "Yunnan", "540000": "Tibet", "610000": "Shaanxi",
    "620000": "Gansu", "640000": "Ningxia", "650000": "Xinjiang",
}  # fmt: skip
"""Provinces, and the cities of the four provinces; counties keep their Chinese names."""

SHORT_NAME = 2


def region_name(code: str) -> str:
    """Return the name of a division, or its code where no list knows it."""
    if words.language() == "en" and code in ENGLISH:
        return ENGLISH[code]
    try:
        return regions.find(code).name
    except (Invalid, NotFound):
        return code


def short_name(name: str) -> str:
    """Return the name as maps print it: 苏州 for 苏州市, 湘西州 for its long name."""
    if name.endswith("自治州"):
        return f"{name[:2]}州"
    return name.removesuffix("市") if len(name) > SHORT_NAME else name
