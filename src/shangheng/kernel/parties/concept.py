# SPDX-License-Identifier: Apache-2.0
"""Kinds, codes and links of parties, and how a code is written. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shangheng.kernel import codes
from shangheng.kernel.errors import Invalid

KINDS = {
    "enterprise": "企业",
    "sole_trader": "个体工商户",
    "cooperative": "农民专业合作社",
    "shop": "网店",
    "platform": "平台",
    "department": "部门",
    "person": "自然人",
}
SCHEMES = {
    "uscc": "统一社会信用代码",
    "org": "组织机构代码",
    "regno": "工商注册号",
    "platform_shop": "平台店铺号",
    "shop_url": "店铺网址",
    "platform": "平台代码",
    "institution": "支付机构代码",
    "carrier": "快递企业代码",
    "reporter": "报送单位代码",
}
RELATIONS = {"operated_by": "由…经营", "on_platform": "开设于平台", "owned_by": "由…所有"}

Key = tuple[str, str]
"""A scheme and a value in normal form."""

_BLANK = re.compile(r"[\s\-]+")
_URL = re.compile(r"(?:https?:)?(?://)?([^/?#]+)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_CHECKS: dict[str, Callable[[str], bool]] = {
    "uscc": codes.is_uscc,
    "org": codes.is_organisation_code,
    "regno": codes.is_registration_number,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """One line of a platform's roster: a shop, and what is known of who runs it.

    ``owner_name`` alone identifies nobody; without a valid ``uscc``, ``org`` or ``regno`` the shop
    is kept without an owner.
    """

    platform: str
    shop: str
    shop_name: str = ""
    shop_url: str = ""
    owner_name: str = ""
    uscc: str = ""
    org: str = ""
    regno: str = ""
    region: str = ""
    opened_on: date | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A dated code of a party."""

    scheme: str
    value: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Party:
    """A party with the codes that are valid on the day asked about."""

    uuid: UUID
    kind: str
    name: str
    region: str
    first_seen: date
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One dated fact of a party's past: a code or a link that began or ended."""

    on: date
    what: str
    scheme: str
    value: str
    other: UUID | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Who put something right by hand, and why; sealed with what was changed."""

    by: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse a change without a reason."""
        if not self.reason.strip():
            raise Invalid("party.reason_missing")


@dataclass(frozen=True, slots=True)
class Learned:
    """What a roster taught: everything counted, so that a receipt can say it."""

    merchants: int = 0
    shops_new: int = 0
    owners_new: int = 0
    platforms_new: int = 0
    codes_new: int = 0
    links_new: int = 0
    links_ended: int = 0
    renamed: int = 0
    unidentified: int = 0
    doubtful: int = 0


def normalised(scheme: str, value: str) -> str:
    """Write a code in its one normal form: half-width, no blanks, upper case where it counts."""
    text = value if value.isascii() else unicodedata.normalize("NFKC", value)
    if scheme in _CHECKS:
        return text if text.isalnum() and text.isupper() else _BLANK.sub("", text).upper()
    text = text.strip()
    return _address(text) if scheme == "shop_url" else text


def _address(url: str) -> str:
    """Write a web address without what does not tell shops apart."""
    parts = _URL.fullmatch(url)
    if parts is None:
        return url
    host, path, query = parts.groups("")
    return host.lower().removeprefix("www.") + path.rstrip("/") + query


def checked(scheme: str, value: str) -> str:
    """Return a code in normal form; refuse an unknown scheme or a wrong check character."""
    if scheme not in SCHEMES:
        raise Invalid("party.scheme_unknown", scheme=scheme)
    text = normalised(scheme, value)
    if not text or not _CHECKS.get(scheme, bool)(text):
        raise Invalid("party.code_invalid", scheme=SCHEMES[scheme], value=value)
    return text


def shop_number(platform: str, shop: str) -> str:
    """Write the number of a shop so that it is unique over all platforms."""
    return f"{platform.strip()}/{shop.strip()}"


def with_organisation_code(keys: dict[str, str]) -> dict[str, str]:
    """Add the organisation code that stands in characters 9-17 of a unified social credit code."""
    uscc = keys.get("uscc", "")
    inside = uscc[8:17]
    return keys | {"org": inside} if codes.is_organisation_code(inside) else keys


def owner_keys(merchant: Merchant) -> tuple[tuple[Key, ...], bool]:
    """Return the codes by which the owner is known, the surest first, and whether one was wrong.

    A code with a wrong check character identifies nobody and is left out.
    """
    said = {"uscc": merchant.uscc, "org": merchant.org, "regno": merchant.regno}
    found: dict[str, str] = {}
    wrong = False
    for scheme, value in said.items():
        if value:
            text = normalised(scheme, value)
            if _CHECKS[scheme](text):
                found[scheme] = text
            else:
                wrong = True
    complete = with_organisation_code(found)
    wrong = wrong or found.get("org", complete.get("org")) != complete.get("org")
    return tuple((scheme, complete[scheme]) for scheme in said if scheme in complete), wrong


def kind_of_owner(keys: tuple[Key, ...]) -> str:
    """Tell the kind of an owner by the category in its credit code (GB 32100-2015, table 1)."""
    category = dict(keys).get("uscc", "")[:2]
    known = {"92": "sole_trader", "93": "cooperative", "11": "department", "12": "department"}
    return known.get(category, "enterprise")
