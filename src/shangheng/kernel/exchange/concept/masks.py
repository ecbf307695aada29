# SPDX-License-Identifier: Apache-2.0
"""Masks (脱敏): in which form a field leaves the house.

Every value leaves as text. A mask is a name that an agreement writes beside a field, the types of
field it fits, and the SQL that makes the shared text of the kept text ``{v}``.
"""

from dataclasses import dataclass

from shangheng.kernel.records.concept import fields as f


@dataclass(frozen=True)
class Mask:
    """One form in which a value may leave."""

    name: str
    zh: str
    en: str
    fits: tuple[type[f.Field], ...]
    sql: str


_ANY = (f.Field,)
_TIMES = (f.Time, f.Day)

PLAIN = "plain"
PSEUDONYM = "pseudonym"
MASKS = {
    mask.name: mask
    for mask in (
        Mask(PLAIN, "原值", "as it is", _ANY, "{v}"),
        Mask(PSEUDONYM, "化名（限本协议）", "pseudonym, of this agreement only",
             _ANY, "{hmac}"),
        Mask("day", "精确到日", "to the day", _TIMES, "left({v}, 10)"),
        Mask("month", "精确到月", "to the month", _TIMES, "left({v}, 7)"),
        Mask("year", "精确到年", "to the year", _TIMES, "left({v}, 4)"),
        Mask("county", "精确到县", "to the county", (f.Region,), "left({v}, 6)"),
        Mask("city", "精确到市", "to the city", (f.Region,), "left({v}, 4) || '00'"),
        Mask("province", "精确到省", "to the province", (f.Region,), "left({v}, 2) || '0000'"),
        Mask("initial", "首字加星号", "first character and stars", (f.Text,),
             "left({v}, 1) || '**'"),
        Mask("thousands", "舍至千位", "rounded down to thousands", (f.Whole, f.Number),
             "(floor(({v})::DECIMAL(38,4) / 1000) * 1000)::DECIMAL(38,0)::VARCHAR"),
    )
}  # fmt: skip
