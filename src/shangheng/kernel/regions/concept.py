# SPDX-License-Identifier: Apache-2.0
"""What a region is: its code, its level, its names. Pure; the facts stand in ``data/``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

Level = Literal["province", "city", "county", "township", "village"]

_WIDTHS = {2: "0000", 4: "00", 6: "", 9: "", 12: ""}
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # 直辖市
_PEOPLES = (
    "维吾尔|哈尼|布依|朝鲜|土家|达斡尔|鄂温克|哈萨克|撒拉|保安|东乡|裕固|毛南|仫佬|布朗|柯尔克孜|锡伯|塔吉克|"
    "傈僳|拉祜|纳西|仡佬|景颇|独龙|普米|德昂|阿昌|鄂伦春|蒙古|各|回|满|苗|侗|壮|瑶|彝|藏|白|傣|黎|畲|土|羌|佤|水|怒"
)
_PEOPLE = re.compile(rf"(?<=..)(?:(?:{_PEOPLES})族|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克)+(?=自治|区$)")
_SUFFIX = re.compile(
    r"族?(?:特别行政区|自治[区州县旗]|地区|盟|林区|特区|(?<=..)矿区|(?<=..)新区|[省市县区旗])$"
)


@dataclass(frozen=True, slots=True)
class Region:
    """A place of the tree; ``valid_from`` and ``valid_until`` are years of the yearly lists.

    ``None`` means older than the lists (1980), or valid today. ``successor`` names the codes that
    took its place, the main one first.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: int | None = None
    valid_until: int | None = None
    successor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """What an address says about its place; ``region`` is ``None`` when it does not say enough."""

    region: Region | None
    confidence: Decimal
    matched: str
    alternatives: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An address as read, in codes."""

    code: str | None
    confidence: Decimal
    matched: str
    alternatives: tuple[str, ...] = ()


class Span(NamedTuple):
    """A name of a code and the years it was valid (first list, last list)."""

    name: str
    since: int | None
    until: int | None

    def covers(self, year: int) -> bool:
        """Tell whether the list of that year had the code under this name."""
        return (self.since is None or self.since <= year) and (
            self.until is None or year <= self.until
        )


class Succession(NamedTuple):
    """What became of an ended code; ``main`` is ``None`` where no successor is the main one."""

    year: int
    main: str | None
    codes: tuple[str, ...]


def canonical(code: str) -> str | None:
    """Spell a code as this house does (6, 9 or 12 digits); ``None`` when it is no code at all.

    Shorter codes are filled up (``3205`` is 320500); zeros below township level are cut off.
    """
    text = code.strip()
    if len(text) not in _WIDTHS or not (text.isascii() and text.isdigit()):
        return None
    text += _WIDTHS[len(text)]
    while len(text) > 6 and text.endswith("000"):  # noqa: PLR2004 - six digits reach the county
        text = text[:-3]
    return text


def level_of(code: str) -> Level:
    """Return the level that a canonical code speaks of."""
    if len(code) == 12:  # noqa: PLR2004
        return "village"
    if len(code) == 9:  # noqa: PLR2004
        return "township"
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def stem(code: str) -> str:
    """Return what the code of a division and of all below it begins with."""
    kept = {"province": 2, "city": 4}
    return code[: kept.get(level_of(code), len(code))]


def is_grouping(code: str) -> bool:
    """Tell whether a city code only groups counties that no city administers (110100, 429000)."""
    return code[2:] == "9000" or (code[:2] in MUNICIPALITIES and code[2:] in {"0100", "0200"})


def stem_of(name: str) -> str:
    """Cut the rank and the peoples off a name: 恩施土家族苗族自治州 is 恩施, 昆山市 is 昆山."""
    bare = _SUFFIX.sub("", _PEOPLE.sub("", name))
    return bare or name


def short_names(name: str) -> tuple[str, ...]:
    """Return the usual short forms of a full name; never a single character."""
    stem = stem_of(name)
    forms = [stem] if len(stem) > 1 else []
    if "自治" in name and not name.endswith("自治区"):
        forms.append(stem + name[-1])
    return tuple(form for form in forms if form != name)


def path_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return every way to write a path (江苏省苏州市昆山市, 江苏苏州昆山 …), full and short."""
    paths = [""]
    for name in names:
        paths = [path + form for path in paths for form in (name, *short_names(name)[:1])]
    return tuple(paths)
